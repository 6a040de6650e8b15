//! Where in its file each part of a suite stands.
//!
//! A suite keeps its text and no places, which only lints need: they read it once more.

use std::ops::Range;

use jsonc_parser::ast::{Object, Value};

use crate::{
    GateScope,
    problem::Problems,
    reader::{property, span},
    syntax,
};

/// The text of a suite, parsed.
pub(super) struct Document<'t>(Value<'t>);

impl<'t> Document<'t> {
    /// `None` for a text that is no suite: then this one was not read from a file, and nothing in it has a
    /// place.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        syntax::parse(text, &mut Problems::default()).map(Self)
    }
}

/// The objects of a suite file.
#[derive(Default)]
pub(super) struct Places<'n, 't> {
    root: Option<&'n Object<'t>>,
    categories: Vec<(&'n str, &'n Object<'t>)>,
    /// In the order of the suite's cases.
    cases: Vec<CasePlace<'n, 't>>,
}

/// A case with what stands around it.
#[derive(Clone, Copy)]
struct CasePlace<'n, 't> {
    case: &'n Object<'t>,
    category: Option<&'n Object<'t>>,
}

impl<'n, 't> Places<'n, 't> {
    pub(super) fn of(document: Option<&'n Document<'t>>) -> Self {
        let root = document.and_then(|document| document.0.as_object());
        let mut places = Self {
            root,
            ..Self::default()
        };
        let Some(root) = root else {
            return places;
        };
        places.add_cases(root, None);
        let categories = property(root, "categories").and_then(|it| it.value.as_object());
        for category in categories.iter().flat_map(|it| &it.properties) {
            if let Some(object) = category.value.as_object() {
                places.categories.push((category.name.as_str(), object));
                places.add_cases(object, Some(object));
            }
        }
        places
    }

    fn add_cases(&mut self, object: &'n Object<'t>, category: Option<&'n Object<'t>>) {
        let tests = property(object, "tests").and_then(|it| it.value.as_array());
        let cases = tests.iter().flat_map(|it| &it.elements);
        self.cases.extend(
            cases
                .filter_map(Value::as_object)
                .map(|case| CasePlace { case, category }),
        );
    }

    /// What the case with this index has at `key` itself.
    pub(super) fn of_case(&self, index: usize, key: &str) -> Option<&'n Value<'t>> {
        let place = self.cases.get(index)?;
        property(place.case, key).map(|property| &property.value)
    }

    /// Where what the case with this index has at `key` stands.
    pub(super) fn in_case(&self, index: usize, key: &str) -> Range<usize> {
        self.of_case(index, key).map_or(0..0, span)
    }

    /// Where the setting `key` that holds for the case with this index stands.
    pub(super) fn setting(&self, index: usize, key: &str) -> Range<usize> {
        let Some(place) = self.cases.get(index) else {
            return 0..0;
        };
        let around = [Some(place.case), place.category, self.root];
        let mut found = around
            .into_iter()
            .flatten()
            .filter_map(|it| property(it, key));
        found.next().map_or(0..0, |property| span(&property.value))
    }

    /// Where the gate at the keys `path` of a part of the suite stands.
    pub(super) fn gate(
        &self,
        scope: &GateScope,
        case: Option<usize>,
        path: &[&str],
    ) -> Range<usize> {
        let part = match scope {
            GateScope::Run => self.root,
            GateScope::Category(name) => {
                let mut found = self.categories.iter().filter(|(known, _)| known == name);
                found.next().map(|(_, object)| *object)
            }
            GateScope::Case(_) => case
                .and_then(|index| self.cases.get(index))
                .map(|it| it.case),
        };
        let mut place = 0..0;
        let mut object = part;
        for key in ["gates"].iter().chain(path) {
            let Some(found) = object.and_then(|object| property(object, key)) else {
                break;
            };
            place = span(&found.value);
            object = found.value.as_object();
        }
        place
    }
}

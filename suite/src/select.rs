//! Which cases of a suite to run.

use std::{fmt, sync::Arc};

use crate::{Case, Suite, quote::quoted, suggest::closest};

/// What a user asked for. A case has to match every kind that is given, by any entry of that kind;
/// an empty list asks for nothing. The default selects every case.
///
/// An entry may be several with commas between them, unless the suite has a name that is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids of the cases to run.
    pub only: Vec<String>,
    /// Categories whose cases to run.
    pub categories: Vec<String>,
    /// Tags of the cases to run.
    pub tags: Vec<String>,
    /// Ids of the cases to leave out, whatever else selects them.
    pub exclude: Vec<String>,
}

/// The result of a selection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selected {
    /// The selected cases in the order of the file.
    pub cases: Vec<Arc<Case>>,
    /// What was asked for, but is nowhere in the suite.
    pub unmatched: Vec<Unmatched>,
}

/// What a case can be selected by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SelectorKind {
    /// Its id, to run it or to leave it out.
    Id,
    /// Its category.
    Category,
    /// One of its tags.
    Tag,
}

/// An entry of a [`Selection`] that matches no case of the suite. As text it is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// What the entry was compared with.
    pub kind: SelectorKind,
    /// The entry.
    pub value: String,
    /// What was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for SelectorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "id",
            Self::Category => "category",
            Self::Tag => "tag",
        })
    }
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no case has {} {}", self.kind, quoted(&self.value))?;
        match &self.suggestion {
            Some(suggestion) => write!(f, ", did you mean {}?", quoted(suggestion)),
            None => Ok(()),
        }
    }
}

impl SelectorKind {
    /// Everything by which this kind can select `case`.
    fn names(self, case: &Case) -> &[String] {
        match self {
            Self::Id => std::slice::from_ref(&case.id),
            Self::Category => case.category.as_slice(),
            Self::Tag => &case.tags,
        }
    }

    fn selects(self, wanted: &[&str], case: &Case) -> bool {
        let mut names = self.names(case).iter();
        names.any(|name| wanted.contains(&name.as_str()))
    }
}

impl Suite {
    /// The cases that `selection` asks for.
    ///
    /// ```
    /// use suite::Selection;
    ///
    /// let suite = suite::parse(
    ///     "demo.json".as_ref(),
    ///     r#"{"tests": [
    ///         {"id": "sum", "command": "echo 42", "tags": ["quick"]},
    ///         {"id": "nap", "command": "sleep 9"}
    ///     ]}"#,
    /// )
    /// .unwrap();
    /// let selection = Selection {
    ///     tags: vec!["quick".into()],
    ///     exclude: vec!["nab".into()],
    ///     ..Selection::default()
    /// };
    /// let selected = suite.select(&selection);
    /// assert_eq!(selected.cases.len(), 1);
    /// assert_eq!(selected.unmatched[0].to_string(), "no case has id `nab`, did you mean `nap`?");
    /// ```
    #[must_use]
    pub fn select(&self, selection: &Selection) -> Selected {
        let wanted = [
            (SelectorKind::Id, &selection.only),
            (SelectorKind::Category, &selection.categories),
            (SelectorKind::Tag, &selection.tags),
        ]
        .map(|(kind, entries)| (kind, self.singles(kind, entries)));
        let exclude = self.singles(SelectorKind::Id, &selection.exclude);
        let is_selected = |case: &&Arc<Case>| {
            wanted
                .iter()
                .all(|(kind, values)| values.is_empty() || kind.selects(values, case))
                && !SelectorKind::Id.selects(&exclude, case)
        };
        let cases = self.cases.iter().filter(is_selected).cloned().collect();
        let unmatched = wanted
            .iter()
            .chain([&(SelectorKind::Id, exclude.clone())])
            .flat_map(|(kind, values)| values.iter().map(move |value| (*kind, *value)))
            .filter_map(|(kind, value)| self.unmatched(kind, value))
            .collect();
        Selected { cases, unmatched }
    }

    /// Takes entries that are several with commas between them apart.
    fn singles<'e>(&self, kind: SelectorKind, entries: &'e [String]) -> Vec<&'e str> {
        let mut singles = Vec::new();
        for entry in entries {
            match self.names(kind).any(|name| name == entry) {
                true => singles.push(entry.as_str()),
                false => singles.extend(entry.split(',').map(str::trim)),
            }
        }
        singles
    }

    /// Everything by which `kind` can select cases.
    fn names(&self, kind: SelectorKind) -> impl Iterator<Item = &str> {
        let cases = self.cases.iter();
        cases
            .flat_map(move |case| kind.names(case))
            .map(String::as_str)
    }

    fn unmatched(&self, kind: SelectorKind, value: &str) -> Option<Unmatched> {
        if self.names(kind).any(|name| name == value) {
            return None;
        }
        let suggestion = closest(value, self.names(kind)).map(str::to_owned);
        Some(Unmatched {
            kind,
            value: value.to_owned(),
            suggestion,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn suite() -> Suite {
        let text = r#"{"categories": {
            "simple": {"tags": ["quick"], "tests": [
                {"id": "sum", "command": "true"},
                {"id": "product", "command": "true", "tags": ["arithmetic"]}
            ]},
            "streams": {"tests": [
                {"id": "lines", "command": "true", "tags": ["slow"]},
                {"id": "burst", "command": "true", "tags": ["quick"]}
            ]}
        }}"#;
        crate::parse(Path::new("suite.json"), text).expect("valid")
    }

    fn list(values: &[&str]) -> Vec<String> {
        values.iter().map(ToString::to_string).collect()
    }

    fn ids(selection: &Selection) -> Vec<String> {
        suite()
            .select(selection)
            .cases
            .iter()
            .map(|case| case.id.clone())
            .collect()
    }

    #[test]
    fn an_empty_selection_selects_every_case() {
        assert_eq!(
            ids(&Selection::default()),
            ["sum", "product", "lines", "burst"]
        );
    }

    #[test]
    fn ids_select_in_the_order_of_the_file() {
        let selection = Selection {
            only: list(&["lines", "sum"]),
            ..Selection::default()
        };
        assert_eq!(ids(&selection), ["sum", "lines"]);
    }

    #[test]
    fn commas_part_ids_but_not_one_that_has_some_itself() {
        let selection = Selection {
            only: list(&["lines, sum"]),
            ..Selection::default()
        };
        assert_eq!(ids(&selection), ["sum", "lines"]);
        let suite = crate::parse(
            "commas.json".as_ref(),
            r#"{"tests": [
                {"id": "a,b", "command": "true"},
                {"id": "a", "command": "true"}
            ]}"#,
        );
        let only = |id| Selection {
            only: list(&[id]),
            ..Selection::default()
        };
        let suite = suite.expect("a suite");
        assert_eq!(suite.select(&only("a,b")).cases, suite.cases[..1]);
        assert_eq!(suite.select(&only("a")).cases, suite.cases[1..]);
    }

    #[test]
    fn a_case_has_to_match_every_kind_by_any_of_its_entries() {
        let selection = Selection {
            categories: list(&["streams"]),
            tags: list(&["quick", "arithmetic"]),
            ..Selection::default()
        };
        assert_eq!(ids(&selection), ["burst"]);
    }

    #[test]
    fn what_is_excluded_stays_out_even_if_it_is_asked_for() {
        let selection = Selection {
            only: list(&["sum", "product"]),
            exclude: list(&["sum"]),
            ..Selection::default()
        };
        assert_eq!(ids(&selection), ["product"]);
    }

    #[test]
    fn what_matches_nothing_is_reported_with_what_was_probably_meant() {
        let selection = Selection {
            only: list(&["summ", "sum"]),
            categories: list(&["Simple"]),
            tags: list(&["flaky"]),
            exclude: list(&["lnes"]),
        };
        let selected = suite().select(&selection);
        assert_eq!(selected.cases, []);
        let sentences: Vec<_> = selected.unmatched.iter().map(ToString::to_string).collect();
        assert_eq!(
            sentences,
            [
                "no case has id `summ`, did you mean `sum`?",
                "no case has category `Simple`, did you mean `simple`?",
                "no case has tag `flaky`",
                "no case has id `lnes`, did you mean `lines`?",
            ]
        );
    }
}

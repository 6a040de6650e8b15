//! Typed access to JSON values, collecting a problem wherever a value is of another kind.

use std::ops::Range;

use jsonc_parser::{
    ast::{Object, ObjectProp, StringLit, Value},
    common::Ranged,
};

use crate::{
    position::line_of,
    problem::{Complaint, Problems},
    quote::quoted,
    suggest::closest,
};

/// Reads values of one text. Every method that returns nothing has reported why.
#[derive(Debug)]
pub(crate) struct Reader<'t> {
    pub(crate) text: &'t str,
    pub(crate) problems: Problems,
}

/// The properties of one object by their keys.
#[derive(Debug)]
pub(crate) struct Fields<'n, 't> {
    /// Where the object begins: the place of what is missing in it.
    pub(crate) opening: Range<usize>,
    known: Vec<(&'static str, &'n ObjectProp<'t>)>,
}

impl<'n, 't> Fields<'n, 't> {
    pub(crate) fn value(&self, key: &str) -> Option<&'n Value<'t>> {
        self.property(key).map(|property| &property.value)
    }

    pub(crate) fn property(&self, key: &str) -> Option<&'n ObjectProp<'t>> {
        self.known
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, property)| *property)
    }
}

impl<'t> Reader<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            text,
            problems: Problems::default(),
        }
    }

    /// The properties of an object in which only `keys` are allowed. Keys that are there for people
    /// and editors are left out.
    pub(crate) fn fields<'n>(
        &mut self,
        object: &'n Object<'t>,
        keys: &'static [&'static str],
    ) -> Fields<'n, 't> {
        let start = object.range.start;
        let mut fields = Fields {
            opening: start..start + 1,
            known: Vec::with_capacity(keys.len()),
        };
        for property in &object.properties {
            let name = property.name.as_str();
            if let Some(key) = keys.iter().find(|key| **key == name) {
                match fields.property(key) {
                    Some(first) => self.duplicate("key", name, span(&property.name), first),
                    None => fields.known.push((key, property)),
                }
            } else if !is_ignored(name) {
                self.problems
                    .report(span(&property.name), || unknown_key(name, keys));
            }
        }
        fields
    }

    /// Reports that something that has to be unique stands a second time at `place`.
    pub(crate) fn duplicate(
        &mut self,
        what: &str,
        name: &str,
        place: Range<usize>,
        first: &impl Ranged,
    ) {
        let text = self.text;
        self.problems.report(place, || {
            Complaint::new(format!("duplicate {what} {}", quoted(name))).help(format!(
                "the first one stands on line {}",
                line_of(text, first.start())
            ))
        });
    }

    /// The value of a key that has to be there.
    pub(crate) fn required<'n>(
        &mut self,
        fields: &Fields<'n, 't>,
        key: &str,
    ) -> Option<&'n Value<'t>> {
        let value = fields.value(key);
        if value.is_none() {
            self.problems.report(fields.opening.clone(), || {
                Complaint::new(format!("missing key `{key}`"))
            });
        }
        value
    }

    pub(crate) fn object<'n>(&mut self, value: &'n Value<'t>) -> Option<&'n Object<'t>> {
        let object = value.as_object();
        if object.is_none() {
            self.unexpected(value, "an object");
        }
        object
    }

    pub(crate) fn array<'n>(&mut self, value: &'n Value<'t>) -> Option<&'n [Value<'t>]> {
        match value {
            Value::Array(array) => Some(&array.elements),
            Value::StringLit(_) => {
                self.problems.report(span(value), || {
                    Complaint::new("expected an array, found a string")
                        .help("put the string into square brackets")
                });
                None
            }
            _ => {
                self.unexpected(value, "an array");
                None
            }
        }
    }

    pub(crate) fn string<'n>(&mut self, value: &'n Value<'t>) -> Option<&'n StringLit<'t>> {
        let string = value.as_string_lit();
        if string.is_none() {
            self.unexpected(value, "a string");
        }
        string
    }

    /// Reports that `value` is not of the kind that was expected.
    pub(crate) fn unexpected(&mut self, value: &Value<'t>, expected: &str) {
        self.problems.report(span(value), || {
            Complaint::new(format!("expected {expected}, found {}", kind(value)))
        });
    }
}

/// What an object has at `key`.
pub(crate) fn property<'n, 't>(object: &'n Object<'t>, key: &str) -> Option<&'n ObjectProp<'t>> {
    let mut properties = object.properties.iter();
    properties.find(|property| property.name.as_str() == key)
}

/// The bytes that a node takes up.
pub(crate) fn span(node: &impl Ranged) -> Range<usize> {
    node.start()..node.end()
}

/// Keys that belong to editors and people: a suite may have them anywhere.
fn is_ignored(key: &str) -> bool {
    key == "$schema" || key == "metadata" || key.starts_with("x-")
}

fn unknown_key(name: &str, keys: &[&str]) -> Complaint {
    let complaint = Complaint::new(format!("unknown key {}", quoted(name)));
    match closest(name, keys.iter().copied()) {
        Some(key) => complaint.help(format!("did you mean `{key}`?")),
        None => complaint.help(format!("known here: {}", keys.join(", "))),
    }
}

fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::StringLit(_) => "a string",
        Value::NumberLit(_) => "a number",
        Value::BooleanLit(_) => "a boolean",
        Value::Object(_) => "an object",
        Value::Array(_) => "an array",
        Value::NullKeyword(_) => "null",
    }
}

//! What is expected of JSON in an output: JSONPath and JSON Schema, checked when they are read.

use std::{error::Error, ops::Range};

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonschema::{PatternOptions, Retrieve, Uri};
use serde_json_path::JsonPath;

use super::keys;
use crate::{
    JsonExpectation, JsonType,
    problem::Complaint,
    quote::quoted,
    reader::{Reader, span},
};

impl<'t> Reader<'t> {
    /// One entry of `json`.
    pub(super) fn json_expectation(&mut self, value: &Value<'t>) -> Option<JsonExpectation> {
        let object = self.object(value)?;
        let fields = self.fields(object, keys::JSON);
        Some(JsonExpectation {
            path: fields.value("path").and_then(|it| self.json_path(it)),
            type_name: fields.value("type").and_then(|it| self.json_type(it)),
            equals: fields.value("equals").and_then(|it| self.json(it)),
            schema: fields.value("schema").and_then(|it| self.json_schema(it)),
        })
    }

    fn json_path(&mut self, value: &Value<'t>) -> Option<String> {
        let string = self.string(value)?;
        if let Err(error) = JsonPath::parse(&string.value) {
            self.problems.report(span(value), || {
                let reason = one_line(error.message());
                Complaint::new(format!(
                    "{} is no JSONPath: at character {}, {reason}",
                    quoted(&string.value),
                    error.position()
                ))
                .help("a path begins with $, as in $.answer, $.items[0].name or $.items[*].name")
            });
            return None;
        }
        Some(string.value.to_string())
    }

    /// The name of a type of JSON values.
    pub(super) fn json_type(&mut self, value: &Value<'t>) -> Option<JsonType> {
        self.choice(
            value,
            "type of JSON",
            &JsonType::ALL.map(|it| (it.as_str(), it)),
        )
    }

    fn json_schema(&mut self, value: &Value<'t>) -> Option<serde_json::Value> {
        if !matches!(value, Value::Object(_) | Value::BooleanLit(_)) {
            self.unexpected(value, "a JSON Schema: an object");
            return None;
        }
        let schema = self.json(value)?;
        let compiled = jsonschema::options()
            .with_retriever(NothingElsewhere)
            // Without back-references it cannot be made to take for ever.
            .with_pattern_options(PatternOptions::regex())
            .build(&schema);
        match compiled {
            Ok(_) => Some(schema),
            Err(error) => {
                let elsewhere = reference_elsewhere(value);
                self.problems
                    .report(
                        elsewhere.clone().unwrap_or_else(|| span(value)),
                        || match elsewhere {
                            Some(_) => Complaint::new(
                                "a `$ref` to something outside of this schema",
                            )
                            .help(
                                "nothing is fetched: put it below `$defs`, and refer to it with \
                                     \"#/$defs/NAME\"",
                            ),
                            None => Complaint::new(format!(
                                "the JSON Schema is not valid: {}",
                                one_line(&error.to_string())
                            )),
                        },
                    );
                None
            }
        }
    }

    /// Any JSON as a value. What could be read in more than one way is refused.
    pub(super) fn json(&mut self, value: &Value<'t>) -> Option<serde_json::Value> {
        use serde_json::Value as Json;

        Some(match value {
            Value::NullKeyword(_) => Json::Null,
            Value::BooleanLit(boolean) => Json::Bool(boolean.value),
            Value::StringLit(string) => Json::String(string.value.to_string()),
            Value::NumberLit(number) => match serde_json::from_str(number.value) {
                Ok(number) => Json::Number(number),
                Err(_) => {
                    self.problems.report(span(value), || {
                        let found = quoted(number.value);
                        Complaint::new(format!("the number {found} is too large"))
                    });
                    return None;
                }
            },
            Value::Array(array) => {
                let elements = array.elements.iter().map(|element| self.json(element));
                // All of them are read, so that every problem is told.
                let elements: Vec<_> = elements.collect();
                Json::Array(elements.into_iter().collect::<Option<_>>()?)
            }
            Value::Object(object) => {
                let mut members = serde_json::Map::new();
                let mut is_complete = true;
                for property in &object.properties {
                    let name = property.name.as_str();
                    let Some(member) = self.json(&property.value) else {
                        is_complete = false;
                        continue;
                    };
                    if members.insert(name.to_owned(), member).is_some() {
                        is_complete = false;
                        self.problems.report(span(&property.name), || {
                            Complaint::new(format!("duplicate key {}", quoted(name)))
                        });
                    }
                }
                if !is_complete {
                    return None;
                }
                Json::Object(members)
            }
        })
    }
}

/// A schema in a suite stands for itself: neither files nor hosts are asked for more of it.
struct NothingElsewhere;

impl Retrieve for NothingElsewhere {
    fn retrieve(
        &self,
        uri: &Uri<String>,
    ) -> Result<serde_json::Value, Box<dyn Error + Send + Sync>> {
        Err(format!("{uri} is not fetched").into())
    }
}

/// Where a schema refers to something that does not stand in it.
fn reference_elsewhere(value: &Value<'_>) -> Option<Range<usize>> {
    match value {
        Value::Object(object) => object.properties.iter().find_map(|property| {
            let is_reference = matches!(&property.name, ObjectPropName::String(name)
                if matches!(&*name.value, "$ref" | "$dynamicRef"));
            match &property.value {
                Value::StringLit(target) if is_reference && !target.value.starts_with('#') => {
                    Some(span(target))
                }
                value => reference_elsewhere(value),
            }
        }),
        Value::Array(array) => array.elements.iter().find_map(reference_elsewhere),
        _ => None,
    }
}

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

//! `validation`: the three forms that older suites have, read into what a case expects.

use jsonc_parser::ast::{ObjectPropName, Value};
use serde_json::json;

use super::keys;
use crate::{
    CodeExpectation, Expectations, JsonExpectation, JsonType,
    problem::Complaint,
    quote::quoted,
    reader::{Fields, Reader, span},
};

#[derive(Clone, Copy)]
enum Form {
    Json,
    Content,
    Code,
}

const FORMS: [(&str, Form); 3] = [
    ("json", Form::Json),
    ("content_check", Form::Content),
    ("code_validation", Form::Code),
];

impl<'t> Reader<'t> {
    /// Adds what a `validation` expects to what the case expects besides.
    pub(super) fn validation(&mut self, value: &Value<'t>, expectations: &mut Expectations) {
        let Some(object) = self.object(value) else {
            return;
        };
        let form = object
            .properties
            .iter()
            .find(|it| it.name.as_str() == "type");
        let Some(form) = form else {
            let fields = self.fields(object, keys::VALIDATION);
            self.required(&fields, "type");
            return;
        };
        match self.choice(&form.value, "type of validation", &FORMS) {
            None => {}
            Some(Form::Json) => {
                let fields = self.fields(object, keys::VALIDATION_JSON);
                self.json_validation(&fields, expectations);
            }
            Some(Form::Content) => {
                let fields = self.fields(object, keys::VALIDATION_CONTENT);
                if let Some(place) = fields.value("min_length") {
                    let length = self.count(place).filter(|length| *length > 0);
                    expectations.min_length = expectations.min_length.max(length);
                }
                self.must_contain(&fields, expectations);
            }
            Some(Form::Code) => {
                let fields = self.fields(object, keys::VALIDATION_CODE);
                let language = self.required(&fields, "language");
                let language = language.and_then(|it| self.label(it, "language"));
                let checked = fields.value("executable").map(|it| self.boolean(it));
                self.must_contain(&fields, expectations);
                expectations.code = language.map(|language| CodeExpectation {
                    language: language.value.to_string(),
                    checked: checked.flatten().unwrap_or(false),
                });
            }
        }
    }

    fn must_contain(&mut self, fields: &Fields<'_, 't>, expectations: &mut Expectations) {
        if let Some(value) = fields.value("must_contain") {
            expectations.expected.extend(self.patterns(value));
        }
    }

    fn json_validation(&mut self, fields: &Fields<'_, 't>, expectations: &mut Expectations) {
        let mut members = Vec::new();
        if let Some(schema) = fields.value("schema") {
            members = self.members(schema);
            let types = members
                .iter()
                .map(|(name, kind)| (name.clone(), json!({"type": kind.as_str()})));
            let types: serde_json::Map<_, _> = types.collect();
            let names: Vec<_> = members.iter().map(|(name, _)| name).collect();
            expectations.json.push(JsonExpectation {
                path: None,
                type_name: Some(JsonType::Object),
                equals: None,
                schema: Some(json!({"properties": types, "required": names})),
            });
        }
        if let Some(value) = fields.value("expected_answer") {
            let equals = self.json(value);
            let Some(name) = answer(&members) else {
                self.problems.report(span(value), || {
                    Complaint::new("no key of `schema` is the answer")
                        .help("the answer stands at `answer`, or at the only key of `schema`")
                });
                return;
            };
            expectations.json.push(JsonExpectation {
                path: Some(format!("$[{}]", json!(name))),
                type_name: None,
                equals,
                schema: None,
            });
        }
        if expectations.json.is_empty() {
            expectations.json.push(JsonExpectation {
                path: None,
                type_name: None,
                equals: None,
                schema: None,
            });
        }
    }

    /// The keys of a simple schema with their types.
    fn members(&mut self, value: &Value<'t>) -> Vec<(String, JsonType)> {
        let Some(object) = self.object(value) else {
            return Vec::new();
        };
        let mut members: Vec<(String, JsonType)> = Vec::new();
        for property in &object.properties {
            let ObjectPropName::String(name) = &property.name else {
                // Strict JSON has no other names.
                continue;
            };
            if members.iter().any(|(known, _)| *known == name.value) {
                self.problems.report(span(name), || {
                    Complaint::new(format!("duplicate key {}", quoted(&name.value)))
                });
            }
            if let Some(kind) = self.json_type(&property.value) {
                members.push((name.value.to_string(), kind));
            }
        }
        members
    }
}

/// Which key holds the answer.
fn answer(members: &[(String, JsonType)]) -> Option<&str> {
    match members {
        [] => Some("answer"),
        [(only, _)] => Some(only),
        several => several
            .iter()
            .map(|(name, _)| &**name)
            .find(|name| *name == "answer"),
    }
}

//! The shape of a suite file, from JSON values to the domain's types.

mod attempts;
mod expectations;
mod gates;
mod json;
pub(crate) mod keys;
mod patterns;
mod settings;
mod validation;

use std::{
    collections::{HashMap, HashSet},
    num::NonZeroU32,
    path::Path,
    ptr,
    sync::Arc,
};

use jsonc_parser::{
    ast::{ObjectPropName, StringLit, Value},
    common::Ranged,
};
use sha2::{Digest as _, Sha256};

use self::settings::Settings;
use crate::{
    Case, GateScope, MatchOn, OutputFormat, ScopedGates, Suite,
    position::line_of,
    problem::Complaint,
    quote::quoted,
    reader::{Fields, Reader, span},
};

/// The suite that `root` describes, which was read from `text`. It is complete only if the reader has no
/// problems afterwards.
pub(crate) fn read<'t>(
    path: &Path,
    text: &str,
    root: &Value<'t>,
    reader: &mut Reader<'t>,
) -> Option<Suite> {
    let object = reader.object(root)?;
    let fields = reader.fields(object, keys::SUITE);
    let id = fields
        .value("task_list_id")
        .and_then(|value| reader.label(value, "task_list_id"));
    let description = reader.description(&fields);
    let gates = reader.gates(&fields);
    let settings = reader.settings(&fields, &Settings::default());
    let mut cases = Cases {
        reader,
        first_with_id: HashMap::new(),
        without_final_text: HashSet::new(),
        read: Vec::new(),
        scoped_gates: Vec::new(),
    };
    cases.read_all(&fields, &settings);
    Some(Suite {
        hash: hash(text),
        text: text.into(),
        path: path.to_owned(),
        id: id.map(|id| id.value.to_string()),
        description,
        cases: cases.read,
        gates,
        scoped_gates: cases.scoped_gates,
    })
}

/// The SHA-256 of `text`, in hexadecimal.
fn hash(text: &str) -> Arc<str> {
    let digest = Sha256::digest(text.as_bytes());
    let digits = digest.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<String>().into()
}

/// Reads the cases of one file, wherever in it they stand.
struct Cases<'r, 'n, 't> {
    reader: &'r mut Reader<'t>,
    first_with_id: HashMap<&'n str, &'n StringLit<'t>>,
    /// The places of `match_on` that were reported: one for many cases is one problem.
    without_final_text: HashSet<usize>,
    read: Vec<Arc<Case>>,
    scoped_gates: Vec<ScopedGates>,
}

impl<'n, 't> Cases<'_, 'n, 't> {
    fn read_all(&mut self, fields: &Fields<'n, 't>, settings: &Settings) {
        if let Some(tests) = fields.value("tests") {
            self.read_list(tests, None, settings);
        }
        if let Some(categories) = fields.value("categories") {
            self.read_categories(categories, settings);
        }
        let text = self.reader.text;
        match (fields.property("tests"), fields.property("categories")) {
            (Some(tests), Some(categories)) => {
                self.reader.problems.report(span(&categories.name), || {
                    Complaint::new("both `categories` and `tests`").help(format!(
                        "a suite has one of them; `tests` stands on line {}",
                        line_of(text, tests.start())
                    ))
                });
            }
            (None, None) => self.reader.problems.report(fields.opening.clone(), || {
                Complaint::new("no cases").help("a suite has them in `tests` or in `categories`")
            }),
            _ => {}
        }
    }

    fn read_categories(&mut self, value: &'n Value<'t>, outer: &Settings) {
        let Some(object) = self.reader.object(value) else {
            return;
        };
        if object.properties.is_empty() {
            self.reader.problems.report(span(object), || {
                Complaint::new("no cases: `categories` is empty")
            });
        }
        let mut first_with_name = HashMap::new();
        for property in &object.properties {
            let ObjectPropName::String(name) = &property.name else {
                // Strict JSON has no other names.
                continue;
            };
            let first = *first_with_name.entry(&*name.value).or_insert(name);
            if !ptr::eq(first, name) {
                self.reader
                    .duplicate("category", &name.value, span(name), first);
            }
            self.reader.check_label(name, "category's name");
            self.read_category(&name.value, &property.value, outer);
        }
    }

    fn read_category(&mut self, name: &str, value: &'n Value<'t>, outer: &Settings) {
        let Some(object) = self.reader.object(value) else {
            return;
        };
        let fields = self.reader.fields(object, keys::CATEGORY);
        // For whoever reads the file: a run has no place to show it.
        self.reader.description(&fields);
        let settings = self.reader.settings(&fields, outer);
        self.read_gates(&fields, || GateScope::Category(name.to_owned()));
        if let Some(tests) = self.reader.required(&fields, "tests") {
            self.read_list(tests, Some(name), &settings);
        }
    }

    fn read_list(&mut self, value: &'n Value<'t>, category: Option<&str>, outer: &Settings) {
        let Some(elements) = self.reader.array(value) else {
            return;
        };
        if elements.is_empty() {
            self.reader
                .problems
                .report(span(value), || Complaint::new("no cases: `tests` is empty"));
        }
        for element in elements {
            if let Some(case) = self.read_case(element, category, outer) {
                self.read.push(Arc::new(case));
            }
        }
    }

    fn read_case(
        &mut self,
        value: &'n Value<'t>,
        category: Option<&str>,
        outer: &Settings,
    ) -> Option<Case> {
        let object = self.reader.object(value)?;
        let fields = self.reader.fields(object, keys::CASE);
        let id = self.read_id(&fields);
        let command = self.reader.required(&fields, "command");
        let command = command.and_then(|value| self.reader.command(value));
        let name = fields
            .value("name")
            .and_then(|value| self.reader.text(value));
        let description = self.reader.description(&fields);
        let settings = self.reader.settings(&fields, outer);
        let expectations = self.reader.expectations(&fields, &settings);
        let weight = fields.value("weight").and_then(|it| self.reader.weight(it));
        let id = id?.to_owned();
        self.read_gates(&fields, || GateScope::Case(id.clone()));
        self.check_final_text(&id, &settings);
        Some(Case {
            name: name
                .filter(|name| !name.trim().is_empty())
                .unwrap_or_else(|| id.clone()),
            id,
            description,
            category: category.map(str::to_owned),
            tags: settings.tags,
            command: command?,
            timeout: settings.timeout,
            stall_timeout: settings.stall_timeout,
            expected_exit_code: settings.expected_exit_code,
            expectations,
            output_format: settings.output_format.unwrap_or_default(),
            match_on: settings.match_on,
            requires: settings.requires,
            retries: settings.retries,
            repeat: settings.repeat,
            weight: weight.unwrap_or(NonZeroU32::MIN),
        })
    }

    /// The gates of the part of the suite whose `fields` these are.
    fn read_gates(&mut self, fields: &Fields<'n, 't>, scope: impl FnOnce() -> GateScope) {
        let gates = self.reader.gates(fields);
        if !gates.is_empty() {
            let scope = scope();
            self.scoped_gates.push(ScopedGates { scope, gates });
        }
    }

    /// Patterns can only be looked for in a final text where there is one.
    fn check_final_text(&mut self, id: &str, settings: &Settings) {
        let Some(format) = settings.output_format else {
            return;
        };
        let place = settings.match_on_place.clone();
        if settings.match_on != MatchOn::FinalText
            || format.has_final_text()
            || !self.without_final_text.insert(place.start)
        {
            return;
        }
        self.reader.problems.report(place, || {
            Complaint::new(format!(
                "the case {} has no final text to match on",
                quoted(id)
            ))
            .help(format!(
                "its `output_format` is \"{}\": set it to \"{}\" where an agent answers, or match on \
                 \"{}\"",
                format.as_str(),
                OutputFormat::ClaudeStreamJson.as_str(),
                MatchOn::Output.as_str()
            ))
        });
    }

    /// The case's id, which no other case of the file may have.
    fn read_id(&mut self, fields: &Fields<'n, 't>) -> Option<&'n str> {
        let value = self.reader.required(fields, "id")?;
        let id = self.reader.label(value, "id")?;
        let first = *self.first_with_id.entry(&id.value).or_insert(id);
        if !ptr::eq(first, id) {
            self.reader.duplicate("id", &id.value, span(id), first);
        }
        Some(&id.value)
    }
}

//! The shape of a suite file, from JSON values to the domain's types.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    path::Path,
    ptr,
    sync::Arc,
    time::Duration,
};

use jsonc_parser::{
    ast::{ObjectPropName, StringLit, Value},
    common::Ranged,
};
use sha2::{Digest as _, Sha256};

use crate::{
    Case, Expectations, Gates, MatchOn, OutputFormat, Retries, Suite,
    model::DEFAULT_TIMEOUT,
    position::line_of,
    problem::Complaint,
    quote::quoted,
    reader::{Fields, Reader, span},
};

const SUITE_KEYS: &[&str] = &[
    "task_list_id",
    "description",
    "timeout",
    "stall_timeout",
    "expected_exit_code",
    "output_format",
    "match_on",
    "requires",
    "tags",
    "gates",
    "tests",
    "categories",
];

const CATEGORY_KEYS: &[&str] = &[
    "description",
    "timeout",
    "stall_timeout",
    "expected_exit_code",
    "output_format",
    "match_on",
    "requires",
    "tags",
    "tests",
];

const CASE_KEYS: &[&str] = &[
    "id",
    "name",
    "command",
    "description",
    "expected_patterns",
    "timeout",
    "stall_timeout",
    "expected_exit_code",
    "output_format",
    "match_on",
    "requires",
    "tags",
];

const GATE_KEYS: &[&str] = &[
    "min_success_rate",
    "max_infrastructure_errors",
    "max_cost_usd",
    "max_output_tokens",
];

/// The suite that `root` describes, which was read from `text`. It is complete only if the reader has no
/// problems afterwards.
pub(crate) fn read<'t>(
    path: &Path,
    text: &str,
    root: &Value<'t>,
    reader: &mut Reader<'t>,
) -> Option<Suite> {
    let object = reader.object(root)?;
    let fields = reader.fields(object, SUITE_KEYS);
    let id = fields
        .value("task_list_id")
        .and_then(|value| reader.label(value, "task_list_id"));
    let description = reader.description(&fields);
    let gates = fields.value("gates").map(|value| reader.gates(value));
    let settings = reader.settings(&fields, &Settings::default());
    let mut cases = Cases {
        reader,
        first_with_id: HashMap::new(),
        without_final_text: HashSet::new(),
        read: Vec::new(),
    };
    cases.read_all(&fields, &settings);
    Some(Suite {
        hash: hash(text),
        text: text.into(),
        path: path.to_owned(),
        id: id.map(|id| id.value.to_string()),
        description,
        cases: cases.read,
        gates: gates.unwrap_or_default(),
        scoped_gates: Vec::new(),
    })
}

/// The SHA-256 of `text`, in hexadecimal.
fn hash(text: &str) -> Arc<str> {
    let digest = Sha256::digest(text.as_bytes());
    let digits = digest.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<String>().into()
}

/// What can be set for a suite, for a category and for a case.
#[derive(Debug, Clone)]
struct Settings {
    timeout: Duration,
    stall_timeout: Option<Duration>,
    expected_exit_code: i32,
    /// `None` where one is given that is not known, which has been reported.
    output_format: Option<OutputFormat>,
    match_on: MatchOn,
    /// Where `match_on` is set, to point at if a case cannot be matched on that.
    match_on_place: Range<usize>,
    requires: Vec<String>,
    tags: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: DEFAULT_TIMEOUT,
            stall_timeout: None,
            expected_exit_code: 0,
            output_format: Some(OutputFormat::default()),
            match_on: MatchOn::default(),
            match_on_place: 0..0,
            requires: Vec::new(),
            tags: Vec::new(),
        }
    }
}

impl<'t> Reader<'t> {
    /// The settings that hold where `fields` stand, inside of a place where `outer` hold.
    fn settings(&mut self, fields: &Fields<'_, 't>, outer: &Settings) -> Settings {
        let mut settings = outer.clone();
        if let Some(timeout) = fields
            .value("timeout")
            .and_then(|value| self.timeout(value))
        {
            settings.timeout = timeout;
        }
        if let Some(value) = fields.value("stall_timeout") {
            settings.stall_timeout = self.timeout(value);
        }
        if let Some(code) = fields
            .value("expected_exit_code")
            .and_then(|v| self.exit_code(v))
        {
            settings.expected_exit_code = code;
        }
        if let Some(value) = fields.value("output_format") {
            settings.output_format = self.output_format(value);
        }
        if let Some(value) = fields.value("match_on")
            && let Some(part) = self.match_on(value)
        {
            settings.match_on = part;
            settings.match_on_place = span(value);
        }
        if let Some(value) = fields.value("requires") {
            add(&mut settings.requires, self.programs(value));
        }
        if let Some(value) = fields.value("tags") {
            add(&mut settings.tags, self.tags(value));
        }
        settings
    }

    fn description(&mut self, fields: &Fields<'_, 't>) -> String {
        fields
            .value("description")
            .and_then(|value| self.text(value))
            .unwrap_or_default()
    }

    fn gates(&mut self, value: &Value<'t>) -> Gates {
        let Some(object) = self.object(value) else {
            return Gates::default();
        };
        let fields = self.fields(object, GATE_KEYS);
        Gates {
            min_success_rate: fields.value("min_success_rate").and_then(|v| self.ratio(v)),
            max_infrastructure_errors: fields
                .value("max_infrastructure_errors")
                .and_then(|value| self.count(value)),
            max_cost_usd: fields.value("max_cost_usd").and_then(|v| self.dollars(v)),
            max_output_tokens: fields
                .value("max_output_tokens")
                .and_then(|value| self.count(value)),
            ..Gates::NONE
        }
    }
}

/// Adds what is not there yet.
fn add(list: &mut Vec<String>, more: Vec<String>) {
    let mut known: HashSet<String> = list.iter().cloned().collect();
    list.extend(more.into_iter().filter(|entry| known.insert(entry.clone())));
}

/// Reads the cases of one file, wherever in it they stand.
struct Cases<'r, 'n, 't> {
    reader: &'r mut Reader<'t>,
    first_with_id: HashMap<&'n str, &'n StringLit<'t>>,
    /// The places of `match_on` that were reported: one for many cases is one problem.
    without_final_text: HashSet<usize>,
    read: Vec<Arc<Case>>,
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
        let fields = self.reader.fields(object, CATEGORY_KEYS);
        // For whoever reads the file: a run has no place to show it.
        self.reader.description(&fields);
        let settings = self.reader.settings(&fields, outer);
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
        let fields = self.reader.fields(object, CASE_KEYS);
        let id = self.read_id(&fields);
        let command = self.reader.required(&fields, "command");
        let command = command.and_then(|value| self.reader.command(value));
        let name = fields
            .value("name")
            .and_then(|value| self.reader.text(value));
        let description = self.reader.description(&fields);
        let patterns = fields
            .value("expected_patterns")
            .map(|v| self.reader.patterns(v));
        let settings = self.reader.settings(&fields, outer);
        let id = id?.to_owned();
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
            expectations: Expectations::literals(patterns.unwrap_or_default()),
            output_format: settings.output_format.unwrap_or_default(),
            match_on: settings.match_on,
            requires: settings.requires,
            retries: Retries::default(),
            repeat: None,
        })
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

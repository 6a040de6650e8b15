//! Patterns: plain texts, or objects that say what kind they are.

use jsonc_parser::ast::{ObjectProp, Value};
use regex::RegexBuilder;

use super::keys;
use crate::{
    Pattern,
    problem::Complaint,
    quote::quoted,
    reader::{Fields, Reader, span},
};

/// What a pattern may be, for whoever wrote something else.
const FORMS: &str = "a pattern is a string, or an object such as {\"word\": \"4\"}, {\"regex\": \"^ok$\"} or \
                     {\"literal\": \"OK\", \"case_sensitive\": true}";

impl<'t> Reader<'t> {
    /// One pattern.
    pub(super) fn pattern(&mut self, value: &Value<'t>) -> Option<Pattern> {
        match value {
            Value::StringLit(_) => self.pattern_text(value).map(Pattern::literal),
            Value::Object(object) => {
                let fields = self.fields(object, keys::PATTERN);
                self.pattern_of(&fields)
            }
            _ => {
                self.unexpected(value, "a string or an object");
                None
            }
        }
    }

    /// A list of patterns.
    pub(super) fn patterns(&mut self, value: &Value<'t>) -> Vec<Pattern> {
        self.each(value, Self::pattern)
    }

    /// A list of patterns, or a list of such lists.
    pub(super) fn pattern_lists(&mut self, value: &Value<'t>) -> Vec<Vec<Pattern>> {
        let Some(elements) = self.array(value) else {
            return Vec::new();
        };
        let is_list = |element: &Value<'t>| element.as_array().is_some();
        if elements.iter().any(is_list) {
            return self.each(value, |reader, element| {
                if !is_list(element) {
                    reader.problems.report(span(element), || {
                        Complaint::new("a pattern among lists of patterns")
                            .help("give either patterns, or lists of patterns")
                    });
                    return None;
                }
                reader.some_patterns(element)
            });
        }
        self.some_patterns(value).into_iter().collect()
    }

    fn some_patterns(&mut self, value: &Value<'t>) -> Option<Vec<Pattern>> {
        if self.array(value)?.is_empty() {
            self.problems.report(span(value), || {
                Complaint::new("no patterns: the list is empty")
            });
            return None;
        }
        Some(self.patterns(value))
    }

    /// The pattern that is spread over `fields`, maybe beside other keys.
    pub(super) fn pattern_of(&mut self, fields: &Fields<'_, 't>) -> Option<Pattern> {
        let kinds = ["literal", "word", "regex"].map(|kind| fields.property(kind));
        let mut given = kinds.iter().flatten();
        let (first, second) = (given.next(), given.next());
        let Some(first) = first else {
            self.problems.report(fields.opening.clone(), || {
                Complaint::new("no pattern: neither `literal` nor `word` nor `regex`").help(FORMS)
            });
            return None;
        };
        if let Some(second) = second {
            let names = [first, second].map(|it| it.name.as_str());
            self.problems.report(span(&second.name), || {
                Complaint::new(format!("both `{}` and `{}`", names[0], names[1]))
                    .help("a pattern has one of them")
            });
            return None;
        }
        let case_sensitive = fields.property("case_sensitive");
        if first.name.as_str() == "regex" {
            return self.expression(first, case_sensitive);
        }
        let case_sensitive = case_sensitive.map(|it| self.boolean(&it.value));
        let text = self.pattern_text(&first.value)?;
        let case_sensitive = case_sensitive.unwrap_or(Some(false))?;
        Some(match first.name.as_str() {
            "word" => Pattern::Word {
                text,
                case_sensitive,
            },
            _ => Pattern::Literal {
                text,
                case_sensitive,
            },
        })
    }

    fn pattern_text(&mut self, value: &Value<'t>) -> Option<String> {
        let string = self.string(value)?;
        if string.value.is_empty() {
            self.problems.report(span(string), || {
                Complaint::new("the pattern is empty").help("every output contains it")
            });
            return None;
        }
        Some(string.value.to_string())
    }

    fn expression(
        &mut self,
        property: &ObjectProp<'t>,
        case_sensitive: Option<&ObjectProp<'t>>,
    ) -> Option<Pattern> {
        if let Some(property) = case_sensitive {
            self.problems.report(span(&property.name), || {
                Complaint::new("`case_sensitive` does not go with `regex`").help(
                    "an expression tells upper and lower case apart, unless it begins with (?i)",
                )
            });
        }
        let source = self.pattern_text(&property.value)?;
        if let Err(error) = compile(&source) {
            self.problems
                .report(span(&property.value), || complaint(&source, &error));
            return None;
        }
        Some(Pattern::Regex { source })
    }
}

fn compile(source: &str) -> Result<regex::Regex, regex::Error> {
    RegexBuilder::new(source)
        .size_limit(Pattern::MAX_REGEX_BYTES)
        .build()
}

fn complaint(source: &str, error: &regex::Error) -> Complaint {
    match error {
        regex::Error::CompiledTooBig(limit) => Complaint::new(format!(
            "the regular expression takes more than {} KiB",
            limit >> 10
        ))
        .help("repeat less in it: each {1,1000} makes a thousand copies of what stands before it"),
        error => {
            // The last line says what is wrong; those before it draw the expression.
            let text = error.to_string();
            let reason = text.lines().next_back().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            Complaint::new(format!(
                "{} is no regular expression: {reason}",
                quoted(source)
            ))
            .help(
                "in JSON, a backslash is written twice: \"\\\\d+\"; what has no special meaning needs \
                 none, and {\"literal\": …} has no special characters at all",
            )
        }
    }
}

//! Patterns that are found in what shows nothing.

use std::ops::Range;

use jsonc_parser::ast::Value;

use super::{
    LintCode, Lints,
    controls::{CLAUDE_INIT, TIMESTAMPS},
    matching::{Find, Matcher},
    places::Places,
};
use crate::{
    Case, MatchOn, OutputFormat, Pattern, Suite,
    problem::Complaint,
    quote::quoted,
    reader::{Reader, property, span},
};

/// Texts of other cases that a pattern is tried on. A suite that has more of them is no worse looked at by
/// the first ones.
const MAX_TEXTS: usize = 2000;

pub(super) fn check(suite: &Suite, places: &Places<'_, '_>, lints: &mut Lints) {
    let texts: Vec<_> = texts(suite).take(MAX_TEXTS).collect();
    for (index, case) in suite.cases.iter().enumerate() {
        for Placed {
            pattern,
            place,
            is_asked,
        } in patterns(index, places)
        {
            let matcher = Matcher::new(&pattern);
            if matcher.matches_nothing() {
                lints.report(LintCode::EmptyMatch, place, || {
                    Complaint::new(format!("{pattern} matches the empty text")).help(
                        "it is found in every output: let it match something, such as `.+` in place of `.*`",
                    )
                });
            } else if is_asked && let Some(control) = control(index, case, &matcher, &texts) {
                lints.report(LintCode::VacuousPattern, place, || {
                    control.complaint(&pattern, case)
                });
            }
        }
    }
}

/// What a pattern was found in.
enum Control<'a> {
    Command,
    Timestamp,
    Agent,
    Other { text: &'a str, id: &'a str },
}

impl Control<'_> {
    fn complaint(&self, pattern: &Pattern, case: &Case) -> Complaint {
        let is_agent = case.output_format.has_final_text();
        let pattern_shown = match pattern {
            Pattern::Literal { .. } => format!("the pattern {pattern}"),
            pattern => pattern.to_string(),
        };
        let control = match self {
            Self::Command => "in the command itself".to_owned(),
            Self::Timestamp => "in any timestamp".to_owned(),
            Self::Agent => "in the line that an agent begins with".to_owned(),
            Self::Other { text, id } => format!(
                "inside of {}, which the case {} expects",
                quoted(text),
                quoted(id)
            ),
        };
        let wording = format!("{pattern_shown} is found {control}");
        let complaint = Complaint::new(wording.replace(char::is_control, " "));
        match self {
            Self::Command => complaint.help(
                "an executor that only repeats the command would pass: expect what the command has to work out",
            ),
            Self::Timestamp | Self::Agent if is_agent => complaint.help(
                "look in the answer alone, with `\"match_on\": \"final_text\"`",
            ),
            _ => match pattern {
                Pattern::Literal { text, .. } => complaint.help(format!(
                    "ask for more of the line, or for the word alone: {{\"word\": {}}}",
                    serde_json::Value::from(&**text)
                )),
                _ => complaint.help("ask for more of the line"),
            },
        }
    }
}

/// The first control that a pattern of `case` is found in.
fn control<'a>(
    index: usize,
    case: &Case,
    matcher: &Matcher<'_>,
    texts: &[(usize, &'a str, &'a str)],
) -> Option<Control<'a>> {
    // Neither the command nor what an agent says about itself is in its final text.
    if case.match_on != MatchOn::FinalText {
        if matcher.find(TIMESTAMPS) != Find::No {
            return Some(Control::Timestamp);
        }
        let init = matcher.find(CLAUDE_INIT);
        if init == Find::Part || (init == Find::Whole && prints_events(case)) {
            return Some(Control::Agent);
        }
        if matcher.find(&case.command) != Find::No {
            return Some(Control::Command);
        }
    }
    let others = texts.iter().filter(|(other, ..)| *other != index);
    let mut found = others.filter(|(_, _, text)| matcher.find(text) == Find::Part);
    found
        .next()
        .map(|(_, id, text)| Control::Other { text, id })
}

/// Whether an agent's events are in what the command prints.
fn prints_events(case: &Case) -> bool {
    case.output_format == OutputFormat::ClaudeStreamJson || case.command.contains("stream-json")
}

/// The texts that cases expect, with the index of the case and its id.
fn texts(suite: &Suite) -> impl Iterator<Item = (usize, &str, &str)> {
    suite.cases.iter().enumerate().flat_map(|(index, case)| {
        let expectations = &case.expectations;
        let lists = expectations.any_of.iter().chain(&expectations.ordered);
        let patterns = expectations.expected.iter().chain(lists.flatten());
        patterns.filter_map(move |pattern| match pattern {
            Pattern::Regex { .. } => None,
            pattern => Some((index, &*case.id, pattern.text())),
        })
    })
}

struct Placed {
    pattern: Pattern,
    place: Range<usize>,
    /// Whether it has to be found, and not the contrary.
    is_asked: bool,
}

/// The patterns of a case with their places.
fn patterns<'t>(index: usize, places: &Places<'_, 't>) -> Vec<Placed> {
    // The suite is valid: nothing is reported here that was not before.
    let mut reader = Reader::new("");
    let mut found = Vec::new();
    let mut add = |value: &Value<'t>, is_asked| {
        // Keys that stand beside a pattern are none of its business here.
        if let Some(pattern) = reader.pattern(value) {
            found.push(Placed {
                pattern,
                place: span(value),
                is_asked,
            });
        }
    };
    for (key, is_asked) in [
        ("expected_patterns", true),
        ("any_of", true),
        ("ordered", true),
        ("within", true),
        ("count", true),
        ("forbidden_patterns", false),
        ("never_after", false),
    ] {
        let value = places.of_case(index, key);
        for entry in value.into_iter().flat_map(leaves) {
            let is_asked = is_asked && (key != "count" || has(entry, "at_least"));
            add(entry, is_asked);
        }
    }
    let validation = places.of_case(index, "validation");
    let validation = validation.and_then(|it| property(it.as_object()?, "must_contain"));
    for entry in validation.into_iter().flat_map(|it| leaves(&it.value)) {
        add(entry, true);
    }
    found
}

/// The entries of a list, of lists in it, or the one entry that stands in place of a list.
fn leaves<'n, 't>(value: &'n Value<'t>) -> Vec<&'n Value<'t>> {
    match value {
        Value::Array(array) => array.elements.iter().flat_map(leaves).collect(),
        value => vec![value],
    }
}

fn has(value: &Value<'_>, key: &str) -> bool {
    let object = value.as_object();
    object.is_some_and(|object| property(object, key).is_some())
}

//! What is expected, in words.

use std::fmt::Write as _;

use suite::{CodeExpectation, CountOf, JsonExpectation, NeverAfter, Pattern, Within};

use crate::text::Human;

/// Quoted values are cut to so many characters.
pub(super) const MAX_CHARS: usize = 200;

/// A pattern that has to be found: a plain text stands for itself.
pub(super) fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Literal {
            text,
            case_sensitive: false,
        } => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn forbidden(pattern: &Pattern) -> String {
    format!("no {pattern}")
}

pub(super) fn any_of(patterns: &[Pattern]) -> String {
    list(patterns, " or ")
}

pub(super) fn ordered(patterns: &[Pattern]) -> String {
    list(patterns, ", then ")
}

pub(super) fn count(count: &CountOf) -> String {
    let times = |times: u64| format!("{times} time{}", if times == 1 { "" } else { "s" });
    let often = match (count.at_least, count.at_most) {
        (Some(least), Some(most)) if least == most => times(least),
        (Some(least), Some(most)) => format!("{least} to {}", times(most)),
        (Some(least), None) => format!("at least {}", times(least)),
        (None, Some(most)) => format!("at most {}", times(most)),
        (None, None) => "any number of times".into(),
    };
    format!("{} {often}", count.pattern)
}

pub(super) fn within(within: &Within) -> String {
    let limit = Human(within.limit);
    match &within.after {
        Some(after) => format!("{} within {limit} of {after}", within.pattern),
        None => format!("{} within {limit}", within.pattern),
    }
}

pub(super) fn never_after(never: &NeverAfter) -> String {
    format!("no {} after {}", never.pattern, never.after)
}

pub(super) fn json(json: &JsonExpectation) -> String {
    let mut words = String::from("JSON");
    if let Some(path) = &json.path {
        let _ = write!(words, " with {path}");
    }
    let mut joint = " that is";
    let mut add = |what: String| {
        let _ = write!(words, "{joint} {what}");
        joint = " and";
    };
    if let Some(name) = json.type_name {
        add(format!("of the type {}", name.as_str()));
    }
    if let Some(value) = &json.equals {
        add(format!("equal to {}", cut(&value.to_string())));
    }
    if json.schema.is_some() {
        add("valid against its schema".into());
    }
    words
}

pub(super) fn code(code: &CodeExpectation) -> String {
    format!("code in {}", code.language)
}

/// A text with no more than so many characters.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn list(patterns: &[Pattern], joint: &str) -> String {
    let words: Vec<_> = patterns.iter().map(ToString::to_string).collect();
    words.join(joint)
}

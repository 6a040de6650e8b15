//! What became of what a case expects of the output.

use maud::{Markup, html};
use runner_core::{
    results::{ExpectationKind, ExpectationResult, Standing},
    text::Part,
};
use suite::MatchOn;

use crate::{
    facts::Facts,
    text::{Code, Prose},
};

/// Adds what there is to say about a case's expectations: patterns in sums and those that are missing,
/// everything else one by one where it does not hold.
pub(super) fn add(facts: &mut Facts, match_on: MatchOn, expectations: &[ExpectationResult]) {
    let is_pattern = |it: &&ExpectationResult| it.kind == ExpectationKind::Pattern;
    let (patterns, others): (Vec<_>, Vec<_>) = expectations.iter().partition(is_pattern);
    if !patterns.is_empty() {
        let found = patterns.iter().filter(|pattern| pattern.is_met()).count();
        facts.add("Patterns found", format!("{found} of {}", patterns.len()));
    }
    if !expectations.is_empty() && match_on != MatchOn::Output {
        facts.add("Patterns sought in", Part(match_on).to_string());
    }
    let mut missing = patterns
        .iter()
        .filter(|pattern| pattern.standing == Standing::Missed)
        .peekable();
    if missing.peek().is_some() {
        let missing = codes(missing.map(|pattern| &*pattern.words));
        facts.add_wide("Patterns missing", missing);
    }
    if !others.is_empty() {
        let met = others.iter().filter(|other| other.is_met()).count();
        let words = format!("{met} of {}", others.len());
        facts.add("Other expectations met", words);
    }
    for result in expectations {
        let label = match result.standing {
            Standing::NotChecked => "Not checked",
            Standing::Missed if result.kind != ExpectationKind::Pattern => "Missed",
            Standing::Missed if !result.detail.is_empty() => "Missing",
            _ => continue,
        };
        let words = html! {
            (Prose(&result.words))
            @if !result.detail.is_empty() { ": " (Prose(&result.detail)) }
        };
        facts.add_wide(label, words);
    }
}

/// Short foreign texts, as code.
pub(super) fn codes<'a>(texts: impl Iterator<Item = &'a str>) -> Markup {
    html! {
        @for (index, text) in texts.enumerate() {
            @if index > 0 { ", " }
            (Code(text))
        }
    }
}

//! Where a run took place: at the end, for those who look it up.

use executor_protocol::Health;
use maud::html;
use runner_core::{excerpt::Excerpt, results::RunInfo, text::Human};

use crate::{
    excerpt::{Blocks, words},
    facts::Facts,
    page::Section,
    text::{Code, Prose},
};

/// What is known about where a run took place.
pub(crate) struct Environment<'a> {
    run: &'a RunInfo,
    max_chars: usize,
    facts: Facts,
}

impl<'a> Environment<'a> {
    /// What every run has: the program's `versions`, the executor. Of each further text, at most
    /// `max_chars` characters are shown.
    pub(crate) fn new<'v>(
        run: &'a RunInfo,
        versions: impl Iterator<Item = &'v str>,
        max_chars: usize,
    ) -> Self {
        let mut facts = Facts::default();
        let versions = html! {
            @for (index, version) in versions.enumerate() {
                @if index > 0 { ", then " }
                (Prose(version))
            }
        };
        facts.add("Gauntlet version", versions);
        facts.add("Executor", Code(&run.executor));
        Self {
            run,
            max_chars,
            facts,
        }
    }

    /// Adds what the executor said about its health at the start.
    pub(crate) fn add_health(&mut self, health: Option<&Health>) {
        let Some(Health { body, latency }) = health else {
            return self.facts.add("Executor health", "never healthy");
        };
        let answered = format!("answered after {}", Human(*latency));
        self.facts.add("Executor health", answered);
        // Data rather than words: shown exactly.
        let is_long = body.contains('\n') || body.chars().nth(self.max_chars).is_some();
        let body = match is_long {
            true => html! { (Blocks(Excerpt::of_text(body, self.max_chars))) },
            false => html! { (Code(body)) },
        };
        self.facts.add("Health body", body);
    }

    /// The section, with all further facts.
    pub(crate) fn section(mut self) -> Section {
        for (name, value) in &self.run.environment {
            self.facts.add(Prose(name), words(value, self.max_chars));
        }
        Section::new("environment", "Environment", html! { (self.facts) })
    }
}

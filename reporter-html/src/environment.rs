//! Where a run took place: at the end, for those who look it up.

use executor_protocol::Health;
use maud::html;
use runner_core::{
    excerpt::Excerpt,
    results::RunInfo,
    text::{Grouped, Human},
};

use crate::{
    bounded::Room,
    excerpt::{Blocks, words},
    facts::Facts,
    page::Section,
    text::{Clipped, Code},
};

/// So many versions of the program are listed.
const VERSIONS: usize = 20;

/// The room of further facts.
const FACTS: Room = Room::OF_TABLE;

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
        let mut versions = versions.enumerate();
        let versions = html! {
            @for (index, version) in versions.by_ref().take(VERSIONS) {
                @if index > 0 { ", then " }
                (Clipped(version))
            }
            @let others = versions.count() as u64;
            @if others > 0 { ", and " (Grouped(others)) " more" }
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
        let all = &self.run.environment;
        let mut bytes = 0;
        let facts = all.iter().take(FACTS.entries).map(|(name, value)| {
            let fact = (html! { (Clipped(name)) }, words(value, self.max_chars));
            bytes += fact.0.0.len() + fact.1.0.len();
            (bytes <= FACTS.bytes).then_some(fact)
        });
        let facts: Vec<_> = facts.map_while(|fact| fact).collect();
        let others = all.len() - facts.len();
        for (name, value) in facts {
            self.facts.add(name, value);
        }
        if others > 0 {
            self.facts
                .add("Further facts", Grouped(others as u64).to_string());
        }
        Section::new("environment", "Environment", html! { (self.facts) })
    }
}

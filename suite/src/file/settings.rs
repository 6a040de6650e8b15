//! What can be set for a suite, for a category and for a case.

use std::{collections::HashSet, ops::Range, time::Duration};

use crate::{
    MatchOn, OutputFormat, Repeat, Retries,
    model::DEFAULT_TIMEOUT,
    reader::{Fields, Reader, span},
};

/// The settings that hold at one place of a suite file.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) timeout: Duration,
    pub(super) stall_timeout: Option<Duration>,
    pub(super) expected_exit_code: i32,
    /// `None` where one is given that is not known, which has been reported.
    pub(super) output_format: Option<OutputFormat>,
    pub(super) match_on: MatchOn,
    /// Where `match_on` is set, to point at if a case cannot be matched on that.
    pub(super) match_on_place: Range<usize>,
    pub(super) requires: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) max_gap: Option<Duration>,
    pub(super) stop_on_failure: bool,
    pub(super) retries: Retries,
    pub(super) repeat: Option<Repeat>,
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
            max_gap: None,
            stop_on_failure: false,
            retries: Retries::default(),
            repeat: None,
        }
    }
}

impl<'t> Reader<'t> {
    /// The settings that hold where `fields` stand, inside of a place where `outer` hold.
    pub(super) fn settings(&mut self, fields: &Fields<'_, 't>, outer: &Settings) -> Settings {
        let mut settings = outer.clone();
        if let Some(timeout) = fields.value("timeout").and_then(|it| self.timeout(it)) {
            settings.timeout = timeout;
        }
        if let Some(value) = fields.value("stall_timeout") {
            settings.stall_timeout = self.timeout(value);
        }
        let code = fields.value("expected_exit_code");
        if let Some(code) = code.and_then(|it| self.exit_code(it)) {
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
        if let Some(value) = fields.value("max_gap") {
            settings.max_gap = self.timeout(value);
        }
        let stops = fields.value("stop_on_failure");
        if let Some(stops) = stops.and_then(|it| self.boolean(it)) {
            settings.stop_on_failure = stops;
        }
        if let Some(retries) = fields.value("retries").and_then(|it| self.retries(it)) {
            settings.retries = retries;
        }
        if let Some(value) = fields.value("repeat") {
            settings.repeat = self.repeat(value);
        }
        settings
    }

    /// What a place of the file says about itself.
    pub(super) fn description(&mut self, fields: &Fields<'_, 't>) -> String {
        fields
            .value("description")
            .and_then(|value| self.text(value))
            .unwrap_or_default()
    }
}

/// Adds what is not there yet.
fn add(list: &mut Vec<String>, more: Vec<String>) {
    let mut known: HashSet<String> = list.iter().cloned().collect();
    list.extend(more.into_iter().filter(|entry| known.insert(entry.clone())));
}

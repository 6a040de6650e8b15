//! What is known of a run at one moment, from the process that makes it and from what is recorded.

use jiff::{Timestamp, tz::TimeZone};
use maud::Markup;
use runner_core::{
    live::LiveRun,
    recorded::{RecordedRun, RecordedState, RunKind},
    results::{Counts, RunInfo},
};
use tokio::time::Instant;

use super::{
    about, charts, drift, failures, findings, now, outages, resources, results, runner, status,
};
use crate::{
    clock::{self, Clock},
    source::SourceError,
    state::Part,
};

/// A run as the process that makes it sees it.
pub(crate) struct LiveView {
    pub(crate) run: LiveRun,
    /// The last line of what runs.
    pub(crate) line: String,
    pub(crate) now: Instant,
    pub(crate) clock: Clock,
}

/// Everything that is known of a run. What is told by both is taken from the process, which is ahead of what
/// is recorded.
#[derive(Clone, Copy)]
pub(crate) struct RunView<'a> {
    pub(crate) live: Option<&'a LiveView>,
    pub(crate) recorded: Option<&'a RecordedRun>,
    /// Why what is recorded could not be read just now.
    pub(crate) trouble: Option<&'a SourceError>,
    /// Whether anything is recorded at all.
    pub(crate) is_recorded: bool,
    pub(crate) clock: Clock,
}

impl LiveView {
    /// What the wall clock said at a moment of the run.
    pub(super) fn at(&self, moment: Instant) -> Timestamp {
        self.clock.at(moment)
    }
}

impl<'a> RunView<'a> {
    /// The parts that may change every second.
    pub(crate) fn changing_parts(self) -> Vec<Part> {
        vec![
            part("status", status::part(self)),
            part("problems", status::problems(self)),
            part("now", now::part(self)),
            part("results", results::part(self)),
            part("failures", failures::part(self)),
            part("runner", runner::part(self)),
            part("about", about::part(self)),
        ]
    }

    /// The parts that are made of what is recorded alone.
    pub(crate) fn recorded_parts(self) -> Vec<Part> {
        vec![
            part("over-time", charts::part(self)),
            part("drift", drift::part(self)),
            part("resources", resources::part(self)),
            part("findings", findings::part(self)),
            part("outages", outages::part(self)),
        ]
    }

    /// What the page is called.
    pub(crate) fn title(self) -> String {
        match self.info() {
            Some(run) => format!("{} of {}", capitalized(self.kind()), run.suite_stem),
            None => "No run yet".into(),
        }
    }

    /// The moment of the page, as its clock says it.
    pub(crate) fn at(self, now: Instant) -> String {
        clock::time_of_day(self.clock.at(now), &self.zone())
    }

    /// What is run, where, and since when; `None` before that is known.
    pub(super) fn info(self) -> Option<&'a RunInfo> {
        let live = self.live.and_then(|live| live.run.run.as_ref());
        live.or(self.recorded.map(|run| &run.run))
    }

    /// What kind of run it is. Before anything is recorded nobody knows, and "run" is right for both.
    pub(super) fn kind(self) -> RunKind {
        self.recorded.map_or(RunKind::Run, |run| run.kind)
    }

    pub(super) fn counts(self) -> Counts {
        let live = self.live.map(|live| live.run.counts);
        live.or(self.recorded.map(|run| run.counts))
            .unwrap_or_default()
    }

    /// The time zone in which the run was started, by which all its times are told.
    pub(super) fn zone(self) -> TimeZone {
        let zone = self.info().map(|run| run.started_at.time_zone().clone());
        zone.unwrap_or_else(TimeZone::system)
    }

    pub(super) fn in_full(self, at: Timestamp) -> String {
        clock::in_full(at, &self.zone())
    }

    pub(super) fn time_of_day(self, at: Timestamp) -> String {
        clock::time_of_day(at, &self.zone())
    }

    /// Whether a process is at it.
    pub(super) fn goes_on(self) -> bool {
        match (self.live, self.recorded) {
            (Some(live), _) => !matches!(live.run.phase, runner_core::live::Phase::Ended { .. }),
            (None, Some(run)) => run.state == RecordedState::Running,
            (None, None) => false,
        }
    }
}

fn capitalized(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Soak => "Soak",
        _ => "Run",
    }
}

fn part(name: &'static str, html: Markup) -> Part {
    let html = html.into_string();
    Part { name, html }
}

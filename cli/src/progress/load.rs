//! How a run of load gets on, and what came of it.

use std::time::Duration;

use load::{LiveLoad, LoadInfo, LoadResults, Tally};
use run_stats::DurationHistogram;
use runner_core::{
    outcome::OutcomeClass,
    text::{Clipped, Fine, Grouped, Human, Share, Visible},
};

use super::{
    Detail, Progress,
    fit::{Part, brief, cut, fit},
};
use crate::block::{self, Line, Ticket, Tone};

/// Where nothing moves, a line is written every so many seconds.
const LINE_EVERY: u64 = 5;

/// So much of a foreign text is looked at.
const SHOWN_CHARS: usize = 240;

/// Shows how a run of load gets on until it is dropped.
pub(crate) struct LoadView {
    shown: Option<Shown>,
    seconds: u64,
}

enum Shown {
    InPlace(Ticket),
    AsLines(Progress),
}

impl LoadView {
    /// Says what begins, and opens a block where that can be shown.
    pub(crate) fn open(info: &LoadInfo, cases: usize, progress: &Progress) -> Self {
        let plural = if cases == 1 { "" } else { "s" };
        progress.say(&format!(
            "{}: load, {} ({cases} case{plural}) on {}",
            Visible(&info.run.suite_path),
            info.model,
            Visible(&info.run.executor)
        ));
        let shown = match progress.detail() {
            Detail::Quiet => None,
            _ if block::is_possible() => Some(Shown::InPlace(block::open())),
            _ => Some(Shown::AsLines(progress.clone())),
        };
        Self { shown, seconds: 0 }
    }

    /// Shows how it goes by now.
    pub(crate) fn show(&mut self, live: &LiveLoad) {
        self.seconds += 1;
        match &self.shown {
            Some(Shown::InPlace(ticket)) => ticket.show(lines(live, block::width())),
            Some(Shown::AsLines(progress)) if self.seconds.is_multiple_of(LINE_EVERY) => {
                let lines = lines(live, usize::MAX).into_iter();
                let texts: Vec<_> = lines.map(|line| line.text).collect();
                progress.say(&texts.join("; "));
            }
            _ => {}
        }
    }
}

impl Drop for LoadView {
    fn drop(&mut self) {
        if let Some(Shown::InPlace(ticket)) = &self.shown {
            ticket.close();
        }
    }
}

/// The lines of a block that is `width` columns wide.
fn lines(live: &LiveLoad, width: usize) -> Vec<Line> {
    let line = |tone, text: String| Line {
        text: cut(&text, width).into_owned(),
        tone,
    };
    let mut lines = vec![
        line(Tone::Heading, heading(live, width)),
        line(Tone::Plain, rates(live, width)),
        line(Tone::Plain, times(live, width)),
    ];
    if let Some((case, words)) = &live.last_failure {
        let text = format!(
            "last new failure: {}: {}",
            Clipped(case, SHOWN_CHARS / 4),
            Clipped(words, SHOWN_CHARS)
        );
        lines.push(line(Tone::Plain, text));
    }
    lines
}

fn heading(live: &LiveLoad, width: usize) -> String {
    let state = match live {
        LiveLoad {
            is_ending: true, ..
        } => "waiting for the last attempts",
        LiveLoad {
            is_warming_up: true,
            ..
        } => "warming up",
        _ => "running",
    };
    let elapsed = brief(live.elapsed);
    let time = match live.planned {
        Some(planned) => format!("{elapsed} of {}", brief(planned)),
        None => elapsed,
    };
    let parts = vec![
        Part::new(2, "", "load"),
        Part::new(0, " · ", state),
        Part::new(1, " · ", time),
    ];
    fit(parts, width)
}

fn rates(live: &LiveLoad, width: usize) -> String {
    let ended: u64 = live.last_second.outcomes.iter().map(|(_, it)| it).sum();
    let mut parts = vec![Part::new(0, "", format!("{}/s", Grouped(ended)))];
    if let Some(scheduled) = live.scheduled {
        parts.push(Part::new(2, " ", format!("(scheduled {scheduled})")));
    }
    let in_flight = format!("{} in flight", Grouped(live.in_flight));
    parts.push(Part::new(1, " · ", in_flight));
    if live.last_second.held > 0 {
        let held = format!("{} had to wait", Grouped(live.last_second.held));
        parts.push(Part::new(3, " · ", held));
    }
    if live.scheduled.is_some() {
        let lag = format!("lag at most {}", Fine(live.lag_max));
        parts.push(Part::new(4, " · ", lag));
    }
    fit(parts, width)
}

fn times(live: &LiveLoad, width: usize) -> String {
    let counts = live.outcomes.counts();
    let mut parts = vec![
        Part::new(1, "", format!("{} passed", Grouped(counts.passed))),
        Part::new(0, ", ", format!("{} failed", Grouped(counts.failed))),
    ];
    let quantile = |q| live.recent.quantile(q).map(Fine);
    if let (Some(p50), Some(p95), Some(p99)) = (quantile(0.5), quantile(0.95), quantile(0.99)) {
        let quantiles = format!("p50 {p50}, p95 {p95}, p99 {p99}");
        parts.push(Part::new(2, " · ", quantiles));
        parts.push(Part::new(3, " ", "(last 5s)"));
    }
    fit(parts, width)
}

/// What came of a run of load, as it is told in the end.
pub(crate) struct Summary<'a>(pub &'a LoadResults);

/// The percentiles that are told, with their names.
const QUANTILES: [(&str, f64); 6] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("max", 1.0),
];

impl Summary<'_> {
    /// Tells it.
    pub(crate) fn tell(&self, progress: &Progress) {
        let total = self.0.measured.total();
        // Of a run that never began there is nothing to say but why.
        if total.outcomes.counts().total > 0 {
            progress.say("");
            for line in self.lines(&total) {
                progress.say(&line);
            }
            for line in self.failures() {
                progress.line(Detail::Quiet, &line);
            }
            for gate in &self.0.gates {
                progress.gate(gate);
            }
        }
        for problem in &self.0.problems {
            progress.problem(problem);
        }
    }

    fn lines(&self, total: &Tally) -> Vec<String> {
        let measured = &self.0.measured;
        let counts = total.outcomes.counts();
        let per_second = |count| measured.per_second(count).unwrap_or_default();
        let mut lines = vec![
            format!(
                "attempts      {} in {}, {:.1} a second",
                Grouped(counts.total),
                Human(measured.elapsed),
                per_second(counts.total)
            ),
            format!("goodput       {:.1} a second", per_second(total.good)),
            format!("success rate  {}", Share(counts.success())),
        ];
        let classes = total.outcomes.iter();
        let classes = classes.filter(|(class, _)| *class != OutcomeClass::Passed);
        for (class, count) in classes {
            lines.push(format!(
                "              {} {}",
                Grouped(count),
                class.words()
            ));
        }
        lines.push(format!(
            "in flight     at most {}, in {} thread{}, the busiest of them {:.0}% of the time",
            Grouped(measured.in_flight_max),
            self.0.load.threads,
            if self.0.load.threads == 1 { "" } else { "s" },
            measured.busy * 100.0
        ));
        lines.push(String::new());
        lines.extend(self.times(total));
        lines.extend(self.pace());
        lines
    }

    /// A table of times: a line each, with a column for each percentile.
    fn times(&self, total: &Tally) -> Vec<String> {
        let is_open = self.0.load.model.is_open();
        let response = if is_open { "response" } else { "duration" };
        let all: [(&str, &DurationHistogram, bool); 8] = [
            (response, &total.response, true),
            ("service", &total.service, is_open),
            ("first output", &total.first_output, true),
            ("first event", &total.first_event, true),
            ("head", &total.head, true),
            ("connect", &total.connect, true),
            ("longest gap", &total.gaps, true),
            ("lag", &self.0.measured.pace.lag, is_open),
        ];
        let header = QUANTILES.map(|(name, _)| format!("{name:>9}")).concat();
        let mut lines = vec![format!("              {header}")];
        for (name, histogram, is_told) in all {
            if is_told && !histogram.is_empty() {
                let cell = |(_, q)| {
                    let value = histogram.quantile(q).unwrap_or(Duration::ZERO);
                    format!("{:>9}", Fine(value).to_string())
                };
                lines.push(format!("{name:<14}{}", QUANTILES.map(cell).concat()));
            }
        }
        lines
    }

    /// What is to be known about the schedule.
    fn pace(&self) -> Vec<String> {
        let pace = &self.0.measured.pace;
        let mut lines = Vec::new();
        if self.0.load.model.is_open() {
            lines.push(
                "              response counts from when an attempt was to begin, service from when it began"
                    .to_owned(),
            );
        }
        if pace.held > 0 {
            lines.push(format!(
                "{} attempts had to wait for another one to end (--max-in-flight)",
                Grouped(pace.held)
            ));
        }
        if pace.never_begun > 0 {
            lines.push(format!(
                "{} attempts of the schedule were never begun: times are at least as long as told",
                Grouped(pace.never_begun)
            ));
        }
        lines
    }

    fn failures(&self) -> Vec<String> {
        let failures = &self.0.measured.failures;
        /// Enough to see what is wrong; the report has more.
        const SHOWN: usize = 5;
        let mut lines: Vec<_> = failures
            .kinds()
            .iter()
            .take(SHOWN)
            .map(|kind| {
                format!(
                    "✗ {} × {}, {}: {}",
                    Grouped(kind.count),
                    Clipped(&kind.case_id, SHOWN_CHARS / 4),
                    kind.class.words(),
                    Clipped(&kind.words, SHOWN_CHARS)
                )
            })
            .collect();
        let shown: u64 = failures.kinds().iter().take(SHOWN).map(|it| it.count).sum();
        let all: u64 = failures.kinds().iter().map(|it| it.count).sum();
        let others = all + failures.others() - shown;
        if others > 0 {
            lines.push(format!("and {} others", Grouped(others)));
        }
        lines
    }
}

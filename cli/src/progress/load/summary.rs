//! What came of a run of load: the numbers, the ways to fail, the gates, the problems.

use std::time::Duration;

use load::{LoadResults, Tally};
use run_stats::DurationHistogram;
use runner_core::{
    outcome::OutcomeClass,
    text::{Clipped, Fine, Grouped, Human, Share},
};

use super::SHOWN_CHARS;
use crate::progress::{Detail, Progress};

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

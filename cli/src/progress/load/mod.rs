//! How a run of load gets on.

mod summary;

use load::{LiveLoad, LoadInfo};
use runner_core::text::{Clipped, Fine, Grouped, Visible};

pub(crate) use self::summary::Summary;

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
pub(super) fn lines(live: &LiveLoad, width: usize) -> Vec<Line> {
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use load::{ArrivalRate, Point};
    use runner_core::{outcome::OutcomeClass, recorded::OutcomeCounts};

    use super::*;

    fn live() -> LiveLoad {
        let mut outcomes = OutcomeCounts::default();
        outcomes.add(OutcomeClass::Passed, 12_345);
        outcomes.add(OutcomeClass::TimedOut, 6);
        let mut last_second = Point::default();
        last_second.outcomes.add(OutcomeClass::Passed, 198);
        last_second.held = 3;
        LiveLoad {
            elapsed: Duration::from_secs(65),
            planned: Some(Duration::from_secs(300)),
            is_warming_up: false,
            is_ending: false,
            scheduled: ArrivalRate::of(200.0),
            last_second,
            in_flight: 1_007,
            outcomes,
            good: 12_000,
            recent: (1..=100).map(Duration::from_millis).collect(),
            lag_max: Duration::from_micros(412),
            last_failure: Some(("ask".into(), "timed\u{1b}[2Jout".into())),
        }
    }

    fn texts(live: &LiveLoad, width: usize) -> Vec<String> {
        lines(live, width)
            .into_iter()
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn a_few_lines_tell_how_it_goes() {
        assert_eq!(
            texts(&live(), usize::MAX)[..3],
            [
                "load · running · 1m 05s of 5m 00s",
                "198/s (scheduled 200/s) · 1,007 in flight · 3 had to wait · lag at most 412µs",
                "12,345 passed, 6 failed · p50 50.0ms, p95 95.0ms, p99 98.9ms (last 5s)",
            ]
        );
    }

    #[test]
    fn no_line_is_wider_than_there_is_room_and_nothing_foreign_controls_the_terminal() {
        for width in [1, 20, 60, 200] {
            for text in texts(&live(), width) {
                assert!(
                    console::measure_text_width(&text) <= width.max(30),
                    "{text}"
                );
                assert!(!text.contains('\u{1b}'), "{text:?}");
            }
        }
    }

    #[test]
    fn in_the_closed_model_nothing_is_said_of_a_schedule() {
        let mut closed = live();
        closed.scheduled = None;
        closed.last_second.held = 0;
        closed.is_ending = true;
        let texts = texts(&closed, usize::MAX);
        assert_eq!(
            texts[0],
            "load · waiting for the last attempts · 1m 05s of 5m 00s"
        );
        assert_eq!(texts[1], "198/s · 1,007 in flight");
    }
}

//! What it costs a run to be measured, and how much there is to send.
//!
//! `cargo bench -p run-metrics` prints the time that an attempt takes to be counted, beside what the view of
//! a run that the terminal has takes for the same events, and the size of the text for as many cases as
//! have a label of their own.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use executor_protocol::StreamStats;
use run_metrics::{MAX_CASES, RunMetrics};
use runner_core::{
    events::RunEvent,
    live::{LiveRun, SharedLiveRun},
    outcome::Outcome,
    results::{AttemptReport, Counts, Place, Verdict},
    tries::{Tries, TurnEnd},
};
use suite::Case;

const ATTEMPTS: u64 = 1_000_000;

fn case(index: usize) -> Case {
    Case::new(format!("category.case-{index}"), "true")
}

/// How long an attempt takes that is told to `observe`, from its beginning to its end.
fn time(cases: &[Case], mut observe: impl FnMut(&RunEvent<'_>)) -> Duration {
    let report = &AttemptReport {
        elapsed: Duration::from_millis(120),
        stats: StreamStats {
            first_output: Some(Duration::from_millis(12)),
            events: 10,
            bytes: 1000,
            ..StreamStats::default()
        },
        ..AttemptReport::bare("x".into(), Duration::ZERO, Outcome::Passed)
    };
    let mut attempt = |number: u64| {
        let index = number as usize % cases.len();
        let (case, iteration) = (&cases[index], number / cases.len() as u64 + 1);
        let place = Place {
            number,
            iteration,
            index,
            try_number: 1,
        };
        observe(&RunEvent::AttemptStarted { place, case });
        observe(&RunEvent::AttemptFinished {
            place,
            case,
            report,
            end: Some(TurnEnd {
                verdict: Verdict::Pass,
                tries: Tries { made: 1, passed: 1 },
            }),
        });
    };
    // Once to make the cases known.
    (0..cases.len() as u64).for_each(&mut attempt);
    let began = Instant::now();
    (0..ATTEMPTS).for_each(&mut attempt);
    began.elapsed() / ATTEMPTS as u32
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let cases: Vec<_> = (0..MAX_CASES).map(case).collect();
    let metrics = RunMetrics::new();
    let now = tokio::time::Instant::now();
    let counted = time(&cases, |event| metrics.on_event(event, now));
    let live = LiveRun::new(now, Duration::ZERO, Counts::default(), None);
    let live = SharedLiveRun::new(live);
    let viewed = time(&cases, |event| live.on_event(event, now));
    let ratio = counted.as_secs_f64() / viewed.as_secs_f64();
    println!("one attempt to the metrics:            {counted:?}");
    println!("the same to the view of the terminal:  {viewed:?} (ratio {ratio:.2})");

    let began = Instant::now();
    let text = black_box(metrics.text_at(now));
    let took = began.elapsed();
    println!(
        "the text of {MAX_CASES} cases: {} bytes in {} lines, written in {took:?}",
        text.len(),
        text.lines().count()
    );
}

//! What all reports on load say in the same words.

use run_stats::DurationHistogram;
use runner_core::{
    outcome::OutcomeClass,
    recorded::Standing,
    text::{Grouped, Human, Many, OrDash, Seconds, Share},
    words::{Tried, capitalized},
};

use crate::{LoadResults, Tally};

/// The percentiles of tables of times: what they are called, and which share does not exceed them.
pub const QUANTILES: [(&str, f64); 6] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("Max", 1.0),
];

/// What makes attempts good, after their number.
pub const GOODPUT: &str = "passed and took no longer than the gates on times allow";

/// So many in a second, with one decimal place; a dash where that is not known.
#[must_use]
pub fn per_second(rate: Option<f64>) -> String {
    OrDash(rate.map(|rate| format!("{rate:.1}"))).to_string()
}

/// The figures of a run whose attempts came to `total`, as names and values without anything foreign. The
/// names begin with a capital.
#[must_use]
pub fn figures(results: &LoadResults, total: &Tally) -> Vec<(&'static str, String)> {
    let measured = &results.measured;
    let counts = total.outcomes.counts();
    let goodput = per_second(results.goodput());
    vec![
        ("Attempts", Grouped(counts.total).to_string()),
        ("Measured for", Seconds(measured.elapsed).to_string()),
        (
            "Attempts a second",
            per_second(measured.per_second(counts.total)),
        ),
        ("Goodput", format!("{goodput} a second {GOODPUT}")),
        ("Success rate", Share(counts.success()).to_string()),
    ]
}

/// How a run that has not ended stands, in sentences; `tried` is what came of its attempts.
#[must_use]
pub fn standing(standing: Standing, total: &Tally) -> String {
    let counts = total.outcomes.counts();
    let tried = Tried(&counts);
    match standing {
        Standing::BrokenOff => {
            format!("Its process was killed, or the machine went down. Until then, {tried}.")
        }
        _ => format!("So far, {tried}."),
    }
}

/// How many attempts came to what, but for those that passed, as names and values. The names begin with a
/// capital.
#[must_use]
pub fn not_passed(total: &Tally) -> Vec<(String, String)> {
    let others = total
        .outcomes
        .iter()
        .filter(|(class, _)| *class != OutcomeClass::Passed);
    let told = others.map(|(class, count)| (capitalized(class.words()), Grouped(count)));
    told.map(|(name, count)| (name, count.to_string()))
        .collect()
}

/// What the generator did and what it took, as names and values. The names begin with a capital.
#[must_use]
pub fn generator_facts(results: &LoadResults) -> Vec<(&'static str, String)> {
    let (load, measured) = (&results.load, &results.measured);
    let mut facts = vec![
        (
            "In flight",
            format!("at most {}", Grouped(measured.in_flight_max)),
        ),
        (
            "Generator",
            format!(
                "{}, the busiest of them {:.0}% of its time",
                Many(load.threads as u64, "thread"),
                measured.busy * 100.0
            ),
        ),
    ];
    if !load.warmup.is_zero() {
        let (warmup, attempts) = (Human(load.warmup), Grouped(measured.warmup_attempts));
        let words = format!("{warmup}, with {attempts} attempts that do not count");
        facts.push(("Warm-up", words));
    }
    let pace = &measured.pace;
    if pace.held > 0 {
        let held = Grouped(pace.held);
        let words = format!("{held} attempts, until another one ended");
        facts.push(("Had to wait", words));
    }
    if pace.never_begun > 0 {
        let never = Grouped(pace.never_begun);
        let words =
            format!("{never} attempts of the schedule, so that times are at least as long as told");
        facts.push(("Never begun", words));
    }
    facts
}

/// What is measured from when to when; empty without any difference.
#[must_use]
pub fn counted_from(results: &LoadResults) -> &'static str {
    match results.load.model.is_open() {
        true => {
            "Response and first output count from when an attempt was to begin, all others from when it began. \
             Lag is the generator's own delay."
        }
        false => "",
    }
}

/// All times of which any is known, with their names, in the order in which they are told. Those of the
/// open model alone are told of it alone.
#[must_use]
pub fn times<'r>(
    results: &'r LoadResults,
    total: &'r Tally,
) -> Vec<(&'static str, &'r DurationHistogram)> {
    let is_open = results.load.model.is_open();
    let response = if is_open { "Response" } else { "Duration" };
    let all = [
        (response, &total.response, true),
        ("Service", &total.service, is_open),
        ("First output", &total.first_output, true),
        ("First event", &total.first_event, true),
        ("Head", &total.head, true),
        ("Connect", &total.connect, true),
        ("Longest gap", &total.gaps, true),
        ("Lag", &results.measured.pace.lag, is_open),
    ];
    all.into_iter()
        .filter(|(_, durations, is_told)| *is_told && !durations.is_empty())
        .map(|(name, durations, _)| (name, durations))
        .collect()
}

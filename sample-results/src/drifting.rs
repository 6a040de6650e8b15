//! A soak of a day in which much drifts, held against one before.

use std::time::Duration;

use runner_core::{
    comparison::{AgainstBaseline, Pair},
    drift::{Quantity, Series, Windows},
    recorded::{RecordedCase, RecordedRun, Totals},
};

use crate::{recorded::hour, recorded_runs::clean};

const WINDOWS: usize = 48;

/// A soak of a day whose executor leaks memory, and in which one case became slower at noon; held against a
/// run in which it was as quick as in the beginning.
#[must_use]
pub fn drifting() -> RecordedRun {
    let mut run = clean();
    run.windows = windows();
    let mut baseline = clean();
    baseline.id = 3;
    baseline.run.marker = "SIMPLE_STRESS_TEST_20250601_080000".into();
    slow_down(&mut run.cases[1], Duration::from_millis(900));
    slow_down(&mut baseline.cases[1], Duration::from_millis(300));
    run.baseline = Some(AgainstBaseline::of(Pair {
        baseline: &baseline,
        candidate: &run,
    }));
    run
}

/// Gives a case durations of about so long.
fn slow_down(case: &mut RecordedCase, about: Duration) {
    let durations = (0..300).map(|index| about + Duration::from_millis(noise(index) as u64));
    case.totals.durations = durations.collect();
}

/// Something between 0 and 100 that looks like noise.
fn noise(place: usize) -> f64 {
    (place * 7_919 % 101) as f64
}

fn windows() -> Windows {
    let totals = (0..WINDOWS).map(|window| {
        let mut totals = Totals::default();
        totals
            .outcomes
            .add(runner_core::outcome::OutcomeClass::Passed, 40);
        let ms = 400 + noise(window) as u64;
        totals.durations = std::iter::repeat_n(Duration::from_millis(ms), 40).collect();
        totals
    });
    let series = |quantity, case: Option<&str>, value: &dyn Fn(usize) -> f64| {
        let values = (0..WINDOWS).map(|window| Some(value(window))).collect();
        Series::new(quantity, case.map(Into::into), values)
    };
    let mut windows = Windows {
        width: Duration::from_secs(1800),
        totals: totals.collect(),
        series: vec![
            series(Quantity::SuccessRate, None, &|_| 1.0),
            series(Quantity::ExecutorMemory, None, &|window| {
                5e8 + 6.3e6 * window as f64 + 1e5 * noise(window)
            }),
            series(Quantity::DurationP50, Some("simple_2"), &|window| {
                let level = if window < WINDOWS / 2 { 0.3 } else { 0.9 };
                level + noise(window) / 1000.0
            }),
        ],
        ..Windows::none(hour(0))
    };
    windows.look_for_drift();
    windows
}

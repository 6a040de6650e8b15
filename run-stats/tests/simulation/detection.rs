//! Series that drift, by how much is known.

use std::time::Duration;

use run_stats::{ChangePoint, Confidence, Drift, Trend};

use crate::{
    noise::{Noise, Window, windows},
    share::Share,
};

const HOUR: Duration = Duration::from_secs(3_600);
const SURE: Confidence = Confidence::PERCENT_95;

/// Memory in percent of what it was, which grows by 1 in each hour and varies by 2.
fn leak(noise: &mut Noise, hours: usize, autocorrelation: f64) -> Vec<Window> {
    windows(&noise.series(hours, autocorrelation), |hour, noise| {
        100.0 + hour as f64 + 2.0 * noise
    })
}

#[test]
fn a_leak_of_one_percent_an_hour_is_found_within_a_day() {
    for (autocorrelation, repetitions) in [(0.0, 200), (0.3, 200), (0.6, 400)] {
        let mut noise = Noise::new(10);
        let mut steps = 0;
        let mut rates = 0.0;
        let found = Share::of(repetitions, || {
            let leak = leak(&mut noise, 24, autocorrelation);
            let drift = Drift::of(&leak, HOUR, SURE).expect("enough windows");
            steps += u64::from(!drift.change_points().is_empty());
            rates += drift.per_hour();
            drift.is_found() && drift.per_hour() > 0.0
        });
        let steps = Share {
            count: steps,
            repetitions,
        };
        let rate = rates / repetitions as f64;
        println!(
            "a leak, autocorrelation {autocorrelation}: {:.3} found, {:.3} taken for steps, {rate:.3} an hour",
            found.rate(),
            steps.rate()
        );
        assert!(found.rate() >= 0.9, "{found:?}");
        assert!(steps.is_at_most(0.05), "{steps:?}");
        assert!((rate - 1.0).abs() < 0.03, "{rate}");
    }
}

#[test]
fn without_autocorrelation_two_thirds_of_a_day_are_enough() {
    let mut noise = Noise::new(11);
    let found = Share::of(200, || {
        let leak = leak(&mut noise, 16, 0.0);
        Trend::of(&leak, SURE).is_some_and(|trend| SURE.is_met_by(trend.p_value))
    });
    println!("a leak within 16 hours: {:.3} found", found.rate());
    assert!(found.rate() >= 0.9, "{found:?}");
}

#[test]
fn two_days_of_a_leak_are_certain_to_ninety_nine_percent() {
    for autocorrelation in [0.0, 0.6] {
        let mut noise = Noise::new(12);
        let found = Share::of(100, || {
            let leak = leak(&mut noise, 48, autocorrelation);
            let drift = Drift::of(&leak, HOUR, Confidence::PERCENT_99);
            drift.is_some_and(|drift| drift.is_found())
        });
        println!(
            "a leak within 48 hours at 99 %, autocorrelation {autocorrelation}: {:.3} found",
            found.rate()
        );
        assert!(found.is_at_least(0.9), "{found:?}");
    }
}

#[test]
fn the_correction_leaves_most_of_the_power() {
    // Of a slope that is 3.24 standard errors of least squares the best test for white noise, which
    // knows that it is white, finds 90 %.
    let hours = 48;
    let slope = 3.24 * (12.0 / 48_f64.powi(3)).sqrt();
    let mut noise = Noise::new(13);
    let found = Share::of(200, || {
        let weak = windows(&noise.series(hours, 0.0), |hour, noise| {
            slope * hour as f64 + noise
        });
        Trend::of(&weak, SURE).is_some_and(|trend| SURE.is_met_by(trend.p_value))
    });
    println!("of what could be found in 90 %: {:.3}", found.rate());
    assert!(found.rate() >= 0.7, "{found:?}");
}

#[test]
fn the_interval_of_a_slope_holds_it_and_is_not_much_wider_than_it_has_to_be() {
    let slope = -0.5;
    for (hours, autocorrelation, missing, step) in [
        (24, 0.0, 0.0, 0.0),
        (24, 0.6, 0.0, 0.0),
        (48, 0.6, 0.2, 0.0),
        (48, 0.3, 0.0, 1.0),
    ] {
        let mut noise = Noise::new(14);
        let mut width = 0.0;
        let held = Share::of(250, || {
            let all = windows(&noise.series(hours, autocorrelation), |hour, noise| {
                let value = slope * hour as f64 + 3.0 * noise;
                // Rounding makes ties.
                if step > 0.0 {
                    (value / step).round() * step
                } else {
                    value
                }
            });
            let all = noise.with_gaps(&all, missing);
            let interval = Trend::of(&all, SURE).expect("enough windows").interval;
            interval.is_none_or(|interval| {
                width += (interval.high - interval.low) / 250.0;
                interval.low <= slope && slope <= interval.high
            })
        });
        // What least squares would take if the autocorrelation were known, and no data were missing.
        let together = (1.0 + autocorrelation) / (1.0 - autocorrelation);
        let needed = 2.0 * 1.96 * 3.0 * (12.0 * together / (hours as f64).powi(3)).sqrt();
        println!(
            "{hours} windows, autocorrelation {autocorrelation}: {:.3} held, {:.2} times as wide",
            held.rate(),
            width / needed
        );
        assert!(held.is_at_least(0.95), "{held:?}");
        assert!(width < 2.0 * needed, "{width}, not {needed}");
    }
}

#[test]
fn gaps_at_random_change_nothing_systematically() {
    let mut noise = Noise::new(15);
    let repetitions = 300;
    let differences: Vec<f64> = (0..repetitions)
        .map(|_| {
            let all = leak(&mut noise, 36, 0.3);
            let some = noise.with_gaps(&all, 0.4);
            let slope = |windows: &[Window]| Trend::of(windows, SURE).map(|trend| trend.slope);
            slope(&some).expect("enough windows") - slope(&all).expect("enough windows")
        })
        .collect();
    let mean = differences.iter().sum::<f64>() / f64::from(repetitions);
    let squares: f64 = differences.iter().map(|one| (one - mean).powi(2)).sum();
    let error = squares.sqrt() / f64::from(repetitions);
    println!("gaps: {mean:.5} ± {error:.5}");
    assert!(mean.abs() < 4.0 * error, "{mean} ± {error}");
}

#[test]
fn a_step_is_found_where_it_is() {
    for (hours, at, height, autocorrelation) in [
        (24, 12, 6.0, 0.0),
        (24, 6, 6.0, 0.6),
        (48, 30, 5.0, 0.6),
        (168, 100, 4.0, 0.6),
    ] {
        let mut noise = Noise::new(16);
        let repetitions = if hours > 100 { 30 } else { 120 };
        let mut drifting = 0;
        let found = Share::of(repetitions, || {
            let step = windows(&noise.series(hours, autocorrelation), |hour, noise| {
                noise + if hour < at { 0.0 } else { height }
            });
            let drift = Drift::of(&step, HOUR, SURE).expect("enough windows");
            drifting += u64::from(drift.is_found());
            let is_near = |change: &ChangePoint| change.window.abs_diff(at) <= 1;
            drift.change_points().iter().any(is_near)
        });
        let drifting = drifting as f64 / repetitions as f64;
        println!(
            "a step of {height} at {at} of {hours} windows, autocorrelation {autocorrelation}: {:.3} found, {drifting:.3} taken for a trend",
            found.rate()
        );
        assert!(found.is_at_least(0.9), "{found:?}");
        assert!(drifting <= 0.1, "{drifting}");
    }
}

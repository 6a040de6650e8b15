//! Series in which nothing drifts. At 95 % confidence an alarm may be false in 5 % of them.

use std::{f64::consts::TAU, time::Duration};

use run_stats::{Confidence, Drift};

use crate::{
    noise::{Noise, Window, windows},
    share::Share,
};

const HOUR: Duration = Duration::from_secs(3_600);
const SURE: Confidence = Confidence::PERCENT_95;

/// In how many of all series a trend is found, and in how many a change.
#[derive(Debug, Clone, Copy)]
struct Alarms {
    trends: Share,
    changes: Share,
}

impl Alarms {
    fn of(repetitions: u64, mut series: impl FnMut() -> Vec<Window>) -> Self {
        let mut changes = 0;
        let trends = Share::of(repetitions, || {
            let drift = Drift::of(&series(), HOUR, SURE).expect("enough windows");
            changes += u64::from(!drift.change_points().is_empty());
            drift.is_found()
        });
        let changes = Share {
            count: changes,
            repetitions,
        };
        Self { trends, changes }
    }

    #[track_caller]
    fn are_rare(self, what: &str) {
        println!(
            "{what}: {:.3} trends, {:.3} changes",
            self.trends.rate(),
            self.changes.rate()
        );
        assert!(
            self.trends.is_at_most(0.05) && self.changes.is_at_most(0.05),
            "{what}: {self:?}"
        );
    }
}

fn noise_of(count: usize, repetitions: u64) {
    for autocorrelation in [0.0, 0.3, 0.6] {
        let mut noise = Noise::new(count as u64);
        Alarms::of(repetitions, || {
            let noise = noise.series(count, autocorrelation);
            windows(&noise, |_, noise| 500.0 + 10.0 * noise)
        })
        .are_rare(&format!(
            "{count} windows of noise, autocorrelation {autocorrelation}"
        ));
    }
}

#[test]
fn noise_is_no_drift_over_24_windows() {
    noise_of(24, 1_000);
}

#[test]
fn noise_is_no_drift_over_48_windows() {
    noise_of(48, 360);
}

#[test]
fn noise_is_no_drift_over_168_windows() {
    noise_of(168, 80);
}

#[test]
fn noise_is_no_drift_where_data_are_missing() {
    for autocorrelation in [0.0, 0.6] {
        let mut noise = Noise::new(2);
        Alarms::of(200, || {
            let all = windows(&noise.series(48, autocorrelation), |_, noise| noise);
            noise.with_gaps(&all, 0.3)
        })
        .are_rare(&format!(
            "three of ten windows missing, autocorrelation {autocorrelation}"
        ));
    }
}

#[test]
fn noise_is_no_drift_where_most_windows_are_the_same() {
    // Success rates of 20 attempts each, of which nearly all succeed.
    let mut noise = Noise::new(3);
    Alarms::of(250, || {
        let failures = |noise: f64| (noise - 0.5).max(0.0).ceil();
        windows(&noise.series(48, 0.3), |_, noise| {
            1.0 - failures(noise) / 20.0
        })
    })
    .are_rare("success rates");

    // Whole numbers of a few sizes, like threads.
    Alarms::of(250, || {
        windows(&noise.series(24, 0.6), |_, noise| (8.0 + noise).round())
    })
    .are_rare("counts");
}

#[test]
fn noise_is_no_drift_where_it_is_skewed_and_has_spikes() {
    // Like the durations of attempts: some take long, and some windows lie in an outage.
    for autocorrelation in [0.0, 0.6] {
        let mut noise = Noise::new(4);
        Alarms::of(200, || {
            let mut windows = windows(&noise.series(48, autocorrelation), |_, noise| {
                2.0 * (0.5 * noise).exp()
            });
            for window in windows.iter_mut().flatten() {
                if noise.even() < 0.03 {
                    *window = 60.0;
                }
            }
            windows
        })
        .are_rare(&format!("durations, autocorrelation {autocorrelation}"));
    }
}

#[test]
fn a_rhythm_of_days_is_no_drift_over_a_week() {
    let mut noise = Noise::new(5);
    Alarms::of(40, || {
        let phase = noise.even();
        windows(&noise.series(168, 0.3), |hour, noise| {
            3.0 * (TAU * (hour as f64 / 24.0 + phase)).sin() + noise
        })
    })
    .are_rare("a week with days");
}

#[test]
fn among_many_quantities_that_do_not_drift_none_is_found() {
    let mut noise = Noise::new(6);
    let mut changes = 0;
    let repetitions = 40;
    let trends = Share::of(repetitions, || {
        // Quantities of one machine have something in common.
        let common = noise.series(24, 0.3);
        let quantities: Vec<Vec<Window>> = (0..20)
            .map(|_| windows(&noise.series(24, 0.3), |hour, own| 0.5 * common[hour] + own))
            .collect();
        let drifts = Drift::of_each(&quantities, HOUR, SURE);
        let changed = |drift: &Drift| !drift.change_points().is_empty();
        changes += u64::from(drifts.iter().flatten().any(changed));
        drifts.iter().flatten().any(Drift::is_found)
    });
    let changes = Share {
        count: changes,
        repetitions,
    };
    Alarms { trends, changes }.are_rare("any of 20 quantities");
}

//! A search for a threshold that is blurred: how often its interval holds it, and after how many trials.

use run_stats::{Confidence, SearchPlan, SearchState, ThresholdSearch};

use crate::{noise::Noise, share::Share};

/// The end of one search: whether its interval holds the threshold, whether it got as narrow as asked for, and
/// after how many trials.
struct End {
    holds: bool,
    is_found: bool,
    trials: usize,
}

/// Searches a threshold close to which levels hold now and then: at it every other time, a `spread` in
/// logarithms below it three times in four.
fn search(noise: &mut Noise, threshold: f64, spread: f64) -> End {
    let plan = SearchPlan {
        start: 100.0,
        range: 1.0..=100_000.0,
        resolution: 0.1,
        confidence: Confidence::new(0.9).expect("a share"),
        max_trials: 60,
    };
    let mut search = ThresholdSearch::new(plan).expect("a plan");
    while let Some(level) = search.next_level() {
        let steepness = 3_f64.ln() / spread;
        let share = 1.0 / (1.0 + ((level / threshold).ln() * steepness).exp());
        search.add(level, noise.even() < share);
    }
    let found = search.threshold();
    End {
        holds: found.interval.contains(&threshold),
        is_found: found.state == SearchState::Found,
        trials: search.trials().len(),
    }
}

#[test]
fn an_interval_holds_a_sharp_threshold_as_often_as_it_says_and_a_blurred_one_nearly() {
    for (spread, holds_at_least) in [(0.001, 0.9), (0.01, 0.9), (0.04, 0.9), (0.15, 0.8)] {
        let mut noise = Noise::new(11);
        let mut ends = Vec::new();
        for _ in 0..300 {
            let threshold = 20.0 * (noise.even() * 5_000_f64.ln()).exp();
            ends.push(search(&mut noise, threshold, spread));
        }
        let share = |what: fn(&End) -> bool| {
            let mut ends = ends.iter();
            Share::of(300, || ends.next().is_some_and(what))
        };
        let (holds, found) = (share(|end| end.holds), share(|end| end.is_found));
        let trials: usize = ends.iter().map(|end| end.trials).sum();
        println!(
            "spread {spread}: {:.3} of the intervals hold the threshold, {:.3} are found, after {:.1} trials",
            holds.rate(),
            found.rate(),
            trials as f64 / 300.0
        );
        assert!(
            holds.is_at_least(holds_at_least),
            "{holds:?} with spread {spread}"
        );
    }
}

//! A test that is looked at after every trial: how often it errs, and how soon it comes to an end.

use run_stats::{Confidence, Decision, SequentialTest};

use crate::{noise::Noise, share::Share};

/// No test of these goes on for longer.
const MOST: u64 = 2_000;

/// What a test of `target` comes to where this is the true share, and after how many trials. It is looked at
/// after every one.
fn run(noise: &mut Noise, target: f64, rate: f64, most: u64) -> (Option<Decision>, u64) {
    let mut test = SequentialTest::new(target, Confidence::PERCENT_95);
    for trials in 1..=most {
        test.add(noise.even() < rate);
        if let Some(decision) = test.decision() {
            return (Some(decision), trials);
        }
    }
    (None, most)
}

#[test]
fn a_test_that_is_looked_at_after_every_trial_errs_no_more_often_than_it_says() {
    for (target, rates) in [
        (0.5, [0.3, 0.45, 0.5, 0.55, 0.7]),
        (0.9, [0.8, 0.88, 0.9, 0.92, 0.97]),
        (0.99, [0.95, 0.985, 0.99, 0.995, 1.0]),
    ] {
        for rate in rates {
            let mut noise = Noise::new(7);
            let mut outcomes = Vec::new();
            for _ in 0..1_000 {
                outcomes.push(run(&mut noise, target, rate, MOST).0);
            }
            let share = |decision: Decision| {
                let mut outcomes = outcomes.iter();
                Share::of(1_000, || outcomes.next() == Some(&Some(decision)))
            };
            let (passes, fails) = (share(Decision::Pass), share(Decision::Fail));
            println!(
                "target {target}, truth {rate}: {:.3} pass, {:.3} fail",
                passes.rate(),
                fails.rate()
            );
            if rate >= target {
                assert!(
                    fails.is_at_most(0.05),
                    "{fails:?} of {rate} against {target}"
                );
            }
            if rate <= target {
                assert!(
                    passes.is_at_most(0.05),
                    "{passes:?} of {rate} against {target}"
                );
            }
        }
    }
}

/// The probability of at most so many successes.
fn at_most(successes: u64, trials: u64, rate: f64) -> f64 {
    let mut weight = (1.0 - rate).powi(trials as i32);
    let mut sum = weight;
    for count in 1..=successes {
        weight *= (trials - count + 1) as f64 / count as f64 * rate / (1.0 - rate);
        sum += weight;
    }
    sum
}

/// How many trials a test needs that is looked at once, to tell these two shares apart with an error of at
/// most 0.05 in either direction.
fn fixed_size(low: f64, high: f64) -> u64 {
    let tells = |trials: u64| {
        (0..trials)
            .any(|cut| at_most(cut, trials, high) <= 0.05 && at_most(cut, trials, low) >= 0.95)
    };
    (1..).find(|trials| tells(*trials)).expect("enough trials")
}

#[test]
fn what_is_far_from_the_target_is_told_earlier_than_by_a_test_that_is_looked_at_once() {
    // A test that is looked at once has to be sized for the difference that it is to see, and sees no sooner
    // what is larger. Here it is sized for what is true, and in the last two for less.
    for (target, sized_for, truth) in [
        (0.9, 0.5, 0.5),
        (0.9, 0.7, 0.7),
        (0.9, 0.99, 0.99),
        (0.5, 0.2, 0.2),
        (0.5, 0.8, 0.8),
        (0.99, 0.8, 0.8),
        (0.9, 0.8, 0.5),
        (0.9, 0.96, 1.0),
    ] {
        let fixed = fixed_size(f64::min(target, sized_for), f64::max(target, sized_for));
        let mut noise = Noise::new(11);
        let (mut trials, mut wrong) = (0, 0);
        for _ in 0..1_000 {
            let (decision, took) = run(&mut noise, target, truth, MOST);
            trials += took;
            let right = if truth > target {
                Decision::Pass
            } else {
                Decision::Fail
            };
            wrong += u32::from(decision != Some(right));
        }
        let mean = trials as f64 / 1_000.0;
        println!(
            "target {target}, truth {truth}: {mean:.1} trials, {wrong} wrong; looked at once: {fixed}"
        );
        assert!(
            mean < fixed as f64,
            "{mean} and {fixed} for {truth} against {target}"
        );
        assert!(wrong <= 50);
    }
}

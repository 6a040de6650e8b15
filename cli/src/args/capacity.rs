//! What can be typed after `gauntlet load SUITE --find-capacity`.

use std::{num::NonZeroUsize, time::Duration};

use ::load::capacity::RateRange;
use clap::{Args, builder::BoolishValueParser as Boolish};

use super::{duration, time_under_test};

/// How the capacity is sought.
#[derive(Debug, Clone, Args)]
pub(crate) struct CapacityArgs {
    /// Find the highest rate at which the gates hold, by trials in the open model, of which none goes into the ledger
    #[arg(long, value_parser = Boolish::new(), env = "GAUNTLET_FIND_CAPACITY",
          conflicts_with_all = ["concurrency", "stage", "duration", "iterations"])]
    pub find_capacity: bool,
    /// With --find-capacity: the rates that may be tried
    #[arg(
        long,
        value_name = "LOW..HIGH",
        default_value = "1/s..10000/s",
        env = "GAUNTLET_CAPACITY_RANGE",
        requires = "find_capacity"
    )]
    pub capacity_range: RateRange,
    /// With --find-capacity: how long each trial begins attempts, not counting its warm-up
    #[arg(long, value_name = "DURATION", value_parser = time_under_test, default_value = "10s",
          env = "GAUNTLET_TRIAL_DURATION", requires = "find_capacity")]
    pub trial_duration: Duration,
    /// With --find-capacity: how long the executor is left alone after each trial
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "1s",
          env = "GAUNTLET_TRIAL_PAUSE", requires = "find_capacity")]
    pub trial_pause: Duration,
    /// With --find-capacity: how many trials there are at most
    #[arg(
        long,
        value_name = "N",
        default_value = "40",
        env = "GAUNTLET_MAX_TRIALS",
        requires = "find_capacity"
    )]
    pub max_trials: NonZeroUsize,
    /// With --find-capacity: how far apart the ends of the interval may be in the end
    #[arg(long, value_name = "PERCENT", value_parser = resolution, default_value = "10%",
          env = "GAUNTLET_RESOLUTION", requires = "find_capacity")]
    pub resolution: Resolution,
}

/// How far apart the ends of an interval may be, as a share of the lower one: above zero, one at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Resolution(pub f64);

/// Reads a share such as `10%`.
fn resolution(text: &str) -> Result<Resolution, String> {
    let percent = text.strip_suffix('%').and_then(|it| it.trim().parse().ok());
    percent
        .map(|percent: f64| percent / 100.0)
        // Finer than that no trial tells rates apart.
        .filter(|share| (0.001..=1.0).contains(share))
        .map(Resolution)
        .ok_or_else(|| "expected a percentage from 0.1% to 100%, such as 10%".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolution_is_a_percentage() {
        assert_eq!(resolution("10%"), Ok(Resolution(0.1)));
        assert_eq!(resolution("2.5 %"), Ok(Resolution(0.025)));
        for text in ["10", "0%", "-5%", "NaN%", "101%", "%"] {
            assert!(resolution(text).is_err(), "{text}");
        }
    }
}

//! The moments at which attempts begin, one after the other.

use std::time::Duration;

use super::{Schedule, Spacing};

/// When the attempts of a [`Schedule`] are to begin.
#[derive(Debug, Clone)]
pub struct Arrivals<'a> {
    schedule: &'a Schedule,
    /// Where the latest attempt was.
    piece: usize,
    /// How many attempts there were.
    began: u64,
    /// How many attempts are expected before the latest one began.
    reached: f64,
    random: Option<SplitMix>,
}

impl<'a> Arrivals<'a> {
    pub(super) fn of(schedule: &'a Schedule) -> Self {
        Self {
            schedule,
            piece: 0,
            began: 0,
            reached: 0.0,
            random: match schedule.spacing {
                Spacing::Constant => None,
                Spacing::Poisson { seed } => Some(SplitMix(seed)),
            },
        }
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.reached = match &mut self.random {
            // Counted and not added up: no error grows with the number of attempts.
            None => self.began as f64 + self.schedule.first,
            Some(random) => self.reached + random.exponential(),
        };
        self.began += 1;
        loop {
            let piece = self.schedule.pieces.get(self.piece)?;
            let expected = self.reached - piece.before;
            if expected < piece.expected(piece.lasts) {
                let seconds = piece.starts + piece.reaches(expected).min(piece.lasts);
                return Duration::try_from_secs_f64(seconds).ok();
            }
            self.piece += 1;
        }
    }
}

/// Steele, G. L., Lea, D. and Flood, C. H. (2014), "Fast splittable pseudorandom number generators": the
/// same numbers on every machine, and no dependency for one formula.
#[derive(Debug, Clone)]
pub(super) struct SplitMix(pub(super) u64);

impl SplitMix {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A time from an exponential distribution of mean one.
    fn exponential(&mut self) -> f64 {
        // From 0 to 1 without 1, as exactly as a float can tell.
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        -(-uniform).ln_1p()
    }
}

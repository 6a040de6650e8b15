//! Pauses between attempts that fail one after the other, although their executor calls itself healthy.

use std::time::Duration;

use crate::outcome::Outcome;

/// So many infrastructure errors in a row may be chance; each one more is worth a pause.
const TOLERATED: u32 = 2;

/// The first pause, which doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause: a soak notices within a minute that its executor works again, and a week of failures
/// is ten thousand attempts, and not millions.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How many attempts in a row the executor or the network has spoilt.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    in_a_row: u32,
    /// Whether the latest of them had its pause.
    is_paid: bool,
}

impl Backoff {
    /// Takes in what came of a case.
    pub(super) fn note(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::InfrastructureError(_) => {
                self.in_a_row = self.in_a_row.saturating_add(1);
                self.is_paid = false;
            }
            // These say nothing about the executor.
            Outcome::HarnessError { .. } | Outcome::Skipped { .. } | Outcome::Cancelled => {}
            _ => *self = Self::default(),
        }
    }

    /// The pause that is due before anything else is attempted, once for each error. None is left of it
    /// where so long was `waited` already.
    pub(super) fn take_pause(&mut self, waited: Duration) -> Option<Duration> {
        if std::mem::replace(&mut self.is_paid, true) {
            return None;
        }
        let doublings = self.in_a_row.checked_sub(TOLERATED + 1)?;
        let pause = 2_u32
            .checked_pow(doublings)
            .map_or(LONGEST_PAUSE, |factor| FIRST_PAUSE.saturating_mul(factor))
            .min(LONGEST_PAUSE);
        pause.checked_sub(waited).filter(|pause| !pause.is_zero())
    }
}

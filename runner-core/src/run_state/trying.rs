//! Cases that are tried again: how long is waited before that.

use std::time::Duration;

use suite::{Case, Retries};

use super::{CaseEnd, RunState, schedule::mixed};
use crate::{
    results::Place,
    tries::{Next, Tried, TurnEnd},
};

impl RunState {
    /// Takes in what came of the case at `place`; the end of its turn, unless it is tried again.
    pub(super) fn judge(&mut self, place: Place, result: &CaseEnd) -> Option<TurnEnd> {
        let case = &self.cases[place.index];
        let tried = result.tried();
        let next = self.tries.take(case, tried);
        self.goes_on = next == Next::Again;
        match next {
            Next::Again => {
                let dice = mixed(self.policy.seed ^ mixed(place.number));
                self.owed = pause(case, self.tries.made, tried, result.retry_after(), dice);
                None
            }
            Next::Over(verdict) => Some(TurnEnd {
                verdict,
                tries: std::mem::take(&mut self.tries),
            }),
        }
    }
}

/// How long is waited before `case` is tried again after its attempt with this number in its turn.
///
/// What the executor asks for is kept to, as far as it is bearable. Where it asks for nothing, a retry waits
/// twice as long as the one before, less a part that `dice` decide on: up to a half. A case that is repeated
/// waits only if there are too many requests.
fn pause(case: &Case, made: u64, tried: Tried<'_>, told: Option<Duration>, dice: u64) -> Duration {
    if let Some(told) = told.filter(|_| tried.is_rate_limited) {
        return told.min(Retries::MAX_PAUSE);
    }
    let doublings = match case.repeat {
        Some(_) if !tried.is_rate_limited => return Duration::ZERO,
        Some(_) => 0,
        None => made.saturating_sub(1),
    };
    let factor = u32::try_from(doublings)
        .ok()
        .and_then(|it| 2_u32.checked_pow(it));
    let pause = case
        .retries
        .pause
        .saturating_mul(factor.unwrap_or(u32::MAX));
    // A 53-bit number is one that a float can hold.
    let part = (dice >> 11) as f64 / (1_u64 << 53) as f64;
    pause.min(Retries::MAX_PAUSE).mul_f64(1.0 - part / 2.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        outcome::{Failure, Fault, FaultKind, Outcome},
        test_support::case,
    };

    fn limited() -> Outcome {
        Outcome::InfrastructureError(Fault {
            kind: FaultKind::RateLimited,
            message: "too many".into(),
        })
    }

    #[test]
    fn pauses_double_up_to_the_longest_one() {
        let case = case("a");
        let outcome = Outcome::Failed(vec![Failure::NoAgentResult]);
        let whole = |made| pause(&case, made, Tried::from(&outcome), None, 0).as_secs();
        assert_eq!([1, 2, 3, 4, 9].map(whole), [1, 2, 4, 8, 256]);
        assert_eq!([10, 40, u64::MAX].map(whole), [300; 3]);
    }

    #[test]
    fn what_an_executor_asks_for_is_kept_to_as_far_as_it_is_bearable() {
        let case = case("a");
        let limited = limited();
        let of = |told| pause(&case, 1, Tried::from(&limited), Some(told), u64::MAX);
        for (told, waited) in [(0, 0), (7, 7), (300, 300), (86_400, 300)] {
            assert_eq!(of(Duration::from_secs(told)), Duration::from_secs(waited));
        }
    }

    proptest! {
        #[test]
        fn the_random_part_is_half_of_a_pause_at_most(made in 1..100u64, dice in any::<u64>()) {
            let case = case("a");
            let outcome = limited();
            let of = |dice| pause(&case, made, Tried::from(&outcome), None, dice);
            prop_assert!(of(dice) <= of(0));
            prop_assert!(of(dice) >= of(0) / 2);
            prop_assert_eq!(of(dice), of(dice));
        }
    }
}

//! Whether the generator kept its schedule, and what shows it.

use std::{fmt, time::Duration};

use run_stats::DurationHistogram;
use runner_core::text::{Fine, Grouped, Human};

/// An attempt that the generator itself begins later than this is late. What it adds to response times
/// is not the executor's.
pub const LATE: Duration = Duration::from_millis(10);

/// The share of late attempts that a run may have: a percentile beyond that share would be ours.
pub const MAX_LATE_SHARE: f64 = 0.01;

/// The share of a thread's time in which it was busy that leaves it no room: what waits then may wait for
/// the generator, and not for the executor.
pub(crate) const BUSY: f64 = 0.95;

/// How an open schedule was kept. Of a closed model it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pace {
    /// By how much attempts began later than they could have: than they were to begin or, if they had to
    /// wait for another one to end, than that one ended. It is the generator's own delay.
    pub lag: DurationHistogram,
    /// How many were late by that.
    pub late: u64,
    /// How many had to wait for another one to end, as no more were allowed to be under way. That is the
    /// executor's delay.
    pub held: u64,
    /// How many of these while the generator's own thread had no time left, so that it may have been the
    /// cause.
    pub held_while_busy: u64,
    /// How many were never begun, because the schedule was over before one of those ended that they waited
    /// for.
    pub never_begun: u64,
}

/// Why the figures of a run are not to be trusted: the generator itself could not keep up.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// Too many attempts began late.
    Late {
        /// How many.
        late: u64,
        /// Of how many.
        begun: u64,
        /// The median, p99 and the longest of all lags.
        lag: [Duration; 3],
    },
    /// Too many attempts waited while the generator's threads had no time left.
    Busy {
        /// How many.
        held: u64,
        /// Of how many.
        begun: u64,
    },
}

impl Pace {
    /// Adds what another thread noted.
    pub fn merge(&mut self, other: &Self) {
        self.lag.merge(&other.lag);
        self.late += other.late;
        self.held += other.held;
        self.held_while_busy += other.held_while_busy;
        self.never_begun += other.never_begun;
    }

    /// How many attempts began.
    #[must_use]
    pub fn begun(&self) -> u64 {
        self.lag.count()
    }

    /// What shows that the generator was the bottleneck; `None` if it was not.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        let begun = self.begun();
        let is_much = |part: u64| part as f64 > begun as f64 * MAX_LATE_SHARE;
        if is_much(self.late) {
            let lag = [0.5, 0.99, 1.0].map(|q| self.lag.quantile(q).unwrap_or_default());
            return Some(Doubt::Late {
                late: self.late,
                begun,
                lag,
            });
        }
        is_much(self.held_while_busy).then_some(Doubt::Busy {
            held: self.held_while_busy,
            begun,
        })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: u64, whole: u64| part as f64 / whole as f64 * 100.0;
        let allowed = MAX_LATE_SHARE * 100.0;
        match self {
            Self::Late {
                late,
                begun,
                lag: [p50, p99, max],
            } => write!(
                f,
                "{} of {} attempts ({:.1}%, allowed: {allowed:.0}%) began more than {} late; lag p50 {}, p99 {}, max {}",
                Grouped(*late),
                Grouped(*begun),
                share(*late, *begun),
                Human(LATE),
                Fine(*p50),
                Fine(*p99),
                Fine(*max),
            ),
            Self::Busy { held, begun } => write!(
                f,
                "{} of {} attempts ({:.1}%, allowed: {allowed:.0}%) had to wait while the generator's own threads were busy",
                Grouped(*held),
                Grouped(*begun),
                share(*held, *begun),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(lags: impl IntoIterator<Item = u64>) -> Pace {
        let lag: DurationHistogram = lags.into_iter().map(Duration::from_millis).collect();
        let late = lag.iter().filter(|(lag, _)| *lag > LATE);
        Pace {
            late: late.map(|(_, count)| count).sum(),
            lag,
            ..Pace::default()
        }
    }

    #[test]
    fn a_schedule_that_one_attempt_in_a_hundred_misses_is_kept() {
        assert_eq!(pace((0..100).map(|it| it % 100 / 99 * 500)).doubt(), None);
        assert_eq!(Pace::default().doubt(), None);
    }

    #[test]
    fn a_schedule_that_is_not_kept_is_told_with_the_distribution_of_lags() {
        let doubt = pace((0..100).map(|it| if it < 95 { 0 } else { 40 })).doubt();
        assert_eq!(
            doubt.expect("a doubt").to_string(),
            "5 of 100 attempts (5.0%, allowed: 1%) began more than 10ms late; lag p50 0µs, p99 40.0ms, max 40.0ms"
        );
    }

    #[test]
    fn a_slow_executor_is_no_doubt_but_a_busy_generator_is() {
        let mut pace = pace([0; 100]);
        pace.held = 90;
        assert_eq!(pace.doubt(), None);
        pace.held_while_busy = 2;
        assert_eq!(
            pace.doubt(),
            Some(Doubt::Busy {
                held: 2,
                begun: 100
            })
        );
    }
}

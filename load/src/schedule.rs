//! When each attempt of an open run is to begin: a pure function of its number.
//!
//! The expected number of attempts up to a time is the integral of the rate. With even spacing the k-th
//! attempt begins where that integral reaches k. With random spacing it begins where the integral reaches
//! the sum of k independent exponential variables of mean one, which makes the arrivals a Poisson process
//! with that rate, also where it changes (the time-rescaling theorem).

mod arrivals;

use std::time::Duration;

use self::arrivals::{Arrivals, SplitMix};
use crate::{arrival_rate::ArrivalRate, stage::Stage};

/// How attempts follow each other within a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spacing {
    /// At equal distances.
    Constant,
    /// At random, as arrivals that know nothing of each other; the same seed makes the same ones.
    Poisson {
        /// What they are made from.
        seed: u64,
    },
}

impl Spacing {
    /// That of the part with this number, counted from zero, of a load that is shared out: where attempts
    /// begin at random, those of each part know nothing of those of another.
    #[must_use]
    pub fn of_part(self, index: u32) -> Self {
        match self {
            Self::Constant => Self::Constant,
            // Seeds next to each other would make the same numbers, one step apart.
            Self::Poisson { seed } => {
                let mut seeds = SplitMix(seed ^ SplitMix(index.into()).next());
                Self::Poisson { seed: seeds.next() }
            }
        }
    }
}

/// When attempts are to begin. Times are counted from the start of the run.
///
/// ```
/// use std::time::Duration;
/// use load::{Schedule, Spacing};
///
/// let stages = ["1s:2/s", "2s:0..2/s"].map(|stage| stage.parse().unwrap());
/// let schedule = Schedule::new(&stages, Spacing::Constant).unwrap();
/// let millis: Vec<_> = schedule.arrivals().map(|at| at.as_millis()).collect();
/// assert_eq!(millis, [0, 500, 1000, 2414]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    pieces: Vec<Piece>,
    spacing: Spacing,
    /// How many attempts are expected before the first of those that are evenly spaced begins.
    first: f64,
}

/// Why there is no [`Schedule`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// No stage has a rate above zero.
    #[error("no attempt would ever begin")]
    Nothing,
}

/// A stage, with what comes before it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    /// In seconds.
    starts: f64,
    /// In seconds.
    lasts: f64,
    /// Per second.
    from: f64,
    /// How much the rate grows in a second.
    slope: f64,
    /// How many attempts are expected before.
    before: f64,
}

impl Piece {
    /// How many attempts are expected in its first `seconds`.
    fn expected(&self, seconds: f64) -> f64 {
        (self.from + self.slope * seconds / 2.0) * seconds
    }

    /// When so many attempts are expected, in seconds from its start: the inverse of
    /// [`expected`](Self::expected), in the form that loses no digits where the slope is small.
    fn reaches(&self, expected: f64) -> f64 {
        let root = (self.from * self.from + 2.0 * self.slope * expected).max(0.0);
        let divisor = self.from + root.sqrt();
        if divisor > 0.0 {
            2.0 * expected / divisor
        } else {
            0.0
        }
    }
}

impl Schedule {
    /// The schedule of `stages`, one after the other.
    ///
    /// # Errors
    /// When no attempt would ever begin.
    pub fn new(stages: &[Stage], spacing: Spacing) -> Result<Self, ScheduleError> {
        let mut pieces = Vec::with_capacity(stages.len());
        let (mut starts, mut before) = (0.0, 0.0);
        for stage in stages {
            let lasts = stage.lasts.as_secs_f64();
            let (from, to) = (stage.from.per_second(), stage.to.per_second());
            let slope = if lasts > 0.0 {
                (to - from) / lasts
            } else {
                0.0
            };
            let piece = Piece {
                starts,
                lasts,
                from,
                slope,
                before,
            };
            starts += lasts;
            before += piece.expected(lasts);
            pieces.push(piece);
        }
        if before <= 0.0 {
            return Err(ScheduleError::Nothing);
        }
        Ok(Self {
            pieces,
            spacing,
            first: 0.0,
        })
    }

    /// The same for the part with this number, counted from zero, of a load that is shared out evenly: attempts
    /// that are evenly spaced begin in turn with those of the other parts, so that all of them together begin when
    /// those of the whole would.
    #[must_use]
    pub fn of_part(self, index: u32, total: u32) -> Self {
        let first = f64::from(index) / f64::from(total.max(1));
        Self { first, ..self }
    }

    /// How long it lasts: the time before which every attempt begins.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let last = self.pieces.last();
        let seconds = last.map_or(0.0, |piece| piece.starts + piece.lasts);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// The rate at a time; zero when it is over.
    #[must_use]
    pub fn rate_at(&self, at: Duration) -> ArrivalRate {
        let at = at.as_secs_f64();
        let piece = self
            .pieces
            .iter()
            .find(|piece| at < piece.starts + piece.lasts);
        let rate = piece.map(|piece| piece.from + piece.slope * (at - piece.starts));
        rate.and_then(ArrivalRate::of).unwrap_or(ArrivalRate::ZERO)
    }

    /// How many attempts are expected in a second between two times, on average; zero when it is over, and
    /// of no time.
    #[must_use]
    pub fn mean_rate(&self, from: Duration, until: Duration) -> f64 {
        let (from, until) = (from.as_secs_f64(), until.as_secs_f64());
        let expected = self.pieces.iter().map(|piece| {
            let within = |at: f64| (at - piece.starts).clamp(0.0, piece.lasts);
            piece.expected(within(until)) - piece.expected(within(from))
        });
        let expected: f64 = expected.sum();
        if until > from {
            expected / (until - from)
        } else {
            0.0
        }
    }

    /// How attempts follow each other.
    #[must_use]
    pub fn spacing(&self) -> Spacing {
        self.spacing
    }

    /// When each attempt is to begin, in order, until the schedule is over.
    #[must_use]
    pub fn arrivals(&self) -> Arrivals<'_> {
        Arrivals::of(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_stages() -> impl Strategy<Value = Vec<Stage>> {
        let stage = (1..5000_u64, 0..300_u32, 0..300_u32).prop_map(|(millis, from, to)| Stage {
            lasts: Duration::from_millis(millis),
            from: ArrivalRate::of(from.into()).expect("a rate"),
            to: ArrivalRate::of(to.into()).expect("a rate"),
        });
        prop::collection::vec(stage, 1..5)
    }

    /// How many attempts are expected up to a time, by summing trapezes.
    fn expected(stages: &[Stage], until: f64) -> f64 {
        let mut starts = 0.0;
        let mut sum = 0.0;
        for stage in stages {
            let lasts = stage.lasts.as_secs_f64();
            let part = (until - starts).clamp(0.0, lasts);
            let (from, to) = (stage.from.per_second(), stage.to.per_second());
            let reached = from + (to - from) * part / lasts;
            sum += (from + reached) / 2.0 * part;
            starts += lasts;
        }
        sum
    }

    proptest! {
        #[test]
        fn evenly_spaced_attempts_begin_where_the_integral_of_the_rate_reaches_their_number(
            stages in any_stages(),
        ) {
            let Ok(schedule) = Schedule::new(&stages, Spacing::Constant) else { return Ok(()) };
            let mut before = Duration::ZERO;
            let mut count = 0;
            for (number, at) in schedule.arrivals().enumerate() {
                prop_assert!(at >= before && at <= schedule.duration());
                prop_assert!((expected(&stages, at.as_secs_f64()) - number as f64).abs() < 1e-3);
                before = at;
                count += 1;
            }
            let whole = expected(&stages, f64::INFINITY);
            prop_assert!((f64::from(count) - whole).abs() <= 1.001, "{count} of {whole}");
        }

        #[test]
        fn the_same_seed_makes_the_same_attempts_and_all_of_them_begin_in_time(
            stages in any_stages(), seed: u64,
        ) {
            let Ok(schedule) = Schedule::new(&stages, Spacing::Poisson { seed }) else { return Ok(()) };
            let times: Vec<_> = schedule.arrivals().collect();
            prop_assert!(times.is_sorted());
            prop_assert!(times.iter().all(|at| *at <= schedule.duration()));
            prop_assert_eq!(times, schedule.arrivals().collect::<Vec<_>>());
        }
    }

    proptest! {
        #[test]
        fn evenly_spaced_attempts_of_all_parts_together_begin_when_those_of_the_whole_do(
            stages in any_stages(), total in 1..6_u32,
        ) {
            let Ok(whole) = Schedule::new(&stages, Spacing::Constant) else { return Ok(()) };
            let slice = |rate: ArrivalRate| ArrivalRate::of(rate.per_second() / f64::from(total));
            let slices: Vec<_> = stages
                .iter()
                .map(|stage| Stage {
                    lasts: stage.lasts,
                    from: slice(stage.from).expect("a rate"),
                    to: slice(stage.to).expect("a rate"),
                })
                .collect();
            let part = Schedule::new(&slices, Spacing::Constant).expect("a schedule");
            let parts = (0..total).map(|index| part.clone().of_part(index, total));
            let mut together: Vec<_> = parts
                .flat_map(|part| part.arrivals().collect::<Vec<_>>())
                .map(|at| at.as_secs_f64())
                .collect();
            together.sort_by(f64::total_cmp);
            let alone: Vec<_> = whole.arrivals().map(|at| at.as_secs_f64()).collect();
            // One that would begin as the schedule ends may fall on either side of that.
            prop_assert!(together.len().abs_diff(alone.len()) <= 1);
            for (one, other) in together.iter().zip(&alone) {
                prop_assert!((one - other).abs() < 1e-3, "{one} and {other}");
            }
        }
    }

    #[test]
    fn parts_of_a_load_have_arrivals_of_their_own() {
        let stages = ["20s:50/s"].map(|text| text.parse().expect("a stage"));
        let times = |index| {
            let spacing = Spacing::Poisson { seed: 7 }.of_part(index);
            let schedule = Schedule::new(&stages, spacing).expect("a schedule");
            schedule.arrivals().collect::<Vec<_>>()
        };
        let parts: Vec<_> = (0..20).map(times).collect();
        for (index, one) in parts.iter().enumerate() {
            assert_eq!(*one, times(index as u32));
            for other in &parts[..index] {
                // Of sequences that are a step apart, all gaps but one would be the same.
                let gaps = |times: &[Duration]| -> Vec<_> {
                    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
                };
                let (one, other) = (gaps(one), gaps(other));
                let common = one.iter().filter(|gap| other.contains(gap)).count();
                assert!(common < 10, "{common} of {}", one.len());
            }
        }
    }

    #[test]
    fn random_attempts_have_the_rate_and_the_scatter_of_a_poisson_process() {
        let stages = [Stage::even(
            Duration::from_secs(1000),
            ArrivalRate::of(50.0).expect("a rate"),
        )];
        let schedule = Schedule::new(&stages, Spacing::Poisson { seed: 7 }).expect("a schedule");
        let mut counts = [0.0_f64; 1000];
        for at in schedule.arrivals() {
            counts[at.as_secs() as usize] += 1.0;
        }
        let mean = counts.iter().sum::<f64>() / 1000.0;
        let variance = counts.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / 999.0;
        // The seed is fixed, so that these are facts about one sequence and not chances.
        assert!((mean - 50.0).abs() < 1.0, "{mean}");
        assert!((variance / mean - 1.0).abs() < 0.15, "{variance}");
    }

    #[test]
    fn the_rate_follows_the_stages() {
        let stages = ["10s:0..100/s", "10s:40/s"].map(|text| text.parse().expect("a stage"));
        let schedule = Schedule::new(&stages, Spacing::Constant).expect("a schedule");
        let rate = |seconds| {
            let at = Duration::from_secs(seconds);
            schedule.rate_at(at).per_second()
        };
        assert_eq!([0, 5, 15, 20].map(rate), [0.0, 50.0, 40.0, 0.0]);
        let mean =
            |from, until| schedule.mean_rate(Duration::from_secs(from), Duration::from_secs(until));
        assert_eq!([mean(0, 10), mean(4, 6), mean(9, 11)], [50.0, 50.0, 67.5]);
        assert_eq!([mean(19, 21), mean(30, 31), mean(5, 5)], [20.0, 0.0, 0.0]);
    }

    #[test]
    fn a_schedule_without_any_attempt_is_none() {
        let stages = ["10s:0/s"].map(|text| text.parse().expect("a stage"));
        assert_eq!(
            Schedule::new(&stages, Spacing::Constant),
            Err(ScheduleError::Nothing)
        );
    }
}

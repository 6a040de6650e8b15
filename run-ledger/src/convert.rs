//! Numbers and times between Rust and SQLite, which knows signed integers only.

use std::time::Duration;

use jiff::Timestamp;
use run_stats::DurationHistogram;
use runner_core::{outcome::OutcomeClass, recorded::OutcomeCounts};
use rusqlite::{
    Row,
    types::{FromSqlError, Type},
};

/// Whole microseconds.
pub(crate) fn us(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A count. More than SQLite can hold takes centuries to count.
pub(crate) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The number by which an outcome's class is kept.
pub(crate) fn outcome(class: OutcomeClass) -> i64 {
    class as i64
}

/// How many attempts came to what, in the order of the classes.
pub(crate) fn outcomes(counts: &OutcomeCounts) -> String {
    let counts = OutcomeClass::ALL.map(|class| counts.get(class));
    serde_json::json!(counts).to_string()
}

/// What is true in SQL of attempts that failed, for whatever reason. The index on them says the same in the
/// same words.
pub(crate) const FAILED: &str = "outcome BETWEEN 1 AND 5";

/// Reads the columns of a row as what they mean.
pub(crate) trait Columns {
    /// A count.
    fn count(&self, column: &str) -> rusqlite::Result<u64>;
    /// Microseconds.
    fn duration(&self, column: &str) -> rusqlite::Result<Duration>;
    /// A moment of the wall clock.
    fn timestamp(&self, column: &str) -> rusqlite::Result<Timestamp>;
    /// The class of an outcome.
    fn outcome(&self, column: &str) -> rusqlite::Result<OutcomeClass>;
    /// How many attempts came to what.
    fn outcomes(&self, column: &str) -> rusqlite::Result<OutcomeCounts>;
    /// How long things took.
    fn histogram(&self, column: &str) -> rusqlite::Result<DurationHistogram>;
}

impl Columns for Row<'_> {
    fn count(&self, column: &str) -> rusqlite::Result<u64> {
        let value: i64 = self.get(column)?;
        u64::try_from(value).map_err(|_| misread(self, column, Type::Integer))
    }

    fn duration(&self, column: &str) -> rusqlite::Result<Duration> {
        self.count(column).map(Duration::from_micros)
    }

    fn timestamp(&self, column: &str) -> rusqlite::Result<Timestamp> {
        let value: i64 = self.get(column)?;
        Timestamp::from_microsecond(value).map_err(|_| misread(self, column, Type::Integer))
    }

    fn outcome(&self, column: &str) -> rusqlite::Result<OutcomeClass> {
        let number = self.count(column)?;
        let class = OutcomeClass::ALL.get(number as usize).copied();
        class.ok_or_else(|| misread(self, column, Type::Integer))
    }

    fn outcomes(&self, column: &str) -> rusqlite::Result<OutcomeCounts> {
        let text = self.get_ref(column)?.as_str()?;
        let counts: Vec<u64> =
            serde_json::from_str(text).map_err(|_| misread(self, column, Type::Text))?;
        let mut outcomes = OutcomeCounts::default();
        for (class, count) in OutcomeClass::ALL.into_iter().zip(counts) {
            outcomes.add(class, count);
        }
        Ok(outcomes)
    }

    fn histogram(&self, column: &str) -> rusqlite::Result<DurationHistogram> {
        let bytes = self.get_ref(column)?.as_blob()?;
        DurationHistogram::from_bytes(bytes).map_err(|_| misread(self, column, Type::Blob))
    }
}

/// The error for a value that cannot be what its column says.
pub(crate) fn misread(row: &Row<'_>, column: &str, kind: Type) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    let reason = FromSqlError::Other(format!("{column} makes no sense").into());
    rusqlite::Error::FromSqlConversionFailure(index, kind, Box::new(reason))
}

#[cfg(test)]
mod tests {
    use runner_core::results::Counts;

    use super::*;

    /// Ledgers hold these numbers: whoever adds a class adds it at the end.
    #[test]
    fn the_numbers_of_outcomes_never_change() {
        let names: Vec<_> = OutcomeClass::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(
            names,
            [
                "passed",
                "failed",
                "timed-out",
                "stalled",
                "infrastructure-error",
                "harness-error",
                "skipped",
                "cancelled",
                "interrupted"
            ]
        );
        let failed: Vec<_> = OutcomeClass::ALL
            .into_iter()
            .filter(|class| {
                let mut counts = Counts::default();
                counts.add_outcomes(*class, 1);
                counts.failed == 1
            })
            .map(outcome)
            .collect();
        assert_eq!(failed, [1, 2, 3, 4, 5], "{FAILED}");
        for (index, class) in OutcomeClass::ALL.into_iter().enumerate() {
            assert_eq!(outcome(class), index as i64);
        }
    }
}

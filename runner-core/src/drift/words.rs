//! Drift in words.

use std::{fmt, time::Duration};

use run_stats::{ChangePoint, Drift};

use super::{Dimension, Quantity, Series, Windows};
use crate::text::{Human, Visible};

/// What was found about one quantity, in words:
/// `memory of the executor grows 12 MiB/h (8 to 15), 99% sure; at this rate 2 GiB is reached in 9 days`.
#[derive(Debug, Clone, Copy)]
pub struct DriftWords<'a> {
    /// The series. Its drift is what is told.
    pub series: &'a Series,
    /// The windows it belongs to.
    pub windows: &'a Windows,
}

/// A value of a quantity, in a unit that suits it.
#[derive(Debug, Clone, Copy)]
pub struct Value(pub Dimension, pub f64);

/// A unit, and how much of the dimension's own unit it is.
type Unit = (&'static str, f64);

/// The largest of `units`, from large to small, of which there is at least one.
fn suiting(units: &[Unit], size: f64) -> Unit {
    let fits = |unit: &&Unit| size.abs() >= unit.1;
    *units.iter().find(fits).unwrap_or(&units[units.len() - 1])
}

impl Dimension {
    /// From large to small.
    pub(super) fn units(self) -> &'static [Unit] {
        const KIB: f64 = 1024.0;
        match self {
            Self::Share => &[(" points", 0.01)],
            Self::Time => &[("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)],
            Self::Bytes => &[
                (" GiB", KIB * KIB * KIB),
                (" MiB", KIB * KIB),
                (" KiB", KIB),
                (" B", 1.0),
            ],
            Self::Processors | Self::Count => &[("", 1.0)],
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(dimension, value) = *self;
        let (name, size) = match dimension {
            Dimension::Share => ("%", 0.01),
            _ => suiting(dimension.units(), value),
        };
        write!(f, "{}{name}", Digits(value / size))
    }
}

/// A number with two or three digits that count.
pub(super) struct Digits(pub f64);

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = match self.0.abs() {
            100.0.. => 0,
            10.0.. => 1,
            1.0.. => 2,
            0.0..0.0001 => 0,
            size => 1 - size.log10().floor() as i32,
        };
        let digits = format!("{:.*}", places.unsigned_abs() as usize, self.0);
        f.write_str(match digits.contains('.') {
            true => digits.trim_end_matches('0').trim_end_matches('.'),
            false => &digits,
        })
    }
}

impl fmt::Display for DriftWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(drift) = &self.series.drift else {
            return Ok(());
        };
        if let Some(id) = &self.series.case_id {
            write!(f, "{}: ", Visible(id))?;
        }
        write!(f, "{} ", self.series.quantity)?;
        let mut is_first = true;
        if drift.is_found() && drift.per_hour() != 0.0 {
            self.trend(f, drift)?;
            is_first = false;
        }
        for change in drift.change_points() {
            if !std::mem::replace(&mut is_first, false) {
                f.write_str("; it ")?;
            }
            self.change(f, change)?;
        }
        Ok(())
    }
}

impl DriftWords<'_> {
    fn trend(&self, f: &mut fmt::Formatter<'_>, drift: &Drift) -> fmt::Result {
        let (quantity, rate) = (self.series.quantity, drift.per_hour());
        write!(f, "{} ", if rate > 0.0 { "grows" } else { "shrinks" })?;
        write!(
            f,
            "{}, {} sure",
            Rate(quantity, drift),
            Certainty(drift.certainty())
        )?;
        let Some(bound) = next_bound(quantity.dimension(), drift.level()) else {
            return Ok(());
        };
        match drift.reaches(bound) {
            Some(left) => write!(
                f,
                "; at this rate {} is reached in {}",
                Value(quantity.dimension(), bound),
                Roughly(left)
            ),
            None => Ok(()),
        }
    }

    fn change(&self, f: &mut fmt::Formatter<'_>, change: &ChangePoint) -> fmt::Result {
        let dimension = self.series.quantity.dimension();
        let began = self.windows.start_of(change.window);
        write!(
            f,
            "{} from {} to {} at {}, {} sure",
            if change.after > change.before {
                "rose"
            } else {
                "fell"
            },
            Value(dimension, change.before),
            Value(dimension, change.after),
            began.strftime("%Y-%m-%d %H:%M UTC"),
            Certainty(1.0 - change.p_value)
        )
    }
}

/// A rate by the hour with its interval: `12 MiB/h (8 to 15)`. It is told without its sign, which the
/// verb has, unless the interval has both.
pub(super) struct Rate<'a>(pub Quantity, pub &'a Drift);

impl fmt::Display for Rate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(quantity, drift) = *self;
        let rate = drift.per_hour();
        let (name, size) = suiting(quantity.dimension().units(), rate);
        let size = if rate < 0.0 { -size } else { size };
        write!(f, "{}{name}/h", Digits(rate / size))?;
        let Some(interval) = drift.per_hour_interval() else {
            return Ok(());
        };
        let (one, other) = (interval.low / size, interval.high / size);
        write!(
            f,
            " ({} to {})",
            Digits(one.min(other)),
            Digits(one.max(other))
        )
    }
}

/// How sure something is, in percent, and never as more than `over 99.9%`.
struct Certainty(f64);

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0.999.. => f.write_str("over 99.9%"),
            0.99.. => write!(f, "{:.1}%", (self.0 * 1000.0).floor() / 10.0),
            _ => write!(f, "{:.0}%", (self.0 * 100.0).floor()),
        }
    }
}

/// A time to come, with no more digits than one can know of it.
struct Roughly(Duration);

impl fmt::Display for Roughly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HOUR: f64 = 3600.0;
        let hours = self.0.as_secs_f64() / HOUR;
        match hours {
            0.0..2.0 => Human(Duration::from_secs(self.0.as_secs() / 60 * 60)).fmt(f),
            2.0..48.0 => write!(f, "{hours:.0} hours"),
            48.0..17_520.0 => write!(f, "{:.0} days", hours / 24.0),
            _ => write!(f, "{:.0} years", hours / 24.0 / 365.0),
        }
    }
}

/// A bound that people know and that is next above `level`: a power of two, with room to it.
fn next_bound(dimension: Dimension, level: f64) -> Option<f64> {
    const ROOM: f64 = 1.25;
    let lowest = match dimension {
        Dimension::Bytes => (1u64 << 26) as f64,
        Dimension::Count => 64.0,
        Dimension::Share | Dimension::Time | Dimension::Processors => return None,
    };
    let steps = (level * ROOM / lowest).max(1.0).log2().ceil();
    Some(lowest * steps.exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_in_the_unit_that_suits_them() {
        let told = [
            (Dimension::Bytes, 12.4 * 1024.0 * 1024.0),
            (Dimension::Bytes, 2.0 * 1024.0 * 1024.0 * 1024.0),
            (Dimension::Bytes, 0.0),
            (Dimension::Time, 0.0213),
            (Dimension::Time, 12.0),
            (Dimension::Share, 0.9875),
            (Dimension::Count, 1024.0),
            (Dimension::Processors, 0.034),
        ]
        .map(|(dimension, value)| Value(dimension, value).to_string());
        assert_eq!(
            told,
            [
                "12.4 MiB", "2 GiB", "0 B", "21.3ms", "12s", "98.8%", "1024", "0.034"
            ]
        );
    }

    #[test]
    fn times_to_come_have_no_more_digits_than_one_can_know() {
        let hours = |hours: f64| Roughly(Duration::from_secs_f64(hours * 3600.0)).to_string();
        assert_eq!(
            [0.5, 5.4, 219.0, 30_000.0].map(hours),
            ["30m 00s", "5 hours", "9 days", "3 years"]
        );
    }

    #[test]
    fn bounds_are_powers_of_two_with_some_room() {
        let mib = |level: f64| {
            let bound = next_bound(Dimension::Bytes, level * 1024.0 * 1024.0)?;
            Some(bound / 1024.0 / 1024.0)
        };
        assert_eq!(
            [1.0, 60.0, 500.0, 1900.0].map(mib),
            [64.0, 128.0, 1024.0, 4096.0].map(Some)
        );
        assert_eq!(next_bound(Dimension::Count, 900.0), Some(2048.0));
        assert_eq!(next_bound(Dimension::Share, 0.5), None);
    }

    #[test]
    fn nothing_is_surer_than_the_assumptions() {
        let told = [0.95, 0.9876, 0.9912, 0.99999].map(|it| Certainty(it).to_string());
        assert_eq!(told, ["95%", "98%", "99.1%", "over 99.9%"]);
    }
}

//! Numbers for people: durations, counts, sizes.

use std::{fmt, time::Duration};

use run_stats::DurationHistogram;

/// A duration in the unit that suits it: `0.4ms`, `250ms`, `1.23s`, `2m 05s`, `1h 02m 03s`,
/// `6d 23h 59m`.
///
/// It rounds towards zero, so that nothing shows as `1000ms`.
///
/// ```
/// use runner_core::text::Human;
///
/// assert_eq!(Human(std::time::Duration::from_millis(1239)).to_string(), "1.23s");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Human(pub Duration);

impl fmt::Display for Human {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0.as_secs(), self.0.subsec_nanos());
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        match seconds {
            0 if nanos < 10_000_000 => {
                write!(f, "{}.{}ms", nanos / 1_000_000, nanos / 100_000 % 10)
            }
            0 => write!(f, "{}ms", nanos / 1_000_000),
            1..60 => write!(f, "{seconds}.{:02}s", nanos / 10_000_000),
            60..3600 => write!(f, "{minutes}m {:02}s", seconds % 60),
            3600..86_400 => write!(f, "{hours}h {minutes:02}m {:02}s", seconds % 60),
            _ => write!(f, "{}d {:02}h {minutes:02}m", hours / 24, hours % 24),
        }
    }
}

/// A duration with three digits, or with all of its microseconds: `87µs`, `1.23ms`, `45.6ms`, `789ms`. From a
/// second on it is as [`Human`] shows it.
///
/// It rounds towards zero.
///
/// ```
/// use runner_core::text::Fine;
///
/// assert_eq!(Fine(std::time::Duration::from_micros(1239)).to_string(), "1.23ms");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Fine(pub Duration);

impl fmt::Display for Fine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= Duration::from_secs(1) {
            return Human(self.0).fmt(f);
        }
        let micros = self.0.subsec_micros();
        let millis = micros / 1000;
        match micros {
            0..1000 => write!(f, "{micros}µs"),
            1000..10_000 => write!(f, "{millis}.{:02}ms", micros / 10 % 100),
            10_000..100_000 => write!(f, "{millis}.{}ms", micros / 100 % 10),
            _ => write!(f, "{millis}ms"),
        }
    }
}

/// A count with its digits in groups of three: `1,234,567`.
#[derive(Debug, Clone, Copy)]
pub struct Grouped(pub u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// A duration in seconds, and beside them in larger units where seconds alone are hard to read:
/// `12.34 seconds`, `125.00 seconds (2m 05s)`.
#[derive(Debug, Clone, Copy)]
pub struct Seconds(pub Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:02} seconds",
            self.0.as_secs(),
            self.0.subsec_nanos() / 10_000_000
        )?;
        if self.0.as_secs() >= 60 {
            write!(f, " ({})", Human(self.0))?;
        }
        Ok(())
    }
}

/// So many bytes, in words: `1 byte`, `1,234 bytes`.
#[derive(Debug, Clone, Copy)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Many(self.0, "byte").fmt(f)
    }
}

/// So many of what has a regular plural: `1 hour`, `1,234 hours`.
///
/// ```
/// use runner_core::text::Many;
///
/// assert_eq!(Many(1, "run").to_string(), "1 run");
/// assert_eq!(Many(2_000, "run").to_string(), "2,000 runs");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Many(pub u64, pub &'static str);

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{s}", Grouped(self.0), self.1)
    }
}

/// So much memory, in words: `12.3 MiB`.
#[derive(Debug, Clone, Copy)]
pub struct Memory(pub u64);

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MIB: u64 = 1024 * 1024;
        write!(
            f,
            "{}.{} MiB",
            Grouped(self.0 / MIB),
            self.0 % MIB * 10 / MIB
        )
    }
}

/// How often, in words: `once`, `3 times`.
#[derive(Debug, Clone, Copy)]
pub struct Times(pub u64);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("once"),
            times => write!(f, "{} times", Grouped(times)),
        }
    }
}

/// What there is, or a dash.
#[derive(Debug, Clone, Copy)]
pub struct OrDash<T>(pub Option<T>);

impl<T: fmt::Display> fmt::Display for OrDash<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("–"),
        }
    }
}

/// The duration that so large a share does not exceed, or a dash where there are none.
#[must_use]
pub fn quantile(durations: &DurationHistogram, share: f64) -> OrDash<Human> {
    OrDash(durations.quantile(share).map(Human))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_told_in_seconds_and_beside_them_in_larger_units() {
        assert_eq!(
            Seconds(Duration::from_millis(12_345)).to_string(),
            "12.34 seconds"
        );
        assert_eq!(
            Seconds(Duration::from_secs(3_723)).to_string(),
            "3723.00 seconds (1h 02m 03s)"
        );
    }

    #[test]
    fn counts_have_their_plural() {
        let texts = [0, 1, 2_000].map(|count| Bytes(count).to_string());
        assert_eq!(texts, ["0 bytes", "1 byte", "2,000 bytes"]);
        assert_eq!(
            [Times(1).to_string(), Times(3).to_string()],
            ["once", "3 times"]
        );
    }

    #[test]
    fn memory_is_told_in_mebibytes() {
        let texts =
            [0, 1_048_575, 12_897_485, 2_147_483_648].map(|bytes| Memory(bytes).to_string());
        assert_eq!(texts, ["0.0 MiB", "0.9 MiB", "12.3 MiB", "2,048.0 MiB"]);
    }

    #[test]
    fn what_there_is_not_is_a_dash() {
        assert_eq!(OrDash(Some(3)).to_string(), "3");
        assert_eq!(OrDash(None::<u64>).to_string(), "–");
    }

    #[test]
    fn a_quantile_of_nothing_is_a_dash() {
        let mut durations = DurationHistogram::new();
        assert_eq!(quantile(&durations, 0.5).to_string(), "–");
        durations.record(Duration::from_micros(300));
        assert_eq!(quantile(&durations, 0.5).to_string(), "0.3ms");
    }
}

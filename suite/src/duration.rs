//! Durations as people write them, in suite files and on the command line alike.

use std::{fmt::Write, time::Duration};

use crate::quote::quoted;

/// The longest duration that is accepted. A timeout beyond a year is a mistake in the unit, and
/// every clock can still add this much to now.
pub const MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);

struct Unit {
    name: &'static str,
    nanos: u128,
}

/// From large to small.
const UNITS: [Unit; 5] = [
    Unit {
        name: "d",
        nanos: 86_400 * NANOS_PER_SECOND,
    },
    Unit {
        name: "h",
        nanos: 3_600 * NANOS_PER_SECOND,
    },
    Unit {
        name: "m",
        nanos: 60 * NANOS_PER_SECOND,
    },
    Unit {
        name: "s",
        nanos: NANOS_PER_SECOND,
    },
    Unit {
        name: "ms",
        nanos: NANOS_PER_MILLISECOND,
    },
];

const NANOS_PER_MILLISECOND: u128 = 1_000_000;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DurationError {
    /// There is nothing but white space.
    #[error("expected a duration, found nothing")]
    Empty,
    /// It begins with a minus sign.
    #[error("a duration cannot be negative")]
    Negative,
    /// A number was expected, and something else came.
    #[error("expected a number at {}", quoted(.found))]
    NotANumber {
        /// The text from there on.
        found: String,
    },
    /// A number has no unit although other parts have one.
    #[error("expected a unit after {}", quoted(.number))]
    MissingUnit {
        /// The number.
        number: String,
    },
    /// The unit does not exist.
    #[error("unknown unit {}, expected d, h, m, s or ms", quoted(.unit))]
    UnknownUnit {
        /// What stands in its place.
        unit: String,
    },
    /// The units repeat or grow.
    #[error("units go from large to small, each at most once")]
    UnitOrder,
    /// It is longer than [`MAX`].
    #[error("longer than the maximum of 366 days")]
    TooLong,
}

/// Reads a duration: a bare number of seconds, or numbers with the units `d`, `h`, `m`, `s` and `ms`
/// from large to small. Numbers may have a fraction; what is shorter than a nanosecond is dropped.
///
/// ```
/// use std::time::Duration;
/// use suite::duration;
///
/// assert_eq!(duration::parse("90"), Ok(Duration::from_secs(90)));
/// assert_eq!(duration::parse("1h30m"), Ok(Duration::from_secs(5400)));
/// assert_eq!(duration::parse("1.5s"), duration::parse("1500ms"));
/// assert_eq!(
///     duration::parse("90sec").unwrap_err().to_string(),
///     "unknown unit `sec`, expected d, h, m, s or ms"
/// );
/// ```
///
/// # Errors
/// When the text is of another form, or the duration longer than [`MAX`].
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    if text.starts_with('-') {
        return Err(DurationError::Negative);
    }
    let mut allowed = &UNITS[..];
    let mut total: u128 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after_number) = split_number(rest)?;
        let (unit, after_unit) = split_unit(after_number);
        let nanos_per_unit = if number == text {
            NANOS_PER_SECOND
        } else if unit.is_empty() {
            return Err(DurationError::MissingUnit {
                number: number.to_owned(),
            });
        } else {
            let index = find_unit(unit, allowed)?;
            let nanos = allowed[index].nanos;
            allowed = &allowed[index + 1..];
            nanos
        };
        total = total.saturating_add(nanos(number, nanos_per_unit)?);
        rest = after_unit.trim_start();
    }
    if total > MAX.as_nanos() {
        return Err(DurationError::TooLong);
    }
    // Bounded by the maximum, the seconds are far from the limit of their type.
    let (seconds, nanos) = (total / NANOS_PER_SECOND, total % NANOS_PER_SECOND);
    Ok(Duration::new(seconds as u64, nanos as u32))
}

/// A regular expression, as JSON Schema has them, for the texts that [`parse`] reads. How long a duration
/// may be, it cannot tell.
#[must_use]
pub fn pattern() -> String {
    const NUMBER: &str = r"[0-9]+(?:\.[0-9]+)?";
    let units = UNITS.map(|Unit { name, .. }| format!(r"(?:{NUMBER}\s*{name}\s*)?"));
    format!(r"^\s*(?=[0-9])(?:{NUMBER}|{})\s*$", units.concat())
}

/// Takes a number of seconds as it stands in JSON.
pub(crate) fn from_seconds(seconds: f64) -> Result<Duration, DurationError> {
    if seconds < 0.0 {
        return Err(DurationError::Negative);
    }
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if duration <= MAX => Ok(duration),
        _ => Err(DurationError::TooLong),
    }
}

/// Writes a duration in the form that [`parse`] reads, without loss and without zero parts.
///
/// ```
/// use std::time::Duration;
/// use suite::duration;
///
/// assert_eq!(duration::format(Duration::from_secs(5400)), "1h30m");
/// assert_eq!(duration::format(Duration::from_millis(500)), "500ms");
/// assert_eq!(duration::format(Duration::from_millis(61_250)), "1m1.25s");
/// assert_eq!(duration::format(Duration::ZERO), "0s");
/// ```
#[must_use]
pub fn format(duration: Duration) -> String {
    let mut text = String::new();
    let mut rest = duration.as_nanos();
    // Writing into a string cannot fail.
    for Unit { name, nanos } in UNITS.iter().filter(|unit| unit.nanos > NANOS_PER_SECOND) {
        if rest >= *nanos {
            let _ = write!(text, "{}{name}", rest / nanos);
            rest %= nanos;
        }
    }
    let (seconds, nanos) = (rest / NANOS_PER_SECOND, rest % NANOS_PER_SECOND);
    let is_millis = nanos > 0 && nanos.is_multiple_of(NANOS_PER_MILLISECOND);
    if text.is_empty() && seconds == 0 && is_millis {
        let _ = write!(text, "{}ms", nanos / NANOS_PER_MILLISECOND);
    } else if nanos > 0 {
        let fraction = format!("{nanos:09}");
        let _ = write!(text, "{seconds}.{}s", fraction.trim_end_matches('0'));
    } else if seconds > 0 || text.is_empty() {
        let _ = write!(text, "{seconds}s");
    }
    text
}

/// Splits a number such as `12` or `0.5` off the start.
fn split_number(text: &str) -> Result<(&str, &str), DurationError> {
    let not_a_number = || DurationError::NotANumber {
        found: text.to_owned(),
    };
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return Err(not_a_number());
    }
    Ok((number, rest.trim_start()))
}

/// Splits everything up to the next number off the start.
fn split_unit(text: &str) -> (&str, &str) {
    let is_other = |c: char| c.is_ascii_digit() || c == '.' || c.is_whitespace();
    text.split_at(text.find(is_other).unwrap_or(text.len()))
}

/// Where a unit stands among those that are still allowed.
fn find_unit(unit: &str, allowed: &[Unit]) -> Result<usize, DurationError> {
    let position = |units: &[Unit]| units.iter().position(|known| known.name == unit);
    match position(allowed) {
        Some(index) => Ok(index),
        None if position(&UNITS).is_some() => Err(DurationError::UnitOrder),
        None => Err(DurationError::UnknownUnit {
            unit: unit.to_owned(),
        }),
    }
}

/// What stands behind these digits is far below a nanosecond, even of a day, and they fit into an
/// integer.
const MAX_FRACTION_DIGITS: usize = 18;

fn nanos(number: &str, nanos_per_unit: u128) -> Result<u128, DurationError> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = &fraction[..fraction.len().min(MAX_FRACTION_DIGITS)];
    // The only way in which digits fail to be a number is that they are too many.
    let whole: u64 = whole.parse().map_err(|_| DurationError::TooLong)?;
    let numerator: u64 = format!("0{fraction}")
        .parse()
        .map_err(|_| DurationError::TooLong)?;
    let denominator = 10_u128.pow(fraction.len() as u32);
    Ok(u128::from(whole) * nanos_per_unit + u128::from(numerator) * nanos_per_unit / denominator)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_is_read() {
        for (text, millis) in [
            ("0", 0),
            ("90", 90_000),
            ("0.25", 250),
            ("500ms", 500),
            ("90s", 90_000),
            ("2m", 120_000),
            ("1h30m", 5_400_000),
            ("1h 30m", 5_400_000),
            (" 1.5 h ", 5_400_000),
            ("1d2h3m4s5ms", 93_784_005),
            ("366d", 31_622_400_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn every_mistake_is_told_apart() {
        use DurationError::*;
        let not_a_number = |found: &str| NotANumber {
            found: found.into(),
        };
        for (text, error) in [
            ("", Empty),
            (" ", Empty),
            ("-5s", Negative),
            ("abc", not_a_number("abc")),
            ("inf", not_a_number("inf")),
            (".5s", not_a_number(".5s")),
            ("5.s", not_a_number("5.s")),
            ("1.2.3s", not_a_number("1.2.3s")),
            ("1h-5m", UnknownUnit { unit: "h-".into() }),
            (
                "1h30",
                MissingUnit {
                    number: "30".into(),
                },
            ),
            ("5 5", MissingUnit { number: "5".into() }),
            ("90sec", UnknownUnit { unit: "sec".into() }),
            ("90S", UnknownUnit { unit: "S".into() }),
            ("5€", UnknownUnit { unit: "€".into() }),
            ("30m1h", UnitOrder),
            ("1s1s", UnitOrder),
            ("366d1ms", TooLong),
            ("99999999999999999999999999999999999999999", TooLong),
            ("18446744073709551615d", TooLong),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn seconds_that_are_no_span_of_time_are_refused() {
        assert_eq!(from_seconds(0.1), Ok(Duration::from_millis(100)));
        assert_eq!(from_seconds(-1e-9), Err(DurationError::Negative));
        assert_eq!(from_seconds(f64::INFINITY), Err(DurationError::TooLong));
        assert_eq!(from_seconds(1e18), Err(DurationError::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(
            seconds in 0..MAX.as_secs(),
            nanos in prop_oneof![Just(0), 0..1_000_000_000_u32, (0..1000_u32).prop_map(|ms| ms * 1_000_000)],
        ) {
            let duration = Duration::new(seconds, nanos);
            prop_assert_eq!(parse(&format(duration)), Ok(duration));
            let short = Duration::new(seconds % 100, nanos);
            prop_assert_eq!(parse(&format(short)), Ok(short));
        }

        #[test]
        fn the_pattern_is_met_by_what_is_read(text in "[0-9. ]{0,3}(d|h|m|s|ms|x)?[0-9 ]{0,3}(d|h|m|s|ms)?|[0-9]{0,2}h? ?[0-9.]{0,3}(ms|s)? ?") {
            let schema = serde_json::json!({"pattern": pattern()});
            let is_met = jsonschema::is_valid(&schema, &serde_json::Value::from(&*text));
            let is_read = !matches!(parse(&text), Err(error) if error != DurationError::TooLong);
            prop_assert_eq!(is_met, is_read, "{:?}", text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[-0-9.dhms €]{0,24}|\\PC*") {
            let _ = parse(&text);
        }
    }
}

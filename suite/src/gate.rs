//! One gate as text, as it is given on a command line: `p95.time_to_first_output < 2s`.

use std::{fmt, str::FromStr, time::Duration};

use crate::{GateScope, Ratio, Usd, duration, quote::quoted, suggest::closest};

/// A condition on one quantity of a run, or of a part of it.
///
/// ```
/// use std::time::Duration;
/// use suite::{GateScope, gate::{Bound, Comparison, Gate, Percentile, Time}};
///
/// let gate: Gate = "case[fib].p99.duration < 1s".parse().unwrap();
/// assert_eq!(gate.scope, GateScope::Case("fib".into()));
/// assert_eq!(gate.comparison, Comparison::Below);
/// assert_eq!(
///     gate.bound,
///     Bound::Time {
///         percentile: Percentile::P99,
///         time: Time::Duration,
///         limit: Duration::from_secs(1),
///     }
/// );
/// assert!("success_rate >= 99%".parse::<Gate>().is_ok());
/// assert_eq!(
///     "sucess_rate >= 0.99".parse::<Gate>().unwrap_err().to_string(),
///     "there is no quantity `sucess_rate`, did you mean `success_rate`?"
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// What it is over, as it was written: `case[fib].p99.duration`. The id in it is foreign text.
    pub name: String,
    /// What it has to keep to, as it was written: `< 1s`.
    pub limit: String,
    /// Which part of the run it is about.
    pub scope: GateScope,
    /// On which side of the bound the quantity has to be.
    pub comparison: Comparison,
    /// The quantity and its bound.
    pub bound: Bound,
}

/// On which side of a bound a quantity has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `>`
    Above,
}

/// A quantity with the bound that it has to keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Bound {
    /// The share of the tried cases that passed. It has a lower bound, all others an upper one.
    SuccessRate(Ratio),
    /// How many attempts ended in an error of the executor or the network.
    InfrastructureErrors(u64),
    /// How many cases passed only now and then.
    Flaky(u64),
    /// What the agents cost together.
    CostUsd(Usd),
    /// How many tokens the agents wrote together.
    OutputTokens(u64),
    /// A percentile of a time of the attempts that passed.
    Time {
        /// Which percentile.
        percentile: Percentile,
        /// Of which time.
        time: Time,
        /// The bound, never zero.
        limit: Duration,
    },
}

/// A percentile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Percentile {
    /// The median.
    P50,
    /// What 95 in a hundred keep.
    P95,
    /// What 99 in a hundred keep.
    P99,
}

/// A time that is measured of each attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Time {
    /// How long it took.
    Duration,
    /// How long it took to print something for the first time.
    ToFirstOutput,
    /// The longest time in which it printed nothing.
    Gap,
}

/// Why a text is no gate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateSyntaxError {
    /// It is not of the form at all.
    #[error(
        "expected a gate such as `p95.duration < 2s` or `category[simple].success_rate >= 99%`, found {}",
        quoted(.found)
    )]
    Form {
        /// The text.
        found: String,
    },
    /// The part of the run has no name, or no end.
    #[error("expected `{}[NAME].` and a quantity, found {}", .part, quoted(.found))]
    Scope {
        /// `case` or `category`.
        part: &'static str,
        /// What stands in its place.
        found: String,
    },
    /// There is no such quantity.
    #[error("there is no quantity {}{}", quoted(.found), instead(.suggestion))]
    Quantity {
        /// What stands in its place.
        found: String,
        /// What was probably meant.
        suggestion: Option<&'static str>,
    },
    /// The bound is on the wrong side, so that the gate would ask for a bad run.
    #[error("`{quantity}` takes {} bound: write `{quantity} {sign}= …`", side(.sign))]
    Side {
        /// The quantity.
        quantity: &'static str,
        /// `<` or `>`, whichever makes sense.
        sign: char,
    },
    /// The bound is no value of the quantity.
    #[error("expected {expected} as the bound of `{quantity}`, found {}", quoted(.found))]
    Value {
        /// The quantity.
        quantity: &'static str,
        /// What was expected, with an example.
        expected: &'static str,
        /// What stands in its place.
        found: String,
    },
}

const SUCCESS_RATE: &str = "success_rate";
const INFRASTRUCTURE_ERRORS: &str = "infrastructure_errors";
const FLAKY: &str = "flaky";
const COST_USD: &str = "cost_usd";
const OUTPUT_TOKENS: &str = "output_tokens";

/// Times with their percentiles by their names.
const TIMES: [(&str, Percentile, Time); 9] = [
    ("p50.duration", Percentile::P50, Time::Duration),
    ("p95.duration", Percentile::P95, Time::Duration),
    ("p99.duration", Percentile::P99, Time::Duration),
    (
        "p50.time_to_first_output",
        Percentile::P50,
        Time::ToFirstOutput,
    ),
    (
        "p95.time_to_first_output",
        Percentile::P95,
        Time::ToFirstOutput,
    ),
    (
        "p99.time_to_first_output",
        Percentile::P99,
        Time::ToFirstOutput,
    ),
    ("p50.gap", Percentile::P50, Time::Gap),
    ("p95.gap", Percentile::P95, Time::Gap),
    ("p99.gap", Percentile::P99, Time::Gap),
];

/// The name of every quantity.
fn quantities() -> impl Iterator<Item = &'static str> {
    let single = [
        SUCCESS_RATE,
        INFRASTRUCTURE_ERRORS,
        FLAKY,
        COST_USD,
        OUTPUT_TOKENS,
    ];
    single.into_iter().chain(TIMES.map(|(name, ..)| name))
}

fn instead(suggestion: &Option<&str>) -> String {
    match suggestion {
        Some(name) => format!(", did you mean `{name}`?"),
        None => {
            let names: Vec<_> = quantities().collect();
            format!("; there are {}", names.join(", "))
        }
    }
}

fn side(sign: &char) -> &'static str {
    match sign {
        '<' => "an upper",
        _ => "a lower",
    }
}

impl FromStr for Gate {
    type Err = GateSyntaxError;

    fn from_str(text: &str) -> Result<Self, GateSyntaxError> {
        let form = || GateSyntaxError::Form {
            found: text.to_owned(),
        };
        let text = text.trim();
        let (scope, rest) = scope(text)?;
        let at = rest.find(['<', '>']).ok_or_else(form)?;
        let (quantity, comparison) = (rest[..at].trim(), &rest[at..]);
        if quantity.is_empty() {
            return Err(form());
        }
        let known = quantities().find(|known| *known == quantity);
        let quantity = known.ok_or_else(|| GateSyntaxError::Quantity {
            found: quantity.to_owned(),
            suggestion: closest(quantity, quantities()),
        })?;
        let (comparison, value) = side_of(comparison);
        let sign = match quantity {
            SUCCESS_RATE => '>',
            _ => '<',
        };
        if comparison.is_upper() != (sign == '<') {
            return Err(GateSyntaxError::Side { quantity, sign });
        }
        let bound = bound(quantity, value).map_err(|expected| GateSyntaxError::Value {
            quantity,
            expected,
            found: value.to_owned(),
        })?;
        let subject = &text[..text.len() - rest.len() + at];
        Ok(Self {
            name: subject.trim().to_owned(),
            limit: rest[at..].to_owned(),
            scope,
            comparison,
            bound,
        })
    }
}

/// Splits the part of the run off the start.
fn scope(text: &str) -> Result<(GateScope, &str), GateSyntaxError> {
    type Make = fn(String) -> GateScope;
    let parts: [(&'static str, Make); 2] =
        [("case", GateScope::Case), ("category", GateScope::Category)];
    for (part, make) in parts {
        let Some(rest) = text
            .strip_prefix(part)
            .and_then(|rest| rest.strip_prefix('['))
        else {
            continue;
        };
        // A name may have any character in it but for the last bracket.
        let named = rest.rsplit_once(']').and_then(|(name, rest)| {
            let quantity = rest.strip_prefix('.')?;
            (!name.is_empty()).then_some((name, quantity))
        });
        return match named {
            Some((name, quantity)) => Ok((make(name.to_owned()), quantity)),
            None => Err(GateSyntaxError::Scope {
                part,
                found: text.to_owned(),
            }),
        };
    }
    Ok((GateScope::Run, text))
}

/// Takes `<`, `<=`, `>` or `>=` off the start.
fn side_of(text: &str) -> (Comparison, &str) {
    let (comparison, length) = if text.starts_with("<=") {
        (Comparison::AtMost, 2)
    } else if text.starts_with(">=") {
        (Comparison::AtLeast, 2)
    } else if text.starts_with('<') {
        (Comparison::Below, 1)
    } else {
        (Comparison::Above, 1)
    };
    (comparison, text[length..].trim())
}

/// The bound of a quantity, or what was expected.
fn bound(quantity: &str, value: &str) -> Result<Bound, &'static str> {
    const COUNT: &str = "a whole number such as 0";
    let count = || value.parse::<u64>().map_err(|_| COUNT);
    match quantity {
        SUCCESS_RATE => ratio(value)
            .map(Bound::SuccessRate)
            .ok_or("a share such as 0.99 or 99%"),
        INFRASTRUCTURE_ERRORS => count().map(Bound::InfrastructureErrors),
        FLAKY => count().map(Bound::Flaky),
        OUTPUT_TOKENS => count().map(Bound::OutputTokens),
        COST_USD => {
            let amount = value.strip_prefix('$').unwrap_or(value).trim();
            let amount = amount.parse().ok().and_then(Usd::new);
            amount
                .map(Bound::CostUsd)
                .ok_or("an amount of dollars such as 0.5")
        }
        name => {
            let times = TIMES.iter().find(|(known, ..)| *known == name);
            let limit = duration::parse(value).ok().filter(|it| !it.is_zero());
            match (times, limit) {
                (Some((_, percentile, time)), Some(limit)) => Ok(Bound::Time {
                    percentile: *percentile,
                    time: *time,
                    limit,
                }),
                _ => Err("a duration such as 2s or 500ms"),
            }
        }
    }
}

fn ratio(text: &str) -> Option<Ratio> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 100.0),
        None => (text, 1.0),
    };
    // No signs and no words such as `inf`: those are slips.
    if !number.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    Ratio::new(number.parse::<f64>().ok()? / whole)
}

impl Comparison {
    /// The sign that it is written with.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::AtLeast => ">=",
            Self::Above => ">",
        }
    }

    /// Whether it is about an upper bound, or else about a lower one.
    #[must_use]
    pub fn is_upper(self) -> bool {
        matches!(self, Self::Below | Self::AtMost)
    }

    /// Whether `value` is on the right side of `bound`.
    pub fn holds<V: PartialOrd>(self, value: V, bound: V) -> bool {
        match self {
            Self::Below => value < bound,
            Self::AtMost => value <= bound,
            Self::AtLeast => value >= bound,
            Self::Above => value > bound,
        }
    }
}

impl Percentile {
    /// The share of attempts that keep it.
    #[must_use]
    pub fn quantile(self) -> f64 {
        match self {
            Self::P50 => 0.5,
            Self::P95 => 0.95,
            Self::P99 => 0.99,
        }
    }
}

impl fmt::Display for Gate {
    /// The gate in the form in which it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.limit)
    }
}

#[cfg(test)]
mod tests;

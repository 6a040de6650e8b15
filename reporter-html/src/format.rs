//! What only these reports word their own way: titles, times, the total duration, sizes, names of
//! places in the document.

use std::{fmt, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, Render, html};
use runner_core::{
    recorded::RunKind,
    text::{Grouped, Human},
};

/// A moment as it is called in a time zone: `2025-06-30 21:45:05-04:00`. HTML takes this for a time
/// without being told again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) timestamp: Timestamp,
    pub(crate) zone: &'a TimeZone,
    /// Whether seconds are told.
    pub(crate) to_the_second: bool,
}

impl fmt::Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zoned = self.timestamp.to_zoned(self.zone.clone());
        let format = match self.to_the_second {
            true => "%Y-%m-%d %H:%M:%S%:z",
            false => "%Y-%m-%d %H:%M%:z",
        };
        zoned.strftime(format).fmt(f)
    }
}

impl Render for Moment<'_> {
    fn render(&self) -> Markup {
        html! { time { (format_args!("{self}")) } }
    }
}

/// The name that links to a case lead to. Of our own, because names of cases may repeat.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Anchor(pub(crate) usize);

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "case-{}", self.0)
    }
}

/// A duration in seconds, and beside them in larger units where seconds alone are hard to read:
/// `12.34 seconds`, `125.00 seconds (2m 05s)`.
pub(crate) struct Seconds(pub(crate) Duration);

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
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Many(self.0, "byte").fmt(f)
    }
}

/// So many of what has a regular plural: `1 hour`, `1,234 hours`.
pub(crate) struct Many(pub(crate) u64, pub(crate) &'static str);

impl fmt::Display for Many {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{s}", Grouped(self.0), self.1)
    }
}

/// So much memory, in words: `12.3 MiB`.
pub(crate) struct Memory(pub(crate) u64);

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
pub(crate) struct Times(pub(crate) u64);

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("once"),
            times => write!(f, "{} times", Grouped(times)),
        }
    }
}

/// What there is, or a dash.
pub(crate) struct OrDash<T>(pub(crate) Option<T>);

impl<T: fmt::Display> fmt::Display for OrDash<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("–"),
        }
    }
}

/// The title that the seed of all suites has, for any suite: `simple_stress_tests` becomes
/// `Simple Stress Test Report`, and for a soak `Simple Stress Soak Report`.
pub(crate) fn title(suite_stem: &str, kind: RunKind) -> String {
    let mut words: Vec<String> = suite_stem
        .split(|c: char| c == '_' || c == '-' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(capitalized)
        .collect();
    let is_soak = kind == RunKind::Soak;
    match words.last_mut() {
        Some(last) if is_soak && ["Test", "Tests", "Soak"].contains(&&**last) => {
            *last = "Soak".into();
        }
        Some(last) if last == "Tests" => *last = "Test".into(),
        Some(_) if !is_soak => {}
        _ => words.push(if is_soak { "Soak" } else { "Test" }.into()),
    }
    words.push("Report".into());
    words.join(" ")
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(chars)
        .collect()
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
    fn the_title_comes_from_the_name_of_the_suite_file() {
        for (stem, run, soak) in [
            (
                "simple_stress_tests",
                "Simple Stress Test Report",
                "Simple Stress Soak Report",
            ),
            (
                "all-categories",
                "All Categories Report",
                "All Categories Soak Report",
            ),
            ("nightly_soak", "Nightly Soak Report", "Nightly Soak Report"),
            ("tests", "Test Report", "Soak Report"),
            ("__", "Test Report", "Soak Report"),
            ("érable", "Érable Report", "Érable Soak Report"),
        ] {
            assert_eq!(title(stem, RunKind::Run), run);
            assert_eq!(title(stem, RunKind::Soak), soak);
        }
    }
}

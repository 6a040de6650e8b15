//! What only these reports word their own way: titles, times, the total duration, sizes, names of
//! places in the document.

use std::{fmt, time::Duration};

use jiff::{Timestamp, tz::TimeZone};
use runner_core::{
    recorded::RunKind,
    text::{Grouped, Human},
};

/// How times are written: for people and for machines.
pub(crate) const RFC_3339: &str = "%Y-%m-%dT%H:%M:%S%:z";

/// A moment as it is called in a time zone: `2025-06-30T21:45:05-04:00`.
pub(crate) struct Moment<'a>(pub(crate) Timestamp, pub(crate) &'a TimeZone);

impl fmt::Display for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zoned = self.0.to_zoned(self.1.clone());
        zoned.strftime(RFC_3339).fmt(f)
    }
}

/// The name that links to a case lead to. An anchor of our own, because renderers derive different
/// ones from the words of a heading, and names may repeat.
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
        write!(
            f,
            "{} byte{}",
            Grouped(self.0),
            if self.0 == 1 { "" } else { "s" }
        )
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
    use run_stats::Proportion;
    use runner_core::text::{Percent, Rate, Share};
    use suite::Ratio;

    use super::*;

    #[test]
    fn durations_stand_in_the_unit_that_suits_them() {
        for (nanos, text) in [
            (0, "0.0ms"),
            (449_999, "0.4ms"),
            (9_999_999, "9.9ms"),
            (250_000_000, "250ms"),
            (999_999_999, "999ms"),
            (1_230_000_000, "1.23s"),
            (59_999_999_999, "59.99s"),
            (125_000_000_000, "2m 05s"),
            (3_723_000_000_000, "1h 02m 03s"),
            (86_399_999_999_999, "23h 59m 59s"),
            (86_400_000_000_000, "1d 00h 00m"),
            (604_799_999_999_999, "6d 23h 59m"),
        ] {
            assert_eq!(Human(Duration::from_nanos(nanos)).to_string(), text);
        }
    }

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
    fn digits_stand_in_groups_of_three() {
        let texts = [0, 999, 1_000, 1_234_567].map(|count| Grouped(count).to_string());
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [Bytes(1).to_string(), Bytes(2_000).to_string()],
            ["1 byte", "2,000 bytes"]
        );
    }

    #[test]
    fn a_share_is_all_or_nothing_only_where_it_is() {
        for (successes, trials, rate) in [
            (5, 5, "100.0%"),
            (999, 1_000, "99.9%"),
            (9_996, 10_000, "99.96%"),
            (99_999, 100_000, "99.999%"),
            (500_000, 1_000_000, "50.0%"),
            (1, 100_000, "0.001%"),
            (0, 5, "0.0%"),
            (0, 0, "unknown"),
        ] {
            let told = Rate(Proportion::new(successes, trials)).to_string();
            assert_eq!(told, rate, "{successes} of {trials}");
        }
    }

    #[test]
    fn an_interval_is_told_as_finely_as_the_share_in_it() {
        for (successes, trials, told) in [
            (
                999_990,
                1_000_000,
                "99.999% (999,990 of 1,000,000; 95% confidence: 99.998% to 99.9995%)",
            ),
            (4, 5, "80.0% (4 of 5; 95% confidence: 37.6% to 96.4%)"),
            (0, 0, "unknown, because no case was tried"),
        ] {
            assert_eq!(Share(Proportion::new(successes, trials)).to_string(), told);
        }
    }

    #[test]
    fn a_demanded_share_has_no_noise_of_binary_fractions() {
        for (ratio, text) in [
            (0.07, "7%"),
            (0.8, "80%"),
            (0.9995, "99.95%"),
            (1.0, "100%"),
        ] {
            assert_eq!(
                Percent(Ratio::new(ratio).expect("a ratio")).to_string(),
                text
            );
        }
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

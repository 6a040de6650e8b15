//! What only this report words its own way: its title, the total duration, sizes.

use std::{fmt, time::Duration};

use runner_core::text::{Grouped, Human};

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

/// The title that the seed of all suites has, for any suite: `simple_stress_tests` becomes
/// `Simple Stress Test Report`.
pub(crate) fn title(suite_stem: &str) -> String {
    let mut words: Vec<String> = suite_stem
        .split(|c: char| c == '_' || c == '-' || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .map(capitalized)
        .collect();
    match words.last_mut() {
        Some(last) if last == "Tests" => *last = "Test".into(),
        Some(_) => {}
        None => words.push("Test".into()),
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
    use runner_core::text::{Percent, Share};
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
        let start = |successes, trials| {
            let text = Share(Proportion::new(successes, trials)).to_string();
            text.split(" (")
                .next()
                .map(str::to_owned)
                .expect("a first part")
        };
        assert_eq!(start(5, 5), "100.0%");
        assert_eq!(start(99_999, 100_000), "over 99.9%");
        assert_eq!(start(1, 100_000), "under 0.1%");
        assert_eq!(start(0, 5), "0.0%");
        assert_eq!(start(0, 0), "unknown, because no case was tried");
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
    fn the_title_comes_from_the_name_of_the_suite_file() {
        for (stem, expected) in [
            ("simple_stress_tests", "Simple Stress Test Report"),
            ("all-categories", "All Categories Report"),
            ("tests", "Test Report"),
            ("__", "Test Report"),
            ("érable", "Érable Report"),
        ] {
            assert_eq!(title(stem), expected);
        }
    }
}

//! The name of a run.

use jiff::Zoned;

/// The run's name, with which its execution ids begin: `SIMPLE_STRESS_TEST_20250630_214505` for
/// `simple_stress_tests`.
///
/// Characters beyond letters and digits become underscores, so that the name can stand anywhere.
///
/// ```
/// let started = "2025-06-30T21:45:05[-04:00]".parse().unwrap();
/// assert_eq!(
///     runner_core::run_marker("simple_stress_tests", &started),
///     "SIMPLE_STRESS_TEST_20250630_214505"
/// );
/// ```
#[must_use]
pub fn run_marker(suite_stem: &str, started_at: &Zoned) -> String {
    let upper: String = suite_stem
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' => character.to_ascii_uppercase(),
            _ => '_',
        })
        .collect();
    // One run is one test of the many that the file is named after.
    let singular = upper
        .strip_suffix('S')
        .filter(|rest| rest.ends_with("_TEST"))
        .unwrap_or(&upper);
    format!("{singular}_{}", started_at.strftime("%Y%m%d_%H%M%S"))
}

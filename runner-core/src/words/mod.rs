//! What everybody who shows results calls things: reports, pages, the terminal.
//!
//! The module owns the words for verdicts, problems, outcomes and titles, so that a run reads the same
//! wherever it is read. It refuses signs, colours and markup: whoever shows the words knows what can
//! hold them, and makes foreign ones inert.

mod gates;
mod graduation;
mod outcomes;
mod problems;
mod runner;
mod tries;

pub use gates::GateWords;
pub use graduation::GraduationLine;
pub use outcomes::{Attempts, NotPassed, Outcomes, Tried, reason};
pub use problems::{Headline, Nouns, Problem, Reason, Reasons, Told, problems};
pub use runner::runner_facts;
pub use tries::{LISTED_TRIES, Repetition, tries, unlisted_tries};

use crate::recorded::RunKind;

/// The title that the seed of all suites has, for any suite: `simple_stress_tests` becomes
/// `Simple Stress Test Report`, and for a soak `Simple Stress Soak Report`.
#[must_use]
pub fn title(suite_stem: &str, kind: RunKind) -> String {
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

/// A text with a capital at its beginning.
#[must_use]
pub fn capitalized(word: &str) -> String {
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

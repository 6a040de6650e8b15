//! The ways in which attempts failed: a few distinct ones, each with a sample and a count.

use std::time::Duration;

use runner_core::{outcome::OutcomeClass, results::AttemptReport};

use crate::measured::in_micros;

/// One way in which attempts failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureKind {
    /// The id of the case.
    pub case_id: String,
    /// What came of the attempts.
    pub class: OutcomeClass,
    /// Why the first of them did not pass. It may quote what the executor sent.
    pub words: String,
    /// How often that happened. Words that differ in nothing but numbers are the same.
    pub count: u64,
    /// The name under which the executor knows the first of them.
    pub execution_id: String,
    /// When the first of them began, counted from the start of the run.
    pub began_after: Duration,
    /// The exit code that came with it.
    pub exit_code: Option<i32>,
    /// The beginning of what it printed. It is foreign text.
    pub output: String,
}

/// The ways in which attempts failed, in bounded memory: the first [`MAX`](Self::MAX) distinct ones, in the
/// order in which they were met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failures {
    kinds: Vec<FailureKind>,
    /// The words of each without their numbers.
    keys: Vec<String>,
    others: u64,
}

/// So many characters of the words are kept,
const WORDS_CHARS: usize = 400;

/// so many bytes of the output,
const OUTPUT_BYTES: usize = 512;

/// and so many characters tell one way from another.
const KEY_CHARS: usize = 160;

impl Failures {
    /// How many distinct ways are kept.
    pub const MAX: usize = 16;

    /// These ways, which are distinct, and so many attempts that failed in still others. What is more than
    /// [`MAX`](Self::MAX) of them is among the others.
    #[must_use]
    pub fn of_kinds(kinds: impl IntoIterator<Item = FailureKind>, others: u64) -> Self {
        let mut failures = Self {
            others,
            ..Self::default()
        };
        for kind in kinds {
            failures.add_kind(kind);
        }
        failures
    }

    /// The distinct ways.
    #[must_use]
    pub fn kinds(&self) -> &[FailureKind] {
        &self.kinds
    }

    /// How many attempts failed in ways that are not kept.
    #[must_use]
    pub fn others(&self) -> u64 {
        self.others
    }

    /// Whether no attempt failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Takes in an attempt at this case that did not pass.
    pub fn add(&mut self, case_id: &str, report: &AttemptReport) {
        let class = report.outcome.class();
        let words = report.outcome.explanation().unwrap_or_default();
        let key = key(&words);
        if let Some(known) = self.find(case_id, class, &key) {
            known.count += 1;
        } else if self.kinds.len() == Self::MAX {
            self.others += 1;
        } else {
            self.keys.push(key);
            self.kinds.push(FailureKind {
                case_id: case_id.to_owned(),
                class,
                words: words.chars().take(WORDS_CHARS).collect(),
                count: 1,
                execution_id: report.execution_id.clone(),
                began_after: in_micros(report.started_after),
                exit_code: report.exit_code,
                output: beginning(&report.output.head),
            });
        }
    }

    /// Adds what `other` met.
    pub fn merge(&mut self, other: &Self) {
        for kind in &other.kinds {
            self.add_kind(kind.clone());
        }
        self.others += other.others;
    }

    fn add_kind(&mut self, kind: FailureKind) {
        // Words are cut behind what tells one way from another.
        let key = key(&kind.words);
        if let Some(known) = self.find(&kind.case_id, kind.class, &key) {
            known.count += kind.count;
        } else if self.kinds.len() == Self::MAX {
            self.others += kind.count;
        } else {
            self.keys.push(key);
            self.kinds.push(kind);
        }
    }

    fn find(&mut self, case_id: &str, class: OutcomeClass, key: &str) -> Option<&mut FailureKind> {
        let mut kinds = self.kinds.iter_mut().zip(&self.keys);
        let found = kinds
            .find(|(kind, known)| kind.class == class && *known == key && kind.case_id == case_id);
        found.map(|(kind, _)| kind)
    }
}

/// The words with each number in them replaced by `#`.
fn key(words: &str) -> String {
    let mut key = String::new();
    let mut is_number = false;
    for character in words.chars().take(KEY_CHARS) {
        let was_number = std::mem::replace(&mut is_number, character.is_ascii_digit());
        match (is_number, was_number) {
            (true, false) => key.push('#'),
            (true, true) => {}
            (false, _) => key.push(character),
        }
    }
    key
}

fn beginning(text: &str) -> String {
    let mut end = text.len().min(OUTPUT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use runner_core::outcome::Outcome;

    use super::*;

    fn failed(message: &str) -> AttemptReport {
        let message = message.to_owned();
        AttemptReport::bare(
            "id".into(),
            Duration::ZERO,
            Outcome::HarnessError { message },
        )
    }

    #[test]
    fn words_that_differ_in_numbers_only_are_one_way_to_fail() {
        let mut failures = Failures::default();
        for message in ["late by 12 ms", "late by 345 ms", "late by a lot"] {
            failures.add("a", &failed(message));
        }
        failures.add("b", &failed("late by 1 ms"));
        let counts: Vec<_> = failures.kinds().iter().map(|it| it.count).collect();
        assert_eq!(counts, [2, 1, 1]);
        assert_eq!(failures.kinds()[0].words, "late by 12 ms");
        let read = Failures::of_kinds(failures.kinds().to_vec(), 0);
        assert_eq!(read, failures);
    }

    #[test]
    fn a_flood_of_ways_to_fail_is_counted_and_not_kept() {
        let mut failures = Failures::default();
        for number in 0..1000_u32 {
            let letters: String = (0..5)
                .map(|digit| char::from(b'a' + (number / 4_u32.pow(digit) % 4) as u8))
                .collect();
            failures.add("a", &failed(&letters.repeat(1000)));
        }
        assert_eq!(failures.kinds().len(), Failures::MAX);
        assert_eq!(failures.others(), 1000 - Failures::MAX as u64);
        assert!(failures.kinds()[0].words.len() <= WORDS_CHARS);
        let mut twice = failures.clone();
        twice.merge(&failures);
        let counted: u64 = twice.kinds().iter().map(|it| it.count).sum();
        assert_eq!(counted + twice.others(), 2000);
    }
}

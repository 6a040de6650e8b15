//! What is valid in a suite and still hardly what was meant.
//!
//! A lint never keeps a suite from running. Its code is stable, so that it can be denied by name.

mod cases;
mod code;
mod controls;
mod gates;
mod limits;
mod matching;
mod patterns;
mod places;

use std::{collections::HashSet, fmt, ops::Range};

pub use code::{LintCode, UnknownLint};

use self::places::{Document, Places};
use crate::{
    Problem, Suite,
    invalid::Picture,
    problem::{Complaint, Problems},
};

/// One thing that a suite probably does not mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    code: LintCode,
    problem: Problem,
}

impl Lint {
    /// Which of the known ones it is.
    #[must_use]
    pub fn code(&self) -> LintCode {
        self.code
    }

    /// What is wrong, where, and what to do about it. Its span is one in [`Suite::text`].
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The lint as people read it, with the line concerned, as a `warning` or an `error` of this suite.
    pub fn picture<'a>(&'a self, suite: &'a Suite, level: &'a str) -> impl fmt::Display + 'a {
        Picture {
            path: &suite.path,
            text: &suite.text,
            label: Some((level, self.code.as_str())),
            problem: &self.problem,
        }
    }
}

/// Looks for what `suite` hardly means, in the order of the file.
///
/// ```
/// use suite::LintCode;
///
/// let suite = suite::parse(
///     "demo.json".as_ref(),
///     r#"{"tests": [{"id": "sum", "command": "expr 2 + 2", "expected_patterns": ["4"]}]}"#,
/// )
/// .unwrap();
/// let lints = suite::lint(&suite);
/// assert_eq!(lints[0].code(), LintCode::VacuousPattern);
/// assert_eq!(lints[0].problem().message(), "the pattern \"4\" is found in any timestamp");
/// ```
#[must_use]
pub fn lint(suite: &Suite) -> Vec<Lint> {
    let document = Document::of(&suite.text);
    let places = Places::of(document.as_ref());
    let mut lints = Lints::default();
    patterns::check(suite, &places, &mut lints);
    limits::check(suite, &places, &mut lints);
    gates::check(suite, &places, &mut lints);
    cases::check(suite, &places, &mut lints);
    lints.finish(suite)
}

/// Collects lints while a suite is looked at.
#[derive(Default)]
struct Lints {
    found: Vec<(LintCode, Range<usize>, Complaint)>,
    /// A setting that many cases share is one mistake.
    places: HashSet<(LintCode, usize)>,
}

impl Lints {
    fn report(
        &mut self,
        code: LintCode,
        place: Range<usize>,
        describe: impl FnOnce() -> Complaint,
    ) {
        if self.places.insert((code, place.start)) {
            self.found.push((code, place, describe()));
        }
    }

    fn finish(mut self, suite: &Suite) -> Vec<Lint> {
        self.found.sort_by_key(|(_, place, _)| place.start);
        let codes: Vec<_> = self.found.iter().map(|(code, ..)| *code).collect();
        let complaints = self.found.into_iter();
        let located = complaints.map(|(_, place, complaint)| (place, complaint));
        let problems = Problems::locate(located, &suite.text);
        let lints = codes.into_iter().zip(problems);
        lints
            .map(|(code, problem)| Lint { code, problem })
            .collect()
    }
}

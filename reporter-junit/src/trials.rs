//! The attempts of a case, and what they come to in a format that knows fewer outcomes.

use std::{
    fmt::Write as _,
    io::{self, Write},
    time::Duration,
};

use runner_core::{
    excerpt::Excerpt,
    outcome::OutcomeClass,
    plain::PlainVerdict,
    results::{AttemptReport, CaseResult, ExpectationKind, Standing},
    text::{Bytes, Grouped},
    words::reason,
};

use crate::{
    ReportOptions,
    xml::{Attribute, Xml},
};

/// Messages are kept to so many characters: what is longer stands in the text.
const MESSAGE_CHARS: usize = 300;

/// The element that says it of the case. A success has none.
fn element(verdict: PlainVerdict) -> &'static str {
    match verdict {
        PlainVerdict::Success | PlainVerdict::Skipped => "skipped",
        PlainVerdict::Failure => "failure",
        PlainVerdict::Error => "error",
    }
}

/// The element that says it of an attempt after which another one passed.
pub(crate) fn flaky_element(class: OutcomeClass) -> &'static str {
    match PlainVerdict::of(class) {
        PlainVerdict::Error => "flakyError",
        _ => "flakyFailure",
    }
}

/// The element that says it of a further attempt of a case that did not pass.
fn rerun_element(class: OutcomeClass) -> &'static str {
    match PlainVerdict::of(class) {
        PlainVerdict::Error => "rerunError",
        _ => "rerunFailure",
    }
}

/// How many cases there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kinds {
    pub(crate) tests: usize,
    pub(crate) failures: usize,
    pub(crate) errors: usize,
    pub(crate) skipped: usize,
}

impl Kinds {
    pub(crate) fn add(&mut self, kind: PlainVerdict) {
        self.tests += 1;
        match kind {
            PlainVerdict::Success => {}
            PlainVerdict::Failure => self.failures += 1,
            PlainVerdict::Error => self.errors += 1,
            PlainVerdict::Skipped => self.skipped += 1,
        }
    }

    pub(crate) fn of(kinds: impl Iterator<Item = PlainVerdict>) -> Self {
        let mut all = Self::default();
        kinds.for_each(|kind| all.add(kind));
        all
    }
}

/// So many attempts of a case that did not pass are told at most.
const MAX_TOLD: usize = 20;

/// The attempts of a case in their order, and what they come to together.
pub(crate) struct Trials<'a> {
    attempts: Vec<&'a AttemptReport>,
    verdict: PlainVerdict,
    reason: String,
}

impl<'a> Trials<'a> {
    /// The attempts of a case.
    pub(crate) fn of(result: &'a CaseResult) -> Self {
        Self {
            attempts: result.attempts().iter().map(|it| &**it).collect(),
            verdict: PlainVerdict::of_case(result),
            reason: reason(result).map_or_else(String::new, |(_, words)| words),
        }
    }

    pub(crate) fn kind(&self) -> PlainVerdict {
        self.verdict
    }

    /// How long all of them took.
    pub(crate) fn elapsed(&self) -> Duration {
        self.attempts.iter().map(|it| it.elapsed).sum()
    }

    /// Writes what stands in the element of the case.
    pub(crate) fn write(
        &self,
        xml: &mut Xml<'_, impl Write>,
        expected_exit_code: i32,
        options: &ReportOptions,
    ) -> io::Result<()> {
        let kind = self.verdict;
        let Some(last) = self.attempts.last() else {
            let with: [Attribute<'_>; 2] = [("message", &self.reason), ("type", &"not-run")];
            return xml.empty("skipped", &with);
        };
        let attempts = self.attempts.iter().copied();
        let failed = attempts.filter(|it| it.outcome.class() != OutcomeClass::Passed);
        let mut failed = failed.take(MAX_TOLD);
        // The first failure is the failure, and what came after it did not help.
        let main = match kind {
            PlainVerdict::Success => None,
            PlainVerdict::Failure | PlainVerdict::Error => failed.next().or(Some(last)),
            PlainVerdict::Skipped => Some(*last),
        };
        if let Some(attempt) = main {
            let class = attempt.outcome.class().as_str();
            let message = message(&self.reason);
            let text = match kind {
                PlainVerdict::Skipped => String::new(),
                _ => description(attempt, expected_exit_code, options),
            };
            let with: [Attribute<'_>; 2] = [("message", &message), ("type", &class)];
            xml.text(element(kind), &with, &text)?;
        }
        if kind != PlainVerdict::Skipped {
            for attempt in failed {
                let class = attempt.outcome.class();
                let name = match kind {
                    PlainVerdict::Success => flaky_element(class),
                    _ => rerun_element(class),
                };
                let mut text = description(attempt, expected_exit_code, options);
                text.push_str(&output(attempt, options.max_output_chars));
                let message = message(&attempt.outcome.explanation().unwrap_or_default());
                let with: [Attribute<'_>; 2] = [("message", &message), ("type", &class.as_str())];
                xml.text(name, &with, &text)?;
            }
        }
        let max_chars = match kind {
            PlainVerdict::Success => options.max_output_chars,
            _ => options.max_failed_output_chars,
        };
        let shown = output(last, max_chars);
        if shown.is_empty() {
            return Ok(());
        }
        xml.text("system-out", &[], &shown)
    }
}

/// The beginning of an explanation, for a place where there is one line.
pub(crate) fn message(explanation: &str) -> String {
    let Excerpt { head, .. } = Excerpt::of_text(explanation, MESSAGE_CHARS * 2);
    match head.char_indices().nth(MESSAGE_CHARS) {
        Some((end, _)) => format!("{}…", &head[..end]),
        None => head.to_owned(),
    }
}

/// The beginning and the end of a text, with how much was left out.
pub(crate) fn excerpt(
    Excerpt {
        head,
        omitted_bytes,
        tail,
    }: Excerpt<'_>,
) -> String {
    match omitted_bytes {
        0 => head.to_owned(),
        bytes => format!("{head}\n[… {} left out …]\n{tail}", Bytes(bytes)),
    }
}

fn output(attempt: &AttemptReport, max_chars: usize) -> String {
    excerpt(Excerpt::of_output(&attempt.output, max_chars))
}

/// What there is to say of an attempt that did not pass, a line each.
fn description(
    attempt: &AttemptReport,
    expected_exit_code: i32,
    options: &ReportOptions,
) -> String {
    let mut text = String::new();
    let explanation = attempt.outcome.explanation().unwrap_or_default();
    let told = Excerpt::of_text(&explanation, options.max_failed_output_chars);
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}", excerpt(told));
    let _ = writeln!(text, "execution id: {}", attempt.execution_id);
    let _ = match attempt.exit_code {
        Some(code) => writeln!(text, "exit code: {code} (expected: {expected_exit_code})"),
        None => writeln!(text, "exit code: none reported"),
    };
    for expectation in &attempt.expectations {
        let words = &expectation.words;
        let _ = match (expectation.kind, expectation.standing) {
            (_, Standing::Met) => Ok(()),
            (ExpectationKind::Pattern, Standing::Missed) => writeln!(text, "not found: {words}"),
            (_, standing) => writeln!(
                text,
                "{}: {words} {}",
                standing.as_str(),
                expectation.detail
            ),
        };
    }
    for finding in &attempt.findings {
        let (code, times) = (finding.code, finding.count);
        let _ = write!(text, "{} {code}", code.severity());
        if times > 1 {
            let _ = write!(text, " ({} times)", Grouped(times));
        }
        let _ = write!(text, ": {}", code.description());
        if !finding.detail.is_empty() {
            let _ = write!(text, " First: {}", finding.detail);
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use runner_core::outcome::{Failure, Fault, FaultKind, Outcome};
    use sample_results::cases;

    use super::*;

    fn failed() -> AttemptReport {
        cases::attempt(Outcome::Failed(vec![Failure::NoAgentResult]))
    }

    fn broken() -> AttemptReport {
        cases::attempt(Outcome::InfrastructureError(Fault {
            kind: FaultKind::Broken,
            message: "cut".into(),
        }))
    }

    /// A case that is tried so often, whatever happens.
    fn trials(attempts: &[AttemptReport]) -> CaseResult {
        let mut case = cases::case("a", "A", "true");
        case.retries.max = attempts.len() as u32 - 1;
        case.retries.on = suite::RetryOn::ALL.into();
        CaseResult::tried(Arc::new(case), attempts.iter().cloned().map(Arc::new))
    }

    fn elements(attempts: &[AttemptReport]) -> Vec<String> {
        let mut out = Vec::new();
        let mut xml = Xml::begin(&mut out).expect("memory");
        xml.open("testcase", &[]).expect("memory");
        let trials = trials(attempts);
        let trials = Trials::of(&trials);
        trials
            .write(&mut xml, 0, &ReportOptions::default())
            .expect("memory");
        xml.close().expect("memory");
        let text = String::from_utf8(out).expect("text");
        let document = roxmltree::Document::parse(&text).expect("XML");
        let children = document.root_element().children();
        children
            .filter(roxmltree::Node::is_element)
            .map(|child| child.tag_name().name().to_owned())
            .collect()
    }

    #[test]
    fn a_case_that_passed_in_the_end_is_flaky_and_no_failure() {
        let attempts = [failed(), broken(), cases::attempt(Outcome::Passed)];
        assert_eq!(Trials::of(&trials(&attempts)).kind(), PlainVerdict::Success);
        assert_eq!(elements(&attempts), ["flakyFailure", "flakyError"]);
    }

    #[test]
    fn a_case_that_never_passed_has_one_failure_and_its_reruns() {
        let attempts = [failed(), broken(), failed()];
        assert_eq!(Trials::of(&trials(&attempts)).kind(), PlainVerdict::Failure);
        assert_eq!(
            elements(&attempts),
            ["failure", "rerunError", "rerunFailure"]
        );
    }

    #[test]
    fn the_time_of_a_case_is_that_of_all_its_attempts() {
        let attempts = [failed(), failed()].map(|attempt| AttemptReport {
            elapsed: Duration::from_millis(1_500),
            ..attempt
        });
        let elapsed = Trials::of(&trials(&attempts)).elapsed();
        assert_eq!(elapsed, Duration::from_secs(3));
    }
}

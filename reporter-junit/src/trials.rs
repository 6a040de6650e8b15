//! The attempts of a case, and what they come to in a format that knows fewer outcomes.

use std::{
    fmt::Write as _,
    io::{self, Write},
    ptr,
    time::Duration,
};

use runner_core::{
    excerpt::Excerpt,
    outcome::OutcomeClass,
    plain::{PlainCase, PlainVerdict},
    results::{AttemptReport, CaseResult, ExpectationKind, RunProblem, Standing},
    text::{Bytes, Grouped},
    words::tries,
};
use suite::Case;

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

/// So many attempts of a case that did not pass are told at most, besides the one that decided.
const MAX_TOLD: usize = 20;

/// The attempts of a case in their order, and what they come to together.
pub(crate) struct Trials<'a> {
    result: &'a CaseResult,
    told: PlainCase<'a>,
}

impl<'a> Trials<'a> {
    /// The attempts of a case in a run with these problems.
    pub(crate) fn of(result: &'a CaseResult, problems: &[RunProblem]) -> Self {
        let told = PlainCase::of(result, problems);
        Self { result, told }
    }

    pub(crate) fn case(&self) -> &'a Case {
        &self.result.case
    }

    pub(crate) fn kind(&self) -> PlainVerdict {
        self.told.verdict
    }

    /// How long all of them took.
    pub(crate) fn elapsed(&self) -> Duration {
        self.attempts().map(|it| it.elapsed).sum()
    }

    fn attempts(&self) -> impl Iterator<Item = &'a AttemptReport> + use<'a> {
        self.result.attempts().iter().map(|it| &**it)
    }

    /// Writes what stands in the element of the case.
    pub(crate) fn write(
        &self,
        xml: &mut Xml<'_, impl Write>,
        options: &ReportOptions,
    ) -> io::Result<()> {
        let kind = self.kind();
        if kind != PlainVerdict::Success {
            self.write_verdict(xml, options)?;
        }
        if kind != PlainVerdict::Skipped {
            self.write_others(xml, options)?;
        }
        let max_chars = match kind {
            PlainVerdict::Success => options.max_output_chars,
            _ => options.max_failed_output_chars,
        };
        let last = self.attempts().last();
        let shown = last.map_or_else(String::new, |last| output(last, max_chars));
        match shown.is_empty() {
            true => Ok(()),
            false => xml.text("system-out", &[], &shown),
        }
    }

    /// Writes why the case is no success: the attempt that says which element it is says all of it.
    fn write_verdict(
        &self,
        xml: &mut Xml<'_, impl Write>,
        options: &ReportOptions,
    ) -> io::Result<()> {
        let PlainCase {
            verdict,
            kind,
            message: words,
            attempt,
        } = &self.told;
        let message = message(words.as_deref().unwrap_or_default());
        let with: [Attribute<'_>; 2] = [("message", &message), ("type", kind)];
        let mut text = String::new();
        if *verdict != PlainVerdict::Skipped {
            if let Some(tries) = tries(self.result) {
                // Writing to a string does not fail.
                let _ = writeln!(text, "tried {tries}");
            }
            let attempt = attempt.map(|it| description(it, self.case(), options));
            text.push_str(&attempt.unwrap_or_default());
        }
        xml.text(element(*verdict), &with, &text)
    }

    /// Writes the attempts that did not pass and that nothing was said of yet.
    fn write_others(
        &self,
        xml: &mut Xml<'_, impl Write>,
        options: &ReportOptions,
    ) -> io::Result<()> {
        let is_success = self.kind() == PlainVerdict::Success;
        let told = self.told.attempt.filter(|_| !is_success);
        let failed = self.attempts().filter(|it| {
            let is_told = told.is_some_and(|told| ptr::eq(told, *it));
            !is_told && it.outcome.class() != OutcomeClass::Passed
        });
        for attempt in failed.take(MAX_TOLD) {
            let class = attempt.outcome.class();
            let name = match is_success {
                true => flaky_element(class),
                false => rerun_element(class),
            };
            let mut text = description(attempt, self.case(), options);
            text.push_str(&output(attempt, options.max_output_chars));
            let message = message(&attempt.outcome.explanation().unwrap_or_default());
            let with: [Attribute<'_>; 2] = [("message", &message), ("type", &class.as_str())];
            xml.text(name, &with, &text)?;
        }
        Ok(())
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
fn description(attempt: &AttemptReport, case: &Case, options: &ReportOptions) -> String {
    let expected_exit_code = case.expected_exit_code;
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

    /// The elements that stand in that of the case, each with its type.
    fn elements(attempts: &[AttemptReport], problems: &[RunProblem]) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let mut xml = Xml::begin(&mut out).expect("memory");
        xml.open("testcase", &[]).expect("memory");
        let trials = trials(attempts);
        let trials = Trials::of(&trials, problems);
        trials
            .write(&mut xml, &ReportOptions::default())
            .expect("memory");
        xml.close().expect("memory");
        let text = String::from_utf8(out).expect("text");
        let document = roxmltree::Document::parse(&text).expect("XML");
        let children = document.root_element().children();
        let elements = children.filter(roxmltree::Node::is_element).map(|child| {
            let class = child.attribute("type").unwrap_or_default();
            (child.tag_name().name().to_owned(), class.to_owned())
        });
        elements.collect()
    }

    fn named(elements: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |&(name, class): &(&str, &str)| (name.to_owned(), class.to_owned());
        elements.iter().map(owned).collect()
    }

    const FLAKY: [(&str, &str); 2] = [
        ("flakyFailure", "failed"),
        ("flakyError", "infrastructure-error"),
    ];

    #[test]
    fn a_case_that_passed_in_the_end_is_flaky_and_no_failure() {
        let attempts = [failed(), broken(), cases::attempt(Outcome::Passed)];
        assert_eq!(elements(&attempts, &[]), named(&FLAKY));
    }

    #[test]
    fn a_flaky_case_is_a_failure_where_the_run_fails_for_it() {
        let attempts = [failed(), broken(), cases::attempt(Outcome::Passed)];
        assert_eq!(
            elements(&attempts, &[RunProblem::CaseFlaky]),
            named(&[("failure", "flaky"), ("rerunFailure", "failed")])
        );
    }

    #[test]
    fn the_last_attempt_that_did_not_pass_says_both_the_element_and_its_type() {
        assert_eq!(
            elements(&[failed(), failed(), broken()], &[]),
            named(&[
                ("error", "infrastructure-error"),
                ("rerunFailure", "failed"),
                ("rerunFailure", "failed")
            ])
        );
        assert_eq!(
            elements(&[failed(), broken(), failed()], &[]),
            named(&[
                ("failure", "failed"),
                ("rerunFailure", "failed"),
                ("rerunError", "infrastructure-error")
            ])
        );
    }

    #[test]
    fn the_time_of_a_case_is_that_of_all_its_attempts() {
        let attempts = [failed(), failed()].map(|attempt| AttemptReport {
            elapsed: Duration::from_millis(1_500),
            ..attempt
        });
        let elapsed = Trials::of(&trials(&attempts), &[]).elapsed();
        assert_eq!(elapsed, Duration::from_secs(3));
    }
}

//! Has the syntax of code checked that a command printed.
//!
//! After an attempt in which everything else held, the code goes through the same transport in a second command,
//! which has a tool of the language look at it. The tool runs none of it; JSON needs none. What nobody can check
//! stays *not checked*, with the reason: a tool that is not there is no fault of the code.
//!
//! The module owns the command and what its outcome means. It refuses to run attempts: `attempt` does.

mod tools;

use std::{sync::Arc, time::Duration};

use serde::de::IgnoredAny;
use suite::Case;

use self::tools::{MARK, Tool};
use super::{AttemptPlan, AttemptSettings, expectations::full_name};
use crate::{
    outcome::{Failure, Outcome},
    results::{AttemptReport, ExpectationKind, ExpectationResult, Standing},
    text::Bytes,
};

/// How long a check may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Longer code is not checked: it has to fit into one argument of a program, for which Linux has 128 KiB, and
/// takes a third more in the alphabet in which it is sent.
const MAX_CODE_BYTES: usize = 64 << 10;

/// What is kept of the beginning of what a tool says, and of its end.
const KEEP_BYTES: usize = 4 << 10;

/// The words of a tool are told up to so many characters.
const MAX_WORDS: usize = 600;

/// What became of the syntax of some code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Syntax {
    /// There is no fault in it.
    Right,
    /// There is one, in the tool's own words.
    Wrong(String),
    /// Nobody knows, and this is why.
    Unknown(String),
}

/// A check that is still to be made.
pub(super) struct Check {
    tool: &'static Tool,
    /// The attempt at the command that makes it.
    pub(super) plan: AttemptPlan,
}

/// Whether an attempt with this plan is to have the syntax of code checked.
pub(super) fn is_asked_for(plan: &AttemptPlan) -> bool {
    let code = plan.case.expectations.code.as_ref();
    plan.settings.check_syntax && code.is_some_and(|code| code.checked)
}

/// A plan with the deadlines of the check that may follow an attempt with this plan.
pub(super) fn longest_check(plan: &AttemptPlan) -> Option<AttemptPlan> {
    is_asked_for(plan).then(|| own_plan(plan, String::new()))
}

/// What there is to do to check `code`, which an attempt with this plan has printed: a command, or nothing any
/// more.
pub(super) fn check(plan: &AttemptPlan, code: &str) -> Result<Check, Syntax> {
    let language = plan.case.expectations.code.as_ref();
    let name = language.map_or("", |code| &*code.language);
    let language = full_name(name).to_lowercase();
    if language == "json" {
        return Err(json(code));
    }
    let Some(tool) = Tool::of(&language) else {
        let why = format!("there is no tool here that checks {name} without running it");
        return Err(Syntax::Unknown(why));
    };
    if code.len() > MAX_CODE_BYTES {
        let most = Bytes(MAX_CODE_BYTES as u64);
        return Err(Syntax::Unknown(format!("it is longer than {most}")));
    }
    let plan = own_plan(plan, tool.command(code));
    Ok(Check { tool, plan })
}

fn own_plan(plan: &AttemptPlan, command: String) -> AttemptPlan {
    let case = Case {
        timeout: TIMEOUT,
        ..Case::new(format!("{}.syntax", plan.case.id), command)
    };
    AttemptPlan {
        case: Arc::new(case),
        execution_id: format!("{}.syntax", plan.execution_id),
        tail: None,
        settings: AttemptSettings {
            keep_output_bytes: KEEP_BYTES,
            check_syntax: false,
            ..plan.settings
        },
        ..plan.clone()
    }
}

/// JSON is checked here.
fn json(code: &str) -> Syntax {
    match serde_json::from_str::<IgnoredAny>(code) {
        Ok(_) => Syntax::Right,
        Err(error) => Syntax::Wrong(error.to_string()),
    }
}

impl Check {
    /// What the outcome of the command means.
    pub(super) fn verdict(&self, report: &AttemptReport) -> Syntax {
        let program = self.tool.program;
        let unknown = |why: &str| Syntax::Unknown(format!("its check came to nothing: {why}"));
        let code = match &report.outcome {
            Outcome::Passed => 0,
            // Only an exit code, and nothing else that speaks against what the tool said.
            Outcome::Failed(failures) => match failures[..] {
                [Failure::ExitCode { actual, .. }] => actual,
                _ => return unknown(&cut(&report.outcome.explanation().unwrap_or_default())),
            },
            other => return unknown(&cut(&other.explanation().unwrap_or_default())),
        };
        let Some((said, words)) = said(&report.output.head) else {
            return unknown("the executor did not say that it was made");
        };
        let end = report.output.tail.trim();
        let words = match (words.is_empty(), end.is_empty()) {
            (true, _) => cut(end),
            (false, _) => cut(words),
        };
        if let Some(missing) = said.strip_prefix("missing ") {
            let missing = cut(missing);
            return Syntax::Unknown(format!(
                "`{missing}` is not available where the executor runs"
            ));
        }
        match said {
            "broken" => Syntax::Unknown(format!(
                "{program} does not work where the executor runs: {words}"
            )),
            "checking" if code == 0 => Syntax::Right,
            "checking" if self.tool.faults.contains(&code) => {
                Syntax::Wrong(format!("{program} says: {words}"))
            }
            _ => unknown(&format!("{program} ended with exit code {code}: {words}")),
        }
    }
}

/// What a check says of itself, and all that follows. Before it an executor's shell may have its own say.
fn said(output: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in output.split_inclusive('\n') {
        at += line.len();
        if let Some(said) = line.strip_prefix(MARK) {
            return Some((said.trim_end(), output[at..].trim()));
        }
    }
    None
}

fn cut(words: &str) -> String {
    match words.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

impl Syntax {
    /// Makes this the result of what `report` has of the expected code.
    pub(super) fn enter(self, report: &mut AttemptReport) {
        let is_code = |result: &&mut ExpectationResult| result.kind == ExpectationKind::Code;
        let Some(result) = report.expectations.iter_mut().find(is_code) else {
            return;
        };
        (result.standing, result.detail) = match self {
            Self::Right => (Standing::Met, String::new()),
            Self::Wrong(words) => (Standing::Missed, words),
            Self::Unknown(why) => (
                Standing::NotChecked,
                format!("it is there, but its syntax was not checked: {why}"),
            ),
        };
        if result.standing == Standing::Missed {
            report.outcome = Outcome::Failed(vec![Failure::Expectation {
                kind: result.kind,
                words: result.words.clone(),
                detail: result.detail.clone(),
            }]);
        }
    }
}

#[cfg(test)]
mod tests;

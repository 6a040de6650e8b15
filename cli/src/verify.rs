//! `gauntlet verify`: checks suites and runs nothing.

use std::path::PathBuf;

use runner_core::text::Visible;
use suite::{Lint, Suite};

use crate::{
    args::{CommonArgs, DeniedLint},
    error::CliError,
    exit::Exit,
    streams::{complain, print},
};

/// Enough of the warnings of one suite to work through in one go.
const MAX_WARNINGS: usize = 50;

/// Checks every suite and says what it holds, and what in it is hardly meant. All are checked, also after
/// an invalid one.
pub(crate) fn verify(
    common: &CommonArgs,
    paths: &[PathBuf],
    denied: &[DeniedLint],
) -> Result<Exit, CliError> {
    let mut exit = Exit::Success;
    for path in paths {
        match suite::load(path) {
            Ok(suite) => {
                if !lint(&suite, denied, common.quiet) {
                    exit = Exit::Usage;
                }
                print(describe(&suite))?;
            }
            Err(error) => {
                CliError::from(error).show();
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
}

/// Shows the lints of a suite, and says whether none of them is denied.
fn lint(suite: &Suite, denied: &[DeniedLint], quiet: bool) -> bool {
    let is_denied = |lint: &Lint| {
        denied.contains(&DeniedLint::Any) || denied.contains(&DeniedLint::Code(lint.code()))
    };
    let (errors, warnings): (Vec<_>, Vec<_>) = suite::lint(suite).into_iter().partition(is_denied);
    // What was asked for has to be shown; the rest only to those who want to hear it.
    let warnings = if quiet { &[] } else { &*warnings };
    for (level, lints) in [("error", &*errors), ("warning", warnings)] {
        for lint in lints.iter().take(MAX_WARNINGS) {
            for line in lint.picture(suite, level).to_string().lines() {
                complain(Visible(line));
            }
        }
        if let Some(more @ 1..) = lints.len().checked_sub(MAX_WARNINGS) {
            complain(format_args!(
                "and {}",
                count(more, &format!("more {level}"))
            ));
        }
    }
    errors.is_empty()
}

fn describe(suite: &Suite) -> String {
    let mut text = format!(
        "{}: valid, {}",
        suite.path.display(),
        count(suite.cases.len(), "case")
    );
    let mut programs: Vec<_> = suite.cases.iter().flat_map(|case| &case.requires).collect();
    programs.sort_unstable();
    programs.dedup();
    for program in programs {
        let cases = suite
            .cases
            .iter()
            .filter(|case| case.requires.contains(program))
            .count();
        text.push_str(&format!(", {cases} of them require `{program}`"));
    }
    let of_parts = suite.scoped_gates.iter().map(|part| part.gates.count());
    let gates = suite.gates.count() + of_parts.sum::<usize>();
    if gates > 0 {
        text.push_str(&format!(", {}", count(gates, "gate")));
    }
    text
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

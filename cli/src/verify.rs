//! `gauntlet verify`: checks suites and runs nothing.

use std::path::PathBuf;

use suite::Suite;

use crate::{error::CliError, exit::Exit, streams::print};

/// Checks every suite and says what it holds. All are checked, also after an invalid one.
pub(crate) fn verify(paths: &[PathBuf]) -> Result<Exit, CliError> {
    let mut exit = Exit::Success;
    for path in paths {
        match suite::load(path) {
            Ok(suite) => print(describe(&suite))?,
            Err(error) => {
                CliError::from(error).show();
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
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
    let gates = suite.gates.count();
    if gates > 0 {
        text.push_str(&format!(", {}", count(gates, "gate")));
    }
    text
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

//! The versions of the suite: its file may change while a run goes on.

use std::io::{self, Write};

use runner_core::{
    excerpt::latest,
    recorded::SuiteUse,
    text::{Confidence, Grouped, OrDash, Rate, short_hash},
};

use super::view::LISTED;
use crate::cell::Name;

/// Writes the section; nothing if no attempt was made.
pub(crate) fn write(out: &mut impl Write, suites: &[SuiteUse]) -> io::Result<()> {
    if suites.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Suite Versions\n")?;
    let shown = latest(suites, LISTED);
    if shown.len() < suites.len() {
        let all = Grouped(suites.len() as u64);
        writeln!(out, "The latest {} of {all}.\n", shown.len())?;
    }
    writeln!(
        out,
        "| SHA-256 Begins With | Attempts | Success Rate | 95% Confidence |"
    )?;
    writeln!(out, "| :--- | ---: | ---: | :--- |")?;
    for SuiteUse { hash, outcomes } in shown {
        let hash = short_hash(hash);
        let success = outcomes.success();
        let known = (success.trials() > 0).then_some(success);
        writeln!(
            out,
            "| {} | {} | {} | {} |",
            Name(hash),
            Grouped(outcomes.counts().total),
            OrDash(known.map(Rate)),
            OrDash(known.map(Confidence))
        )?;
    }
    writeln!(out)
}

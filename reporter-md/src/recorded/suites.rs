//! The versions of the suite: its file may change while a run goes on.

use std::io::{self, Write};

use runner_core::{
    recorded::SuiteUse,
    text::{Confidence, Grouped, Rate},
};

use super::view::latest;
use crate::{cell::Name, format::OrDash};

/// Versions are called by so many characters of their hash: enough to tell them apart, and few enough
/// to be read.
const HASH_CHARS: usize = 12;

/// Writes the section; nothing if no attempt was made.
pub(crate) fn write(out: &mut impl Write, suites: &[SuiteUse]) -> io::Result<()> {
    if suites.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Suite Versions\n")?;
    let shown = latest(suites);
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
        let end = hash.char_indices().nth(HASH_CHARS);
        let hash = &hash[..end.map_or(hash.len(), |(end, _)| end)];
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

//! All attempts at a case that was tried more than once, briefly.

use std::io::{self, Write};

use runner_core::{
    results::CaseResult,
    text::{Grouped, Human, OrDash},
    words::{LISTED_TRIES, unlisted_tries},
};

use crate::{case::Status, cell::Clipped};

/// Writes a table of the attempts; nothing if there is but one.
pub(crate) fn write(out: &mut impl Write, result: &CaseResult) -> io::Result<()> {
    let attempts = result.attempts();
    if attempts.len() < 2 {
        return Ok(());
    }
    writeln!(out, "**Attempts**\n")?;
    if let Some(unlisted) = unlisted_tries(result) {
        writeln!(out, "The latest ones; {unlisted}.\n")?;
    }
    writeln!(out, "| Try | Result | Duration | Reason |")?;
    writeln!(out, "| ---: | :--- | ---: | :--- |")?;
    let earlier = attempts.len().saturating_sub(LISTED_TRIES);
    for (number, attempt) in (1..).zip(attempts).skip(earlier) {
        let Status { sign, words } = Status::of_class(attempt.outcome.class());
        let reason = attempt.outcome.explanation();
        writeln!(
            out,
            "| {} | {sign} {words} | {} | {} |",
            Grouped(number),
            Human(attempt.elapsed),
            OrDash(reason.as_deref().map(Clipped))
        )?;
    }
    writeln!(out)
}

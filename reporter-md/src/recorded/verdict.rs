//! The verdict over a recorded run, which may go on.

use std::{
    fmt,
    io::{self, Write},
};

use runner_core::{
    recorded::Standing,
    run_state::RunEnd,
    words::{Nouns, Reasons, Tried, problems},
};

use super::View;
use crate::{ReportOptions, verdict::Words};

/// Writes the verdict with its reasons, and an empty line after it.
pub(crate) fn write(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = view.run;
    let words = Words {
        reasons: Reasons {
            nouns: Nouns::of_attempts(run.kind),
            counts: &run.counts,
            gates: &run.gates,
        },
        max_chars: options.max_failed_output_chars,
    };
    let told = problems(run);
    if let Some(standing) = run.standing() {
        write!(out, "{}", StandingLine { view, standing })?;
        // That it was interrupted is said.
        let others = || {
            told.iter()
                .filter(|it| it.code != RunEnd::Interrupted.code())
        };
        if others().next().is_none() {
            return writeln!(out, "\n");
        }
        writeln!(out, " That is no success, because:\n")?;
        return words.write(out, others());
    }
    if told.is_empty() {
        return words.write_success(out);
    }
    words.write_failure(out, &told)?;
    match run.resume_command() {
        Some(resume) => writeln!(out, "`{resume}` goes on with it.\n"),
        None => Ok(()),
    }
}

/// A run that is not over, in a line.
struct StandingLine<'a> {
    view: View<'a>,
    standing: Standing,
}

impl fmt::Display for StandingLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let run = self.view.run;
        let whole = Nouns::of_attempts(run.kind).whole;
        let (stands, tried) = (self.standing.words(), Tried(&run.counts));
        let resume = run.resume_command();
        let sign = match self.standing {
            Standing::GoesOn => "⏳",
            _ if resume.is_some() => "⏸️",
            _ => "❌",
        };
        write!(f, "{sign} **The {whole} {stands}**")?;
        match self.standing {
            Standing::GoesOn => {
                let until = self.view.moment(run.until());
                write!(f, "; as of {until}, {tried}.")?;
                return match run.away_since() {
                    Some(since) => {
                        let since = self.view.moment(since);
                        write!(f, " The executor is away since {since}.")
                    }
                    None => Ok(()),
                };
            }
            Standing::Interrupted => {}
            Standing::BrokenOff => {
                f.write_str(": its process was killed, or the machine went down")?;
            }
        }
        if let Some(resume) = resume {
            write!(f, "; `{resume}` goes on with it")?;
        }
        write!(f, ". So far, {tried}.")
    }
}

//! Test points: a line each, and below it why it is not `ok`.

use std::{
    io::{self, Write},
    time::Duration,
};

use runner_core::{
    excerpt::Excerpt,
    plain::PlainVerdict,
    results::{CapturedOutput, GateResult},
    words::Problem,
};

use crate::{
    ReportOptions,
    escape::{Description, Quoted},
};

/// These problems have points of their own: those of cases and of gates.
const TOLD_ELSEWHERE: [&str; 2] = ["case-failed", "gate-failed"];

/// The problems that no other point tells of.
pub(crate) fn told_here<'a>(problems: &'a [Problem<'a>]) -> impl Iterator<Item = &'a Problem<'a>> {
    let problems = problems.iter();
    problems.filter(|problem| !TOLD_ELSEWHERE.contains(&problem.code))
}

/// What is said of one thing that was tested.
pub(crate) struct Point<'a> {
    pub(crate) verdict: PlainVerdict,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    /// What it came to, by its stable name.
    pub(crate) kind: &'a str,
    /// Why it is no success, in words.
    pub(crate) message: Option<String>,
    pub(crate) elapsed: Option<Duration>,
    pub(crate) output: Option<&'a CapturedOutput>,
}

/// The points of a document.
pub(crate) struct Points<'o, Out> {
    out: &'o mut Out,
    options: ReportOptions,
    number: usize,
}

impl<'o, Out: Write> Points<'o, Out> {
    /// Begins a document with its plan.
    pub(crate) fn begin(
        out: &'o mut Out,
        options: ReportOptions,
        cases: usize,
        gates: &[GateResult],
        problems: &[Problem<'_>],
    ) -> io::Result<Self> {
        let count = cases + gates.len() + told_here(problems).count();
        writeln!(out, "TAP version 14")?;
        match count {
            0 => writeln!(out, "1..0 # SKIP nothing was selected")?,
            count => writeln!(out, "1..{count}")?,
        }
        Ok(Self {
            out,
            options,
            number: 0,
        })
    }

    /// Writes one point.
    pub(crate) fn write(&mut self, point: Point<'_>) -> io::Result<()> {
        self.number += 1;
        let number = self.number;
        let is_ok = matches!(point.verdict, PlainVerdict::Success | PlainVerdict::Skipped);
        let ok = if is_ok { "ok" } else { "not ok" };
        write!(self.out, "{ok} {number} - {}", Description(point.id))?;
        if point.name != point.id {
            write!(self.out, ": {}", Description(point.name))?;
        }
        if point.verdict == PlainVerdict::Skipped {
            let reason = point.message.as_deref().unwrap_or_default();
            write!(self.out, " # SKIP {}", Description(reason))?;
        }
        writeln!(self.out)?;
        if is_ok {
            Ok(())
        } else {
            self.write_reason(&point)
        }
    }

    fn write_reason(&mut self, point: &Point<'_>) -> io::Result<()> {
        let max_chars = self.options.max_output_chars;
        let severity = match point.verdict {
            PlainVerdict::Error => "error",
            _ => "fail",
        };
        let out = &mut *self.out;
        writeln!(out, "  ---")?;
        if let Some(message) = &point.message {
            let message = whole(Excerpt::of_text(message, max_chars));
            writeln!(out, "  message: {}", Quoted(&message))?;
        }
        writeln!(out, "  severity: {severity}")?;
        writeln!(out, "  outcome: {}", Quoted(point.kind))?;
        if let Some(elapsed) = point.elapsed {
            writeln!(out, "  duration_ms: {:.3}", elapsed.as_secs_f64() * 1000.0)?;
        }
        if let Some(output) = point.output.filter(|output| !output.is_empty()) {
            let output = whole(Excerpt::of_output(output, max_chars));
            writeln!(out, "  output: {}", Quoted(&output))?;
        }
        writeln!(out, "  ...")
    }
}

/// The beginning and the end of a text, with how much was left out.
fn whole(
    Excerpt {
        head,
        omitted_bytes,
        tail,
    }: Excerpt<'_>,
) -> String {
    match omitted_bytes {
        0 => head.to_owned(),
        bytes => format!(
            "{head}\n[… {} left out …]\n{tail}",
            runner_core::text::Bytes(bytes)
        ),
    }
}

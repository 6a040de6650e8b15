//! Test points: a line each, and below it why it is not `ok`.

use std::{
    io::{self, Write},
    time::Duration,
};

use runner_core::{excerpt::Excerpt, plain::PlainVerdict, results::CapturedOutput};

use crate::{
    ReportOptions,
    escape::{Description, Quoted},
};

/// What is said of one thing that was tested.
pub(crate) struct Point<'a> {
    pub(crate) verdict: PlainVerdict,
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    /// What it came to, by its stable name.
    pub(crate) kind: &'a str,
    /// Why it is no success, in words.
    pub(crate) message: Option<String>,
    /// How often it was tried, in words, if that was more than once or was to be.
    pub(crate) tries: Option<String>,
    /// Whether it passed only now and then.
    pub(crate) is_flaky: bool,
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
    /// Begins a document that has so many points.
    pub(crate) fn begin(
        out: &'o mut Out,
        options: ReportOptions,
        count: usize,
    ) -> io::Result<Self> {
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
        } else if point.is_flaky {
            // No directive of the protocol, so that it stays a part of the description.
            let tries = point.tries.as_deref().unwrap_or_default();
            write!(self.out, " # flaky: tried {}", Description(tries))?;
        }
        writeln!(self.out)?;
        match is_ok && !point.is_flaky {
            true => Ok(()),
            false => self.write_reason(&point),
        }
    }

    fn write_reason(&mut self, point: &Point<'_>) -> io::Result<()> {
        let max_chars = self.options.max_output_chars;
        let severity = match point.verdict {
            PlainVerdict::Success | PlainVerdict::Skipped => "comment",
            PlainVerdict::Error => "error",
            PlainVerdict::Failure => "fail",
        };
        let out = &mut *self.out;
        writeln!(out, "  ---")?;
        if let Some(message) = &point.message {
            let message = whole(Excerpt::of_text(message, max_chars));
            writeln!(out, "  message: {}", Quoted(&message))?;
        }
        writeln!(out, "  severity: {severity}")?;
        writeln!(out, "  outcome: {}", Quoted(point.kind))?;
        if let Some(tries) = &point.tries {
            writeln!(out, "  tried: {}", Quoted(tries))?;
        }
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

//! Writes the results of a run in the Test Anything Protocol, version 14.
//!
//! A case is a test point, and so is each gate and what else speaks against the run: all points are `ok`
//! exactly if the run has no problem and no case failed. What was skipped or not run is so by a directive.
//! Why something is not `ok` stands below it as YAML. But for the number in the first line, nothing in it is
//! newer than version 13, which is the latest that Perl's `prove` knows.
//!
//! The crate owns the lines, and that nothing an executor or a suite sent makes one. It refuses clocks,
//! ledgers and files: results come in as a value, the document goes out through [`io::Write`], and equal
//! results give equal bytes.

mod escape;
mod points;

use std::io::{self, BufWriter, Write};

use runner_core::{
    plain::PlainVerdict,
    recorded::RecordedRun,
    results::{GateResult, RunResults},
    words::{Attempts, Problem, problems, reason},
};

use points::{Point, Points};

/// How much a report shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportOptions {
    /// How many characters are shown of the output of a case that did not pass, half of them from its
    /// beginning and half from its end; the same for the words in which its error is told. 2,000 by
    /// default: it is read in a terminal.
    pub max_output_chars: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            max_output_chars: 2_000,
        }
    }
}

/// Writes the report on a single run to `out`, which need not be buffered, and flushes it.
///
/// ```
/// # let results = sample_results::runs::eventful_run();
/// let mut report = Vec::new();
/// reporter_tap::write_report(&results, &Default::default(), &mut report)?;
/// assert!(report.starts_with(b"TAP version 14\n1..14\nok 1 - simple_1: Basic Arithmetic\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_report(
    results: &RunResults,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let against: Vec<Problem<'_>> = results.problems.iter().map(Problem::from).collect();
    let mut points = Points::begin(
        &mut out,
        *options,
        results.cases.len(),
        &results.gates,
        &against,
    )?;
    for result in &results.cases {
        let attempt = result.attempt().map(|attempt| &**attempt);
        let class = attempt.map(|attempt| attempt.outcome.class());
        points.write(Point {
            verdict: PlainVerdict::of_case(result),
            id: &result.case.id,
            name: &result.case.name,
            kind: class.map_or("not-run", |class| class.as_str()),
            message: reason(result).map(|(_, words)| words),
            elapsed: attempt.map(|attempt| attempt.elapsed),
            output: attempt.map(|attempt| &attempt.output),
        })?;
    }
    write_whole(points, &results.gates, &against)?;
    out.flush()
}

/// Writes the report on what a ledger holds of `run` to `out`, which need not be buffered, and flushes
/// it. A case is one test point, however many attempts were made of it.
///
/// # Errors
/// Only those of `out`; what was written until then is an incomplete document.
pub fn write_recorded_report(
    run: &RecordedRun,
    options: &ReportOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let against = problems(run);
    let mut points = Points::begin(&mut out, *options, run.cases.len(), &run.gates, &against)?;
    for case in &run.cases {
        let outcomes = &case.totals.outcomes;
        let mut latest = run.failed.iter().filter(|it| it.case_id == case.id);
        points.write(Point {
            verdict: PlainVerdict::of_recorded(case, against.is_empty()),
            id: &case.id,
            name: &case.name,
            kind: latest
                .next()
                .map_or("failed", |latest| latest.outcome.as_str()),
            message: Some(Attempts(outcomes).to_string()),
            elapsed: None,
            output: None,
        })?;
    }
    write_whole(points, &run.gates, &against)?;
    out.flush()
}

/// Writes what is said of a run as a whole.
fn write_whole(
    mut points: Points<'_, impl Write>,
    gates: &[GateResult],
    against: &[Problem<'_>],
) -> io::Result<()> {
    for gate in gates {
        let value = gate.value.as_ref();
        let value = value.map_or_else(|| "no attempt counts".into(), ToString::to_string);
        points.write(Point {
            verdict: match gate.holds {
                true => PlainVerdict::Success,
                false => PlainVerdict::Failure,
            },
            id: "gate",
            name: &gate.name,
            kind: "gate-failed",
            message: Some(format!("{value}; demanded: {}", gate.bound)),
            elapsed: None,
            output: None,
        })?;
    }
    for problem in points::told_here(against) {
        points.write(Point {
            verdict: PlainVerdict::Error,
            id: "run",
            name: problem.code,
            kind: problem.code,
            message: Some(problem.words.to_string()),
            elapsed: None,
            output: None,
        })?;
    }
    Ok(())
}

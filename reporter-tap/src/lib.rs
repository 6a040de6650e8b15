//! Writes the results of a run in the Test Anything Protocol, version 14.
//!
//! A case is a test point, and so is each gate and what else speaks against the run: all points are `ok`
//! exactly if the run has no problem and no case failed. What was skipped or not run is so by a directive. A case
//! that passed only when it was tried again says `# flaky` in its description, for which there is no directive.
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
    plain::{PlainCase, PlainVerdict, of_the_whole},
    recorded::{RecordedCase, RecordedRun},
    results::{GateResult, RunResults, Verdict},
    words::{Attempts, GateWords, Problem, problems, tries},
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
    let against = results.problems.iter().map(Problem::from).collect();
    let against = of_the_whole(against, &results.cases);
    let count = results.cases.len() + results.gates.len() + against.len();
    let mut points = Points::begin(&mut out, *options, count)?;
    for result in &results.cases {
        let told = PlainCase::of(result, &results.problems);
        let attempts = result.attempts().iter();
        points.write(Point {
            verdict: told.verdict,
            id: &result.case.id,
            name: &result.case.name,
            kind: told.kind,
            message: told.message,
            tries: tries(result),
            is_flaky: result.verdict() == Verdict::Flaky,
            elapsed: told.attempt.map(|_| attempts.map(|it| it.elapsed).sum()),
            output: told.attempt.map(|attempt| &attempt.output),
        })?;
    }
    write_whole(points, &results.gates, &against)?;
    out.flush()
}

/// Writes the report on what a ledger holds of `run` to `out`, which need not be buffered, and flushes
/// it. A case is one test point, however many attempts were made of it; it is flaky if some of them failed
/// and the run is a success all the same, as gates decide.
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
    let is_success = against.is_empty();
    let against = of_the_whole(against, &[]);
    let count = run.cases.len() + run.gates.len() + against.len();
    let mut points = Points::begin(&mut out, *options, count)?;
    for case in &run.cases {
        points.write(recorded_point(run, case, is_success))?;
    }
    write_whole(points, &run.gates, &against)?;
    out.flush()
}

/// What a case is in a run that is a success or none.
fn recorded_point<'a>(run: &'a RecordedRun, case: &'a RecordedCase, is_success: bool) -> Point<'a> {
    let outcomes = &case.totals.outcomes;
    let verdict = PlainVerdict::of_recorded(case, is_success);
    let is_flaky = verdict == PlainVerdict::Success && outcomes.counts().failed > 0;
    let mut latest = run.failed.iter().filter(|it| it.case_id == case.id);
    // What is `not ok` is so for an attempt of its own kind.
    let latest = latest.find(|it| is_flaky || PlainVerdict::of(it.outcome) == verdict);
    let attempts = Attempts(outcomes).to_string();
    let (kind, message, tries) = match is_flaky {
        true => {
            let message = latest.and_then(|latest| latest.explanation.clone());
            ("flaky", message, Some(attempts))
        }
        false => {
            let kind = latest.map_or("failed", |latest| latest.outcome.as_str());
            (kind, Some(attempts), None)
        }
    };
    Point {
        verdict,
        id: &case.id,
        name: &case.name,
        kind,
        message,
        tries,
        is_flaky,
        elapsed: None,
        output: None,
    }
}

/// Writes what is said of a run as a whole.
fn write_whole(
    mut points: Points<'_, impl Write>,
    gates: &[GateResult],
    against: &[Problem<'_>],
) -> io::Result<()> {
    for gate in gates {
        points.write(Point {
            verdict: match gate.holds {
                true => PlainVerdict::Success,
                false => PlainVerdict::Failure,
            },
            id: "gate",
            name: &gate.name,
            kind: "gate-failed",
            message: Some(GateWords(gate).to_string()),
            tries: None,
            is_flaky: false,
            elapsed: None,
            output: None,
        })?;
    }
    for problem in against {
        points.write(Point {
            verdict: PlainVerdict::Error,
            id: "run",
            name: problem.code,
            kind: problem.code,
            message: Some(problem.words.to_string()),
            tries: None,
            is_flaky: false,
            elapsed: None,
            output: None,
        })?;
    }
    Ok(())
}

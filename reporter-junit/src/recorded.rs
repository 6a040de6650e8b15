//! The document on what a ledger holds of a run.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use runner_core::{
    excerpt::Excerpt,
    plain::{PlainVerdict, of_the_whole},
    recorded::{RecordedAttempt, RecordedCase, RecordedRun},
    text::Grouped,
    words::{Attempts, problems},
};

use crate::{
    ReportOptions,
    trials::{Kinds, excerpt, flaky_element, message},
    whole::{Seconds, Whole},
    xml::Xml,
};

/// So many attempts of a case are told at most, the latest ones.
const MAX_ATTEMPTS: usize = 10;

/// Writes the whole document.
pub(crate) fn write(
    out: &mut impl Write,
    run: &RecordedRun,
    options: &ReportOptions,
) -> io::Result<()> {
    let problems = problems(run);
    let is_success = problems.is_empty();
    let whole = Whole {
        run: &run.run,
        elapsed: run.elapsed,
        gates: &run.gates,
        problems: of_the_whole(problems, &[]),
        cases: Kinds::of(
            run.cases
                .iter()
                .map(|case| PlainVerdict::of_recorded(case, is_success)),
        ),
    };
    whole.write(out, |xml| {
        let mut cases = run.cases.iter();
        cases.try_for_each(|case| write_case(xml, run, case, is_success, options))
    })
}

fn write_case(
    xml: &mut Xml<'_, impl Write>,
    run: &RecordedRun,
    case: &RecordedCase,
    is_success: bool,
    options: &ReportOptions,
) -> io::Result<()> {
    let durations = &case.totals.durations;
    let mean = durations.mean().unwrap_or_default().as_secs_f64();
    xml.open(
        "testcase",
        &[
            ("name", &case.id),
            ("classname", &run.run.suite_stem),
            ("time", &Seconds(mean * durations.count() as f64)),
        ],
    )?;
    let summary = format!("attempts: {}", Attempts(&case.totals.outcomes));
    let failed = run.failed.iter().filter(|it| it.case_id == case.id);
    let failed: Vec<_> = failed.take(MAX_ATTEMPTS).collect();
    match PlainVerdict::of_recorded(case, is_success) {
        PlainVerdict::Success if case.totals.outcomes.counts().failed > 0 => {
            for attempt in &failed {
                let element = flaky_element(attempt.outcome);
                let words = attempt.explanation.as_deref().unwrap_or_default();
                let with: [(_, &dyn std::fmt::Display); 2] = [
                    ("message", &message(words)),
                    ("type", &attempt.outcome.as_str()),
                ];
                xml.text(element, &with, &told(attempt, options))?;
            }
        }
        PlainVerdict::Success => {}
        PlainVerdict::Skipped => xml.empty("skipped", &[("message", &summary)])?,
        kind => {
            let text: String = failed.iter().map(|it| told(it, options)).collect();
            let decisive = failed
                .iter()
                .find(|it| PlainVerdict::of(it.outcome) == kind);
            let class = decisive.map_or("failed", |it| it.outcome.as_str());
            let element = if kind == PlainVerdict::Error {
                "error"
            } else {
                "failure"
            };
            xml.text(element, &[("message", &summary), ("type", &class)], &text)?;
        }
    }
    xml.text("system-out", &[], &summary)?;
    xml.close()
}

/// What there is to say of one attempt.
fn told(attempt: &RecordedAttempt, options: &ReportOptions) -> String {
    let max_chars = options.max_output_chars;
    let mut text = format!(
        "attempt {}, iteration {}, {}: {}\n",
        Grouped(attempt.number),
        Grouped(attempt.iteration),
        attempt.began,
        attempt.outcome.words()
    );
    // Writing to a string does not fail.
    if let Some(words) = &attempt.explanation {
        let words = Excerpt::of_text(words, options.max_failed_output_chars);
        let _ = writeln!(text, "{}", excerpt(words));
    }
    if !attempt.findings.is_empty() {
        let _ = writeln!(text, "findings: {}", attempt.findings.join(", "));
    }
    if let Some(output) = &attempt.output {
        let _ = writeln!(text, "{}", excerpt(Excerpt::of_text(output, max_chars)));
    }
    text
}

//! Summaries for a step in GitHub Actions: bounded, and what failed comes first.

use reporter_md::{MAX_STEP_SUMMARY_BYTES, write_recorded_step_summary, write_step_summary};
use runner_core::{
    outcome::{Failure, Outcome},
    recorded::RecordedRun,
    results::{AttemptReport, RunResults},
};
use sample_results::recorded_runs;

use crate::fixtures::*;

fn summary(results: &RunResults, max_bytes: usize) -> String {
    let mut summary = Vec::new();
    write_step_summary(results, max_bytes, &mut summary).expect("memory takes all");
    String::from_utf8(summary).expect("Markdown is text")
}

fn recorded_summary(run: &RecordedRun, max_bytes: usize) -> String {
    let mut summary = Vec::new();
    write_recorded_step_summary(run, max_bytes, &mut summary).expect("memory takes all");
    String::from_utf8(summary).expect("Markdown is text")
}

/// A run of so many cases, of which every other one fails with a page of output.
fn many(count: usize) -> RunResults {
    let failed = |index: usize| AttemptReport {
        output: output("x\n".repeat(3_000)),
        ..attempt(match index % 2 {
            0 => Outcome::Passed,
            _ => Outcome::Failed(vec![Failure::NoAgentResult]),
        })
    };
    let cases = (0..count).map(|index| {
        let id = format!("case_{index}");
        tried(case(&id, &id, "true"), failed(index))
    });
    results(cases.collect())
}

#[test]
fn failed_cases_come_first_and_the_others_in_a_table() {
    insta::assert_snapshot!(summary(&eventful_run(), MAX_STEP_SUMMARY_BYTES));
}

#[test]
fn a_soak_shows_its_failed_attempts_before_its_cases() {
    let summary = recorded_summary(&recorded_runs::eventful(), MAX_STEP_SUMMARY_BYTES);
    let place = |words: &str| summary.find(words).unwrap_or_else(|| panic!("{words}"));
    assert!(place("## Summary") < place("## Failed Attempts"));
    assert!(place("## Failed Attempts") < place("## Cases"));
}

#[test]
fn a_summary_keeps_to_its_bound_whatever_there_is_and_says_what_it_lacks() {
    let results = many(5_000);
    for max_bytes in [0, 1_000, 5_000, 100_000, MAX_STEP_SUMMARY_BYTES] {
        let summary = summary(&results, max_bytes);
        assert!(
            summary.len() <= max_bytes.max(512),
            "{} of {max_bytes}",
            summary.len()
        );
        assert!(summary.contains("**Not shown here**"), "{summary}");
    }
    for max_bytes in [1_000, 5_000] {
        let summary = recorded_summary(&recorded_runs::eventful(), max_bytes);
        assert!(summary.len() <= max_bytes && summary.contains("**Not shown here**"));
    }
    let whole = summary(&many(4), MAX_STEP_SUMMARY_BYTES);
    assert!(!whole.contains("**Not shown here**"), "{whole}");
}

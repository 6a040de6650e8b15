//! Reports in the Test Anything Protocol: whole documents, any text in them, and what `prove` makes of them.

use std::{
    fs,
    io::ErrorKind,
    process::{Command, Stdio},
};

use proptest::prelude::*;
use reporter_tap::{ReportOptions, write_recorded_report, write_report};
use runner_core::{
    recorded::{RecordedProblem, RecordedRun},
    results::RunResults,
};
use sample_results::{
    cases,
    foreign::{recorded_with, results_with},
    recorded_runs, runs, tries,
};

fn of_run(results: &RunResults) -> String {
    let mut report = Vec::new();
    write_report(results, &ReportOptions::default(), &mut report).expect("memory takes all");
    String::from_utf8(report).expect("lines are text")
}

fn of_recorded(run: &RecordedRun) -> String {
    let mut report = Vec::new();
    write_recorded_report(run, &ReportOptions::default(), &mut report).expect("memory takes all");
    String::from_utf8(report).expect("lines are text")
}

#[test]
fn a_run_in_which_everything_happened() {
    insta::assert_snapshot!(of_run(&runs::eventful_run()));
}

#[test]
fn a_week_in_eight_hours() {
    insta::assert_snapshot!(of_recorded(&recorded_runs::eventful()));
}

#[test]
fn cases_that_were_tried_more_than_once() {
    insta::assert_snapshot!(of_run(&tries::run(false)));
}

#[test]
fn a_flaky_case_is_not_ok_where_it_is_to_fail_the_run() {
    let report = of_run(&tries::run(true));
    let line = "not ok 1 - flaky: Now and Then # flaky: tried 2 times, of which it passed once\n";
    assert!(report.contains(line), "{report}");
    assert!(
        report.contains("  severity: fail\n  outcome: \"flaky\"\n"),
        "{report}"
    );
    // The point says it, so that the run need not.
    assert!(!report.contains("case-flaky"), "{report}");
}

#[test]
fn a_case_of_a_successful_soak_that_failed_now_and_then_says_that_it_is_flaky() {
    let mut run = recorded_runs::eventful();
    run.problems.clear();
    run.gates.clear();
    let report = of_recorded(&run);
    let line = "ok 2 - simple_2: The case simple_2 # flaky: tried 282, of which 278 passed";
    assert!(
        report.contains(line) && !report.contains("not ok"),
        "{report}"
    );
}

#[test]
fn what_the_cases_of_a_recorded_run_do_not_tell_is_told_of_the_run() {
    let mut run = recorded_runs::eventful();
    run.problems = ["case-flaky", "case-inconclusive", "case-failed"]
        .map(|code| RecordedProblem {
            code: code.into(),
            text: code.into(),
        })
        .into();
    let report = of_recorded(&run);
    assert!(report.contains("- run: case-flaky") && report.contains("- run: case-inconclusive"));
    assert!(!report.contains("- run: case-failed"), "{report}");
}

#[test]
fn a_run_without_cases_has_a_plan_that_says_so() {
    let report = of_run(&cases::results(Vec::new()));
    assert_eq!(report, "TAP version 14\n1..0 # SKIP nothing was selected\n");
}

/// Whether a line may stand in a report.
fn is_known(line: &str) -> bool {
    let known = ["TAP version 14", "1..", "ok ", "not ok ", "  "];
    known.iter().any(|beginning| line.starts_with(beginning))
}

/// The points are numbered without a gap up to what the plan says.
fn assert_well_formed(report: &str) {
    let lines: Vec<_> = report.lines().collect();
    assert!(lines.iter().all(|line| is_known(line)), "{report}");
    let plan: usize = lines[1].trim_start_matches("1..").parse().expect("a plan");
    let points = lines.iter().filter_map(|line| {
        let line = line.strip_prefix("not ").unwrap_or(line);
        line.strip_prefix("ok ")?.split(' ').next()?.parse().ok()
    });
    let points: Vec<usize> = points.collect();
    assert_eq!(points, (1..=plan).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn no_text_makes_a_line_of_its_own(texts in [any::<String>(), "[\\n#ok 1\\\\\"-]{0,20}", "(\n|\r|# SKIP|---|\\.\\.\\.){0,5}", any::<String>()]) {
        assert_well_formed(&of_run(&results_with(&texts)));
        assert_well_formed(&of_recorded(&recorded_with(&texts)));
    }
}

/// What `prove` makes of a report: whether all is well, and its words; `None` where there is no `prove`.
///
/// It refuses the number 14. Nothing in a report is newer than 13 but that number.
fn proven(report: &str) -> Option<(bool, String)> {
    let report = &report.replacen("TAP version 14", "TAP version 13", 1);
    let folder = std::env::temp_dir().join(format!("gauntlet-tap-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join(format!("{}.tap", report.len()));
    fs::write(&file, report).expect("a file");
    let mut prove = Command::new("prove");
    prove
        .args(["--exec", "cat"])
        .arg(&file)
        .stdin(Stdio::null());
    let ended = prove.output();
    let _ = fs::remove_dir_all(&folder);
    match ended {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        ended => {
            let ended = ended.expect("prove ends");
            let words = [ended.stdout, ended.stderr].concat();
            Some((
                ended.status.success(),
                String::from_utf8_lossy(&words).into_owned(),
            ))
        }
    }
}

#[test]
fn prove_comes_to_the_same_as_the_run() {
    let good = cases::results(vec![
        runs::passed_case(),
        cases::not_run(cases::case("b", "B", "x")),
    ]);
    let Some((is_well, words)) = proven(&of_run(&good)) else {
        println!("skipped: there is no prove (Debian: perl)");
        return;
    };
    assert!(is_well, "{words}");
    let texts = ["a # SKIP", "not ok 1\nBail out!", "---", "\\# TODO"].map(str::to_owned);
    for report in [
        of_run(&runs::eventful_run()),
        of_recorded(&recorded_runs::eventful()),
        of_run(&results_with(&texts)),
        of_run(&tries::run(false)),
        of_run(&tries::run(true)),
    ] {
        let (is_well, words) = proven(&report).expect("prove is there");
        assert!(!is_well, "{words}");
        // It counts what the report does not call ok, and finds nothing wrong with its form.
        let failed = report
            .lines()
            .filter(|line| line.starts_with("not ok"))
            .count();
        assert!(words.contains(&format!("Failed: {failed})")), "{words}");
        assert!(!words.contains("Parse errors"), "{words}");
    }
}

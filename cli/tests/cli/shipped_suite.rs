//! The suite that ships, with the default command.

use std::{env, fs, os::unix::fs::PermissionsExt as _, os::unix::fs::symlink, path::Path};

use serde_json::json;

use crate::support::{Program, Scratch};

const REPORT: &str = "reports/simple_stress_tests_report.md";

/// A stand-in that knows what the shipped suite asks, and answers as the real one does.
const CLAUDE: &str = r#"#!/bin/sh
case "$*" in
    *"15 + 27"*stream-json*) answer='42' ;;
    *"7 * 8"*stream-json*) answer='56\\n63\\n16' ;;
    *Fibonacci*stream-json*) answer='0, 1, 1, 2, 3, 5, 8, 13, 21, 34' ;;
    *) exit 9 ;;
esac
printf '{"type":"system","subtype":"init"}\n'
printf '{"type":"result","subtype":"success","is_error":false,"result":"%b"}\n' "$answer"
"#;

/// A folder with the configs that ship, and `bin` with no more programs than the suite needs.
fn scratch() -> Scratch {
    let scratch = Scratch::with_shipped_configs();
    fs::create_dir(scratch.path("bin")).expect("a folder");
    for program in ["date", "sleep"] {
        let path = env::var_os("PATH").expect("a PATH");
        let found = env::split_paths(&path).map(|folder| folder.join(program));
        let found = found.into_iter().find(|path| path.is_file());
        symlink(found.expect(program), scratch.path("bin").join(program)).expect("a link");
    }
    scratch
}

fn install_claude(scratch: &Scratch) {
    scratch.write("bin/claude", CLAUDE);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(scratch.path("bin/claude"), mode).expect("a mode");
}

/// `gauntlet run`, with nothing on `PATH` but the folder `bin`.
fn run(scratch: &Scratch) -> Program {
    let bin: &Path = &scratch.path("bin");
    scratch.gauntlet(["run"]).env("PATH", bin)
}

#[test]
fn the_default_command_runs_the_shipped_suite_and_writes_its_report() {
    let scratch = scratch();
    let ended = run(&scratch).exits(0);
    ended.says([
        "configs/simple_stress_tests.json: 10 cases",
        "7 passed, 0 failed, 3 skipped",
        "success rate: 100.0% (7 of 7",
        "gate min_success_rate: 100.0%",
        "gate max_infrastructure_errors: 0",
        "report: reports/simple_stress_tests_report.md",
    ]);
    assert_eq!(ended.stdout, "");
    assert_eq!(scratch.leftovers(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn the_report_has_the_structure_that_its_readers_know() {
    let scratch = scratch();
    run(&scratch).exits(0);
    let report = scratch.read(REPORT);
    let mut rest = &*report;
    for part in [
        "# Simple Stress Test Report\n",
        "**Generated**: 20",
        "**Execution ID**: `SIMPLE_STRESS_TEST_",
        "**Total Duration**: ",
        "**Configuration**: `configs/simple_stress_tests.json`",
        "## Summary\n",
        "- **Total Tests**: 10\n",
        "- **Passed**: 7 ✅",
        "- **Failed**: 0 ❌",
        "- **Success Rate**: 100.0%",
        "## Gates\n",
        "## Test Results\n",
        "### Single arithmetic - ✅ PASSED\n",
        "- **ID**: `single_arithmetic`",
        "- **Description**: One sum, worked out by the shell.",
        "- **Duration**: ",
        "- **Command**: `echo \"Result: $((15 + 27))\"`",
        "- **Exit Code**: 0",
        "- **Patterns Found**: 1/1",
        "<details>\n<summary>Output (10 bytes)</summary>\n",
        "Result: 42\n",
        "</details>",
        "### Multiple arithmetic - ✅ PASSED",
        "### Fibonacci numbers - ✅ PASSED",
        "### Echo - ✅ PASSED",
        "### Date - ✅ PASSED",
        "### Slow stream - ✅ PASSED",
        "### Standard output and standard error - ✅ PASSED",
        "### Claude: single arithmetic - ⏭️ SKIPPED",
        "`claude\\` is not available where the executor runs",
        "## Environment\n",
        "`http://127.0.0.1:",
    ] {
        let found = rest.find(part);
        let at = found.unwrap_or_else(|| panic!("no {part:?} after the part before it:\n{report}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn cases_whose_program_is_there_are_run() {
    let scratch = scratch();
    install_claude(&scratch);
    let ended = run(&scratch).args(["--json", "--tag", "claude"]).exits(0);
    let records = ended.records();
    let ids = [
        "claude_single_arithmetic",
        "claude_multiple_arithmetic",
        "claude_fibonacci",
    ];
    assert_eq!(records.outcomes(), ids.map(|id| (id, "passed")), "{ended}");
}

#[test]
fn cases_whose_program_is_missing_are_skipped_for_that_reason_and_count_for_nothing() {
    let scratch = scratch();
    let ended = run(&scratch)
        .args(["--json", "--tag", "arithmetic"])
        .exits(0);
    let records = ended.records();
    let skipped = records.case("claude_single_arithmetic");
    assert_eq!(skipped["verdict"], "skipped");
    assert_eq!(skipped["outcome"], "skipped");
    assert_eq!(
        skipped["explanation"],
        "`claude` is not available where the executor runs"
    );
    assert_eq!(records.finish()["skipped"], 2);
    assert_eq!(records.finish()["gates"][0]["holds"], true);
    // Looking for the program is no case of its own.
    assert_eq!(records.of("attempt_started").count(), 3);
}

#[test]
fn a_missing_program_fails_its_cases_where_all_are_required() {
    let scratch = scratch();
    let args = ["--json", "--require-all", "--tag", "claude"];
    let ended = run(&scratch).args(args).exits(99);
    let records = ended.records();
    assert_eq!(records.case("claude_fibonacci")["outcome"], "failed");
    assert_eq!(records.finish()["failed"], 3);
    assert!(scratch.read(REPORT).contains("FAILED"));
}

#[test]
fn every_shipped_case_passes_alone_as_well_as_in_company() {
    let scratch = scratch();
    install_claude(&scratch);
    let suites = [
        "configs/simple_stress_tests.json",
        "configs/categorised_example.json",
    ];
    for path in suites {
        let suite: serde_json::Value = serde_json::from_str(&scratch.read(path)).expect("JSON");
        let of_categories = suite["categories"].as_object();
        let groups = of_categories.map_or(vec![&suite], |groups| groups.values().collect());
        let cases = groups
            .iter()
            .filter_map(|group| group["tests"].as_array())
            .flatten();
        for id in cases.filter_map(|case| case["id"].as_str()) {
            let args = [path, "--json", "--only", id];
            let ended = run(&scratch).args(args).exits(0);
            assert_eq!(ended.records().outcomes(), [(id, "passed")], "{ended}");
        }
    }
    let ended = run(&scratch).args(suites).args(["--json"]).exits(0);
    let finishes = ended.records();
    let passed: Vec<_> = finishes
        .of("run_finished")
        .map(|run| &run["passed"])
        .collect();
    assert_eq!(passed, [&json!(10), &json!(6)]);
}

#[test]
fn a_report_goes_through_a_link_and_never_replaces_what_is_no_file() {
    let scratch = Scratch::with_cases([crate::support::case("a", "true")]);
    scratch.write("kept.md", "old");
    std::os::unix::fs::symlink("kept.md", scratch.path("link.md")).expect("a link");
    scratch
        .run_suite(["--report", "md=link.md", "--report", "md=/dev/stdout"])
        .exits(0);
    assert!(scratch.path("link.md").is_symlink());
    assert!(scratch.read("kept.md").contains("PASSED"));
}

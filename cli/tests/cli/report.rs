//! Reports of every format, and `gauntlet report`, which makes them again.

use serde_json::{Value, json};

use crate::support::{Scratch, case};

const FORMATS: [&str; 6] = ["md", "html", "json", "junit", "tap", "github"];

/// A case that passes, one that fails, one that is skipped.
fn scratch() -> Scratch {
    Scratch::with_cases([
        json!({ "id": "good", "command": "echo fine", "expected_patterns": ["fine"] }),
        case("bad", "echo '<oops> ]]> # SKIP'; exit 7"),
        json!({ "id": "absent", "command": "true", "requires": ["no-such-program"] }),
    ])
}

/// Arguments that ask for a report in each format: `report.md`, and so on.
fn all_formats() -> Vec<String> {
    let target = |format: &&str| ["--report".into(), format!("{format}=report.{format}")];
    FORMATS.iter().flat_map(target).collect()
}

#[test]
fn a_run_reports_in_every_format_at_once() {
    let scratch = scratch();
    let reports = all_formats();
    let ended = scratch
        .run_suite(reports.iter().map(String::as_str))
        .exits(100);
    ended.says(["report: report.json", "report: report.tap"]);
    for (format, words) in [
        ("md", "# Suite Report"),
        ("html", "<title>Suite Report</title>"),
        ("json", "\"exit_codes\": [\n    100\n  ]"),
        (
            "junit",
            "<failure message=\"exit code 7 instead of 0\" type=\"failed\">",
        ),
        ("tap", "not ok 2 - bad"),
        ("github", "### bad - ❌ FAILED"),
    ] {
        let report = scratch.read(&format!("report.{format}"));
        assert!(report.contains(words), "no {words} in\n{report}");
    }
    assert!(
        !scratch.exists("reports/suite_report.md"),
        "it was not asked for"
    );
}

#[test]
fn every_report_can_be_made_again_from_the_one_in_json() {
    let scratch = scratch();
    let reports = all_formats();
    scratch
        .run_suite(reports.iter().map(String::as_str))
        .exits(100);
    for format in FORMATS {
        let made = ["report", "report.json", "--format", format];
        let ended = scratch.gauntlet(made).exits(0);
        assert_eq!(
            ended.stdout,
            scratch.read(&format!("report.{format}")),
            "{format}"
        );
    }
    let to_file = [
        "report",
        "report.json",
        "--format",
        "junit",
        "--output",
        "new/again.xml",
    ];
    let ended = scratch.gauntlet(to_file).exits(0);
    assert_eq!(ended.stdout, "");
    assert_eq!(scratch.read("new/again.xml"), scratch.read("report.junit"));
}

#[test]
fn a_report_on_a_run_of_the_ledger_is_made_from_its_number_or_its_name() {
    let scratch = scratch();
    let records = scratch.run_suite(["--json"]).exits(100).records();
    let marker = records.finish()["run"].as_str().expect("a name").to_owned();
    let latest = scratch.gauntlet(["report"]).exits(0).stdout;
    assert!(latest.contains("Suite"), "{latest}");
    for run in ["1", &marker, "latest"] {
        let made = scratch.gauntlet(["report", run]).exits(0);
        assert_eq!(made.stdout, latest);
    }
    let json = scratch
        .gauntlet(["report", "1", "--format", "json"])
        .exits(0);
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(json["document"], "recorded");
    assert_eq!(json["exit_codes"], json!([100]));
}

#[test]
fn a_soak_reports_in_every_format_and_each_can_be_made_again() {
    let scratch = Scratch::with_cases([case("good", "true"), case("bad", "exit 7")]);
    let reports = all_formats();
    let args = ["--iterations", "3"].into_iter();
    scratch
        .soak(args.chain(reports.iter().map(String::as_str)))
        .exits(100);
    for format in FORMATS {
        let ended = scratch
            .gauntlet(["report", "report.json", "--format", format])
            .exits(0);
        assert_eq!(
            ended.stdout,
            scratch.read(&format!("report.{format}")),
            "{format}"
        );
        let ended = scratch
            .gauntlet(["report", "1", "--format", format])
            .exits(0);
        assert_eq!(
            ended.stdout,
            scratch.read(&format!("report.{format}")),
            "{format}"
        );
    }
}

#[test]
fn a_summary_is_appended_where_the_step_has_its_own() {
    let scratch = scratch();
    scratch.write("summary.md", "What was there before.\n");
    let run = || {
        scratch
            .run_suite(["--report", "github"])
            .env("GITHUB_STEP_SUMMARY", "summary.md")
    };
    run().exits(100);
    let once = scratch.read("summary.md");
    assert!(
        once.starts_with("What was there before.\n# Suite Report\n"),
        "{once}"
    );
    run().exits(100);
    assert_eq!(
        scratch
            .read("summary.md")
            .matches("# Suite Report\n")
            .count(),
        2
    );
    // A page that is full stays as it is: GitHub would show nothing of a larger one.
    scratch.write("summary.md", "x".repeat(1024 * 1024 - 10));
    run().exits(100);
    assert_eq!(scratch.read("summary.md").len(), 1024 * 1024 - 10);
    let ended = scratch.run_suite(["--report", "github"]).exits(2);
    ended.says(["GITHUB_STEP_SUMMARY is not set here"]);
}

#[test]
fn what_is_no_report_is_refused_and_says_why() {
    let scratch = scratch();
    scratch.write("later.json", json!({ "schema_version": 7 }).to_string());
    scratch.write("suite_too.json", json!({ "tests": [] }).to_string());
    scratch.write("md.json", "# Markdown");
    for (source, words) in [
        ("later.json", "it has schema version 7"),
        ("suite_too.json", "it is no JSON report of gauntlet"),
        ("md.json", "it is no JSON report of gauntlet"),
        ("missing.json", "cannot read the report missing.json"),
        ("no/folder", "cannot read the report no/folder"),
        ("77", "there is no"),
    ] {
        let ended = scratch.gauntlet(["report", source]).exits(2);
        assert_eq!(ended.stdout, "");
        ended.says([words]);
    }
    scratch.run_suite(["--report", "json=good.json"]).exits(100);
    scratch.write("folder/file", "");
    let ended = scratch
        .gauntlet(["report", "good.json", "--output", "folder"])
        .exits(110);
    ended.says(["cannot write the report folder"]);
}

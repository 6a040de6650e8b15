//! Which cases run.

use serde_json::json;

use crate::support::{Ended, Scratch};

/// Two categories with two cases each.
fn scratch() -> Scratch {
    // Written by hand, so that the order of the file is not that of the alphabet.
    let suite = r#"{ "categories": {
        "words": { "tests": [
            { "id": "hello", "command": "true", "tags": ["quick"] },
            { "id": "goodbye", "command": "true" }
        ] },
        "sums": { "tags": ["arithmetic"], "tests": [
            { "id": "one", "command": "true", "tags": ["quick"] },
            { "id": "two", "command": "true" }
        ] }
    } }"#;
    let scratch = Scratch::new();
    scratch.write("suite.json", suite);
    scratch
}

#[track_caller]
fn ran(ended: &Ended, ids: &[&str]) {
    let records = ended.records();
    let outcomes = records.outcomes();
    let ran: Vec<_> = outcomes.iter().map(|(id, _)| *id).collect();
    assert_eq!(ran, ids, "{ended}");
}

#[test]
fn values_of_one_option_add_up_and_options_narrow_each_other() {
    let scratch = scratch();
    let rows: &[(&[&str], &[&str])] = &[
        (&[], &["hello", "goodbye", "one", "two"]),
        (&["--only", "two"], &["two"]),
        (&["--only", "two", "--only", "hello"], &["hello", "two"]),
        (&["--only", "two,hello"], &["hello", "two"]),
        (&["--category", "sums"], &["one", "two"]),
        (&["--tag", "quick"], &["hello", "one"]),
        (&["--tag", "arithmetic"], &["one", "two"]),
        (&["--exclude", "hello"], &["goodbye", "one", "two"]),
        (&["--category", "sums", "--tag", "quick"], &["one"]),
        (
            &["--only", "one", "--only", "two", "--exclude", "two"],
            &["one"],
        ),
    ];
    for (args, ids) in rows {
        let ended = scratch
            .run_suite(["--json"])
            .args(args.iter().copied())
            .exits(0);
        ran(&ended, ids);
        assert_eq!(ended.records().finish()["cases"], ids.len());
    }
}

#[test]
fn options_that_contradict_each_other_select_nothing() {
    let scratch = scratch();
    for args in [
        ["--category", "sums", "--only", "hello"],
        ["--only", "hello", "--exclude", "hello"],
        ["--tag", "arithmetic", "--category", "words"],
    ] {
        let ended = scratch.run_suite(args).exits(4);
        ended
            .says(["no case is selected in suite.json"])
            .keeps_to_itself(["warning"]);
    }
}

#[test]
fn an_unknown_name_is_warned_of_with_what_was_probably_meant() {
    let scratch = scratch();
    let rows = [
        (
            ["--only", "helo"],
            "no case has id `helo`, did you mean `hello`?",
        ),
        (
            ["--exclude", "tow"],
            "no case has id `tow`, did you mean `two`?",
        ),
        (
            ["--category", "wrods"],
            "no case has category `wrods`, did you mean `words`?",
        ),
        (
            ["--tag", "quik"],
            "no case has tag `quik`, did you mean `quick`?",
        ),
    ];
    for (args, words) in rows {
        let ended = scratch.run_suite(args).run();
        ended.says(["warning: suite.json:", words]);
        let code = if args[0] == "--exclude" { 0 } else { 4 };
        assert_eq!(ended.code, Some(code), "{ended}");
    }
}

#[test]
fn a_known_id_runs_beside_an_unknown_one() {
    let scratch = scratch();
    let ended = scratch.run_suite(["--json", "--only", "one,oen"]).exits(0);
    ran(&ended, &["one"]);
    ended.says(["no case has id `oen`, did you mean `one`?"]);
}

#[test]
fn only_what_was_selected_is_in_the_report_and_counts_for_the_gates() {
    let scratch = Scratch::new();
    let suite = json!({ "gates": { "min_success_rate": 1 }, "tests": [
        { "id": "good", "command": "true" }, { "id": "bad", "command": "false" },
    ] });
    scratch.write("suite.json", suite.to_string());
    scratch.run_suite([]).exits(99);
    scratch.run_suite(["--exclude", "bad"]).exits(0);
    let report = scratch.report();
    assert!(
        report.contains("- **Total Tests**: 1\n") && !report.contains("`bad`"),
        "{report}"
    );
}

#[test]
fn a_selection_is_looked_for_in_every_suite() {
    let scratch = scratch();
    scratch.write(
        "other.json",
        r#"{"tests":[{"id":"else","command":"true"}]}"#,
    );
    let ended = scratch
        .gauntlet([
            "run",
            "suite.json",
            "other.json",
            "--json",
            "--only",
            "else",
        ])
        .exits(0);
    ran(&ended, &["else"]);
    assert!(
        !scratch.exists("reports/suite_report.md"),
        "it has no selected case"
    );
}

#[test]
fn variables_select_as_flags_do() {
    let scratch = scratch();
    let ended = scratch
        .run_suite(["--json"])
        .env("GAUNTLET_TAG", "quick")
        .env("GAUNTLET_EXCLUDE", "one")
        .exits(0);
    ran(&ended, &["hello"]);
}

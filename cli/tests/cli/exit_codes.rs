//! Every exit code that exists so far, and which one is returned where several apply.

use std::{
    fs::{self, File, Permissions},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
};

use misbehaving_executor::{Answer, Script, wire};
use serde_json::json;

use crate::support::{PATIENCE, Scratch, case, serving};

/// A case that fails.
fn failing(id: &str) -> serde_json::Value {
    case(id, "exit 7")
}

/// A suite whose gate asks for every case to pass.
fn gated(cases: &[serde_json::Value]) -> String {
    json!({ "gates": { "min_success_rate": 1 }, "tests": cases }).to_string()
}

#[test]
fn a_run_in_which_everything_held_exits_0() {
    let scratch = Scratch::with_cases([case("greeting", "echo hello")]);
    scratch.run_suite([]).exits(0).says(["1 passed, 0 failed"]);
}

#[test]
fn help_and_version_exit_0_and_go_to_standard_output() {
    let scratch = Scratch::new();
    for argument in ["--help", "--version", "help"] {
        let ended = scratch.gauntlet([argument]).exits(0);
        assert!(ended.stdout.contains("gauntlet"), "{ended}");
        assert_eq!(ended.stderr, "", "{ended}");
    }
}

#[test]
fn what_cannot_be_meant_exits_2_and_says_why() {
    let scratch = Scratch::with_cases([case("greeting", "echo hello")]);
    scratch.write("invalid.json", r#"{"tests": [{"id": "a"}]}"#);
    scratch.write("wrong.toml", "[executor]\nulr = \"http://localhost:1\"\n");
    scratch.write("broken.toml", "[executor\n");
    scratch.write(
        "other/suite.json",
        r#"{"tests":[{"id":"a","command":"b"}]}"#,
    );
    let rows: &[(&[&str], &str)] = &[
        (&[], "Usage: gauntlet"),
        (&["nonsense"], "nonsense"),
        (&["run", "--nonsense"], "--nonsense"),
        (&["run", "--quiet", "--verbose"], "cannot be used with"),
        (&["run", "invalid.json"], "invalid.json:1:12"),
        (&["run", "missing.json"], "missing.json: no such file"),
        (&["run", "other"], "other: a folder, not a suite file"),
        (&["run"], "configs/simple_stress_tests.json: no such file"),
        (&["verify"], "<SUITE>"),
        (
            &["run", "suite.json", "--settings", "missing.toml"],
            "no settings file missing.toml",
        ),
        (&["run", "suite.json", "--settings", "wrong.toml"], "`ulr`"),
        (
            &["run", "suite.json", "--settings", "broken.toml"],
            "broken.toml cannot be read",
        ),
        (&["settings", "--settings", "wrong.toml"], "`ulr`"),
        (
            &["run", "suite.json", "--url", "ftp://localhost"],
            "\"ftp\" is not supported",
        ),
        (
            &["run", "suite.json", "--url", "nonsense"],
            "cannot use the executor URL",
        ),
        (
            &["run", "suite.json", "--report", "pdf=report.pdf"],
            "no report format is called \"pdf\"",
        ),
        (
            &["run", "suite.json", "--report", "report.md"],
            "expected FORMAT=PATH",
        ),
        (
            &["run", "suite.json", "--report", "md="],
            "the path is missing",
        ),
        (&["run", "suite.json", "--sandbox", "perhaps"], "perhaps"),
        (
            &["run", "suite.json", "other/suite.json"],
            "the same report reports/suite_report.md",
        ),
        (
            &[
                "run",
                "suite.json",
                "other/suite.json",
                "--report",
                "md=x.md",
            ],
            "several suites",
        ),
        (&["serve", "--listen", "localhost"], "localhost"),
        (
            &["serve", "--listen", "0.0.0.0:0"],
            "can be reached from other machines",
        ),
        (
            &["serve", "--listen", "[::]:0"],
            "can be reached from other machines",
        ),
        (
            &["serve", "--listen", "0.0.0.0:0", "--allow-remote"],
            "needs a token",
        ),
        (&["serve", "--max-commands", "0"], "0"),
    ];
    for (args, words) in rows {
        let ended = scratch.gauntlet(args.iter().copied()).exits(2);
        ended.says([*words]);
        assert_eq!(ended.stdout.matches("valid").count(), 0, "{ended}");
    }
    assert!(!scratch.exists("reports/suite_report.md"), "nothing ran");
}

#[test]
fn a_token_that_keeps_no_secret_exits_2() {
    let scratch = Scratch::with_cases([case("greeting", "echo hello")]);
    let files = [
        ("exposed", "s3cret", 0o644, "chmod 600"),
        ("empty", " \n", 0o600, "the token is empty"),
        ("spaced", "two words", 0o600, "not visible ASCII"),
    ];
    for (name, token, mode, words) in files {
        scratch.write(name, token);
        fs::set_permissions(scratch.path(name), Permissions::from_mode(mode)).expect("a mode");
        let ended = scratch.run_suite(["--token-file", name]).exits(2);
        ended.says([words]).keeps_to_itself(
            [token.trim_end_matches(" \n")]
                .into_iter()
                .filter(|token| !token.is_empty()),
        );
        scratch.gauntlet(["serve", "--token-file", name]).exits(2);
    }
    scratch
        .run_suite(["--token-file", "missing"])
        .exits(2)
        .says(["cannot read the token file missing"]);
}

#[test]
fn a_port_that_is_taken_exits_2() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let ended = Scratch::new()
        .gauntlet(["serve", "--listen", &address])
        .exits(2);
    ended.says([&*format!("cannot listen on {address}"), "in use"]);
}

#[test]
fn a_selection_that_selects_nothing_exits_4_and_runs_nothing() {
    let scratch = Scratch::with_cases([case("greeting", "echo hello")]);
    let ended = scratch.run_suite(["--only", "farewell"]).exits(4);
    ended.says(["no case is selected in suite.json"]);
    assert!(!scratch.exists("reports/suite_report.md"));
}

#[test]
fn a_gate_that_does_not_hold_exits_99_and_outranks_the_failed_case() {
    let scratch = Scratch::new();
    scratch.write("suite.json", gated(&[failing("a"), case("b", "true")]));
    let ended = scratch.run_suite([]).exits(99);
    ended.says(["gate min_success_rate: 50.0%", "a gate does not hold"]);
}

#[test]
fn a_failed_case_exits_100_and_a_gate_that_holds_forgives_it() {
    let scratch = Scratch::with_cases([failing("a"), case("b", "true")]);
    scratch.run_suite([]).exits(100).says(["a case failed"]);
    let suite = json!({
        "gates": { "min_success_rate": 0.5 },
        "tests": [failing("a"), case("b", "true")],
    });
    scratch.write("suite.json", suite.to_string());
    scratch.run_suite([]).exits(0).says(["1 passed, 1 failed"]);
}

#[test]
fn a_run_in_which_everything_was_skipped_exits_102_or_99_with_a_gate() {
    let skipped = json!({ "id": "a", "command": "true", "requires": ["no-such-program"] });
    let scratch = Scratch::with_cases([skipped.clone()]);
    scratch.run_suite([]).exits(102).says(["no case was tried"]);
    scratch.write("suite.json", gated(&[skipped]));
    scratch.run_suite([]).exits(99).says(["no attempt counts"]);
}

#[test]
fn an_executor_that_is_unavailable_at_the_start_exits_103_with_a_report() {
    let page = wire::refusal("200 OK", &["Content-Type: text/html"], "<h1>Sign in</h1>");
    let busy = wire::refusal("503 Service Unavailable", &[], "warming up");
    let unhealthy = |answer: Vec<u8>| {
        let healthy = wire::chunked(wire::CLEAN_BODY);
        Script::answering(Answer::new().send(healthy)).health(Answer::new().send(answer))
    };
    let rows = [
        (Script::refusing(), "Connection refused"),
        (unhealthy(busy), "warming up"),
        (unhealthy(page), "text/html"),
    ];
    for (script, words) in rows {
        let server = serving(script);
        let scratch = Scratch::with_cases([case("a", "true")]);
        let ended = scratch.run_suite(["--url", &server.url()]).exits(103);
        ended.says(["the executor is not available", words]);
        assert_eq!(server.log().executions(), 0);
        let report = scratch.report();
        assert!(
            report.contains("NOT RUN") && report.contains(words),
            "{report}"
        );
    }
}

#[test]
fn an_executor_that_goes_away_in_the_middle_exits_104_even_with_gates() {
    let server = serving(Answer::new().hold());
    let scratch = Scratch::new();
    scratch.write("suite.json", gated(&[case("a", "true"), case("b", "true")]));
    let running = scratch
        .run_suite(["--json", "--url", &server.url()])
        .env("GAUNTLET__EXECUTOR__MAX_OUTAGE", "600ms")
        .spawn();
    assert!(server.wait_until(PATIENCE, |log| log.executions() == 1));
    drop(server);
    let ended = running.wait();
    assert_eq!(ended.code, Some(104), "{ended}");
    let records = ended.records();
    assert_eq!(records.outcomes(), [("a", "infrastructure-error")]);
    assert_eq!(records.finish()["not_run"], 1);
    assert_eq!(
        records.finish()["problems"],
        json!(["executor-lost", "gate-failed"])
    );
    assert!(scratch.report().contains("NOT RUN"));
}

#[test]
fn a_report_that_cannot_be_written_exits_110_and_outranks_a_failed_case() {
    let scratch = Scratch::with_cases([failing("a")]);
    scratch.write("folder/file", "");
    for path in ["folder", "folder/file/report.md", "/proc/self/report.md"] {
        let target = format!("md={path}");
        let ended = scratch.run_suite(["--report", &target]).exits(110);
        ended.says([
            &*format!("cannot write the report {path}"),
            "0 passed, 1 failed",
        ]);
        assert_eq!(
            ended.stderr.matches("os error").count(),
            1,
            "said once: {ended}"
        );
    }
}

#[test]
fn one_report_that_cannot_be_written_does_not_cost_the_others() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.write("folder/file", "");
    let reports = ["--report", "md=folder", "--report", "md=new/folder/good.md"];
    scratch
        .run_suite(reports)
        .exits(110)
        .says(["report: new/folder/good.md"]);
    assert!(scratch.read("new/folder/good.md").contains("PASSED"));
}

#[test]
fn an_unavailable_executor_outranks_a_report_that_cannot_be_written() {
    let server = serving(Script::refusing());
    let scratch = Scratch::with_cases([case("a", "true")]);
    let ended = scratch
        .run_suite(["--url", &server.url(), "--report", "md=tmp"])
        .exits(103);
    ended.says([
        "the executor is not available",
        "cannot write the report tmp",
    ]);
}

#[test]
fn an_invalid_suite_outranks_a_selection_of_nothing_and_keeps_the_others_from_running() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.write("invalid.json", "{}");
    let ended = scratch
        .gauntlet(["run", "suite.json", "invalid.json", "--only", "nothing"])
        .exits(2);
    ended.says(["invalid.json:1:1: no cases"]);
    assert!(!scratch.exists("reports/suite_report.md"));
}

#[test]
fn of_several_suites_the_gravest_exit_code_is_returned_and_all_are_run() {
    let scratch = Scratch::new();
    scratch.suite("fails.json", [failing("a")]);
    scratch.write("gated.json", gated(&[failing("a")]));
    scratch.suite("passes.json", [case("a", "true")]);
    for order in [
        ["fails.json", "gated.json", "passes.json"],
        ["passes.json", "gated.json", "fails.json"],
    ] {
        scratch.gauntlet(["run"]).args(order).exits(99);
        for name in ["fails", "gated", "passes"] {
            assert!(scratch.exists(&format!("reports/{name}_report.md")));
        }
    }
}

#[test]
fn records_that_cannot_be_written_exit_110_but_the_report_is_written_all_the_same() {
    let scratch = Scratch::with_cases([case("a", "true"), failing("b")]);
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    let ended = scratch.run_suite(["--json"]).stdout(full).exits(110);
    ended.says(["the machine records could not be written: No space left on device"]);
    assert!(scratch.report().contains("PASSED"));

    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ended = scratch.run_suite(["--json"]).stdout(writer).exits(110);
    ended.says(["the machine records could not be written: Broken pipe"]);
}

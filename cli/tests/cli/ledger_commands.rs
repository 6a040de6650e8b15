//! What the ledger tells afterwards: `history`, `show`, `compare`, `graduation`, after real runs.

use std::os::unix::fs::PermissionsExt as _;

use misbehaving_executor::{Answer, wire};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Ended, Scratch, case, serving};

/// What can hide, reorder or control, were it not shown in pictures.
const HOSTILE: &str = "a\n\u{1b}[2J\u{9b}31m\u{202e}\u{7f}";

impl Scratch {
    /// Runs `gauntlet` with these words, expects this exit code, and gives what it wrote.
    #[track_caller]
    fn told(&self, words: &str, code: i32) -> String {
        self.gauntlet(words.split(' ')).exits(code).stdout
    }

    /// The same as JSON.
    #[track_caller]
    fn json(&self, words: &str, code: i32) -> Value {
        let text = self.told(&format!("{words} --json"), code);
        let value: Value = serde_json::from_str(&text).expect("one JSON document");
        assert_eq!(value["schema"], 1, "{value}");
        value
    }

    /// Goes over `suite.json` so many times.
    #[track_caller]
    fn soaked(&self, iterations: u32) -> Ended {
        let iterations = iterations.to_string();
        let ended = self.soak(["--iterations", &iterations, "-q"]).run();
        assert!(matches!(ended.code, Some(0 | 99 | 100)), "{ended}");
        ended
    }
}

#[track_caller]
fn has<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) {
    // How wide a column is does not matter.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in words {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

#[test]
fn runs_are_listed_latest_first_with_what_came_of_them() {
    let scratch = Scratch::with_cases([case("good", "true"), case("bad", "exit 3")]);
    scratch.run_suite(["-q"]).exits(100);
    scratch.soaked(3);
    let text = scratch.told("history", 0);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    has(lines[1], ["2 soak ", " 6 50.0% case-failed suite"]);
    has(lines[2], ["1 run ", " 2 50.0% case-failed suite"]);

    let json = scratch.json("history", 0);
    let runs = json["runs"].as_array().expect("a list");
    assert_eq!((&runs[0]["id"], &runs[1]["id"]), (&json!(2), &json!(1)));
    let soak = &runs[0];
    assert_eq!(
        (&soak["kind"], &soak["state"]),
        (&json!("soak"), &json!("completed"))
    );
    assert_eq!((&soak["attempts"], &soak["passed"]), (&json!(6), &json!(3)));
    assert_eq!(
        (&soak["success"]["rate"], &soak["resumable"]),
        (&json!(0.5), &json!(false))
    );
    assert!(soak["elapsed_ms"].as_f64().is_some_and(|ms| ms > 0.0));
    assert!(
        lines.iter().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let (marker, hash) = (&soak["marker"], &soak["suite_hash"]);
    assert!(
        marker.as_str().is_some_and(|it| it.starts_with("SUITE_")),
        "{soak}"
    );
    assert!(hash.as_str().is_some_and(|it| it.len() == 64), "{soak}");
}

#[test]
fn history_can_be_of_one_suite_and_of_a_few_runs() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.suite("other.json", [case("a", "true")]);
    for suite in ["suite.json", "other.json", "suite.json"] {
        scratch.gauntlet(["run", suite, "-q"]).exits(0);
    }
    let ids = |words: &str| -> Vec<u64> {
        let json = scratch.json(words, 0);
        let runs = json["runs"].as_array().expect("a list").clone();
        runs.iter().filter_map(|run| run["id"].as_u64()).collect()
    };
    assert_eq!(ids("history"), [3, 2, 1]);
    assert_eq!(ids("history suite.json"), [3, 1]);
    assert_eq!(ids("history other"), [2]);
    assert_eq!(ids("history --limit 1"), [3]);
    has(
        &scratch.told("history --limit 2", 0),
        ["older runs are not listed"],
    );
    let none = scratch.told("history unknown.json", 0);
    has(
        &none,
        ["has no run of the suite unknown.json; `gauntlet history` lists all runs"],
    );
}

#[test]
fn a_run_is_shown_with_everything_the_ledger_holds_of_it() {
    let scratch = Scratch::new();
    let suite = json!({
        "description": "For the record",
        "tests": [case("good", "echo hello"), case("bad", "exit 3")],
        "gates": { "min_success_rate": 0.9 },
    });
    scratch.write("suite.json", suite.to_string());
    scratch.soaked(2);
    // What was in force is what counts, whatever the file says now.
    scratch.suite("suite.json", [case("good", "true")]);
    let text = scratch.told("show", 0);
    assert!(
        text.starts_with("soak 1: completed, but no success\n✗ a gate does not hold\n"),
        "{text}"
    );
    has(
        &text,
        [
            "For the record",
            "(embedded)",
            "attempts 4 in 2 iterations",
            "✗ min_success_rate at least 90% 50.0% (2 of 4;",
            "good 2 100.0% (34.2% to 100.0%)",
            "bad 2 0.0% (0.0% to 65.8%) – – – – 2 failed",
            "#4 bad ",
            "exit code 3 instead of 0",
            "Slowest attempts that passed",
            "graduated no: 18 more successes",
        ],
    );

    let json = scratch.json("show latest", 0);
    assert_eq!(json["problems"], json!(["gate-failed"]));
    assert_eq!(json["gates"][0]["holds"], false);
    assert_eq!(json["cases"][0]["case"], "good");
    assert_eq!(json["cases"][0]["durations"]["count"], 2);
    assert_eq!(json["cases"][1]["outcomes"], json!({ "failed": 2 }));
    assert_eq!(json["cases"][1]["durations"]["p50_ms"], Value::Null);
    assert_eq!(json["failed"][0]["attempt"], 4);
    assert_eq!(json["failed"][0]["exit_code"], 3);
    assert_eq!(json["parts"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["graduation"]["graduated"], false);

    let marker = json["marker"].as_str().expect("a name");
    assert_eq!(scratch.told(&format!("show {marker}"), 0), text);
    assert_eq!(scratch.told("show 1", 0), text);
}

#[test]
fn a_soak_that_goes_on_or_was_broken_off_says_so() {
    let scratch = Scratch::new();
    let (mut witness, mut barrier) = (scratch.witness("witness"), scratch.barrier("barrier"));
    let command = witness.command(&barrier.command());
    scratch.suite("suite.json", [case("a", &command)]);
    let soak = scratch.soak(["--sandbox-allow", witness.path()]).spawn();
    witness.wait_for_start();
    has(&scratch.told("show", 0), ["soak 1: running"]);
    let run = &scratch.json("history", 0)["runs"][0];
    assert_eq!(
        (&run["state"], &run["resumable"]),
        (&json!("running"), &json!(false))
    );

    soak.signal(Signal::KILL);
    assert_eq!(soak.wait().signal, Some(9));
    has(&scratch.told("history", 0), ["broken off"]);
    has(
        &scratch.told("show", 0),
        ["soak 1: broken off", "`gauntlet soak --resume 1` goes on"],
    );
    let run = &scratch.json("history", 0)["runs"][0];
    assert_eq!(
        (&run["state"], &run["resumable"]),
        (&json!("broken-off"), &json!(true))
    );
    // Its command has outlived it.
    barrier.open();
    witness.wait_for_end();
}

#[test]
fn a_regression_ends_with_106_and_is_named() {
    let scratch = Scratch::with_cases([case("fails", "true"), case("sleeps", "true")]);
    scratch.soaked(12);
    scratch.suite(
        "suite.json",
        [case("fails", "exit 1"), case("sleeps", "sleep 0.2")],
    );
    scratch.soaked(12);
    let text = scratch.told("compare 1 2 --baseline", 106);
    let first = "B is worse than A: fewer attempts pass in fails; sleeps takes longer;";
    assert!(text.starts_with(first), "{text}");
    has(
        &text,
        [
            "warning: the runs are of different versions of the suite",
            "fails 100.0% (75.8% to 100.0%) of 12 0.0% (0.0% to 24.2%) of 12 -100.0 (-100.0 to -65.7) <0.001 worse",
            "100% <0.001 worse",
            "Fisher's exact test",
        ],
    );
    // It is told, and decides over nothing that was not asked for.
    assert_eq!(scratch.told("compare 1 2", 0), text);
    has(
        &scratch.told("compare 2 1 --baseline", 0),
        ["B is better than A: more attempts pass in fails"],
    );

    let json = scratch.json("compare 1 2 --baseline", 106);
    assert_eq!(json["verdict"], "worse");
    assert_eq!(json["warnings"], json!(["different-suites"]));
    let verdicts = |index: usize| {
        let case = &json["cases"][index];
        (
            &case["case"],
            &case["success"]["verdict"],
            &case["durations"]["verdict"],
        )
    };
    let texts = ["fails", "worse", "too-few-attempts", "sleeps", "same"].map(Value::from);
    let [fails, worse, too_few, sleeps, same] = &texts;
    assert_eq!(verdicts(0), (fails, worse, too_few));
    assert_eq!(verdicts(1), (sleeps, same, worse));
    assert_eq!(json["cases"][0]["success"]["difference"], -1.0);
    assert_eq!(json["cases"][1]["durations"]["superiority"], 1.0);
}

#[test]
fn the_same_suite_twice_is_no_regression() {
    // Four attempts are enough to tell whether they pass, and too few to tell how long they take: a
    // machine that is busy with other tests must not make a difference.
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.soaked(4);
    scratch.soaked(4);
    let text = scratch.told("compare 1 2 --baseline", 0);
    assert!(text.starts_with("B is as good as A"), "{text}");
    assert!(!text.contains("warning"), "{text}");
    let json = scratch.json("compare 1 latest --baseline", 0);
    assert_eq!(
        (&json["verdict"], &json["warnings"]),
        (&json!("same"), &json!([]))
    );
}

#[test]
fn a_comparison_that_can_show_nothing_does_not_hold() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite(["-q"]).exits(0);
    scratch.suite("suite.json", [case("a", "false")]);
    scratch.run_suite(["-q"]).exits(100);
    scratch.suite("suite.json", [case("b", "true")]);
    scratch.run_suite(["-q"]).exits(0);
    let few = scratch.told("compare 1 2 --baseline", 102);
    has(
        &few,
        ["too few attempts (`gauntlet soak suite.json --iterations 20` makes more)"],
    );
    let nothing = scratch.told("compare 1 3 --baseline", 102);
    has(
        &nothing,
        ["A and B have no case in common", "a A 100.0%", "b B 100.0%"],
    );
    has(
        &scratch.told("compare 1 1 --baseline", 102),
        ["A and B are the same run"],
    );
    scratch.told("compare 1 3", 0);
}

#[test]
fn a_suite_graduates_by_what_came_since_it_changed() {
    let scratch = Scratch::with_cases([case("a", "false")]);
    scratch.run_suite(["-q"]).exits(100);
    scratch.suite("suite.json", [case("a", "true")]);
    scratch.soaked(9);
    let text = scratch.told("graduation", 0);
    has(
        &text,
        [
            "suite.json graduated no: 1 more success without a failure would make 10:1",
            "since it changed last 9:0, 100.0% (9 of 9;",
            "over all 9:1, 90.0% (9 of 10;",
        ],
    );
    scratch.run_suite(["-q"]).exits(0);
    has(
        &scratch.told("graduation suite", 0),
        ["graduated yes: at least 10:1"],
    );

    let json = scratch.json("graduation suite.json", 0);
    let suite = &json["suites"][0];
    assert_eq!(
        (&suite["graduated"], &suite["certain"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(suite["current"]["passed"], 10);
    assert_eq!(suite["overall"]["tried"], 11);
    let runs: Vec<_> = (0..2)
        .map(|n| suite["versions"][n]["runs"].as_u64())
        .collect();
    assert_eq!(runs, [Some(2), Some(1)]);
}

#[test]
fn runs_that_begin_within_one_second_have_names_of_their_own() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    for _ in 0..5 {
        scratch.run_suite(["-q"]).exits(0);
    }
    let runs = scratch.json("history", 0)["runs"].clone();
    let names: std::collections::BTreeSet<_> =
        (0..5).map(|run| runs[run]["marker"].to_string()).collect();
    assert_eq!(names.len(), 5, "{names:?}");
}

#[test]
fn a_suite_is_the_same_however_its_path_is_written() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let absolute = scratch.path("suite.json").display().to_string();
    std::os::unix::fs::symlink("suite.json", scratch.path("link.json")).expect("a link");
    let paths = ["suite.json", "./suite.json", "tmp/../suite.json", &absolute];
    for path in paths.into_iter().chain(["link.json"]) {
        scratch.gauntlet(["run", path, "-q"]).exits(0);
    }
    for words in ["graduation", "graduation ./suite.json", "graduation suite"] {
        let suites = scratch.json(words, 0)["suites"].clone();
        assert_eq!(suites.as_array().map(Vec::len), Some(1), "{suites}");
        assert_eq!(suites[0]["suite"], "suite.json");
        assert_eq!(suites[0]["overall"]["passed"], 5);
    }
    let runs = scratch.json("history ./suite.json", 0)["runs"].clone();
    assert_eq!(runs.as_array().map(Vec::len), Some(5), "{runs}");
    assert_eq!(
        scratch.json("show 2", 0)["graduation"]["overall"]["passed"],
        5
    );
}

#[test]
fn what_a_ledger_holds_can_do_nothing_but_be_read() {
    let scratch = Scratch::new();
    // Control characters are refused in ids, and what else is not seen is not.
    let id = "a\u{202e}\u{200b}b";
    let suite = json!({
        "description": HOSTILE,
        "tests": [{ "id": id, "name": HOSTILE, "command": "x", "expected_patterns": [HOSTILE] }],
    });
    scratch.write("suite.json", suite.to_string());
    let error = json!({ "type": "error", "error": HOSTILE }).to_string();
    let body = [&*error, "\n", HOSTILE, "\n", wire::COMPLETE].concat();
    let server = serving(Answer::new().send(wire::chunked(body)));
    for _ in 0..2 {
        scratch.run_suite(["-q", "--url", &server.url()]).exits(100);
    }
    for words in ["history", "show", "show -v", "compare 1 2", "graduation"] {
        for words in [words, &format!("{words} --json")] {
            let text = scratch.told(words, 0);
            let is_active = |c: &char| c.is_control() && *c != '\n' || *c == '\u{202e}';
            let active: Vec<_> = text.chars().filter(is_active).collect();
            assert!(active.is_empty(), "{words} has {active:?}:\n{text}");
        }
    }
    // As JSON it is all there.
    assert_eq!(scratch.json("show", 0)["cases"][0]["name"], HOSTILE);
}

#[test]
fn what_cannot_be_read_is_named_with_a_way_out() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let says = |words: &str, said: &[&str]| {
        let ended = scratch.gauntlet(words.split(' ')).exits(2);
        ended.says(said.iter().copied());
        assert!(ended.stdout.is_empty(), "{ended}");
    };
    for command in ["history", "show", "compare 1 2", "graduation"] {
        says(
            command,
            &["there is no ledger reports/ledger.db", "--ledger FILE"],
        );
        says(&format!("{command} --ledger none"), &["--ledger FILE"]);
        scratch.write(
            "text.db",
            "no ledger at all, but a text that is longer than its header".repeat(9),
        );
        says(
            &format!("{command} --ledger text.db"),
            &["text.db is no ledger", "--ledger FILE"],
        );
    }
    scratch.run_suite(["-q"]).exits(0);
    for command in ["show 7", "show UNKNOWN", "compare 1 7", "compare UNKNOWN 1"] {
        says(
            command,
            &["has no run", "`gauntlet history` lists the runs"],
        );
    }
    let unknown = [
        "has no run of the suite \"other.json\"",
        "`gauntlet history` lists the runs",
    ];
    says("graduation other.json", &unknown);
}

#[test]
fn a_ledger_that_may_only_be_read_is_read() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch
        .run_suite(["-q", "--ledger", "kept/ledger.db"])
        .exits(0);
    let mode = |path: &str, mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(scratch.path(path), mode).expect("a mode");
    };
    mode("kept/ledger.db", 0o444);
    mode("kept", 0o555);
    // Whoever may write everywhere gives that up first.
    let program = env!("CARGO_BIN_EXE_gauntlet");
    let mut words = vec![program];
    if rustix::process::geteuid().is_root() {
        words = vec!["setpriv", "--bounding-set=-dac_override", "--", program];
        if std::process::Command::new("setpriv")
            .arg("--version")
            .output()
            .is_err()
        {
            println!(
                "skipped: root may write everywhere, and there is no setpriv to give that up with"
            );
            return;
        }
    }
    for command in ["history", "show", "graduation"] {
        let args = words[1..]
            .iter()
            .copied()
            .chain([command, "--ledger", "kept/ledger.db"]);
        let ended = scratch.program(words[0], args).exits(0);
        assert!(ended.stdout.contains("suite"), "{ended}");
    }
    mode("kept", 0o755);
    let beside = std::fs::read_dir(scratch.path("kept")).expect("a folder");
    let names: Vec<_> = beside
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    assert_eq!(names.len(), 2, "the ledger and its locks: {names:?}");
}

#[test]
fn a_damaged_ledger_is_told_from_an_empty_one() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite(["-q"]).exits(0);
    // Its head is whole, and nothing after it.
    let ledger = scratch.path("reports/ledger.db");
    let mut bytes = std::fs::read(&ledger).expect("a ledger");
    bytes[100..].fill(0xff);
    scratch.write("reports/ledger.db", bytes);
    for command in ["history", "show", "graduation"] {
        let ended = scratch.gauntlet([command]).exits(2);
        ended.says([
            "the ledger reports/ledger.db is damaged",
            "begin a new one with --ledger FILE",
        ]);
    }
}

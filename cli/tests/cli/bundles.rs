//! What is kept of attempts that failed, and of all of them where that is asked for.

use std::fs;

use serde_json::{Value, json};

use crate::support::Scratch;

fn cases() -> [Value; 3] {
    [
        json!({"id": "good", "command": "echo one", "expected_patterns": ["one"]}),
        json!({"id": "bad/one, two", "command": "echo it is; exit 3", "expected_patterns": ["not"]}),
        json!({"id": "slow", "command": "echo a; exec sleep 60", "timeout": 1}),
    ]
}

/// The entries of a folder, which may not be there.
fn names(scratch: &Scratch, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(scratch.path(folder)).into_iter().flatten();
    let mut names: Vec<_> = entries
        .map(|it| {
            it.expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// The only folder in a folder.
fn only(scratch: &Scratch, folder: &str) -> String {
    let names = names(scratch, folder);
    assert_eq!(names.len(), 1, "{names:?}");
    format!("{folder}/{}", names[0])
}

#[test]
fn each_attempt_that_failed_has_a_bundle_that_report_and_terminal_name() {
    let scratch = Scratch::with_cases(cases());
    let ended = scratch
        .run_suite(["--report=md=r.md,html=r.html"])
        .exits(100);
    let run = only(&scratch, "reports/failures");
    assert_eq!(names(&scratch, &run), ["bad_one__two~2", "slow"]);
    let bundle = format!("{run}/bad_one__two~2");
    assert_eq!(
        names(&scratch, &bundle),
        [
            "README.txt",
            "findings.json",
            "output.txt",
            "request.json",
            "rerun.sh",
            "stream.cassette"
        ]
    );
    ended.says([&*format!("bundle: {bundle}")]);
    assert!(scratch.read("r.md").contains(&bundle));
    assert!(scratch.read("r.html").contains(&bundle));
    assert_eq!(scratch.read(&format!("{bundle}/output.txt")), "it is");
    let request: Value =
        serde_json::from_str(&scratch.read(&format!("{bundle}/request.json"))).expect("JSON");
    assert_eq!(request["command"], "echo it is; exit 3");
    let findings: Value =
        serde_json::from_str(&scratch.read(&format!("{bundle}/findings.json"))).expect("JSON");
    assert_eq!(findings["outcome"], "failed");
    let readme = scratch.read(&format!("{bundle}/README.txt"));
    assert!(readme.contains("gauntlet run suite.json --only 'bad/one, two' --url embedded\n"));
    // Nothing unfinished is left, and what passed has left nothing.
    assert!(!scratch.exists("reports/recordings"));
}

#[test]
fn a_replay_comes_to_what_the_run_came_to() {
    let scratch = Scratch::with_cases(cases());
    let live = scratch
        .run_suite(["--json", "--record"])
        .exits(100)
        .records();
    let run = only(&scratch, "reports/recordings");
    assert_eq!(
        names(&scratch, &run),
        [
            "000001-good.cassette",
            "000002-bad_one__two~2.cassette",
            "000003-slow.cassette"
        ]
    );
    let again = scratch
        .gauntlet(["replay", "--json", &run])
        .exits(100)
        .records();
    assert_eq!(again.types(), live.types());
    assert_eq!(again.outcomes(), live.outcomes());
    let [live, again] = [&live, &again].map(|it| it.case("bad/one, two"));
    for key in [
        "explanation",
        "exit_code",
        "events",
        "stream_bytes",
        "output_bytes",
        "findings",
    ] {
        assert_eq!(again[key], live[key], "{key}");
    }
}

#[test]
fn a_replay_is_judged_by_the_expectations_of_now() {
    let scratch = Scratch::with_cases(cases());
    scratch.run_suite(["--only", "bad/one, two"]).exits(100);
    let run = only(&scratch, "reports/failures");
    scratch.suite(
        "changed.json",
        [json!({"id": "other", "command": "true", "expected_patterns": ["IT IS"], "expected_exit_code": 3})],
    );
    let replay = |args: &[&str]| {
        let all = ["replay", &run].into_iter().chain(args.iter().copied());
        scratch.gauntlet(all)
    };
    replay(&[]).exits(100).says(["exit code 3 instead of 0"]);
    replay(&["--suite", "changed.json", "--only", "other"]).exits(0);
    replay(&["--suite", "changed.json"])
        .exits(2)
        .says(["has no case that", "--only ID"]);
    // Without its suite, a command has to succeed, and nothing else is known.
    fs::remove_file(scratch.path("suite.json")).expect("it was there");
    replay(&[]).exits(100).says([
        "the suite suite.json is not here",
        "exit code 3 instead of 0",
    ]);
}

#[test]
fn what_cannot_be_replayed_is_told_and_nothing_is_judged() {
    let scratch = Scratch::new();
    scratch.write("no.cassette", "{\"cassette\":9}\n");
    scratch
        .gauntlet(["replay", "no.cassette"])
        .exits(2)
        .says(["version 9"]);
    let head = json!({
        "cassette": 1, "dialect": "ndjson", "max_line_bytes": 10,
        "request": {"command": "true", "execution_id": "x"},
    });
    scratch.write("cut.cassette", format!("{head}\n"));
    scratch
        .gauntlet(["replay", "cut.cassette"])
        .exits(2)
        .says(["was cut"]);
    fs::create_dir(scratch.path("empty")).expect("a folder");
    scratch
        .gauntlet(["replay", "empty"])
        .exits(2)
        .says(["no cassette in empty"]);
}

#[test]
fn where_no_bundle_can_be_written_the_run_goes_on_with_one_warning() {
    let scratch = Scratch::with_cases(cases());
    scratch.write("reports/failures", "a file where a folder should be");
    let ended = scratch.run_suite([]).exits(100);
    assert_eq!(
        ended.stderr.matches("could not be written").count(),
        1,
        "{ended}"
    );
}

#[test]
fn no_bundle_is_kept_where_none_is_wanted() {
    let scratch = Scratch::with_cases(cases());
    scratch
        .run_suite(["--no-bundles"])
        .exits(100)
        .keeps_to_itself(["bundle"]);
    let setting = ("GAUNTLET__REPORTS__BUNDLES", "false");
    scratch.run_suite([]).env(setting.0, setting.1).exits(100);
    assert!(!scratch.exists("reports/failures"));
}

#[test]
fn of_a_soak_only_the_newest_bundles_are_kept() {
    let scratch = Scratch::with_cases([json!({"id": "bad", "command": "exit 1"})]);
    let ended = scratch
        .soak(["--iterations", "4"])
        .env("GAUNTLET__REPORTS__MAX_BUNDLES", "2")
        .exits(100);
    let run = only(&scratch, "reports/failures");
    assert_eq!(names(&scratch, &run), ["000003-bad", "000004-bad"]);
    ended.says([&*format!("failure bundles: {run}")]);
}

#[test]
fn a_stream_beyond_the_bound_is_kept_in_part_and_says_so() {
    let scratch = Scratch::with_cases([json!({"id": "long", "command": "seq 20000; exit 1"})]);
    scratch
        .run_suite([])
        .env("GAUNTLET__REPORTS__KEEP_STREAM_BYTES", "8192")
        .exits(100);
    let run = only(&scratch, "reports/failures");
    let readme = scratch.read(&format!("{run}/long/README.txt"));
    assert!(
        readme.contains("the middle of the stream was not kept"),
        "{readme}"
    );
    scratch
        .gauntlet(["replay", &run])
        .exits(2)
        .says(["the middle of the stream was not kept"]);
}

#[test]
fn a_token_gets_into_no_bundle() {
    let scratch = Scratch::with_cases([json!({"id": "bad", "command": "exit 1"})]);
    scratch.secret("token", "s3cret-token");
    let mut serve = scratch
        .gauntlet(["serve", "--listen=127.0.0.1:0", "--token-file=token"])
        .spawn();
    let line = serve.wait_for("listening on");
    let url = line
        .split_whitespace()
        .find(|it| it.starts_with("http://"))
        .expect("a URL");
    scratch
        .run_suite(["--url", url, "--token-file", "token"])
        .exits(100);
    let bundle = format!("{}/bad", only(&scratch, "reports/failures"));
    for name in names(&scratch, &bundle) {
        let text = scratch.read(&format!("{bundle}/{name}"));
        assert!(!text.contains("s3cret"), "{name}: {text}");
    }
}

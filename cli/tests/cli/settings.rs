//! Settings: built-in < file < environment < flags.

use crate::support::{Ended, Scratch, case, serving};

/// The value of a key and where it came from, as `gauntlet settings` shows them.
#[track_caller]
fn shown<'a>(ended: &'a Ended, key: &str) -> (&'a str, &'a str) {
    let line = ended.stdout.lines().find_map(|line| line.strip_prefix(key));
    let line = line
        .unwrap_or_else(|| panic!("no {key} in\n{ended}"))
        .trim();
    let (value, origin) = line.split_once("  ").unwrap_or(("", line));
    (value.trim(), origin.trim())
}

#[test]
fn each_layer_beats_the_one_below_and_is_named_as_the_origin() {
    let scratch = Scratch::new();
    let key = "executor.url";
    let settings = || scratch.gauntlet(["settings"]);
    assert_eq!(shown(&settings().exits(0), key), ("embedded", "built in"));

    scratch.write(
        "configs/gauntlet.toml",
        "[executor]\nurl = \"http://file:1\"\n",
    );
    assert_eq!(
        shown(&settings().exits(0), key),
        ("http://file:1", "configs/gauntlet.toml")
    );

    let from_variable = || settings().env("GAUNTLET__EXECUTOR__URL", "http://variable:1");
    assert_eq!(
        shown(&from_variable().exits(0), key),
        ("http://variable:1", "environment")
    );

    let from_flag = from_variable().args(["--url", "http://flag:1"]).exits(0);
    assert_eq!(shown(&from_flag, key), ("http://flag:1", "flag"));
    // What nobody set keeps its place.
    assert_eq!(shown(&from_flag, "logs.max_files"), ("14", "built in"));
}

#[test]
fn a_named_file_takes_the_place_of_the_usual_one() {
    let scratch = Scratch::new();
    scratch.write(
        "configs/gauntlet.toml",
        "[executor]\nurl = \"http://usual:1\"\n",
    );
    scratch.write("other.toml", "[logs]\nformat = \"json\"\n");
    for ended in [
        scratch
            .gauntlet(["settings", "--settings", "other.toml"])
            .exits(0),
        scratch
            .gauntlet(["settings"])
            .env("GAUNTLET_SETTINGS", "other.toml")
            .exits(0),
    ] {
        assert_eq!(shown(&ended, "executor.url"), ("embedded", "built in"));
        assert_eq!(shown(&ended, "logs.format"), ("json", "other.toml"));
    }
}

#[test]
fn the_layers_decide_which_executor_a_run_goes_to() {
    let clean = || misbehaving_executor::fault("clean").script();
    let (file, variable, flag) = (serving(clean()), serving(clean()), serving(clean()));
    let scratch = Scratch::with_cases([case("a", "true")]);
    let text = format!("[executor]\nurl = \"{}\"\n", file.url());
    scratch.write("configs/gauntlet.toml", text);
    let executions = || [&file, &variable, &flag].map(|server| server.log().executions());

    scratch.run_suite([]).exits(0);
    assert_eq!(executions(), [1, 0, 0]);
    let with_variable = || {
        scratch
            .run_suite([])
            .env("GAUNTLET__EXECUTOR__URL", variable.url())
    };
    with_variable().exits(0);
    assert_eq!(executions(), [1, 1, 0]);
    with_variable().args(["--url", &flag.url()]).exits(0);
    assert_eq!(executions(), [1, 1, 1]);
    with_variable().env("GAUNTLET_URL", flag.url()).exits(0);
    assert_eq!(executions(), [1, 1, 2]);
    with_variable().args(["--url", "embedded"]).exits(0);
    assert_eq!(executions(), [1, 1, 2]);
}

#[test]
fn an_unknown_key_is_refused_by_name_wherever_it_stands() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    for args in [&["settings"][..], &["run", "suite.json"], &["serve"]] {
        let program = || scratch.gauntlet(args.iter().copied());
        let variable = program()
            .env("GAUNTLET__EXECUTOR__HEAD_TIMEOUTS", "1s")
            .exits(2);
        variable.says(["unknown field `head_timeouts`", "`head_timeout`"]);
        let section = program().env("GAUNTLET__EXECUTR__URL", "x").exits(2);
        section.says(["unknown field `executr`", "`executor`"]);
    }
    assert!(!scratch.exists("reports"), "nothing ran");
}

#[test]
fn a_wrong_value_is_refused_with_its_key() {
    let scratch = Scratch::new();
    for (name, value, words) in [
        ("EXECUTOR__HEAD_TIMEOUT", "soon", "\"soon\" is no duration"),
        ("EXECUTOR__MAX_LINE_BYTES", "many", "max_line_bytes"),
        ("LOGS__FORMAT", "yaml", "yaml"),
        ("LOGS__MAX_FILES", "0", "max_files"),
        ("EMBEDDED__SANDBOX", "perhaps", "perhaps"),
    ] {
        let ended = scratch
            .gauntlet(["settings"])
            .env(&format!("GAUNTLET__{name}"), value);
        ended.exits(2).says([words]);
    }
}

#[test]
fn lists_look_the_same_from_every_layer() {
    let scratch = Scratch::new();
    scratch.write(
        "lists.toml",
        "[embedded]\nsandbox_allow = [\"/a\", \"/b\"]\n",
    );
    let key = "embedded.sandbox_allow";
    let shown_by = |ended: Ended| shown(&ended, key).0.to_owned();
    let settings = || scratch.gauntlet(["settings"]);
    assert_eq!(shown_by(settings().exits(0)), "");
    assert_eq!(
        shown_by(settings().args(["--settings", "lists.toml"]).exits(0)),
        "/a:/b"
    );
    assert_eq!(
        shown_by(
            settings()
                .env("GAUNTLET__EMBEDDED__SANDBOX_ALLOW", "/a:/b")
                .exits(0)
        ),
        "/a:/b"
    );
    let flags = ["--sandbox-allow", "/a", "--sandbox-allow", "/b"];
    assert_eq!(shown_by(settings().args(flags).exits(0)), "/a:/b");
}

#[test]
fn flags_are_set_by_variables_in_the_usual_words() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    for yes in ["1", "true", "yes", "on"] {
        let ended = scratch.run_suite([]).env("GAUNTLET_JSON", yes).exits(0);
        assert_eq!(ended.records().outcomes(), [("a", "passed")]);
    }
    for no in ["0", "false", "no"] {
        let ended = scratch.run_suite([]).env("GAUNTLET_JSON", no).exits(0);
        assert_eq!(ended.stdout, "");
    }
    let ended = scratch
        .run_suite([])
        .env("GAUNTLET_JSON", "perhaps")
        .exits(2);
    ended.says(["perhaps"]);
    let ended = scratch.run_suite([]).env("GAUNTLET_QUIET", "1").exits(0);
    assert_eq!(ended.stderr, "");
    let ended = scratch.run_suite([]).env("GAUNTLET_VERBOSE", "1").exits(0);
    ended.says(["command: true"]);
}

#[test]
fn headers_are_never_shown_however_they_are_written() {
    for (variable, code) in [
        ("GAUNTLET__EXECUTOR__HEADERS__X_API_KEY", 0),
        ("GAUNTLET__EXECUTOR__HEADERS", 2),
    ] {
        let scratch = Scratch::new();
        let ended = scratch
            .gauntlet(["settings"])
            .env(variable, "s3cret")
            .exits(code);
        ended.keeps_to_itself(["s3cret"]);
        assert!(!ended.stdout.contains("s3cret"), "{ended}");
    }
}

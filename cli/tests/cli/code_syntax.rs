//! Code whose syntax is checked, by the tools that are there where the embedded executor runs commands.

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt as _, symlink},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Scratch, tool};

/// A case that prints `code` in a block of its language.
fn case(id: &str, language: &str, code: &str) -> Value {
    let validation = json!({ "type": "code_validation", "language": language, "executable": true });
    let command = format!("cat <<'PRINTED'\n```{language}\n{code}\n```\nPRINTED");
    json!({ "id": id, "command": command, "validation": validation })
}

/// What became of the expected code of each case, in their order.
fn standings(scratch: &Scratch, code: i32) -> Vec<(String, String, String)> {
    let ended = scratch.run_suite(["--json"]).exits(code);
    let records = ended.records();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let standings = records.of("case_finished").map(|record| {
        let result = &record["expectations"][0];
        assert_eq!(result["kind"], "code", "{record}");
        (
            text(&record["outcome"]),
            text(&result["standing"]),
            text(&result["detail"]),
        )
    });
    standings.collect()
}

#[test]
fn code_with_a_fault_fails_in_the_words_of_its_tool_and_other_code_passes() {
    if let Err(missing) = tool("python3", "python3") {
        println!("skipped: {missing}");
        return;
    }
    let scratch = Scratch::with_cases([
        case(
            "right",
            "python",
            "def f(x):\n    return 'it''s' + \"$x `y`\"",
        ),
        case("wrong", "py", "def f(x:\n    return x"),
        case("json", "json", "{\"a\": [1, 2}"),
    ]);
    let [right, wrong, json] = &standings(&scratch, 100)[..] else {
        panic!("not three cases");
    };
    assert_eq!((&*right.0, &*right.1, &*right.2), ("passed", "met", ""));
    assert_eq!((&*wrong.0, &*wrong.1), ("failed", "missed"));
    assert!(wrong.2.starts_with("python3 says: "), "{wrong:?}");
    assert!(wrong.2.contains("SyntaxError"), "{wrong:?}");
    assert_eq!((&*json.0, &*json.1), ("failed", "missed"));
    assert!(scratch.report().contains("SyntaxError"));
}

#[test]
fn code_is_never_run_and_does_not_get_out_into_the_shell() {
    let scratch = Scratch::new();
    let mark = scratch.path("was-run").display().to_string();
    let touch = format!("touch {mark}");
    scratch.suite(
        "suite.json",
        [
            case("quotes", "bash", &format!("';{touch};'")),
            case("substitution", "bash", &format!("$({touch}) `{touch}`")),
            case("document", "bash", &format!("EOF\n{touch}\nCODE\n{touch}")),
            case("plain", "bash", &touch),
            case(
                "python",
                "python",
                &format!("__import__('os').system('{touch}')"),
            ),
        ],
    );
    let folder = scratch.folder().to_str().expect("text");
    let args = ["--json", "--sandbox-allow", folder];
    let ended = scratch.run_suite(args).exits(0);
    let records = ended.records();
    let checked = records
        .of("case_finished")
        .map(|it| &it["expectations"][0]["standing"]);
    assert_eq!(checked.collect::<Vec<_>>(), ["met"; 5], "{ended}");
    assert!(!scratch.exists("was-run"), "{ended}");
}

#[test]
fn what_nobody_can_check_passes_and_says_why() {
    let long = json!({
        "id": "long",
        "command": "printf 'x = [\\n'; yes 1, | head -n 40000; echo ]",
        "validation": { "type": "code_validation", "language": "python", "executable": true },
    });
    let scratch = Scratch::with_cases([case("unknown", "cobol", "STOP RUN."), long]);
    let standings = standings(&scratch, 0);
    for ((outcome, standing, detail), why) in standings.iter().zip([
        "there is no tool here that checks cobol",
        "it is longer than",
    ]) {
        assert_eq!((&**outcome, &**standing), ("passed", "not-checked"));
        assert!(detail.contains(why), "{detail}");
    }
    assert!(scratch.report().contains("no tool here that checks cobol"));
}

/// A folder for `PATH` in which there is what a shell needs, and a `python3` that is this script, if any.
fn programs(scratch: &Scratch, python: Option<&str>) -> String {
    let mut path = env::var_os("PATH").unwrap_or_default();
    for name in ["sh", "bash", "cat", "base64"] {
        let found = env::split_paths(&path)
            .map(|it| it.join(name))
            .find(|it| it.is_file());
        let link = scratch.path(&format!("bin/{name}"));
        fs::create_dir_all(scratch.path("bin")).expect("a folder");
        symlink(found.expect("every machine has it"), link).expect("a link");
    }
    if let Some(script) = python {
        scratch.write("bin/python3", format!("#!/bin/sh\n{script}\n"));
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(scratch.path("bin/python3"), mode).expect("a mode");
    }
    path = scratch.path("bin").into();
    path.into_string().expect("text")
}

#[test]
fn a_tool_that_is_not_there_or_does_not_work_fails_nothing_and_is_named() {
    for (python, why) in [
        (None, "`python3` is not available where the executor runs"),
        (
            Some("echo 'no such version: 3.99'; exit 1"),
            "python3 does not work where the executor runs: no such version: 3.99",
        ),
        (Some("kill -9 $$"), "python3 does not work"),
    ] {
        let scratch = Scratch::with_cases([case("a", "python", "((")]);
        let path = programs(&scratch, python);
        let ended = scratch.run_suite(["--json"]).env("PATH", path).exits(0);
        let records = ended.records();
        let result = &records.case("a")["expectations"][0];
        assert_eq!(result["standing"], "not-checked", "{result}");
        assert!(result["detail"].to_string().contains(why), "{result}");
    }
}

#[test]
fn a_run_that_is_ended_in_the_middle_of_a_check_ends_the_check_and_has_not_run_the_case() {
    let scratch = Scratch::with_cases([case("a", "python", "pass")]);
    let mut witness = scratch.witness("witness");
    let path = programs(&scratch, Some(&witness.command("while :; do :; done")));
    let args = ["--json", "--sandbox-allow", witness.path()];
    let running = scratch.run_suite(args).env("PATH", path).spawn();
    witness.wait_for_start();
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    witness.wait_for_end();
    assert_eq!(ended.records().case("a")["outcome"], "cancelled");
}

//! Logs: where they go, what they look like, and that none is lost or in the way.

use misbehaving_executor::{Answer, Script};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{PATIENCE, Scratch, case, serving};

#[test]
fn a_run_is_logged_to_its_end_into_a_file_of_the_day() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite([]).exits(0);
    let names: Vec<_> = std::fs::read_dir(scratch.path("reports/logs"))
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    assert!(
        names.len() == 1 && names[0].starts_with("gauntlet.20"),
        "{names:?}"
    );
    let logs = scratch.logs();
    assert!(
        logs.contains("run started") && logs.contains("run finished"),
        "{logs}"
    );
    assert!(!logs.contains('\u{1b}'), "{logs}");
}

#[test]
fn logs_are_complete_on_every_way_out() {
    let exits_in_the_log = |scratch: &Scratch| {
        let logs = scratch.logs();
        let last = logs.lines().last().unwrap_or_default().to_owned();
        assert!(
            logs.ends_with('\n') && last.contains("run finished"),
            "{logs}"
        );
        last.rsplit("exit=").next().map(str::to_owned)
    };
    let scratch = Scratch::with_cases([case("a", "false")]);
    scratch.run_suite([]).exits(100);
    assert_eq!(exits_in_the_log(&scratch).as_deref(), Some("100"));

    scratch
        .run_suite(["--url", &serving(Script::refusing()).url()])
        .exits(103);
    assert_eq!(exits_in_the_log(&scratch).as_deref(), Some("103"));

    let server = serving(Answer::new().hold());
    let run = scratch.run_suite(["--url", &server.url()]).spawn();
    assert!(server.wait_until(PATIENCE, |log| log.executions() == 1));
    run.signal(Signal::TERM);
    assert_eq!(run.wait().code, Some(143));
    assert_eq!(exits_in_the_log(&scratch).as_deref(), Some("143"));
}

#[test]
fn a_folder_of_logs_that_cannot_be_written_is_warned_of_and_the_run_goes_on() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.write("file", "");
    for folder in ["file", "file/logs", "/proc/self/logs"] {
        let ended = scratch
            .run_suite(["--quiet"])
            .env("GAUNTLET__LOGS__FOLDER", folder)
            .exits(0);
        ended.says([&*format!("warning: there is no log in {folder}")]);
        assert!(scratch.report().contains("PASSED"));
    }
}

#[test]
fn json_logs_have_an_object_in_every_line() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let run = scratch
        .run_suite(["-vv"])
        .env("GAUNTLET__LOGS__FORMAT", "json");
    run.env("GAUNTLET__LOGS__FOLDER", "elsewhere/logs").exits(0);
    assert!(!scratch.exists("reports/logs"));
    let file = std::fs::read_dir(scratch.path("elsewhere/logs"))
        .expect("a folder")
        .next();
    let text = std::fs::read_to_string(file.expect("a file").expect("readable").path());
    let text = text.expect("text");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["fields"]["message"] == "run finished"),
        "{text}"
    );
}

#[test]
fn the_level_decides_how_much_is_logged() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch
        .run_suite([])
        .env("GAUNTLET__LOGS__LEVEL", "error")
        .exits(0);
    assert_eq!(scratch.logs(), "");
    scratch.run_suite([]).exits(0);
    let normal = scratch.logs().lines().count();
    scratch.run_suite(["-vv"]).exits(0);
    assert!(scratch.logs().lines().count() > 2 * normal);
}

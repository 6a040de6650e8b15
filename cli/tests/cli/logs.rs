//! Logs: where they go, what they look like, how much they may take, and that none is lost or in the way.

use std::fs;

use misbehaving_executor::{Answer, Script};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{PATIENCE, Scratch, case, serving};

#[test]
fn a_run_is_logged_to_its_end_into_a_file_of_the_day() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite([]).exits(0);
    let names: Vec<_> = fs::read_dir(scratch.path("reports/logs"))
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
    let file = fs::read_dir(scratch.path("elsewhere/logs"))
        .expect("a folder")
        .next();
    let text = fs::read_to_string(file.expect("a file").expect("readable").path());
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

/// The logs of a folder by their names, in the order in which they were written.
fn logs_in_order(scratch: &Scratch) -> Vec<(String, String)> {
    let entries = fs::read_dir(scratch.path("reports/logs")).expect("a folder of logs");
    let mut logs: Vec<_> = entries
        .filter_map(|entry| entry.expect("readable").file_name().into_string().ok())
        .filter_map(|name| {
            let stem = name.strip_prefix("gauntlet.20")?.strip_suffix(".log")?;
            let (day, part) = stem.split_once('.').unwrap_or((stem, "0"));
            let part: u32 = part.parse().expect("a number");
            Some(((day.to_owned(), part), name))
        })
        .collect();
    logs.sort();
    let read = |name: String| {
        let text = scratch.read(&format!("reports/logs/{name}"));
        (name, text)
    };
    logs.into_iter().map(|(_, name)| read(name)).collect()
}

#[test]
fn a_flood_of_lines_stays_within_the_bound_and_costs_the_oldest_ones() {
    const BOUND: usize = 16 * 1024;
    let scratch = Scratch::with_cases((0..50).map(|n| case(&format!("case{n}"), "true")));
    let large = "x".repeat(BOUND / 2);
    scratch.write("reports/logs/gauntlet.2020-01-01.log", &large);
    for foreign in ["gauntlet.notes.log", "gauntlet.2020-01-01.log.gz"] {
        scratch.write(&format!("reports/logs/{foreign}"), &large);
    }
    scratch
        .run_suite(["-vv"])
        .env("GAUNTLET__LOGS__MAX_TOTAL_BYTES", BOUND.to_string())
        .exits(0);
    let logs = logs_in_order(&scratch);
    let names: Vec<_> = logs.iter().map(|(name, _)| name).collect();
    let total: usize = logs.iter().map(|(_, text)| text.len()).sum();
    assert!(total <= BOUND, "{total} in {names:?}");
    // The bound is used, in files each of which is an eighth of it or a line less.
    assert!(total > BOUND / 2 && logs.len() > 4, "{total} in {names:?}");
    assert!(!scratch.exists("reports/logs/gauntlet.2020-01-01.log"));
    for foreign in ["gauntlet.notes.log", "gauntlet.2020-01-01.log.gz"] {
        assert!(scratch.exists(&format!("reports/logs/{foreign}")));
    }
    let text: String = logs.into_iter().map(|(_, text)| text).collect();
    assert!(!text.contains("run started"), "the oldest lines are gone");
    let last = text.lines().last().unwrap_or_default();
    assert!(last.contains("run finished"), "{text}");
}

#[test]
fn the_newest_files_are_kept_and_no_more_of_them_than_the_settings_say() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let old = ["2020-01-02", "2020-01-01.1", "2020-01-01", "2020-01-02.10"];
    for name in old {
        scratch.write(&format!("reports/logs/gauntlet.{name}.log"), "old\n");
    }
    scratch
        .run_suite([])
        .env("GAUNTLET__LOGS__MAX_FILES", "2")
        .exits(0);
    let logs = logs_in_order(&scratch);
    assert_eq!(logs.len(), 2, "{logs:?}");
    assert_eq!(logs[0].0, "gauntlet.2020-01-02.10.log");
    assert!(logs[1].1.contains("run finished"));
}

#[test]
fn runs_at_the_same_time_share_a_folder_without_mixing_their_lines() {
    let scratch = Scratch::with_cases((0..50).map(|n| case(&format!("case{n}"), "true")));
    let runs = ["one.md", "two.md"].map(|report| {
        let report = format!("md={report}");
        let run = scratch.run_suite(["-vv", "--report", &report]);
        run.env("GAUNTLET__LOGS__FORMAT", "json")
            // Both together begin a second file, and neither loses a line.
            .env("GAUNTLET__LOGS__MAX_TOTAL_BYTES", "1000000")
            .spawn()
    });
    for run in runs {
        assert_eq!(run.wait().code, Some(0));
    }
    let logs = logs_in_order(&scratch);
    assert!(logs.len() > 1, "one file has the lines of both");
    let lines: Vec<Value> = logs
        .iter()
        .flat_map(|(_, text)| text.lines())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for message in ["run started", "run finished"] {
        let said = lines.iter().map(|line| &line["fields"]["message"]);
        assert_eq!(said.filter(|said| *said == message).count(), 2, "{message}");
    }
}

//! Ledgers that cannot be used, at the start and in the middle: an error that says so, and nothing lost.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use misbehaving_executor::{Server, fault};
use rusqlite::Connection;
use rustix::process::{Signal, geteuid};

use crate::support::{Ended, PATIENCE, Scratch, case};

fn executor() -> Server {
    fault("clean").start().expect("the server starts")
}

/// What `run` and `soak` make of the ledger at this path, which both cannot use.
fn refused(scratch: &Scratch, path: &str, code: i32) -> [Ended; 2] {
    let server = executor();
    let ended = [
        scratch
            .run_suite(["--ledger", path, "--url", &server.url()])
            .exits(code),
        scratch
            .soak(["--ledger", path, "--url", &server.url()])
            .exits(code),
    ];
    assert_eq!(
        server.log().executions(),
        0,
        "nothing runs that is not kept"
    );
    ended
}

#[test]
fn a_file_that_is_no_ledger_is_refused_and_left_alone() {
    let scratch = Scratch::with_cases([case("a", "x")]);
    let notes = "somebody's notes, long enough not to be taken for an empty file ".repeat(4);
    scratch.write("notes.txt", &notes);
    for ended in refused(&scratch, "notes.txt", 2) {
        ended.says(["notes.txt is no ledger of gauntlet", "--ledger FILE"]);
    }
    assert_eq!(scratch.read("notes.txt"), notes);
}

#[test]
fn a_newer_ledger_is_refused() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite([]).exits(0);
    scratch.ledger().execute("PRAGMA user_version = 1000");
    for ended in refused(&scratch, "reports/ledger.db", 2) {
        ended.says(["has schema 1000", "use the newer version"]);
    }
}

#[test]
fn a_damaged_ledger_is_refused_and_says_how_to_save_it() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite([]).exits(0);
    let mut bytes = std::fs::read(scratch.path("reports/ledger.db")).expect("read");
    bytes[4096..].fill(0x5a);
    scratch.write("damaged.db", bytes);
    for ended in refused(&scratch, "damaged.db", 2) {
        ended.says(["damaged.db is damaged", "keep a copy"]);
    }
}

#[test]
fn a_ledger_where_none_can_be_is_refused() {
    let scratch = Scratch::with_cases([case("a", "x")]);
    scratch.write("file", "");
    for ended in refused(&scratch, "file/ledger.db", 110) {
        ended.says([
            "cannot create the folder of the ledger file/ledger.db",
            "--ledger none",
        ]);
    }
    if geteuid().is_root() {
        println!("skipped: root may write everywhere");
        return;
    }
    std::fs::create_dir(scratch.path("locked")).expect("a folder");
    let mode = Permissions::from_mode(0o500);
    std::fs::set_permissions(scratch.path("locked"), mode).expect("a mode");
    for ended in refused(&scratch, "locked/ledger.db", 110) {
        ended.says(["locked/ledger.db cannot be written"]);
    }
}

#[test]
fn a_ledger_that_another_process_does_not_let_go_of_is_refused() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite([]).exits(0);
    let holder = Connection::open(scratch.path("reports/ledger.db")).expect("opened");
    holder.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let ended = scratch.run_suite([]).exits(110);
    ended.says(["is locked by another process", "wait for the other process"]);
    // Reading goes on meanwhile.
    let history = scratch.gauntlet(["history"]).exits(0);
    assert!(history.stdout.contains("completed"), "{history}");
}

/// The program with so little room for files that its ledger does not fit: writes beyond it fail as
/// those to a full disk do.
fn with_little_room(scratch: &Scratch, args: &str) -> crate::support::Program {
    let program = env!("CARGO_BIN_EXE_gauntlet");
    let script = format!("ulimit -f 800; exec {program} {args}");
    scratch.program("sh", ["-c", &script])
}

#[test]
fn a_soak_whose_disk_is_full_ends_with_what_it_has_and_goes_on_when_there_is_room() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    let soak = format!("soak suite.json --json --url {}", server.url());
    let ended = with_little_room(&scratch, &soak).exits(110);
    ended.says([
        "the ledger cannot be written",
        "to go on: gauntlet soak --resume 1",
    ]);
    let announced = ended.records().attempts().len();
    let kept = scratch.ledger().attempts(1).len();
    assert!(
        announced > 0 && kept >= announced,
        "{announced} announced, {kept} kept"
    );

    let mut resumed = scratch.resume(["--json"]).spawn();
    resumed.wait_for("attempt_finished");
    resumed.signal(Signal::INT);
    assert_eq!(resumed.wait().code, Some(75));
}

#[test]
fn a_run_whose_disk_is_full_comes_to_its_report_all_the_same() {
    let server = executor();
    let scratch = Scratch::with_cases((0..2000).map(|index| case(&format!("case{index}"), "x")));
    let run = format!(
        "run suite.json --json --report md=/dev/null --url {}",
        server.url()
    );
    let ended = with_little_room(&scratch, &run).exits(110);
    ended.says(["the ledger could not be written"]);
    assert_eq!(ended.records().finish()["passed"], 2000);
}

#[test]
fn a_load_whose_disk_is_full_comes_to_its_report_all_the_same() {
    let server = executor();
    let scratch = Scratch::with_cases((0..800).map(|index| case(&format!("case{index}"), "x")));
    let load = format!(
        "load suite.json --json --iterations 1 --report json=/dev/stderr --url {}",
        server.url()
    );
    let ended = with_little_room(&scratch, &load).exits(110);
    ended.says(["the ledger could not be written", "ledger-lost"]);
    let records = ended.records();
    let finish = records.of("load_finished").next().expect("its end");
    assert_eq!(finish["outcomes"]["passed"], 800);
    assert_eq!(finish["problems"], serde_json::json!(["ledger-lost"]));
    assert!(
        scratch
            .gauntlet(["history"])
            .exits(0)
            .stdout
            .contains("broken off")
    );
}

#[test]
fn several_processes_write_runs_of_their_own_to_one_ledger() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    let url = server.url();
    let soaks: Vec<_> = (0..3)
        .map(|_| {
            scratch
                .soak(["--iterations", "50", "--json", "--url", &url])
                .spawn()
        })
        .collect();
    for soak in soaks {
        let ended = soak.wait();
        assert_eq!(ended.code, Some(0), "{ended}");
    }
    for run in 1..=3 {
        assert_eq!(scratch.ledger().attempts(run).len(), 100);
    }
    assert!(server.wait_until(PATIENCE, |log| log.executions() == 300));
}

#[test]
fn old_attempts_are_pruned_and_stay_in_all_sums() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut soak = scratch
        .soak(["--iterations", "200", "--interval", "1ms", "--json"])
        .args(["--retention", "1ms", "--url", &server.url()])
        .spawn();
    soak.wait_for("\"attempt\":100,");
    soak.signal(Signal::KILL);
    soak.wait();
    // Going on rolls up what there is, so that it can be pruned.
    let ended = scratch.resume(["--json"]).exits(0);
    let ledger = scratch.ledger();
    let (kept, counted): (i64, i64) = (
        ledger.one("SELECT count(*) FROM attempts"),
        ledger.one("SELECT sum(count) FROM totals"),
    );
    assert!(kept < counted, "{kept} of {counted}");
    assert_eq!(ended.records().finish()["cases"], counted);
}

//! Standard streams whose readers are gone, or have no room: never a panic, never a false exit code.

use std::fs::File;

use crate::support::{Scratch, case};

fn full() -> File {
    File::options()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it")
}

/// The end of a pipe that nobody reads.
fn unread() -> std::io::PipeWriter {
    std::io::pipe().expect("a pipe").1
}

#[test]
fn a_reader_that_has_left_changes_nothing_about_the_exit_code() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.write("invalid.json", "{}");
    for (args, code) in [
        (&["verify", "suite.json"][..], 0),
        (&["verify", "suite.json", "invalid.json"], 2),
        (&["settings"], 0),
        (&["--help"], 0),
    ] {
        let ended = scratch
            .gauntlet(args.iter().copied())
            .stdout(unread())
            .exits(code);
        ended.keeps_to_itself(["panicked"]);
    }
}

#[test]
fn standard_output_without_room_exits_1_and_says_so() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    for args in [&["verify", "suite.json"][..], &["settings"]] {
        let ended = scratch
            .gauntlet(args.iter().copied())
            .stdout(full())
            .exits(1);
        ended.says(["cannot write to standard output", "No space left on device"]);
        ended.keeps_to_itself(["panicked"]);
    }
}

#[test]
fn a_run_goes_on_when_nobody_can_read_its_progress() {
    let scratch = Scratch::with_cases([case("a", "exit 7"), case("b", "true")]);
    let ended = scratch.run_suite(["--json"]).stderr(full()).exits(100);
    assert_eq!(
        ended.records().outcomes(),
        [("a", "failed"), ("b", "passed")]
    );
    assert!(scratch.report().contains("FAILED"));
    scratch
        .gauntlet(["run", "missing.json"])
        .stderr(full())
        .exits(2);
}

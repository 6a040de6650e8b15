//! A person who watches: the block that moves, and that it is gone in the end.

use rustix::process::Signal;

use crate::support::{
    Barrier, Running, Scratch, case,
    terminal::{Terminal, block_lines, left_to_see},
};

const COLUMNS: u16 = 100;

#[test]
fn the_running_case_is_shown_while_it_runs_and_only_results_stay() {
    let scratch = Scratch::new();
    let mut witness = scratch.witness("witness");
    let mut barrier = scratch.barrier("barrier");
    // The second case goes on until the test says so.
    let waiting = witness.command(&barrier.command());
    scratch.suite(
        "suite.json",
        [case("quick", "true"), case("patient", &waiting)],
    );
    let (mut terminal, theirs) = Terminal::new(COLUMNS);
    let run = scratch
        .run_suite(["--sandbox-allow", witness.path()])
        .env("TERM", "xterm-256color")
        .stderr(theirs)
        .spawn();
    witness.wait_for_start();
    terminal.wait_for("[2/2] patient");
    barrier.open();
    let ended = run.wait();
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""));
    let written = terminal.until_closed();
    assert!(
        written.contains("\u{1b}[32m"),
        "a pass is green: {written:?}"
    );
    assert!(
        !written.contains("\u{1b}[?25l"),
        "the cursor is there: {written:?}"
    );
    let left = left_to_see(&written, COLUMNS.into());
    let begins = |index: usize, words: &str| {
        assert!(
            left[index].starts_with(words),
            "{index}: no {words:?} in {left:#?}"
        );
    };
    begins(0, "suite.json: 2 cases on http://127.0.0.1:");
    begins(1, "[1/2] ✓ quick  ");
    begins(2, "[2/2] ✓ patient  ");
    begins(3, "");
    begins(4, "2 passed, 0 failed");
    begins(6, "report: reports/suite_report.md");
    assert_eq!(left[7..], [""], "nothing else is left: {left:#?}");
}

#[test]
fn no_color_takes_the_colours_away_and_quiet_the_block() {
    let scratch = Scratch::with_cases([case("good", "true"), case("bad", "false")]);
    let written = |args: &[&str]| {
        let (terminal, theirs) = Terminal::new(COLUMNS);
        let run = scratch
            .run_suite(args.iter().copied())
            .env("TERM", "xterm-256color");
        let ended = run.env("NO_COLOR", "1").stderr(theirs).exits(100);
        drop(ended);
        terminal.until_closed()
    };
    let plain = written(&[]);
    assert!(
        plain.contains("✓ good") && !plain.contains("\u{1b}[3"),
        "{plain:?}"
    );
    let quiet = written(&["--quiet"]);
    assert!(
        quiet.contains("✗ bad") && !quiet.contains('\u{1b}'),
        "{quiet:?}"
    );
}

/// A soak with a case that fails and one that waits until the test says so.
fn watched_soak(scratch: &Scratch, theirs: std::os::fd::OwnedFd) -> (Barrier, Running) {
    let barrier = scratch.barrier("barrier");
    let patient = format!("echo nearly; {}", barrier.command());
    scratch.suite(
        "suite.json",
        [case("bad", "false"), case("patient", &patient)],
    );
    let soak = scratch
        .soak(["--duration", "1h"])
        .env("TERM", "xterm-256color")
        .env("NO_COLOR", "1")
        .stderr(theirs)
        .spawn();
    (barrier, soak)
}

/// The lines that are left to see, none of which is one of the block.
fn left_without_block(written: &str, columns: u16) -> Vec<String> {
    let left = left_to_see(written, columns.into());
    for words in ["soak 1 · ", "now: ", "last failure: "] {
        let found = left.iter().find(|line| line.starts_with(words));
        assert_eq!(found, None, "{left:#?}");
    }
    left
}

#[test]
fn a_soak_shows_where_it_stands_below_what_happens_and_takes_that_away() {
    let scratch = Scratch::new();
    let (mut terminal, theirs) = Terminal::new(COLUMNS);
    let (mut barrier, soak) = watched_soak(&scratch, theirs);
    terminal.wait_for("soak 1 · running · ");
    terminal.wait_for("1 attempt, 1 failed · success 0.0%");
    terminal.wait_for("now: patient");
    terminal.wait_for("  │ nearly");
    terminal.wait_for(", bad: exit code 1 instead of 0");
    barrier.open();
    terminal.wait_for("3 attempts, 2 failed");
    terminal.wait_for("iteration 2");
    soak.signal(Signal::TERM);
    terminal.wait_for("stopping: ");
    barrier.open();
    assert_eq!(soak.wait().code, Some(75));
    let written = terminal.until_closed();
    assert!(
        !written.contains("\u{1b}[?25l"),
        "the cursor is there: {written:?}"
    );
    let left = left_without_block(&written, COLUMNS);
    let fails = left.iter().filter(|line| line.contains("✗ bad"));
    assert_eq!(fails.count(), 2, "{left:#?}");
    assert!(
        left.iter()
            .any(|line| line.starts_with("2 passed, 2 failed"))
    );
    assert_eq!(left.last().map(String::as_str), Some(""));
}

#[test]
fn a_soak_that_is_ended_at_once_leaves_no_block() {
    let scratch = Scratch::new();
    let (mut terminal, theirs) = Terminal::new(COLUMNS);
    let (_barrier, soak) = watched_soak(&scratch, theirs);
    terminal.wait_for("now: patient");
    soak.signal(Signal::INT);
    terminal.wait_for("stopping: ");
    soak.signal(Signal::INT);
    assert_eq!(soak.wait().code, Some(130));
    left_without_block(&terminal.until_closed(), COLUMNS);
}

#[test]
fn no_line_of_the_block_wraps_also_when_the_terminal_becomes_narrower() {
    let scratch = Scratch::new();
    let (mut terminal, theirs) = Terminal::new(40);
    let (_barrier, soak) = watched_soak(&scratch, theirs);
    terminal.wait_for("last failure: ");
    terminal.wait_for("…\u{1b}[K");
    let wide = terminal.take();
    terminal.resize(20);
    // Of the first line no more than this has room.
    terminal.wait_for("soak 1 · running\u{1b}[K");
    soak.signal(Signal::INT);
    soak.signal(Signal::TERM);
    soak.wait();
    let narrow = terminal.until_closed();
    let narrow = &narrow[narrow.find("soak 1 · running\u{1b}[K").expect("it came")..];
    for (written, columns) in [(&*wide, 40), (narrow, 20)] {
        let lines = block_lines(written);
        assert!(lines.len() >= 4, "{lines:#?}");
        for line in lines {
            assert!(line.chars().count() < columns, "{line:?}");
        }
    }
}

#[test]
fn where_there_is_no_terminal_or_a_dumb_one_nothing_moves() {
    let scratch = Scratch::with_cases([case("bad", "false")]);
    let soak = |ledger| {
        let args = ["--iterations", "2", "--ledger", ledger];
        let soak = scratch.soak(args);
        soak.env("TERM", "xterm-256color")
    };
    let ended = soak("a.db").exits(100);
    assert!(!ended.stderr.contains('\u{1b}'), "{ended}");
    let ended = scratch
        .run_suite([])
        .env("TERM", "xterm-256color")
        .exits(100);
    assert!(!ended.stderr.contains('\u{1b}'), "{ended}");
    let (terminal, theirs) = Terminal::new(COLUMNS);
    let dumb = soak("b.db").env("TERM", "dumb").stderr(theirs);
    dumb.exits(100);
    let written = terminal.until_closed();
    assert!(
        !written.contains("\u{1b}[K") && written.contains("✗ bad"),
        "{written:?}"
    );
}

#[test]
fn records_in_the_same_terminal_and_the_block_keep_out_of_each_other() {
    let scratch = Scratch::new();
    let mut barrier = scratch.barrier("barrier");
    scratch.suite(
        "suite.json",
        [
            case("patient", &barrier.command()),
            case("a", "true"),
            case("b", "true"),
        ],
    );
    // Wide enough for records.
    const WIDE: u16 = 4000;
    let (mut terminal, theirs) = Terminal::new(WIDE);
    let run = scratch
        .run_suite(["--json"])
        .env("TERM", "xterm-256color")
        .env("NO_COLOR", "1")
        .stdout(theirs.try_clone().expect("a second handle"))
        .stderr(theirs)
        .spawn();
    terminal.wait_for("[1/3] patient");
    barrier.open();
    assert_eq!(run.wait().code, Some(0));
    let left = left_to_see(&terminal.until_closed(), WIDE.into());
    let records = left.iter().filter(|line| line.starts_with('{'));
    assert!(records.clone().all(|line| line.ends_with('}')), "{left:#?}");
    assert_eq!(records.count(), 8, "{left:#?}");
    let block = left.iter().find(|line| line.contains("[1/3] patient"));
    assert_eq!(block, None, "{left:#?}");
}

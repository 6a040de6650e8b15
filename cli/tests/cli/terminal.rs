//! A person who watches: the line that moves, and that it is gone in the end.

use std::{
    fs::File,
    io::Read as _,
    os::fd::OwnedFd,
    sync::mpsc::{Receiver, channel},
    thread,
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::support::{PATIENCE, Scratch, case};

/// A terminal whose screen the test reads.
struct Terminal {
    /// What was written, piece by piece.
    screen: Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    /// A new terminal, and the file that a program takes for it.
    fn new() -> (Self, OwnedFd) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).expect("a terminal");
        grantpt(&ours)
            .and_then(|()| unlockpt(&ours))
            .expect("it is ours");
        let name = ptsname(&ours, Vec::new()).expect("it has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = open(name, flags, Mode::empty()).expect("it opens");
        let size = Winsize {
            ws_row: 24,
            ws_col: 100,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&theirs, size).expect("a size");
        let (sender, screen) = channel();
        let mut ours = File::from(ours);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            // When nobody has the terminal open any more, reading from it is an error.
            while let Ok(count @ 1..) = ours.read(&mut bytes) {
                let _ = sender.send(bytes[..count].to_vec());
            }
        });
        let terminal = Self {
            screen,
            shown: String::new(),
        };
        (terminal, theirs)
    }

    /// Waits until `text` was written.
    fn wait_for(&mut self, text: &str) {
        while !self.shown.contains(text) {
            let bytes = self.screen.recv_timeout(PATIENCE);
            let bytes =
                bytes.unwrap_or_else(|error| panic!("no {text:?} ({error}): {:?}", self.shown));
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// Everything that was written until the program closed the terminal.
    fn until_closed(mut self) -> String {
        while let Ok(bytes) = self.screen.recv_timeout(PATIENCE) {
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
        self.shown
    }
}

/// What is left to see of what was written: a simple terminal of endless height.
fn left_to_see(written: &str) -> Vec<String> {
    let (mut lines, mut row, mut column) = (vec![Vec::new()], 0, 0);
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match c {
            '\r' => column = 0,
            '\n' => {
                row += 1;
                if row == lines.len() {
                    lines.push(Vec::new());
                }
            }
            '\u{1b}' => {
                assert_eq!(chars.next(), Some('['), "{written:?}");
                let (mut number, mut end) = (String::new(), ' ');
                for c in chars.by_ref() {
                    if c.is_ascii_alphabetic() {
                        end = c;
                        break;
                    }
                    number.push(c);
                }
                let count = number.parse().unwrap_or(1);
                match end {
                    'A' => row -= count,
                    'K' => {
                        let from = if number == "2" { 0 } else { column };
                        lines[row].truncate(from);
                    }
                    'J' => lines.truncate(row + 1),
                    // Colours, and whether the cursor is shown.
                    'm' | 'h' | 'l' => {}
                    other => panic!("{other} in {written:?}"),
                }
            }
            c => {
                let line: &mut Vec<char> = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = c;
                column += 1;
            }
        }
    }
    let lines = lines.into_iter().map(String::from_iter);
    lines
        .map(|line: String| line.trim_end().to_owned())
        .collect()
}

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
    let (mut terminal, theirs) = Terminal::new();
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
    let left = left_to_see(&written);
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
fn no_color_takes_the_colours_away_and_quiet_the_moving_line() {
    let scratch = Scratch::with_cases([case("good", "true"), case("bad", "false")]);
    let written = |args: &[&str]| {
        let (terminal, theirs) = Terminal::new();
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

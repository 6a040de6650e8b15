//! A terminal for the program: what it writes there, and what is left to see of it.

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

use super::PATIENCE;

/// A terminal whose screen the test reads.
pub(crate) struct Terminal {
    /// What was written, piece by piece.
    screen: Receiver<Vec<u8>>,
    shown: String,
    /// Its other end, by which it gets its size.
    size: File,
}

impl Terminal {
    /// A new terminal with so many columns, and the file that a program takes for it.
    pub(crate) fn new(columns: u16) -> (Self, OwnedFd) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = openpt(flags).expect("a terminal");
        grantpt(&ours)
            .and_then(|()| unlockpt(&ours))
            .expect("it is ours");
        let name = ptsname(&ours, Vec::new()).expect("it has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = open(name, flags, Mode::empty()).expect("it opens");
        let (sender, screen) = channel();
        let mut ours = File::from(ours);
        let size = ours.try_clone().expect("a second handle");
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
            size,
        };
        terminal.resize(columns);
        (terminal, theirs)
    }

    /// Gives it another width.
    pub(crate) fn resize(&self, columns: u16) {
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&self.size, size).expect("a size");
    }

    /// Waits until `text` was written.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.shown.contains(text) {
            let bytes = self.screen.recv_timeout(PATIENCE);
            let bytes =
                bytes.unwrap_or_else(|error| panic!("no {text:?} ({error}): {:?}", self.shown));
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    /// Everything that was written since the last call, as far as it was waited for.
    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.shown)
    }

    /// Everything that was written until the program closed the terminal.
    pub(crate) fn until_closed(mut self) -> String {
        while let Ok(bytes) = self.screen.recv_timeout(PATIENCE) {
            self.shown.push_str(&String::from_utf8_lossy(&bytes));
        }
        self.shown
    }
}

/// The lines of the block among what was written: those whose rest is cleared.
pub(crate) fn block_lines(written: &str) -> Vec<&str> {
    let lines = written
        .split('\n')
        .filter_map(|line| line.strip_suffix("\u{1b}[K\r"));
    // Before the first of a block stands what goes back to its beginning.
    lines
        .map(|line| line.rsplit("\u{1b}[?7l").next().unwrap_or(line))
        .collect()
}

/// What is left to see of what was written: a simple terminal of endless height that wraps lines.
pub(crate) fn left_to_see(written: &str, columns: usize) -> Vec<String> {
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
                    'J' => {
                        lines.truncate(row + 1);
                        lines[row].truncate(column);
                    }
                    // Colours, and whether lines wrap.
                    'm' | 'h' | 'l' => {}
                    other => panic!("{other} in {written:?}"),
                }
            }
            c => {
                if column == columns {
                    (row, column) = (row + 1, 0);
                    if row == lines.len() {
                        lines.push(Vec::new());
                    }
                }
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

//! The block at the bottom of the terminal: a few lines that change in place, below everything else that is
//! written to standard error.
//!
//! The module owns where the block is on the screen, and that nothing is written into it. It refuses to
//! know what stands in it. As there is one standard error, there is one block.
//!
//! The cursor rests below the block and is never hidden, and whatever is written is written at once: also
//! where the program is killed, it leaves whole lines, and a terminal as it was.

use std::{
    fmt::{Display, Write as _},
    io::{self, Write as _},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use console::{Style, Term, measure_text_width};

/// What is taken for the size of a terminal that does not tell: rows and columns.
const USUAL_SIZE: (usize, usize) = (24, 80);

/// One line of the block, harmless and without line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub text: String,
    pub tone: Tone,
}

/// How a line is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Heading,
    Plain,
    /// What changes all the time, and matters little.
    Faint,
    /// What somebody may want to do something about.
    Trouble,
}

static BLOCK: Mutex<Block> = Mutex::new(Block::new());

/// Tells whoever draws that the block was closed.
static CLOSED: Condvar = Condvar::new();

/// Whether a block can be shown at all.
pub(crate) fn is_possible() -> bool {
    Term::stderr().features().is_attended() && !console::is_dumb()
}

/// How many columns a line of the block may take: one less than there are, because terminals differ in
/// where the cursor is after the last.
pub(crate) fn width() -> usize {
    size().1.saturating_sub(1)
}

/// Writes a line to standard error, above the block. Where that fails there is nobody left to tell.
pub(crate) fn say(line: impl Display) {
    lock().say(&line);
}

/// Lets `write` write to the same terminal, above the block.
pub(crate) fn beside<T>(write: impl FnOnce() -> T) -> T {
    let mut block = lock();
    if block.shown.is_empty() {
        return write();
    }
    let (_, columns) = size();
    put(&block.erased(columns));
    let written = write();
    put(&block.again(columns));
    written
}

/// Opens a block, in place of the one that is open.
pub(crate) fn open() -> Ticket {
    let mut block = lock();
    block.close();
    block.is_open = true;
    Ticket(block.serial)
}

/// Takes the block away. What is written to it later is not shown.
pub(crate) fn close() {
    lock().close();
    CLOSED.notify_all();
}

/// The right to draw into a block until it is closed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket(u64);

impl Ticket {
    /// Waits that long, and says whether the block is still open.
    pub(crate) fn wait(self, pace: Duration) -> bool {
        let is_valid = |block: &mut Block| block.is_valid(self);
        let (block, _) = CLOSED
            .wait_timeout_while(lock(), pace, is_valid)
            .unwrap_or_else(PoisonError::into_inner);
        block.is_valid(self)
    }

    /// Shows these lines in the block, unless they are there already.
    pub(crate) fn show(self, mut lines: Vec<Line>) {
        let mut block = lock();
        if !block.is_valid(self) {
            return;
        }
        let (rows, columns) = size();
        // A block that is higher than the terminal could not be taken away again.
        lines.truncate(rows.saturating_sub(1));
        if block.shown != lines || block.columns != columns {
            put(&block.changed(lines, columns));
        }
    }

    /// Says a line, if the block is still open.
    pub(crate) fn say(self, line: &str) {
        let mut block = lock();
        if block.is_valid(self) {
            block.say(&line);
        }
    }

    /// Takes the block away, if it is still this one.
    pub(crate) fn close(self) {
        let mut block = lock();
        if block.is_valid(self) {
            block.close();
            CLOSED.notify_all();
        }
    }
}

struct Block {
    /// How many were closed.
    serial: u64,
    is_open: bool,
    /// What is on the screen.
    shown: Vec<Line>,
    /// How wide the terminal was when it was drawn.
    columns: usize,
}

impl Block {
    const fn new() -> Self {
        Self {
            serial: 0,
            is_open: false,
            shown: Vec::new(),
            columns: 0,
        }
    }

    fn is_valid(&self, ticket: Ticket) -> bool {
        self.is_open && self.serial == ticket.0
    }

    fn close(&mut self) {
        if !self.shown.is_empty() {
            put(&self.erased(size().1));
        }
        self.shown.clear();
        self.is_open = false;
        self.serial += 1;
    }

    /// What takes the cursor from below the block to its beginning.
    ///
    /// Most terminals wrap lines anew when they become narrower, so that a block takes more rows than it
    /// has lines.
    fn back(&self, columns: usize) -> String {
        let widths = self.shown.iter().map(|it| measure_text_width(&it.text));
        match widths.map(|it| it.div_ceil(columns).max(1)).sum() {
            0 => String::new(),
            rows @ 1_usize.. => format!("\r\x1b[{rows}A"),
        }
    }

    /// What takes the block away.
    fn erased(&self, columns: usize) -> String {
        match self.back(columns) {
            back if back.is_empty() => back,
            back => back + "\x1b[J",
        }
    }

    /// What draws it, from its beginning to below it.
    fn drawn(&self) -> String {
        // A terminal that finds a line too wide after all is to cut it, and not to wrap it.
        let mut text = "\x1b[?7l".to_owned();
        for line in &self.shown {
            let styled = line.tone.style().apply_to(&line.text);
            // Writing to a text does not fail.
            let _ = writeln!(text, "{styled}\x1b[K");
        }
        text + "\x1b[?7h"
    }

    /// What draws it where it was taken away. What was made for another width is not drawn again: it will
    /// be made anew soon.
    fn again(&mut self, columns: usize) -> String {
        if self.columns != columns {
            self.shown.clear();
        }
        if self.shown.is_empty() {
            return String::new();
        }
        self.drawn()
    }

    /// What draws these lines where the block is, without a moment in which it is not there.
    fn changed(&mut self, lines: Vec<Line>, columns: usize) -> String {
        let back = self.back(columns);
        self.shown = lines;
        self.columns = columns;
        // The last is for what is left of a block that was higher.
        back + &self.drawn() + "\x1b[J"
    }

    fn say(&mut self, line: &dyn Display) {
        if self.shown.is_empty() {
            put(&format!("{line}\n"));
            return;
        }
        let (_, columns) = size();
        let erased = self.erased(columns);
        put(&format!("{erased}{line}\n{}", self.again(columns)));
    }
}

impl Tone {
    fn style(self) -> Style {
        let style = Style::new().for_stderr();
        match self {
            Self::Heading => style.bold(),
            Self::Plain => style,
            Self::Faint => style.dim(),
            Self::Trouble => style.red(),
        }
    }
}

fn lock() -> MutexGuard<'static, Block> {
    // Whatever panicked, what is on the screen was noted before.
    BLOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The size of the terminal, rows and columns.
fn size() -> (usize, usize) {
    match Term::stderr().size_checked() {
        Some((rows @ 1.., columns @ 1..)) => (rows.into(), columns.into()),
        _ => USUAL_SIZE,
    }
}

fn put(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(texts: &[&str], columns: usize) -> Block {
        let line = |text: &&str| Line {
            text: (*text).to_owned(),
            tone: Tone::Plain,
        };
        Block {
            is_open: true,
            shown: texts.iter().map(line).collect(),
            columns,
            ..Block::new()
        }
    }

    #[test]
    fn a_block_that_a_narrower_terminal_has_wrapped_is_taken_away_as_a_whole() {
        let mut block = block(&["0123456789", "", "01234", "日本語日"], 20);
        assert_eq!(block.erased(20), "\r\x1b[4A\x1b[J");
        assert_eq!(block.erased(5), "\r\x1b[6A\x1b[J");
        assert_eq!(block.again(5), "", "it was made for another width");
        assert_eq!(block.erased(5), "", "nothing is there any more");
    }

    #[test]
    fn nothing_is_written_for_a_block_without_lines() {
        let mut block = block(&[], 20);
        assert_eq!(block.erased(20), "");
        assert_eq!(block.again(20), "");
    }

    #[test]
    fn a_block_changes_in_place_and_leaves_nothing_of_a_higher_one() {
        let mut block = block(&["a", "b"], 20);
        let lines = self::block(&["c"], 20).shown;
        let written = block.changed(lines, 20);
        assert_eq!(written, "\r\x1b[2A\x1b[?7lc\x1b[K\n\x1b[?7h\x1b[J");
    }

    #[test]
    fn a_ticket_is_for_one_block_alone() {
        let mut block = block(&[], 20);
        let ticket = Ticket(block.serial);
        assert!(block.is_valid(ticket));
        block.close();
        block.is_open = true;
        assert!(!block.is_valid(ticket));
    }
}

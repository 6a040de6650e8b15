//! Texts that should each be one event's JSON object, however the body frames them, into judged events.

use executor_protocol::{FindingCode, Findings, StreamEvent, wire::EventParser};

use super::conformance::Conformance;

/// A cut can leave less than this of an escape sequence at the end of a text.
const LONGEST_ESCAPE: usize = "\\ud83d\\ude00".len();

/// One text from a body, and where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    /// Where in the body it begins.
    pub(super) offset: u64,
    /// Whether it was longer than the limit and is only its beginning.
    pub(super) is_cut: bool,
}

/// Reads one text after the other, and takes note of what is wrong with them and their order.
#[derive(Debug, Default)]
pub(super) struct Objects {
    parser: EventParser,
    pub(super) conformance: Conformance,
    pub(super) findings: Findings,
    /// A cut text, closed so that it can be parsed.
    closed: String,
}

impl Objects {
    /// Reads the next text; returns the breach that its object commits, if any.
    #[inline]
    pub(super) fn read(&mut self, piece: Piece<'_>) -> Option<FindingCode> {
        self.closed.clear();
        let mut breach = None;
        if !(piece.is_cut && self.read_cut(piece.text)) {
            breach = self.parser.parse(piece.text).breach;
            // What remains of a cut text is no JSON, but that is not the executor's doing.
            if let Some(code) = breach.filter(|_| !piece.is_cut) {
                self.findings
                    .record(code, piece.offset, || piece.text.to_owned());
            }
        }
        let text = if self.closed.is_empty() {
            piece.text
        } else {
            &self.closed
        };
        let event = self.parser.event(text);
        self.conformance
            .judge(event, piece.offset, &mut self.findings);
        breach
    }

    /// The event of the last [`read`](Self::read), which was given this same `text`.
    #[inline]
    pub(super) fn event<'a>(&'a self, text: &'a str) -> StreamEvent<'a> {
        self.parser.event(if self.closed.is_empty() {
            text
        } else {
            &self.closed
        })
    }

    /// Reads the beginning of an object that was cut inside its text as if the text ended there.
    fn read_cut(&mut self, text: &str) -> bool {
        if !text.starts_with('{') {
            return false;
        }
        let ends = text
            .char_indices()
            .rev()
            .map(|(at, _)| at)
            .take(LONGEST_ESCAPE);
        for end in std::iter::once(text.len()).chain(ends) {
            self.closed.clear();
            self.closed.push_str(&text[..end]);
            self.closed.push_str("\"}");
            if self.parser.parse(&self.closed).breach.is_none() {
                return true;
            }
        }
        self.closed.clear();
        false
    }
}

//! Output bytes become batches of lines.
//!
//! Lines are cut at line feeds while they are still bytes, and decoded when they are complete: a
//! character that two reads tear apart is whole again by then, and a line feed never is part of one.

use executor_protocol::Channel;

/// A line longer than this comes in several pieces: the bound of what an unfinished line can hold.
pub(super) const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// When a batch counts as full. About one body chunk: large enough that what a chunk costs does not
/// show, small enough to stay in the cache. The read that fills it still goes in whole.
const FULL_BATCH_BYTES: usize = 64 * 1024;

/// What a line adds to its text on the wire, roughly. It makes blank lines fill a batch, too.
const LINE_OVERHEAD_BYTES: usize = 48;

/// Lines in the order in which they were read, in one piece of memory.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    text: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy)]
struct Line {
    /// Where the line ends in the batch's text; it begins where the one before ended.
    end: usize,
    channel: Channel,
    is_ended: bool,
}

/// One line as the command printed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutputLine<'a> {
    pub(crate) channel: Channel,
    /// Without the line feed.
    pub(crate) text: &'a str,
    /// Whether a line feed followed: not for the last words of a command that forgot it, and not for
    /// the pieces of a line that was cut.
    pub(crate) is_ended: bool,
}

impl Batch {
    pub(super) fn push(&mut self, channel: Channel, line: &[u8], is_ended: bool) {
        for chunk in line.utf8_chunks() {
            self.text.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                self.text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        self.lines.push(Line {
            end: self.text.len(),
            channel,
            is_ended,
        });
    }

    /// The lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = OutputLine<'_>> {
        let mut start = 0;
        self.lines.iter().map(move |line| {
            let text = &self.text[start..line.end];
            start = line.end;
            OutputLine {
                channel: line.channel,
                text,
                is_ended: line.is_ended,
            }
        })
    }

    /// How much the lines come to on the wire, roughly.
    pub(crate) fn wire_bytes(&self) -> usize {
        self.text.len() + self.lines.len() * LINE_OVERHEAD_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.wire_bytes() >= FULL_BATCH_BYTES
    }
}

/// Cuts the bytes of one channel into lines.
#[derive(Debug)]
pub(super) struct LineSplitter {
    channel: Channel,
    limit: usize,
    /// The line whose end has not been read yet.
    partial: Vec<u8>,
}

impl LineSplitter {
    pub(super) fn new(channel: Channel) -> Self {
        Self::with_limit(channel, MAX_LINE_BYTES)
    }

    /// A limit below the four bytes of the longest character could never be kept.
    fn with_limit(channel: Channel, limit: usize) -> Self {
        Self {
            channel,
            limit: limit.max(4),
            partial: Vec::new(),
        }
    }

    /// Adds the lines that `bytes` complete to `batch`.
    pub(super) fn push(&mut self, bytes: &[u8], batch: &mut Batch) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            if self.partial.is_empty() && end <= self.limit {
                batch.push(self.channel, &rest[..end], true);
            } else {
                self.extend(&rest[..end], batch);
                self.end_line(batch, true);
            }
            rest = &rest[end + 1..];
        }
        self.extend(rest, batch);
    }

    /// Adds the last line, if the output did not end with a line feed.
    pub(super) fn finish(&mut self, batch: &mut Batch) {
        if !self.partial.is_empty() {
            self.end_line(batch, false);
        }
    }

    fn end_line(&mut self, batch: &mut Batch, is_ended: bool) {
        batch.push(self.channel, &self.partial, is_ended);
        self.partial.clear();
        // A rare long line must not keep its memory for the rest of the command.
        self.partial.shrink_to(64 * 1024);
    }

    /// Adds to the unfinished line and gives away pieces of it, so that it stays within the limit.
    fn extend(&mut self, mut bytes: &[u8], batch: &mut Batch) {
        while self.partial.len() + bytes.len() > self.limit {
            let (now, later) = bytes.split_at(self.limit - self.partial.len());
            self.partial.extend_from_slice(now);
            bytes = later;
            let cut = complete_characters(&self.partial);
            batch.push(self.channel, &self.partial[..cut], false);
            self.partial.drain(..cut);
            tracing::warn!(channel = %self.channel, limit = self.limit, "a long line was cut");
        }
        self.partial.extend_from_slice(bytes);
    }
}

/// How much of `bytes` does not end in the middle of a character.
fn complete_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let start = bytes[tail..]
        .iter()
        .rposition(|&byte| byte & 0b1100_0000 != 0b1000_0000);
    let Some(start) = start.map(|start| tail + start) else {
        return bytes.len();
    };
    match std::str::from_utf8(&bytes[start..]) {
        // Without a length, the error is that the bytes end too early.
        Err(error) if error.error_len().is_none() => start,
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(pieces: &[&[u8]], limit: usize) -> Vec<String> {
        let mut batch = Batch::default();
        let mut splitter = LineSplitter::with_limit(Channel::Stdout, limit);
        for piece in pieces {
            splitter.push(piece, &mut batch);
        }
        splitter.finish(&mut batch);
        batch.lines().map(|line| line.text.to_owned()).collect()
    }

    /// What `split` should do, with all bytes at hand.
    fn naive(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines: Vec<_> = text.split('\n').map(str::to_owned).collect();
        if lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    #[test]
    fn only_the_line_feed_is_taken_off() {
        assert_eq!(split(&[b"a\r\n\n\r\n b "], 100), ["a\r", "", "\r", " b "]);
    }

    #[test]
    fn a_character_torn_apart_by_two_reads_is_whole() {
        assert_eq!(split(&[b"gr\xc3", b"\xbcn\n"], 100), ["grün"]);
        assert_eq!(split(&[b"\xf0\x9f", b"\x98", b"\x80"], 100), ["😀"]);
    }

    #[test]
    fn a_line_of_exactly_the_limit_is_not_cut_and_one_more_byte_is() {
        assert_eq!(split(&[b"12345678\n"], 8), ["12345678"]);
        assert_eq!(split(&[b"123456789\n"], 8), ["12345678", "9"]);
        assert_eq!(split(&[b"1234567\xc3\xbc\n"], 8), ["1234567", "ü"]);
    }

    #[test]
    fn it_is_known_which_lines_ended_in_a_line_feed() {
        let mut batch = Batch::default();
        let mut splitter = LineSplitter::with_limit(Channel::Stdout, 4);
        splitter.push(b"a\n\n123456\nlast", &mut batch);
        splitter.finish(&mut batch);
        let lines: Vec<_> = batch
            .lines()
            .map(|line| (line.text, line.is_ended))
            .collect();
        let expected = [
            ("a", true),
            ("", true),
            ("1234", false),
            ("56", true),
            ("last", false),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn an_endless_line_never_holds_more_than_the_limit() {
        let mut splitter = LineSplitter::with_limit(Channel::Stdout, 100);
        for _ in 0..1000 {
            splitter.push(&[b'x'; 64], &mut Batch::default());
            assert!(splitter.partial.len() <= 100);
        }
    }

    /// Bytes in which line feeds, whole, torn and invalid characters are frequent.
    fn output() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just(b"\n".to_vec()),
            Just("ü€😀".as_bytes().to_vec()),
            Just(b"\xf0\x9f\x98".to_vec()),
            prop::collection::vec(any::<u8>(), 0..4),
            "[a-z\r]{0,6}".prop_map(String::into_bytes),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    fn cut_at(bytes: &[u8], mut cuts: Vec<prop::sample::Index>) -> Vec<&[u8]> {
        cuts.sort_by_key(|cut| cut.index(bytes.len() + 1));
        let mut pieces = Vec::new();
        let mut start = 0;
        for cut in cuts {
            let end = cut.index(bytes.len() + 1);
            pieces.push(&bytes[start..end]);
            start = end;
        }
        pieces.push(&bytes[start..]);
        pieces
    }

    proptest! {
        #[test]
        fn however_reads_split_the_bytes_the_lines_are_the_same(
            bytes in output(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            prop_assert_eq!(split(&cut_at(&bytes, cuts), usize::MAX), naive(&bytes));
        }

        #[test]
        fn pieces_of_a_long_line_are_bounded_and_add_up_to_it(
            bytes in output(),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
            limit in 4..12usize,
        ) {
            let line: Vec<u8> = bytes.into_iter().filter(|&byte| byte != b'\n').collect();
            let pieces = split(&cut_at(&line, cuts), limit);
            prop_assert_eq!(&pieces, &split(&[&line], limit));
            prop_assert_eq!(pieces.concat(), String::from_utf8_lossy(&line));
            // Each invalid byte can become the three bytes of U+FFFD.
            prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= limit));
        }
    }
}

//! Bytes into lines of text, however the network has cut them.

use std::str;

use executor_protocol::{FindingCode, Findings};

/// Cuts bytes into lines of valid text, with bounded memory.
///
/// Lines end with LF; a CR before it and a byte order mark before the first line are dropped. Bytes
/// that are no UTF-8 become U+FFFD, and a line longer than the limit is cut there; both are recorded as
/// findings. The result does not depend on how the bytes were split.
#[derive(Debug)]
pub(super) struct Lines {
    max_line: usize,
    /// Bytes that came and were not turned into text yet, from `taken` on.
    pending: Vec<u8>,
    taken: usize,
    /// How many bytes of `pending` from `taken` on are known to hold no line end, so that a long line
    /// is not searched again at every read.
    searched: usize,
    /// Whole lines, valid text, each with its LF but for a last one without.
    text: String,
    /// Where in `text` the next line begins.
    next: usize,
    /// The current line: a range of `text`.
    line: std::ops::Range<usize>,
    is_cut: bool,
    /// Where in the stream `text` begins.
    text_offset: u64,
    /// Where in the stream the first byte of `pending` from `taken` on is.
    pending_offset: u64,
    /// Whether the rest of an overlong line is being skipped.
    skipping: bool,
    finished: bool,
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl Lines {
    pub(super) fn new(max_line: usize) -> Self {
        Self {
            max_line,
            pending: Vec::new(),
            taken: 0,
            searched: 0,
            text: String::new(),
            next: 0,
            line: 0..0,
            is_cut: false,
            text_offset: 0,
            pending_offset: 0,
            skipping: false,
            finished: false,
        }
    }

    /// Takes more bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.pending.drain(..self.taken);
        self.taken = 0;
        self.pending.extend_from_slice(bytes);
    }

    /// Notes that no more bytes will come: what is left is the last line.
    pub(super) fn finish(&mut self) {
        self.finished = true;
    }

    /// Moves on to the next line; `false` when more bytes are needed.
    pub(super) fn advance(&mut self, findings: &mut Findings) -> bool {
        while self.next == self.text.len() {
            if !self.refill(findings) {
                return false;
            }
        }
        let rest = &self.text.as_bytes()[self.next..];
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let length = if rest[..end].ends_with(b"\r") {
            end - 1
        } else {
            end
        };
        // Before the first line it marks the encoding and is no text.
        let is_first = self.text_offset == 0 && self.next == 0;
        let mark = if is_first && rest.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        self.line = self.next + mark..self.next + length.max(mark);
        self.next += (end + 1).min(rest.len());
        true
    }

    /// The current line.
    pub(super) fn line(&self) -> &str {
        &self.text[self.line.clone()]
    }

    /// Whether the current line was longer than the limit and is only its beginning.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Where in the stream the current line begins.
    pub(super) fn offset(&self) -> u64 {
        self.text_offset + self.line.start as u64
    }

    /// Whether a further line can be had without more bytes.
    pub(super) fn has_buffered(&self) -> bool {
        self.next < self.text.len()
    }

    /// Turns as many pending bytes as possible into text: all whole lines up to the first that needs
    /// attention, or that one alone.
    fn refill(&mut self, findings: &mut Findings) -> bool {
        self.text.clear();
        self.next = 0;
        self.is_cut = false;
        if self.skipping && !self.skip_to_line_end() {
            return false;
        }
        self.text_offset = self.pending_offset;
        let pending = &self.pending[self.taken..];
        if pending.is_empty() {
            return false;
        }
        let whole = match memchr::memrchr(b'\n', &pending[self.searched..]) {
            Some(last) => self.searched + last + 1,
            None if self.finished || pending.len() > self.max_line => pending.len(),
            None => {
                self.searched = pending.len();
                return false;
            }
        };
        let whole = &pending[..whole];
        // Only a text longer than the limit can hold a line longer than the limit.
        if whole.len() > self.max_line {
            let first = memchr::memchr(b'\n', whole).unwrap_or(whole.len());
            if first > self.max_line {
                self.take_cut_line(findings);
                return true;
            }
            self.take_lossily(first + 1, findings);
            return true;
        }
        match str::from_utf8(whole) {
            Ok(text) => {
                self.text.push_str(text);
                let length = whole.len();
                self.take(length);
            }
            Err(error) => match memchr::memrchr(b'\n', &whole[..error.valid_up_to()]) {
                // The lines before the faulty one first.
                Some(last) => self.take_lossily(last + 1, findings),
                None => {
                    let end = memchr::memchr(b'\n', whole).map_or(whole.len(), |at| at + 1);
                    self.take_lossily(end, findings);
                }
            },
        }
        true
    }

    /// Drops pending bytes up to the end of the overlong line they belong to.
    fn skip_to_line_end(&mut self) -> bool {
        let pending = &self.pending[self.taken..];
        let end = memchr::memchr(b'\n', pending);
        self.take(end.map_or(pending.len(), |at| at + 1));
        self.skipping = end.is_none();
        !self.skipping
    }

    /// Turns the first `length` pending bytes into text, whatever they are.
    fn take_lossily(&mut self, length: usize, findings: &mut Findings) {
        let bytes = &self.pending[self.taken..][..length.min(self.pending.len() - self.taken)];
        if let Err(error) = str::from_utf8(bytes) {
            let bad = error.valid_up_to();
            findings.record(
                FindingCode::BadUtf8,
                self.pending_offset + bad as u64,
                || format!("byte {:#04x}", bytes[bad]),
            );
        }
        self.text.push_str(&String::from_utf8_lossy(bytes));
        let length = bytes.len();
        self.take(length);
    }

    /// Turns the beginning of the first, overlong line into text and has the rest skipped.
    fn take_cut_line(&mut self, findings: &mut Findings) {
        findings.record(FindingCode::OversizedLine, self.pending_offset, || {
            format!("longer than {} bytes", self.max_line)
        });
        let mut length = self.max_line;
        if let Err(error) = str::from_utf8(&self.pending[self.taken..][..length]) {
            // A character that the limit itself cuts is no fault of the executor.
            if error.error_len().is_none() {
                length = error.valid_up_to();
            }
        }
        self.take_lossily(length, findings);
        self.is_cut = true;
        self.skipping = true;
    }

    fn take(&mut self, length: usize) {
        self.taken += length;
        self.searched = 0;
        self.pending_offset += length as u64;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 12;

    /// Every line with its offset and whether it was cut, reading `bytes` in the given pieces.
    fn lines(bytes: &[u8], cuts: &[usize]) -> (Vec<(String, u64, bool)>, Findings) {
        let mut lines = Lines::new(LIMIT);
        let mut findings = Findings::default();
        let mut all = Vec::new();
        let mut take = |lines: &mut Lines| {
            while lines.advance(&mut findings) {
                all.push((lines.line().to_owned(), lines.offset(), lines.is_cut()));
            }
        };
        let mut from = 0;
        for cut in cuts.iter().copied().chain([bytes.len()]) {
            lines.push(&bytes[from..cut]);
            from = cut;
            take(&mut lines);
        }
        lines.finish();
        take(&mut lines);
        (all, findings)
    }

    /// The plain definition of what the lines are.
    fn reference(bytes: &[u8]) -> Vec<(String, u64, bool)> {
        let mut offset = 0;
        let mut all = Vec::new();
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let content = line.strip_suffix(b"\n").unwrap_or(line);
            let is_cut = content.len() > LIMIT;
            let mut kept = &content[..content.len().min(LIMIT)];
            if is_cut {
                let error = str::from_utf8(kept)
                    .err()
                    .filter(|error| error.error_len().is_none());
                kept = error.map_or(kept, |error| &kept[..error.valid_up_to()]);
            }
            let kept = kept.strip_suffix(b"\r").unwrap_or(kept);
            all.push((String::from_utf8_lossy(kept).into_owned(), offset, is_cut));
            offset += line.len() as u64;
        }
        all
    }

    #[test]
    fn a_line_of_exactly_the_limit_is_not_cut() {
        let (all, findings) = lines(b"123456789012\nx", &[]);
        assert!(all.iter().all(|(_, _, cut)| !cut));
        assert!(findings.is_empty());
    }

    #[test]
    fn an_overlong_line_is_kept_to_the_limit_and_found_once() {
        let (all, findings) = lines(b"1234567890123456789\nnext\n", &[3, 15]);
        assert_eq!(
            all,
            [("123456789012".into(), 0, true), ("next".into(), 20, false)]
        );
        assert_eq!(
            findings
                .get(FindingCode::OversizedLine)
                .expect("found")
                .count,
            1
        );
    }

    #[test]
    fn memory_does_not_grow_with_a_line_that_never_ends() {
        const PIECE: usize = 100;
        let mut lines = Lines::new(LIMIT);
        let mut findings = Findings::default();
        let mut count = 0;
        for _ in 0..10_000 {
            lines.push(&[b'x'; PIECE]);
            while lines.advance(&mut findings) {
                count += 1;
            }
        }
        assert_eq!(count, 1);
        let kept = lines.pending.capacity() + lines.text.capacity();
        assert!(kept <= 4 * (LIMIT + PIECE), "{kept} bytes");
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_the_bytes_were_split(
            pieces in prop::collection::vec(
                prop_oneof![
                    Just(b"\n".to_vec()), Just(b"\r\n".to_vec()), Just("é€😀".into()),
                    Just(b"\xff".to_vec()), Just(b"\xe2\x82".to_vec()), "[a-z]{0,9}".prop_map(Vec::from),
                ],
                0..24,
            ),
            cuts in prop::collection::vec(0.0..1.0f64, 0..8),
        ) {
            let bytes: Vec<u8> = pieces.concat();
            let mut cuts: Vec<_> = cuts.iter().map(|at| (at * bytes.len() as f64) as usize).collect();
            cuts.sort_unstable();
            let (all, findings) = lines(&bytes, &cuts);
            prop_assert_eq!(&all, &reference(&bytes));
            prop_assert_eq!(findings, lines(&bytes, &[]).1);
            let every_byte: Vec<_> = (1..bytes.len()).collect();
            prop_assert_eq!(all, lines(&bytes, &every_byte).0);
        }
    }
}

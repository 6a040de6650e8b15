//! Lines of a text that streams by in pieces.

/// Puts the lines of a text together again, however it was cut, in bounded memory.
#[derive(Debug)]
pub(super) struct Lines {
    /// Longer lines are not kept.
    limit: usize,
    /// The beginning of a line whose end did not come yet; empty if it is too long already.
    begun: String,
    /// How many bytes of that line came.
    begun_bytes: u64,
    /// How many bytes came before that line.
    offset: u64,
}

/// A line that is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The line without its end; `None` if it is longer than the limit.
    pub(super) text: Option<&'a str>,
    /// How many bytes of the text came before it.
    pub(super) offset: u64,
}

impl Lines {
    /// Lines of up to `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            begun: String::new(),
            begun_bytes: 0,
            offset: 0,
        }
    }

    /// Takes the next piece of the text and hands on the lines that it completes.
    pub(super) fn push(&mut self, text: &str, mut each: impl FnMut(Line<'_>)) {
        let mut rest = text;
        while let Some(end) = memchr::memchr(b'\n', rest.as_bytes()) {
            self.finish_line(&rest[..end], &mut each);
            rest = &rest[end + 1..];
        }
        self.begin(rest);
    }

    /// Ends the line that has begun, as if a line end came, or at the end of the text.
    pub(super) fn end_line(&mut self, each: impl FnMut(Line<'_>)) {
        self.finish_line("", each);
    }

    fn begin(&mut self, text: &str) {
        self.begun_bytes += text.len() as u64;
        if self.begun_bytes <= self.limit as u64 {
            self.begun.push_str(text);
        } else {
            self.begun = String::new();
        }
    }

    fn finish_line(&mut self, end: &str, mut each: impl FnMut(Line<'_>)) {
        let offset = self.offset;
        if self.begun_bytes == 0 && end.len() <= self.limit {
            // Most lines come as a whole: they are not copied.
            each(Line {
                text: Some(end),
                offset,
            });
        } else {
            self.begin(end);
            let fits = self.begun_bytes <= self.limit as u64;
            each(Line {
                text: fits.then_some(&self.begun),
                offset,
            });
        }
        let bytes = self.begun_bytes.max(end.len() as u64);
        self.offset = offset + bytes + 1;
        self.begun.clear();
        self.begun_bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The lines of `pieces`, each with its offset; too long ones as `None`.
    fn lines(limit: usize, pieces: &[&str]) -> Vec<(Option<String>, u64)> {
        let mut lines = Lines::new(limit);
        let mut seen = Vec::new();
        let mut keep = |line: Line<'_>| seen.push((line.text.map(str::to_owned), line.offset));
        for piece in pieces {
            lines.push(piece, &mut keep);
            assert!(lines.begun.len() <= limit);
        }
        lines.end_line(&mut keep);
        seen
    }

    /// The plain definition, on the whole text at once.
    fn naive(limit: usize, text: &str) -> Vec<(Option<String>, u64)> {
        let mut offset = 0;
        let line = |line: &str| {
            let before = offset;
            offset += line.len() as u64 + 1;
            ((line.len() <= limit).then(|| line.to_owned()), before)
        };
        text.split('\n').map(line).collect()
    }

    #[test]
    fn a_line_too_long_is_passed_over_and_the_next_one_is_whole_again() {
        let seen = lines(4, &["12345678", "9\nok\n"]);
        let expected = [
            (None, 0),
            (Some("ok".into()), 10),
            (Some(String::new()), 13),
        ];
        assert_eq!(seen, expected);
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_the_text_was_cut(
            pieces in prop::collection::vec("[aé😀\r\n]{0,6}", 0..12),
            limit in 0..12usize,
        ) {
            let cut: Vec<_> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(lines(limit, &cut), naive(limit, &pieces.concat()));
        }

        #[test]
        fn lines_are_the_same_over_every_way_of_cutting_in_three(
            text in "[aé\n]{0,12}", limit in 0..6usize,
        ) {
            let cuts: Vec<_> = (0..=text.len()).filter(|&at| text.is_char_boundary(at)).collect();
            for &first in &cuts {
                for &second in cuts.iter().filter(|&&second| second >= first) {
                    let pieces = [&text[..first], &text[first..second], &text[second..]];
                    prop_assert_eq!(lines(limit, &pieces), naive(limit, &text));
                }
            }
        }
    }
}

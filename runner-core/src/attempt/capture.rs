//! Keeps the beginning and the end of an output, in bounded memory.

use crate::results::CapturedOutput;

/// Keeps the first and the last `limit` bytes of a streamed text, cut between characters.
#[derive(Debug)]
pub(super) struct Capture {
    limit: usize,
    head: String,
    tail: String,
    omitted: u64,
}

impl Capture {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            head: String::new(),
            tail: String::new(),
            omitted: 0,
        }
    }

    /// Takes the next piece of the text.
    pub(super) fn push(&mut self, text: &str) {
        let mut rest = text;
        // Once anything went to the tail, the head is closed: text must not change its order.
        if self.tail.is_empty() && self.omitted == 0 {
            let room = floor_char_boundary(text, self.limit.saturating_sub(self.head.len()));
            self.head.push_str(&text[..room]);
            rest = &text[room..];
        }
        self.tail.push_str(rest);
        // Dropping only every so often keeps the cost per byte constant.
        if self.tail.len() > 2 * self.limit {
            self.shorten_tail();
        }
    }

    /// How many bytes came so far.
    #[cfg(test)]
    fn total_bytes(&self) -> u64 {
        (self.head.len() + self.tail.len()) as u64 + self.omitted
    }

    /// What was kept. A text that fits as a whole stands in the head alone.
    pub(super) fn finish(mut self) -> CapturedOutput {
        self.shorten_tail();
        if self.omitted == 0 {
            self.head.push_str(&std::mem::take(&mut self.tail));
        }
        // A run keeps these until its report; room for growth would be kept for nothing.
        self.head.shrink_to_fit();
        self.tail.shrink_to_fit();
        CapturedOutput {
            head: self.head,
            omitted_bytes: self.omitted,
            tail: self.tail,
        }
    }

    fn shorten_tail(&mut self) {
        let surplus = self.tail.len().saturating_sub(self.limit);
        let cut = ceil_char_boundary(&self.tail, surplus);
        self.tail.drain(..cut);
        self.omitted += cut as u64;
    }
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

fn ceil_char_boundary(text: &str, at: usize) -> usize {
    (at..=text.len())
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_beginning_and_the_end_are_kept_however_the_text_came(
            pieces in prop::collection::vec("[a-cé😀]{0,9}", 0..30),
            limit in 0..24usize,
        ) {
            let text = pieces.concat();
            let mut capture = Capture::new(limit);
            for piece in &pieces {
                capture.push(piece);
                prop_assert!(capture.head.len() + capture.tail.len() <= 3 * limit + 36);
            }
            prop_assert_eq!(capture.total_bytes(), text.len() as u64);
            let kept = capture.finish();
            prop_assert_eq!(kept.total_bytes(), text.len() as u64);
            prop_assert!(text.starts_with(&kept.head) && text.ends_with(&kept.tail));
            if kept.omitted_bytes == 0 {
                prop_assert_eq!(&kept.head, &text);
            } else {
                prop_assert!(kept.head.len() <= limit && limit < kept.head.len() + 4);
                prop_assert!(kept.tail.len() <= limit && limit < kept.tail.len() + 4);
            }
        }
    }
}

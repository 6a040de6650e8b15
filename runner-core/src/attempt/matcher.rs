//! Finds expected texts in an output while it streams by.

use memchr::memmem::Finder;

/// Searches a streamed text for patterns, ignoring case, across the borders of its pieces and in
/// memory bounded by the longest pattern.
///
/// Case is ignored by Unicode's simple rule: every character is lower-cased by itself, and a final
/// sigma equals any other sigma. That rule needs no context, so the result cannot depend on where a
/// text is cut.
#[derive(Debug)]
pub struct Matcher {
    needles: Vec<Needle>,
    outstanding: usize,
    /// Text that was not searched yet. It is lower-cased and searched in portions, because beginning to
    /// do either costs more than doing it for a line.
    pending: String,
    /// The lower-cased end of what was searched, as far as the longest pattern can reach back.
    window: Vec<u8>,
    /// The length of the longest pattern, less one.
    reach: usize,
}

#[derive(Debug)]
struct Needle {
    finder: Finder<'static>,
    found: bool,
}

/// The size of a portion: large against the cost of beginning, small against the processor's caches.
const PORTION: usize = 32 * 1024;

impl Matcher {
    /// A matcher for `patterns`. An empty pattern is found in anything.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut reach = 0;
        let needles: Vec<_> = patterns
            .into_iter()
            .map(|pattern| {
                let mut folded = Vec::new();
                fold_into(&mut folded, pattern);
                reach = reach.max(folded.len().saturating_sub(1));
                let found = folded.is_empty();
                Needle {
                    finder: Finder::new(&folded).into_owned(),
                    found,
                }
            })
            .collect();
        let outstanding = needles.iter().filter(|needle| !needle.found).count();
        Self {
            needles,
            outstanding,
            pending: String::new(),
            window: Vec::new(),
            reach,
        }
    }

    /// Takes the next piece of the text.
    pub fn push(&mut self, text: &str) {
        if self.outstanding == 0 {
            return;
        }
        self.pending.push_str(text);
        if self.pending.len() >= PORTION {
            self.flush();
        }
    }

    /// Searches what was pushed since the last search.
    pub fn flush(&mut self) {
        fold_into(&mut self.window, &self.pending);
        self.pending.clear();
        for needle in self.needles.iter_mut().filter(|needle| !needle.found) {
            if needle.finder.find(&self.window).is_some() {
                needle.found = true;
                self.outstanding -= 1;
            }
        }
        let searched = self.window.len().saturating_sub(self.reach);
        self.window.drain(..searched);
    }

    /// Whether each pattern was found, in the order in which they were given.
    pub fn finish(mut self) -> Vec<bool> {
        self.flush();
        self.needles
            .into_iter()
            .map(|needle| needle.found)
            .collect()
    }
}

/// Appends `text` to `folded` with every character lower-cased.
fn fold_into(folded: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    while !rest.is_empty() {
        // Runs of ASCII, which make up most of any output, are folded as a block.
        let (ascii, after) = rest.split_at(ascii_run(rest.as_bytes()));
        let start = folded.len();
        folded.extend_from_slice(ascii.as_bytes());
        folded[start..].make_ascii_lowercase();
        let run = after
            .find(|character: char| character.is_ascii())
            .unwrap_or(after.len());
        let (others, after) = after.split_at(run);
        for lower in others.chars().flat_map(char::to_lowercase) {
            let lower = if lower == 'ς' { 'σ' } else { lower };
            folded.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
        }
        rest = after;
    }
}

/// How many bytes at the beginning of `bytes` are ASCII.
fn ascii_run(bytes: &[u8]) -> usize {
    // Whether a block is ASCII is told at once, where its ASCII ends byte by byte.
    const BLOCK: usize = 64;
    let blocks = bytes.chunks(BLOCK).take_while(|block| block.is_ascii());
    let whole = (blocks.count() * BLOCK).min(bytes.len());
    let rest = bytes[whole..].iter().position(|byte| !byte.is_ascii());
    whole + rest.unwrap_or(bytes.len() - whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(pattern: &str, pieces: &[&str]) -> bool {
        let mut matcher = Matcher::new([pattern]);
        for piece in pieces {
            matcher.push(piece);
        }
        matcher.finish() == [true]
    }

    /// The plain definition, on the whole text at once.
    fn naive(pattern: &str, text: &str) -> bool {
        let fold = |text: &str| -> String {
            text.chars()
                .flat_map(char::to_lowercase)
                .map(|c| if c == 'ς' { 'σ' } else { c })
                .collect()
        };
        fold(text).contains(&fold(pattern))
    }

    #[test]
    fn case_is_ignored_beyond_ascii() {
        assert!(found("straße ÄÖÜ", &["STRAßE ", "äöü"]));
        assert!(found("οδός", &["ΟΔΌΣ"]));
        assert!(found("İstanbul", &["i̇stanbul"]));
        assert!(!found("strasse", &["straße"]));
    }

    #[test]
    fn a_pattern_at_the_very_end_of_a_long_text_is_found() {
        let filler = "x".repeat(1000);
        let mut matcher = Matcher::new(["END of it", "absent"]);
        for _ in 0..200 {
            matcher.push(&filler);
        }
        assert!(matcher.window.capacity() < 4 * PORTION);
        matcher.push("the end");
        matcher.flush();
        matcher.push(" of it");
        assert_eq!(matcher.finish(), [true, false]);
    }

    proptest! {
        #[test]
        fn what_is_found_does_not_depend_on_how_the_text_was_split(
            text in "[aAbBςσΣéÉİi̇ß\n]{0,40}",
            patterns in prop::collection::vec("[aAbBςσΣéÉİi̇ß\n]{0,4}", 0..4),
            cuts in prop::collection::vec((0.0..1.0f64, any::<bool>()), 0..6),
        ) {
            let boundary = |at: f64| {
                let mut at = (at * text.len() as f64) as usize;
                while !text.is_char_boundary(at) { at -= 1 }
                at
            };
            let mut cuts: Vec<_> = cuts.iter().map(|&(at, flush)| (boundary(at), flush)).collect();
            cuts.push((text.len(), true));
            cuts.sort_unstable();
            let mut matcher = Matcher::new(patterns.iter().map(String::as_str));
            let mut from = 0;
            for (cut, flush) in cuts {
                matcher.push(&text[from..cut]);
                from = cut;
                if flush {
                    matcher.flush();
                }
            }
            let expected: Vec<_> = patterns.iter().map(|pattern| naive(pattern, &text)).collect();
            prop_assert_eq!(matcher.finish(), expected);
        }
    }
}

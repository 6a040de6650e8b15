//! Lower case, as patterns that ignore case see a text.
//!
//! Case is ignored by Unicode's simple rule: every character is lower-cased by itself, and a final sigma
//! equals any other sigma. That rule needs no context, so the result cannot depend on where a text is cut.

/// Appends `text` to `folded` with every character lower-cased. `shift` is told of each character that takes
/// another number of bytes then: where it begins in `text`, and in `folded`, and how long it is in both.
pub(super) fn fold_into(folded: &mut Vec<u8>, text: &str, mut shift: impl FnMut(Shifted)) {
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
        let (others, after_others) = after.split_at(run);
        let offset = text.len() - after.len();
        for (index, character) in others.char_indices() {
            let start = folded.len();
            for lower in character.to_lowercase() {
                let lower = if lower == 'ς' { 'σ' } else { lower };
                folded.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
            }
            let (from, to) = (character.len_utf8(), folded.len() - start);
            if from != to {
                shift(Shifted {
                    at: offset + index,
                    bytes: from,
                    folded_at: start,
                    folded_bytes: to,
                });
            }
        }
        rest = after_others;
    }
}

/// A character that takes another number of bytes in lower case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shifted {
    pub(super) at: usize,
    pub(super) bytes: usize,
    pub(super) folded_at: usize,
    pub(super) folded_bytes: usize,
}

/// A text, lower-cased.
pub(in crate::attempt) fn folded(text: &str) -> Vec<u8> {
    let mut folded = Vec::with_capacity(text.len());
    fold_into(&mut folded, text, |_| {});
    folded
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

//! Many texts at once, by looking at every n-th place only.
//!
//! Of each text a piece is chosen, all of one length, and the same for texts that have it in common. Whoever
//! looks at four bytes at every n-th place sees four bytes of every piece that occurs, if pieces have n + 3
//! bytes; whether a piece has four bytes, a table of bits tells. This is the algorithm of Wu and Manber with
//! its shift fixed, so that no step waits for the one before.

use std::collections::HashMap;

use super::rarity::commonness;

/// How many bytes are looked at in one place.
const GRAM: usize = 4;

/// Larger steps save little, and every piece takes a place in the tables for each byte of a step.
const MAX_STEP: usize = 16;

/// So many bytes tell most pieces apart from what else has four bytes in common with them.
const HEAD: usize = 8;

/// A piece is chosen from so many at the beginning of a text: enough to have something rare.
const CHOICE: usize = 64;

/// So many bits in the table of bits for each that is set, and so many at least: what stands in the way by
/// chance is to be rare, and the table in the fastest cache.
const SPARSITY: usize = 8;
const MIN_BITS: usize = 1 << 16;

/// In so many places it is told at once where to look closer.
const AT_ONCE: usize = 64;

/// What a piece's texts cost to tell apart is paid so often in one search; then each may be there.
const MANY_HITS: usize = 64;

/// Texts of at least [`Strides::MIN_BYTES`], ready to be looked for.
pub(super) struct Strides {
    step: usize,
    /// By a hash of four bytes, whether they are in a piece.
    bits: Vec<u64>,
    /// By a hash of four bytes, where the spots with that hash begin in `spots`.
    starts: Vec<u32>,
    spots: Vec<Spot>,
    pieces: Vec<Piece>,
}

/// Four bytes in a piece.
struct Spot {
    gram: u32,
    piece: u32,
    /// Where in the piece.
    at: usize,
    /// What the piece begins with.
    head: [u8; HEAD],
}

struct Piece {
    text: Vec<u8>,
    needles: Vec<Needle>,
}

struct Needle {
    number: usize,
    text: Vec<u8>,
    /// Where in the text the piece begins.
    piece_at: usize,
}

impl Strides {
    /// Shorter texts would have to be looked for in nearly every place.
    pub(super) const MIN_BYTES: usize = HEAD;

    /// For needles of at least [`Self::MIN_BYTES`], each with the number under which it is told.
    pub(super) fn new(needles: Vec<(usize, Vec<u8>)>) -> Self {
        let shortest = needles.iter().map(|(_, text)| text.len()).min();
        let shortest = shortest.unwrap_or(Self::MIN_BYTES);
        let step = (shortest + 1).saturating_sub(GRAM).clamp(1, MAX_STEP);
        let pieces = pieces(needles, step + GRAM - 1);
        let mut spots: Vec<_> = (0..).zip(&pieces).flat_map(spots_of).collect();
        // Most of what is looked at shares its slot with nothing.
        let slots = (4 * spots.len()).next_power_of_two();
        let mut bits = vec![0; (slots * SPARSITY).max(MIN_BITS) / 64];
        let mut starts = vec![0; slots + 1];
        for spot in &spots {
            let (word, bit) = place(spot.gram, bits.len());
            bits[word] |= bit;
            starts[slot(spot.gram, slots) + 1] += 1;
        }
        for index in 0..slots {
            starts[index + 1] += starts[index];
        }
        spots.sort_by_key(|spot| slot(spot.gram, slots));
        Self {
            step,
            bits,
            starts,
            spots,
            pieces,
        }
    }

    /// How many needles there are.
    pub(super) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.needles.len()).sum()
    }

    /// Tells every needle that occurs in `text`, at least once each, and possibly some that do not.
    pub(super) fn scan(&self, text: &[u8], tell: &mut impl FnMut(usize)) {
        let mut hits = Vec::new();
        let mut begin = 0;
        let stretch = (AT_ONCE - 1) * self.step + GRAM;
        while let Some(places) = text.get(begin..begin + stretch) {
            // Which places are marked is as good as random: a branch for each would stop the processor.
            let mut marked = [0; AT_ONCE];
            let mut count = 0;
            let mut at = 0;
            for _ in 0..AT_ONCE {
                marked[count % AT_ONCE] = begin + at;
                count += usize::from(self.is_marked(gram_at(places, at)));
                at += self.step;
            }
            for &at in &marked[..count] {
                self.look(text, at, &mut hits, tell);
            }
            begin += at;
        }
        while begin + GRAM <= text.len() {
            if self.is_marked(gram_at(text, begin)) {
                self.look(text, begin, &mut hits, tell);
            }
            begin += self.step;
        }
    }

    /// Whether `gram` may be in a piece.
    fn is_marked(&self, gram: u32) -> bool {
        let (word, bit) = place(gram, self.bits.len());
        self.bits[word] & bit != 0
    }

    /// Looks which needles there are around `at`; `hits` counts those of each piece.
    fn look(&self, text: &[u8], at: usize, hits: &mut Vec<usize>, tell: &mut impl FnMut(usize)) {
        let gram = gram_at(text, at);
        let slot = slot(gram, self.starts.len() - 1);
        let spots = self.starts[slot] as usize..self.starts[slot + 1] as usize;
        for spot in self.spots[spots].iter().filter(|spot| spot.gram == gram) {
            let Some(start) = at.checked_sub(spot.at) else {
                continue;
            };
            if text[start..].first_chunk() != Some(&spot.head) {
                continue;
            }
            let piece = &self.pieces[spot.piece as usize];
            if !text[start..].starts_with(&piece.text) {
                continue;
            }
            hits.resize(self.pieces.len(), 0);
            let hits = &mut hits[spot.piece as usize];
            *hits += 1;
            if *hits <= MANY_HITS {
                let is_there = |needle: &&Needle| needle.is_around(text, start);
                let there = piece.needles.iter().filter(is_there);
                there.for_each(|needle| tell(needle.number));
            } else if *hits == MANY_HITS + 1 {
                piece.needles.iter().for_each(|needle| tell(needle.number));
            }
        }
    }
}

impl Needle {
    /// Whether it is in `text` such that its piece begins at `start`.
    fn is_around(&self, text: &[u8], start: usize) -> bool {
        let begin = start.checked_sub(self.piece_at);
        begin.is_some_and(|begin| text[begin..].starts_with(&self.text))
    }
}

/// The needles by the piece of `length` bytes that was chosen for each.
fn pieces(needles: Vec<(usize, Vec<u8>)>, length: usize) -> Vec<Piece> {
    let mut sharing = HashMap::new();
    for (_, text) in &needles {
        for piece in text.windows(length).take(CHOICE) {
            *sharing.entry(piece).or_insert(0.0) += 1.0;
        }
    }
    let choose = |text: &[u8]| {
        // What a piece costs is paid once for all that share it.
        let cost = |piece: &[u8]| seen(piece) / sharing.get(piece).unwrap_or(&1.0);
        let pieces = text.windows(length).take(CHOICE).map(cost).enumerate();
        let cheapest = pieces.min_by(|(_, one), (_, other)| one.total_cmp(other));
        cheapest.map_or(0, |(at, _)| at)
    };
    let places: Vec<_> = needles.iter().map(|(_, text)| choose(text)).collect();
    let mut pieces: HashMap<Vec<u8>, Vec<Needle>> = HashMap::new();
    for ((number, text), piece_at) in needles.into_iter().zip(places) {
        let piece = text[piece_at..piece_at + length].to_vec();
        pieces.entry(piece).or_default().push(Needle {
            number,
            text,
            piece_at,
        });
    }
    let each = pieces.into_iter();
    each.map(|(text, needles)| Piece { text, needles })
        .collect()
}

/// How often a piece is looked at in vain, by an estimate.
fn seen(piece: &[u8]) -> f64 {
    piece.windows(GRAM).map(commonness).sum()
}

/// Where a piece is recognized.
fn spots_of((number, piece): (u32, &Piece)) -> impl Iterator<Item = Spot> {
    let head = piece.text.first_chunk().copied().unwrap_or_default();
    let grams = piece.text.windows(GRAM).filter_map(<[u8]>::first_chunk);
    grams.enumerate().map(move |(at, gram)| Spot {
        gram: u32::from_le_bytes(*gram),
        piece: number,
        at,
        head,
    })
}

/// The four bytes at `at`, which have to be there.
fn gram_at(text: &[u8], at: usize) -> u32 {
    let gram = &text[at..at + GRAM];
    u32::from_le_bytes([gram[0], gram[1], gram[2], gram[3]])
}

/// Spreads four bytes over all numbers.
fn hash(gram: u32) -> usize {
    (u64::from(gram).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

/// Which word of a table of `words` of them, a power of two, and which bit of it, stands for four bytes.
fn place(gram: u32, words: usize) -> (usize, u64) {
    let hash = hash(gram);
    (hash >> 6 & (words - 1), 1 << (hash & 63))
}

/// Which of so many slots, a power of two, stands for four bytes.
fn slot(gram: u32, slots: usize) -> usize {
    hash(gram) & (slots - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(needles: &[String], text: &str) -> Vec<usize> {
        let needles = needles.iter().map(|needle| needle.clone().into_bytes());
        let strides = Strides::new(needles.enumerate().collect());
        let mut told = Vec::new();
        strides.scan(text.as_bytes(), &mut |number| told.push(number));
        told.sort_unstable();
        told.dedup();
        told
    }

    #[test]
    fn what_occurs_very_often_keeps_nothing_else_from_being_told() {
        let needles = ["error: one", "error: two", "other text"].map(str::to_owned);
        let text = "error: one ".repeat(1000) + "other text";
        assert!(told(&needles, &text).contains(&2));
    }

    proptest! {
        #[test]
        fn what_is_there_is_told_and_nothing_else(
            text in "[ab]{0,60}",
            needles in prop::collection::vec("[ab]{8,24}", 1..40),
        ) {
            let there = |(number, needle): (usize, &String)| text.contains(needle).then_some(number);
            let expected: Vec<_> = needles.iter().enumerate().filter_map(there).collect();
            prop_assert_eq!(told(&needles, &text), expected);
        }

        #[test]
        fn what_begins_or_ends_a_text_is_told(
            (before, after) in ("[a-c]{0,40}", "[a-c]{0,40}"),
            needles in prop::collection::vec("[a-e]{8,30}", 1..40),
        ) {
            for (number, needle) in needles.iter().enumerate() {
                let text = [&before, needle, &after].map(String::as_str).concat();
                prop_assert!(told(&needles, &text).contains(&number));
            }
        }
    }
}

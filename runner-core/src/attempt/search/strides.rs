//! Many texts at once, by looking at every n-th place only.
//!
//! Of each text a piece is chosen, all of one length. Whoever looks at four bytes at every n-th place sees
//! four bytes of a piece that occurs, at one of its first n places, if the pieces have n + 3 bytes; which
//! four bytes there are in pieces a table of bits tells. This is the algorithm of Wu and Manber with the
//! shift fixed, so that one step does not wait for the one before.

use super::rarity::commonness;

/// How many bytes are looked at in one place.
const GRAM: usize = 4;

/// With a larger step, what is looked at is in the cache at the same cost, and the tables grow.
const MAX_STEP: usize = 16;

/// So many bits in the table of bits for each that is set: more, and it leaves the fastest cache.
const SPARSITY: usize = 32;

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
    piece: usize,
    /// Where in the piece.
    at: usize,
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
    pub(super) const MIN_BYTES: usize = 8;

    /// For needles of at least [`Self::MIN_BYTES`], each with the number under which it is told.
    pub(super) fn new(needles: Vec<(usize, Vec<u8>)>) -> Self {
        let shortest = needles.iter().map(|(_, text)| text.len()).min();
        let shortest = shortest.unwrap_or(Self::MIN_BYTES);
        let step = (shortest + 1).saturating_sub(GRAM).clamp(1, MAX_STEP);
        let pieces = pieces(needles, step + GRAM - 1);
        let mut spots: Vec<_> = pieces
            .iter()
            .enumerate()
            .flat_map(|(piece, it)| {
                let grams = grams(&it.text).enumerate();
                grams.map(move |(at, gram)| Spot { gram, piece, at })
            })
            .collect();
        let slots = spots.len().next_power_of_two();
        let mut bits = vec![0; (slots * SPARSITY / 64).max(1)];
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
        let mut at = 0;
        while let Some(gram) = text.get(at..).and_then(<[u8]>::first_chunk) {
            let gram = u32::from_le_bytes(*gram);
            let (word, bit) = place(gram, self.bits.len());
            if self.bits[word] & bit != 0 {
                self.look(text, at, gram, &mut hits, tell);
            }
            at += self.step;
        }
    }

    /// Looks which needles there are around `at`, where `gram` is; `hits` counts those of each piece.
    #[cold]
    fn look(
        &self,
        text: &[u8],
        at: usize,
        gram: u32,
        hits: &mut Vec<usize>,
        tell: &mut impl FnMut(usize),
    ) {
        let slot = slot(gram, self.starts.len() - 1);
        let spots = self.starts[slot] as usize..self.starts[slot + 1] as usize;
        for spot in self.spots[spots].iter().filter(|spot| spot.gram == gram) {
            let piece = &self.pieces[spot.piece];
            let Some(start) = at.checked_sub(spot.at) else {
                continue;
            };
            if !text[start..].starts_with(&piece.text) {
                continue;
            }
            hits.resize(self.pieces.len(), 0);
            let hits = &mut hits[spot.piece];
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

/// The needles by the rarest piece of `length` bytes that each has.
fn pieces(needles: Vec<(usize, Vec<u8>)>, length: usize) -> Vec<Piece> {
    let mut needles: Vec<_> = needles
        .into_iter()
        .map(|(number, text)| {
            let piece_at = rarest(&text, length);
            Needle {
                number,
                text,
                piece_at,
            }
        })
        .collect();
    needles.sort_by(|one, other| one.piece(length).cmp(other.piece(length)));
    let mut pieces: Vec<Piece> = Vec::new();
    for needle in needles {
        match pieces.last_mut() {
            Some(piece) if piece.text == needle.piece(length) => piece.needles.push(needle),
            _ => pieces.push(Piece {
                text: needle.piece(length).to_vec(),
                needles: vec![needle],
            }),
        }
    }
    pieces
}

impl Needle {
    fn piece(&self, length: usize) -> &[u8] {
        &self.text[self.piece_at..self.piece_at + length]
    }
}

/// Where the piece of `length` bytes begins whose four bytes are seen least often by chance.
fn rarest(text: &[u8], length: usize) -> usize {
    let seen = |piece: &[u8]| piece.windows(GRAM).map(commonness).sum::<f64>();
    let pieces = text.windows(length).map(seen).enumerate();
    pieces
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
        .map_or(0, |(at, _)| at)
}

fn grams(text: &[u8]) -> impl Iterator<Item = u32> {
    let grams = text.windows(GRAM).filter_map(<[u8]>::first_chunk);
    grams.map(|gram| u32::from_le_bytes(*gram))
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

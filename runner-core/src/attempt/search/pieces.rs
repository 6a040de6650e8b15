//! Which part of a needle is looked for, when there are many needles: one that is rare, and that others have
//! as well.

use std::collections::{BTreeMap, HashMap, HashSet};

/// So many bytes of a needle are looked for, because that is how much vector instructions compare at once;
/// the rest of it is compared where they are found.
pub(super) const PIECE_BYTES: usize = 4;

/// A part of one needle or several.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    /// The needles that have it, by their indices, and where in them it stands.
    pub(super) members: Vec<Member>,
}

/// A needle that has a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) needle: usize,
    pub(super) offset: usize,
}

/// What it costs to look for one piece more, in hits per byte of text that cost as much.
const COST_OF_A_PIECE: f64 = 1.0 / 2_000.0;

/// Chooses a piece for every needle so that looking for all pieces costs little: rare ones, and few. How rare
/// they are is guessed, and seen in `sample`, which is text like that in which they are looked for; it may be
/// empty.
pub(super) fn choose(needles: &[&[u8]], sample: &[u8]) -> Vec<Piece> {
    let rarity = &Rarity::of(needles, sample);
    let mut left: Vec<bool> = vec![true; needles.len()];
    let mut pieces = Vec::new();
    // A weighted set cover, greedily: next always comes what costs least for each needle that it covers.
    while let Some((bytes, members)) = best_shared(needles, &left, rarity) {
        members
            .iter()
            .for_each(|member| left[member.needle] = false);
        pieces.push(Piece {
            bytes: bytes.to_vec(),
            members,
        });
    }
    let lonely = left.iter().enumerate().filter(|(_, is_left)| **is_left);
    pieces.extend(lonely.map(|(needle, _)| rarest(needle, needles[needle], rarity)));
    pieces
}

/// The piece that costs least for each needle that has it, if several have it; with these needles.
fn best_shared<'n>(
    needles: &[&'n [u8]],
    left: &[bool],
    rarity: &Rarity<'_>,
) -> Option<(&'n [u8], Vec<Member>)> {
    let mut owners: HashMap<&[u8], Vec<Member>> = HashMap::new();
    let candidates = needles.iter().enumerate().filter(|(index, _)| left[*index]);
    for (needle, bytes) in candidates {
        for (offset, piece) in pieces_of(bytes).enumerate() {
            let members = owners.entry(piece).or_default();
            if members.last().is_none_or(|last| last.needle != needle) {
                members.push(Member { needle, offset });
            }
        }
    }
    let frequency = |piece: &[u8]| rarity.frequency(piece);
    let cost = |piece: &[u8], members: &[Member]| {
        (COST_OF_A_PIECE + frequency(piece)) / members.len() as f64
    };
    // In the order of their bytes, so that equals are chosen the same way every time.
    let shared: BTreeMap<_, _> = owners
        .into_iter()
        .filter(|(_, members)| members.len() > 1)
        .collect();
    let best = shared
        .into_iter()
        .min_by(|(one, ones), (other, others)| cost(one, ones).total_cmp(&cost(other, others)))?;
    let alone = |member: &Member| {
        let needle = needles[member.needle];
        let least = pieces_of(needle).map(frequency).fold(1.0, f64::min);
        COST_OF_A_PIECE + least
    };
    // Not where a piece of its own would be so rare that it is worth it.
    let apart: f64 = best.1.iter().map(alone).sum();
    (COST_OF_A_PIECE + frequency(best.0) < apart).then_some(best)
}

fn rarest(needle: usize, bytes: &[u8], rarity: &Rarity<'_>) -> Piece {
    let frequency = |piece: &[u8]| rarity.frequency(piece);
    let least = pieces_of(bytes)
        .enumerate()
        .min_by(|(_, one), (_, other)| frequency(one).total_cmp(&frequency(other)));
    let (offset, piece) = least.unwrap_or((0, bytes));
    Piece {
        bytes: piece.to_vec(),
        members: vec![Member { needle, offset }],
    }
}

/// All pieces of a needle; a short one is its own only piece.
fn pieces_of(needle: &[u8]) -> impl Iterator<Item = &[u8]> {
    needle.windows(PIECE_BYTES.min(needle.len()).max(1))
}

/// How often pieces occur.
struct Rarity<'n> {
    /// How often each was seen, if it was.
    seen: HashMap<&'n [u8], u32>,
    sample_bytes: usize,
}

impl<'n> Rarity<'n> {
    fn of(needles: &[&'n [u8]], sample: &[u8]) -> Self {
        let mut seen = HashMap::new();
        if !sample.is_empty() {
            let pieces = needles.iter().flat_map(|needle| pieces_of(needle));
            let known: HashSet<&'n [u8]> = pieces.collect();
            let sizes: HashSet<usize> = known.iter().map(|piece| piece.len()).collect();
            for text in sizes.into_iter().flat_map(|size| sample.windows(size)) {
                if let Some(piece) = known.get(text) {
                    *seen.entry(*piece).or_default() += 1;
                }
            }
        }
        Self {
            seen,
            sample_bytes: sample.len(),
        }
    }

    /// How often a piece occurs for each byte of text, roughly.
    fn frequency(&self, piece: &[u8]) -> f64 {
        let bits: i32 = piece.iter().map(|byte| bits(*byte)).sum();
        let guess = 0.5_f64.powi(bits);
        match self.seen.get(piece) {
            Some(count) => f64::from(*count) / self.sample_bytes as f64,
            // It does not occur more often than once in what was seen.
            None if self.sample_bytes > 0 => guess.min(1.0 / self.sample_bytes as f64),
            None => guess,
        }
    }
}

/// How rare a byte is in what commands print, in lower case: the negative logarithm of its share, by common
/// sense. A wrong guess costs time, nothing else.
fn bits(byte: u8) -> i32 {
    match byte {
        b' ' => 3,
        b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 4,
        b'l' | b'd' | b'c' | b'u' | b'h' | b'm' | b'p' | b'0' | b'1' => 5,
        b'f' | b'g' | b'w' | b'y' | b'b' | b'v' | b'2'..=b'9' => 6,
        b'.' | b',' | b':' | b'-' | b'_' | b'/' | b'"' | b'\n' | b'\\' => 6,
        b'k' | b'=' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'\'' => 7,
        b'x' | b'j' | b'q' | b'z' => 8,
        0x80.. => 8,
        0..b' ' => 12,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chosen(needles: &[&str]) -> Vec<(String, usize)> {
        let needles: Vec<_> = needles.iter().map(|needle| needle.as_bytes()).collect();
        let pieces = choose(&needles, b"");
        let told = pieces.iter().map(|piece| {
            let bytes = String::from_utf8_lossy(&piece.bytes).into_owned();
            (bytes, piece.members.len())
        });
        told.collect()
    }

    #[test]
    fn needles_that_have_a_piece_in_common_share_it() {
        let needles: Vec<_> = (0..100).map(|it| format!("error: absent {it}")).collect();
        let needles: Vec<_> = needles.iter().map(String::as_str).collect();
        assert_eq!(chosen(&needles).len(), 1);
    }

    #[test]
    fn the_rarest_piece_of_a_needle_is_looked_for() {
        assert_eq!(chosen(&["the test has a quiz"]), [("quiz".into(), 1)]);
        assert_eq!(chosen(&["abc"]), [("abc".into(), 1)]);
    }

    #[test]
    fn a_piece_that_was_seen_often_is_not_rare() {
        let needles: [&[u8]; 1] = [b"the test has a quiz"];
        let pieces = choose(&needles, "quiz! ".repeat(10).as_bytes());
        assert_ne!(pieces[0].bytes, b"quiz");
    }

    proptest! {
        #[test]
        fn every_needle_has_exactly_one_piece_and_it_stands_where_it_is_said_to(
            needles in prop::collection::vec(prop::collection::vec(b'a'..b'e', 1..12), 1..30),
            sample in prop::collection::vec(b'a'..b'e', 0..100),
        ) {
            let needles: Vec<&[u8]> = needles.iter().map(Vec::as_slice).collect();
            let mut seen = vec![0; needles.len()];
            for piece in choose(&needles, &sample) {
                for member in &piece.members {
                    seen[member.needle] += 1;
                    prop_assert!(needles[member.needle][member.offset..].starts_with(&piece.bytes));
                }
            }
            prop_assert!(seen.iter().all(|count| *count == 1));
        }
    }
}

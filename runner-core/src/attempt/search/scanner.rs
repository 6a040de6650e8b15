//! Tells which of many texts occur in a piece of text, in one pass or few.

use std::fmt;

use aho_corasick::{AhoCorasick, packed};
use memchr::memmem::Finder;

use super::pieces::{self, Member, Piece};

/// Looks for many needles at once. It only tells which there are: where, and how often, is for others, who
/// look where there is something to see.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    parts: Vec<Part>,
    /// The length of the longest needle, less one.
    reach: usize,
}

/// A needle, and the number under which it is told.
type Needle = (usize, Vec<u8>);

enum Part {
    /// For one needle, which processors find fastest.
    Single(usize, Finder<'static>),
    /// For some needles that are not too short: with vector instructions.
    Packed(Packed),
    /// For any needles.
    Automaton(Vec<usize>, AhoCorasick),
}

/// Needles that are found by pieces of theirs.
struct Packed {
    needles: Vec<Needle>,
    pieces: Vec<Sharp>,
    searcher: packed::Searcher,
}

/// A piece, with the others that can begin where it does.
struct Sharp {
    members: Vec<Member>,
    alike: Vec<usize>,
    bytes: Vec<u8>,
}

/// Shorter needles would stop the vector instructions at every turn.
const PACKED_MIN_BYTES: usize = 3;

/// More pieces at a time would stop them too often.
const PACKED_PIECES: usize = 32;

/// Where there are more needles than this, one pass of an automaton takes less than several of vectors.
const PACKED_MAX_NEEDLES: usize = 256;

/// So few short needles are looked for one by one.
const FEW: usize = 4;

/// What occurs more often than this in one piece is not counted out: each needle may be there.
const MANY_HITS: usize = 64;

/// Where pieces of needles stand closer than this on the average, looking at each costs more than it saves.
const BYTES_BETWEEN_PIECES: usize = 64;

impl Scanner {
    /// A scanner for needles, none of them empty, each with the number under which it is told. It is made for
    /// text like `sample`, which may be empty.
    pub(super) fn new(needles: impl IntoIterator<Item = Needle>, sample: &[u8]) -> Self {
        let needles: Vec<_> = needles.into_iter().collect();
        let longest = needles.iter().map(|(_, needle)| needle.len()).max();
        let reach = longest.unwrap_or(1).saturating_sub(1);
        let (short, long): (Vec<_>, Vec<_>) = needles
            .into_iter()
            .partition(|(_, needle)| needle.len() < PACKED_MIN_BYTES);
        let mut parts = Vec::new();
        if short.len() <= FEW {
            parts.extend(short.into_iter().map(Part::single));
        } else {
            parts.extend(Part::for_any(short));
        }
        parts.extend(match long.len() {
            0 | 1 => long.into_iter().map(Part::single).collect(),
            2..=PACKED_MAX_NEEDLES => Part::packed(long, sample),
            _ => Part::for_any(long),
        });
        Self { parts, reach }
    }

    /// How many bytes before a piece can belong to what ends in it.
    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    /// Tells every needle that occurs in `text`, at least once each, and possibly some that do not. Says how
    /// often it had to look more closely.
    pub(super) fn scan(&self, text: &[u8], mut tell: impl FnMut(usize)) -> usize {
        let mut hits = 0;
        for part in &self.parts {
            match part {
                Part::Single(number, finder) => {
                    if finder.find(text).is_some() {
                        tell(*number);
                    }
                }
                Part::Packed(packed) => hits += packed.scan(text, &mut tell),
                Part::Automaton(numbers, automaton) => {
                    for (hits, found) in automaton.find_overlapping_iter(text).enumerate() {
                        if hits == MANY_HITS {
                            numbers.iter().for_each(|number| tell(*number));
                            break;
                        }
                        tell(numbers[found.pattern().as_usize()]);
                    }
                }
            }
        }
        hits
    }
}

impl Part {
    fn single((number, needle): Needle) -> Self {
        Self::Single(number, Finder::new(&needle).into_owned())
    }

    /// Parts for any needles.
    fn for_any(needles: Vec<Needle>) -> Vec<Self> {
        match AhoCorasick::new(needles.iter().map(|(_, needle)| needle)) {
            Ok(automaton) => {
                let numbers = needles.iter().map(|(number, _)| *number).collect();
                vec![Self::Automaton(numbers, automaton)]
            }
            // So many that no automaton can be made of them.
            Err(_) => needles.into_iter().map(Self::single).collect(),
        }
    }

    /// Parts for needles that are not too short.
    fn packed(needles: Vec<Needle>, sample: &[u8]) -> Vec<Self> {
        let texts: Vec<_> = needles.iter().map(|(_, needle)| &needle[..]).collect();
        let mut pieces = pieces::choose(&texts, sample);
        // Those that begin alike are best told apart by the same pass.
        pieces.sort_by(|one, other| one.bytes.cmp(&other.bytes));
        let groups = pieces.len().div_ceil(PACKED_PIECES);
        let size = pieces.len().div_ceil(groups);
        let packed: Option<Vec<_>> = pieces
            .chunks(size)
            .map(|group| Packed::new(group, &needles).map(Self::Packed))
            .collect();
        // Not every processor has the instructions.
        packed.unwrap_or_else(|| Self::for_any(needles))
    }
}

impl Packed {
    /// For the needles among these that have one of the pieces.
    fn new(pieces: &[Piece], needles: &[Needle]) -> Option<Self> {
        let searcher = packed::Config::new()
            .builder()
            .extend(pieces.iter().map(|piece| &piece.bytes))
            .build()?;
        let mut own = Vec::new();
        let mut sharp = Vec::new();
        for piece in pieces {
            let mut members = Vec::new();
            for member in &piece.members {
                members.push(Member {
                    needle: own.len(),
                    ..*member
                });
                own.push(needles[member.needle].clone());
            }
            let is_alike = |other: &Piece| {
                piece.bytes.starts_with(&other.bytes) || other.bytes.starts_with(&piece.bytes)
            };
            let alike = (0..pieces.len()).filter(|other| is_alike(&pieces[*other]));
            sharp.push(Sharp {
                members,
                alike: alike.collect(),
                bytes: piece.bytes.clone(),
            });
        }
        Some(Self {
            needles: own,
            pieces: sharp,
            searcher,
        })
    }

    /// Says how many pieces it has found.
    fn scan(&self, text: &[u8], tell: &mut impl FnMut(usize)) -> usize {
        let mut from = 0;
        let most = MANY_HITS + text.len() / BYTES_BETWEEN_PIECES;
        for hits in 0..most {
            let span = (from..text.len()).into();
            let Some(found) = self.searcher.find_in(text, span) else {
                return hits;
            };
            // Only one of those that begin here was told.
            for &piece in &self.pieces[found.pattern().as_usize()].alike {
                self.tell_needles(text, found.start(), &self.pieces[piece], tell);
            }
            from = found.start() + 1;
        }
        self.needles.iter().for_each(|(number, _)| tell(*number));
        most
    }

    /// Tells the needles that are there because a piece may be.
    fn tell_needles(&self, text: &[u8], at: usize, piece: &Sharp, tell: &mut impl FnMut(usize)) {
        if !text[at..].starts_with(&piece.bytes) {
            return;
        }
        for member in &piece.members {
            let (number, needle) = &self.needles[member.needle];
            let start = at.checked_sub(member.offset);
            if start.is_some_and(|start| text[start..].starts_with(needle)) {
                tell(*number);
            }
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, needles) = match self {
            Self::Single(..) => ("Single", 1),
            Self::Packed(packed) => ("Packed", packed.needles.len()),
            Self::Automaton(numbers, _) => ("Automaton", numbers.len()),
        };
        f.debug_tuple(name).field(&needles).finish()
    }
}

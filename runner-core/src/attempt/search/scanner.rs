//! Tells which of many texts occur in a piece of text, in one pass or few.

use std::fmt;

use aho_corasick::{AhoCorasick, packed};
use memchr::memmem::Finder;

use super::strides::Strides;

/// Looks for many needles at once. It only tells which there are: where, and how often, is for others, who
/// look where there is something to see.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    parts: Vec<Part>,
    /// The length of the longest needle, less one.
    reach: usize,
}

enum Part {
    /// For many needles that are long enough to look at every n-th place only.
    Strides(Strides),
    /// For others.
    Listed(Box<Listed>),
}

/// Needles, each with the number under which it is told.
struct Listed {
    needles: Vec<(usize, Vec<u8>)>,
    engine: Engine,
}

enum Engine {
    /// For one needle, which processors find fastest.
    Single(Finder<'static>),
    /// For some needles that are not too short: with vector instructions.
    Packed(packed::Searcher),
    /// For any needles.
    Automaton(AhoCorasick),
    /// For needles of which no automaton could be made.
    Finders(Vec<Finder<'static>>),
}

/// From so many needles on, looking at every n-th place takes less than vector instructions do.
const STRIDES_NEEDLES: usize = 8;

/// Shorter needles would stop the vector instructions at every turn.
const PACKED_MIN_BYTES: usize = 3;

/// More needles at a time would stop them too often.
const PACKED_NEEDLES: usize = 32;

/// Where there are more needles than this, one pass of an automaton takes less than several of vectors.
const PACKED_MAX_NEEDLES: usize = 256;

/// So few short needles are looked for one by one.
const FEW: usize = 4;

/// What occurs more often than this in one piece is not counted out: each needle may be there.
const MANY_HITS: usize = 64;

impl Scanner {
    /// A scanner for needles, none of them empty, each with the number under which it is told.
    pub(super) fn new(needles: impl IntoIterator<Item = (usize, Vec<u8>)>) -> Self {
        let needles: Vec<_> = needles.into_iter().collect();
        let longest = needles.iter().map(|(_, needle)| needle.len()).max();
        let reach = longest.unwrap_or(1).saturating_sub(1);
        let (mut short, mut others): (Vec<_>, Vec<_>) = needles
            .into_iter()
            .partition(|(_, needle)| needle.len() < Strides::MIN_BYTES);
        let mut parts = Vec::new();
        if others.len() >= STRIDES_NEEDLES {
            parts.push(Part::Strides(Strides::new(others)));
        } else {
            short.append(&mut others);
        }
        Listed::add_to(&mut parts, short);
        Self { parts, reach }
    }

    /// How many bytes before a piece can belong to what ends in it.
    pub(super) fn reach(&self) -> usize {
        self.reach
    }

    /// Tells every needle that occurs in `text`, at least once each, and possibly some that do not.
    pub(super) fn scan(&self, text: &[u8], mut tell: impl FnMut(usize)) {
        for part in &self.parts {
            match part {
                Part::Strides(strides) => strides.scan(text, &mut tell),
                Part::Listed(listed) => listed.scan(text, &mut tell),
            }
        }
    }
}

impl Listed {
    /// Adds the parts that it takes to look for `needles`.
    fn add_to(parts: &mut Vec<Part>, needles: Vec<(usize, Vec<u8>)>) {
        let (short, mut long): (Vec<_>, Vec<_>) = needles
            .into_iter()
            .partition(|(_, needle)| needle.len() < PACKED_MIN_BYTES);
        let mut add = |listed| parts.push(Part::Listed(Box::new(listed)));
        if short.len() <= FEW {
            let each = short.into_iter().map(|needle| Self::new(vec![needle]));
            each.for_each(&mut add);
        } else {
            add(Self::automaton(short));
        }
        if long.len() > PACKED_MAX_NEEDLES {
            add(Self::automaton(long));
        } else {
            // Those that begin alike are best told apart by the same pass.
            long.sort_by(|(_, a), (_, b)| a.cmp(b));
            let groups = long.len().div_ceil(PACKED_NEEDLES).max(1);
            let size = long.len().div_ceil(groups).max(1);
            let groups = long.chunks(size).map(|group| Self::new(group.to_vec()));
            groups.for_each(add);
        }
    }

    fn new(needles: Vec<(usize, Vec<u8>)>) -> Self {
        if let [(_, needle)] = &needles[..] {
            let engine = Engine::Single(Finder::new(needle).into_owned());
            return Self { needles, engine };
        }
        let patterns = needles.iter().map(|(_, needle)| needle);
        let packed = packed::Config::new().builder().extend(patterns).build();
        match packed {
            Some(searcher) => Self {
                needles,
                engine: Engine::Packed(searcher),
            },
            None => Self::automaton(needles),
        }
    }

    fn automaton(needles: Vec<(usize, Vec<u8>)>) -> Self {
        let texts = || needles.iter().map(|(_, needle)| needle);
        let engine = match AhoCorasick::new(texts()) {
            Ok(automaton) => Engine::Automaton(automaton),
            Err(_) => {
                let finder = |needle: &Vec<u8>| Finder::new(needle).into_owned();
                Engine::Finders(texts().map(finder).collect())
            }
        };
        Self { needles, engine }
    }

    fn scan(&self, text: &[u8], tell: &mut impl FnMut(usize)) {
        match &self.engine {
            Engine::Single(finder) => {
                if finder.find(text).is_some() {
                    tell(self.needles[0].0);
                }
            }
            Engine::Finders(finders) => {
                for (finder, (number, _)) in finders.iter().zip(&self.needles) {
                    if finder.find(text).is_some() {
                        tell(*number);
                    }
                }
            }
            Engine::Packed(searcher) => {
                let mut from = 0;
                for _ in 0..MANY_HITS {
                    let span = (from..text.len()).into();
                    let Some(found) = searcher.find_in(text, span) else {
                        return;
                    };
                    // Only one of those that begin here was told.
                    let here = &text[found.start()..];
                    for (number, needle) in &self.needles {
                        if here.starts_with(needle) {
                            tell(*number);
                        }
                    }
                    from = found.start() + 1;
                }
                self.tell_all(tell);
            }
            Engine::Automaton(automaton) => {
                for (hits, found) in automaton.find_overlapping_iter(text).enumerate() {
                    if hits == MANY_HITS {
                        self.tell_all(tell);
                        return;
                    }
                    tell(self.needles[found.pattern().as_usize()].0);
                }
            }
        }
    }

    fn tell_all(&self, tell: &mut impl FnMut(usize)) {
        self.needles.iter().for_each(|(number, _)| tell(*number));
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, needles) = match self {
            Self::Strides(strides) => ("Strides", strides.len()),
            Self::Listed(listed) => ("Listed", listed.needles.len()),
        };
        f.debug_struct(name)
            .field("needles", &needles)
            .finish_non_exhaustive()
    }
}

//! Text for people: durations, counts and shares in words, and foreign text that cannot do anything
//! but be read.
//!
//! Numbers round towards zero and in integers where they can, so that no duration shows as `1000ms` and
//! no share below one as 100 %.

mod numbers;

use std::fmt::{self, Write as _};

use run_stats::Proportion;
use suite::{MatchOn, Ratio};

use crate::agent::TokenUsage;
pub use numbers::{Bytes, Fine, Grouped, Human, Many, Memory, OrDash, Seconds, Times, quantile};

/// An observed share alone: `80.0%`.
///
/// It is shown as 100.0% or 0.0% only where it is exactly that. What comes close has as many digits as
/// tell it apart: `99.998%`, `0.02%`.
#[derive(Debug, Clone, Copy)]
pub struct Rate(pub Proportion);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.rate() {
            Some(rate) => Told(rate).fmt(f),
            None => f.write_str("unknown"),
        }
    }
}

/// The uncertainty of an observed share alone, at 95 % confidence: `37.5% to 96.3%`.
#[derive(Debug, Clone, Copy)]
pub struct Confidence(pub Proportion);

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.wilson_95() {
            Some(interval) => write!(f, "{} to {}", Told(interval.low), Told(interval.high)),
            None => f.write_str("unknown"),
        }
    }
}

/// An observed share with its trials and its uncertainty:
/// `80.0% (4 of 5; 95% confidence: 37.5% to 96.3%)`.
#[derive(Debug, Clone, Copy)]
pub struct Share(pub Proportion);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (successes, trials) = (self.0.successes(), self.0.trials());
        if trials == 0 {
            return f.write_str("unknown, because no case was tried");
        }
        write!(
            f,
            "{} ({} of {}; 95% confidence: {})",
            Rate(self.0),
            Grouped(successes),
            Grouped(trials),
            Confidence(self.0)
        )
    }
}

/// A share in percent, with one decimal place, or with as many as the rarer side needs to show.
struct Told(f64);

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // More places than this are noise of binary fractions.
        const MAX_PLACES: i32 = 12;
        let percent = self.0 * 100.0;
        let rarer = percent.min(100.0 - percent);
        // The rarer side shows as at least 1 in the last place; a little less will be rounded to that.
        let shows = |places: &i32| rarer * 10_f64.powi(*places) > 0.95;
        let places = (1..=MAX_PLACES).find(shows).unwrap_or(1);
        write!(f, "{percent:.*}%", places as usize)
    }
}

/// A demanded share, with no more digits than it has: `80%`, `99.95%`.
#[derive(Debug, Clone, Copy)]
pub struct Percent(pub Ratio);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Four places hide the noise of binary fractions (0.07 * 100 is 7.000000000000001).
        let digits = format!("{:.4}", self.0.get() * 100.0);
        write!(f, "{}%", digits.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// What a model read and wrote: `10 in, 22 out`, and after that what went through a cache.
#[derive(Debug, Clone, Copy)]
pub struct Tokens(pub TokenUsage);

impl fmt::Display for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TokenUsage {
            input,
            output,
            cache_creation,
            cache_read,
        } = self.0;
        write!(f, "{} in, {} out", Grouped(input), Grouped(output))?;
        if cache_creation == 0 && cache_read == 0 {
            return Ok(());
        }
        let (read, written) = (Grouped(cache_read), Grouped(cache_creation));
        write!(f, "; cache: {read} read, {written} written")
    }
}

/// What a sum lacks, after the sum: nothing, or `, and what 1 agent did not tell`.
#[derive(Debug, Clone, Copy)]
pub struct Untold(pub u64);

impl fmt::Display for Untold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str(", and what 1 agent did not tell"),
            count => write!(f, ", and what {} agents did not tell", Grouped(count)),
        }
    }
}

/// The part of what a command prints that patterns are looked for in: `output`, `standard error`.
#[derive(Debug, Clone, Copy)]
pub struct Part(pub MatchOn);

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            MatchOn::Stdout => "standard output",
            MatchOn::Stderr => "standard error",
            MatchOn::FinalText => "final text",
            _ => "output",
        })
    }
}

/// Versions are called by so many characters of their hash: enough to tell them apart, and few enough
/// to be read.
const HASH_CHARS: usize = 12;

/// The beginning of a hash, by which a version of a suite is called. The hash may be foreign.
///
/// ```
/// use runner_core::text::short_hash;
///
/// assert_eq!(short_hash("5f0c8d1e9a2b4c6d7e8f90a1"), "5f0c8d1e9a2b");
/// ```
#[must_use]
pub fn short_hash(hash: &str) -> &str {
    let end = hash.char_indices().nth(HASH_CHARS);
    &hash[..end.map_or(hash.len(), |(end, _)| end)]
}

/// Foreign text on one line, with everything visible that would otherwise hide, reorder or control:
/// escape sequences, line breaks, direction marks.
///
/// ```
/// use runner_core::text::Visible;
///
/// assert_eq!(Visible("a\u{1b}[31m\n\u{202e}b").to_string(), r"a␛[31m␊\u{202e}b");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Visible<'a>(pub &'a str);

impl fmt::Display for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| {
            let shown = if matches!(c, '\n' | '\t') {
                Shown::picture(c)
            } else {
                Shown::of(c)
            };
            match shown {
                Shown::Itself => f.write_char(c),
                Shown::Picture(picture) => f.write_char(picture),
                Shown::Number => write!(f, "{}", c.escape_unicode()),
            }
        })
    }
}

/// The beginning of foreign text, harmless like [`Visible`]: so many characters, and `…` where there
/// are more.
///
/// ```
/// use runner_core::text::Clipped;
///
/// assert_eq!(Clipped("one\ntwo", 5).to_string(), "one␊t…");
/// assert_eq!(Clipped("one", 5).to_string(), "one");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Clipped<'a>(pub &'a str, pub usize);

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, chars) = *self;
        match text.char_indices().nth(chars) {
            Some((end, _)) => write!(f, "{}…", Visible(&text[..end])),
            None => Visible(text).fmt(f),
        }
    }
}

/// How a character is shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Itself,
    /// As this picture of it.
    Picture(char),
    /// By its number, `\u{202e}`.
    Number,
}

impl Shown {
    /// How `c` is shown where line breaks and tabs may stand.
    #[must_use]
    pub fn of(c: char) -> Self {
        match c {
            ' '..='~' | '\n' | '\t' => Self::Itself,
            '\0'..='\u{1f}' | '\u{7f}' => Self::picture(c),
            // The second set of control characters; one of them starts escape sequences, too.
            '\u{80}'..='\u{9f}'
            // Soft hyphen, grapheme joiner, fillers that show as nothing.
            | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{3164}' | '\u{ffa0}'
            // What changes the direction of the text around it.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Zero width, and operators without a shape.
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
            // Separators that some programs take for line breaks.
            | '\u{2028}' | '\u{2029}'
            // Annotations and tags: whole messages can be hidden in them.
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => Self::Number,
            _ => Self::Itself,
        }
    }

    /// How the control character `c` is shown where not even line breaks and tabs may stand: Unicode has
    /// a picture for each in ASCII.
    #[must_use]
    pub fn picture(c: char) -> Self {
        let picture = match c {
            '\u{7f}' => Some('\u{2421}'),
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)),
            _ => None,
        };
        picture.map_or(Self::Number, Self::Picture)
    }
}

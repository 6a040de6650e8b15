//! Text in as many columns as there are.

use std::{borrow::Cow, time::Duration};

use console::measure_text_width;

/// A part of a line.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// How little it matters: the highest is left out first.
    rank: u8,
    /// What stands before it, unless it is the first.
    before: &'static str,
    text: String,
}

impl Part {
    pub(super) fn new(rank: u8, before: &'static str, text: impl Into<String>) -> Self {
        Self {
            rank,
            before,
            text: text.into(),
        }
    }
}

/// A line of those parts for which `width` columns suffice. What matters most is there in any case.
pub(super) fn fit(mut parts: Vec<Part>, width: usize) -> String {
    loop {
        let line = joined(&parts);
        if parts.len() <= 1 || measure_text_width(&line) <= width {
            return line;
        }
        let ranks = parts.iter().enumerate();
        if let Some((least, _)) = ranks.max_by_key(|(_, part)| part.rank) {
            parts.remove(least);
        }
    }
}

fn joined(parts: &[Part]) -> String {
    let mut line = String::new();
    for part in parts {
        if !line.is_empty() {
            line.push_str(part.before);
        }
        line.push_str(&part.text);
    }
    line
}

/// The beginning of a harmless text, in at most `width` columns, and `…` where there is more.
pub(super) fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if measure_text_width(text) <= width {
        return Cow::Borrowed(text);
    }
    let Some(room) = width.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    // Characters are measured together: what follows one can make it wider.
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends
        .take_while(|&end| measure_text_width(&text[..end]) <= room)
        .last()
        .unwrap_or(0);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// A duration as somebody reads it who glances at it: whole seconds at most, two units at most.
pub(super) fn brief(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{minutes}m {:02}s", seconds % 60),
        3600..86_400 => format!("{hours}h {:02}m", minutes % 60),
        _ => format!("{days}d {:02}h", hours % 24),
    }
}

/// A duration in its longest unit alone: `14m`.
pub(super) fn longest_unit(duration: Duration) -> String {
    let mut text = brief(duration);
    text.truncate(text.find(' ').unwrap_or(text.len()));
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_are_short_and_round_towards_zero() {
        let briefs = [0, 59, 60, 3599, 3600, 86_399, 86_400, 604_799].map(Duration::from_secs);
        let texts = briefs.map(brief);
        assert_eq!(
            texts,
            [
                "0s", "59s", "1m 00s", "59m 59s", "1h 00m", "23h 59m", "1d 00h", "6d 23h"
            ]
        );
        assert_eq!(longest_unit(Duration::from_secs(899)), "14m");
        assert_eq!(longest_unit(Duration::from_secs(7)), "7s");
    }

    #[test]
    fn what_matters_least_is_left_out_first() {
        let parts = || {
            vec![
                Part::new(1, "", "twelve"),
                Part::new(0, ", ", "three"),
                Part::new(2, " · ", "four"),
            ]
        };
        assert_eq!(fit(parts(), 20), "twelve, three · four");
        assert_eq!(fit(parts(), 19), "twelve, three");
        assert_eq!(fit(parts(), 12), "three");
        assert_eq!(fit(parts(), 2), "three");
    }

    #[test]
    fn wide_and_combining_characters_take_the_columns_that_they_take() {
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        let combined = "e\u{301}e\u{301}e\u{301}";
        assert_eq!(cut(combined, 3), combined);
        assert_eq!(cut(combined, 2), "e\u{301}…");
        assert_eq!(cut("abc", 0), "");
    }

    proptest! {
        #[test]
        fn no_text_is_wider_than_there_is_room(text in "\\PC{0,80}", width in 0usize..60) {
            let cut = cut(&text, width);
            prop_assert!(measure_text_width(&cut) <= width, "{cut:?}");
        }
    }
}

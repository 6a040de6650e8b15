//! The style of charts and tables.

/// How charts, figures and tables look: a style sheet for the page that they stand in.
///
/// It sets these custom properties, for light and for dark, and the page may use them or set them anew
/// after it:
///
/// | properties | colours |
/// | --- | --- |
/// | `--ink`, `--quiet`, `--rule` | text, labels and captions, lines of tables and grids |
/// | `--passed`, `--failed`, `--timed-out`, … | each outcome of an attempt, as bars and as areas |
/// | `--p50`, `--p95`, `--p99` | lines of durations, and of numbers |
/// | `--outage`, `--gap` | bands |
///
/// Two figures stand beside each other in an element of the class `pair`. What is dark on a screen is
/// printed light.
pub const STYLE: &str = include_str!("style.css");

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The custom properties that come after `before` in the style.
    fn properties<'s>(style: &'s str, before: &str) -> Vec<&'s str> {
        let is_of_name = |c: char| c == '-' || c.is_ascii_alphanumeric();
        let rest = style
            .match_indices(before)
            .map(|(at, _)| &style[at + before.len() - 2..]);
        rest.map(|rest| rest.split(|c| !is_of_name(c)).next().unwrap_or(rest))
            .collect()
    }

    #[test]
    fn every_colour_is_set_for_light_and_for_dark() {
        let used: BTreeSet<_> = properties(STYLE, "var(--").into_iter().collect();
        assert!(used.len() > 10, "{used:?}");
        for property in used {
            let set = STYLE.matches(&format!("{property}: #")).count();
            assert_eq!(set, 2, "{property}");
        }
    }

    #[test]
    fn no_colour_is_set_elsewhere() {
        let values = STYLE.lines().filter(|line| line.contains('#'));
        for line in values {
            assert!(line.trim_start().starts_with("--"), "{line}");
        }
    }

    #[test]
    fn the_style_ends_where_it_should_and_asks_for_nothing() {
        assert!(!STYLE.contains('<') && !STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}

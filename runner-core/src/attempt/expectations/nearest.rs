//! What comes nearest to a text that was not found.

use super::words::cut;
use crate::{attempt::search::folded, results::CapturedOutput};

/// No more of a sought text than this is compared.
const MAX_PAIRS: usize = 128;

/// Lines that have less than this share of a text have nothing to do with it.
const LEAST_PERCENT: usize = 50;

/// The line of what was kept of an output that has most of a text's pairs of neighbouring characters; none if
/// no line has half of them. The work is that of one pass over what was kept.
pub(super) fn nearest_line(text: &str, output: &CapturedOutput) -> Option<String> {
    let sought = folded(text);
    let mut pairs: Vec<_> = sought.windows(2).take(MAX_PAIRS).map(pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    if pairs.is_empty() {
        return None;
    }
    // Each pair's number at its own place, zero elsewhere: every pair of the output is looked up.
    let mut numbers = vec![0_u8; 1 << 16];
    for (number, pair) in (1..).zip(&pairs) {
        numbers[place(*pair)] = number;
    }
    let mut seen = vec![0_usize; pairs.len()];
    let mut best: Option<(usize, &str)> = None;
    let lines = output.head.lines().chain(output.tail.lines());
    for (number, line) in (1..).zip(lines) {
        let line = line.trim();
        let mut score = 0;
        let bytes = line.as_bytes();
        for two in bytes.windows(2) {
            let two = [two[0].to_ascii_lowercase(), two[1].to_ascii_lowercase()];
            if let Some(index) = usize::from(numbers[place(two)]).checked_sub(1)
                && seen[index] != number
            {
                seen[index] = number;
                score += 1;
            }
        }
        // Of lines that have the same, the shortest says it best.
        let is_better = best
            .is_none_or(|(most, shown)| score > most || score == most && line.len() < shown.len());
        if is_better {
            best = Some((score, line));
        }
    }
    let (score, line) = best?;
    (score * 100 >= pairs.len() * LEAST_PERCENT).then(|| cut(line))
}

fn pair(two: &[u8]) -> [u8; 2] {
    [two[0], two[1]]
}

fn place(pair: [u8; 2]) -> usize {
    u16::from_ne_bytes(pair).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nearest(text: &str, output: &str) -> Option<String> {
        let output = CapturedOutput {
            head: output.into(),
            ..CapturedOutput::default()
        };
        nearest_line(text, &output)
    }

    #[test]
    fn the_line_that_has_most_of_a_text_comes_nearest() {
        let output = "starting\n  12 tests passed, 1 failed\nall tests are done\n";
        let line = nearest("13 tests passed", output);
        assert_eq!(line.as_deref(), Some("12 tests passed, 1 failed"));
        assert_eq!(nearest("STARTED", output).as_deref(), Some("starting"));
        assert_eq!(nearest("zebra", output), None);
        assert_eq!(nearest("4", output), None);
        assert_eq!(nearest("four", ""), None);
    }

    #[test]
    fn a_long_line_is_cut() {
        let line = nearest("needle", &format!("needl {}", "é".repeat(10_000)));
        assert!(line.is_some_and(|line| line.chars().count() < 300));
    }
}

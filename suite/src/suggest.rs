//! "Did you mean …?"

/// Longer words are no slip of the finger, and comparing them would take long.
const MAX_WORD_BYTES: usize = 64;

/// Shorter parts are found in too many words to mean any of them.
const MIN_PART_BYTES: usize = 4;

/// The candidate that `word` was probably meant to be: one that differs in few letters, or else one
/// that `word` is a part of.
pub(crate) fn closest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if word.len() > MAX_WORD_BYTES {
        return None;
    }
    let word = comparable(word);
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_WORD_BYTES)
        .filter_map(|candidate| {
            let compared = comparable(candidate);
            let distance = strsim::osa_distance(&word, &compared);
            let is_part = word.len() >= MIN_PART_BYTES && compared.contains(&word);
            (distance <= allowed || is_part).then_some((distance, candidate))
        })
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Without what people get wrong first: case and the kind of separator.
fn comparable(word: &str) -> String {
    word.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 6] = [
        "id",
        "name",
        "command",
        "expected_patterns",
        "expected_exit_code",
        "tests",
    ];

    #[test]
    fn slips_other_spellings_and_parts_are_understood() {
        for (word, meant) in [
            ("comand", "command"),
            ("expectedPatterns", "expected_patterns"),
            ("expected-patterns", "expected_patterns"),
            ("patterns", "expected_patterns"),
            ("exit_code", "expected_exit_code"),
            ("Tests", "tests"),
            ("ID", "id"),
        ] {
            assert_eq!(closest(word, KEYS), Some(meant), "{word}");
        }
    }

    #[test]
    fn a_word_that_resembles_none_gets_no_suggestion() {
        for word in ["retries", "x", "", &"command".repeat(100)] {
            assert_eq!(closest(word, KEYS), None, "{word}");
        }
    }
}

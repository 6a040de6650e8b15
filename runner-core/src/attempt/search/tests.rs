//! What is found, and that it does not depend on how a text came.

use proptest::prelude::*;

use super::*;

/// In bytes; what is sought is never longer.
const LONGEST: u64 = 16;

fn regex(source: &str) -> Pattern {
    Pattern::Regex {
        source: source.into(),
    }
}

fn word(text: &str) -> Pattern {
    Pattern::Word {
        text: text.into(),
        case_sensitive: false,
    }
}

fn exact(text: &str) -> Pattern {
    Pattern::Literal {
        text: text.into(),
        case_sensitive: true,
    }
}

fn count_in(pattern: &Pattern, pieces: &[&str]) -> u64 {
    let mut search = SearchBuilder::new();
    let quest = search.ask(pattern, None, Extent::All);
    let mut search = search.build();
    for piece in pieces {
        search.push(piece, None);
    }
    search.finish();
    search.count(quest)
}

fn found(pattern: &str, pieces: &[&str]) -> bool {
    count_in(&Pattern::literal(pattern), pieces) > 0
}

#[test]
fn case_is_ignored_beyond_ascii() {
    assert!(found("straße ÄÖÜ", &["STRAßE ", "äöü"]));
    assert!(found("οδός", &["ΟΔΌΣ"]));
    assert!(found("İstanbul", &["i̇stanbul"]));
    assert!(!found("strasse", &["straße"]));
}

#[test]
fn case_matters_where_it_is_said_to() {
    assert_eq!(
        count_in(&exact("Error"), &["Error error ERROR Er", "ror"]),
        2
    );
}

#[test]
fn a_word_stands_alone() {
    assert_eq!(count_in(&word("4"), &["2024 4 _4 4_ (4) 4é é4 ４4 -4"]), 3);
    assert_eq!(count_in(&word("four"), &["fo", "UR", "teen four"]), 1);
    assert_eq!(count_in(&word("c++"), &["C++ c++11 c+++"]), 2);
}

#[test]
fn matches_of_an_expression_are_counted_without_overlaps() {
    assert_eq!(count_in(&regex(r"\d+"), &["1", "2 34", "5\n6"]), 3);
    assert_eq!(count_in(&regex("^a$"), &["a\na"]), 0);
    assert_eq!(count_in(&regex("(?m)^a$"), &["a\na"]), 2);
    assert_eq!(count_in(&regex("x*"), &["axxb"]), 3);
}

#[test]
fn an_expression_that_cannot_be_used_says_why_and_finds_nothing() {
    let mut search = SearchBuilder::new();
    let quest = search.ask(&regex("("), None, Extent::First);
    let huge = search.ask(&regex(r"\w{1000}"), None, Extent::First);
    let mut search = search.build();
    search.push("(", None);
    search.finish();
    assert_eq!(search.first(quest), None);
    assert!(search.trouble(quest).expect("why").contains("unclosed"));
    assert!(search.trouble(huge).expect("why").contains("bytes"));
}

#[test]
fn a_pattern_at_the_very_end_of_a_long_text_is_found() {
    let filler = "x".repeat(1000);
    let mut search = SearchBuilder::new();
    let end = search.ask(&Pattern::literal("END of it"), None, Extent::First);
    let absent = search.ask(&Pattern::literal("absent"), None, Extent::First);
    let never = search.ask(&regex("(?s)x y.*z"), None, Extent::First);
    let mut search = search.build();
    for _ in 0..2000 {
        search.push(&filler, None);
        search.flush();
    }
    assert!(search.window.text().len() < 6 * LONGEST_MATCH as usize);
    search.push("the end", None);
    search.flush();
    search.push(" of it", None);
    search.finish();
    assert_eq!(search.first(end).map(|find| find.end), Some(2_000_013));
    assert!(search.first(absent).is_none() && search.first(never).is_none());
}

#[test]
fn memory_does_not_grow_with_a_text_in_which_nothing_but_plain_texts_is_sought() {
    let mut search = SearchBuilder::new();
    search.ask(&Pattern::literal("absent"), None, Extent::First);
    search.ask(&word("absent"), None, Extent::All);
    let mut search = search.build();
    for _ in 0..10_000 {
        search.push(
            "İİİ a line of text that says nothing\n",
            Some(Duration::ZERO),
        );
        search.flush();
    }
    assert!(search.window.text().len() <= 2 * PORTION);
}

#[test]
fn a_find_has_the_time_at_which_its_last_character_came() {
    let mut search = SearchBuilder::new();
    let done = search.ask(&regex("d.ne"), None, Extent::First);
    let go = search.ask(&Pattern::literal("go"), Some(done), Extent::First);
    let mut search = search.build();
    for (second, piece) in [(1, "go do"), (2, "ne "), (3, "g"), (4, "o"), (5, " go")] {
        search.push(piece, Some(Duration::from_secs(second)));
        search.flush();
    }
    search.finish();
    let at = |quest| search.first(quest).and_then(|find: Find| find.at);
    assert_eq!(at(done), Some(Duration::from_secs(2)));
    assert_eq!(at(go), Some(Duration::from_secs(4)));
}

#[test]
fn a_glimpse_sees_only_what_no_more_text_can_undo() {
    let mut search = SearchBuilder::new();
    let open = search.ask(&regex("err.*"), None, Extent::First);
    let at_end = search.ask(&regex("err$"), None, Extent::First);
    let mut search = search.build();
    search.push("an err", None);
    search.flush();
    assert!(search.first(open).is_none() && search.is_found(open));
    assert!(!search.is_found(at_end) && search.may_be_found(at_end));
    search.push("or", None);
    search.flush();
    search.finish();
    assert!(search.first(at_end).is_none());
    assert_eq!(search.first(open).map(|find| find.end), Some(8));
}

#[test]
fn many_patterns_are_told_apart() {
    let texts: Vec<_> = (0..400).map(|number| format!("needle {number};")).collect();
    for many in [2, 5, 40, 100, 400] {
        let mut search = SearchBuilder::new();
        let quests: Vec<_> = texts[..many]
            .iter()
            .map(|text| search.ask(&Pattern::literal(text), None, Extent::All))
            .collect();
        let mut search = search.build();
        for number in (0..many).filter(|number| number % 3 == 0) {
            search.push(&format!("a NEEDLE {number}; "), None);
        }
        search.finish();
        for (number, &quest) in quests.iter().enumerate() {
            assert_eq!(search.count(quest), u64::from(number % 3 == 0), "{number}");
        }
    }
}

/// The plain definition of finding a pattern: all finds in the whole text at once from `from` on.
fn naive(pattern: &Pattern, text: &str, from: usize) -> Vec<(u64, u64)> {
    let (text_of, sensitive, is_word) = match pattern {
        Pattern::Regex { source } => {
            let regex = regex_automata::meta::Regex::new(source).expect("an expression");
            let input = regex_automata::Input::new(text).span(from..text.len());
            let found = regex.find_iter(input);
            return found
                .map(|found| (found.start() as u64, found.end() as u64))
                .collect();
        }
        Pattern::Word {
            text,
            case_sensitive,
        } => (text, *case_sensitive, true),
        Pattern::Literal {
            text,
            case_sensitive,
        } => (text, *case_sensitive, false),
        other => unreachable!("{other}"),
    };
    // Character by character, each with the place that it comes from.
    let chars = |text: &str| -> Vec<(usize, usize, char)> {
        let mut chars = Vec::new();
        for (start, character) in text.char_indices() {
            let end = start + character.len_utf8();
            if sensitive {
                chars.push((start, end, character));
            } else {
                let lower = character.to_lowercase();
                chars.extend(lower.map(|c| (start, end, if c == 'ς' { 'σ' } else { c })));
            }
        }
        chars
    };
    let (hay, needle) = (chars(text), chars(text_of));
    let is_wordy = |at: Option<&(usize, usize, char)>| {
        is_word && at.is_some_and(|(_, _, c)| c.is_alphanumeric() || *c == '_')
    };
    let mut found = Vec::new();
    let mut from = from;
    for at in 0..hay.len() {
        let Some(here) = hay.get(at..at + needle.len()) else {
            break;
        };
        let same = here.iter().map(|it| it.2).eq(needle.iter().map(|it| it.2));
        let alone = !is_wordy(at.checked_sub(1).and_then(|at| hay.get(at)))
            && !is_wordy(hay.get(at + needle.len()));
        if same && alone && hay[at].0 >= from {
            let end = here.last().expect("not empty").1;
            found.push((hay[at].0 as u64, end as u64));
            from = end;
        }
    }
    found
}

/// Pieces of `text`, each with whether the search pauses behind it.
fn pieces<'t>(text: &'t str, cuts: &[(f64, bool)]) -> Vec<(&'t str, bool)> {
    let boundary = |at: f64| {
        let mut at = (at * text.len() as f64) as usize;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let mut cuts: Vec<_> = cuts
        .iter()
        .map(|&(at, flush)| (boundary(at), flush))
        .collect();
    cuts.push((text.len(), true));
    cuts.sort_unstable();
    let mut from = 0;
    let mut pieces = Vec::new();
    for (cut, flush) in cuts {
        pieces.push((&text[from..cut], flush));
        from = cut;
    }
    pieces
}

fn any_pattern() -> impl Strategy<Value = Pattern> {
    let text = "[aAbBςσΣéÉİi̇ßK_4 \n]{1,4}";
    let expressions = prop::sample::select(vec![
        "a",
        "[ab]{1,3}",
        r"\ba",
        r"a\b",
        "(?i)k",
        "(?m)^a",
        "(?m)b$",
        r"\z",
        r"\Aa",
        "a$",
        "a?",
        r"\w{2}",
        "aa|a",
        "(?i)aab",
        "abA",
        "b{0,3}aaB",
        r"[^a]{2,5}",
        "(?i)σ+?",
        r"\B",
        "ab(?:a|b )?",
    ]);
    prop_oneof![
        (text, any::<bool>(), any::<bool>()).prop_map(|(text, case_sensitive, is_word)| {
            if is_word {
                Pattern::Word {
                    text,
                    case_sensitive,
                }
            } else {
                Pattern::Literal {
                    text,
                    case_sensitive,
                }
            }
        }),
        expressions.prop_map(regex),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_found_does_not_depend_on_how_the_text_was_split(
        text in "[aAbBςσΣéÉİi̇ßK_4 \n]{0,100}",
        patterns in prop::collection::vec(any_pattern(), 1..5),
        cuts in prop::collection::vec((0.0..1.0f64, any::<bool>()), 0..8),
    ) {
        let mut search = SearchBuilder::with_longest_match(LONGEST);
        let all: Vec<_> =
            patterns.iter().map(|pattern| search.ask(pattern, None, Extent::All)).collect();
        let mut chain = Vec::new();
        for pattern in &patterns {
            chain.push(search.ask(pattern, chain.last().copied(), Extent::First));
        }
        let mut search = search.build();
        for (piece, flush) in pieces(&text, &cuts) {
            search.push(piece, None);
            if flush {
                search.flush();
            }
        }
        search.finish();
        let mut from = Some(0);
        for ((pattern, all), first) in patterns.iter().zip(all).zip(chain) {
            let expected = naive(pattern, &text, 0);
            prop_assert_eq!(search.count(all), expected.len() as u64, "{}", pattern);
            let begins = search.first(all).map(|find| (find.start, find.end));
            prop_assert_eq!(begins, expected.first().copied(), "{}", pattern);
            let next = from.and_then(|from| naive(pattern, &text, from).first().copied());
            let found = search.first(first).map(|find| (find.start, find.end));
            prop_assert_eq!(found, next, "{} behind the ones before", pattern);
            from = next.map(|(_, end)| end as usize);
        }
    }

    #[test]
    fn what_is_longer_than_a_match_can_be_does_not_depend_on_it_either(
        text in "[aAb \n]{0,60}",
        source in prop::sample::select(vec!["(?s)a.*", "a+", "(?s)A.*b", "a[^b]*b", "(?s).*A", "[ab]+A"]),
        cuts in prop::collection::vec((0.0..1.0f64, any::<bool>()), 0..8),
    ) {
        let found = |pieces: Vec<(&str, bool)>| {
            let mut search = SearchBuilder::with_longest_match(LONGEST);
            let all = search.ask(&regex(source), None, Extent::All);
            let mut search = search.build();
            for (piece, flush) in pieces {
                search.push(piece, None);
                if flush {
                    search.flush();
                }
            }
            search.finish();
            (search.count(all), search.first(all))
        };
        prop_assert_eq!(found(pieces(&text, &cuts)), found(vec![(&text, false)]));
    }

    #[test]
    fn what_a_glimpse_sees_is_found_in_the_end(
        text in "[aAb_ \n]{1,40}",
        pattern in any_pattern(),
        cuts in prop::collection::vec((0.0..1.0f64, any::<bool>()), 0..8),
    ) {
        let mut search = SearchBuilder::with_longest_match(LONGEST);
        let quest = search.ask(&pattern, None, Extent::First);
        let mut search = search.build();
        let mut seen = false;
        let mut ends = 0;
        let mut never_before = 0;
        for (piece, _) in pieces(&text, &cuts) {
            search.push(piece, None);
            search.flush();
            ends += piece.len() as u64;
            seen |= search.is_found(quest);
            if !search.may_be_found(quest) {
                never_before = ends;
            }
        }
        search.finish();
        let first = search.first(quest);
        prop_assert!(!seen || first.is_some());
        if let Some(find) = first.filter(|find| find.end < text.len() as u64) {
            prop_assert!(find.end >= never_before || find.start == find.end, "{:?} {}", find, never_before);
        }
    }
}

//! Cases that were tried more than once.

use sample_results::tries::{flaky_case, inconclusive_case};

use crate::fixtures::*;

#[test]
fn a_flaky_case_is_none_that_passed_and_shows_all_of_its_attempts() {
    let report = report(&results(vec![flaky_case("not there"), passed_case()]));
    for line in [
        "- **Passed**: 1 ✅\n- **Flaky**: 1 🔁\n- **Failed**: 0 ❌\n",
        "| 1 | [Now and Then](#case-1) | 🔁 flaky | 1.23s |\n",
        "### Now and Then - 🔁 FLAKY\n",
        "- **Tried**: 2 times, of which it passed once\n",
        "| 1 | ❌ failed | 1.23s | the executor reported an error: not there |\n\
         | 2 | ✅ passed | 1.23s | – |\n",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
}

#[test]
fn an_inconclusive_case_neither_passed_nor_failed_and_says_how_often_it_did() {
    let report = report(&results(vec![inconclusive_case(60)]));
    for line in [
        "- **Passed**: 0 ✅\n- **Failed**: 0 ❌\n",
        "- **Inconclusive**: 1 ❔\n",
        "### How Often - ❔ INCONCLUSIVE\n",
        "- **Tried**: 88.3% (53 of 60; 95% confidence: 77.8% to 94.2%), which leaves it open whether it is \
         enough: at least 90% were asked for, with a confidence of 95%",
        "- **Error**: the executor reported an error: nothing\n",
        "The latest ones; 10 earlier attempts are not listed.\n",
        "| 60 | ✅ passed | 1.23s | – |\n",
    ] {
        assert!(report.contains(line), "{line}\n{report}");
    }
    assert!(!report.contains("| 10 | ✅ passed"), "{report}");
}

#[test]
fn hostile_words_of_an_attempt_that_was_made_up_for_change_nothing() {
    let report = report(&results(vec![flaky_case("a|b\n\n# c\u{1b}[31m<script>")]));
    for active in ["<script>", "\n# c", "\u{1b}", "a|b"] {
        assert!(!report.contains(active), "{active:?}\n{report}");
    }
}

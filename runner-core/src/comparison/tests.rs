//! Which differences count, and which do not.

use std::time::Duration;

use super::*;
use crate::{outcome::OutcomeClass, recorded::RecordedCase};
use run_stats::DurationHistogram;

/// A case of which so many attempts passed, at once, and so many failed.
fn case(id: &str, passed: u64, failed: u64) -> RecordedCase {
    let mut totals = Totals::default();
    totals.outcomes.add(OutcomeClass::Passed, passed);
    totals.outcomes.add(OutcomeClass::Failed, failed);
    RecordedCase {
        id: id.into(),
        name: id.into(),
        totals,
        hours: Vec::new(),
    }
}

/// A case of which so many attempts took each of these times and passed.
fn taking(id: &str, millis: &[u64], times: usize) -> RecordedCase {
    let mut case = case(id, 0, 0);
    let all = millis.iter().cycle().take(millis.len() * times);
    case.totals.durations = all.copied().map(Duration::from_millis).collect();
    let passed = case.totals.durations.count();
    case.totals.outcomes.add(OutcomeClass::Passed, passed);
    case
}

fn compared(baseline: Vec<RecordedCase>, candidate: Vec<RecordedCase>) -> Comparison {
    Comparison::between(&baseline, &candidate)
}

/// The verdicts over shares and durations of each row, all cases together last.
fn verdicts(comparison: &Comparison) -> Vec<(Verdict, Verdict)> {
    let rows = comparison.rows();
    rows.map(|row| (row.success.test.verdict, row.durations.test.verdict))
        .collect()
}

use Verdict::{Better, NotComparable, Same, TooFewAttempts, Worse};

#[test]
fn fewer_successes_are_worse_and_more_are_better() {
    let (good, bad) = (|| case("a", 40, 0), || case("a", 20, 20));
    let worse = compared(vec![good()], vec![bad()]);
    assert_eq!(worse.cases[0].success.test.verdict, Worse);
    assert_eq!(worse.verdict(), Worse);
    let better = compared(vec![bad()], vec![good()]);
    assert_eq!(better.verdict(), Better);
    let same = compared(vec![good()], vec![case("a", 39, 1)]);
    assert_eq!(same.verdict(), Same);
}

#[test]
fn durations_are_worse_only_if_ranks_and_medians_say_so() {
    let fast: &[u64] = &[100, 101, 102, 103];
    for (slow, expected, why) in [
        (
            &[120_u64, 121, 122, 123][..],
            Worse,
            "longer in every respect",
        ),
        (
            &[104, 105, 106, 107],
            Same,
            "no chance, but less than 5 % longer",
        ),
        (
            &[100, 101, 102, 9_000],
            Same,
            "a tail alone moves few ranks",
        ),
        (fast, Same, "nothing differs"),
    ] {
        let there = compared(vec![taking("a", fast, 20)], vec![taking("a", slow, 20)]);
        assert_eq!(there.cases[0].durations.test.verdict, expected, "{why}");
        let back = compared(vec![taking("a", slow, 20)], vec![taking("a", fast, 20)]);
        let expected = if expected == Worse { Better } else { Same };
        assert_eq!(back.cases[0].durations.test.verdict, expected, "{why}");
    }
}

#[test]
fn less_than_a_millisecond_longer_does_not_matter_however_sure_it_is() {
    let micros = |micros: u64| {
        let mut case = case("a", 0, 0);
        let durations = std::iter::repeat_n(Duration::from_micros(micros), 1_000);
        case.totals.durations = durations.collect::<DurationHistogram>();
        case.totals.outcomes.add(OutcomeClass::Passed, 1_000);
        case
    };
    let comparison = compared(vec![micros(200)], vec![micros(1_100)]);
    let durations = &comparison.cases[0].durations;
    assert!(durations.test.adjusted.is_some_and(|p| p < 1e-9));
    assert_eq!(durations.test.verdict, Same);
    let comparison = compared(vec![micros(200)], vec![micros(1_300)]);
    assert_eq!(comparison.cases[0].durations.test.verdict, Worse);
}

#[test]
fn a_few_attempts_show_nothing() {
    let comparison = compared(vec![case("a", 3, 0)], vec![case("a", 0, 3)]);
    assert_eq!(comparison.verdict(), TooFewAttempts);
    assert_eq!(comparison.tests, 0);
}

#[test]
fn where_no_case_has_attempts_in_both_runs_there_is_nothing_to_compare() {
    for (baseline, candidate) in [
        (vec![], vec![]),
        (vec![case("a", 90, 0)], vec![case("b", 90, 0)]),
        (vec![case("a", 90, 0)], vec![case("a", 0, 0)]),
    ] {
        let comparison = compared(baseline, candidate);
        assert_eq!(comparison.verdict(), TooFewAttempts);
    }
}

#[test]
fn cases_in_one_run_only_are_named_and_count_for_nothing() {
    let ids = |singles: &[Single]| -> Vec<String> {
        singles.iter().map(|single| single.case.clone()).collect()
    };
    let comparison = compared(
        vec![case("gone", 50, 0), case("a", 50, 0)],
        vec![case("a", 50, 0), case("new", 0, 50)],
    );
    assert_eq!(ids(&comparison.only_in_baseline), ["gone"]);
    assert_eq!(ids(&comparison.only_in_candidate), ["new"]);
    assert!(comparison.all.is_none(), "one case is all of them");
    assert_eq!(comparison.verdict(), Same);
}

#[test]
fn many_cases_together_show_what_each_alone_does_not() {
    let cases = |passed, failed| (0..9).map(move |n| case(&format!("c{n}"), passed, failed));
    let comparison = compared(cases(20, 0).collect(), cases(18, 2).collect());
    let mut verdicts = verdicts(&comparison);
    assert_eq!(verdicts.pop().map(|all| all.0), Some(Worse));
    assert!(verdicts.iter().all(|case| case.0 == Same), "{verdicts:?}");
    assert_eq!(comparison.verdict(), Worse);
}

#[test]
fn all_cases_together_are_not_compared_if_one_run_has_another_mix_of_them() {
    // Each case is the same in both runs; only the sums differ.
    let comparison = compared(
        vec![case("good", 1_000, 0), case("bad", 50, 50)],
        vec![case("good", 100, 0), case("bad", 500, 500)],
    );
    let all = comparison.all.as_ref().expect("several cases");
    assert_eq!(all.success.test.verdict, NotComparable);
    assert_eq!(comparison.verdict(), Same);
}

#[test]
fn a_run_that_ended_in_the_middle_of_an_iteration_has_the_same_mix() {
    let comparison = compared(
        vec![case("a", 20, 0), case("b", 20, 0), case("c", 20, 0)],
        vec![case("a", 21, 0), case("b", 20, 0), case("c", 20, 0)],
    );
    let all = comparison.all.as_ref().expect("several cases");
    assert_eq!(all.success.test.verdict, Same);
}

#[test]
fn as_many_cases_as_you_like_look_no_worse_by_chance() {
    // One of a hundred cases differs as much as one in a hundred does by chance.
    let cases = |passed| {
        let usual = (1..100).map(|n| case(&format!("c{n}"), 45, 5));
        std::iter::once(case("c0", passed, 50 - passed)).chain(usual)
    };
    let comparison = compared(cases(47).collect(), cases(38).collect());
    let test = comparison.cases[0].success.test;
    assert!(test.p_value.is_some_and(|p| p < 0.05), "{test:?}");
    assert_eq!(comparison.verdict(), Same);
}

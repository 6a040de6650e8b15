//! A comparison for people: what it comes to, and the figures that say so.

use run_stats::{Proportion, ProportionDifference, RankSum};
use runner_core::{
    comparison::{
        ALPHA, Caveat, Comparison, MIN_LONGER, MIN_LONGER_SHARE, MIN_SUPERIORITY, Pair, Row, Test,
        Verdict,
    },
    recorded::{RecordedRun, RecordedState},
    text::{Grouped, quantile, short_hash},
};

use crate::ledger::{
    page::Page,
    table::{
        Column::{Left, Right},
        Table,
    },
    words::{self, NOTHING, ShortShare},
};

/// What is shown of a comparison.
pub(super) fn page(pair: Pair<'_>, comparison: &Comparison) -> Page {
    let mut page = Page::default();
    page.line(conclusion(pair, comparison));
    for caveat in Caveat::of(pair) {
        page.line(format_args!("warning: {}", words_of(caveat, pair)));
    }
    page.section("The runs");
    page.table(&runs(pair));
    if !comparison.cases.is_empty() {
        page.section("Attempts that passed");
        page.table(&success(comparison));
        page.section("How long they took");
        page.table(&durations(comparison));
    }
    let singles = singles(comparison);
    if !singles.is_empty() {
        page.section("Cases in one run only");
        page.table(&singles);
    }
    if !comparison.cases.is_empty() {
        page.end_section();
        notes(&mut page, comparison);
    }
    page
}

/// What it comes to, in a sentence.
fn conclusion(pair: Pair<'_>, comparison: &Comparison) -> String {
    match comparison.verdict() {
        Verdict::Worse => format!(
            "B is worse than A: {}",
            comparison.differences(Verdict::Worse)
        ),
        Verdict::Better => {
            format!(
                "B is better than A: {}",
                comparison.differences(Verdict::Better)
            )
        }
        Verdict::Same => "B is as good as A: nothing differs so that it matters".into(),
        Verdict::TooFewAttempts if comparison.cases.is_empty() => {
            "nothing can be compared: A and B have no case in common".into()
        }
        Verdict::TooFewAttempts => format!(
            "nothing can be said: there are too few attempts (`gauntlet soak {} --iterations 20` makes more)",
            pair.candidate.run.suite_path
        ),
        Verdict::NotComparable => "nothing can be said: A and B are the same run".into(),
    }
}

fn words_of(caveat: Caveat, pair: Pair<'_>) -> String {
    match caveat {
        Caveat::SameRun => "A and B are the same run".into(),
        Caveat::DifferentSuites => caveat.words().into(),
        Caveat::DifferentExecutors => format!(
            "the runs used different executors: A {}, B {}",
            pair.baseline.run.executor, pair.candidate.run.executor
        ),
        Caveat::Running => {
            let goes_on = |run: &RecordedRun| run.state == RecordedState::Running;
            let which = match (goes_on(pair.baseline), goes_on(pair.candidate)) {
                (true, true) => "A and B go on",
                (true, false) => "A goes on",
                _ => "B goes on",
            };
            format!("{which}: the figures are those so far")
        }
    }
}

fn runs(pair: Pair<'_>) -> Table<7> {
    let mut table = Table::new([
        Left(""),
        Right("run"),
        Left("started"),
        Right("attempts"),
        Left("suite"),
        Left("version"),
        Left("name"),
    ]);
    for (side, run) in [("A", pair.baseline), ("B", pair.candidate)] {
        let versions: Vec<_> = run
            .suites
            .iter()
            .map(|suite| short_hash(&suite.hash).to_owned())
            .collect();
        table.push([
            side.to_owned(),
            run.id.to_string(),
            words::moment(&run.run.started_at),
            Grouped(run.counts.total).to_string(),
            run.run.suite_path.clone(),
            versions.join(", "),
            run.run.marker.clone(),
        ]);
    }
    table
}

fn success(comparison: &Comparison) -> Table<6> {
    let mut table = Table::new([
        Left("case"),
        Left("A"),
        Left("B"),
        Left("B less A, in points"),
        Right("p"),
        Left("B is"),
    ]);
    for row in comparison.rows() {
        let success = &row.success;
        table.push([
            name(row),
            share(success.baseline),
            share(success.candidate),
            success.difference.map_or(NOTHING.into(), points),
            p_value(success.test),
            success.test.verdict.words().to_owned(),
        ]);
    }
    table
}

fn durations(comparison: &Comparison) -> Table<9> {
    let mut table = Table::new([
        Left("case"),
        Right("p50 A"),
        Right("p50 B"),
        Right("B/A"),
        Right("p95 A"),
        Right("p95 B"),
        Right("B longer"),
        Right("p"),
        Left("B is"),
    ]);
    for row in comparison.rows() {
        let durations = &row.durations;
        let ratio = durations.ratio_of_medians();
        let quantiles = |q| {
            let sides = [&durations.baseline, &durations.candidate];
            sides.map(|side| quantile(side, q).to_string())
        };
        let [[p50_a, p50_b], [p95_a, p95_b]] = [quantiles(0.5), quantiles(0.95)];
        table.push([
            name(row),
            p50_a,
            p50_b,
            ratio.map_or(NOTHING.into(), |ratio| format!("{ratio:.2}")),
            p95_a,
            p95_b,
            durations.ranks.map_or(NOTHING.into(), superiority),
            p_value(durations.test),
            durations.test.verdict.words().to_owned(),
        ]);
    }
    table
}

fn singles(comparison: &Comparison) -> Table<3> {
    let mut table = Table::new([Left("case"), Left("run"), Left("passed")]);
    for (side, singles) in [
        ("A", &comparison.only_in_baseline),
        ("B", &comparison.only_in_candidate),
    ] {
        for single in singles {
            let cells = [single.case.clone(), side.to_owned(), share(single.success)];
            table.push(cells);
        }
    }
    table
}

fn name(row: &Row) -> String {
    row.name().to_owned()
}

fn share(share: Proportion) -> String {
    format!("{} of {}", ShortShare(share), Grouped(share.trials()))
}

/// A difference in percentage points, with the range that the true one lies in.
fn points(difference: ProportionDifference) -> String {
    let interval = difference.newcombe_95();
    let [rate, low, high] =
        [difference.rate(), interval.low, interval.high].map(|share| share * 100.0);
    // Nothing less than nothing is shown as a difference.
    let rate = if rate == 0.0 { 0.0 } else { rate };
    format!("{rate:+.1} ({low:+.1} to {high:+.1})")
}

fn superiority(ranks: RankSum) -> String {
    format!("{:.0}%", ranks.superiority() * 100.0)
}

fn p_value(test: Test) -> String {
    match test.adjusted {
        None => NOTHING.into(),
        Some(p) if p < 0.001 => "<0.001".into(),
        Some(p) => format!("{p:.3}"),
    }
}

/// How to read the figures, and whose they are.
fn notes(page: &mut Page, comparison: &Comparison) {
    let all = comparison.all.as_ref();
    let tests = all.map(|row| [row.success.test, row.durations.test]);
    let mut tests = tests.into_iter().flatten();
    if tests.any(|test| test.verdict == Verdict::NotComparable) {
        page.line("Not comparable: A and B have these cases in different proportions, so that the sums differ where no case does.");
    }
    page.line(format_args!(
        "p: Fisher's exact test (shares) and the rank-sum test of Mann and Whitney (durations), adjusted for all {} by Holm's method. In brackets: 95% intervals of Wilson and Newcombe.",
        comparison.tests
    ));
    page.line(format_args!(
        "Worse or better: p < {ALPHA}, and for durations a chance of {:.0}% that one takes longer (\"B longer\"; small for Vargha and Delaney) and medians {:.0}% and {}ms apart.",
        MIN_SUPERIORITY * 100.0,
        MIN_LONGER_SHARE * 100.0,
        MIN_LONGER.as_millis(),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::test_support::{case, run};

    fn shown(baseline: &RecordedRun, candidate: &RecordedRun) -> String {
        let pair = Pair {
            baseline,
            candidate,
        };
        page(pair, &Comparison::of(pair)).to_string()
    }

    #[test]
    fn the_first_line_says_what_it_comes_to() {
        let baseline = run(1, vec![case("a", 15, 0), case("b", 15, 0)]);
        for (cases, first) in [
            (
                vec![case("a", 15, 0), case("b", 1, 14)],
                "B is worse than A: fewer attempts pass in b; fewer attempts pass in (all of these)",
            ),
            (
                vec![case("a", 15, 0), case("b", 15, 0)],
                "B is as good as A: nothing differs so that it matters",
            ),
            (
                vec![case("c", 15, 0)],
                "nothing can be compared: A and B have no case in common",
            ),
            (
                vec![case("a", 1, 0)],
                "nothing can be said: there are too few attempts (`gauntlet soak test.json --iterations 20` makes more)",
            ),
        ] {
            let text = shown(&baseline, &run(2, cases));
            assert_eq!(text.lines().next(), Some(first), "{text}");
        }
        let text = shown(&baseline, &baseline);
        assert!(text.starts_with("nothing can be said: A and B are the same run"));
    }

    #[test]
    fn what_makes_it_less_than_it_seems_is_said() {
        let baseline = run(1, vec![case("a", 50, 0)]);
        let mut candidate = run(2, vec![case("a", 50, 0)]);
        let text = shown(&baseline, &candidate);
        assert!(!text.contains("warning"), "{text}");
        candidate.suites[0].hash = "other".into();
        candidate.state = RecordedState::Running;
        candidate.run.executor = "http://else\u{1b}where".into();
        let text = shown(&baseline, &candidate);
        for words in [
            "different versions of the suite",
            "B goes on",
            "different executors: A http://127.0.0.1:1234 (embedded), B http://else␛where",
        ] {
            assert!(text.contains(words), "no {words:?} in {text}");
        }
    }

    #[test]
    fn the_port_of_the_embedded_executor_makes_no_difference() {
        let baseline = run(1, vec![case("a", 50, 0)]);
        let mut candidate = run(2, vec![case("a", 50, 0)]);
        candidate.run.executor = "http://127.0.0.1:9 (embedded)".into();
        assert!(!shown(&baseline, &candidate).contains("warning"));
    }

    #[test]
    fn ids_of_cases_cannot_do_anything() {
        let hostile = "a\n\u{1b}[2J\u{202e}";
        let baseline = run(1, vec![case(hostile, 50, 0), case("\u{9b}gone", 1, 0)]);
        let text = shown(&baseline, &run(2, vec![case(hostile, 0, 50)]));
        let active = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!text.contains(active), "{text}");
        assert!(text.contains("fewer attempts pass in a␊␛[2J"), "{text}");
    }
}

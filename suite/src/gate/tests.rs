use proptest::prelude::*;

use super::*;

fn gate(text: &str) -> Gate {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn share(value: f64) -> Bound {
    Bound::SuccessRate(Ratio::new(value).expect("a ratio"))
}

#[test]
fn every_quantity_is_read_with_values_of_its_own() {
    let usd = |dollars| Bound::CostUsd(Usd::new(dollars).expect("an amount"));
    for (text, bound) in [
        ("success_rate >= 0.99", share(0.99)),
        ("success_rate>=99%", share(0.99)),
        ("success_rate > 99.5 %", share(0.995)),
        ("infrastructure_errors <= 0", Bound::InfrastructureErrors(0)),
        ("flaky < 3", Bound::Flaky(3)),
        ("cost_usd <= $0.25", usd(0.25)),
        ("cost_usd < 2", usd(2.0)),
        ("output_tokens <= 10000", Bound::OutputTokens(10_000)),
    ] {
        assert_eq!(gate(text).bound, bound, "{text}");
        assert_eq!(gate(text).scope, GateScope::Run);
    }
    for (name, percentile, time) in TIMES {
        let limit = Duration::from_millis(1500);
        let bound = Bound::Time {
            percentile,
            time,
            limit,
        };
        assert_eq!(gate(&format!("{name} < 1.5s")).bound, bound);
    }
}

#[test]
fn the_side_is_the_one_that_was_written() {
    for (text, comparison) in [
        ("flaky < 1", Comparison::Below),
        ("flaky <= 1", Comparison::AtMost),
        ("success_rate >= 1", Comparison::AtLeast),
        ("success_rate > 0.5", Comparison::Above),
    ] {
        let gate = gate(text);
        assert_eq!(gate.comparison, comparison);
        assert!(text.contains(comparison.as_str()));
    }
    assert!(Comparison::AtMost.holds(1, 1) && !Comparison::Below.holds(1, 1));
    assert!(Comparison::AtLeast.holds(1, 1) && !Comparison::Above.holds(1, 1));
}

#[test]
fn a_part_of_the_run_is_named_in_brackets_whatever_its_name_is() {
    let odd = gate("case[a < b].c] > d].p99.duration <= 1s");
    assert_eq!(odd.scope, GateScope::Case("a < b].c] > d".into()));
    assert_eq!(
        (&*odd.name, &*odd.limit),
        ("case[a < b].c] > d].p99.duration", "<= 1s")
    );
    assert_eq!(
        gate(" category[simple].success_rate >= 99% ").scope,
        GateScope::Category("simple".into())
    );
}

#[test]
fn what_cannot_be_read_is_told_with_what_is_expected() {
    let told = [
        "",
        "success_rate",
        "< 2s",
        "success_rate == 1",
        "sucess_rate >= 1",
        "p95.first_output < 2s",
        "p90.duration < 2s",
        "duration < 2s",
        "memory < 2s",
        "case[fib] < 2s",
        "case[].p95.duration < 2s",
        "category[simple.success_rate >= 1",
        "success_rate < 0.5",
        "p95.duration > 2s",
        "success_rate >= 99",
        "success_rate >= inf",
        "success_rate >= -0%",
        "p95.duration < 0",
        "p95.duration < 2 seconds",
        "flaky <= 1.5",
        "cost_usd <= -1",
        "infrastructure_errors =< 0",
        "drift.executor_rss < 5MiB/h",
    ]
    .map(|text| text.parse::<Gate>().expect_err(text).to_string());
    insta::assert_snapshot!(told.join("\n"));
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic(
        text in "(case|category)?(\\[.{0,6}\\])?\\.?(success_rate|p95\\.duration|flaky|x)? ?[<>]?=?.{0,20}"
    ) {
        if let Ok(gate) = text.parse::<Gate>() {
            prop_assert_eq!(gate.to_string().parse::<Gate>(), Ok(gate));
        }
    }
}

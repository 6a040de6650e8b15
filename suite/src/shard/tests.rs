use std::{collections::BTreeMap, path::Path};

use proptest::prelude::*;

use super::*;

fn cases(count: usize) -> Vec<Arc<Case>> {
    let tests: Vec<_> = (0..count)
        .map(|index| serde_json::json!({"id": format!("case_{index}"), "command": "true"}))
        .collect();
    if tests.is_empty() {
        return Vec::new();
    }
    let text = serde_json::json!({ "tests": tests }).to_string();
    let suite = crate::parse(Path::new("test.json"), &text).expect("a suite");
    suite.cases
}

fn shards(total: u32) -> impl Iterator<Item = Shard> {
    Shard::all(NonZeroU32::new(total).expect("not zero"))
}

proptest! {
    #[test]
    fn together_shards_have_every_case_once_in_order_and_about_the_same_number(
        count in 0..60_usize,
        total in 1..40_u32,
        hash in "[0-9a-f]{0,64}",
    ) {
        let cases = cases(count);
        let dealt: Vec<_> = shards(total).map(|shard| shard.deal(&hash, &cases)).collect();
        let sizes = dealt.iter().map(Vec::len);
        let (least, most) = (sizes.clone().min().unwrap_or(0), sizes.max().unwrap_or(0));
        prop_assert!(most - least <= 1, "{least} to {most}");
        let places: BTreeMap<_, _> = cases.iter().zip(0..).map(|(case, place)| (&case.id, place)).collect();
        let mut seen = Vec::new();
        for part in &dealt {
            let of_part: Vec<i32> = part.iter().map(|case| places[&case.id]).collect();
            prop_assert!(of_part.is_sorted());
            seen.extend(of_part);
        }
        seen.sort_unstable();
        prop_assert!(seen.into_iter().eq(0..i32::try_from(count).expect("few")));
    }

    #[test]
    fn what_falls_to_a_shard_does_not_depend_on_where_a_case_stands(
        count in 1..60_usize,
        total in 1..9_u32,
        turn in 0..60_usize,
    ) {
        let cases = cases(count);
        let mut turned = cases.clone();
        turned.rotate_left(turn % count);
        for shard in shards(total) {
            let ids = |cases: &[Arc<Case>]| {
                let mut ids: Vec<_> = cases.iter().map(|case| case.id.clone()).collect();
                ids.sort();
                ids
            };
            prop_assert_eq!(ids(&shard.deal("h", &cases)), ids(&shard.deal("h", &turned)));
        }
    }

    #[test]
    fn slices_of_a_count_add_up_and_differ_by_one_at_most(whole in 0..1_000_000_u64, total in 1..500_u32) {
        let slices: Vec<u64> = shards(total).map(|shard| shard.slice_of_count(whole)).collect();
        prop_assert_eq!(slices.iter().sum::<u64>(), whole);
        prop_assert!(slices.iter().max().unwrap_or(&0) - slices.iter().min().unwrap_or(&0) <= 1);
    }

    #[test]
    fn slices_of_a_rate_add_up(whole in 0.0..1e6_f64, total in 1..500_u32) {
        let sum: f64 = shards(total).map(|shard| shard.slice_of_rate(whole)).sum();
        prop_assert!((sum - whole).abs() <= whole * 1e-9);
    }

    #[test]
    fn a_shard_is_read_as_it_is_written(total in 1..=Shard::MAX_TOTAL, number in 1..=Shard::MAX_TOTAL) {
        let shard = Shard::numbered(number, total);
        prop_assert_eq!(shard.is_ok(), number <= total);
        if let Ok(shard) = shard {
            prop_assert_eq!(shard.to_string().parse(), Ok(shard));
        }
    }

    #[test]
    fn no_text_but_a_shard_is_taken_for_one(text in "[0-9/+ -]{0,8}") {
        if let Ok(shard) = text.parse::<Shard>() {
            prop_assert!(shard.index() < shard.total());
        }
    }
}

/// Shards that older versions of the program have run have to fit to those of newer ones.
#[test]
fn who_gets_which_case_never_changes() {
    let cases = cases(8);
    let dealt = shards(3).map(|shard| {
        let cases = shard.deal("0123456789abcdef", &cases);
        let ids: Vec<_> = cases.iter().map(|case| case.id.clone()).collect();
        ids.join(" ")
    });
    assert_eq!(
        dealt.collect::<Vec<_>>(),
        [
            "case_4 case_5 case_6",
            "case_2 case_3 case_7",
            "case_0 case_1"
        ]
    );
}

#[test]
fn another_suite_is_dealt_otherwise() {
    let cases = cases(40);
    let shard = Shard::numbered(1, 2).expect("a shard");
    let ids = |hash| {
        let dealt = shard.deal(hash, &cases);
        dealt.iter().map(|case| case.id.clone()).collect::<Vec<_>>()
    };
    assert_ne!(ids("one"), ids("other"));
}

#[test]
fn a_digest_tells_cases_apart_wherever_one_ends() {
    let suite = |ids: [&str; 2]| {
        let tests = ids.map(|id| serde_json::json!({"id": id, "command": "true"}));
        let text = serde_json::json!({ "tests": tests }).to_string();
        crate::parse(Path::new("test.json"), &text)
            .expect("a suite")
            .cases
    };
    let (one, other) = (suite(["ab", "c"]), suite(["a", "bc"]));
    assert_ne!(digest_of_cases(&one), digest_of_cases(&other));
    assert_eq!(digest_of_cases(&one), digest_of_cases(&suite(["ab", "c"])));
}

#[test]
fn what_is_wrong_with_a_shard_is_said_with_what_is_right() {
    let error = |text: &str| text.parse::<Shard>().expect_err("no shard").to_string();
    assert_eq!(
        error("3"),
        "a shard is K/N, such as 1/4 for the first of four"
    );
    assert_eq!(
        error("0/4"),
        "of 4 shards, the first is 1/4 and the last 4/4: there is no 0/4"
    );
    assert_eq!(error("1/0"), "there are from 1 to 100000 shards, and not 0");
    assert_eq!(
        error("one/4"),
        "a shard is K/N, such as 1/4 for the first of four; \"one\" is no number for it"
    );
}

use super::*;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn asked(text: &str) -> ShardArgs {
    ShardArgs {
        shard: Some(text.parse().expect("a shard")),
        ..ShardArgs::default()
    }
}

fn resolved(args: &ShardArgs, set: Pairs<'_>) -> Result<Option<(String, String)>, String> {
    let variable = |name: &str| {
        let found = set.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let resolved = resolve(args, variable).map_err(|error| error.to_string())?;
    Ok(resolved.map(|of| (of.shard.to_string(), of.group)))
}

#[track_caller]
fn comes_to(args: &ShardArgs, set: Pairs<'_>, shard: &str, group: &str) {
    let expected = Some((shard.to_owned(), group.to_owned()));
    assert_eq!(resolved(args, set), Ok(expected));
}

#[test]
fn what_surrounds_a_run_shards_nothing_unless_it_is_asked() {
    let gitlab = [("CI_NODE_INDEX", "2"), ("CI_NODE_TOTAL", "4")];
    assert_eq!(resolved(&ShardArgs::default(), &gitlab), Ok(None));
    comes_to(&asked("1/3"), &gitlab, "1/3", "");
    comes_to(&asked("auto"), &gitlab, "2/4", "");
}

#[test]
fn each_engine_counts_in_its_own_way() {
    let kubernetes = [("JOB_COMPLETION_INDEX", "0")];
    let counted = ShardArgs {
        shard_count: NonZeroU32::new(4),
        ..asked("auto")
    };
    comes_to(&counted, &kubernetes, "1/4", "");
    let slurm = |id, count, min, max, step| {
        [
            ("SLURM_ARRAY_TASK_ID", id),
            ("SLURM_ARRAY_TASK_COUNT", count),
            ("SLURM_ARRAY_TASK_MIN", min),
            ("SLURM_ARRAY_TASK_MAX", max),
            ("SLURM_ARRAY_TASK_STEP", step),
            ("SLURM_ARRAY_JOB_ID", "4711"),
        ]
    };
    comes_to(
        &asked("auto"),
        &slurm("0", "4", "0", "3", "1"),
        "1/4",
        "4711",
    );
    comes_to(
        &asked("auto"),
        &slurm("4", "4", "1", "4", ""),
        "4/4",
        "4711",
    );
    comes_to(
        &asked("auto"),
        &slurm("30", "4", "10", "40", "10"),
        "3/4",
        "4711",
    );
    // Slurm counts steps, and the last number need not be reached by one.
    comes_to(
        &asked("auto"),
        &slurm("6", "3", "0", "7", "3"),
        "3/3",
        "4711",
    );
    let gitlab = [
        ("CI_NODE_INDEX", "4"),
        ("CI_NODE_TOTAL", "4"),
        ("CI_PIPELINE_ID", "99"),
        ("CI_JOB_GROUP_NAME", "stress"),
    ];
    comes_to(&asked("auto"), &gitlab, "4/4", "99 stress");
}

#[test]
fn a_group_that_is_named_is_the_group() {
    let named = ShardArgs {
        shard_group: Some("tonight".into()),
        ..asked("auto")
    };
    let gitlab = [
        ("CI_NODE_INDEX", "1"),
        ("CI_NODE_TOTAL", "2"),
        ("CI_PIPELINE_ID", "99"),
    ];
    comes_to(&named, &gitlab, "1/2", "tonight");
}

#[test]
fn what_cannot_be_a_shard_is_named_with_the_way_out() {
    let refused = |args: &ShardArgs, set: Pairs<'_>| resolved(args, set).expect_err("refused");
    let auto = asked("auto");
    assert_eq!(
        refused(&auto, &[("CI_NODE_INDEX", "")]),
        "no batch engine says which shard this is: none of JOB_COMPLETION_INDEX, \
         SLURM_ARRAY_TASK_ID, CI_NODE_INDEX is set"
    );
    assert_eq!(
        refused(&auto, &[("JOB_COMPLETION_INDEX", "3")]),
        "JOB_COMPLETION_INDEX is set, but GAUNTLET_SHARD_COUNT is not"
    );
    assert_eq!(
        refused(&auto, &[("CI_NODE_INDEX", "one"), ("CI_NODE_TOTAL", "4")]),
        "CI_NODE_INDEX is \"one\", which is no number"
    );
    assert_eq!(
        refused(&auto, &[("CI_NODE_INDEX", "5"), ("CI_NODE_TOTAL", "4")]),
        "of 4 shards, the first is 1/4 and the last 4/4: there is no 5/4"
    );
    assert_eq!(
        refused(
            &auto,
            &[("CI_NODE_INDEX", "1"), ("SLURM_ARRAY_TASK_ID", "1")]
        ),
        "two batch engines say which shard this is: SLURM_ARRAY_TASK_ID and CI_NODE_INDEX are set"
    );
    // `--array=1,3,7`
    let list = [
        ("SLURM_ARRAY_TASK_ID", "3"),
        ("SLURM_ARRAY_TASK_COUNT", "3"),
        ("SLURM_ARRAY_TASK_MIN", "1"),
        ("SLURM_ARRAY_TASK_MAX", "7"),
    ];
    assert_eq!(
        refused(&auto, &list),
        "the array is no range in even steps: 3 tasks from 1 to 7, step 1"
    );
    let counted = ShardArgs {
        shard_count: NonZeroU32::new(3),
        ..asked("1/4")
    };
    assert_eq!(
        refused(&counted, &[]),
        "--shard-count says 3, but there are 4 shards"
    );
}

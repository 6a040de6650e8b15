//! What ships for batch engines: it knows every exit code, and says the same of each.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

type Codes = BTreeSet<u8>;

/// The numbers in a text.
fn numbers(text: &str) -> Codes {
    let words = text.split(|character: char| !character.is_ascii_digit());
    let words = words.filter(|word| !word.is_empty());
    words.map(|word| word.parse().expect("a code")).collect()
}

/// The codes that users are promised.
fn promised() -> Codes {
    let readme = shipped("README.md");
    let (_, table) = readme.split_once("## Exit codes").expect("a section");
    let rows = table.lines().skip_while(|line| !line.starts_with('|'));
    rows.take_while(|line| line.starts_with('|'))
        .filter_map(|row| row.split('|').nth(1)?.trim().parse().ok())
        .collect()
}

/// The codes of a rule with this action in a manifest.
fn rule(manifest: &str, action: &str) -> Codes {
    let text = shipped(&format!("deploy/kubernetes/{manifest}"));
    let action = format!("- action: {action}\n");
    let (_, rule) = text.split_once(&action).expect("a rule");
    let rule = rule.split("- action:").next().unwrap_or_default();
    let line = rule
        .lines()
        .find_map(|line| line.trim().strip_prefix("values:"));
    numbers(line.expect("values"))
}

/// The codes of each arm of the decision in the array's script: what is started again, what is through, and what
/// needs somebody.
fn arms() -> [Codes; 3] {
    let text = shipped("deploy/slurm/gauntlet.sbatch");
    let (_, decision) = text.split_once("case \"$code\" in\n").expect("a decision");
    let arms = decision
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with(|character: char| character.is_ascii_digit()));
    let arms: Vec<_> = arms
        .map(|line| numbers(line.split(')').next().unwrap_or_default()))
        .collect();
    arms.try_into().expect("three arms")
}

/// The codes after which the service for systemd starts again.
fn restarted_by_systemd() -> Codes {
    let text = shipped("deploy/systemd/gauntlet-soak@.service");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("RestartForceExitStatus="));
    numbers(line.expect("a line"))
}

#[test]
fn every_engine_starts_again_after_the_same_exit_codes() {
    let [again, through, needs_somebody] = arms();
    assert_eq!(again, restarted_by_systemd());
    assert_eq!(again, rule("shards.yaml", "Count"));
    // An internal error and a kill may be over by the next time: Kubernetes tries, and so does systemd.
    let final_ones: Codes = &(&through | &needs_somebody) - &Codes::from([0, 1]);
    assert_eq!(final_ones, rule("shards.yaml", "FailIndex"));
}

#[test]
fn every_exit_code_that_users_are_promised_has_its_place() {
    let [again, through, needs_somebody] = arms();
    let promised = promised();
    assert!(
        promised.is_superset(&Codes::from([5, 75, 100])),
        "{promised:?}"
    );
    let known: Codes = &(&again | &through) | &needs_somebody;
    assert!(promised.is_subset(&known), "{promised:?} {known:?}");
    assert!(again.is_disjoint(&through) && through.is_disjoint(&needs_somebody));
    let merged = &rule("merge.yaml", "FailJob") | &Codes::from([0, 1]);
    assert!(promised.is_subset(&merged), "{promised:?} {merged:?}");
}

#[test]
fn a_job_of_kubernetes_says_the_number_of_its_shards_once_and_the_same_twice() {
    let text = shipped("deploy/kubernetes/shards.yaml");
    let completions = text
        .lines()
        .find_map(|line| line.trim().strip_prefix("completions: "));
    let (_, count) = text
        .split_once("name: GAUNTLET_SHARD_COUNT")
        .expect("a variable");
    let count = count
        .lines()
        .nth(1)
        .and_then(|line| line.trim().strip_prefix("value: "));
    assert_eq!(
        completions.map(|it| format!("\"{it}\"")),
        count.map(str::to_owned)
    );
}

#[test]
fn scripts_for_slurm_are_scripts() {
    for script in ["gauntlet.sbatch", "gauntlet-merge.sbatch"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../deploy/slurm")
            .join(script);
        let checked = Command::new("bash").arg("-n").arg(&path).status();
        assert!(checked.expect("there is bash").success(), "{script}");
    }
}

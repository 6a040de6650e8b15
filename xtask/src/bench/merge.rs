//! Making one ledger of those of shards, against copying their bytes.

use std::{fs, path::PathBuf, time::Duration};

use super::{Bench, print_commands};
use crate::{
    error::BenchError,
    measure::{bare, run as measure},
    statistics::Spread,
    table::Table,
    tools,
};

const LEDGERS: usize = 64;

const ATTEMPTS: usize = 10_000;

const ROUNDS: usize = 5;

/// How long one round may take.
const LIMIT: Duration = Duration::from_secs(120);

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let name = "shard_ledgers";
    let build = ["build", "--release", "-p", "run-ledger", "--example", name];
    let writer = tools::build(&bench.root, &build, name)?;
    let folder = tempfile::tempdir()?;
    let mut write = bare(&writer);
    write.arg(folder.path());
    write.args([LEDGERS.to_string(), ATTEMPTS.to_string()]);
    measure(&mut write, LIMIT)?;
    let ledgers: Vec<PathBuf> = (1..=LEDGERS)
        .map(|number| folder.path().join(format!("shard-{number}.db")))
        .collect();
    let into = folder.path().join("all.db");
    let report = format!("md={}", folder.path().join("all.md").display());
    let mut merge = bare(&bench.gauntlet);
    merge.current_dir(folder.path());
    merge.args(["merge", "--quiet", "--report", &report, "--into"]);
    merge.arg(&into).args(&ledgers);
    let copies = folder.path().join("copies");
    fs::create_dir(&copies)?;
    let mut copy = bare("cp".as_ref());
    copy.args(&ledgers).arg(&copies);
    println!(
        "$ gauntlet merge --quiet --report md=all.md --into all.db shard-1.db … shard-{LEDGERS}.db"
    );
    print_commands(&[&write]);
    let (mut merged, mut copied, mut ratios, mut peaks) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let usage = measure(&mut merge, LIMIT)?;
        let base = measure(&mut copy, LIMIT)?;
        ratios.push(usage.wall.as_secs_f64() / base.wall.as_secs_f64());
        merged.push(usage.wall.as_secs_f64());
        copied.push(base.wall.as_secs_f64());
        peaks.push(usage.peak.mib());
        fs::remove_file(&into)?;
    }
    println!("{LEDGERS} ledgers of {ATTEMPTS} attempts, {ROUNDS} rounds; median (min to max)");
    let cell = |values: Vec<f64>| Spread::cell(Spread::of(values), |it| format!("{it:.2}"));
    let table = Table::new(["", "s", "MiB"])
        .row(["merge".into(), cell(merged), cell(peaks)])
        .row(["cp of the same bytes".into(), cell(copied), String::new()])
        .row(["ratio".into(), cell(ratios), String::new()]);
    print!("{table}");
    println!("  asked: merge under 5 s");
    Ok(())
}

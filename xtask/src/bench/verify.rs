//! Checking a suite: the start of the program and the reading of a file, compared with a process that
//! does nothing.

use std::time::Duration;

use super::{Bench, print_commands};
use crate::{
    error::BenchError,
    measure::{Usage, bare, run as measure},
    statistics::{Ratio, Spread, alternate},
    table::Table,
    tools::TRUE,
};

/// A process of a few milliseconds is measured often.
const ROUNDS: usize = 51;

/// How long one check may take.
const LIMIT: Duration = Duration::from_secs(10);

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let mut nothing = bare(&TRUE.find()?);
    let mut gauntlet = bare(&bench.gauntlet);
    gauntlet.args(["verify", "configs/simple_stress_tests.json"]);
    gauntlet.current_dir(&bench.root);
    print_commands(&[&gauntlet, &nothing]);
    let pairs = alternate(
        ROUNDS,
        || measure(&mut gauntlet, LIMIT),
        || measure(&mut nothing, LIMIT),
    )?;
    let wall = |usage: &Usage| usage.wall.as_secs_f64() * 1e3;
    let cell = |values: Vec<f64>| Spread::cell(Spread::of(values), |it| format!("{it:.2}"));
    let ratios = Spread::of(pairs.iter().map(|(a, b)| wall(a) / wall(b)));
    println!("{ROUNDS} alternations; median (min to max)");
    let table = Table::new(["", "wall, ms"])
        .row([
            "gauntlet verify".into(),
            cell(pairs.iter().map(|it| wall(&it.0)).collect()),
        ])
        .row([
            "true".into(),
            cell(pairs.iter().map(|it| wall(&it.1)).collect()),
        ])
        .row([
            "ratio".into(),
            Spread::cell(ratios, |it| Ratio(it).to_string()),
        ]);
    print!("{table}");
    println!("  asked: under 15 ms");
    Ok(())
}

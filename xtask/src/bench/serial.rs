//! Thousands of short cases, one by one: how fast they follow each other, compared with a load
//! generator on one connection, and what long outputs do to memory.

use std::{path::Path, process::Command, time::Duration};

use super::{Bench, ROUNDS, body, print_commands, stated, write_suite};
use crate::{
    error::BenchError,
    measure::{Usage, bare, run as measure},
    nginx::{Answer, Nginx},
    statistics::{Ratio, Spread, alternate},
    table::Table,
    tools::WRK,
};

/// Cases of the suite whose speed is measured.
const CASES: usize = 2_000;

/// Cases of the suites whose memory is measured: with long outputs they take their time.
const MEMORY_CASES: usize = 40;

/// About 10 MB.
const LONG_LINES: usize = 60_000;

/// How often the memory of both is measured; it hardly varies.
const MEMORY_ROUNDS: usize = 5;

/// How long one process may take.
const LIMIT: Duration = Duration::from_secs(120);

/// Speeds of one run, in requests a second.
struct Speeds {
    /// By the time of the whole process, with reading the suite and writing the report.
    process: f64,
    /// By the time that the report states for the run.
    run: Option<f64>,
}

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let wrk = WRK.find()?;
    let (short, long) = (
        bench.data.join("short.ndjson"),
        bench.data.join("long.ndjson"),
    );
    body::provide(&short, 1)?;
    let long_size = body::provide(&long, LONG_LINES)?;
    let answers = [("short", &*short), ("long", &*long)];
    let nginx = Nginx::start(&answers.map(|(name, file)| Answer { name, file }))?;
    let folder = tempfile::tempdir()?;
    write_suite(&folder.path().join("serial.json"), CASES)?;
    write_suite(&folder.path().join("memory.json"), MEMORY_CASES)?;
    let gauntlet = |suite, name| bench.gauntlet_run(folder.path(), suite, &nginx.url(name));

    let mut wrk = bare(&wrk);
    wrk.args(["-t1", "-c1", "-d2s"]);
    wrk.arg(format!("{}/execute", nginx.url("short")));
    compare_speed(gauntlet("serial.json", "short"), wrk, folder.path())?;
    println!();
    let (short, long) = (
        gauntlet("memory.json", "short"),
        gauntlet("memory.json", "long"),
    );
    compare_memory(short, long, long_size)
}

fn compare_speed(mut gauntlet: Command, mut wrk: Command, folder: &Path) -> Result<(), BenchError> {
    print_commands(&[&gauntlet, &wrk]);
    let report = folder.join("reports/serial_report.md");
    let pairs = alternate(
        ROUNDS,
        || {
            let usage = measure(&mut gauntlet, LIMIT)?;
            speeds(&usage, &report)
        },
        || requests_per_second(&measure(&mut wrk, LIMIT)?.stdout),
    )?;
    println!("{CASES} cases, {ROUNDS} alternations; median (min to max)");
    let number = |it| format!("{it:.0}");
    let ratio = |it| Ratio(it).to_string();
    let process = || pairs.iter().map(|(speeds, wrk)| (speeds.process, *wrk));
    let run = || {
        pairs
            .iter()
            .filter_map(|(speeds, wrk)| Some((speeds.run?, *wrk)))
    };
    let name = |text: &str| text.to_owned();
    let table = Table::new(["", "requests/s", "ratio to wrk"])
        .row([
            name("gauntlet, whole process"),
            Spread::cell(Spread::of(process().map(|it| it.0)), number),
            Spread::cell(Spread::of(process().map(|it| it.0 / it.1)), ratio),
        ])
        .row([
            name("gauntlet, the run in its report"),
            Spread::cell(Spread::of(run().map(|it| it.0)), number),
            Spread::cell(Spread::of(run().map(|it| it.0 / it.1)), ratio),
        ])
        .row([
            name("wrk, one connection"),
            Spread::cell(Spread::of(pairs.iter().map(|it| it.1)), number),
            name("-"),
        ]);
    print!("{table}");
    println!("  asked: at least 0.70x of wrk, with the report (which states its time to 10 ms)");
    Ok(())
}

fn compare_memory(mut short: Command, mut long: Command, size: u64) -> Result<(), BenchError> {
    print_commands(&[&short, &long]);
    let pairs = alternate(
        MEMORY_ROUNDS,
        || measure(&mut short, LIMIT),
        || measure(&mut long, LIMIT),
    )?;
    println!("{MEMORY_CASES} cases, {MEMORY_ROUNDS} alternations; median (min to max)");
    let cell = |values: Vec<f64>| Spread::cell(Spread::of(values), |it| format!("{it:.1}"));
    let peak = |usage: &Usage| usage.peak.mib();
    let times = Spread::of(pairs.iter().map(|(short, long)| peak(long) / peak(short)));
    let table = Table::new(["each output", "peak memory, MiB"])
        .row([
            "1 line".into(),
            cell(pairs.iter().map(|it| peak(&it.0)).collect()),
        ])
        .row([
            format!("{:.1} MB", size as f64 / 1e6),
            cell(pairs.iter().map(|it| peak(&it.1)).collect()),
        ])
        .row([
            "ratio".into(),
            Spread::cell(times, |it| Ratio(it).to_string()),
        ]);
    print!("{table}");
    Ok(())
}

fn speeds(usage: &Usage, report: &Path) -> Result<Speeds, BenchError> {
    let stated = stated::duration(report)?;
    Ok(Speeds {
        process: CASES as f64 / usage.wall.as_secs_f64(),
        run: stated.map(|stated| CASES as f64 / stated.as_secs_f64()),
    })
}

/// What wrk says about its speed. Answers that are no success are none to compare with.
fn requests_per_second(output: &str) -> Result<f64, BenchError> {
    let value = |name: &str| {
        output
            .lines()
            .find_map(|line| line.trim().strip_prefix(name))
    };
    let clean = value("Non-2xx").is_none() && value("Socket errors").is_none();
    let rate = value("Requests/sec:").and_then(|it| it.trim().parse().ok());
    rate.filter(|_| clean)
        .ok_or_else(|| BenchError::Unexpected {
            program: "wrk",
            output: output.to_owned(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRK_OUTPUT: &str = "Running 2s test @ http://127.0.0.1:1/short/execute
  1 threads and 1 connections
  21042 requests in 2.10s, 6.00MB read
Requests/sec:  10020.42
Transfer/sec:      2.86MB
";

    #[test]
    fn the_speed_is_read_from_what_wrk_prints() {
        assert_eq!(requests_per_second(WRK_OUTPUT).ok(), Some(10020.42));
    }

    #[test]
    fn the_speed_of_errors_is_none() {
        for trouble in [
            "  Non-2xx or 3xx responses: 3\n",
            "  Socket errors: connect 0, read 1, write 0, timeout 0\n",
        ] {
            assert!(requests_per_second(&format!("{WRK_OUTPUT}{trouble}")).is_err());
        }
    }
}

//! Load against a static answer: how many attempts a second, each judged, compared with load generators that
//! look at nothing; what a long run does to memory; and how exactly a schedule is kept.

use std::{path::Path, process::Command, time::Duration};

use serde_json::Value;

use super::{Bench, body, print_commands, write_suite};
use crate::{
    error::BenchError,
    measure::{Usage, bare, run as measure, run_allowing},
    nginx::{Answer, Nginx},
    statistics::{Ratio, Spread, alternate},
    table::Table,
    tools::{HEY, OHA, Tool, WRK},
};

/// How often two programs take turns.
const ROUNDS: usize = 5;

/// How many attempts are under way at once.
const CONCURRENCY: &str = "64";

/// How long each of them makes requests.
const SECONDS: &str = "3s";

/// How long the run is whose memory is measured.
const LONG: &str = "20s";

/// How long one process may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Another load generator, and how its speed is read.
struct Rival {
    tool: Tool,
    args: &'static [&'static str],
    /// What stands before the number of requests a second.
    label: &'static str,
    /// What is asked of the ratio, if anything is.
    asked: Option<&'static str>,
}

const RIVALS: [Rival; 3] = [
    Rival {
        tool: WRK,
        args: &["-t1", "-c64", "-d3s"],
        label: "Requests/sec:",
        asked: Some("at least 0.75x"),
    },
    Rival {
        tool: OHA,
        args: &["-c", "64", "-z", "3s", "--no-tui", "-m", "POST", "-d", "{}"],
        label: "Requests/sec:",
        asked: Some("at least 1.15x"),
    },
    Rival {
        tool: HEY,
        args: &["-c", "64", "-z", "3s", "-m", "POST", "-d", "{}"],
        label: "Requests/sec:",
        asked: None,
    },
];

/// What a run of load came to.
struct Measured {
    per_second: f64,
    usage: Usage,
    report: Value,
}

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let short = bench.data.join("short.ndjson");
    body::provide(&short, 1)?;
    let nginx = Nginx::start(&[Answer {
        name: "short",
        file: &short,
    }])?;
    let folder = tempfile::tempdir()?;
    write_suite(&folder.path().join("load.json"), 1)?;
    let url = nginx.url("short");
    let load = |args: &[&str]| gauntlet_load(bench, folder.path(), &url, args);
    for rival in RIVALS {
        match rival.tool.find() {
            Ok(program) => {
                let mut other = bare(&program);
                other.args(rival.args).arg(format!("{url}/execute"));
                let ours = load(&["--concurrency", CONCURRENCY, "--duration", SECONDS]);
                compare(ours, other, &rival, folder.path())?;
            }
            // The others can be compared with all the same.
            Err(missing) => println!("SKIPPED: {missing}"),
        }
        println!();
    }
    let capacity = keep_going(
        load(&["--concurrency", CONCURRENCY, "--duration", LONG]),
        folder.path(),
    )?;
    println!();
    let half = format!("{:.0}/s", capacity / 2.0);
    let _apart = nginx.keep_apart()?;
    println!("nginx on the last processor, gauntlet on the others");
    keep_schedule(load(&["--rate", &half, "--duration", "10s"]), folder.path())
}

fn gauntlet_load(bench: &Bench, folder: &Path, url: &str, args: &[&str]) -> Command {
    let mut command = measure_command(bench, folder);
    command.args(["load", "-q", "load.json", "--url", url]);
    command.args(["--report", "json=report.json"]).args(args);
    command
}

fn measure_command(bench: &Bench, folder: &Path) -> Command {
    let mut command = bare(&bench.gauntlet);
    command.current_dir(folder);
    command
}

fn once(command: &mut Command, folder: &Path) -> Result<Measured, BenchError> {
    measured(measure(command, LIMIT)?, folder)
}

/// What a run came to that has just ended.
fn measured(usage: Usage, folder: &Path) -> Result<Measured, BenchError> {
    let path = folder.join("report.json");
    let text =
        std::fs::read_to_string(&path).map_err(|source| BenchError::File { path, source })?;
    let unexpected = || BenchError::Unexpected {
        program: "gauntlet",
        output: text.clone(),
    };
    let report: Value = serde_json::from_str(&text).map_err(|_| unexpected())?;
    let per_second = report["attempts_per_second"]
        .as_f64()
        .ok_or_else(unexpected)?;
    Ok(Measured {
        per_second,
        usage,
        report,
    })
}

fn compare(
    mut ours: Command,
    mut other: Command,
    rival: &Rival,
    folder: &Path,
) -> Result<(), BenchError> {
    print_commands(&[&ours, &other]);
    let pairs = alternate(
        ROUNDS,
        || once(&mut ours, folder),
        || {
            let usage = measure(&mut other, LIMIT)?;
            let speed = speed(rival, &usage.stdout)?;
            Ok((speed, usage))
        },
    )?;
    println!("{ROUNDS} alternations; median (min to max)");
    let number = |it: f64| format!("{it:.0}");
    let micros = |usage: &Usage, per_second: f64| {
        usage.cpu.as_secs_f64() * 1e6 / (per_second * usage.wall.as_secs_f64())
    };
    let mib = |it: f64| format!("{it:.1}");
    let table = Table::new(["", "requests/s", "CPU µs/request", "peak memory, MiB"])
        .row([
            "gauntlet load, judged".into(),
            Spread::cell(
                Spread::of(pairs.iter().map(|(it, _)| it.per_second)),
                number,
            ),
            Spread::cell(
                Spread::of(pairs.iter().map(|(it, _)| micros(&it.usage, it.per_second))),
                mib,
            ),
            Spread::cell(
                Spread::of(pairs.iter().map(|(it, _)| it.usage.peak.mib())),
                mib,
            ),
        ])
        .row([
            rival.tool.name().into(),
            Spread::cell(Spread::of(pairs.iter().map(|(_, it)| it.0)), number),
            Spread::cell(
                Spread::of(pairs.iter().map(|(_, it)| micros(&it.1, it.0))),
                mib,
            ),
            Spread::cell(Spread::of(pairs.iter().map(|(_, it)| it.1.peak.mib())), mib),
        ])
        .row([
            "ratio".into(),
            Spread::cell(
                Spread::of(pairs.iter().map(|(ours, other)| ours.per_second / other.0)),
                |it| Ratio(it).to_string(),
            ),
            "-".into(),
            "-".into(),
        ]);
    print!("{table}");
    if let Some(asked) = rival.asked {
        println!("  asked: {asked} of {}", rival.tool.name());
    }
    Ok(())
}

/// What a load generator says about its speed.
fn speed(rival: &Rival, output: &str) -> Result<f64, BenchError> {
    let line = output
        .lines()
        .find_map(|line| line.trim().strip_prefix(rival.label));
    let speed = line.and_then(|it| it.trim().parse().ok());
    speed.ok_or_else(|| BenchError::Unexpected {
        program: rival.tool.name(),
        output: output.to_owned(),
    })
}

/// A long run: its memory, and how many attempts a second there are.
fn keep_going(mut command: Command, folder: &Path) -> Result<f64, BenchError> {
    print_commands(&[&command]);
    let measured = once(&mut command, folder)?;
    println!(
        "{:.0} attempts in {LONG}: peak memory {:.1} MiB (asked: at most 64)",
        measured.report["total"]["response"]["count"]
            .as_f64()
            .unwrap_or_default(),
        measured.usage.peak.mib()
    );
    Ok(measured.per_second)
}

/// The exit code of a run in which the generator could not keep its schedule. It has written its report.
const INVALID: i32 = 107;

/// An open run at half of the capacity: by how much the generator itself was late. What a run shows that was
/// late too often is just that.
fn keep_schedule(mut command: Command, folder: &Path) -> Result<(), BenchError> {
    print_commands(&[&command]);
    let mut invalid = 0;
    let lags = (0..ROUNDS).map(|_| {
        let measured = measured(run_allowing(&mut command, LIMIT, INVALID)?, folder)?;
        let is_invalid = measured.report["exit_codes"]
            .as_array()
            .is_some_and(|codes| codes.iter().any(|code| code == INVALID));
        invalid += usize::from(is_invalid);
        let lag = &measured.report["pace"]["lag"];
        Ok(["p50_ms", "p99_ms", "p999_ms"].map(|q| lag[q].as_f64().unwrap_or(f64::NAN)))
    });
    let lags = lags.collect::<Result<Vec<_>, BenchError>>()?;
    let of = |index: usize| {
        let values = lags.iter().map(|lag: &[f64; 3]| lag[index]);
        Spread::cell(Spread::of(values), |it| format!("{it:.3}"))
    };
    println!("{ROUNDS} times; lag of the schedule in ms, median (min to max)");
    println!("  p50 {}, p99 {}, p99.9 {}", of(0), of(1), of(2));
    println!("  asked: p99.9 under 1 ms");
    if invalid > 0 {
        println!("  {invalid} of them invalid: the generator could not keep its schedule");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_read_from_what_each_rival_prints() {
        let [wrk, oha, hey] = RIVALS;
        assert_eq!(
            speed(&wrk, "Requests/sec:  10020.42\n").ok(),
            Some(10020.42)
        );
        assert_eq!(
            speed(&oha, "  Requests/sec:\t79432.7950\n").ok(),
            Some(79432.795)
        );
        assert_eq!(
            speed(&hey, "  Requests/sec:\t41234.1234\n").ok(),
            Some(41234.1234)
        );
        assert!(speed(&wrk, "unable to connect").is_err());
    }
}

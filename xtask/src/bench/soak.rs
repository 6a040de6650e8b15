//! Soaks: what the ledger costs, what a million attempts do to memory and to the report, how soon a
//! killed soak goes on, and what an idle one takes.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::{Bench, ROUNDS, body, print_commands, stated, write_suite};
use crate::{
    error::BenchError,
    measure::{Usage, bare, run as measure},
    nginx::{Answer, Nginx},
    statistics::{Ratio, Spread, alternate},
    table::Table,
};

/// Attempts of the runs whose speed is measured.
const SPEED_ATTEMPTS: usize = 20_000;

/// Cases of the suite that is soaked.
const SOAK_CASES: usize = 10;

/// Attempts of the soaks whose memory is compared.
const FEW_ATTEMPTS: usize = 10_000;
const MANY_ATTEMPTS: usize = 1_000_000;

/// How often a killed soak is resumed.
const RESUMPTIONS: usize = 5;

/// How long the idle soak goes on: two iterations a minute apart, and a start and an end.
const IDLE: &str = "130s";

/// How long one process may take.
const LIMIT: Duration = Duration::from_secs(900);

/// A soak or a run, as it was measured from outside and as it tells itself.
struct Measured {
    usage: Usage,
    /// By the program's own time, without its start and its report.
    elapsed: Duration,
    attempts: usize,
}

impl Measured {
    fn per_second(&self) -> f64 {
        self.attempts as f64 / self.elapsed.as_secs_f64()
    }
}

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let short = bench.data.join("short.ndjson");
    body::provide(&short, 1)?;
    let folder = tempfile::tempdir()?;
    write_suite(&folder.path().join("run.json"), SPEED_ATTEMPTS)?;
    write_suite(&folder.path().join("soak.json"), SOAK_CASES)?;
    let answer = [Answer {
        name: "short",
        file: &short,
    }];
    on_one_core(|| {
        println!("everything on one core:");
        compare_speed(bench, folder.path(), &Nginx::start(&answer)?.url("short"))
    })?;
    let nginx = Nginx::start(&answer)?;
    let url = nginx.url("short");
    println!("\non all cores:");
    compare_speed(bench, folder.path(), &url)?;
    println!();
    soak_long(bench, folder.path(), &url)?;
    println!();
    resume(bench, folder.path(), &url)?;
    println!();
    idle(bench, folder.path(), &url)
}

/// Lets everything in `work` share one core. With a core to spare, a thread that writes beside the runner
/// keeps a virtual machine awake, and the ledger seems to make a run faster.
fn on_one_core<T>(work: impl FnOnce() -> Result<T, BenchError>) -> Result<T, BenchError> {
    let failed = |error: rustix::io::Errno| BenchError::Io(error.into());
    let all = sched_getaffinity(None).map_err(failed)?;
    let mut one = CpuSet::new();
    let first = (0..CpuSet::MAX_CPU).find(|&cpu| all.is_set(cpu));
    one.set(first.unwrap_or_default());
    sched_setaffinity(None, &one).map_err(failed)?;
    let done = work();
    sched_setaffinity(None, &all).map_err(failed)?;
    done
}

/// A command of the program in `folder`.
fn gauntlet(bench: &Bench, folder: &Path, args: &[&str]) -> Command {
    let mut command = bare(&bench.gauntlet);
    command.args(args).arg("-q");
    command.current_dir(folder);
    command
}

fn measured(command: &mut Command, folder: &Path, attempts: usize) -> Result<Measured, BenchError> {
    // Each begins with a ledger of its own.
    let _ = fs::remove_dir_all(folder.join("reports"));
    let usage = measure(command, LIMIT)?;
    let names = ["run_report.md", "soak_report.md"];
    let mut reports = names
        .map(|name| folder.join("reports").join(name))
        .into_iter();
    let report = reports.find(|path| path.exists()).unwrap_or_default();
    let elapsed = stated::duration(&report)?.ok_or(BenchError::Unexpected {
        program: "gauntlet",
        output: "a report without a time".into(),
    })?;
    Ok(Measured {
        usage,
        elapsed,
        attempts,
    })
}

fn compare_speed(bench: &Bench, folder: &Path, url: &str) -> Result<(), BenchError> {
    let run = ["run", "run.json", "--url", url];
    let mut without = gauntlet(bench, folder, &run);
    without.args(["--ledger", "none"]);
    let mut with = gauntlet(bench, folder, &run);
    let iterations = (SPEED_ATTEMPTS / SOAK_CASES).to_string();
    let soak = [
        "soak",
        "soak.json",
        "--iterations",
        &iterations,
        "--url",
        url,
    ];
    let mut soak = gauntlet(bench, folder, &soak);
    print_commands(&[&without, &with, &soak]);
    let rounds = alternate(
        ROUNDS,
        || measured(&mut without, folder, SPEED_ATTEMPTS),
        || {
            Ok::<_, BenchError>((
                measured(&mut with, folder, SPEED_ATTEMPTS)?,
                measured(&mut soak, folder, SPEED_ATTEMPTS)?,
            ))
        },
    )?;
    println!("{SPEED_ATTEMPTS} attempts, {ROUNDS} alternations; median (min to max)");
    let number = |it| format!("{it:.0}");
    let ratio = |it| Ratio(it).to_string();
    let speeds = |of: fn(&(Measured, (Measured, Measured))) -> &Measured| {
        let speeds: Vec<f64> = rounds.iter().map(|it| of(it).per_second()).collect();
        let ratios: Vec<f64> = rounds
            .iter()
            .map(|it| of(it).per_second() / it.0.per_second())
            .collect();
        [
            Spread::cell(Spread::of(speeds), number),
            Spread::cell(Spread::of(ratios), ratio),
        ]
    };
    let row = |name: &str, [speed, ratio]: [String; 2]| [name.to_owned(), speed, ratio];
    let table = Table::new(["", "attempts/s", "ratio"])
        .row(row("a run without a ledger", speeds(|it| &it.0)))
        .row(row("a run with one", speeds(|it| &it.1.0)))
        .row(row("a soak", speeds(|it| &it.1.1)));
    print!("{table}");
    println!(
        "  a run has as many cases as attempts, so that each is new to the ledger; a soak has {SOAK_CASES}"
    );
    Ok(())
}

fn soak_long(bench: &Bench, folder: &Path, url: &str) -> Result<(), BenchError> {
    let soak = |attempts: usize| {
        let iterations = (attempts / SOAK_CASES).to_string();
        let args = [
            "soak",
            "soak.json",
            "--iterations",
            &iterations,
            "--url",
            url,
        ];
        let mut command = gauntlet(bench, folder, &args);
        print_commands(&[&command]);
        measured(&mut command, folder, attempts)
    };
    let (few, many) = (soak(FEW_ATTEMPTS)?, soak(MANY_ATTEMPTS)?);
    let peak = |it: &Measured| it.usage.peak.mib();
    // Loading the suite and writing the report are all that the program's own time leaves out.
    let around = |it: &Measured| it.usage.wall.saturating_sub(it.elapsed);
    let row = |it: &Measured| {
        [
            it.attempts.to_string(),
            format!("{:.0}", it.per_second()),
            format!("{:.1}", peak(it)),
            format!("{:.2} s", around(it).as_secs_f64()),
        ]
    };
    let table = Table::new([
        "attempts",
        "attempts/s",
        "peak memory, MiB",
        "start and report",
    ])
    .row(row(&few))
    .row(row(&many));
    print!("{table}");
    let size = fs::metadata(folder.join("reports/ledger.db"))?.len();
    println!(
        "  {:.1} MiB more; the ledger has {:.0} MB",
        peak(&many) - peak(&few),
        size as f64 / 1e6
    );
    println!("  asked: at most 8 MiB more, and the report in under 3 s");
    Ok(())
}

/// Kills the long soak's successor over and over, and takes the time until the first attempt of the next.
fn resume(bench: &Bench, folder: &Path, url: &str) -> Result<(), BenchError> {
    let mut command = gauntlet(
        bench,
        folder,
        &["soak", "soak.json", "--json", "--url", url],
    );
    print_commands(&[&command]);
    // It goes on in the ledger of a million attempts, and gathers as many as it can in a few seconds.
    first_attempt_then(&mut command, Duration::from_secs(5))?;
    let mut resume = gauntlet(bench, folder, &["soak", "--resume", "--json"]);
    print_commands(&[&resume]);
    let times: Result<Vec<f64>, BenchError> = (0..RESUMPTIONS)
        .map(|_| {
            let ready = first_attempt_then(&mut resume, Duration::from_secs(1))?;
            Ok(ready.as_secs_f64() * 1000.0)
        })
        .collect();
    let cell = Spread::cell(Spread::of(times?), |it| format!("{it:.0} ms"));
    println!("  killed and resumed {RESUMPTIONS} times: the first attempt begins after {cell}");
    println!("  asked: under 300 ms");
    Ok(())
}

/// Starts `command`, says how long it took until its first attempt began, and kills it after `more`.
fn first_attempt_then(command: &mut Command, more: Duration) -> Result<Duration, BenchError> {
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut first = None;
    if let Some(output) = child.stdout.take() {
        // Read to where it is to be killed: a program that nobody reads from stands still.
        for line in BufReader::new(output).lines() {
            if first.is_none() && line?.contains("attempt_started") {
                first = Some(started.elapsed());
            }
            if first.is_some_and(|first| started.elapsed() > first + more) {
                break;
            }
        }
    }
    // It may have ended already.
    let _ = child.kill();
    child.wait()?;
    first.ok_or_else(|| BenchError::Unexpected {
        program: "gauntlet",
        output: "no attempt".into(),
    })
}

fn idle(bench: &Bench, folder: &Path, url: &str) -> Result<(), BenchError> {
    let args = [
        "soak",
        "soak.json",
        "--interval",
        "60s",
        "--duration",
        IDLE,
        "--url",
        url,
    ];
    let mut command = gauntlet(bench, folder, &args);
    print_commands(&[&command]);
    let soak = measured(&mut command, folder, 3 * SOAK_CASES)?;
    let share = soak.usage.cpu.as_secs_f64() / soak.usage.wall.as_secs_f64();
    println!(
        "  {:.3} s of processor time in {:.0} s: {:.2} % of one core",
        soak.usage.cpu.as_secs_f64(),
        soak.usage.wall.as_secs_f64(),
        share * 100.0
    );
    println!("  asked: under 0.5 %");
    Ok(())
}

//! The benchmarks: which there are, what they share, and running them one after the other.

mod body;
mod load;
mod merge;
mod page;
mod reports;
mod serial;
mod soak;
mod spawn;
mod stated;
mod stream;
mod verify;

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    thread,
};

use clap::ValueEnum;

use crate::{error::BenchError, measure, tools};

/// How often two programs take turns, where a benchmark has no reason for another number.
const ROUNDS: usize = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Benchmark {
    /// One very long stream, against curl
    Stream,
    /// Thousands of short cases one by one, against wrk, and what long outputs do to memory
    Serial,
    /// Checking a suite, against a process that does nothing
    Verify,
    /// Commands through the embedded executor, against commands started directly
    Spawn,
    /// What a ledger costs, and what a million attempts do; takes ten minutes
    Soak,
    /// What it costs a soak that somebody looks at its live page
    Page,
    /// Making one ledger of those of 64 shards
    Merge,
    /// Reports on 100,000 cases in each format, and the memory they take
    Reports,
    /// Load on a static answer, against wrk, oha and hey; its memory, and how exactly it keeps a schedule
    Load,
}

/// What every benchmark needs.
#[derive(Debug)]
struct Bench {
    /// The root of the repository.
    root: PathBuf,
    /// The program as it was just built.
    gauntlet: PathBuf,
    /// Where generated bodies are kept from one run to the next.
    data: PathBuf,
}

/// Runs the benchmarks `names`, or all, and prints what they measured.
///
/// One that is skipped for want of a tool is named in the end and fails nothing; one that cannot measure
/// is a failure, after all others have run.
pub(crate) fn run(names: &[Benchmark]) -> ExitCode {
    let bench = match Bench::prepare() {
        Ok(bench) => bench,
        Err(error) => {
            eprintln!("error: {}", error.chain());
            return ExitCode::FAILURE;
        }
    };
    let all = Benchmark::value_variants();
    let chosen = all
        .iter()
        .filter(|it| names.is_empty() || names.contains(it));
    let mut summary = Vec::new();
    let mut exit = ExitCode::SUCCESS;
    for &benchmark in chosen {
        println!("\n== {} ==", benchmark.title());
        print_load();
        let outcome = match bench.run_one(benchmark) {
            Ok(()) => "measured".to_owned(),
            Err(error @ BenchError::MissingTool { .. }) => format!("SKIPPED: {error}"),
            Err(error) => {
                exit = ExitCode::FAILURE;
                format!("FAILED: {}", error.chain())
            }
        };
        if outcome != "measured" {
            println!("{outcome}");
        }
        summary.push(format!("  {:<8}{outcome}", benchmark.title()));
    }
    println!("\n== summary ==\n{}", summary.join("\n"));
    exit
}

impl Benchmark {
    fn title(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Serial => "serial",
            Self::Verify => "verify",
            Self::Spawn => "spawn",
            Self::Soak => "soak",
            Self::Page => "page",
            Self::Merge => "merge",
            Self::Reports => "reports",
            Self::Load => "load",
        }
    }
}

impl Bench {
    /// Builds the program that is measured.
    fn prepare() -> Result<Self, BenchError> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().unwrap_or(here).to_owned();
        let build = ["build", "--release", "--bin", "gauntlet"];
        let gauntlet = tools::build(&root, &build, "gauntlet")?;
        // target/release/gauntlet
        let target = gauntlet.ancestors().nth(2).unwrap_or(&root);
        let data = target.join("bench");
        fs::create_dir_all(&data).map_err(|source| BenchError::File {
            path: data.clone(),
            source,
        })?;
        Ok(Self {
            root,
            gauntlet,
            data,
        })
    }

    fn run_one(&self, benchmark: Benchmark) -> Result<(), BenchError> {
        match benchmark {
            Benchmark::Stream => stream::run(self),
            Benchmark::Serial => serial::run(self),
            Benchmark::Verify => verify::run(self),
            Benchmark::Spawn => spawn::run(self),
            Benchmark::Soak => soak::run(self),
            Benchmark::Page => page::run(self),
            Benchmark::Merge => merge::run(self),
            Benchmark::Reports => reports::run(self),
            Benchmark::Load => load::run(self),
        }
    }

    /// `gauntlet run -q SUITE --url URL` in `folder`, where report and log go as well.
    fn gauntlet_run(&self, folder: &Path, suite: &str, url: &str) -> Command {
        let mut command = measure::bare(&self.gauntlet);
        command.args(["run", "-q", suite, "--url", url]);
        command.current_dir(folder);
        command
    }
}

/// Prints how busy the machine is: turns are fair to both sides, but on a busy machine they say little.
fn print_load() {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    println!("{cores} cores, load average {load} before");
}

/// Prints the commands that a table compares, as one would type them.
fn print_commands(commands: &[&Command]) {
    for command in commands {
        println!("$ {}", measure::shown(command));
    }
}

/// Writes a suite of `cases` cases, all of them satisfied by [`body`]'s bodies.
fn write_suite(path: &Path, cases: usize) -> Result<(), BenchError> {
    // Written case by case: what this program holds in memory counts for the children it measures.
    let write = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        write!(file, r#"{{"task_list_id":"bench","tests":["#)?;
        for index in 0..cases {
            let case = serde_json::json!({
                "id": format!("case_{index}"),
                "name": format!("Case {index}"),
                "command": "an answer from a file",
                "expected_patterns": [body::PATTERN],
            });
            write!(file, "{}{case}", if index > 0 { "," } else { "" })?;
        }
        file.write_all(b"]}")?;
        file.flush()
    };
    write().map_err(|source| BenchError::File {
        path: path.to_owned(),
        source,
    })
}

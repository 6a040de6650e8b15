//! Writes reports on a run of many cases, and prints what each took: `many_cases FOLDER CASES`.
//!
//! One line for each format: its name, milliseconds, bytes. `cargo run -p xtask -- bench reports` reads them.
#![expect(
    clippy::print_stdout,
    reason = "printing what was measured is all it is for"
)]

use std::{
    env,
    error::Error,
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Instant,
};

use executor_protocol::StreamStats;
use runner_core::{
    outcome::{Failure, Outcome},
    results::{AttemptReport, RunResults},
};
use sample_results::cases;

/// One case in so many fails.
const FAILS: usize = 100;

fn results(count: usize) -> RunResults {
    let cases = (0..count).map(|index| {
        let id = format!("case_{index}");
        let case = cases::case(&id, &format!("Case {index}"), "echo 'an answer'; echo ok");
        let outcome = match index % FAILS {
            0 => Outcome::Failed(vec![Failure::ExitCode {
                expected: 0,
                actual: 1,
            }]),
            _ => Outcome::Passed,
        };
        let attempt = AttemptReport {
            execution_id: format!("BENCH_20250630_214505_{id}"),
            expectations: vec![cases::pattern("ok", true)],
            output: cases::output("an answer\nok\n"),
            ..cases::attempt(outcome)
        };
        cases::tried(
            case,
            AttemptReport {
                stats: StreamStats {
                    events: 3,
                    bytes: 180,
                    ..attempt.stats.clone()
                },
                ..attempt
            },
        )
    });
    cases::results(cases.collect())
}

fn measure(
    folder: &Path,
    format: &str,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let path = folder.join(format!("report.{format}"));
    let began = Instant::now();
    let mut file = File::create(&path)?;
    write(&mut file)?;
    let ms = began.elapsed().as_secs_f64() * 1000.0;
    println!("{format} {ms:.1} {}", file.metadata()?.len());
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let folder = PathBuf::from(args.next().ok_or("which folder?")?);
    let count = args.next().ok_or("how many cases?")?.parse()?;
    let results = &results(count);
    measure(&folder, "md", |out| {
        reporter_md::write_report(results, &Default::default(), out)
    })?;
    measure(&folder, "json", |out| {
        reporter_json::write_report(results, out)
    })?;
    measure(&folder, "xml", |out| {
        reporter_junit::write_report(results, &Default::default(), out)
    })?;
    Ok(())
}

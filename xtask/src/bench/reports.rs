//! Reports on very many cases: what each format takes, and the memory of all together.

use std::time::Duration;

use super::{Bench, print_commands};
use crate::{
    error::BenchError,
    measure::{bare, run as measure},
    statistics::Spread,
    table::Table,
    tools,
};

const CASES: usize = 100_000;

const ROUNDS: usize = 7;

/// How long writing all of them may take.
const LIMIT: Duration = Duration::from_secs(120);

const FORMATS: [(&str, &str); 3] = [("md", "Markdown"), ("json", "JSON"), ("xml", "JUnit")];

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let name = "many_cases";
    let build = [
        "build",
        "--release",
        "-p",
        "reporter-json",
        "--example",
        name,
    ];
    let program = tools::build(&bench.root, &build, name)?;
    let folder = tempfile::tempdir()?;
    let mut command = bare(&program);
    command.arg(folder.path()).arg(CASES.to_string());
    print_commands(&[&command]);
    let mut times = FORMATS.map(|_| Vec::new());
    let mut sizes = FORMATS.map(|_| 0.0);
    let (mut sums, mut peaks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let usage = measure(&mut command, LIMIT)?;
        peaks.push(usage.peak.mib());
        let mut sum = 0.0;
        for (index, (format, _)) in FORMATS.iter().enumerate() {
            let [ms, bytes] = figures(&usage.stdout, format);
            times[index].push(ms);
            sizes[index] = bytes;
            sum += ms;
        }
        sums.push(sum);
    }
    println!("{CASES} cases, {ROUNDS} rounds; median (min to max)");
    let cell = |values: Vec<f64>| Spread::cell(Spread::of(values), |it| format!("{it:.0}"));
    let mut table = Table::new(["", "ms", "MiB"]);
    for (((_, name), times), bytes) in FORMATS.iter().zip(times).zip(sizes) {
        let mib = bytes / (1024.0 * 1024.0);
        table = table.row([(*name).to_owned(), cell(times), format!("{mib:.1}")]);
    }
    table = table.row(["together".into(), cell(sums), String::new()]);
    table = table.row(["peak memory".into(), String::new(), cell(peaks)]);
    print!("{table}");
    println!("  asked: together under 2 s and 256 MiB, with the results themselves in memory");
    Ok(())
}

/// The milliseconds and the bytes that the line of a format tells.
fn figures(stdout: &str, format: &str) -> [f64; 2] {
    let mut lines = stdout.lines().map(|line| line.split(' '));
    let line = lines.find(|words| words.clone().next() == Some(format));
    let mut numbers = line.into_iter().flatten().skip(1);
    let mut next = || numbers.next().and_then(|it| it.parse().ok());
    [next(), next()].map(|number| number.unwrap_or(f64::NAN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_their_format() {
        let stdout = "md 1.5 10\njson 2.5 20\n";
        assert_eq!(figures(stdout, "json"), [2.5, 20.0]);
        assert!(figures(stdout, "xml")[0].is_nan());
    }
}

//! One answer of 200 MB: what reading, understanding and searching a stream costs, compared with curl,
//! which throws it away; and what searching it for a hundred patterns costs, compared with one.

use std::{fs, path::Path, process::Command, time::Duration};

use super::{Bench, ROUNDS, body, print_commands, write_suite};
use crate::{
    error::BenchError,
    measure::{Usage, bare, run as measure},
    nginx::{Answer, Nginx},
    statistics::{Ratio, Spread, alternate},
    table::Table,
    tools::CURL,
};

/// About 200 MB.
const LINES: usize = 1_200_000;

/// So many patterns are compared with one.
const PATTERNS: usize = 100;

/// How long one reading may take.
const LIMIT: Duration = Duration::from_secs(60);

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let curl = CURL.find()?;
    let body = bench.data.join("stream.ndjson");
    let size = body::provide(&body, LINES)?;
    let nginx = Nginx::start(&[Answer {
        name: "stream",
        file: &body,
    }])?;
    let folder = tempfile::tempdir()?;
    write_suite(&folder.path().join("stream.json"), 1)?;
    let url = format!("{}/execute", nginx.url("stream"));
    let mut curl = {
        let mut command = bare(&curl);
        command.args(["-s", "-o", "/dev/null", "-X", "POST", "-d", "{}", &url]);
        command
    };
    check_size(&mut curl, size)?;
    let mut gauntlet = bench.gauntlet_run(folder.path(), "stream.json", &nginx.url("stream"));
    print_commands(&[&gauntlet, &curl]);
    let pairs = alternate(
        ROUNDS,
        || measure(&mut gauntlet, LIMIT),
        || measure(&mut curl, LIMIT),
    )?;
    println!(
        "{:.1} MB in {LINES} lines, {ROUNDS} alternations; median (min to max)",
        size as f64 / 1e6
    );
    print!("{}", table(&pairs, ["gauntlet".into(), "curl".into()]));
    println!("  asked: CPU within 4x of curl, peak under 32 MiB");
    write_many(&folder.path().join("many.json"))?;
    let mut many = bench.gauntlet_run(folder.path(), "many.json", &nginx.url("stream"));
    print_commands(&[&many, &gauntlet]);
    let pairs = alternate(
        ROUNDS,
        || measure(&mut many, LIMIT),
        || measure(&mut gauntlet, LIMIT),
    )?;
    let names = [format!("{PATTERNS} patterns"), "one text".into()];
    print!("{}", table(&pairs, names));
    println!("  asked: {PATTERNS} patterns within 1.5x of one text");
    Ok(())
}

/// Writes a suite of one case that looks for [`PATTERNS`]: the one that is there, and texts, words and
/// expressions that resemble what is there, but may not come.
fn write_many(path: &Path) -> Result<(), BenchError> {
    let absent = |number: usize| match number % 4 {
        0 => serde_json::json!(format!("said nothing of number {number}")),
        1 => serde_json::json!({ "word": format!("particular{number}") }),
        2 => serde_json::json!({ "regex": format!(r"line \d+ said {number} things") }),
        _ => serde_json::json!({ "regex": format!(r"(?i)\w+ in particular: {number}\b") }),
    };
    let forbidden: Vec<_> = (1..PATTERNS).map(absent).collect();
    let suite = serde_json::json!({ "task_list_id": "bench", "tests": [{
        "id": "many",
        "name": "Many patterns",
        "command": "an answer from a file",
        "expected_patterns": [body::PATTERN],
        "forbidden_patterns": forbidden,
    }]});
    fs::write(path, suite.to_string()).map_err(|source| BenchError::File {
        path: path.to_owned(),
        source,
    })
}

/// A server that refuses would be read quickly as well; that `gauntlet` read everything shows in its
/// finding the pattern.
fn check_size(curl: &mut Command, size: u64) -> Result<(), BenchError> {
    let mut check = bare(curl.get_program().as_ref());
    check.args(curl.get_args());
    check.args(["-w", "%{http_code} %{size_download}"]);
    let output = measure(&mut check, LIMIT)?.stdout;
    if output == format!("200 {size}") {
        return Ok(());
    }
    let program = "curl";
    Err(BenchError::Unexpected { program, output })
}

fn table(pairs: &[(Usage, Usage)], [one, other]: [String; 2]) -> Table {
    let cpu = |usage: &Usage| usage.cpu.as_secs_f64();
    let wall = |usage: &Usage| usage.wall.as_secs_f64();
    let peak = |usage: &Usage| usage.peak.mib();
    let seconds = |it| format!("{it:.3}");
    let mib = |it| format!("{it:.1}");
    let row = |name: String, side: fn(&(Usage, Usage)) -> &Usage| {
        let spread = |of: fn(&Usage) -> f64| Spread::of(pairs.iter().map(side).map(of));
        [
            name,
            Spread::cell(spread(cpu), seconds),
            Spread::cell(spread(wall), seconds),
            Spread::cell(spread(peak), mib),
        ]
    };
    let ratio = |of: fn(&Usage) -> f64| {
        let ratios = Spread::of(pairs.iter().map(|(a, b)| of(a) / of(b)));
        Spread::cell(ratios, |it| Ratio(it).to_string())
    };
    Table::new(["", "CPU (user+sys), s", "wall, s", "peak memory, MiB"])
        .row(row(one, |pair| &pair.0))
        .row(row(other, |pair| &pair.1))
        .row(["ratio".into(), ratio(cpu), ratio(wall), ratio(peak)])
}

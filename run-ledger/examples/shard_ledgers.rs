//! Writes ledgers of shards as runs would have: `shard_ledgers FOLDER LEDGERS ATTEMPTS`.
//!
//! They are what the benchmark of `gauntlet merge` merges.

use std::{env, error::Error, path::Path, sync::Arc, time::Duration};

use executor_protocol::StreamStats;
use jiff::{Timestamp, tz::TimeZone};
use run_ledger::{Ledger, NewRun, ShardRun, marker_suffix};
use runner_core::{
    journal::{Entry, Journal as _, JournalEvent, SuiteVersion},
    outcome::Outcome,
    recorded::RunKind,
    results::{AttemptReport, Place, RunInfo},
    run_state::RunEnd,
    tries::{Tried, Tries},
};
use suite::{Case, Shard, Suite, digest_of_cases};

/// So many attempts are kept with each commit.
const BATCH: u64 = 500;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [folder, ledgers, attempts] = &*args else {
        return Err("usage: shard_ledgers FOLDER LEDGERS ATTEMPTS".into());
    };
    let (ledgers, attempts): (u32, u64) = (ledgers.parse()?, attempts.parse()?);
    let suite = suite(ledgers)?;
    for number in 1..=ledgers {
        let shard = Shard::numbered(number, ledgers)?;
        let path = Path::new(folder).join(format!("shard-{number}.db"));
        write(&path, shard, &suite, attempts)?;
    }
    Ok(())
}

/// A suite with four cases for each shard.
fn suite(shards: u32) -> Result<Suite, Box<dyn Error>> {
    let tests: Vec<_> = (0..4 * shards)
        .map(|index| serde_json::json!({ "id": format!("case_{index}"), "command": "true" }))
        .collect();
    let text = serde_json::json!({ "tests": tests }).to_string();
    Ok(suite::parse(Path::new("suite.json"), &text)?)
}

fn write(path: &Path, shard: Shard, suite: &Suite, attempts: u64) -> Result<(), Box<dyn Error>> {
    let began = Timestamp::from_second(1_800_000_000)?;
    let info = RunInfo {
        marker: format!("SUITE_20270115_080000{}", marker_suffix(shard)),
        started_at: began.to_zoned(TimeZone::UTC),
        suite_path: "suite.json".into(),
        suite_stem: "suite".into(),
        suite_description: String::new(),
        version: "0".into(),
        executor: "http://executor:8000".into(),
        environment: Vec::new(),
    };
    let of = ShardRun {
        shard,
        group: "bench".into(),
        cases_digest: digest_of_cases(&suite.cases),
    };
    let mut journal = Ledger::open(path)?.begin(&NewRun {
        kind: RunKind::Run,
        info: &info,
        suite: &SuiteVersion::of(suite),
        options: "{}",
        settings: "{}",
        shard: Some(&of),
    })?;
    let cases = shard.deal(&suite.hash, &suite.cases);
    let mut entries = Vec::new();
    for number in 1..=attempts {
        let index = number as usize % cases.len();
        entries.push(attempt(number, index, &cases[index]));
        if number % BATCH == 0 || number == attempts {
            journal
                .commit(&entries)
                .map_err(|error| error.to_string())?;
            entries.clear();
        }
    }
    let end = JournalEvent::Ended {
        end: RunEnd::Completed,
        problems: Vec::new(),
    };
    let at = Duration::from_millis(60 * attempts);
    let ended = Entry { at, event: end };
    journal
        .commit(&[ended])
        .map_err(|error| error.to_string())?;
    Ok(())
}

/// An attempt that passed, 60 ms after the one before, and took between 10 and 59 ms.
fn attempt(number: u64, index: usize, case: &Arc<Case>) -> Entry {
    let at = Duration::from_millis(60 * number);
    let elapsed = Duration::from_millis(10 + number * 7919 % 50);
    let report = AttemptReport {
        elapsed,
        exit_code: Some(0),
        stats: StreamStats {
            connect: Some(elapsed / 20),
            head: Some(elapsed / 10),
            first_event: Some(elapsed / 5),
            first_output: Some(elapsed / 5),
            terminal: Some(elapsed),
            longest_gap: elapsed / 2,
            events: 12,
            bytes: 900,
            ..StreamStats::default()
        },
        ..AttemptReport::bare(format!("RUN_{number}"), at, Outcome::Passed)
    };
    let end = Tries::judge(case, [Tried::from(&report)]);
    Entry {
        at: at + elapsed,
        event: JournalEvent::AttemptFinished {
            place: Place {
                number,
                iteration: 1,
                index,
                try_number: 1,
            },
            case: Arc::clone(case),
            report: Arc::new(report),
            end: Some(end),
        },
    }
}

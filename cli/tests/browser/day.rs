//! A soak that went on for a day before the test began: what it would have written is written to its ledger,
//! and the real program goes on with it.

use std::{path::Path, sync::Arc, time::Duration};

use executor_protocol::StreamStats;
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use run_ledger::{Ledger, NewRun, RunJournal};
use runner_core::{
    journal::{Entry, Journal as _, JournalEvent, SuiteVersion},
    outcome::{Failure, Outcome},
    recorded::RunKind,
    results::{AttemptReport, Place, RunInfo},
    self_sample::{ExecutorSample, Samples, SelfSample},
    tries::{Tried, Tries},
};
use serde_json::json;
use suite::Suite;

use crate::{
    live::shown,
    support::{Barrier, Running, Scratch},
};

/// So many iterations there were, one a minute. A day ends in the gap after them.
const MINUTES: u64 = 24 * 60 - 15;

/// The minutes in which the executor was away.
const AWAY: std::ops::Range<u64> = 871..913;

/// How long attempts of each case took at first, in milliseconds.
const TYPICAL_MS: [u64; 4] = [12, 310, 270, 830];

/// The soak, which waits in the last case of its last iteration.
pub(crate) struct Day {
    pub(crate) scratch: Scratch,
    pub(crate) url: String,
    barrier: Barrier,
    soak: Running,
}

impl Day {
    pub(crate) fn start() -> Self {
        let scratch = Scratch::new();
        let barrier = scratch.barrier("barrier");
        let answer = format!(
            "echo 'step 2 of 4: reading 12 files'; {}",
            barrier.command()
        );
        let suite = json!({
            "description": "What our executor has to be able to do, day and night.",
            "gates": { "min_success_rate": 0.95 },
            "tests": [
                { "id": "sum", "name": "Sum of a column", "command": "sleep 0.01; echo 42" },
                { "id": "stream", "name": "Slow stream", "command": "sleep 0.31" },
                { "id": "search", "name": "Search in sources", "command": "sleep 0.27; echo found" },
                { "id": "agent", "name": "Answer of an agent", "command": answer },
            ],
        });
        scratch.write("nightly.json", suite.to_string());
        write_day(&scratch, &scratch.path("reports/ledger.db"));
        let program = scratch.gauntlet(["soak", "--resume", "--dashboard", "127.0.0.1:0"]);
        let (soak, url) = shown(program);
        Self {
            scratch,
            url,
            barrier,
            soak,
        }
    }

    /// Lets it come to its end, after which there is `report.html`.
    pub(crate) fn end(mut self) -> Scratch {
        self.barrier.open();
        let ended = self.soak.wait();
        assert_eq!(ended.code, Some(0), "{ended}");
        self.scratch
    }
}

fn write_day(scratch: &Scratch, ledger: &Path) {
    let path = scratch.path("nightly.json");
    let suite = suite::parse(&path, &scratch.read("nightly.json")).expect("a suite");
    let now = Timestamp::now().as_second();
    // With a full minute, so that minutes are in the same windows each time.
    let began = Timestamp::from_second(now - now % 60).expect("a time");
    let began = began - (MINUTES as i64 + 13).minutes();
    let info = RunInfo {
        marker: "NIGHTLY_20260101_000000".into(),
        started_at: began.to_zoned(TimeZone::UTC),
        suite_path: "nightly.json".into(),
        suite_stem: "nightly".into(),
        suite_description: suite.description.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        executor: "http://127.0.0.1:8000".into(),
        environment: Vec::new(),
    };
    let options = json!({
        "suite": path, "iterations": MINUTES + 1, "duration_ms": 7 * 86_400_000, "interval_ms": 0, "require_all": false,
        "only": [], "category": [], "tag": [], "exclude": [],
        "report": [{ "format": "html", "path": scratch.path("report.html") }],
    });
    let new = NewRun {
        kind: RunKind::Soak,
        info: &info,
        suite: &SuiteVersion::of(&suite),
        options: &options.to_string(),
        settings: "{}",
        shard: None,
    };
    std::fs::create_dir_all(ledger.parent().expect("a folder")).expect("a folder");
    let journal = Ledger::open(ledger).and_then(|ledger| ledger.begin(&new));
    let mut writing = Writing {
        journal: journal.expect("begun"),
        suite,
        number: 0,
    };
    let mut entries = Vec::new();
    for minute in 1..=MINUTES {
        writing.minute(minute, &mut entries);
        if minute % 30 == 0 || minute == MINUTES {
            writing.journal.commit(&entries).expect("committed");
            entries.clear();
        }
    }
    // This process is in another folder than the suite.
    let file = path.canonicalize().expect("a file");
    let found = format!("UPDATE runs SET suite_file = '{}'", file.display());
    scratch.ledger().execute(&found);
}

struct Writing {
    journal: RunJournal,
    suite: Suite,
    number: u64,
}

impl Writing {
    fn minute(&mut self, minute: u64, entries: &mut Vec<Entry>) {
        let begins = Duration::from_secs((minute - 1) * 60);
        if minute == AWAY.start || minute == AWAY.end {
            let trouble = "cannot connect to 127.0.0.1:8000: connection refused".to_owned();
            let trouble = (minute == AWAY.start).then_some(trouble);
            entries.push(at(begins, JournalEvent::HealthChanged { trouble }));
        }
        for index in 0..self.suite.cases.len() {
            if !AWAY.contains(&minute) {
                self.attempt(minute, index, begins, entries);
            }
        }
        let end = begins + Duration::from_secs(60);
        entries.push(at(end, JournalEvent::Sampled(samples(minute))));
    }

    fn attempt(&mut self, minute: u64, index: usize, begins: Duration, entries: &mut Vec<Entry>) {
        self.number += 1;
        let chance = noise(self.number);
        // It gets slower towards the evening, and not everything goes well then.
        let slower = if (600..780).contains(&minute) { 2 } else { 1 };
        let typical = TYPICAL_MS[index] * slower;
        let elapsed = Duration::from_micros(typical * (900 + chance / 3 + chance.pow(3) / 700_000));
        let outcome = match (chance, index) {
            (960.., 3) => Outcome::TimedOut {
                limit: Duration::from_secs(30),
                silent_for: Duration::from_secs(21),
            },
            (992.., _) => Outcome::Failed(vec![Failure::ExitCode {
                expected: 0,
                actual: 1,
            }]),
            _ if slower == 2 && chance.is_multiple_of(23) => {
                Outcome::Failed(vec![Failure::ExitCode {
                    expected: 0,
                    actual: 137,
                }])
            }
            _ => Outcome::Passed,
        };
        let elapsed = match outcome {
            Outcome::TimedOut { limit, .. } => limit,
            _ => elapsed,
        };
        let place = Place {
            number: self.number,
            iteration: minute,
            index,
            try_number: 1,
        };
        let case = Arc::clone(&self.suite.cases[index]);
        let started_after = begins + Duration::from_secs(2 * index as u64);
        let name = format!("NIGHTLY_{}", self.number);
        let report = AttemptReport {
            elapsed,
            stats: StreamStats {
                first_output: Some(elapsed / 3),
                longest_gap: elapsed / 4,
                ..StreamStats::default()
            },
            ..AttemptReport::bare(name, started_after, outcome)
        };
        let end = Some(Tries::judge(&case, [Tried::from(&report)]));
        let report = Arc::new(report);
        let finished = JournalEvent::AttemptFinished {
            place,
            case,
            report,
            end,
        };
        entries.push(at(started_after + elapsed, finished));
    }
}

/// Memory of the executor that grows, and a runner that does not.
fn samples(minute: u64) -> Samples {
    const MIB: u64 = 1 << 20;
    let noise = noise(minute);
    Samples {
        runner: SelfSample {
            span: Duration::from_secs(60),
            cpu: Duration::from_millis(180 + noise / 10),
            lag_max: Duration::from_millis(1 + noise / 400),
            memory_bytes: 21 * MIB + noise * 300,
            descriptors: 19,
            commits: 5,
            commit_time: Duration::from_millis(9),
            commit_max: Duration::from_millis(4),
            ..SelfSample::default()
        },
        executor: Some(ExecutorSample {
            span: Duration::from_secs(60),
            cpu: Duration::from_millis(1900 + 3 * noise),
            memory_bytes: 180 * MIB + minute * MIB / 12 + noise * 4000,
            descriptors: 31 + noise % 4,
            threads: 9,
            processes: 2,
        }),
    }
}

fn at(at: Duration, event: JournalEvent) -> Entry {
    Entry { at, event }
}

/// Something between 0 and 999 that looks like chance, and is the same each time.
fn noise(place: u64) -> u64 {
    let mixed = (place + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 33) % 1000
}

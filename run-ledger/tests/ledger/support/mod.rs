//! A ledger in a folder of its own, and short words for what is written to it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use run_ledger::{Ledger, LedgerError, NewRun, Resumed, RunJournal, RunReader, RunSelector};
use runner_core::{
    agent::{AgentReport, AgentResult, TokenUsage},
    journal::{Entry, JournalEvent, SuiteVersion},
    outcome::Outcome,
    recorded::{RecordedRun, RunKind},
    results::{AttemptReport, Place, RunInfo, RunProblem},
    run_state::RunEnd,
};
use rusqlite::Connection;
use suite::Case;
use tempfile::TempDir;

/// A ledger in a folder that goes away with the test.
pub(crate) struct Book {
    pub(crate) path: PathBuf,
    _folder: TempDir,
}

impl Book {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            path: folder.path().join("ledger.db"),
            _folder: folder,
        }
    }

    /// Begins a soak of the version `first` of a suite.
    pub(crate) fn begin(&self) -> RunJournal {
        self.begin_kind(RunKind::Soak)
    }

    pub(crate) fn begin_kind(&self, kind: RunKind) -> RunJournal {
        self.begin_both(kind, Timestamp::now())
    }

    /// Begins a soak at this time.
    pub(crate) fn begin_at(&self, began: Timestamp) -> RunJournal {
        self.begin_both(RunKind::Soak, began)
    }

    fn begin_both(&self, kind: RunKind, began: Timestamp) -> RunJournal {
        let info = RunInfo {
            marker: "TEST_20260101_000000".into(),
            started_at: began.to_zoned(TimeZone::UTC),
            suite_path: "test.json".into(),
            suite_stem: "test".into(),
            suite_description: String::new(),
            version: "0".into(),
            executor: "here".into(),
            environment: vec![("Sandbox".into(), "off".into())],
        };
        let new = NewRun {
            kind,
            info: &info,
            suite: &version("first"),
            options: "{}",
            settings: "{}",
        };
        let ledger = Ledger::open(&self.path).expect("opened");
        ledger.begin(&new).expect("begun")
    }

    pub(crate) fn resume(&self) -> Resumed {
        self.try_resume(1).expect("resumed")
    }

    pub(crate) fn try_resume(&self, id: u64) -> Result<Resumed, LedgerError> {
        let now = Timestamp::now();
        Ledger::open(&self.path)?.resume(&RunSelector::Id(id), now, "1")
    }

    pub(crate) fn run(&self, id: u64) -> RecordedRun {
        let reader = RunReader::open(&self.path).expect("opened");
        reader.run(&RunSelector::Id(id)).expect("read")
    }

    pub(crate) fn rows(&self, query: &str) -> i64 {
        let connection = Connection::open(&self.path).expect("opened");
        connection
            .query_row(query, [], |row| row.get(0))
            .expect("counted")
    }

    /// Leaves the journal's file no room to grow.
    pub(crate) fn fill(&self, journal: &mut RunJournal) {
        journal.limit_pages(60);
    }
}

/// Does something to a database file.
pub(crate) fn sql(path: &Path, batch: &str) {
    let connection = Connection::open(path).expect("opened");
    connection.execute_batch(batch).expect("executed");
}

pub(crate) fn version(hash: &str) -> SuiteVersion {
    SuiteVersion {
        hash: hash.into(),
        text: format!("{{\"x-name\": {hash:?}}}").into(),
    }
}

pub(crate) fn case(id: &str) -> Arc<Case> {
    let text = format!(r#"{{"tests": [{{"id": {id:?}, "command": "true"}}]}}"#);
    let suite = suite::parse(Path::new("test.json"), &text).expect("a suite");
    Arc::clone(&suite.cases[0])
}

pub(crate) fn at(seconds: u64, event: JournalEvent) -> Entry {
    Entry {
        at: Duration::from_secs(seconds),
        event,
    }
}

fn place(number: u64, iteration: u64) -> Place {
    Place {
        number,
        iteration,
        index: 0,
    }
}

pub(crate) fn started(number: u64, iteration: u64, id: &str) -> Entry {
    let (place, case) = (place(number, iteration), case(id));
    at(1, JournalEvent::AttemptStarted { place, case })
}

pub(crate) fn finished(number: u64, iteration: u64, id: &str, report: AttemptReport) -> Entry {
    let (place, case) = (place(number, iteration), case(id));
    let report = Arc::new(report);
    at(
        1,
        JournalEvent::AttemptFinished {
            place,
            case,
            report,
        },
    )
}

pub(crate) fn ended(seconds: u64, end: RunEnd, problems: Vec<RunProblem>) -> Entry {
    at(seconds, JournalEvent::Ended { end, problems })
}

/// A report of an attempt that took so many milliseconds.
pub(crate) fn report(outcome: Outcome, ms: u64) -> AttemptReport {
    AttemptReport {
        elapsed: Duration::from_millis(ms),
        ..AttemptReport::bare("TEST_1_a".into(), Duration::from_secs(1), outcome)
    }
}

/// A report of an agent that says it wrote so many tokens.
pub(crate) fn agent_report(output: u64) -> AttemptReport {
    let result = AgentResult {
        tokens: Some(TokenUsage {
            output,
            ..TokenUsage::default()
        }),
        ..AgentResult::default()
    };
    AttemptReport {
        agent: Some(AgentReport {
            result: Some(result),
            ..AgentReport::default()
        }),
        ..report(Outcome::Passed, 1)
    }
}

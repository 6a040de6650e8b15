//! A ledger in a folder of its own, and short words for what is written to it.

pub(crate) mod shards;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use run_ledger::{
    Ledger, LedgerError, NewPart, NewRun, Resumed, RunJournal, RunReader, RunSelector,
};
use runner_core::{
    agent::{AgentReport, AgentResult, TokenUsage},
    journal::{Entry, JournalEvent, SuiteVersion},
    outcome::Outcome,
    recorded::{RecordedRun, RunKind},
    results::{AttemptReport, Place, RunInfo, RunProblem},
    run_state::RunEnd,
    tries::{Tried, Tries, TurnEnd},
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
        self.begin_both(kind, Timestamp::now()).expect("begun")
    }

    /// Begins a soak at this time.
    pub(crate) fn begin_at(&self, began: Timestamp) -> RunJournal {
        self.begin_both(RunKind::Soak, began).expect("begun")
    }

    pub(crate) fn try_begin(&self) -> Result<RunJournal, LedgerError> {
        self.begin_both(RunKind::Soak, Timestamp::now())
    }

    fn begin_both(&self, kind: RunKind, began: Timestamp) -> Result<RunJournal, LedgerError> {
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
            shard: None,
        };
        Ledger::open(&self.path)?.begin(&new)
    }

    /// The file of locks.
    pub(crate) fn locks(&self) -> PathBuf {
        let mut path = self.path.clone().into_os_string();
        path.push("-locks");
        path.into()
    }

    /// What the first run would go on with.
    pub(crate) fn resume(&self) -> Resumed {
        self.try_resume(1).expect("it can be resumed")
    }

    pub(crate) fn try_resume(&self, id: u64) -> Result<Resumed, LedgerError> {
        Ledger::open(&self.path)?.resume(&RunSelector::Id(id))
    }

    pub(crate) fn run(&self, id: u64) -> RecordedRun {
        let reader = RunReader::open(&self.path).expect("opened");
        reader.run(&RunSelector::Id(id)).expect("read")
    }

    /// What stands in the tables that a part of a run changes.
    pub(crate) fn contents(&self) -> Vec<String> {
        let tables = ["runs", "progress", "parts", "attempts", "totals", "rollups"];
        let connection = Connection::open(&self.path).expect("opened");
        let mut contents = Vec::new();
        for table in tables {
            let sql = format!("SELECT * FROM {table} ORDER BY 1, 2");
            let mut select = connection.prepare(&sql).expect("prepared");
            let columns = select.column_count();
            let mut rows = select.query([]).expect("queried");
            while let Some(row) = rows.next().expect("read") {
                let values = (0..columns).map(|column| row.get_ref(column).expect("a value"));
                contents.push(format!("{table}: {:?}", values.collect::<Vec<_>>()));
            }
        }
        contents
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

/// Begins another part of a run.
pub(crate) fn go_on(resumed: Resumed) -> RunJournal {
    go_on_at(resumed, Timestamp::now())
}

/// Begins another part of a run at this time.
pub(crate) fn go_on_at(resumed: Resumed, began: Timestamp) -> RunJournal {
    let part = NewPart {
        began,
        version: "1",
        executor: "there",
        environment: &[],
    };
    resumed.begin(&part).expect("begun")
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
        try_number: 1,
    }
}

pub(crate) fn started(number: u64, iteration: u64, id: &str) -> Entry {
    let (place, case) = (place(number, iteration), case(id));
    at(1, JournalEvent::AttemptStarted { place, case })
}

pub(crate) fn finished(number: u64, iteration: u64, id: &str, report: AttemptReport) -> Entry {
    let end = Tries::judge(&case(id), [Tried::from(&report)]);
    finished_as(place(number, iteration), id, report, Some(end))
}

/// An attempt that has come to its end, and maybe the turn of its case with it.
pub(crate) fn finished_as(
    place: Place,
    id: &str,
    report: AttemptReport,
    end: Option<TurnEnd>,
) -> Entry {
    let (case, report) = (case(id), Arc::new(report));
    at(
        1,
        JournalEvent::AttemptFinished {
            place,
            case,
            report,
            end,
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

//! Ledgers of shards, and what stands in a ledger whatever numbers it gives to things.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, tz::TimeZone};
use run_ledger::{Ledger, NewRun, RunJournal, ShardRun};
use runner_core::{journal::Journal as _, outcome::Outcome, recorded::RunKind, results::RunInfo};
use rusqlite::{Connection, types::Value};
use suite::Shard;

use super::{SuiteVersion, finished, report, started};

/// What the run of a shard is about.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) shard: Shard,
    pub(crate) group: &'static str,
    pub(crate) kind: RunKind,
    pub(crate) suite: &'static str,
    pub(crate) cases_digest: &'static str,
    /// Seconds after the first run of all.
    pub(crate) began: i64,
}

impl Made {
    /// A run of the shard that is written like this.
    pub(crate) fn by(shard: &str) -> Self {
        Self {
            shard: shard.parse().expect("a shard"),
            group: "",
            kind: RunKind::Run,
            suite: "first",
            cases_digest: "cases",
            began: 0,
        }
    }

    pub(crate) fn at(mut self, began: i64) -> Self {
        self.began = began;
        self
    }

    /// Begins it in the ledger at `path`.
    pub(crate) fn begin(&self, path: &Path) -> RunJournal {
        let began = Timestamp::from_second(1_800_000_000 + self.began).expect("a time");
        let info = RunInfo {
            marker: format!(
                "TEST_20270115_080000_{}OF{}",
                self.shard.number(),
                self.shard.total()
            ),
            started_at: began.to_zoned(TimeZone::UTC),
            suite_path: "test.json".into(),
            suite_stem: "test".into(),
            suite_description: String::new(),
            version: "0".into(),
            executor: "here".into(),
            environment: vec![
                ("Sandbox".into(), "off".into()),
                ("Shard".into(), self.shard.to_string()),
            ],
        };
        let shard = ShardRun {
            shard: self.shard,
            group: self.group.into(),
            cases_digest: self.cases_digest.into(),
        };
        let new = NewRun {
            kind: self.kind,
            info: &info,
            suite: &suite(self.suite),
            options: "{}",
            settings: "{}",
            shard: Some(&shard),
        };
        let ledger = Ledger::open(path).expect("opened");
        ledger.begin(&new).expect("begun")
    }
}

/// A suite of eight cases, in a version of this name.
fn suite(name: &str) -> SuiteVersion {
    let tests: Vec<_> = (0..8)
        .map(|index| serde_json::json!({"id": format!("case_{index}"), "command": "true"}))
        .collect();
    SuiteVersion {
        hash: name.into(),
        text: serde_json::json!({ "tests": tests, "x-name": name })
            .to_string()
            .into(),
    }
}

/// Adds an attempt at the case with this number.
pub(crate) fn attempt(journal: &mut RunJournal, number: u64, case: u64, outcome: Outcome) {
    let id = format!("case_{case}");
    let report = report(outcome, 10 * (number + case));
    let entries = [started(number, 1, &id), finished(number, 1, &id, report)];
    journal.commit(&entries).expect("kept");
}

/// A copy of a ledger as it stands while it is written.
pub(crate) fn copy(ledger: &Path, name: &str) -> PathBuf {
    let copy = ledger.with_file_name(name);
    let connection = Connection::open(ledger).expect("opened");
    let path = copy.to_string_lossy();
    let copied = connection.execute("VACUUM INTO ?1", [&*path]);
    copied.expect("copied");
    copy
}

/// Everything that a ledger says of runs, in an order of its own: with names in place of the numbers that are
/// this ledger's alone.
pub(crate) fn said(ledger: &Path) -> Vec<String> {
    let connection = Connection::open(ledger).expect("opened");
    let names = Names::read(&connection);
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .expect("prepared");
    let tables = tables.query_map([], |row| row.get::<_, String>(0));
    let mut said = Vec::new();
    for table in tables.expect("queried") {
        let table = table.expect("read");
        let mut select = connection
            .prepare(&format!("SELECT * FROM {table}"))
            .expect("prepared");
        let columns: Vec<String> = select.column_names().map(Into::into).collect();
        let mut rows = select.query([]).expect("queried");
        while let Some(row) = rows.next().expect("read") {
            let values = columns.iter().map(|column| {
                let value: Value = row.get(&**column).expect("a value");
                format!("{column}: {}", names.name(&table, column, value))
            });
            said.push(format!("{table} {}", values.collect::<Vec<_>>().join(", ")));
        }
    }
    said.sort();
    said
}

/// What numbers of a ledger mean.
struct Names {
    runs: HashMap<i64, String>,
    suites: HashMap<i64, String>,
    cases: HashMap<i64, String>,
    parts: HashMap<i64, String>,
}

impl Names {
    fn read(connection: &Connection) -> Self {
        let read = |sql: &str| {
            let mut select = connection.prepare(sql).expect("prepared");
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.expect("queried")
                .collect::<rusqlite::Result<_>>()
                .expect("read")
        };
        Self {
            // A merged run is known by what it is merged of.
            runs: read(
                "SELECT runs.id, coalesce(shard_group || '/' || merged_runs.kind, uid) \
                 FROM runs LEFT JOIN merged_runs ON run_id = runs.id",
            ),
            suites: read("SELECT id, hash FROM suites"),
            cases: read("SELECT id, case_id FROM cases"),
            parts: read("SELECT id, began_us || '' FROM parts"),
        }
    }

    fn name(&self, table: &str, column: &str, value: Value) -> String {
        let map = match (table, column) {
            (_, "run_id" | "member_id") | ("runs", "id") => &self.runs,
            (_, "suite_id") => &self.suites,
            (_, "case_key" | "flight_case") => &self.cases,
            (_, "part_id") => &self.parts,
            (_, "id") => return "any".into(),
            ("runs", "uid") => return "any".into(),
            _ => return format!("{value:?}"),
        };
        match value {
            Value::Integer(number) => map.get(&number).expect("known").clone(),
            other => format!("{other:?}"),
        }
    }
}

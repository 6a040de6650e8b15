//! The file in which the program keeps what it did, read without the program.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, types::FromSql};

/// A ledger, as the program has left it.
pub(crate) struct LedgerFile(Connection);

/// An attempt in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttemptRow {
    pub(crate) number: u64,
    pub(crate) iteration: u64,
    pub(crate) case: String,
    pub(crate) outcome: &'static str,
    pub(crate) suite_hash: String,
}

/// What the numbers of outcomes mean.
const OUTCOMES: [&str; 9] = [
    "passed",
    "failed",
    "timed-out",
    "stalled",
    "infrastructure-error",
    "harness-error",
    "skipped",
    "cancelled",
    "interrupted",
];

impl LedgerFile {
    pub(crate) fn open(path: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = Connection::open_with_flags(path, flags).expect("a ledger");
        let sound: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("checked");
        assert_eq!(sound, "ok");
        Self(connection)
    }

    /// The attempts of a run, in their order.
    pub(crate) fn attempts(&self, run: i64) -> Vec<AttemptRow> {
        let sql = "SELECT number, iteration, case_id, outcome, hash FROM attempts \
                   JOIN cases ON cases.id = case_key JOIN suites ON suites.id = suite_id \
                   WHERE run_id = ?1 ORDER BY number";
        let mut select = self.0.prepare(sql).expect("prepared");
        let rows = select.query_map([run], |row| {
            Ok(AttemptRow {
                number: row.get::<_, i64>(0)?.unsigned_abs(),
                iteration: row.get::<_, i64>(1)?.unsigned_abs(),
                case: row.get(2)?,
                outcome: OUTCOMES[usize::from(row.get::<_, u8>(3)?)],
                suite_hash: row.get(4)?,
            })
        });
        rows.expect("queried")
            .collect::<Result<_, _>>()
            .expect("read")
    }

    /// Everything that stands in it, as text.
    pub(crate) fn contents(&self) -> Vec<String> {
        let mut tables = self
            .0
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            .expect("prepared");
        let names = tables.query_map([], |row| row.get::<_, String>(0));
        let mut contents = Vec::new();
        for table in names.expect("queried") {
            let table = table.expect("read");
            let mut select = self
                .0
                .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
                .expect("prepared");
            let columns = select.column_count();
            let mut rows = select.query([]).expect("queried");
            while let Some(row) = rows.next().expect("read") {
                let values = (0..columns).map(|column| row.get_ref(column).expect("a value"));
                contents.push(format!("{table}: {:?}", values.collect::<Vec<_>>()));
            }
        }
        contents
    }

    /// The one value that a query brings.
    pub(crate) fn one<T: FromSql>(&self, sql: &str) -> T {
        self.0
            .query_row(sql, [], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Does something to the ledger.
    pub(crate) fn execute(&self, batch: &str) {
        self.0.execute_batch(batch).expect("executed");
    }
}

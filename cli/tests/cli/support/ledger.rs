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

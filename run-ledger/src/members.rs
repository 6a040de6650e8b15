//! The runs that a run is made of: a merged one of those of its shards, any other one of itself.

use rusqlite::Connection;

use crate::convert::Columns as _;

/// In SQL, the runs whose rows are those of the run that is the first parameter.
macro_rules! members_of_first {
    () => {
        "(SELECT member_id FROM members WHERE run_id = ?1)"
    };
}
pub(crate) use members_of_first;

/// A run whose rows are those of another one, or its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Member {
    /// Its number in the ledger.
    pub id: i64,
    /// What the numbers of its attempts are counted on from.
    pub number_offset: u64,
}

/// The members of a run, in the order in which their attempts are numbered.
pub(crate) fn of(connection: &Connection, run_id: i64) -> rusqlite::Result<Vec<Member>> {
    let mut select = connection.prepare_cached(
        "SELECT member_id, number_offset FROM members WHERE run_id = ?1 \
         ORDER BY number_offset, member_id",
    )?;
    let members = select.query_map([run_id], |row| {
        Ok(Member {
            id: row.get("member_id")?,
            number_offset: row.count("number_offset")?,
        })
    })?;
    members.collect()
}

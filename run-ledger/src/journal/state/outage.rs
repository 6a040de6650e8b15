//! Times during which the executor is away.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::State;
use crate::convert::us;

/// A time that is not over during which the executor is away.
pub(super) struct OpenOutage {
    id: i64,
    began: Duration,
}

impl OpenOutage {
    /// Keeps how long it has lasted by now, and whether the executor is back.
    pub(super) fn end(
        self,
        connection: &Connection,
        at: Duration,
        is_over: bool,
    ) -> rusqlite::Result<()> {
        let lasted = us(at.saturating_sub(self.began));
        connection.execute(
            "UPDATE outages SET lasted_us = ?2, is_over = ?3 WHERE id = ?1",
            params![self.id, lasted, is_over],
        )?;
        Ok(())
    }
}

impl State {
    pub(super) fn change_health(
        &mut self,
        connection: &Connection,
        at: Duration,
        trouble: Option<&str>,
    ) -> rusqlite::Result<()> {
        match (trouble, self.outage.take()) {
            (Some(reason), None) => {
                connection.execute(
                    "INSERT INTO outages (run_id, part_id, began_us, reason) VALUES (?1, ?2, ?3, ?4)",
                    params![self.run_id, self.part_id, self.unix_us(at), reason],
                )?;
                self.outage = Some(OpenOutage {
                    id: connection.last_insert_rowid(),
                    began: at,
                });
            }
            (None, Some(outage)) => outage.end(connection, at, true)?,
            (_, unchanged) => self.outage = unchanged,
        }
        Ok(())
    }
}

//! What there is one row of, written once for each commit.

use std::time::Duration;

use runner_core::agent::AgentTotals;
use rusqlite::{Connection, params};

use super::{State, Turn};
use crate::{
    compact,
    convert::{int, outcome, us},
};

impl State {
    /// Writes what there is one row of: once for each commit, and not for each entry.
    pub(super) fn settle(&mut self, connection: &Connection, at: Duration) -> rusqlite::Result<()> {
        let mut add = connection.prepare_cached(
            "INSERT INTO totals (run_id, suite_id, outcome, count) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET count = count + excluded.count",
        )?;
        for ((suite_id, class), count) in std::mem::take(&mut self.added) {
            add.execute(params![self.run_id, suite_id, outcome(class), count])?;
        }
        let mut judge = connection.prepare_cached(
            "INSERT INTO verdict_totals (run_id, verdict, count) VALUES (?1, ?2, ?3) \
             ON CONFLICT DO UPDATE SET count = count + excluded.count",
        )?;
        for (verdict, count) in std::mem::take(&mut self.judged) {
            judge.execute(params![self.run_id, verdict, count])?;
        }
        match std::mem::take(&mut self.failed) {
            0 => {}
            failed => compact::drop_texts(connection, self.run_id, failed)?,
        }
        if let Some(Turn { place, done, tries }) = self.turn {
            connection
                .prepare_cached(
                    "UPDATE progress SET iteration = ?2, done = ?3, last_number = ?4, tries = ?5, \
                     tries_passed = ?6 WHERE run_id = ?1",
                )?
                .execute(params![
                    self.run_id,
                    int(place.iteration),
                    int(done),
                    int(place.number),
                    int(tries.made),
                    int(tries.passed)
                ])?;
        }
        if std::mem::take(&mut self.flight.has_changed) {
            let flight = self.flight.attempt;
            connection
                .prepare_cached(
                    "UPDATE progress SET flight_number = ?2, flight_iteration = ?3, \
                     flight_case = ?4, flight_began_us = ?5, flight_try = ?6 WHERE run_id = ?1",
                )?
                .execute(params![
                    self.run_id,
                    flight.map(|(place, ..)| int(place.number)),
                    flight.map(|(place, ..)| int(place.iteration)),
                    flight.map(|(_, case_key, _)| case_key),
                    flight.map(|(.., began)| began),
                    flight.map(|(place, ..)| int(place.try_number)),
                ])?;
        }
        if std::mem::take(&mut self.agents_changed) {
            self.write_agents(connection)?;
        }
        connection
            .prepare_cached("UPDATE parts SET elapsed_us = max(elapsed_us, ?2) WHERE id = ?1")?
            .execute(params![
                self.part_id,
                us(at.saturating_sub(self.part_began))
            ])?;
        self.seen = at;
        Ok(())
    }

    /// Writes what agents told together. The sums are made here, where they cannot overflow: agents may
    /// tell any number.
    fn write_agents(&self, connection: &Connection) -> rusqlite::Result<()> {
        let AgentTotals {
            attempts,
            cost,
            tokens,
            rate_limited,
        } = &self.agents;
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO agent_totals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                self.run_id,
                int(*attempts),
                int(cost.known.billionths()),
                int(cost.untold),
                int(tokens.known.input),
                int(tokens.known.output),
                int(tokens.known.cache_creation),
                int(tokens.known.cache_read),
                int(tokens.untold),
                int(*rate_limited),
            ])?;
        Ok(())
    }
}

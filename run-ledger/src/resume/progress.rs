//! How far a run had come when it broke off, and what was under way then.

use runner_core::{outcome::OutcomeClass, run_state::Start, tries::Tries};
use rusqlite::{Connection, Row, params};

use crate::{
    convert::{Columns as _, int, outcome},
    rollup,
};

/// How far the run had come.
pub(super) struct Progress {
    iteration: u64,
    done: u64,
    tries: Tries,
    last_number: u64,
    rolled_up: i64,
    pub(super) flight: Option<Flight>,
}

/// The attempt that was under way.
pub(super) struct Flight {
    pub(super) number: u64,
    iteration: u64,
    try_number: u64,
    case_key: i64,
    began_us: i64,
}

impl Progress {
    pub(super) fn read(connection: &Connection, id: i64) -> rusqlite::Result<Self> {
        let read = |row: &Row<'_>| {
            let flight = match row.get::<_, Option<i64>>("flight_number")? {
                None => None,
                Some(_) => Some(Flight {
                    number: row.count("flight_number")?,
                    iteration: row.count("flight_iteration")?,
                    try_number: row.count("flight_try")?,
                    case_key: row.get("flight_case")?,
                    began_us: row.get("flight_began_us")?,
                }),
            };
            Ok(Self {
                iteration: row.count("iteration")?,
                done: row.count("done")?,
                tries: Tries {
                    made: row.count("tries")?,
                    passed: row.count("tries_passed")?,
                },
                last_number: row.count("last_number")?,
                rolled_up: row.get("rolled_up")?,
                flight,
            })
        };
        connection.query_row("SELECT * FROM progress WHERE run_id = ?1", [id], read)
    }

    /// Where the run goes on: after the attempt that was under way, if one was.
    pub(super) fn start(&self) -> Start {
        let (mut iteration, mut done, mut last) = (self.iteration, self.done, self.last_number);
        let mut tries = self.tries;
        if let Some(flight) = &self.flight {
            last = flight.number;
            if flight.iteration > iteration {
                (iteration, done, tries) = (flight.iteration, 0, Tries::default());
            }
        }
        Start {
            iteration: iteration.max(1),
            done: done as usize,
            next_attempt: last + 1,
            tries,
        }
    }

    /// Marks the attempt that was under way, and rolls up what is not rolled up.
    pub(super) fn settle(&self, connection: &Connection, id: i64) -> rusqlite::Result<()> {
        if let Some(flight) = &self.flight {
            flight.interrupt(connection, id)?;
            let start = self.start();
            connection.execute(
                "UPDATE progress SET iteration = ?2, done = ?3, last_number = ?4, \
                 tries = ?5, tries_passed = ?6, flight_number = NULL, \
                 flight_iteration = NULL, flight_try = NULL, flight_case = NULL, \
                 flight_began_us = NULL WHERE run_id = ?1",
                params![
                    id,
                    int(start.iteration),
                    int(start.done as u64),
                    int(flight.number),
                    int(start.tries.made),
                    int(start.tries.passed)
                ],
            )?;
        }
        rollup::roll_up(connection, id, self.rolled_up)
    }
}

impl Flight {
    /// Keeps the attempt as one of which nobody knows what came.
    fn interrupt(&self, connection: &Connection, run_id: i64) -> rusqlite::Result<()> {
        let class = outcome(OutcomeClass::Interrupted);
        let part_id: i64 = connection.query_row(
            "SELECT max(id) FROM parts WHERE run_id = ?1",
            [run_id],
            |row| row.get(0),
        )?;
        connection.execute(
            "INSERT INTO attempts (run_id, number, part_id, case_key, iteration, began_us, \
             elapsed_us, outcome, longest_gap_us, events, stream_bytes, output_bytes, explanation, try) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, 0, 0, 0, ?8, ?9)",
            params![
                run_id,
                int(self.number),
                part_id,
                self.case_key,
                int(self.iteration),
                self.began_us,
                class,
                "the runner itself was ended in the middle of the attempt",
                int(self.try_number)
            ],
        )?;
        connection.execute(
            "INSERT INTO totals (run_id, suite_id, outcome, count) \
             SELECT ?1, suite_id, ?3, 1 FROM cases WHERE id = ?2 \
             ON CONFLICT DO UPDATE SET count = count + 1",
            params![run_id, self.case_key, class],
        )?;
        Ok(())
    }
}

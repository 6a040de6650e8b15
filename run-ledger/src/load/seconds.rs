//! What happened second by second, and later in longer steps.
//!
//! A series has 240 points at most, so that its steps become longer while a run goes on. Seconds become
//! longer, too, but not before they are shorter than a step: what is made of them never changes by that.

use std::collections::BTreeMap;

use load::{Point, Second, Series};
use rusqlite::{Connection, Row, params};

use crate::{
    convert::{self, Columns as _, int},
    rollup::floor,
};

/// How wide a row is at first, in seconds.
const SECOND: i64 = 1;

/// How rows become wider: from how many seconds to how many, and how long after they are over.
const WIDENINGS: [Widening; 2] = [
    Widening {
        from: SECOND,
        to: 64,
        after: 3600,
    },
    Widening {
        from: 64,
        to: 4096,
        after: 24 * 3600,
    },
];

#[derive(Debug, Clone, Copy)]
struct Widening {
    from: i64,
    /// A power of two, like the steps of a series.
    to: i64,
    after: i64,
}

/// How many rows become wider ones in one commit.
const CHUNK: i64 = 1_000;

/// Adds seconds of a run, and makes wider ones of those that are old by now.
pub(super) fn add(
    connection: &Connection,
    run_id: i64,
    seconds: &[Second],
) -> rusqlite::Result<()> {
    for second in seconds {
        insert(
            connection,
            run_id,
            SECOND,
            int(second.number),
            &second.point,
        )?;
    }
    match seconds.iter().map(|second| second.number).max() {
        Some(latest) => widen(connection, run_id, latest),
        None => Ok(()),
    }
}

fn insert(
    connection: &Connection,
    run_id: i64,
    width_s: i64,
    began_s: i64,
    point: &Point,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO load_seconds (run_id, width_s, began_s, begun, outcomes, good, in_flight, \
             held, response) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            run_id,
            width_s,
            began_s,
            int(point.begun),
            convert::outcomes(&point.outcomes),
            int(point.good),
            int(point.in_flight),
            int(point.held),
            point.response.to_bytes(),
        ])?;
    Ok(())
}

fn widen(connection: &Connection, run_id: i64, latest: u64) -> rusqlite::Result<()> {
    let step = int(Series::step_until(latest));
    let due = WIDENINGS.into_iter().filter(|widening| widening.to <= step);
    for widening in due {
        // Only wide rows that are over begin there, and none is begun twice in the end.
        let until = floor(int(latest) - widening.after, widening.to);
        widen_some(connection, run_id, widening, until)?;
    }
    Ok(())
}

const NARROW: &str = "SELECT * FROM load_seconds WHERE run_id = ?1 AND width_s = ?2 AND began_s < ?3 \
                      ORDER BY began_s LIMIT ?4";

/// Makes wider rows of up to [`CHUNK`] rows that began before `until`. One whose rows take two steps has two
/// rows, which add up.
fn widen_some(
    connection: &Connection,
    run_id: i64,
    Widening { from, to, .. }: Widening,
    until: i64,
) -> rusqlite::Result<()> {
    let mut wide: BTreeMap<i64, Point> = BTreeMap::new();
    let mut ids: Vec<i64> = Vec::new();
    let mut select = connection.prepare_cached(NARROW)?;
    let mut rows = select.query([run_id, from, until, CHUNK])?;
    while let Some(row) = rows.next()? {
        ids.push(row.get("id")?);
        let began: i64 = row.get("began_s")?;
        let point = wide.entry(floor(began, to)).or_default();
        point.add_after(&read_point(row)?);
    }
    let mut delete = connection.prepare_cached("DELETE FROM load_seconds WHERE id = ?1")?;
    for id in &ids {
        delete.execute([id])?;
    }
    for (began, point) in &wide {
        insert(connection, run_id, to, *began, point)?;
    }
    Ok(())
}

/// What happened over the time of one run, whose zero is so many seconds after that of the series.
pub(super) fn read_into(
    series: &mut Series,
    connection: &Connection,
    run_id: i64,
    offset: u64,
) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached("SELECT * FROM load_seconds WHERE run_id = ?1")?;
    let mut rows = select.query([run_id])?;
    while let Some(row) = rows.next()? {
        let began = row.count("began_s")?;
        series.add(began.saturating_add(offset), &read_point(row)?);
    }
    Ok(())
}

fn read_point(row: &Row<'_>) -> rusqlite::Result<Point> {
    Ok(Point {
        begun: row.count("begun")?,
        outcomes: row.outcomes("outcomes")?,
        good: row.count("good")?,
        response: row.histogram("response")?,
        in_flight: row.count("in_flight")?,
        held: row.count("held")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    fn point(second: u64) -> Point {
        let mut point = Point {
            begun: second % 7,
            in_flight: second % 11,
            ..Point::default()
        };
        let took = std::time::Duration::from_millis(second % 13);
        point.response.record(took);
        point
    }

    fn ledger() -> Connection {
        let mut connection = Connection::open_in_memory().expect("a database");
        schema::migrate(&mut connection, "memory".as_ref()).expect("the tables");
        connection
    }

    fn count(connection: &Connection) -> i64 {
        let sql = "SELECT count(*) FROM load_seconds";
        let count = connection.query_row(sql, [], |row| row.get(0));
        count.expect("counted")
    }

    #[test]
    fn seconds_become_wider_ones_and_what_is_made_of_them_never_changes() {
        let ledger = ledger();
        let mut known = Series::default();
        let mut most = 0;
        // Three hours in which each second has something, and eight days in which few have.
        let times = (0..3 * 3600).chain((3 * 3600..8 * 24 * 3600).step_by(97));
        let times: Vec<u64> = times.collect();
        for (index, five) in times.chunks(5).enumerate() {
            let seconds: Vec<_> = five
                .iter()
                .map(|&number| Second {
                    number,
                    point: point(number),
                })
                .collect();
            for second in &seconds {
                known.add(second.number, &second.point);
            }
            ledger.execute_batch("BEGIN").expect("begun");
            add(&ledger, 1, &seconds).expect("added");
            ledger.execute_batch("COMMIT").expect("committed");
            most = most.max(count(&ledger));
            if index % 200 == 0 {
                let mut read = Series::default();
                read_into(&mut read, &ledger, 1, 0).expect("read");
                assert_eq!(read, known, "after {five:?}");
            }
        }
        assert!(most <= 7_680 + 64, "two hours of seconds: {most}");
        // An hour of single ones, a day by the minute, and then a row for each 4096 seconds.
        assert!(count(&ledger) < 3600 / 97 + 24 * 3600 / 64 + 8 * 24 * 3600 / 4096 + 100);
    }

    #[test]
    fn what_is_old_is_found_by_its_index() {
        let ledger = ledger();
        let mut select = ledger
            .prepare(&format!("EXPLAIN QUERY PLAN {NARROW}"))
            .expect("a statement");
        let mut rows = select.raw_query();
        let row = rows.next().expect("asked").expect("a row");
        let plan: String = row.get("detail").expect("words");
        assert!(
            plan.contains("load_seconds_by_time (run_id=? AND width_s=? AND began_s<?)"),
            "{plan}"
        );
    }
}

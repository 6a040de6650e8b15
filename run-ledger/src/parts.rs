//! Reads the parts of a run: the times in which a process was at it.

use std::time::Duration;

use runner_core::recorded::{PartEnd, RunPart, between};
use rusqlite::{Connection, Row, types::Type};

use crate::{
    convert::{Columns as _, misread},
    lists,
    members::{self, Member},
};

/// So many parts are listed.
const LISTED: usize = 1_000;

/// The latest parts of a run, in their order. Of a merged run, whose shards' parts lie beside each other,
/// they are the times in which any shard was at it.
pub(crate) fn list(connection: &Connection, id: i64) -> rusqlite::Result<Vec<RunPart>> {
    match *members::of(connection, id)? {
        [member] => of_member(connection, member, LISTED),
        ref members => {
            let mut parts = joined(of_all(connection, members)?);
            parts.drain(..parts.len().saturating_sub(LISTED));
            Ok(parts)
        }
    }
}

/// How many parts a run has.
pub(crate) fn count(connection: &Connection, id: i64) -> rusqlite::Result<u64> {
    match *members::of(connection, id)? {
        [member] => {
            let sql = "SELECT count(*) AS parts FROM parts WHERE run_id = ?1";
            connection.query_row(sql, [member.id], |row| row.count("parts"))
        }
        ref members => Ok(joined(of_all(connection, members)?).len() as u64),
    }
}

/// How long a run was under test: the time of all its parts, each moment counted once.
pub(crate) fn elapsed(connection: &Connection, id: i64) -> rusqlite::Result<Duration> {
    match *members::of(connection, id)? {
        [member] => {
            let sql = "SELECT coalesce(sum(elapsed_us), 0) AS elapsed_us FROM parts \
                       WHERE run_id = ?1";
            connection.query_row(sql, [member.id], |row| row.duration("elapsed_us"))
        }
        ref members => {
            let parts = joined(of_all(connection, members)?);
            Ok(parts.iter().map(|part| part.elapsed).sum())
        }
    }
}

fn of_all(connection: &Connection, members: &[Member]) -> rusqlite::Result<Vec<RunPart>> {
    let mut all = Vec::new();
    for member in members {
        all.extend(of_member(connection, *member, usize::MAX)?);
    }
    Ok(all)
}

/// The latest parts of one run, so many at most, in their order.
fn of_member(
    connection: &Connection,
    member: Member,
    limit: usize,
) -> rusqlite::Result<Vec<RunPart>> {
    let sql = "SELECT * FROM parts WHERE run_id = ?1 ORDER BY id DESC LIMIT ?2";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut parts = lists::list(connection, sql, [member.id, limit], |row| {
        Ok(RunPart {
            began: row.timestamp("began_us")?,
            elapsed: row.duration("elapsed_us")?,
            version: row.get("version")?,
            end: part_end(row)?,
        })
    })?;
    parts.reverse();
    Ok(parts)
}

fn part_end(row: &Row<'_>) -> rusqlite::Result<Option<PartEnd>> {
    let end: Option<String> = row.get("ended")?;
    end.map(|end| PartEnd::from_name(&end).ok_or_else(|| misread(row, "ended", Type::Text)))
        .transpose()
}

/// Parts that lie beside each other made to parts that follow each other. One ends as the last of those
/// ended that it is made of.
fn joined(mut parts: Vec<RunPart>) -> Vec<RunPart> {
    parts.sort_by(|one, other| {
        let key = |part: &RunPart| (part.began, part.elapsed, part.end.map(PartEnd::as_str));
        (key(one), &one.version).cmp(&(key(other), &other.version))
    });
    let mut joined: Vec<RunPart> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.began <= last.until() => {
                if part.until() > last.until() {
                    last.elapsed = between(last.began, part.until());
                    last.end = part.end;
                }
            }
            _ => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn part(began: i64, seconds: u64, end: Option<PartEnd>) -> RunPart {
        RunPart {
            began: Timestamp::from_second(began).expect("a time"),
            elapsed: Duration::from_secs(seconds),
            version: "1".into(),
            end,
        }
    }

    #[test]
    fn a_moment_in_which_several_shards_ran_counts_once() {
        let good = Some(PartEnd::InGoodOrder);
        let parts = vec![
            part(5, 10, None),
            part(0, 10, good),
            part(2, 3, good),
            part(30, 1, good),
        ];
        assert_eq!(joined(parts), [part(0, 15, None), part(30, 1, good)]);
    }

    #[test]
    fn what_is_joined_does_not_depend_on_the_order() {
        let parts = [
            part(0, 4, None),
            part(4, 4, Some(PartEnd::MachineSlept)),
            part(20, 1, None),
            part(0, 4, Some(PartEnd::InGoodOrder)),
        ];
        let forth = joined(parts.to_vec());
        let back = joined(parts.iter().rev().cloned().collect());
        assert_eq!(forth, back);
        assert_eq!(forth.len(), 2);
    }
}

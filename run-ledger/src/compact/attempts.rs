//! Single attempts: which are kept, and how much of them.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::Age;
use crate::convert::FAILED;

/// How many attempts are looked at in one step.
const CHUNK: i64 = 10_000;

/// So many of the latest attempts that failed are kept with all that was said of them, also beyond the
/// retention: those somebody will ask about.
const KEPT_FAILURES: i64 = 10_000;

/// Prunes attempts that are old, and says how many.
pub(super) fn prune(connection: &Connection, run_id: i64, age: Age) -> rusqlite::Result<usize> {
    let (pruned_to, rolled_up, bare_to): (i64, i64, i64) = connection
        .prepare_cached("SELECT pruned_to, rolled_up, bare_to FROM progress WHERE run_id = ?1")?
        .query_row([run_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    // What is not in a rollup yet would be lost.
    let upper = last_old(connection, run_id, pruned_to, age)?
        .unwrap_or(pruned_to)
        .min(rolled_up)
        .max(pruned_to);
    let mut pruned = 0;
    if upper > pruned_to {
        pruned += connection
            .prepare_cached(&format!(
                "DELETE FROM attempts WHERE run_id = ?1 AND number > ?2 AND number <= ?3 \
                 AND NOT ({FAILED})"
            ))?
            .execute(params![run_id, pruned_to, upper])?;
    }
    pruned += connection
        .prepare_cached(&prune_failed())?
        .execute(params![run_id, upper.min(bare_to)])?;
    if pruned == 0 && upper == pruned_to {
        return Ok(0);
    }
    connection
        .prepare_cached(
            "UPDATE progress SET pruned_to = ?2, pruned = pruned + ?3 WHERE run_id = ?1",
        )?
        .execute(params![run_id, upper, pruned as i64])?;
    Ok(pruned)
}

/// Prunes failed attempts up to a number. There are few of them, which an index finds.
fn prune_failed() -> String {
    format!(
        "DELETE FROM attempts INDEXED BY attempts_failed \
         WHERE run_id = ?1 AND number <= ?2 AND {FAILED}"
    )
}

/// The number of the last old attempt among the next ones after number `after`.
///
/// Where the clock was set back, attempts seem to be from the future. They are old if older ones come after
/// them, or if there are so many of them that nothing else can be seen.
fn last_old(
    connection: &Connection,
    run_id: i64,
    after: i64,
    age: Age,
) -> rusqlite::Result<Option<i64>> {
    let mut select = connection.prepare_cached(
        "SELECT number, began_us FROM attempts WHERE run_id = ?1 AND number > ?2 \
         ORDER BY number LIMIT ?3",
    )?;
    let mut rows = select.query(params![run_id, after, CHUNK])?;
    let us = Timestamp::as_microsecond;
    let (mut last_old, mut last) = (None, None);
    let mut seen = 0;
    // No further than to the first one that is young, so that a call with nothing to do is cheap.
    while let Some(row) = rows.next()? {
        let (number, began): (i64, i64) = (row.get(0)?, row.get(1)?);
        if began < us(age.cutoff) {
            last_old = Some(number);
        } else if began <= us(age.now) {
            return Ok(last_old);
        }
        last = Some(number);
        seen += 1;
    }
    Ok(if seen == CHUNK { last } else { last_old })
}

/// Takes what was said of failed attempts from all but the latest, after `added` more were written: there
/// may be thousands in a minute.
pub(crate) fn drop_texts(connection: &Connection, run_id: i64, added: i64) -> rusqlite::Result<()> {
    let (with_texts, bare_to): (i64, i64) = connection
        .prepare_cached(
            "UPDATE progress SET with_texts = with_texts + ?2 WHERE run_id = ?1 \
             RETURNING with_texts, bare_to",
        )?
        .query_row([run_id, added], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let excess = with_texts - KEPT_FAILURES;
    if excess <= 0 {
        return Ok(());
    }
    let last: Option<i64> = connection
        .prepare_cached(&nth_failed())?
        .query_row([run_id, bare_to, excess - 1], |row| row.get(0))
        .optional()?;
    let Some(last) = last else { return Ok(()) };
    connection
        .prepare_cached(&format!(
            "UPDATE attempts INDEXED BY attempts_failed \
             SET explanation = NULL, findings = NULL, agent = NULL, output = NULL WHERE run_id = ?1 AND number > ?2 AND number <= ?3 AND {FAILED}"
        ))?
        .execute([run_id, bare_to, last])?;
    connection
        .prepare_cached("UPDATE progress SET with_texts = ?2, bare_to = ?3 WHERE run_id = ?1")?
        .execute([run_id, KEPT_FAILURES, last])?;
    Ok(())
}

/// The number of a failed attempt, counted from those after a number.
fn nth_failed() -> String {
    format!(
        "SELECT number FROM attempts INDEXED BY attempts_failed \
         WHERE run_id = ?1 AND number > ?2 AND {FAILED} \
         ORDER BY number LIMIT 1 OFFSET ?3"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compact::plan;

    #[test]
    fn failed_attempts_are_found_by_their_index_and_not_among_all_others() {
        for (sql, range) in [
            (prune_failed(), "attempts_failed (run_id=? AND number<?)"),
            (nth_failed(), "attempts_failed (run_id=? AND number>?)"),
        ] {
            let plan = plan(&sql);
            assert!(plan.contains(range), "{sql}:\n{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{sql}:\n{plan}");
        }
    }
}

//! What the runner measured about itself.

use runner_core::self_sample::{SelfSample, SelfTotals};
use rusqlite::Connection;

use crate::{convert::Columns as _, members};

/// What the runner of a run took and missed in all; of a merged run, the runners of all shards.
pub(crate) fn totals(connection: &Connection, id: i64) -> rusqlite::Result<SelfTotals> {
    let mut all = SelfTotals::default();
    for member in members::of(connection, id)? {
        all.merge(&of_member(connection, member.id)?);
    }
    Ok(all)
}

/// The sums over one process after the other, made where they are: there is a sample each minute.
fn of_member(connection: &Connection, id: i64) -> rusqlite::Result<SelfTotals> {
    let sql = "SELECT count(*) AS samples, coalesce(sum(span_us), 0) AS span_us, \
               coalesce(max(lag_max_us), 0) AS lag_max_us, coalesce(sum(late_us), 0) AS late_us, \
               coalesce(sum(cpu_us), 0) AS cpu_us, coalesce(max(memory_bytes), 0) AS memory_max, \
               coalesce(max(descriptors), 0) AS descriptors_max, \
               coalesce(sum(lost_log_lines), 0) AS lost_log_lines, \
               coalesce(sum(commits), 0) AS commits, coalesce(sum(commit_us), 0) AS commit_us, \
               coalesce(max(commit_max_us), 0) AS commit_max_us, \
               coalesce((SELECT memory_bytes FROM samples WHERE run_id = ?1 \
               ORDER BY id LIMIT 1), 0) AS memory_first, \
               coalesce((SELECT memory_bytes FROM samples WHERE run_id = ?1 \
               ORDER BY id DESC LIMIT 1), 0) AS memory_last, \
               coalesce((SELECT descriptors FROM samples WHERE run_id = ?1 \
               ORDER BY id DESC LIMIT 1), 0) AS descriptors_last \
               FROM samples WHERE run_id = ?1";
    connection.query_row(sql, [id], |row| {
        let memory_last = row.count("memory_last")?;
        Ok(SelfTotals {
            samples: row.count("samples")?,
            memory_first: row.count("memory_first")?,
            memory_last,
            memory_max: row.count("memory_max")?,
            descriptors_max: row.count("descriptors_max")?,
            sum: SelfSample {
                span: row.duration("span_us")?,
                lag_max: row.duration("lag_max_us")?,
                late: row.duration("late_us")?,
                cpu: row.duration("cpu_us")?,
                memory_bytes: memory_last,
                descriptors: row.count("descriptors_last")?,
                lost_log_lines: row.count("lost_log_lines")?,
                commits: row.count("commits")?,
                commit_time: row.duration("commit_us")?,
                commit_max: row.duration("commit_max_us")?,
            },
        })
    })
}

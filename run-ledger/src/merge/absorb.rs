//! Adds the runs of shards of the attached ledger `source` to the ledger itself.
//!
//! Numbers that mean something in one ledger alone are given anew: those of suites, cases, runs and parts.
//! Every table that has a column `run_id` holds what belongs to a run, and is copied, so that a later version
//! of the schema needs nothing here. What its other columns are called says what they refer to.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, params};

/// The numbers that things of the source get.
const MAPS: &str = "
    CREATE TEMP TABLE IF NOT EXISTS run_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS suite_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS case_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
    CREATE TEMP TABLE IF NOT EXISTS part_map (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
    DELETE FROM run_map; DELETE FROM suite_map; DELETE FROM case_map; DELETE FROM part_map;";

/// Adds everything, in the transaction that is open or statement by statement.
pub(super) fn absorb(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(MAPS)?;
    let tables = tables_of_runs(connection)?;
    for run in runs_of_shards(connection)? {
        if let Some(new) = place(connection, &run, &tables)? {
            let sql = "INSERT INTO run_map (old, new) VALUES (?1, ?2)";
            connection.execute(sql, params![run.id, new])?;
        }
    }
    suites(connection)?;
    connection.execute_batch(
        "INSERT OR IGNORE INTO main.cases (suite_id, case_id, name, command)
         SELECT new, case_id, name, command FROM source.cases
         JOIN suite_map ON old = suite_id ORDER BY cases.id;
         INSERT INTO case_map (old, new)
         SELECT theirs.id, ours.id FROM source.cases AS theirs
         JOIN suite_map ON old = theirs.suite_id
         JOIN main.cases AS ours ON ours.suite_id = new AND ours.case_id = theirs.case_id;
         INSERT INTO part_map (old, new)
         SELECT id, row_number() OVER (ORDER BY id)
             + (SELECT coalesce(max(id), 0) FROM main.parts)
         FROM source.parts WHERE run_id IN (SELECT old FROM run_map);",
    )?;
    copy(connection, "runs", "id")?;
    tables
        .iter()
        .try_for_each(|table| copy(connection, table, "run_id"))
}

/// A run of a shard in the source.
struct ShardsRun {
    id: i64,
    uid: String,
}

fn runs_of_shards(connection: &Connection) -> rusqlite::Result<Vec<ShardsRun>> {
    let sql = "SELECT id, uid FROM source.runs JOIN source.shards ON run_id = id ORDER BY id";
    let mut select = connection.prepare(sql)?;
    let runs = select.query_map([], |row| {
        Ok(ShardsRun {
            id: row.get(0)?,
            uid: row.get(1)?,
        })
    })?;
    runs.collect()
}

/// The number that a run gets; `None` where it is known as far as this, or further. What is known of it less
/// far is removed.
fn place(
    connection: &Connection,
    run: &ShardsRun,
    tables: &[String],
) -> rusqlite::Result<Option<i64>> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT id FROM main.runs WHERE uid = ?1")?
        .query_row([&run.uid], |row| row.get(0))
        .optional()?;
    let Some(known) = known else {
        let next = "SELECT 1 + max((SELECT coalesce(max(id), 0) FROM main.runs), \
                    (SELECT coalesce(max(new), 0) FROM run_map))";
        return connection.query_row(next, [], |row| row.get(0)).map(Some);
    };
    if how_far(connection, "main", known)? >= how_far(connection, "source", run.id)? {
        return Ok(None);
    }
    for table in tables {
        connection.execute(
            &format!("DELETE FROM main.{table} WHERE run_id = ?1"),
            [known],
        )?;
    }
    Ok(Some(known))
}

/// How far the record of a run goes. Of two records of one run, the one that is more was made later: nothing
/// in it becomes less.
fn how_far(connection: &Connection, ledger: &str, run_id: i64) -> rusqlite::Result<[i64; 7]> {
    let sql = format!(
        "SELECT (SELECT count(*) FROM {ledger}.parts WHERE run_id = ?1), last_number, \
         coalesce(flight_number, 0), \
         (SELECT coalesce(sum(elapsed_us), 0) FROM {ledger}.parts WHERE run_id = ?1), \
         ended IS NOT NULL, length(problems), pruned \
         FROM {ledger}.runs JOIN {ledger}.progress ON run_id = id WHERE id = ?1"
    );
    connection.prepare_cached(&sql)?.query_row([run_id], |row| {
        let mut far = [0; 7];
        for (index, value) in far.iter_mut().enumerate() {
            *value = row.get(index)?;
        }
        Ok(far)
    })
}

/// Adds the versions of suites that the runs were made with.
fn suites(connection: &Connection) -> rusqlite::Result<()> {
    let mut select = connection.prepare(
        "SELECT hash, text FROM source.suites WHERE id IN \
         (SELECT suite_id FROM source.runs JOIN run_map ON old = id \
         UNION SELECT suite_id FROM source.totals JOIN run_map ON old = run_id) \
         AND hash NOT IN (SELECT hash FROM main.suites) ORDER BY id",
    )?;
    let new: Vec<(String, String)> = select
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (hash, text) in new {
        let sql = "INSERT INTO main.suites (hash, text) VALUES (?1, ?2)";
        connection.execute(sql, [&hash, &text])?;
        cases_in_order(connection, connection.last_insert_rowid(), &text)?;
    }
    connection.execute_batch(
        "INSERT INTO suite_map (old, new) SELECT theirs.id, ours.id
         FROM source.suites AS theirs JOIN main.suites AS ours USING (hash);",
    )
}

/// Makes the cases of a suite known in its order, whichever shard comes first: lists of cases go by the order
/// in which they became known. A suite that this version of the program cannot read has the order in which
/// the shards come.
fn cases_in_order(connection: &Connection, suite_id: i64, text: &str) -> rusqlite::Result<()> {
    let cases = suite::parse(Path::new(""), text).map_or_else(|_| Vec::new(), |it| it.cases);
    let mut insert = connection.prepare_cached(
        "INSERT INTO main.cases (suite_id, case_id, name, command) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for case in cases {
        insert.execute(params![suite_id, case.id, case.name, case.command])?;
    }
    Ok(())
}

/// The tables that hold what belongs to a run, those first that others refer to.
fn tables_of_runs(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare(
        "SELECT tables.name FROM main.sqlite_schema AS tables \
         JOIN pragma_table_info(tables.name) AS columns ON columns.name = 'run_id' \
         WHERE tables.type = 'table' AND tables.name NOT LIKE 'merged_%' \
         ORDER BY tables.name <> 'parts', tables.name",
    )?;
    select.query_map([], |row| row.get(0))?.collect()
}

/// Copies the rows of a table that belong to the runs that get a number; `run` is the column that says to
/// which.
fn copy(connection: &Connection, table: &str, run: &str) -> rusqlite::Result<()> {
    let mut select = connection.prepare("SELECT name FROM pragma_table_info(?1, 'main')")?;
    let columns = select
        .query_map([table], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let (names, values): (Vec<&str>, Vec<String>) = columns
        .iter()
        .filter_map(|column| Some((&**column, value(table, column)?)))
        .unzip();
    let sql = format!(
        "INSERT OR REPLACE INTO main.{table} ({}) SELECT {} FROM source.{table} AS theirs \
         JOIN run_map ON run_map.old = theirs.{run} ORDER BY theirs.{run}",
        names.join(", "),
        values.join(", ")
    );
    connection.execute(&sql, [])?;
    Ok(())
}

/// What is copied into a column; `None` if SQLite numbers the rows.
fn value(table: &str, column: &str) -> Option<String> {
    let mapped = |map: &str| format!("(SELECT new FROM {map} WHERE old = theirs.{column})");
    Some(match (table, column) {
        ("runs", "id") | (_, "run_id") => "run_map.new".to_owned(),
        ("parts", "id") | (_, "part_id") => mapped("part_map"),
        (_, "id") => return None,
        (_, "suite_id") => mapped("suite_map"),
        (_, "case_key" | "flight_case") => mapped("case_map"),
        _ => format!("theirs.{column}"),
    })
}

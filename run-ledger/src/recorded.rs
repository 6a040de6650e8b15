//! Reads everything about one run.

use std::collections::BTreeMap;

use jiff::{Timestamp, Zoned};
use runner_core::{
    agent::{AgentTotals, Sum, TokenUsage},
    drift::Windows,
    outcome::OutcomeClass,
    plan::SoakBefore,
    recorded::{
        OutcomeCounts, RecordedCase, RecordedHour, RecordedProblem, RecordedRun, RecordedState,
        RunKind, Totals,
    },
    results::{Counts, RunInfo, RunProblem, Verdict},
};
use rusqlite::{Connection, Row, types::Type};
use suite::Usd;

use crate::{
    convert::{Columns as _, misread, outcome},
    graduation::{self, Suites},
    lists,
    members::members_of_first,
    parts,
    rollup::{self, HOUR},
    runner,
    windows::Cutting,
};

/// Reads the run with this number.
pub(crate) fn load(
    connection: &Connection,
    id: i64,
    is_running: bool,
) -> rusqlite::Result<RecordedRun> {
    let head = |row: &Row<'_>| {
        Ok((
            run_info(row)?,
            row.get::<_, String>("suite_file")?,
            kind(row)?,
            state(row, is_running)?,
            problems(row)?,
        ))
    };
    let (run, suite_file, kind, state, problems) =
        connection.query_row("SELECT * FROM runs WHERE id = ?1", [id], head)?;
    let before = before(connection, id)?;
    let (iteration, pruned) = connection.query_row(
        concat!(
            "SELECT coalesce(max(max(iteration, coalesce(flight_iteration, 0))), 0) AS iteration, \
             coalesce(sum(pruned), 0) AS pruned FROM progress WHERE run_id IN ",
            members_of_first!()
        ),
        [id],
        |row| Ok((row.count("iteration")?, row.count("pruned")?)),
    )?;
    let (cases, hours, windows) = totals(connection, id)?;
    let graduation = graduation::load(connection, Suites::In(&suite_file))?;
    Ok(RecordedRun {
        id: id.unsigned_abs(),
        kind,
        state,
        problems,
        counts: before.counts,
        interrupted: outcomes(connection, id, None)?.get(OutcomeClass::Interrupted),
        iteration,
        elapsed: before.elapsed,
        parts: parts::list(connection, id)?,
        part_count: parts::count(connection, id)?,
        outages: lists::outages(connection, id)?,
        outage_count: lists::outage_count(connection, id)?,
        suites: lists::suites(connection, id)?,
        cases,
        hours,
        windows,
        findings: lists::findings(connection, id)?,
        failed: lists::failed(connection, id)?,
        slowest: lists::slowest(connection, id)?,
        pruned,
        runner: before.runner,
        gates: Vec::new(),
        baseline: None,
        graduation: graduation.into_iter().next(),
        run,
    })
}

/// What came of the run so far.
pub(crate) fn before(connection: &Connection, id: i64) -> rusqlite::Result<SoakBefore> {
    let mut counts = Counts {
        agents: agents(connection, id)?,
        ..outcomes(connection, id, None)?.counts()
    };
    add_verdicts(connection, id, &mut counts)?;
    Ok(SoakBefore {
        counts,
        runner: runner::totals(connection, id)?,
        elapsed: parts::elapsed(connection, id)?,
    })
}

/// How many attempts of a run came to what; under one version of the suite, if one is given.
pub(crate) fn outcomes(
    connection: &Connection,
    id: i64,
    suite_id: Option<i64>,
) -> rusqlite::Result<OutcomeCounts> {
    let mut outcomes = OutcomeCounts::default();
    let mut select = connection.prepare_cached(concat!(
        "SELECT outcome, count FROM totals WHERE (?2 IS NULL OR suite_id = ?2) AND run_id IN ",
        members_of_first!()
    ))?;
    let mut rows = select.query((id, suite_id))?;
    while let Some(row) = rows.next()? {
        outcomes.add(row.outcome("outcome")?, row.count("count")?);
    }
    Ok(outcomes)
}

/// Adds how many cases of a run got which verdict.
fn add_verdicts(connection: &Connection, id: i64, counts: &mut Counts) -> rusqlite::Result<()> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT verdict, count FROM verdict_totals WHERE run_id IN ",
        members_of_first!()
    ))?;
    let mut rows = select.query([id])?;
    while let Some(row) = rows.next()? {
        let verdict = Verdict::from_name(row.get_ref("verdict")?.as_str()?);
        let verdict = verdict.ok_or_else(|| misread(row, "verdict", Type::Text))?;
        counts.add_verdicts(verdict, row.count("count")?);
    }
    Ok(())
}

/// What is told of agents, all of it numbers that add up.
const AGENT_SUMS: [&str; 9] = [
    "attempts",
    "cost_billionths",
    "cost_untold",
    "input",
    "output",
    "cache_creation",
    "cache_read",
    "tokens_untold",
    "rate_limited",
];

fn agents(connection: &Connection, id: i64) -> rusqlite::Result<AgentTotals> {
    let read = |row: &Row<'_>| {
        Ok(AgentTotals {
            attempts: row.count("attempts")?,
            cost: Sum {
                known: Usd::from_billionths(row.count("cost_billionths")?),
                untold: row.count("cost_untold")?,
            },
            tokens: Sum {
                known: TokenUsage {
                    input: row.count("input")?,
                    output: row.count("output")?,
                    cache_creation: row.count("cache_creation")?,
                    cache_read: row.count("cache_read")?,
                },
                untold: row.count("tokens_untold")?,
            },
            rate_limited: row.count("rate_limited")?,
        })
    };
    // Of sums over nothing, each is NULL.
    let sums = AGENT_SUMS.map(|column| format!("coalesce(sum({column}), 0) AS {column}"));
    let sql = format!(
        "SELECT {} FROM agent_totals WHERE run_id IN {}",
        sums.join(", "),
        members_of_first!()
    );
    connection.query_row(&sql, [id], read)
}

/// What came of the cases, of the hours and of the windows.
fn totals(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<(Vec<RecordedCase>, Vec<RecordedHour>, Windows)> {
    // By the number of the case and the hour: each case has few hours, and each hour few cases.
    let mut cells: BTreeMap<(i64, i64), Totals> = BTreeMap::new();
    let mut cutting = Cutting::of(connection, id)?;
    rollup::each_piece(connection, id, |case_key, moment_s, piece| {
        let hour = rollup::floor(moment_s, HOUR);
        piece.add_to(cells.entry((case_key, hour)).or_default());
        cutting.add(case_key, moment_s, piece);
    })?;
    let mut cases = Cases::default();
    let mut hours: BTreeMap<i64, Totals> = BTreeMap::new();
    for ((case_key, hour), totals) in cells {
        hours.entry(hour).or_default().merge(&totals);
        cases.add(connection, case_key, hour, totals)?;
    }
    let hours = hours
        .into_iter()
        .map(recorded_hour)
        .collect::<Result<_, _>>()?;
    Ok((cases.finish()?, hours, cutting.finish(connection, id)?))
}

fn recorded_hour((began, totals): (i64, Totals)) -> rusqlite::Result<RecordedHour> {
    let began = Timestamp::from_second(began)
        .map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, began))?;
    Ok(RecordedHour { began, totals })
}

/// Cases while they are put together. One with the same id in several versions of the suite is one case.
#[derive(Default)]
struct Cases {
    indices: BTreeMap<String, usize>,
    cases: Vec<(RecordedCase, BTreeMap<i64, Totals>)>,
}

impl Cases {
    fn add(
        &mut self,
        connection: &Connection,
        case_key: i64,
        hour: i64,
        totals: Totals,
    ) -> rusqlite::Result<()> {
        let (id, name) = connection
            .prepare_cached("SELECT case_id, name FROM cases WHERE id = ?1")?
            .query_row([case_key], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
            })?;
        let next = self.cases.len();
        let index = *self.indices.entry(id.clone()).or_insert(next);
        if index == next {
            let case = RecordedCase {
                id,
                name: name.clone(),
                totals: Totals::default(),
                hours: Vec::new(),
            };
            self.cases.push((case, BTreeMap::new()));
        }
        let (case, hours) = &mut self.cases[index];
        // The latest version names it.
        case.name = name;
        case.totals.merge(&totals);
        hours.entry(hour).or_default().merge(&totals);
        Ok(())
    }

    fn finish(self) -> rusqlite::Result<Vec<RecordedCase>> {
        let cases = self.cases.into_iter();
        cases
            .map(|(mut case, hours)| {
                case.hours = hours
                    .into_iter()
                    .map(recorded_hour)
                    .collect::<Result<_, _>>()?;
                Ok(case)
            })
            .collect()
    }
}

pub(crate) fn run_info(row: &Row<'_>) -> rusqlite::Result<RunInfo> {
    let environment = row.get_ref("environment")?.as_str()?;
    Ok(RunInfo {
        marker: row.get("marker")?,
        started_at: started_at(row)?,
        suite_path: row.get("suite_path")?,
        suite_stem: row.get("suite_stem")?,
        suite_description: row.get("description")?,
        version: row.get("version")?,
        executor: row.get("executor")?,
        environment: serde_json::from_str(environment)
            .map_err(|_| misread(row, "environment", Type::Text))?,
    })
}

pub(crate) fn started_at(row: &Row<'_>) -> rusqlite::Result<Zoned> {
    let text = row.get_ref("started_at")?.as_str()?;
    text.parse()
        .map_err(|_| misread(row, "started_at", Type::Text))
}

pub(crate) fn kind(row: &Row<'_>) -> rusqlite::Result<RunKind> {
    let text = row.get_ref("kind")?.as_str()?;
    RunKind::from_name(text).ok_or_else(|| misread(row, "kind", Type::Text))
}

pub(crate) fn state(row: &Row<'_>, is_running: bool) -> rusqlite::Result<RecordedState> {
    let ended: Option<String> = row.get("ended")?;
    Ok(match ended {
        Some(end) => RecordedState::Ended(end),
        None if is_running => RecordedState::Running,
        None => RecordedState::Broken,
    })
}

pub(crate) fn problems(row: &Row<'_>) -> rusqlite::Result<Vec<RecordedProblem>> {
    let text = row.get_ref("problems")?.as_str()?;
    let pairs: Vec<(String, String)> =
        serde_json::from_str(text).map_err(|_| misread(row, "problems", Type::Text))?;
    let problems = pairs.into_iter();
    Ok(problems
        .map(|(code, text)| RecordedProblem { code, text })
        .collect())
}

/// Problems as they are kept, gravest first.
pub(crate) fn told_problems(problems: &[RunProblem]) -> String {
    let told = problems.iter();
    let told: Vec<_> = told.map(|it| (it.code(), it.to_string())).collect();
    serde_json::json!(told).to_string()
}

/// Recorded problems as they are kept.
pub(crate) fn problems_text(problems: &[RecordedProblem]) -> String {
    let pairs: Vec<_> = problems.iter().map(|it| (&it.code, &it.text)).collect();
    serde_json::json!(pairs).to_string()
}

/// The number by which an attempt that passed is known.
pub(crate) fn passed() -> i64 {
    outcome(OutcomeClass::Passed)
}

//! How far suites are from their graduation.

use std::{cmp::Reverse, collections::BTreeMap};

use run_stats::SuccessRatio;
use runner_core::recorded::{Graduation, OutcomeCounts, SuiteHistory};
use rusqlite::Connection;

use crate::convert::Columns as _;

/// Which suites are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Suites<'a> {
    /// Each of which there are attempts.
    All,
    /// The one in this file.
    In(&'a str),
    /// Those in this file, and those that were called so.
    Called {
        /// The file.
        file: &'a str,
        /// The path as it was named, or its stem.
        name: &'a str,
    },
}

/// Everything that the ledger holds of suites, by their files.
pub(crate) fn load(
    connection: &Connection,
    suites: Suites<'_>,
) -> rusqlite::Result<Vec<Graduation>> {
    let mut select = connection.prepare(
        "SELECT suite_file, hash, totals.suite_id AS version, runs.id AS run, runs.suite_id = totals.suite_id AS is_current, outcome, count, \
         (SELECT min(began_us) FROM parts WHERE run_id = runs.id) AS began_us \
         FROM totals JOIN runs ON runs.id = run_id JOIN suites ON suites.id = totals.suite_id \
         WHERE ?1 IS NULL OR suite_file IN (SELECT suite_file FROM runs \
         WHERE suite_file = ?1 OR suite_path = ?2 OR suite_stem = ?2) \
         ORDER BY suite_file, run",
    )?;
    let (file, name) = match suites {
        Suites::All => (None, None),
        Suites::In(file) => (Some(file), None),
        Suites::Called { file, name } => (Some(file), Some(name)),
    };
    let mut rows = select.query([file, name])?;
    let mut suites: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let versions = suites.entry(row.get("suite_file")?).or_default();
        let (version, run): (i64, i64) = (row.get("version")?, row.get("run")?);
        let index = match versions.iter().position(|known| known.version == version) {
            Some(index) => index,
            None => {
                versions.push(Version {
                    version,
                    history: SuiteHistory {
                        hash: row.get("hash")?,
                        since: row.timestamp("began_us")?,
                        runs: 0,
                        ratio: SuccessRatio::new(0, 0),
                    },
                    outcomes: OutcomeCounts::default(),
                    latest_run: None,
                    is_current: false,
                });
                versions.len() - 1
            }
        };
        let known = &mut versions[index];
        known.is_current = row.get("is_current")?;
        if known.latest_run != Some(run) {
            known.latest_run = Some(run);
            known.history.runs += 1;
        }
        known
            .outcomes
            .add(row.outcome("outcome")?, row.count("count")?);
    }
    Ok(suites
        .into_iter()
        .map(|(suite_path, versions)| graduation(suite_path, versions))
        .collect())
}

/// A version of a suite, while it is added up.
struct Version {
    version: i64,
    history: SuiteHistory,
    outcomes: OutcomeCounts,
    latest_run: Option<i64>,
    /// Whether that run ended with it.
    is_current: bool,
}

fn graduation(suite_path: String, mut versions: Vec<Version>) -> Graduation {
    let mut overall = OutcomeCounts::default();
    for version in &mut versions {
        overall.merge(&version.outcomes);
        version.history.ratio = ratio(&version.outcomes);
    }
    // The version that was used last is the one that counts, also if an older one was brought back.
    versions
        .sort_by_key(|version| Reverse((version.latest_run, version.is_current, version.version)));
    Graduation {
        suite_path,
        overall: ratio(&overall),
        versions: versions
            .into_iter()
            .map(|version| version.history)
            .collect(),
    }
}

fn ratio(outcomes: &OutcomeCounts) -> SuccessRatio {
    SuccessRatio::from(outcomes.success())
}

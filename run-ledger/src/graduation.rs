//! How far suites are from their graduation.

use std::{cmp::Reverse, collections::BTreeMap};

use run_stats::SuccessRatio;
use runner_core::recorded::{Graduation, OutcomeCounts, SuiteHistory};
use rusqlite::Connection;

use crate::convert::Columns as _;

/// Everything that the ledger holds of each suite, by its path.
pub(crate) fn load(
    connection: &Connection,
    suite: Option<&str>,
) -> rusqlite::Result<Vec<Graduation>> {
    let mut select = connection.prepare(
        "SELECT suite_path, hash, totals.suite_id AS version, runs.id AS run, runs.suite_id = totals.suite_id AS is_current, outcome, count, \
         (SELECT min(began_us) FROM parts WHERE run_id = runs.id) AS began_us \
         FROM totals JOIN runs ON runs.id = run_id JOIN suites ON suites.id = totals.suite_id \
         WHERE ?1 IS NULL OR suite_path = ?1 OR suite_stem = ?1 \
         ORDER BY suite_path, run",
    )?;
    let mut rows = select.query([suite])?;
    let mut suites: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let versions = suites.entry(row.get("suite_path")?).or_default();
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

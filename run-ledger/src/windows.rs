//! Cuts a run into windows, for its drift and its charts.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use jiff::Timestamp;
use runner_core::{
    drift::{MAX_CASES, Quantity, Series, Windows, window_width},
    recorded::Totals,
    self_sample::SelfSample,
};
use rusqlite::Connection;

use crate::{
    convert::Columns as _,
    executor_samples,
    members::members_of_first,
    rollup::{self, HOUR, MINUTE, Piece},
};

/// A run while it is cut into windows.
pub(crate) struct Cutting {
    cut: Cut,
    /// What came of each case in each window.
    cells: BTreeMap<(usize, i64), Totals>,
}

impl Cutting {
    /// Decides how a run is cut.
    pub(crate) fn of(connection: &Connection, run_id: i64) -> rusqlite::Result<Self> {
        Ok(Self {
            cut: Cut::of(connection, run_id)?,
            cells: BTreeMap::new(),
        })
    }

    /// Takes in a piece of what came of a case, at a moment in seconds since the Unix epoch.
    pub(crate) fn add(&mut self, case_key: i64, moment_s: i64, piece: &Piece) {
        if let Some(window) = self.cut.window(moment_s) {
            piece.add_to(self.cells.entry((window, case_key)).or_default());
        }
    }

    /// The windows, with what was found in them.
    pub(crate) fn finish(self, connection: &Connection, run_id: i64) -> rusqlite::Result<Windows> {
        let Self { cut, cells } = self;
        let names = case_ids(connection, run_id)?;
        let mut totals = vec![Totals::default(); cut.count];
        let mut cases: HashMap<&str, CaseWindows> = HashMap::new();
        for ((window, case_key), cell) in &cells {
            totals[*window].merge(cell);
            if let Some(id) = names.get(case_key) {
                let case = cases
                    .entry(id)
                    .or_insert_with(|| CaseWindows::new(*case_key));
                case.attempts += cell.outcomes.counts().success().trials();
                // Versions of the suite have keys of their own for the same case.
                case.totals.entry(*window).or_default().merge(cell);
            }
        }
        let mut windows = Windows {
            began: Timestamp::from_second(cut.began_s).unwrap_or(Timestamp::UNIX_EPOCH),
            width: cut.width,
            cases_left_out: cases.len().saturating_sub(MAX_CASES),
            series: Vec::new(),
            totals,
        };
        windows
            .series
            .extend(of_attempts(None, cut.count, |window| {
                Some(&windows.totals[window])
            }));
        windows.series.extend(of_samples(connection, run_id, &cut)?);
        // What holds for the only case, holds for the whole, and has been said.
        if cases.len() > 1 {
            let mut cases: Vec<_> = cases.into_iter().collect();
            cases.sort_unstable_by_key(|(_, case)| (Reverse(case.attempts), case.first_key));
            cases.truncate(MAX_CASES);
            for (id, case) in cases {
                let of_case = of_attempts(Some(id), cut.count, |window| case.totals.get(&window));
                windows.series.extend(of_case);
            }
        }
        windows.look_for_drift();
        Ok(windows)
    }
}

/// A case in the windows.
struct CaseWindows {
    /// The number by which it was known first.
    first_key: i64,
    attempts: u64,
    totals: BTreeMap<usize, Totals>,
}

impl CaseWindows {
    fn new(first_key: i64) -> Self {
        Self {
            first_key,
            attempts: 0,
            totals: BTreeMap::new(),
        }
    }
}

/// How a run is cut.
struct Cut {
    /// When the first window begins, in seconds since the Unix epoch.
    began_s: i64,
    width: Duration,
    count: usize,
}

impl Cut {
    fn of(connection: &Connection, run_id: i64) -> rusqlite::Result<Self> {
        // A run has a part from its beginning on.
        let (began, ended): (i64, i64) = connection.query_row(
            concat!(
                "SELECT coalesce(min(began_us), 0), coalesce(max(began_us + elapsed_us), 0) \
                 FROM parts WHERE run_id IN ",
                members_of_first!()
            ),
            [run_id],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let widest: Option<i64> = connection.query_row(
            concat!(
                "SELECT max(width_s) FROM rollups WHERE run_id IN ",
                members_of_first!()
            ),
            [run_id],
            |row| row.get(0),
        )?;
        let widest = widest.unwrap_or(MINUTE).clamp(MINUTE, HOUR);
        // Rollups begin with full minutes or hours.
        let began_s = rollup::floor(began.div_euclid(1_000_000), widest);
        let elapsed_s = ended.div_euclid(1_000_000).saturating_sub(began_s).max(0);
        let elapsed = Duration::from_secs(elapsed_s.unsigned_abs());
        let width = window_width(elapsed, Duration::from_secs(widest.unsigned_abs()));
        let (whole, rest) = (
            elapsed.as_secs() / width.as_secs(),
            elapsed.as_secs() % width.as_secs(),
        );
        // A last window of which there is only a beginning says little, and not surely; but it is something
        // to see where it is the only one.
        let count = (whole + u64::from(rest * 2 >= width.as_secs())).max(1);
        Ok(Self {
            began_s,
            width,
            count: usize::try_from(count).unwrap_or(usize::MAX),
        })
    }

    /// The window in which a moment lies, in seconds since the Unix epoch.
    fn window(&self, moment_s: i64) -> Option<usize> {
        let after = usize::try_from(moment_s.checked_sub(self.began_s)?).ok()?;
        let window = after / usize::try_from(self.width.as_secs()).ok()?;
        (window < self.count).then_some(window)
    }
}

/// The ids of the cases of a run by the numbers by which they are kept.
fn case_ids(connection: &Connection, run_id: i64) -> rusqlite::Result<HashMap<i64, String>> {
    let mut select = connection.prepare_cached(concat!(
        "SELECT id, case_id FROM cases WHERE suite_id IN \
         (SELECT suite_id FROM totals WHERE run_id IN ",
        members_of_first!(),
        ")"
    ))?;
    let rows = select.query_map([run_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The quantities of attempts, of the run as a whole or of the case with this id.
fn of_attempts<'a>(
    case_id: Option<&'a str>,
    count: usize,
    totals: impl Fn(usize) -> Option<&'a Totals>,
) -> Vec<Series> {
    let quantities = Quantity::OF_ATTEMPTS.into_iter();
    quantities
        .map(|quantity| {
            let value = |window| quantity.of_attempts(totals(window)?);
            let values = (0..count).map(value).collect();
            Series::new(quantity, case_id.map(Into::into), values)
        })
        .collect()
}

/// The quantities of the executor's processes and of the runner itself: for each window the mean of what
/// was sampled in it.
fn of_samples(connection: &Connection, run_id: i64, cut: &Cut) -> rusqlite::Result<Vec<Series>> {
    let mut executor = Quantity::OF_EXECUTOR.map(|quantity| Means::new(quantity, cut.count));
    executor_samples::each(connection, run_id, |at_us, sample| {
        for means in &mut executor {
            means.add(cut, at_us, means.quantity.of_executor(&sample));
        }
    })?;
    let mut runner = Quantity::OF_RUNNER.map(|quantity| Means::new(quantity, cut.count));
    let mut select = connection.prepare_cached(concat!(
        "SELECT at_us, memory_bytes, descriptors FROM samples WHERE run_id IN ",
        members_of_first!(),
        " ORDER BY at_us, memory_bytes, descriptors"
    ))?;
    let mut rows = select.query([run_id])?;
    while let Some(row) = rows.next()? {
        let sample = SelfSample {
            memory_bytes: row.count("memory_bytes")?,
            descriptors: row.count("descriptors")?,
            ..SelfSample::default()
        };
        for means in &mut runner {
            means.add(cut, row.get("at_us")?, means.quantity.of_runner(&sample));
        }
    }
    let all = executor.into_iter().chain(runner);
    Ok(all.filter_map(Means::finish).collect())
}

/// The mean of a quantity in each window.
struct Means {
    quantity: Quantity,
    /// Sum and count.
    windows: Vec<(f64, u32)>,
}

impl Means {
    fn new(quantity: Quantity, count: usize) -> Self {
        Self {
            quantity,
            windows: vec![(0.0, 0); count],
        }
    }

    fn add(&mut self, cut: &Cut, at_us: i64, value: Option<f64>) {
        if let (Some(window), Some(value)) = (cut.window(at_us.div_euclid(1_000_000)), value) {
            let (sum, count) = &mut self.windows[window];
            *sum += value;
            *count += 1;
        }
    }

    /// `None` if nothing was sampled.
    fn finish(self) -> Option<Series> {
        let has_any = self.windows.iter().any(|(_, count)| *count > 0);
        let mean = |(sum, count): (f64, u32)| (count > 0).then(|| sum / f64::from(count));
        let values = self.windows.into_iter().map(mean).collect();
        has_any.then(|| Series::new(self.quantity, None, values))
    }
}

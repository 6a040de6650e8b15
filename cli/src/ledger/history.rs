//! `gauntlet history`: the runs in the ledger, latest first.

use std::path::Path;

use console::measure_text_width;
use run_ledger::RunLine;
use runner_core::{
    recorded::RecordedState,
    text::{Clipped, Grouped, Human, Rate},
};
use serde::Serialize;

use super::{
    OpenLedger,
    json::{self, CountsJson, RunJson},
    page::Page,
    table::{
        Column::{self, Left, Right},
        GAP, Table,
    },
    words::NOTHING,
};
use crate::{
    args::{CommonArgs, HistoryArgs},
    error::CliError,
    exit::Exit,
    streams,
};

/// Lists runs. That there are none is an answer like any other.
pub(crate) fn history(common: &CommonArgs, args: &HistoryArgs) -> Result<Exit, CliError> {
    let ledger = OpenLedger::open(common, &args.output.ledger)?;
    let suite = args.suite.as_deref();
    // One more than asked for tells whether there are more.
    let limit = args.limit.get();
    let mut runs = ledger.reader.runs(suite, limit.saturating_add(1))?;
    let has_more = runs.len() > limit;
    runs.truncate(limit);
    let list = RunList {
        path: &ledger.path,
        suite,
        runs,
        has_more,
    };
    if args.output.json {
        json::print(&list.to_json())?;
    } else {
        streams::print(list.to_page())?;
    }
    Ok(Exit::Success)
}

const TITLES: [Column; 8] = [
    Right("run"),
    Left("kind"),
    Left("started"),
    Right("tested for"),
    Right("attempts"),
    Right("passed"),
    Left("end"),
    Left("suite"),
];

/// How a run stands is cut there: one reason, or two short ones.
const END_CHARS: usize = 24;

/// So many characters of a suite's name are shown, however little room there is.
const SUITE_CHARS: usize = 6;

/// So wide a list is, to be read in a terminal of the usual width.
const COLUMNS: usize = 100;

/// Some runs of a ledger.
struct RunList<'a> {
    path: &'a Path,
    /// The suite that was asked for, if one was.
    suite: Option<&'a str>,
    runs: Vec<RunLine>,
    has_more: bool,
}

#[derive(Serialize)]
struct HistoryJson<'a> {
    ledger: String,
    runs: Vec<LineJson<'a>>,
    /// Whether there are older runs than those that are listed.
    has_more: bool,
}

#[derive(Serialize)]
struct LineJson<'a> {
    #[serde(flatten)]
    run: RunJson<'a>,
    #[serde(flatten)]
    counts: CountsJson,
}

impl RunList<'_> {
    fn to_page(&self) -> Page {
        let mut page = Page::default();
        if self.runs.is_empty() {
            let ledger = self.path.display();
            match self.suite {
                None => page.line(format_args!("the ledger {ledger} has no runs yet")),
                Some(suite) => page.line(format_args!(
                    "the ledger {ledger} has no run of the suite {suite}; `gauntlet history` lists all runs"
                )),
            }
            return page;
        }
        let mut table = Table::new(TITLES);
        for cells in fitting(self.runs.iter().map(cells).collect()) {
            table.push(cells);
        }
        page.table(&table);
        if self.has_more {
            page.line("older runs are not listed: --limit N lists more");
        }
        page
    }

    fn to_json(&self) -> HistoryJson<'_> {
        HistoryJson {
            ledger: self.path.display().to_string(),
            runs: self.runs.iter().map(line_json).collect(),
            has_more: self.has_more,
        }
    }
}

/// A line of a hundred columns: what else there is to know of a run, `show` tells, and JSON has all of it.
fn cells(run: &RunLine) -> [String; 8] {
    let counts = run.outcomes.counts();
    let passed = counts.success();
    [
        run.id.to_string(),
        run.kind.as_str().to_owned(),
        run.started_at.strftime("%Y-%m-%d %H:%M").to_string(),
        Human(run.elapsed).to_string(),
        Grouped(counts.total).to_string(),
        match passed.trials() {
            0 => NOTHING.to_owned(),
            _ => Rate(passed).to_string(),
        },
        Clipped(&end(run), END_CHARS).to_string(),
        suite_name(&run.suite_path),
    ]
}

/// The same lines with names of suites as long as there is room for them.
fn fitting(mut lines: Vec<[String; 8]>) -> Vec<[String; 8]> {
    let taken: usize = (0..7)
        .map(|column| {
            let cells = lines.iter().map(|cells| measure_text_width(&cells[column]));
            cells.max().unwrap_or(0).max(TITLES[column].title().len()) + GAP.len()
        })
        .sum();
    // One more shows that something is cut off.
    let room = COLUMNS.saturating_sub(taken + 1).max(SUITE_CHARS);
    for cells in &mut lines {
        cells[7] = Clipped(&cells[7], room).to_string();
    }
    lines
}

/// The name of a suite's file. Which folder it is in, `show` tells.
fn suite_name(path: &str) -> String {
    let name = Path::new(path).file_stem();
    name.map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// How a run stands, or why it is no success: `completed`, `interrupted`, `gate-failed`,
/// `interrupted, gate-failed`.
fn end(run: &RunLine) -> String {
    let ended = match &run.state {
        RecordedState::Ended(end) => end.as_str(),
        _ => "",
    };
    let mut problems: Vec<&str> = run.problems.iter().map(String::as_str).collect();
    problems.retain(|code| *code != ended);
    // A run that came to its end and has problems says so by having them.
    let standing = run.state.to_string();
    if problems.is_empty() || !run.state.is_completed() {
        problems.insert(0, &standing);
    }
    problems.join(", ")
}

fn line_json(run: &RunLine) -> LineJson<'_> {
    LineJson {
        run: run.into(),
        counts: (&run.outcomes).into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use runner_core::{
        outcome::OutcomeClass,
        recorded::{OutcomeCounts, RunKind},
    };

    use super::*;

    fn list(runs: Vec<RunLine>, suite: Option<&str>) -> String {
        let list = RunList {
            path: Path::new("ledger.db"),
            suite,
            runs,
            has_more: false,
        };
        list.to_page().to_string()
    }

    fn run(state: RecordedState, problems: &[&str]) -> RunLine {
        let mut outcomes = OutcomeCounts::default();
        outcomes.add(OutcomeClass::Passed, 1_900);
        outcomes.add(OutcomeClass::TimedOut, 100);
        RunLine {
            id: 7,
            marker: "TEST_20260101_000000".into(),
            kind: RunKind::Soak,
            suite_path: "a\u{1b}[2J.json".into(),
            suite_hash: "0123456789abcdef".into(),
            started_at: "2026-01-01T00:00:00[Europe/Berlin]".parse().unwrap(),
            elapsed: Duration::from_secs(3_600),
            state,
            outcomes,
            problems: problems.iter().map(|code| (*code).to_owned()).collect(),
        }
    }

    #[test]
    fn a_run_is_one_line_that_says_how_it_ended() {
        let interrupted = RecordedState::Ended("interrupted".into());
        let shown = list(
            vec![run(interrupted, &["interrupted", "gate-failed"])],
            None,
        );
        let expected = "\
run  kind  started           tested for  attempts  passed  end                       suite
  7  soak  2026-01-01 00:00  1h 00m 00s     2,000   95.0%  interrupted, gate-failed  a␛[2J";
        assert_eq!(shown, expected);
        let completed = RecordedState::Ended("completed".into());
        assert_eq!(end(&run(completed.clone(), &[])), "completed");
        let failed = ["gate-failed", "case-failed"];
        assert_eq!(end(&run(completed, &failed)), "gate-failed, case-failed");
        assert_eq!(end(&run(RecordedState::Broken, &[])), "broken off");
    }

    #[test]
    fn a_line_fits_into_a_hundred_columns() {
        let mut run = run(
            RecordedState::Ended("executor-unavailable".into()),
            &["executor-unavailable", "runner-too-slow", "gate-failed"],
        );
        run.id = 9_999;
        run.elapsed = Duration::from_secs(99 * 86_400);
        run.outcomes.add(OutcomeClass::Passed, 98_765_432);
        run.suite_path = "a_folder/a_suite_with_a_very_long_name_of_its_own.json".into();
        let shown = list(vec![run], None);
        for line in shown.lines() {
            assert!(console::measure_text_width(line) <= 100, "{shown}");
        }
    }

    #[test]
    fn that_there_are_no_runs_is_said() {
        assert_eq!(list(vec![], None), "the ledger ledger.db has no runs yet");
        let of_suite = list(vec![], Some("x\u{202e}.json"));
        assert!(of_suite.contains(r"no run of the suite x\u{202e}.json;"));
    }
}

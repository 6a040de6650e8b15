//! `gauntlet history`: the runs in the ledger, latest first.

use std::path::Path;

use run_ledger::RunLine;
use runner_core::{
    recorded::RecordedState,
    text::{Grouped, Human},
};
use serde::Serialize;

use super::{
    OpenLedger,
    json::{self, CountsJson, RunJson},
    page::Page,
    table::{
        Column::{Left, Right},
        Table,
    },
    words::{self, ShortShare},
};
use crate::{
    args::{CommonArgs, HistoryArgs},
    error::CliError,
    exit::Exit,
    streams,
};

/// Lists runs. That there are none is an answer like any other.
pub(crate) fn history(common: &CommonArgs, args: &HistoryArgs) -> Result<Exit, CliError> {
    let ledger = OpenLedger::open(common, &args.output)?;
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
        let mut table = Table::new([
            Right("run"),
            Left("kind"),
            Left("started"),
            Right("tested for"),
            Right("attempts"),
            Left("passed"),
            Left("end"),
            Left("suite"),
            Left("version"),
            Left("name"),
        ]);
        for run in &self.runs {
            table.push(cells(run));
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

fn cells(run: &RunLine) -> [String; 10] {
    let counts = run.outcomes.counts();
    [
        run.id.to_string(),
        run.kind.as_str().to_owned(),
        words::moment(&run.started_at),
        Human(run.elapsed).to_string(),
        Grouped(counts.total).to_string(),
        ShortShare(counts.success()).to_string(),
        end(run),
        run.suite_path.clone(),
        words::short_hash(&run.suite_hash),
        run.marker.clone(),
    ]
}

/// How a run stands, and why it is no success, as far as its end does not say that already.
fn end(run: &RunLine) -> String {
    let told = match &run.state {
        RecordedState::Ended(end) => end.as_str(),
        _ => "",
    };
    let others = run.problems.iter().filter(|code| *code != told);
    let others: Vec<&str> = others.map(String::as_str).collect();
    let standing = words::standing(run.kind, &run.state);
    if others.is_empty() {
        standing
    } else {
        format!("{standing}: {}", others.join(", "))
    }
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
    fn a_run_is_one_line_that_says_how_it_ended_and_whether_it_goes_on() {
        let interrupted = RecordedState::Ended("interrupted".into());
        let shown = list(
            vec![run(interrupted, &["interrupted", "gate-failed"])],
            None,
        );
        let expected = "\
run  kind  started                      tested for  attempts  passed             end                                       suite        version       name
  7  soak  2026-01-01 00:00:00 +01:00  1h 00m 00s     2,000  95.0% (94.0% to 95.9%)  interrupted (can be resumed): gate-failed  a␛[2J.json  0123456789ab  TEST_20260101_000000";
        let squeeze = |text: &str| {
            let lines = text.lines();
            let lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
            lines.collect::<Vec<_>>()
        };
        assert_eq!(squeeze(&shown), squeeze(expected));
    }

    #[test]
    fn that_there_are_no_runs_is_said() {
        assert_eq!(list(vec![], None), "the ledger ledger.db has no runs yet");
        let of_suite = list(vec![], Some("x\u{202e}.json"));
        assert!(of_suite.contains(r"no run of the suite x\u{202e}.json;"));
    }
}

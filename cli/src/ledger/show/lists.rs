//! The lists of a run that can be long: outages, gaps, findings, single attempts.

use std::time::Duration;

use jiff::Timestamp;
use runner_core::{
    recorded::{PartEnd, RecordedAttempt, RecordedRun},
    text::{Grouped, Human, Many},
};

use crate::ledger::{
    page::Page,
    table::{
        Column::{Left, Right},
        Table,
    },
    words::{self, NOTHING},
};

/// So many lines of a list are shown, unless the whole is asked for.
const LINES: usize = 10;

/// When the executor was away; the latest times, unless the whole list is asked for.
pub(super) fn outages(page: &mut Page, run: &RecordedRun, is_whole: bool) {
    if run.outage_count == 0 {
        return;
    }
    page.section(format_args!(
        "The executor was away {}",
        Many(run.outage_count, "time")
    ));
    let mut table = Table::new([Left("since"), Right("for"), Left("why")]);
    let shown = &run.outages[hidden(run.outages.len(), is_whole)..];
    for outage in shown {
        let lasted = outage.lasted.map(|lasted| Human(lasted).to_string());
        let unfinished = (!outage.is_over).then(|| "not back".to_owned());
        let lasted: Vec<_> = lasted.into_iter().chain(unfinished).collect();
        table.push([
            moment(run, outage.began),
            lasted.join(", "),
            outage.reason.clone(),
        ]);
    }
    page.table(&table);
    note_others(page, shown.len() as u64, run.outage_count, "earlier");
}

/// When nothing ran, because the run was interrupted; the latest times, unless the whole list is asked for.
pub(super) fn gaps(page: &mut Page, run: &RecordedRun, is_whole: bool) {
    if run.parts.len() < 2 {
        return;
    }
    page.section("Gaps between the parts of the run");
    let mut table = Table::new([Left("since"), Left("until"), Right("for"), Left("why")]);
    let gaps: Vec<_> = run.parts.windows(2).collect();
    let shown = &gaps[hidden(gaps.len(), is_whole)..];
    for pair in shown {
        let (before, after) = (&pair[0], &pair[1]);
        table.push([
            moment(run, before.until()),
            moment(run, after.began),
            Human(between(before.until(), after.began)).to_string(),
            match before.end {
                Some(PartEnd::InGoodOrder) => "ended",
                Some(PartEnd::MachineSlept) => "the machine slept",
                None => "broken off",
            }
            .to_owned(),
        ]);
    }
    page.table(&table);
    let all = run.part_count.saturating_sub(1);
    note_others(page, shown.len() as u64, all, "earlier");
}

/// What was found, by code.
pub(super) fn findings(page: &mut Page, run: &RecordedRun) {
    if run.findings.is_empty() {
        return;
    }
    page.section("Findings");
    let mut table = Table::new([
        Left("code"),
        Right("times"),
        Right("attempts"),
        Right("first in"),
        Left("such as"),
    ]);
    for finding in &run.findings {
        table.push([
            finding.code.clone(),
            Grouped(finding.count).to_string(),
            Grouped(finding.attempts).to_string(),
            format!("#{}", finding.first_attempt),
            finding.detail.clone(),
        ]);
    }
    page.table(&table);
}

/// The latest attempts that did not pass.
pub(super) fn failed(page: &mut Page, run: &RecordedRun, is_whole: bool) {
    if run.failed.is_empty() {
        return;
    }
    page.section("Latest attempts that did not pass");
    let mut table = Table::new([
        Left("attempt"),
        Left("case"),
        Left("began"),
        Right("after"),
        Left("outcome"),
        Left("why"),
    ]);
    let shown = shown(&run.failed, is_whole);
    for attempt in shown {
        table.push([
            number(attempt),
            attempt.case_id.clone(),
            moment(run, attempt.began),
            Human(attempt.elapsed).to_string(),
            attempt.outcome.words().to_owned(),
            attempt.explanation.clone().unwrap_or(NOTHING.into()),
        ]);
    }
    page.table(&table);
    note_others(page, shown.len() as u64, run.counts.failed, "earlier");
}

/// The slowest attempts that passed.
pub(super) fn slowest(page: &mut Page, run: &RecordedRun, is_whole: bool) {
    if run.slowest.is_empty() {
        return;
    }
    page.section("Slowest attempts that passed");
    let mut table = Table::new([Left("attempt"), Left("case"), Left("began"), Right("took")]);
    for attempt in shown(&run.slowest, is_whole) {
        table.push([
            number(attempt),
            attempt.case_id.clone(),
            moment(run, attempt.began),
            Human(attempt.elapsed).to_string(),
        ]);
    }
    page.table(&table);
    if run.pruned > 0 {
        page.line(format_args!(
            "{} not looked at: only sums of them are kept",
            Many(run.pruned, "older attempt")
        ));
    }
}

fn shown(attempts: &[RecordedAttempt], is_whole: bool) -> &[RecordedAttempt] {
    &attempts[..attempts.len() - hidden(attempts.len(), is_whole)]
}

/// How many lines of so many are not shown.
fn hidden(lines: usize, is_whole: bool) -> usize {
    if is_whole {
        0
    } else {
        lines.saturating_sub(LINES)
    }
}

fn note_others(page: &mut Page, shown: u64, all: u64, which: &str) {
    if shown < all {
        let others = Grouped(all - shown);
        page.line(format_args!(
            "and {others} {which} (-v and --json list what is kept)"
        ));
    }
}

fn number(attempt: &RecordedAttempt) -> String {
    format!("#{}", attempt.number)
}

/// A moment in the zone of the run.
fn moment(run: &RecordedRun, at: Timestamp) -> String {
    let zone = run.run.started_at.time_zone();
    words::moment(&at.to_zoned(zone.clone()))
}

/// From one moment of the wall clock to another; nothing, if the clock was set back in between.
pub(super) fn between(since: Timestamp, until: Timestamp) -> Duration {
    let gap = until.duration_since(since);
    Duration::try_from(gap).unwrap_or_default()
}

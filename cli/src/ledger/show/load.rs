//! A run of load, for people and for programs.

use std::{io, path::Path};

use load::{
    LoadResults, Tally,
    words::{QUANTILES, figures, generator_facts, not_passed, times},
};
use run_ledger::RunLine;
use runner_core::{
    recorded::OutcomeCounts,
    text::{Fine, Grouped, OrDash},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    error::CliError,
    exit::Exit,
    ledger::{
        json::{CountsJson, RunJson},
        page::Page,
        table::{
            Column::{Left, Right},
            Table,
        },
        words::{self, ShortShare},
    },
};

/// What is shown of a load.
pub(super) fn page(line: &RunLine, results: &LoadResults) -> Page {
    let total = results.measured.total();
    let mut page = Page::default();
    conclusion(&mut page, line, results);
    about(&mut page, results);
    page.section("Totals");
    page.facts(figures(results, &total));
    let others = not_passed(&total);
    page.facts(others.iter().map(|(name, value)| (&**name, value.clone())));
    page.facts(generator_facts(results));
    add_times(&mut page, results, &total);
    super::page::gates(&mut page, &results.gates);
    cases(&mut page, results);
    failures(&mut page, results);
    page
}

/// How it stands, whether it is a success, and if not, why.
fn conclusion(page: &mut Page, line: &RunLine, results: &LoadResults) {
    let verdict = match results.problems.as_slice() {
        _ if !line.state.is_completed() => "",
        [] => ", a success",
        _ => ", but no success",
    };
    page.line(format_args!("load {}: {}{verdict}", line.id, line.state));
    for problem in &results.problems {
        page.line(format_args!("✗ {problem}"));
    }
}

fn about(page: &mut Page, results: &LoadResults) {
    let info = &results.load.run;
    page.section("Run");
    let mut facts = vec![
        ("name", info.marker.clone()),
        ("suite", info.suite_path.clone()),
    ];
    if !info.suite_description.is_empty() {
        facts.push(("", info.suite_description.clone()));
    }
    facts.push(("load", results.load.model.to_string()));
    facts.push(("executor", info.executor.clone()));
    let environment = info.environment.iter();
    facts.extend(environment.map(|(name, value)| (&**name, value.clone())));
    facts.extend([
        ("started", words::moment(&info.started_at)),
        ("gauntlet", info.version.clone()),
    ]);
    page.facts(facts);
}

fn add_times(page: &mut Page, results: &LoadResults, total: &Tally) {
    let times = times(results, total);
    if times.is_empty() {
        return;
    }
    page.section("Times of attempts that passed");
    let [p50, p90, p95, p99, p999, max] = QUANTILES.map(|(name, _)| Right(name));
    let mut table = Table::new([Left("time"), p50, p90, p95, p99, p999, max]);
    for (name, durations) in times {
        let cell = |(_, q)| OrDash(durations.quantile(q).map(Fine)).to_string();
        let [p50, p90, p95, p99, p999, max] = QUANTILES.map(cell);
        table.push([name.to_owned(), p50, p90, p95, p99, p999, max]);
    }
    page.table(&table);
}

fn cases(page: &mut Page, results: &LoadResults) {
    if results.measured.cases.is_empty() {
        return;
    }
    page.section("Cases, and how long the attempts took that passed");
    let mut table = Table::new([
        Left("case"),
        Right("attempts"),
        Left("passed"),
        Right("p50"),
        Right("p95"),
        Right("p99"),
    ]);
    for case in &results.measured.cases {
        let outcomes: &OutcomeCounts = &case.tally.outcomes;
        let quantile = |q| OrDash(case.tally.response.quantile(q).map(Fine)).to_string();
        table.push([
            case.id.clone(),
            Grouped(outcomes.counts().total).to_string(),
            ShortShare(outcomes.success()).to_string(),
            quantile(0.5),
            quantile(0.95),
            quantile(0.99),
        ]);
    }
    page.table(&table);
}

fn failures(page: &mut Page, results: &LoadResults) {
    let failures = &results.measured.failures;
    if failures.is_empty() {
        return;
    }
    page.section("The distinct ways in which attempts failed");
    let mut table = Table::new([
        Right("attempts"),
        Left("case"),
        Left("outcome"),
        Left("why the first one failed"),
    ]);
    for kind in failures.kinds() {
        table.push([
            Grouped(kind.count).to_string(),
            kind.case_id.clone(),
            kind.class.words().to_owned(),
            kind.words.clone(),
        ]);
    }
    page.table(&table);
    if failures.others() > 0 {
        let others = Grouped(failures.others());
        page.line(format_args!("{others} attempts failed in still other ways"));
    }
}

#[derive(Serialize)]
struct ShowJson<'a> {
    ledger: String,
    #[serde(flatten)]
    run: RunJson<'a>,
    #[serde(flatten)]
    counts: CountsJson,
    /// The JSON report.
    report: Value,
}

/// What is written of a load: its line in the list of runs, and its report.
pub(super) fn document<'a>(
    ledger: &Path,
    line: &'a RunLine,
    results: &LoadResults,
) -> Result<impl Serialize + use<'a>, CliError> {
    let codes = results.problems.iter().map(|problem| problem.code());
    let exit_codes = Exit::codes(codes, line.kind, None);
    let mut report = Vec::new();
    let written = reporter_json::write_load_report(results, &exit_codes, &mut report);
    let read = written.and_then(|()| serde_json::from_slice(&report).map_err(io::Error::from));
    Ok(ShowJson {
        ledger: ledger.display().to_string(),
        run: line.into(),
        counts: (&line.outcomes).into(),
        report: read.map_err(CliError::Output)?,
    })
}

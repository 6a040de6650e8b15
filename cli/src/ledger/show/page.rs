//! A run for people, from what it comes to down to what it cost the runner.

use runner_core::{
    outcome::OutcomeClass,
    recorded::{OutcomeCounts, RecordedRun, RunKind},
    results::GateResult,
    text::{self, Grouped, Human, Many, OrDash, Share, Tokens, Untold, short_hash},
};

use super::{drift, lists};
use crate::ledger::{
    graduation,
    page::Page,
    table::{
        Column::{Left, Right},
        Table,
    },
    words::{self, NOTHING, ShortShare},
};

/// What is shown of a run; every line of its lists, if it `is_whole`.
pub(super) fn page(run: &RecordedRun, is_whole: bool) -> Page {
    let mut page = Page::default();
    conclusion(&mut page, run);
    about(&mut page, run);
    totals(&mut page, run);
    gates(&mut page, &run.gates);
    cases(&mut page, run);
    drift::add_to(&mut page, run);
    versions(&mut page, run);
    lists::outages(&mut page, run, is_whole);
    lists::gaps(&mut page, run, is_whole);
    lists::findings(&mut page, run);
    lists::failed(&mut page, run, is_whole);
    lists::slowest(&mut page, run, is_whole);
    runner(&mut page, run);
    if let Some(graduation) = &run.graduation {
        page.section("Graduation of the suite");
        graduation::add_to(&mut page, graduation, run.run.started_at.time_zone());
    }
    page
}

/// How it stands, whether it is a success, and if not, why.
fn conclusion(page: &mut Page, run: &RecordedRun) {
    let (kind, id) = (run.kind.as_str(), run.id);
    let standing = words::standing(run.kind, &run.state);
    // Of a run that ended in any other way it goes without saying.
    let verdict = match run.problems.as_slice() {
        _ if !run.state.is_completed() => "",
        [] => ", a success",
        _ => ", but no success",
    };
    page.line(format_args!("{kind} {id}: {standing}{verdict}"));
    for problem in &run.problems {
        page.line(format_args!("✗ {}", problem.text));
    }
    if run.is_resumable() {
        page.line(format_args!(
            "`gauntlet soak --resume {id}` goes on with it"
        ));
    }
}

fn about(page: &mut Page, run: &RecordedRun) {
    let info = &run.run;
    page.section("Run");
    let mut facts = vec![
        ("name", info.marker.clone()),
        ("suite", info.suite_path.clone()),
    ];
    if !info.suite_description.is_empty() {
        facts.push(("", info.suite_description.clone()));
    }
    facts.push(("executor", info.executor.clone()));
    for (name, value) in &info.environment {
        facts.push((name, value.clone()));
    }
    let parts = match run.part_count {
        0 | 1 => String::new(),
        parts => format!(" in {} parts", Grouped(parts)),
    };
    facts.extend([
        ("started", words::moment(&info.started_at)),
        ("tested for", format!("{}{parts}", Human(run.elapsed))),
        ("gauntlet", info.version.clone()),
    ]);
    page.facts(facts);
}

fn totals(page: &mut Page, run: &RecordedRun) {
    page.section("Totals");
    let counts = &run.counts;
    let all = Grouped(counts.total);
    let attempts = match run.kind {
        RunKind::Soak => format!("{all} in {}", Many(run.iteration, "iteration")),
        _ => all.to_string(),
    };
    let mut facts = vec![("attempts", attempts)];
    let mut outcomes = OutcomeCounts::default();
    for case in &run.cases {
        outcomes.merge(&case.totals.outcomes);
    }
    for (class, count) in outcomes.iter() {
        facts.push((class.words(), Grouped(count).to_string()));
    }
    facts.push(("success rate", Share(counts.success()).to_string()));
    if counts.flaky + counts.inconclusive > 0 {
        let words = format!(
            "{} failed, {} flaky, {} inconclusive",
            Grouped(counts.failed_cases),
            Grouped(counts.flaky),
            Grouped(counts.inconclusive)
        );
        facts.push(("cases", words));
    }
    let agents = &counts.agents;
    if agents.attempts > 0 {
        let (cost, tokens) = (agents.cost, agents.tokens);
        facts.extend([
            ("agents", Grouped(agents.attempts).to_string()),
            (
                "their cost",
                format!("{}{}", cost.known, Untold(cost.untold)),
            ),
            (
                "their tokens",
                format!("{}{}", Tokens(tokens.known), Untold(tokens.untold)),
            ),
            ("rate limits met", Grouped(agents.rate_limited).to_string()),
        ]);
    }
    page.facts(facts);
}

/// What came of gates, if there are any.
pub(super) fn gates(page: &mut Page, gates: &[GateResult]) {
    if gates.is_empty() {
        return;
    }
    page.section("Gates");
    let mut table = Table::new([Left(""), Left("gate"), Left("asked"), Left("value")]);
    for gate in gates {
        let value = gate.value.as_ref().map(|value| value.to_string());
        table.push([
            if gate.holds { "✓" } else { "✗" }.to_owned(),
            gate.name.to_string(),
            gate.bound.to_string(),
            value.unwrap_or_else(|| "no attempt counts".into()),
        ]);
    }
    page.table(&table);
}

fn cases(page: &mut Page, run: &RecordedRun) {
    if run.cases.is_empty() {
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
        Right("longest"),
        Left("did not pass"),
    ]);
    for case in &run.cases {
        let (outcomes, durations) = (&case.totals.outcomes, &case.totals.durations);
        let quantile = |q| text::quantile(durations, q).to_string();
        table.push([
            case.id.clone(),
            Grouped(outcomes.counts().total).to_string(),
            ShortShare(outcomes.success()).to_string(),
            quantile(0.5),
            quantile(0.95),
            quantile(0.99),
            OrDash(durations.max().map(Human)).to_string(),
            others(outcomes),
        ]);
    }
    page.table(&table);
}

/// What attempts came to that did not pass: `2 timed out, 1 skipped`.
fn others(outcomes: &OutcomeCounts) -> String {
    let others = outcomes
        .iter()
        .filter(|(class, _)| *class != OutcomeClass::Passed);
    let others: Vec<_> = others
        .map(|(class, count)| format!("{} {}", Grouped(count), class.words()))
        .collect();
    others.join(", ")
}

/// The versions of the suite, if it has changed while the run went on.
fn versions(page: &mut Page, run: &RecordedRun) {
    if run.suites.len() < 2 {
        return;
    }
    page.section("Versions of the suite in this run");
    let mut table = Table::new([Left("version"), Right("attempts"), Left("passed")]);
    for suite in &run.suites {
        table.push([
            short_hash(&suite.hash).to_owned(),
            Grouped(suite.outcomes.counts().total).to_string(),
            ShortShare(suite.outcomes.success()).to_string(),
        ]);
    }
    page.table(&table);
}

/// How the runner itself fared, so that its figures can be trusted.
fn runner(page: &mut Page, run: &RecordedRun) {
    let runner = &run.runner;
    if runner.samples == 0 {
        return;
    }
    page.section("The runner itself");
    let sum = &runner.sum;
    let overload = runner.overload().map(|overload| overload.to_string());
    let memory = [runner.memory_first, runner.memory_last, runner.memory_max].map(mebibytes);
    let [first, last, most] = memory;
    let mean = u32::try_from(sum.commits)
        .ok()
        .and_then(|commits| sum.commit_time.checked_div(commits));
    page.facts([
        (
            "fit to measure",
            overload.map_or("yes".into(), |why| format!("no: {why}")),
        ),
        (
            "memory",
            format!("{first} at first, {last} at last, {most} at most"),
        ),
        (
            "open files",
            format!("{} at most", Grouped(runner.descriptors_max)),
        ),
        (
            "processor",
            format!("{:.1}% of one", runner.cpu_share() * 100.0),
        ),
        (
            "event loop",
            format!("{} late at worst", Human(sum.lag_max)),
        ),
        (
            "ledger",
            format!(
                "written {}; {} on average, {} at worst",
                Many(sum.commits, "time"),
                mean.map_or(NOTHING.into(), |mean| Human(mean).to_string()),
                Human(sum.commit_max)
            ),
        ),
        ("lost log lines", Grouped(sum.lost_log_lines).to_string()),
    ]);
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests;

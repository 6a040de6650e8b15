//! The report on a search for the capacity: what it is, how sure that is, and the trials that show it.

use std::io::{self, Write};

use ::load::capacity::{CapacityResults, RoundRate, Stopped, TrialReport, TrialVerdict};
use runner_core::{
    recorded::RunKind,
    text::{Fine, Grouped, Human, OrDash, Percent, Rate},
    words::title,
};
use suite::Ratio;

use crate::{
    ReportOptions,
    cell::Clipped,
    environment,
    escape::{CodeSpan, Text},
    field::write_field,
    format::RFC_3339,
};

/// Writes the whole report.
pub(crate) fn write(out: &mut impl Write, results: &CapacityResults) -> io::Result<()> {
    write_beginning(out, results)?;
    write_plan(out, results)?;
    write_trials(out, &results.trials)?;
    let run = &results.info.run;
    let max_chars = ReportOptions::default().max_output_chars;
    environment::write_start(out, run, std::iter::once(&*run.version))?;
    environment::write_health(out, results.health.as_ref(), max_chars)?;
    environment::write_facts(out, &run.environment, max_chars)
}

fn write_beginning(out: &mut impl Write, results: &CapacityResults) -> io::Result<()> {
    let run = &results.info.run;
    let title = title(&format!("{} capacity", run.suite_stem), RunKind::Run);
    writeln!(out, "# {}\n", Text(&title))?;
    let sign = if results.end.is_success() {
        "✅"
    } else {
        "❌"
    };
    writeln!(out, "{sign} **Capacity: {}**\n", results.known)?;
    let max_chars = ReportOptions::default().max_failed_output_chars;
    write_field(out, "End", &results.end.to_string(), max_chars)?;
    writeln!(out, "- **Trials**: {}", results.trials.len())?;
    writeln!(out, "- **Started**: {}", run.started_at.strftime(RFC_3339))?;
    writeln!(out, "- **Execution ID**: {}", CodeSpan(&run.marker))?;
    if !run.suite_description.is_empty() {
        write_field(out, "Description", &run.suite_description, max_chars)?;
    }
    writeln!(out, "- **Configuration**: {}\n", CodeSpan(&run.suite_path))
}

fn write_plan(out: &mut impl Write, results: &CapacityResults) -> io::Result<()> {
    let (info, plan) = (&results.info, &results.info.plan);
    writeln!(out, "## What Was Sought\n")?;
    writeln!(
        out,
        "The highest rate at which all gates hold: the one that holds in half of its trials, as an interval \
         that has it with {:.0}% confidence.\n",
        plan.confidence.share() * 100.0
    )?;
    writeln!(
        out,
        "- **Range**: {} to {}, from {} on",
        RoundRate(plan.range.low()),
        RoundRate(plan.range.high()),
        RoundRate(plan.start)
    )?;
    writeln!(
        out,
        "- **Resolution**: the ends of the interval at most {} apart",
        OrDash(Ratio::new(plan.resolution).map(Percent))
    )?;
    writeln!(
        out,
        "- **Each Trial**: {} after {} of warm-up, {} at most, {} apart",
        Human(plan.trial),
        Human(plan.warmup),
        plan.max_trials,
        Human(plan.pause)
    )?;
    writeln!(
        out,
        "- **In Flight**: at most {} attempts, from {} threads\n",
        info.max_in_flight, info.threads
    )
}

fn write_trials(out: &mut impl Write, trials: &[TrialReport]) -> io::Result<()> {
    if trials.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Trials\n")?;
    writeln!(
        out,
        "Times are those of attempts that passed, from when they were to begin. Of a trial that was ended early, \
         as its gates could not hold any more, they are those until then.\n"
    )?;
    writeln!(
        out,
        "| Trial | Rate | Shows | Lasted | Success | p50 | p95 | p99 | Lag p99 | What decided |"
    )?;
    writeln!(
        out,
        "| ---: | ---: | :--- | ---: | ---: | ---: | ---: | ---: | ---: | :--- |"
    )?;
    for (index, trial) in trials.iter().enumerate() {
        write_trial(out, index + 1, trial)?;
    }
    writeln!(out)
}

fn write_trial(out: &mut impl Write, number: usize, trial: &TrialReport) -> io::Result<()> {
    let shows = match trial.verdict {
        TrialVerdict::Holds => "✅ holds",
        TrialVerdict::GateFailed | TrialVerdict::NotTaken { .. } => "❌ does not hold",
        _ => "nothing",
    };
    let early = match trial.stopped {
        Stopped::AsLost => ", ended early",
        _ => "",
    };
    let time = |q| OrDash(trial.response.quantile(q).map(Fine));
    writeln!(
        out,
        "| {} | {} | {shows}{early} | {} | {} | {} | {} | {} | {} | {} |",
        Grouped(number as u64),
        RoundRate(trial.rate),
        Human(trial.elapsed),
        Rate(trial.outcomes.success()),
        time(0.5),
        time(0.95),
        time(0.99),
        OrDash(trial.lag.quantile(0.99).map(Fine)),
        Clipped(&trial.why()),
    )
}

//! One attempt as a row of the ledger.

use executor_protocol::StreamStats;
use runner_core::{
    agent::AgentReport,
    outcome::OutcomeClass,
    results::{AttemptReport, CapturedOutput, Place},
};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::convert::{int, outcome, us};

/// The end of an output is kept up to so many bytes, for an attempt that did not pass.
const OUTPUT_BYTES: usize = 2_000;

/// Explanations are kept up to so many characters. They quote what executors send.
const EXPLANATION_CHARS: usize = 2_000;

/// An attempt that came to its end.
pub(super) struct AttemptRow<'a> {
    pub run_id: i64,
    pub part_id: i64,
    pub case_key: i64,
    pub place: Place,
    /// By the wall clock, in microseconds since the Unix epoch.
    pub began_us: i64,
    pub report: &'a AttemptReport,
}

impl AttemptRow<'_> {
    /// Writes it.
    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Self { place, report, .. } = *self;
        let stats: &StreamStats = &report.stats;
        let class = report.outcome.class();
        let explanation = report.outcome.explanation();
        let explanation =
            explanation.map(|it| it.chars().take(EXPLANATION_CHARS).collect::<String>());
        connection
            .prepare_cached(
                "INSERT INTO attempts (run_id, number, part_id, case_key, iteration, try, began_us, \
                 elapsed_us, outcome, exit_code, connect_us, head_us, first_event_us, \
                 first_output_us, terminal_us, longest_gap_us, events, stream_bytes, output_bytes, \
                 explanation, findings, agent, output) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, \
                 ?18, ?19, ?20, ?21, ?22, ?23)",
            )?
            .execute(params![
                self.run_id,
                int(place.number),
                self.part_id,
                self.case_key,
                int(place.iteration),
                int(place.try_number),
                self.began_us,
                us(report.elapsed),
                outcome(class),
                report.exit_code,
                stats.connect.map(us),
                stats.head.map(us),
                stats.first_event.map(us),
                stats.first_output.map(us),
                stats.terminal.map(us),
                us(stats.longest_gap),
                int(stats.events),
                int(stats.bytes),
                int(report.output.total_bytes()),
                explanation,
                findings_json(report),
                report.agent.as_ref().map(agent_json),
                kept_output(class, &report.output),
            ])?;
        Ok(())
    }
}

/// The end of an output, of attempts that somebody will want to understand.
fn kept_output(class: OutcomeClass, output: &CapturedOutput) -> Option<String> {
    if matches!(class, OutcomeClass::Passed | OutcomeClass::Skipped) || output.is_empty() {
        return None;
    }
    let text = if output.tail.is_empty() {
        &output.head
    } else {
        &output.tail
    };
    let start = (text.len().saturating_sub(OUTPUT_BYTES)..text.len())
        .find(|&index| text.is_char_boundary(index))
        .unwrap_or(text.len());
    Some(text[start..].to_owned())
}

/// A finding as it is kept with its attempt.
#[derive(Serialize)]
struct FindingRow<'a> {
    code: &'a str,
    count: u64,
    detail: &'a str,
}

fn findings_json(report: &AttemptReport) -> Option<String> {
    let rows: Vec<_> = report
        .findings
        .iter()
        .map(|finding| FindingRow {
            code: finding.code.as_str(),
            count: finding.count,
            detail: &finding.detail,
        })
        .collect();
    (!rows.is_empty()).then(|| serde_json::json!(rows).to_string())
}

fn agent_json(agent: &AgentReport) -> String {
    let result = agent.result.as_ref();
    let tokens = result.and_then(|result| result.tokens);
    serde_json::json!({
        "model": agent.model,
        "error": result.and_then(|result| result.error.as_deref()),
        "turns": result.and_then(|result| result.turns),
        "cost_billionths": result.and_then(|result| result.cost).map(|cost| cost.billionths()),
        "input_tokens": tokens.map(|tokens| tokens.input),
        "output_tokens": tokens.map(|tokens| tokens.output),
    })
    .to_string()
}

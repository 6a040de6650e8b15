//! What can be set for a suite, for a category and for a case, as the schema has it.

use serde_json::{Map, Value, json};

use super::parts::{choice, described, object, one_or_many, pause, reference};
use crate::{MatchOn, OutputFormat, RetryOn, file::keys};

/// The schema of a setting.
pub(super) fn of(key: &str) -> Option<Value> {
    let duration = |description| described(description, &reference("duration"));
    Some(match key {
        "description" => json!({"description": "For people.", "type": "string"}),
        "timeout" => duration("How long the command may take; 120 s unless given."),
        "stall_timeout" => {
            duration("How long the stream may go without output. Heartbeats do not count.")
        }
        "max_gap" => duration(
            "How long the command may print nothing, between its start, its pieces of output and its end.",
        ),
        "expected_exit_code" => json!({
            "description": "The exit code that counts as success; 0 unless given.",
            "type": "integer",
            "minimum": i32::MIN,
            "maximum": i32::MAX,
        }),
        "output_format" => {
            let known = OutputFormat::ALL.map(OutputFormat::as_str);
            choice("What the command prints.", &known)
        }
        "match_on" => {
            let known = MatchOn::ALL.map(MatchOn::as_str);
            choice("What of it is looked at.", &known)
        }
        "requires" => json!({
            "description": "Programs that must be there where the executor runs; without them the case is skipped.",
            "type": "array",
            "items": {"type": "string", "pattern": "^[A-Za-z0-9._+/][A-Za-z0-9._+/-]*$"},
        }),
        "tags" => json!({
            "description": "Labels to select by.",
            "type": "array",
            "items": reference("label"),
        }),
        "stop_on_failure" => json!({
            "description": "Whether an attempt ends as soon as nothing can make it pass any more.",
            "type": "boolean",
        }),
        "retries" => described(
            "When the case is tried again after an attempt that did not pass.",
            &reference("retries"),
        ),
        "repeat" => described(
            "Tries the case until it is clear whether it passes often enough.",
            &reference("repeat"),
        ),
        "gates" => described(
            "Conditions on the whole run, or on this part of it. With any set, they decide how it ends.",
            &reference("gates"),
        ),
        _ => return None,
    })
}

pub(super) fn definitions() -> Map<String, Value> {
    let entries = [
        ("retries", retries()),
        ("reason", json!({"enum": RetryOn::ALL.map(RetryOn::as_str)})),
        ("repeat", repeat()),
        ("gates", gates()),
        ("percentiles", percentiles()),
    ];
    let owned = entries.map(|(name, value)| (name.to_owned(), value));
    owned.into_iter().collect()
}

fn retries() -> Value {
    let times = json!({"type": "integer", "minimum": 0, "maximum": u32::MAX});
    let reasons = |description| {
        let mut reasons = one_or_many("reason", description);
        reasons["anyOf"][1]["minItems"] = json!(1);
        reasons
    };
    let mut long = object(keys::RETRIES, |key| {
        Some(match key {
            "max" => described("How often at most.", &times),
            "on" => {
                reasons("After which attempts; infrastructure errors and rate limits unless given.")
            }
            "retry_on" => reasons("Another name for `on`."),
            "pause" => pause(),
            _ => return None,
        })
    });
    long["required"] = json!(["max"]);
    long["not"] = json!({"required": ["on", "retry_on"]});
    json!({
        "anyOf": [times, long],
        "examples": [2, {"max": 3, "on": ["rate_limit", "timeout"], "pause": "10s"}, {"max": 1, "retry_on": "failed"}],
    })
}

fn repeat() -> Value {
    let positive = json!({"type": "integer", "minimum": 1});
    let mut repeat = object(keys::REPEAT, |key| {
        Some(match key {
            "min" => described(
                "At least so many attempts are made; 1 unless given.",
                &positive,
            ),
            "max" => described("At most so many attempts are made.", &positive),
            "success_rate" => json!({
                "description": "The share of attempts that have to pass.",
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 1,
            }),
            "confidence" => json!({
                "description": "How sure the verdict has to be; 0.95 unless given.",
                "type": "number",
                "exclusiveMinimum": 0.5,
                "exclusiveMaximum": 1,
            }),
            _ => return None,
        })
    });
    repeat["required"] = json!(["max", "success_rate"]);
    repeat["examples"] = json!([{"min": 5, "max": 60, "success_rate": 0.9, "confidence": 0.95}]);
    repeat
}

fn gates() -> Value {
    let count = |description| described(description, &reference("number"));
    let times = |description| described(description, &reference("percentiles"));
    let mut gates = object(keys::GATES, |key| {
        Some(match key {
            "min_success_rate" => described(
                "At least this share (0 to 1) of the tried cases passes.",
                &reference("ratio"),
            ),
            "max_infrastructure_errors" => {
                count("At most so many end in an error of the executor or the network.")
            }
            "max_flaky" => count("At most so many cases pass only now and then."),
            "max_duration" => times("How long attempts that pass may take."),
            "max_time_to_first_output" => {
                times("How long they may take to print something for the first time.")
            }
            "max_gap" => times("How long they may print nothing in between."),
            "max_cost_usd" => json!({
                "description": "What agents may cost together, in dollars.",
                "type": "number",
                "minimum": 0,
                "maximum": 9_000_000_000_u64,
            }),
            "max_output_tokens" => count("How many tokens agents may write together."),
            _ => return None,
        })
    });
    gates["examples"] =
        json!([{"min_success_rate": 0.95, "max_duration": {"p95": "10s"}, "max_cost_usd": 0.5}]);
    gates
}

fn percentiles() -> Value {
    let mut percentiles = object(keys::PERCENTILES, |key| {
        let description = match key {
            "p50" => "What one half keeps.",
            "p95" => "What 95 in a hundred keep.",
            "p99" => "What 99 in a hundred keep.",
            _ => return None,
        };
        Some(described(description, &reference("duration")))
    });
    percentiles["minProperties"] = json!(1);
    percentiles
}

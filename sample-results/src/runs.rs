//! Single runs of every kind: cases that passed, failed, were not tried, and asked an agent.

use std::time::Duration;

use executor_protocol::{FindingCode, Findings, IdleClock, StreamStats};
use runner_core::{
    agent::{AgentReport, AgentResult, Retries, TokenUsage},
    outcome::{Failure, Fault, FaultKind, Outcome, SkipReason},
    results::{AttemptReport, CaseResult, RunProblem, RunResults},
};
use suite::{Case, MatchOn, OutputFormat, Usd};

use crate::cases::*;

/// A case that passed.
#[must_use]
pub fn passed_case() -> CaseResult {
    tried(
        case("simple_1", "Basic Arithmetic", "echo $((2 + 2))"),
        AttemptReport {
            expectations: vec![pattern("4", true)],
            output: output("4\n"),
            ..attempt(Outcome::Passed)
        },
    )
}

/// A case for each way not to pass.
#[must_use]
pub fn failed_cases() -> Vec<CaseResult> {
    let silent = StreamStats::default();
    vec![
        tried(
            Case {
                category: Some("simple".into()),
                tags: vec!["quick".into(), "math".into()],
                ..case("patterns", "Missing Patterns", "echo one")
            },
            AttemptReport {
                outcome: Outcome::Failed(vec![Failure::MissingPatterns {
                    patterns: vec!["two".into(), "three".into()],
                    part: MatchOn::Output,
                }]),
                expectations: vec![
                    pattern("one", true),
                    pattern("two", false),
                    pattern("three", false),
                ],
                output: output("one"),
                ..attempt(Outcome::Passed)
            },
        ),
        tried(
            case("exit", "Wrong Exit Code", "set -e\nfalse\n"),
            AttemptReport {
                exit_code: Some(1),
                ..attempt(Outcome::Failed(vec![Failure::ExitCode {
                    expected: 0,
                    actual: 1,
                }]))
            },
        ),
        tried(
            case("error", "Error Event", "cat /missing"),
            attempt(Outcome::Failed(vec![Failure::ErrorEvent {
                message: "No such file\n  at line 1\n  in <main>".into(),
            }])),
        ),
        tried(
            case("slow", "Too Slow", "sleep 300"),
            AttemptReport {
                elapsed: Duration::from_millis(121_020),
                exit_code: None,
                ..attempt(Outcome::TimedOut {
                    limit: Duration::from_secs(120),
                    silent_for: Duration::from_secs(60),
                })
            },
        ),
        tried(
            case("stuck", "Stuck", "cat"),
            AttemptReport {
                exit_code: None,
                stats: silent.clone(),
                ..attempt(Outcome::Stalled {
                    clock: IdleClock::Meaningful,
                    limit: Duration::from_secs(30),
                    silent_for: Duration::from_millis(30_100),
                })
            },
        ),
        tried(
            case("broken", "Broken Stream", "yes | head -c 1G"),
            broken_attempt(),
        ),
        tried(
            case("lost", "Lost Attempt", "true"),
            AttemptReport {
                exit_code: None,
                stats: silent,
                ..attempt(Outcome::HarnessError {
                    message: "the attempt's actor was lost".into(),
                })
            },
        ),
    ]
}

fn broken_attempt() -> AttemptReport {
    let mut findings = Findings::default();
    findings.record(FindingCode::NotJson, 12, || "HTTP/1.1 | <b>oops</b>".into());
    findings.record(FindingCode::NotJson, 99, String::new);
    findings.record(FindingCode::TruncatedBody, 1_048_576, String::new);
    AttemptReport {
        exit_code: None,
        findings,
        output: output("y\ny\ny\n"),
        ..attempt(Outcome::InfrastructureError(Fault {
            kind: FaultKind::Protocol(FindingCode::TruncatedBody),
            message: "the body ended before its framing said so".into(),
        }))
    }
}

fn untried_cases() -> Vec<CaseResult> {
    vec![
        tried(
            case("claude", "Needs Claude", "claude -p 'Say hi'"),
            attempt(Outcome::Skipped {
                reason: SkipReason::MissingRequirement {
                    program: "claude".into(),
                },
            }),
        ),
        tried(
            case("cut", "Cut Short", "sleep 5; echo done"),
            AttemptReport {
                exit_code: None,
                output: output("starting"),
                ..attempt(Outcome::Cancelled)
            },
        ),
        not_run(case("never", "Never Reached", "echo last")),
    ]
}

/// A case that asks an agent, with an answer full of what renderers take for markup.
#[must_use]
pub fn agent_case(result: Option<AgentResult>) -> CaseResult {
    let asked = Case {
        output_format: OutputFormat::ClaudeStreamJson,
        match_on: MatchOn::FinalText,
        ..case("claude_1", "A Question", "claude -p '2 + 2?'")
    };
    let agent = AgentReport {
        model: Some("claude-opus-4-8[1m]".into()),
        session_id: Some("bede64f4-a1ca-49bd-b2f2-23c636d9527d".into()),
        tool_uses: ["Bash", "Read`<b>`", "Bash"].into_iter().collect(),
        retries: Retries {
            count: 2,
            rate_limited: 1,
            waits: Duration::from_millis(1_524),
        },
        first_text: Some(Duration::from_millis(612)),
        result,
    };
    let outcome = match &agent.result {
        Some(_) => Outcome::Passed,
        None => Outcome::Failed(vec![Failure::NoAgentResult]),
    };
    let attempt = AttemptReport {
        expectations: vec![pattern("4", true)],
        output: output("{\"type\":\"system\"}"),
        agent: Some(agent),
        ..attempt(outcome)
    };
    tried(asked, attempt)
}

/// A run in which everything happened.
#[must_use]
pub fn eventful_run() -> RunResults {
    let mut cases = vec![passed_case()];
    cases.extend(failed_cases());
    cases.extend(untried_cases());
    let mut results = results(cases);
    results.gates = gates(1, 8, 1);
    results.problems = vec![
        RunProblem::Interrupted,
        RunProblem::GateFailed,
        RunProblem::CaseFailed,
    ];
    results
}

/// What an agent answered and what it took.
#[must_use]
pub fn answer() -> AgentResult {
    AgentResult {
        final_text: output("It is **4**:\n```\n2 + 2\n```\n<script>"),
        subtype: Some("success".into()),
        turns: Some(3),
        tokens: Some(TokenUsage {
            input: 1_234,
            output: 56,
            cache_creation: 3,
            cache_read: 7_000,
        }),
        cost: Usd::new(0.012_345),
        duration: Some(Duration::from_millis(2_500)),
        time_to_first_token: Some(Duration::from_millis(118)),
        ..AgentResult::default()
    }
}

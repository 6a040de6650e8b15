//! Results in which every text that may be foreign is one of four: what a suite or an executor says can
//! turn up in each of these places.

use executor_protocol::{FindingCode, Findings};
use runner_core::{
    agent::{AgentReport, AgentResult},
    outcome::{Failure, Fault, FaultKind, Outcome, OutcomeClass},
    recorded::{
        FindingTotal, Outage, RecordedAttempt, RecordedProblem, RecordedRun, RecordedState,
    },
    results::{AttemptReport, CapturedOutput, ExpectationKind, RunProblem, RunResults, Standing},
};
use suite::Case;

use crate::{
    cases::*,
    recorded::{self, Cell, soak},
};

/// Results with one foreign text wherever there can be one.
#[must_use]
pub fn results_with(texts: &[String; 4]) -> RunResults {
    let [a, b, c, d] = texts;
    let mut findings = Findings::default();
    findings.record(FindingCode::NotJson, 1, || a.clone());
    let failed = AttemptReport {
        execution_id: b.clone(),
        expectations: vec![
            pattern(c, false),
            pattern(d, true),
            pattern(a, false),
            expectation(ExpectationKind::Forbidden, b, Standing::Missed, c),
            expectation(ExpectationKind::Code, d, Standing::NotChecked, a),
        ],
        findings,
        output: CapturedOutput {
            head: a.clone(),
            omitted_bytes: 7,
            tail: b.clone(),
        },
        ..attempt(Outcome::Failed(vec![Failure::ErrorEvent {
            message: d.clone(),
        }]))
    };
    let agent = AgentReport {
        model: Some(a.clone()),
        session_id: Some(b.clone()),
        tool_uses: [c].into_iter().collect(),
        result: Some(AgentResult {
            final_text: output(a.clone()),
            subtype: Some(d.clone()),
            ..AgentResult::default()
        }),
        ..AgentReport::default()
    };
    let broken = AttemptReport {
        output: output(d.clone()),
        agent: Some(agent),
        ..attempt(Outcome::InfrastructureError(Fault {
            kind: FaultKind::Broken,
            message: b.clone(),
        }))
    };
    let first = Case {
        description: c.clone(),
        category: Some(d.clone()),
        tags: vec![a.clone(), b.clone()],
        ..case(a, b, d)
    };
    let cases = vec![
        tried(first, failed),
        tried(case(b, a, c), broken),
        not_run(case(c, d, a)),
    ];
    let mut results = results(cases);
    results.run.marker = a.clone();
    results.run.suite_path = b.clone();
    results.run.suite_stem = c.clone();
    results.run.suite_description = d.clone();
    results.run.version = a.clone();
    results.run.executor = b.clone();
    results.run.environment = vec![("Fact".into(), c.clone()), (format!("x{d}"), a.clone())];
    results.health.as_mut().expect("health").body = d.clone();
    results.problems = vec![
        RunProblem::ExecutorUnavailable { reason: a.clone() },
        RunProblem::ExecutorLost { reason: b.clone() },
    ];
    results
}

/// A recorded run with one foreign text wherever there can be one.
#[must_use]
pub fn recorded_with(texts: &[String; 4]) -> RecordedRun {
    let [a, b, c, d] = texts;
    let mut run = soak(&[Cell {
        case: "simple_1",
        hour: 0,
        outcomes: &[(OutcomeClass::Passed, 3), (OutcomeClass::Failed, 1)],
    }]);
    run.state = RecordedState::Ended(a.clone());
    run.run.marker = a.clone();
    run.run.suite_path = b.clone();
    run.run.suite_stem = c.clone();
    run.run.suite_description = d.clone();
    run.run.executor = b.clone();
    run.run.version = c.clone();
    run.run.environment = vec![("Fact".into(), d.clone()), (format!("x{a}"), b.clone())];
    run.problems = ["executor-lost", "harness-lost", a]
        .map(|code| RecordedProblem {
            code: code.into(),
            text: b.clone(),
        })
        .into();
    run.parts[0].version = d.clone();
    run.outages = [a, b, c]
        .map(|reason| Outage {
            began: recorded::minute(1),
            lasted: None,
            is_over: false,
            reason: reason.clone(),
        })
        .into();
    run.suites[0].hash = a.clone();
    let hours = run.hours.clone();
    run.cases = [(a, b), (c, d)]
        .map(|(id, name)| {
            let mut case = recorded::recorded_case(id, name);
            case.hours = hours.clone();
            case
        })
        .into();
    run.findings = [(a, b), (c, d)]
        .map(|(code, detail)| FindingTotal {
            code: code.clone(),
            count: 1,
            attempts: 1,
            first_attempt: 1,
            detail: detail.clone(),
        })
        .into();
    run.failed = [(a, b, c), (d, c, b)]
        .map(|(case, explanation, output)| RecordedAttempt {
            explanation: Some(explanation.clone()),
            findings: vec![explanation.clone(), output.clone()],
            output: Some(output.clone()),
            ..recorded::attempt(1, case, OutcomeClass::Failed)
        })
        .into();
    run.slowest = [a, b, c, d]
        .map(|case| recorded::attempt(2, case, OutcomeClass::Passed))
        .into();
    run.graduation = Some(recorded::graduation(1, 1));
    run
}

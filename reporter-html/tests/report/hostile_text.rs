//! Reports read back as browsers read them: whatever text is in them, their structure stays.

use executor_protocol::{FindingCode, Findings};
use proptest::prelude::*;
use runner_core::{
    agent::{AgentReport, AgentResult},
    outcome::{Failure, Fault, FaultKind, Outcome, OutcomeClass},
    recorded::{
        FindingTotal, Outage, RecordedAttempt, RecordedProblem, RecordedRun, RecordedState,
    },
    results::{AttemptReport, CapturedOutput, RunProblem, RunResults},
};
use suite::Case;

use crate::{
    dom::{Document, Element},
    fixtures::*,
    recorded_fixtures,
};

/// Text made of what is special to HTML, SVG, styles and terminals, and of anything else.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "<",
        ">",
        "\"",
        "'",
        "&",
        "&lt;",
        "&#x3c;script&#x3e;",
        "&#0;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "</code></pre>",
        "</td></tr></table>",
        "</title>",
        "</style>",
        "</svg>",
        "</desc>",
        "</details>",
        "</main></body></html>",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\" onload=\"alert(1)",
        "<svg/onload=alert(1)>",
        "<a href=javascript:alert(1)>",
        "<base href=//example.org>",
        "<style>*{background:url(//example.org)}</style>",
        "<plaintext>",
        "<template>",
        "<table>",
        "<math><mi>",
        "\n",
        "\n\n",
        "\r",
        "\t",
        "\0",
        "\u{b}",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{2028}",
        "é",
        "שלום",
    ]);
    let piece = prop_oneof![
        4 => special.prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// Results with one foreign text wherever there can be one.
fn results_with(texts: &[String; 4]) -> RunResults {
    let [a, b, c, d] = texts;
    let mut findings = Findings::default();
    findings.record(FindingCode::NotJson, 1, || a.clone());
    let failed = AttemptReport {
        execution_id: b.clone(),
        patterns: vec![pattern(c, false), pattern(d, true), pattern(a, false)],
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
fn recorded_with(texts: &[String; 4]) -> RecordedRun {
    let [a, b, c, d] = texts;
    let mut run = recorded_fixtures::soak(&[recorded_fixtures::Cell {
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
            began: recorded_fixtures::minute(1),
            lasted: None,
            is_over: false,
            reason: reason.clone(),
        })
        .into();
    run.suites[0].hash = a.clone();
    let hours = run.hours.clone();
    run.cases = [(a, b), (c, d)]
        .map(|(id, name)| {
            let mut case = recorded_fixtures::recorded_case(id, name);
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
            ..recorded_fixtures::attempt(1, case, OutcomeClass::Failed)
        })
        .into();
    run.slowest = [a, b, c, d]
        .map(|case| recorded_fixtures::attempt(2, case, OutcomeClass::Passed))
        .into();
    run.graduation = Some(recorded_fixtures::graduation(1, 1));
    run
}

/// Both reports with these texts.
fn reports_with(texts: &[String; 4]) -> [String; 2] {
    [
        report(&results_with(texts)),
        recorded_fixtures::report(&recorded_with(texts)),
    ]
}

/// A text of the same shape without anything special: as many characters in as many lines.
fn harmless(text: &str) -> String {
    let is_harmless = |c: char| c == '\n' || c.is_ascii_alphanumeric();
    let shape = |c: char| if is_harmless(c) { c } else { 'x' };
    text.chars().map(shape).collect()
}

/// All that a document consists of, but for its texts: elements with their attributes.
fn skeleton(document: &str) -> Vec<String> {
    let elements = Document::read(document).elements();
    let tell = |element: &Element| format!("{} {:?}", element.name(), element.attributes());
    elements.iter().map(tell).collect()
}

/// All texts of blocks.
fn blocks(document: &str) -> Vec<String> {
    let blocks = Document::read(document).all("pre");
    blocks.iter().map(Element::text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_changes_the_structure_of_a_report(texts in prop::array::uniform4(hostile())) {
        // What is shown depends on what is there at all, and is told apart: nothing is empty or the same.
        let [a, b, c, d] = texts;
        let texts = [a + "a", b + "b", c + "c", d + "d"];
        let hostile = reports_with(&texts);
        let harmless = reports_with(&texts.each_ref().map(|text| harmless(text)));
        for (hostile, harmless) in hostile.iter().zip(&harmless) {
            let (hostile, harmless) = (skeleton(hostile), skeleton(harmless));
            let differ = hostile.iter().zip(&harmless).find(|(one, other)| one != other);
            prop_assert_eq!(differ, None);
            prop_assert_eq!(hostile.len(), harmless.len());
        }
    }

    #[test]
    fn no_character_of_a_report_controls_a_terminal(texts in prop::array::uniform4(hostile())) {
        for document in reports_with(&texts) {
            let control = document.chars().find(|c| c.is_control() && !"\n\t".contains(*c));
            prop_assert_eq!(control, None);
            let reversed = document.contains('\u{202e}');
            prop_assert!(!reversed);
        }
    }

    #[test]
    fn printable_output_is_read_back_exactly(text in "[ -~\n\t]{1,400}") {
        let shown = AttemptReport { output: output(text.clone()), ..attempt(Outcome::Passed) };
        let document = report(&results(vec![tried(case("a", "A", "a"), shown)]));
        prop_assert_eq!(blocks(&document), [text]);
    }

    #[test]
    fn a_command_of_several_lines_is_read_back_exactly(text in "[ -~\t]{0,40}\n[ -~\n\t]{0,80}") {
        let document = report(&results(vec![not_run(case("a", "A", &text))]));
        prop_assert_eq!(blocks(&document), [text]);
    }
}

//! Reports read back by a Markdown parser: whatever text is in them, their structure stays.

use executor_protocol::{FindingCode, Findings};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use runner_core::{
    agent::{AgentReport, AgentResult},
    outcome::{Failure, Fault, FaultKind, Outcome, OutcomeClass},
    recorded::{
        FindingTotal, Outage, RecordedAttempt, RecordedProblem, RecordedRun, RecordedState,
    },
    results::{AttemptReport, CapturedOutput, RunProblem, RunResults},
};
use suite::Case;

use crate::{fixtures::*, recorded_fixtures};

/// Text made of what is special to Markdown, HTML and terminals, and of anything else.
fn hostile() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "```",
        "````",
        "~~~",
        "`",
        "\n",
        "\n\n",
        "\r",
        "\t",
        "  ",
        "    ",
        "\\",
        "|",
        "\n| - | - |\n",
        "</details>",
        "</summary>",
        "<script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "<a id=\"x\">",
        "&lt;",
        "# h",
        "\n# h\n",
        "\n===\n",
        "\n---\n",
        "- ",
        "1. ",
        "> ",
        "*",
        "**",
        "__",
        "[x](y)",
        "![x](y)",
        "[x]: y",
        "[^1]",
        "[ ]",
        "<https://a.b>",
        "$x$",
        "$$",
        "{#id}",
        "\u{1b}[31m",
        "\u{202e}",
        "é",
    ]);
    let piece = prop_oneof![
        4 => special.prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => "`{1,300}",
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
    let mut run = recorded_fixtures::soak(&[]);
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
    run.cases = vec![
        recorded_fixtures::recorded_case(a, b),
        recorded_fixtures::recorded_case(c, d),
    ];
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

/// A text of the same shape without anything special: as many characters in as many lines. What looks
/// like a name of machines does so still, and what does not, does not.
fn harmless(text: &str) -> String {
    let shape = |c: char| match c {
        '\n' => '\n',
        '/' | '-' | '.' | '_' => 'x',
        c if c.is_ascii_alphanumeric() => 'x',
        _ => 'é',
    };
    text.chars().map(shape).collect()
}

fn every_extension() -> Options {
    Options::all() - Options::ENABLE_SMART_PUNCTUATION
}

/// All that a document consists of, but for its texts: elements, links with where they lead, code,
/// raw HTML (without the numbers in it).
fn skeleton(document: &str) -> Vec<String> {
    Parser::new_ext(document, every_extension())
        .filter_map(|event| match event {
            Event::Text(_) => None,
            Event::Code(_) => Some("code".into()),
            Event::Html(html) | Event::InlineHtml(html) => Some(
                html.chars()
                    .filter(|c| !c.is_ascii_digit() && *c != ',')
                    .collect(),
            ),
            other => Some(format!("{other:?}")),
        })
        .collect()
}

fn raw_html(document: &str) -> Vec<String> {
    Parser::new_ext(document, every_extension())
        .filter_map(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Some(html.trim_end().to_owned()),
            _ => None,
        })
        .collect()
}

/// The texts of all blocks of code in the language `info`.
fn code_blocks(document: &str, info: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open = false;
    for event in Parser::new_ext(document, every_extension()) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(found))) if *found == *info => {
                open = true;
                blocks.push(String::new());
            }
            Event::End(TagEnd::CodeBlock) => open = false,
            Event::Text(text) if open => blocks.last_mut().expect("a block").push_str(&text),
            _ => {}
        }
    }
    blocks
}

/// Whether this HTML stands in reports that nothing hostile went into.
fn is_own(html: &str) -> bool {
    let is_anchor = (1..=3).any(|number| html == format!("<a id=\"case-{number}\">"));
    let summary = html
        .strip_prefix("<summary>")
        .and_then(|rest| rest.strip_suffix(")</summary>"))
        .and_then(|words| words.split_once(" ("));
    let is_summary = summary.is_some_and(|(label, size)| {
        ["Output", "Attempt 1 with the end of its output"].contains(&label)
            && size
                .chars()
                .all(|c| c.is_alphanumeric() || " ,".contains(c))
    });
    ["<details>", "</details>", "</a>"].contains(&html) || is_anchor || is_summary
}

proptest! {
    #[test]
    fn no_text_changes_the_structure_of_a_report(texts in prop::array::uniform4(hostile())) {
        // Labels and list separators depend on what is there at all, so nothing is empty.
        let texts = texts.map(|text| text + "x");
        let hostile = reports_with(&texts);
        let harmless = reports_with(&texts.each_ref().map(|text| harmless(text)));
        prop_assert_eq!(hostile.map(|it| skeleton(&it)), harmless.map(|it| skeleton(&it)));
    }

    #[test]
    fn the_only_html_in_a_report_is_its_own(texts in prop::array::uniform4(hostile())) {
        for html in reports_with(&texts).iter().flat_map(|report| raw_html(report)) {
            prop_assert!(is_own(&html), "{}", html);
        }
    }

    #[test]
    fn printable_output_is_read_back_exactly(text in "[ -~\n\t]{1,400}") {
        // Rows of backticks that are long enough to be broken up do not come up by chance here.
        let shown = AttemptReport { output: output(text.clone()), ..attempt(Outcome::Passed) };
        let document = report(&results(vec![tried(case("a", "A", "a"), shown)]));
        let end = if text.ends_with('\n') { "" } else { "\n" };
        prop_assert_eq!(code_blocks(&document, "text"), [text + end]);
    }

    #[test]
    fn a_command_of_several_lines_is_read_back_exactly(text in "[ -~\t]{0,40}\n[ -~\n\t]{0,80}") {
        let document = report(&results(vec![not_run(case("a", "A", &text))]));
        let end = if text.ends_with('\n') { "" } else { "\n" };
        prop_assert_eq!(code_blocks(&document, "sh"), [text + end]);
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
}

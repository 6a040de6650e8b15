//! Reports read back by a Markdown parser: whatever text is in them, their structure stays.

use executor_protocol::{FindingCode, Findings};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use runner_core::{
    agent::{AgentReport, AgentResult},
    outcome::{Failure, Fault, FaultKind, Outcome},
    results::{AttemptReport, CapturedOutput, RunProblem, RunResults},
};
use suite::Case;

use crate::fixtures::*;

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

/// A text of the same shape without anything special: as many characters in as many lines.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\n' { '\n' } else { 'x' })
        .collect()
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

proptest! {
    #[test]
    fn no_text_changes_the_structure_of_a_report(texts in prop::array::uniform4(hostile())) {
        // Labels and list separators depend on what is there at all, so nothing is empty.
        let texts = texts.map(|text| text + "x");
        let hostile = report(&results_with(&texts));
        let harmless = report(&results_with(&texts.each_ref().map(|text| harmless(text))));
        prop_assert_eq!(skeleton(&hostile), skeleton(&harmless));
    }

    #[test]
    fn the_only_html_in_a_report_is_its_own(texts in prop::array::uniform4(hostile())) {
        for html in raw_html(&report(&results_with(&texts))) {
            let own = ["<details>", "</details>", "</a>"].contains(&&*html)
                || (1..=3).any(|number| html == format!("<a id=\"case-{number}\">"))
                || html
                    .strip_prefix("<summary>Output (")
                    .and_then(|rest| rest.strip_suffix(")</summary>"))
                    .is_some_and(|size| size.chars().all(|c| c.is_alphanumeric() || " ,".contains(c)));
            prop_assert!(own, "{}", html);
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
        let document = report(&results_with(&texts));
        let control = document.chars().find(|c| c.is_control() && !"\n\t".contains(*c));
        prop_assert_eq!(control, None);
        let reversed = document.contains('\u{202e}');
        prop_assert!(!reversed);
    }
}

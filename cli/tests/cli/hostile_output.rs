//! What executors and commands say can do nothing but be read.

use misbehaving_executor::{Answer, Script, wire};
use serde_json::json;

use crate::support::{Ended, Scratch, case, serving};

/// Colours, a title, a cleared screen; ends of fences, of details, of code spans; a carriage return that
/// hides what stands before it; text that runs backwards; a fake heading and a script.
const HOSTILE: &str = concat!(
    "\u{1b}[31mred\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\n",
    "```\n~~~~\n</details>\n</summary>\n<script>alert(1)</script>\n",
    "FAILED\rPASSED\n",
    "\u{202e}desrever\u{202c} \u{200b}hidden \u{2066}isolated\n",
    "``````\n# Simple Stress Test Report\n- **Passed**: 1000 ✅\n\0\u{8}\u{7f}\n",
);

/// Characters that must be nowhere but in machine records, where JSON escapes them.
fn is_active(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn harmless(ended: &Ended, report: &str) {
    for (name, text) in [
        ("stderr", &*ended.stderr),
        ("stdout", &ended.stdout),
        ("report", report),
    ] {
        let active: Vec<_> = text.chars().filter(|c| is_active(*c)).collect();
        assert!(active.is_empty(), "{name} has {active:?}:\n{text}");
    }
}

#[test]
fn hostile_output_is_shown_in_pictures_and_stays_in_its_place() {
    let line = json!({ "type": "output", "data": HOSTILE }).to_string();
    let body = [&line, "\n", "{\"type\":\"complete\",\"exit_code\":1}\n"].concat();
    let server = serving(Answer::new().send(wire::chunked(body)));
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    for args in [&[][..], &["-v"], &["--json"]] {
        let ended = scratch
            .run_suite(["--url", &server.url()])
            .args(args.iter().copied())
            .exits(100);
        let report = scratch.report();
        harmless(&ended, &report);
        assert!(report.contains("␛[31mred"), "{report}");
        // Each output is inside a fence that its longest run of backticks cannot close.
        assert_eq!(report.matches("\n```````text\n").count(), 2, "{report}");
        assert_eq!(report.matches("\n```````\n").count(), 2, "{report}");
    }
}

#[test]
fn hostile_output_of_real_commands_is_harmless_as_well() {
    let command = r"printf '\033[31mred\033[0m\r\n\001\002```</details>\n\377\376\n'; exit 1";
    let scratch = Scratch::with_cases([case("a", command)]);
    let ended = scratch.run_suite(["-v"]).exits(100);
    harmless(&ended, &scratch.report());
    ended.says(["␛[31mred"]);
}

#[test]
fn hostile_words_of_an_executor_are_harmless_wherever_they_are_quoted() {
    let error = json!({ "type": "error", "error": HOSTILE }).to_string();
    let unknown = json!({ "type": HOSTILE }).to_string();
    let body = [&*error, "\n", &unknown, "\n", HOSTILE, wire::COMPLETE].concat();
    let location = "Location: http://x/\u{9b}31m\u{202e}</details>";
    let answers = [
        wire::chunked(body),
        wire::refusal("500 Internal Server Error", &[], HOSTILE),
        wire::refusal("200 OK", &["Content-Type: text/html"], HOSTILE),
        wire::refusal("302 Found", &[location], ""),
        [wire::chunked(
            [HOSTILE, wire::COMPLETE, wire::COMPLETE].concat(),
        )]
        .concat(),
    ];
    let health = wire::refusal("200 OK", &["Content-Type: application/json"], &error);
    let cases = answers
        .iter()
        .enumerate()
        .map(|(n, _)| case(&format!("case{n}"), "x"));
    let scratch = Scratch::with_cases(cases);
    let answers = answers.into_iter().map(|answer| Answer::new().send(answer));
    let script = Script::answering_in_turn(answers).health(Answer::new().send(health));
    let server = serving(script);
    let ended = scratch.run_suite(["-v", "--url", &server.url()]).exits(100);
    assert_eq!(server.log().executions(), 5);
    harmless(&ended, &scratch.report());
}

#[test]
fn hostile_health_of_an_executor_is_harmless() {
    let unhealthy = wire::refusal("503 Service Unavailable", &[], HOSTILE);
    let script = Script::answering(Answer::new()).health(Answer::new().send(unhealthy));
    let server = serving(script);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let ended = scratch.run_suite(["--url", &server.url()]).exits(103);
    harmless(&ended, &scratch.report());
}

#[test]
fn hostile_words_of_a_suite_are_harmless() {
    let scratch = Scratch::new();
    let suite = json!({
        "description": HOSTILE,
        "tests": [{
            "id": "a", "name": HOSTILE, "description": HOSTILE, "command": "false # \u{1b}[31m`</details>",
            "expected_patterns": [HOSTILE],
        }],
    });
    scratch.write("suite.json", suite.to_string());
    let ended = scratch.run_suite(["-v"]).exits(100);
    harmless(&ended, &scratch.report());

    scratch.write("suite.json", "{\"te\u{1b}[31msts\": [\u{202e}]}");
    let ended = scratch.gauntlet(["verify", "suite.json"]).exits(2);
    harmless(&ended, "");
}

//! What counts as a pass, and what must not: each claim with its outcome, its record and its report.

use misbehaving_executor::{Answer, wire};
use serde_json::{Value, json};

use crate::support::{Ended, Scratch, serving};

/// What came of one case.
struct Judged {
    ended: Ended,
    report: String,
}

impl Judged {
    /// Runs a case on the embedded executor.
    fn embedded(case: Value) -> Self {
        Self::run(case, "embedded")
    }

    /// Runs a case that looks for `one` on an executor that gives `answer`.
    fn answered(answer: impl Into<Vec<u8>>) -> Self {
        let server = serving(Answer::new().send(answer));
        let case = json!({ "id": "case", "command": "x", "expected_patterns": ["one"] });
        Self::run(case, &server.url())
    }

    fn run(case: Value, url: &str) -> Self {
        let scratch = Scratch::with_cases([case]);
        let ended = scratch.run_suite(["--json", "--url", url]).run();
        let report = scratch.report();
        Self { ended, report }
    }

    /// Expects this outcome, for a reason with these words, in records, report and exit code.
    #[track_caller]
    fn is(&self, outcome: &str, words: &str) -> &Self {
        let records = self.ended.records();
        let record = records.case("case");
        assert_eq!(record["outcome"], outcome, "{record}");
        let explanation = record["explanation"].as_str().unwrap_or_default();
        assert!(explanation.contains(words), "{record}");
        let (code, title) = match outcome {
            "passed" => (0, "✅ PASSED"),
            "failed" => (100, "❌ FAILED"),
            "timed-out" => (100, "TIMED OUT"),
            "stalled" => (100, "STALLED"),
            _ => (100, "INFRASTRUCTURE ERROR"),
        };
        assert_eq!(self.ended.code, Some(code), "{}", self.ended);
        assert!(
            self.report.contains(title),
            "no {title} in\n{}",
            self.report
        );
        self
    }

    #[track_caller]
    fn reports(&self, words: &str) -> &Self {
        assert!(
            self.report.contains(words),
            "no {words:?} in\n{}",
            self.report
        );
        self
    }
}

#[test]
fn a_case_that_exits_1_fails_even_if_its_patterns_are_there() {
    let case =
        json!({ "id": "case", "command": "echo found; exit 1", "expected_patterns": ["found"] });
    Judged::embedded(case)
        .is("failed", "exit code 1 instead of 0")
        .reports("- **Patterns Found**: 1/1")
        .reports("- **Exit Code**: 1");
}

#[test]
fn a_case_whose_patterns_are_missing_fails_even_if_it_exits_0() {
    let patterns = ["found", "absent", "also absent"];
    let case = json!({ "id": "case", "command": "echo found", "expected_patterns": patterns });
    Judged::embedded(case)
        .is(
            "failed",
            r#"not found in the output: "absent", "also absent""#,
        )
        .reports("- **Patterns Found**: 1/3");
}

#[test]
fn another_exit_code_passes_where_it_is_the_expected_one() {
    let case =
        |code| json!({ "id": "case", "command": format!("exit {code}"), "expected_exit_code": 3 });
    Judged::embedded(case(3)).is("passed", "");
    Judged::embedded(case(0)).is("failed", "exit code 0 instead of 3");
}

#[test]
fn patterns_are_found_in_any_case_of_letters_and_across_lines_and_channels() {
    let patterns = ["STRASSE\nÀ bientôt"];
    let command = "echo strasse >&2; sleep 0.2; echo 'à BIENTÔT'";
    let case = json!({ "id": "case", "command": command, "expected_patterns": patterns });
    Judged::embedded(case).is("passed", "");
}

#[test]
fn patterns_are_not_looked_for_in_the_command_itself() {
    let case = json!({ "id": "case", "command": "true # needle", "expected_patterns": ["needle"] });
    Judged::embedded(case).is("failed", "needle");
}

#[test]
fn an_error_event_fails_the_case_even_if_it_exits_0() {
    let error = "{\"type\":\"error\",\"error\":\"disk on fire\"}\n";
    let body = [wire::OUTPUT, error, wire::COMPLETE].concat();
    Judged::answered(wire::chunked(body))
        .is("failed", "disk on fire")
        .reports("disk on fire");
}

#[test]
fn a_stream_without_a_terminal_event_is_never_a_pass() {
    Judged::answered(wire::chunked(wire::OUTPUT)).is("infrastructure-error", "missing-terminal");
}

#[test]
fn a_page_with_status_200_is_never_a_pass() {
    let page = "<html>one\n{\"type\":\"complete\",\"exit_code\":0}\n</html>";
    let answer = wire::refusal("200 OK", &["Content-Type: text/html"], page);
    Judged::answered(answer).is("infrastructure-error", "\"text/html\" is no event stream");
}

#[test]
fn a_stream_that_does_everything_right_passes() {
    Judged::answered(wire::chunked(wire::CLEAN_BODY)).is("passed", "");
}

#[test]
fn a_line_that_is_no_event_is_output_and_a_finding() {
    let body = ["just one line\n", wire::COMPLETE].concat();
    let judged = Judged::answered(wire::chunked(body));
    judged.is("passed", "").reports("just one line");
    let records = judged.ended.records();
    let findings = &records.case("case")["findings"];
    assert_eq!(findings.as_array().map(Vec::len), Some(1), "{findings}");
    assert!(
        judged
            .report
            .contains(findings[0]["code"].as_str().expect("a code"))
    );
}

#[test]
fn a_case_times_out_on_its_own_and_its_output_so_far_is_kept() {
    let command = "echo early; sleep 100.25";
    Judged::embedded(json!({ "id": "case", "command": command, "timeout": "400ms" }))
        .is("timed-out", "timed out after 400ms, silent for the last")
        .reports("early");
}

#[test]
fn a_case_that_shows_no_progress_is_stalled_long_before_its_timeout() {
    let case = json!({
        "id": "case", "command": "echo early; sleep 100.25", "timeout": "10m", "stall_timeout": "400ms",
    });
    Judged::embedded(case)
        .is("stalled", "allowed: 400ms")
        .reports("early");
}

#[test]
fn what_is_kept_of_a_long_output_is_bounded_and_its_middle_is_searched_all_the_same() {
    let command = "i=0; while [ $i -lt 3000 ]; do echo row $i of many; i=$((i+1)); done";
    let case =
        json!({ "id": "case", "command": command, "expected_patterns": ["row 1500 of many"] });
    let scratch = Scratch::with_cases([case]);
    let keep = ("GAUNTLET__REPORTS__KEEP_OUTPUT_BYTES", "1000");
    scratch.run_suite([]).env(keep.0, keep.1).exits(0);
    let report = scratch.report();
    for kept in ["row 0 of many", "row 2999 of many"] {
        assert!(report.contains(kept), "{kept}");
    }
    assert!(
        !report.contains("row 1500 of many\nrow 1501"),
        "the middle is not kept"
    );
    assert!(report.len() < 8000, "{}", report.len());
}

#[test]
fn an_executor_that_never_begins_to_answer_is_at_fault_and_not_its_command() {
    let script = misbehaving_executor::Script::answering(Answer::new().hold());
    let server = misbehaving_executor::Server::start(script).expect("a server");
    let case = json!({ "id": "case", "command": "x", "timeout": 1 });
    Judged::run(case, &server.url()).is("infrastructure-error", "no answer within 2.0 s");
}

#[test]
fn an_executor_that_refuses_to_look_for_a_program_skips_nothing() {
    let refusal = "{\"type\":\"error\",\"error\":\"command not allowed\"}\n";
    let exit = "{\"type\":\"complete\",\"exit_code\":1}\n";
    let answer = wire::chunked(format!("{refusal}{exit}"));
    let server = serving(Answer::new().send(answer));
    let case = json!({ "id": "case", "command": "x", "requires": ["claude"] });
    Judged::run(case, &server.url()).is("infrastructure-error", "cannot tell whether");
}

#[test]
fn each_clock_of_a_stream_has_a_limit_of_its_own() {
    for (setting, answer, words) in [
        (
            "BYTES_IDLE_TIMEOUT",
            Answer::new().send(wire::chunked_head()).hold(),
            "no bytes came",
        ),
        (
            "EVENTS_IDLE_TIMEOUT",
            Answer::new()
                .send(wire::chunked_head())
                .repeat_every(std::time::Duration::from_millis(50), wire::chunk(" ")),
            "no event came",
        ),
    ] {
        let server = serving(answer);
        let scratch = Scratch::with_cases([json!({ "id": "case", "command": "x" })]);
        let ended = scratch
            .run_suite(["--json", "--url", &server.url()])
            .env(&format!("GAUNTLET__EXECUTOR__{setting}"), "400ms")
            .exits(100);
        let records = ended.records();
        assert_eq!(records.case("case")["outcome"], "stalled", "{ended}");
        let explanation = records.case("case")["explanation"]
            .as_str()
            .unwrap_or_default();
        assert!(explanation.contains(words), "{explanation}");
    }
}

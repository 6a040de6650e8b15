//! What is judged, and how.

use executor_protocol::{FindingCode, NoticeKind};
use suite::OutputFormat;

use super::*;
use crate::test_support::case;

const COMPLETE: StreamEvent<'_> = StreamEvent::Complete {
    exit: ExitStatus::Code(0),
};

fn output(data: &str) -> StreamEvent<'_> {
    StreamEvent::Output {
        data,
        channel: None,
    }
}

fn judge(events: &[StreamEvent<'_>], findings: &Findings, stats: &StreamStats) -> Judgement {
    let mut case = case("a");
    case.expectations = suite::Expectations::literals(["one\ntwo"]);
    let mut judge = Judge::new(&case, OutputJoin::Lines, 1024);
    for event in events {
        judge.on_event(*event, &|| None);
    }
    judge.finish(&case, StreamEnd::Clean, findings, stats)
}

fn outcome(events: &[StreamEvent<'_>]) -> Outcome {
    judge(events, &Findings::default(), &StreamStats::default()).outcome
}

#[test]
fn an_attempt_passes_with_every_pattern_across_events_and_the_expected_exit_code() {
    assert_eq!(
        outcome(&[output("ONE"), output("two"), COMPLETE]),
        Outcome::Passed
    );
}

#[test]
fn patterns_do_not_make_up_for_an_exit_code_nor_an_exit_code_for_patterns() {
    let exit = StreamEvent::Complete {
        exit: ExitStatus::Code(1),
    };
    let failure = Failure::ExitCode {
        expected: 0,
        actual: 1,
    };
    assert_eq!(
        outcome(&[output("one"), output("two"), exit]),
        Outcome::Failed(vec![failure])
    );
    let missing = Failure::MissingPatterns {
        patterns: vec!["one\ntwo".into()],
        part: MatchOn::Output,
    };
    assert_eq!(
        outcome(&[output("one"), COMPLETE]),
        Outcome::Failed(vec![missing])
    );
}

#[test]
fn an_error_event_is_never_a_pass() {
    let events = [
        output("one"),
        output("two"),
        StreamEvent::Error { message: "boom" },
        COMPLETE,
    ];
    let failure = Failure::ErrorEvent {
        message: "boom".into(),
    };
    assert_eq!(outcome(&events), Outcome::Failed(vec![failure]));
}

#[test]
fn output_after_the_terminal_event_counts_for_nothing() {
    let judgement = judge(
        &[COMPLETE, output("one"), output("two")],
        &Findings::default(),
        &StreamStats::default(),
    );
    assert!(judgement.output.is_empty());
    assert!(!judgement.patterns[0].found);
}

#[test]
fn a_breach_that_makes_the_result_untrustworthy_is_never_a_pass() {
    for code in FindingCode::ALL.iter().copied() {
        let mut findings = Findings::default();
        findings.record(code, 7, String::new);
        let judgement = judge(
            &[output("one"), output("two"), COMPLETE],
            &findings,
            &StreamStats::default(),
        );
        let passed = judgement.outcome == Outcome::Passed;
        assert_eq!(passed, code.severity() < Severity::Error, "{code}");
    }
}

#[test]
fn an_end_after_the_timeout_is_a_timeout_even_with_exit_code_zero() {
    let stats = StreamStats {
        terminal: Some(Duration::from_secs(31)),
        last_output: Some(Duration::from_secs(10)),
        ..StreamStats::default()
    };
    let judgement = judge(
        &[output("one"), output("two"), COMPLETE],
        &Findings::default(),
        &stats,
    );
    let limit = Duration::from_secs(30);
    assert_eq!(
        judgement.outcome,
        Outcome::TimedOut {
            limit,
            silent_for: Duration::from_secs(21)
        }
    );
}

const BOTH_CHANNELS: [StreamEvent<'_>; 4] = [
    on("one", Channel::Stdout),
    on("noise", Channel::Stderr),
    on("two", Channel::Stdout),
    COMPLETE,
];

const fn on(data: &str, channel: Channel) -> StreamEvent<'_> {
    StreamEvent::Output {
        data,
        channel: Some(channel),
    }
}

/// Judges an attempt at `case` that ended cleanly.
fn judge_case(case: &Case, join: OutputJoin, events: &[StreamEvent<'_>]) -> Judgement {
    let mut judge = Judge::new(case, join, 1024);
    for event in events {
        judge.on_event(*event, &|| Some(Duration::from_secs(3)));
    }
    let (findings, stats) = (Findings::default(), StreamStats::default());
    judge.finish(case, StreamEnd::Clean, &findings, &stats)
}

fn matching(match_on: MatchOn, patterns: &[&str]) -> Case {
    Case {
        match_on,
        expectations: suite::Expectations::literals(patterns.iter().copied()),
        ..case("a")
    }
}

fn found(match_on: MatchOn, patterns: &[&str], events: &[StreamEvent<'_>]) -> Vec<bool> {
    let case = matching(match_on, patterns);
    let judgement = judge_case(&case, OutputJoin::Lines, events);
    let found = judgement.patterns.iter().map(|pattern| pattern.found);
    found.collect()
}

#[test]
fn patterns_are_looked_for_in_one_channel_as_if_the_other_were_not_there() {
    let patterns = ["one\ntwo", "noise"];
    let found = |match_on| found(match_on, &patterns, &BOTH_CHANNELS);
    assert_eq!(found(MatchOn::Output), [false, true]);
    assert_eq!(found(MatchOn::Stdout), [true, false]);
    assert_eq!(found(MatchOn::Stderr), [false, true]);
}

#[test]
fn output_without_a_channel_is_standard_output() {
    let events = [output("one"), COMPLETE];
    assert_eq!(found(MatchOn::Stdout, &["one"], &events), [true]);
    assert_eq!(found(MatchOn::Stderr, &["one"], &events), [false]);
}

const INIT: &str = r#"{"type":"system","subtype":"init","session_id":"42","model":"m"}"#;
const TEXT: &str = r#"{"type":"assistant","message":{"content":[{"type":"text","text":"7"}]}}"#;
const RESULT: &str = r#"{"type":"result","is_error":false,"result":"It is\n7","session_id":"42"}"#;
const ERROR: &str = r#"{"type":"result","is_error":true,"result":"no credit","session_id":"42"}"#;

fn asking(patterns: &[&str]) -> Case {
    Case {
        output_format: OutputFormat::ClaudeStreamJson,
        ..matching(MatchOn::FinalText, patterns)
    }
}

fn answer(patterns: &[&str], lines: &[&str]) -> Judgement {
    let lines = lines.iter().map(|line| output(line));
    let events: Vec<_> = lines.chain([COMPLETE]).collect();
    judge_case(&asking(patterns), OutputJoin::Lines, &events)
}

#[test]
fn only_the_final_text_counts_where_a_case_is_matched_on_it() {
    let lines = [INIT, TEXT, RESULT];
    let judgement = answer(&["it is\n7"], &lines);
    assert_eq!(judgement.outcome, Outcome::Passed);
    assert!(judgement.findings.is_empty());
    let missing = Failure::MissingPatterns {
        patterns: vec!["42".into()],
        part: MatchOn::FinalText,
    };
    let judgement = answer(&["42"], &lines);
    assert_eq!(judgement.outcome, Outcome::Failed(vec![missing]));
}

#[test]
fn what_an_agent_told_is_reported_with_when_its_first_text_arrived() {
    let agent = answer(&[], &[INIT, TEXT, RESULT]).agent.expect("told");
    assert_eq!(agent.model.as_deref(), Some("m"));
    assert_eq!(agent.first_text, Some(Duration::from_secs(3)));
}

#[test]
fn an_agent_s_lines_come_together_across_events_and_past_the_other_channel() {
    let (begin, end) = RESULT.split_at(20);
    let events = [
        on(begin, Channel::Stdout),
        on("warning\n", Channel::Stderr),
        on(end, Channel::Stdout),
        COMPLETE,
    ];
    let judgement = judge_case(&asking(&["7"]), OutputJoin::Concat, &events);
    assert_eq!(judgement.outcome, Outcome::Passed);
    assert!(judgement.findings.is_empty());
}

#[test]
fn an_agent_that_says_that_it_failed_is_never_a_pass() {
    let judgement = answer(&[], &[INIT, ERROR]);
    let failure = Failure::AgentError {
        message: "no credit".into(),
    };
    assert_eq!(judgement.outcome, Outcome::Failed(vec![failure]));
}

#[test]
fn an_agent_without_a_result_is_never_a_pass_and_a_finding() {
    for lines in [&[INIT, TEXT][..], &[]] {
        let judgement = answer(&[], lines);
        let failures = vec![Failure::NoAgentResult];
        assert_eq!(judgement.outcome, Outcome::Failed(failures));
        assert!(judgement.findings.get(FindingCode::MissingResult).is_some());
    }
}

#[test]
fn a_foreign_line_is_a_finding_that_leaves_the_answer_standing() {
    let judgement = answer(&["7"], &["warning: slow", INIT, RESULT]);
    assert_eq!(judgement.outcome, Outcome::Passed);
    let finding = judgement.findings.get(FindingCode::MalformedOutput);
    assert_eq!(finding.map(|finding| finding.first_offset), Some(0));
}

#[test]
fn a_result_that_is_missing_because_of_a_timeout_is_no_finding() {
    let case = asking(&[]);
    let mut judge = Judge::new(&case, OutputJoin::Lines, 1024);
    judge.on_event(output(INIT), &|| None);
    judge.on_event(COMPLETE, &|| None);
    let stats = StreamStats {
        terminal: Some(case.timeout),
        ..StreamStats::default()
    };
    let judgement = judge.finish(&case, StreamEnd::Clean, &Findings::default(), &stats);
    assert!(matches!(judgement.outcome, Outcome::TimedOut { .. }));
    assert!(judgement.findings.is_empty());
}

#[test]
fn what_an_ended_attempt_lacks_is_no_finding() {
    let case = asking(&[]);
    let mut judge = Judge::new(&case, OutputJoin::Concat, 1024);
    judge.on_event(output(INIT), &|| None);
    judge.on_event(output("\n{\"type\":\"res"), &|| None);
    let (findings, stats) = (Findings::default(), StreamStats::default());
    let judgement = judge.finish(&case, StreamEnd::Cancelled, &findings, &stats);
    assert_eq!(judgement.outcome, Outcome::Cancelled);
    assert!(judgement.findings.is_empty());
    assert!(judgement.agent.is_some_and(|agent| agent.result.is_none()));
}

#[test]
fn a_strict_judge_fails_what_a_lenient_one_lets_pass() {
    let case = case("a");
    for (code, strict_passes) in [
        (FindingCode::NotJson, false),
        (FindingCode::UnknownEvent, true),
    ] {
        let mut findings = Findings::default();
        findings.record(code, 0, String::new);
        for (strictness, passes) in [
            (Strictness::Lenient, true),
            (Strictness::Strict, strict_passes),
        ] {
            let mut judge = Judge::new(&case, OutputJoin::Lines, 64).with_strictness(strictness);
            judge.on_event(COMPLETE, &|| None);
            let judgement =
                judge.finish(&case, StreamEnd::Clean, &findings, &StreamStats::default());
            assert_eq!(
                judgement.outcome == Outcome::Passed,
                passes,
                "{code} {strictness:?}"
            );
        }
    }
}

#[test]
fn notices_are_counted_by_kind_and_fail_nothing() {
    let case = case("a");
    let mut judge = Judge::new(&case, OutputJoin::Concat, 64);
    for (kind, message) in [
        (NoticeKind::RateLimit, "slow down"),
        (NoticeKind::EarlyCompletion, ""),
        (NoticeKind::RateLimit, "slower"),
    ] {
        judge.on_event(StreamEvent::Notice { kind, message }, &|| None);
    }
    judge.on_event(COMPLETE, &|| None);
    let stats = StreamStats::default();
    let judgement = judge.finish(&case, StreamEnd::Clean, &Findings::default(), &stats);
    assert_eq!(judgement.outcome, Outcome::Passed);
    let notices = judgement.notices.iter();
    let notices: Vec<_> = notices
        .map(|it| (it.kind, it.count, &*it.message))
        .collect();
    assert_eq!(
        notices,
        [
            (NoticeKind::RateLimit, 2, "slow down"),
            (NoticeKind::EarlyCompletion, 1, "")
        ]
    );
}

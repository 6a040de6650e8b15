//! Lines as the real CLI prints them, shortened, and what is made of them.

use super::*;

const INIT: &str = r#"{"type":"system","subtype":"init","cwd":"/work","session_id":"bede64f4","tools":["Bash","Read"],"model":"claude-opus-4-8[1m]","permissionMode":"default","mcp_servers":[],"uuid":"adfb2261"}"#;
const TEXT: &str = r#"{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-opus-4-8","content":[{"type":"text","text":"4"}],"stop_reason":null,"usage":{"input_tokens":5,"output_tokens":1}},"parent_tool_use_id":null,"session_id":"bede64f4"}"#;
const TOOL_USE: &str = r#"{"type":"assistant","message":{"id":"msg_1","model":"claude-opus-4-8","content":[{"type":"thinking","thinking":"…"},{"type":"tool_use","id":"toolu_1","name":"Bash","input":{"command":"echo hi"}}]}}"#;
const TOOL_RESULT: &str = r#"{"type":"user","message":{"role":"user","content":[{"tool_use_id":"toolu_1","type":"tool_result","content":"hi"}]},"tool_use_result":{"stdout":"hi"}}"#;
const RETRY: &str = r#"{"type":"system","subtype":"api_retry","attempt":2,"max_retries":10,"retry_delay_ms":1024.5,"error_status":429,"error":"rate_limit","session_id":"bede64f4"}"#;
const RESULT: &str = r#"{"type":"result","subtype":"success","is_error":false,"api_error_status":null,"duration_ms":185,"duration_api_ms":53,"ttft_ms":118,"num_turns":2,"result":"4","session_id":"bede64f4","total_cost_usd":0.00062225,"usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":7,"output_tokens":22,"server_tool_use":{"web_search_requests":0}},"modelUsage":{},"permission_denials":[]}"#;
const API_ERROR: &str = r#"{"type":"assistant","message":{"id":"94e23a46","model":"<synthetic>","content":[{"type":"text","text":"API Error: 400 no good"}]},"error":"unknown"}"#;
const FAILED_RESULT: &str = r#"{"type":"result","subtype":"success","is_error":true,"api_error_status":400,"num_turns":1,"result":"API Error: 400 no good","session_id":"7afa8512","total_cost_usd":0,"usage":{"input_tokens":0,"output_tokens":0}}"#;
const OUT_OF_TURNS: &str = r#"{"type":"result","subtype":"error_max_turns","is_error":true,"num_turns":2,"session_id":"ba2ab2f5","total_cost_usd":0.000525,"errors":["Reached maximum number of turns (1)"]}"#;

fn understood(lines: &[&str]) -> (AgentReport, Option<String>) {
    let mut format = ClaudeStreamJson::new(1024);
    for (number, line) in (1..).zip(lines) {
        let understood = format.on_line(line, &|| Some(Duration::from_secs(number)));
        assert_eq!(understood, Ok(()), "{line}");
    }
    let output = Box::new(format).finish();
    (output.report.expect("understood"), output.final_text)
}

fn result(lines: &[&str]) -> AgentResult {
    understood(lines).0.result.expect("a result")
}

fn refused(line: &str) -> String {
    let understood = ClaudeStreamJson::new(1024).on_line(line, &|| None);
    understood.expect_err("malformed").0
}

#[test]
fn an_answer_is_told_with_what_it_took() {
    let (report, final_text) = understood(&[INIT, TOOL_USE, TOOL_RESULT, TEXT, RESULT]);
    assert_eq!(final_text.as_deref(), Some("4"));
    assert_eq!(report.model.as_deref(), Some("claude-opus-4-8[1m]"));
    assert_eq!(report.session_id.as_deref(), Some("bede64f4"));
    assert_eq!(report.tool_uses, ["Bash"].into_iter().collect());
    assert_eq!(report.first_text, Some(Duration::from_secs(4)));
    let result = report.result.expect("a result");
    assert_eq!((result.error, result.turns), (None, Some(2)));
    assert_eq!(result.final_text.head, "4");
    assert_eq!(result.cost, Usd::new(0.000_622_25));
    assert_eq!(result.duration, Some(Duration::from_millis(185)));
    assert_eq!(result.time_to_first_token, Some(Duration::from_millis(118)));
    let tokens = TokenUsage {
        input: 10,
        output: 22,
        cache_creation: 3,
        cache_read: 7,
    };
    assert_eq!(result.tokens, Some(tokens));
}

#[test]
fn an_error_is_told_in_the_words_of_whoever_told_it() {
    let error = |line| result(&[INIT, line]).error;
    assert_eq!(
        error(FAILED_RESULT).as_deref(),
        Some("API Error: 400 no good")
    );
    assert_eq!(
        error(OUT_OF_TURNS).as_deref(),
        Some("Reached maximum number of turns (1)")
    );
    let by_subtype = r#"{"type":"result","subtype":"error_during_execution","is_error":false}"#;
    assert_eq!(error(by_subtype).as_deref(), Some("error_during_execution"));
}

#[test]
fn the_cli_s_own_words_are_no_text_of_a_model() {
    let (report, _) = understood(&[API_ERROR, FAILED_RESULT]);
    assert_eq!((report.first_text, report.model), (None, None));
}

#[test]
fn the_first_piece_of_a_text_counts_where_pieces_are_told() {
    let status = r#"{"type":"system","subtype":"status","status":"requesting"}"#;
    let start = r#"{"type":"stream_event","event":{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}}"#;
    let piece = r#"{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"4"}}}"#;
    let (report, _) = understood(&[INIT, status, start, piece, TEXT, RESULT]);
    assert_eq!(report.first_text, Some(Duration::from_secs(4)));
}

#[test]
fn retries_and_rate_limits_are_counted() {
    let overloaded = r#"{"type":"system","subtype":"api_retry","attempt":1,"retry_delay_ms":500,"error_status":529,"error":"overloaded"}"#;
    let refused =
        r#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1}}"#;
    let allowed = r#"{"type":"rate_limit_event","rate_limit_info":{"status":"allowed_warning"}}"#;
    let (report, _) = understood(&[INIT, RETRY, overloaded, refused, allowed]);
    assert_eq!((report.retries.count, report.retries.rate_limited), (2, 2));
    assert_eq!(report.retries.waits, Duration::from_micros(1_524_500));
    assert!(report.result.is_none());
}

#[test]
fn the_latest_word_on_when_to_ask_again_counts_where_it_was_asked_too_much() {
    let overloaded = r#"{"type":"system","subtype":"api_retry","attempt":1,"retry_delay_ms":500,"error_status":529}"#;
    let allowed =
        r#"{"type":"rate_limit_event","rate_limit_info":{"status":"allowed","resetsAt":7}}"#;
    let rejected = r#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1700000000.5}}"#;
    let silent = r#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected"}}"#;
    let hostile =
        r#"{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":-1e300}}"#;
    let after = AskAgain::After(Duration::from_micros(1_024_500));
    for (lines, told) in [
        (&[INIT, overloaded, allowed, silent, hostile][..], None),
        (&[RETRY, overloaded, silent], Some(after)),
        (
            &[RETRY, rejected, hostile],
            Some(AskAgain::At(1_700_000_001)),
        ),
        (&[rejected, RETRY], Some(after)),
    ] {
        let mut format = ClaudeStreamJson::new(1024);
        for line in lines {
            format.on_line(line, &|| None).expect("understood");
        }
        assert_eq!(Box::new(format).finish().ask_again, told);
    }
}

#[test]
fn costs_add_up_over_sessions_and_all_else_over_results() {
    let told = |session: &str, cost: f64| {
        format!(
            r#"{{"type":"result","is_error":false,"result":"{cost}","session_id":"{session}",
            "num_turns":1,"total_cost_usd":{cost},"usage":{{"input_tokens":1,"output_tokens":2}}}}"#
        )
    };
    let lines = [told("a", 0.1), told("a", 0.25), told("b", 0.5)];
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let result = result(&lines);
    assert_eq!(result.cost, Usd::new(0.75));
    assert_eq!(result.turns, Some(3));
    assert_eq!(result.tokens.map(|tokens| tokens.output), Some(6));
    assert_eq!(result.final_text.head, "0.5");
}

#[test]
fn an_error_stays_one_whatever_comes_after_it() {
    assert!(result(&[FAILED_RESULT, RESULT]).error.is_some());
}

#[test]
fn unknown_types_fields_and_blocks_are_left_alone() {
    let unknown = r#"{"type":"telepathy","subtype":7,"message":"?","result":[]}"#;
    let hook = r#"{"type":"system","subtype":"hook_response","model":{"name":"x"}}"#;
    let block = r#"{"type":"assistant","message":{"content":[{"type":"hologram","text":3}]}}"#;
    let null =
        r#"{"type":"result","subtype":null,"result":null,"usage":null,"total_cost_usd":null}"#;
    let (report, final_text) = understood(&[unknown, hook, block, null]);
    assert_eq!((report.model, final_text), (None, None));
    assert_eq!(report.result, Some(AgentResult::default()));
}

#[test]
fn usage_that_does_not_tell_what_was_written_is_none() {
    let line = r#"{"type":"result","usage":{"input_tokens":3},"total_cost_usd":-1}"#;
    let result = result(&[line]);
    assert_eq!((result.tokens, result.cost), (None, None));
}

#[test]
fn what_is_no_object_with_a_type_is_malformed() {
    for line in [
        "hello",
        "[]",
        r#"["result"]"#,
        "7",
        r#"{"type":"result""#,
        "{]",
    ] {
        assert_eq!(refused(line), "no JSON object", "{line}");
    }
    for line in [
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"assistant"}"#,
        r#"{"type":"result","result":{"text":"4"}}"#,
        r#"{"type":"result","num_turns":"two"}"#,
    ] {
        let why = refused(line);
        assert!(why.starts_with("a JSON object of another shape"), "{why}");
    }
}

#[test]
fn a_malformed_line_says_nothing_about_the_agent() {
    let mut format = ClaudeStreamJson::new(1024);
    assert!(format.on_line("warning: slow", &|| None).is_err());
    assert!(Box::new(format).finish().report.is_none());
}

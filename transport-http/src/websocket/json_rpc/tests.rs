use executor_protocol::RejectionKind;
use proptest::prelude::*;

use super::*;

const STARTED: &str = r#"{"method":"process.started"}"#;
const COMPLETED: &str = r#"{"method":"process.completed","params":{"exit_code":0}}"#;

/// Takes messages one by one and writes down all events.
fn decode(decoder: &mut JsonRpc, messages: &[&str]) -> Vec<String> {
    let mut events = Vec::new();
    for message in messages {
        decoder.push(Message {
            kind: MessageKind::Text,
            bytes: message.as_bytes(),
            is_cut: false,
        });
        while decoder.advance() {
            events.push(format!("{:?}", decoder.event().expect("advanced")));
        }
    }
    events
}

fn codes(messages: &[&str]) -> Vec<&'static str> {
    let mut decoder = JsonRpc::default();
    decode(&mut decoder, messages);
    let findings = decoder.findings().iter();
    findings.map(|finding| finding.code.as_str()).collect()
}

fn refusal(answer: &str) -> Option<Refusal> {
    let mut decoder = JsonRpc::default();
    decode(&mut decoder, &[answer]);
    decoder.take_refusal()
}

/// A `process.output` whose text is this JSON.
fn output(data: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","method":"process.output","params":{{"type":"stdout","data":{data}}}}}"#
    )
}

#[test]
fn what_comes_before_the_answer_is_kept_and_comes_first() {
    let mut decoder = JsonRpc::default();
    let warning = r#"{"method":"hook.warning","params":{"message":"slow"}}"#;
    assert!(decode(&mut decoder, &[r#"{"method":"connected"}"#, warning]).is_empty());
    assert!(!decoder.has_begun());
    let events = decode(&mut decoder, &[r#"{"id":1,"result":{}}"#, STARTED]);
    let kind = NoticeKind::Warning;
    let notice = StreamEvent::Notice {
        kind,
        message: "slow",
    };
    let expected = [notice, StreamEvent::Heartbeat].map(|event| format!("{event:?}"));
    assert_eq!(events, expected);
}

#[test]
fn too_much_before_the_answer_is_an_answer() {
    let mut decoder = JsonRpc::default();
    let warnings = vec![r#"{"method":"hook.warning"}"#; MOST_EARLY];
    assert_eq!(decode(&mut decoder, &warnings).len(), MOST_EARLY);
    assert!(decoder.has_begun());
}

#[test]
fn refusals_are_told_apart_by_their_code_and_need_no_id_before_the_answer() {
    for (code, kind) in [
        (-32001, RejectionKind::Command),
        (-32002, RejectionKind::SessionLimit),
        (-32600, RejectionKind::Method),
        (-32601, RejectionKind::Method),
        (-32602, RejectionKind::Busy),
        (-32603, RejectionKind::Internal),
        (7, RejectionKind::Internal),
    ] {
        for id in [r#","id":1"#, r#","id":null"#, ""] {
            let answer = format!(r#"{{"error":{{"code":{code},"message":"no"}}{id}}}"#);
            let message = "no".to_owned();
            let expected = Refusal {
                kind,
                code,
                message,
            };
            assert_eq!(refusal(&answer), Some(expected), "{answer}");
        }
    }
    assert_eq!(refusal(r#"{"error":{"code":-32001},"id":7}"#), None);
    let odd = refusal(r#"{"error":"boom","id":1}"#).expect("a refusal");
    assert_eq!((odd.code, &*odd.message), (0, "\"boom\""));
}

#[test]
fn only_a_success_after_the_text_of_a_timeout_is_a_masked_timeout() {
    let timeout = output(r#""\n[Stream timed out after 1s]\n""#);
    let fraction = output(r#""\n[Stream timed out after 0.5s]\n""#);
    let masked = ["server-timeout-masked"];
    assert_eq!(codes(&[&timeout, COMPLETED]), masked);
    assert_eq!(codes(&[&fraction, &timeout, STARTED, COMPLETED]), masked);
    let failed = COMPLETED.replace('0', "124");
    for honest in [
        &[&*timeout, &*failed][..],
        &[&timeout, &output("\"more\""), COMPLETED],
        &[&output(r#""[Stream timed out after 1s]\n""#), COMPLETED],
        &[&output(r#""\n[Stream timed out after s]\n""#), COMPLETED],
        &[&output(r#""\n[Stream timed out after 1s]\nx""#), COMPLETED],
    ] {
        assert_eq!(codes(honest), Vec::<&str>::new(), "{honest:?}");
    }
}

#[test]
fn a_cancellation_is_an_error_unless_we_asked_for_it() {
    let canceled = r#"{"method":"process.canceled","params":{}}"#;
    let complete = StreamEvent::Complete {
        exit: ExitStatus::NotReported,
    };
    let events = decode(&mut JsonRpc::default(), &[canceled]);
    assert!(events[0].contains("canceled by the executor"), "{events:?}");
    assert_eq!(events[1..], [format!("{complete:?}")]);
    let mut decoder = JsonRpc::default();
    decoder.cancel_requested();
    let answer = r#"{"id":2,"result":{"status":"canceled"}}"#;
    let events = decode(&mut decoder, &[answer, canceled]);
    assert_eq!(events, [format!("{complete:?}")]);
    assert!(decoder.findings().is_empty());
}

#[test]
fn words_that_come_with_a_failure_are_words_and_with_a_success_an_error() {
    let completed = |code| {
        let params = format!(r#"{{"exit_code":{code},"error":"boom"}}"#);
        let message = format!(r#"{{"method":"process.completed","params":{params}}}"#);
        decode(&mut JsonRpc::default(), &[&message]).join(" ")
    };
    assert!(completed(0).starts_with("Error"), "{}", completed(0));
    assert!(completed(3).starts_with("Notice"), "{}", completed(3));
}

#[test]
fn a_sign_of_life_after_the_end_is_no_breach_but_a_further_event_is() {
    let ping = r#"{"method":"ping"}"#;
    assert_eq!(codes(&[COMPLETED, ping]), Vec::<&str>::new());
    assert_eq!(codes(&[COMPLETED, STARTED]), ["event-after-terminal"]);
    assert_eq!(codes(&[COMPLETED, COMPLETED]), ["duplicate-terminal"]);
}

#[test]
fn a_cut_output_keeps_the_text_before_the_cut_wherever_that_is() {
    let whole = output("\"ab\\u00e9\\ud83d\\ude00é\\n\"");
    let text = "abé😀é\n";
    for end in whole.find("ab").expect("it is there")..whole.len() {
        let mut decoder = JsonRpc::default();
        decoder.push(Message {
            kind: MessageKind::Text,
            bytes: &whole.as_bytes()[..end],
            is_cut: true,
        });
        assert!(decoder.advance(), "{end}");
        let Some(StreamEvent::Output { data, .. }) = decoder.event() else {
            panic!("{:?}", decoder.event())
        };
        assert!(text.starts_with(data), "{data:?}");
        assert_eq!(decoder.findings().iter().count(), 1);
    }
}

#[test]
fn other_cut_messages_are_lost_and_found() {
    let mut decoder = JsonRpc::default();
    decoder.push(Message {
        kind: MessageKind::Text,
        bytes: &COMPLETED.as_bytes()[..50],
        is_cut: true,
    });
    assert!(!decoder.advance() && !decoder.terminal_came());
    assert!(decoder.findings().get(FindingCode::OversizedLine).is_some());
}

proptest! {
    /// The short way and the complete parser agree on every message that has a common shape, and on
    /// every near miss of it.
    #[test]
    fn the_short_way_reads_what_the_complete_parser_reads(
        inside in r#"([a-zé"\\/ \x00-\x1f]|\\[nrtbfu"\\/x]|\\u[0-9a-fA-F]{4}|\\ud83d\\ude00){0,12}"#,
        stream in "(out|err|what)",
        tail in r#"(|,"truncated":false,"chunk_index":null,"total_chunks":null|,"chunk_index":0,"total_chunks":1|,"n":1)"#,
        is_spaced in any::<bool>(),
    ) {
        let params = format!(r#"{{"type":"std{stream}","data":"{inside}"{tail}}}"#);
        let common = if is_spaced {
            let params = params.replacen("\":\"", "\": \"", 2).replacen("\",\"d", "\", \"d", 1);
            format!(r#"{{"jsonrpc": "2.0", "method": "process.output", "params": {params}}}"#)
        } else {
            format!(r#"{{"jsonrpc":"2.0","method":"process.output","params":{params}}}"#)
        };
        // The short way knows no message that begins with a blank.
        let uncommon = format!(" {common}");
        let (mut short, mut complete) = (JsonRpc::default(), JsonRpc::default());
        let events = decode(&mut short, &[&common]);
        let codes = |decoder: &JsonRpc| -> Vec<_> {
            decoder.findings().iter().map(|finding| finding.code).collect()
        };
        // Text that is no JSON is output as it came, blank included.
        if codes(&short) == [FindingCode::NotJson] {
            return Ok(());
        }
        prop_assert_eq!(events, decode(&mut complete, &[&uncommon]));
        prop_assert_eq!(codes(&short), codes(&complete));
    }

    #[test]
    fn every_output_is_read_back(data in ".*", is_stderr in any::<bool>()) {
        let stream = if is_stderr { "stderr" } else { "stdout" };
        let message = serde_json::json!({
            "jsonrpc": "2.0",
            "method": "process.output",
            "params": { "type": stream, "data": data },
        });
        let channel = Some(if is_stderr { Channel::Stderr } else { Channel::Stdout });
        let event = StreamEvent::Output { data: &data, channel };
        let events = decode(&mut JsonRpc::default(), &[&message.to_string()]);
        prop_assert_eq!(events, [format!("{event:?}")]);
    }

    #[test]
    fn no_message_makes_it_panic_or_passes_for_success(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            r#"\{"(method|id|error)":("process.(output|failed|error)"|1|null|\{\}),"params":(\{"exit_code":0\}|\[\]|7)\}"#
                .prop_map(String::into_bytes),
        ],
        is_cut in any::<bool>(),
        is_text in any::<bool>(),
    ) {
        let kind = if is_text { MessageKind::Text } else { MessageKind::Binary };
        let mut decoder = JsonRpc::default();
        decoder.push(Message { kind, bytes: &bytes, is_cut });
        let (mut errors, mut successes) = (0, 0);
        while decoder.advance() {
            match decoder.event().expect("advanced") {
                StreamEvent::Complete { exit: ExitStatus::Code(0) } => successes += 1,
                StreamEvent::Error { .. } => errors += 1,
                _ => {}
            }
        }
        prop_assert!(errors >= successes);
    }
}

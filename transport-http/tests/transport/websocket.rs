//! Every WebSocket fault that shows itself without a deadline, and what the transport makes of it.

use std::collections::BTreeSet;

use executor_protocol::TransportError;
use misbehaving_executor::{Server, fault, websocket_faults};
use transport_http::WebSocketTransport;

use crate::{
    support::{PROMPT, Reading, patient, run},
    websocket_memory::ENDLESS_MESSAGE,
    websocket_silence::{FLOODS, SILENCES},
};

/// What a client is to make of a fault.
struct Case {
    fault: &'static str,
    events: &'static str,
    end: &'static str,
    findings: &'static str,
}

const fn case(
    fault: &'static str,
    events: &'static str,
    end: &'static str,
    findings: &'static str,
) -> Case {
    Case {
        fault,
        events,
        end,
        findings,
    }
}

/// The events of the command that does everything right, the notification of its start among them.
const CLEAN: &str = "heartbeat out:one\n err:two\n exit:0";
/// The same without the end.
const OUTPUT: &str = "heartbeat out:one\n err:two\n";
const WITH_ERROR: &str = "heartbeat out:one\n err:two\n error:boom exit:0";
const NO_USABLE_CODE: &str = "heartbeat out:one\n err:two\n exit:unusable";
const NOTICES: &str = "warning:slow hook rate-limit:error_type: rate_limit, recoverable: true, retry_after: 30 \
    token-limit:limit: 9 early-completion:marker: done exit:0";
const TIMED_OUT: &str = "heartbeat out:one\n out:\n[Stream timed out after 1s]\n \
    err:\n[Stream timed out after 1s]\n exit:0";

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Unusual, and right.
    case("ws-clean",                        CLEAN, "clean", ""),
    case("ws-clean-failure",                "heartbeat out:one\n err:two\n exit:3", "clean", ""),
    case("ws-no-greeting",                  CLEAN, "clean", ""),
    case("ws-slow-answer",                  CLEAN, "clean", ""),
    case("ws-notification-before-answer",   CLEAN, "clean", ""),
    case("ws-answer-after-completion",      CLEAN, "clean", ""),
    case("ws-other-answers-between",        CLEAN, "clean", "mismatched-id"),
    case("ws-fragments",                    CLEAN, "clean", ""),
    case("ws-byte-per-write",               CLEAN, "clean", ""),
    case("ws-spaced-json",                  "out:one\n err:two\n exit:0", "clean", ""),
    case("ws-chunks",                       "heartbeat out:[0] out:[1] err:two\n out:[2] exit:0", "clean", ""),
    case("ws-ping",                         CLEAN, "clean", ""),
    case("ws-json-ping",                    CLEAN, "clean", ""),
    case("ws-notices",                      NOTICES, "clean", ""),
    case("ws-unknown-method",               "heartbeat out:one\n unknown:process.progress err:two\n exit:0", "clean", "unknown-event"),
    case("ws-timeout-reported",             "heartbeat out:\n[Stream timed out after 1s]\n exit:124", "clean", ""),
    case("ws-eof-after-terminal",           CLEAN, "clean", ""),
    case("ws-reset-after-terminal",         CLEAN, "clean", ""),
    case("ws-close-1001-after-terminal",    CLEAN, "clean", ""),
    case("ws-ping-after-terminal",          "heartbeat out:one\n err:two\n exit:0 heartbeat", "clean", ""),

    // Messages.
    case("ws-process-failed",               "heartbeat out:one\n err:two\n error:no such shell exit:none", "clean", ""),
    case("ws-process-error",                WITH_ERROR, "clean", ""),
    case("ws-canceled",                     "heartbeat out:one\n err:two\n error:canceled by the executor exit:none", "clean", ""),
    case("ws-completed-with-error",         WITH_ERROR, "clean", ""),
    case("ws-exit-code-missing",            NO_USABLE_CODE, "clean", "bad-exit-code"),
    case("ws-exit-code-null",               NO_USABLE_CODE, "clean", "bad-exit-code"),
    case("ws-exit-code-string",             NO_USABLE_CODE, "clean", "bad-exit-code"),
    case("ws-params-list",                  NO_USABLE_CODE, "clean", "malformed-event bad-exit-code"),
    case("ws-timeout-masked",               TIMED_OUT, "clean", "server-timeout-masked"),
    case("ws-output-after-terminal",        "heartbeat out:one\n err:two\n exit:0 out:one\n", "clean", "event-after-terminal"),
    case("ws-started-after-terminal",       "heartbeat out:one\n err:two\n exit:0 heartbeat", "clean", "event-after-terminal"),
    case("ws-duplicate-terminal",           "heartbeat out:one\n err:two\n exit:0 exit:0", "clean", "duplicate-terminal"),
    case("ws-contradicting-terminal",       "heartbeat out:one\n err:two\n exit:0 error:boom exit:none", "clean", "event-after-terminal duplicate-terminal"),
    case("ws-chunk-missing",                "heartbeat out:[0] out:[2] exit:0", "clean", "chunk-out-of-order"),
    case("ws-chunks-swapped",               "heartbeat out:[1] out:[0] exit:0", "clean", "chunk-out-of-order"),
    case("ws-last-chunk-missing",           "heartbeat out:[0] out:[1] exit:0", "clean", "chunk-out-of-order"),
    case("ws-chunk-index-string",           "heartbeat out:one\n out:? exit:0", "clean", "malformed-event"),
    case("ws-output-without-data",          "heartbeat out: out: exit:0", "clean", "malformed-event"),
    case("ws-output-of-no-stream",          "heartbeat out:one\n ? exit:0", "clean", "malformed-event"),
    case("ws-not-json",                     "heartbeat plain words [1] exit:0", "clean", "not-json"),
    case("ws-empty-object",                 "heartbeat out:one\n unknown: exit:0", "clean", "malformed-event"),
    case("ws-method-number",                "heartbeat out:one\n unknown: exit:0", "clean", "malformed-event"),
    case("ws-invalid-utf8",                 "heartbeat out:a\u{fffd}\u{fffd}b exit:0", "clean", "bad-utf8"),
    case("ws-binary-message",               "heartbeat out:one\n err:two\n unknown:binary exit:0", "clean", "unknown-event"),
    case("ws-binary-terminal",              "heartbeat out:one\n err:two\n unknown:binary", "closed 1000: ", "unknown-event"),
    case("ws-error-without-id",             "heartbeat out:one\n error:boom exit:0", "clean", ""),

    // Framing.
    case("ws-compressed",                   OUTPUT, "encoding permessage-deflate", ""),
    case("ws-reserved-bits",                OUTPUT, "broken", ""),
    case("ws-unknown-opcode",               OUTPUT, "broken", ""),
    case("ws-masked",                       OUTPUT, "broken", ""),
    case("ws-fragmented-ping",              OUTPUT, "broken", ""),
    case("ws-long-ping",                    OUTPUT, "broken", ""),
    case("ws-lone-fragment",                OUTPUT, "broken", ""),
    case("ws-message-in-message",           OUTPUT, "broken", ""),
    case("ws-half-a-close-code",            OUTPUT, "broken", ""),
    case("ws-length-beyond-63-bits",        OUTPUT, "broken", ""),
    case("ws-eof-inside-frame",             OUTPUT, "truncated", "truncated-body"),
    case("ws-eof-between-fragments",        OUTPUT, "truncated", "truncated-body"),
    case("ws-eof-inside-frame-after-terminal", CLEAN, "truncated", "truncated-body"),
    case("ws-masked-after-terminal",        CLEAN, "broken", ""),

    // Upgrades that are refused.
    case("ws-login-page",                   "", "status 200", ""),
    case("ws-redirect",                     "", "redirect 302 to /login", ""),
    case("ws-status-401",                   "", "status 401", ""),
    case("ws-status-403",                   "", "status 403", ""),
    case("ws-status-404",                   "", "status 404", ""),
    case("ws-status-503",                   "", "status 503, retry after 7s", ""),
    case("ws-status-503-chunked",           "", "status 503", ""),
    case("ws-wrong-accept",                 "", "invalid-answer", ""),
    case("ws-no-accept",                    "", "invalid-answer", ""),
    case("ws-other-upgrade",                "", "invalid-answer", ""),
    case("ws-unasked-extension",            "", "encoding permessage-deflate", ""),
    case("ws-fin-before-upgrade",           "", "no-answer", ""),

    // Commands that are refused.
    case("ws-fin-before-answer",            "", "closed without a code", ""),
    case("ws-command-refused",              "", "command refused: Command cannot be empty", ""),
    case("ws-busy",                         "", "busy: A process is already running", ""),
    case("ws-method-refused",               "", "unknown method: Method not found", ""),
    case("ws-internal-error",               "", "internal error: Internal error", ""),
    case("ws-session-limit",                "", "session limit: Session limit reached", ""),
    case("ws-close-1008-at-once",           "", "closed 1008: Session limit reached", ""),
    case("ws-refused-while-running",        OUTPUT, "internal error: lost it", ""),
    case("ws-completed-before-answer-and-refused", "exit:0", "command refused: not allowed", ""),

    // Ends that come too early, or with a complaint.
    case("ws-close-1000",                   OUTPUT, "closed 1000: bye", ""),
    case("ws-close-1001",                   OUTPUT, "closed 1001: restarting", ""),
    case("ws-close-1008",                   OUTPUT, "closed 1008: too long", ""),
    case("ws-close-1011",                   OUTPUT, "closed 1011: boom", ""),
    case("ws-close-without-code",           OUTPUT, "closed without a code", ""),
    case("ws-eof",                          OUTPUT, "closed without a code", "abnormal-close"),
    case("ws-close-1011-after-terminal",    CLEAN, "clean", "abnormal-close"),
];

/// Its output is too long to be spelled out.
const LARGE: &str = "ws-large-message";

/// It waits for the test before it aborts, so that the output before is not lost with the connection.
const RESET: &str = "ws-reset";

pub(crate) fn transport(server: &Server) -> WebSocketTransport {
    let url = format!("ws://{}/ws/mcp", server.address());
    let builder = WebSocketTransport::builder(&url).expect("a URL");
    builder.build().expect("a client")
}

#[actix_rt::test]
async fn every_websocket_fault_is_taken_for_what_it_is() {
    let running: Vec<_> = CASES
        .iter()
        .map(|case| actix_rt::spawn(check(case)))
        .collect();
    let mut wrong = Vec::new();
    for check in running {
        wrong.extend(check.await.expect("no case panics"));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with how the transport takes a fault.
async fn check(case: &Case) -> Vec<String> {
    let fault = fault(case.fault);
    let server = fault.start().expect("the server starts");
    let reading = run(&transport(&server), "case", patient()).await;
    let mut wrong = Vec::new();
    let mut expect = |what: &str, found: &str, expected: &str| {
        if found != expected {
            wrong.push(format!(
                "{}: {what} is {found:?}, not {expected:?}",
                fault.name
            ));
        }
    };
    expect("the list of events", &reading.events, case.events);
    expect("the end", &reading.end(), case.end);
    expect("the list of findings", &reading.findings, case.findings);
    let may_pass = fault.may_pass.to_string();
    expect("a pass", &reading.looks_like_a_pass.to_string(), &may_pass);
    // Whatever the answer is, nothing is tried again.
    let log = server.log();
    expect(
        "the number of connections",
        &log.connections.to_string(),
        "1",
    );
    expect("the number of upgrades", &log.executions().to_string(), "1");
    if reading.took > PROMPT {
        wrong.push(format!("{}: it took {:?}", fault.name, reading.took));
    }
    wrong
}

#[actix_rt::test]
async fn a_message_beyond_every_buffer_comes_whole() {
    let server = fault(LARGE).start().expect("the server starts");
    let reading = run(&transport(&server), "large", patient()).await;
    assert_eq!((&*reading.end(), &*reading.findings), ("clean", ""));
    let line = "x".repeat(200 * 1024);
    assert_eq!(reading.events, format!("heartbeat out:{line} exit:0"));
}

#[actix_rt::test]
async fn an_aborted_connection_is_broken() {
    let server = fault(RESET).start().expect("the server starts");
    server.release();
    let Reading { end, .. } = run(&transport(&server), "reset", patient()).await;
    assert!(matches!(end, Err(TransportError::Broken { .. })), "{end:?}");
}

#[actix_rt::test]
async fn the_words_of_a_refused_upgrade_are_kept() {
    for (name, words) in [
        ("ws-login-page", "<title>Sign in</title>"),
        ("ws-status-401", "who are you?"),
        ("ws-status-503-chunked", "not yet"),
    ] {
        let server = fault(name).start().expect("the server starts");
        let reading = run(&transport(&server), "refused", patient()).await;
        let Err(TransportError::Status { body, .. }) = reading.end else {
            panic!("{:?}", reading.end)
        };
        assert_eq!(body, words);
    }
}

#[test]
fn every_websocket_fault_of_the_catalogue_is_tested() {
    let tested: BTreeSet<_> = CASES
        .iter()
        .map(|case| case.fault)
        .chain(SILENCES.iter().chain(FLOODS).map(|silence| silence.fault))
        .chain([LARGE, RESET, ENDLESS_MESSAGE])
        .collect();
    let all: BTreeSet<_> = websocket_faults().map(|fault| fault.name).collect();
    assert_eq!(tested, all);
}

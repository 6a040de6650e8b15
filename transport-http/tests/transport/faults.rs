//! Every fault that shows itself without a deadline, and what the transport makes of it.

use std::collections::BTreeSet;

use misbehaving_executor::{Fault, fault, faults, wire::Encoding};

use crate::{
    memory::ENDLESS_LINE,
    silence::{FLOODS, SILENCES},
    support::{PROMPT, dialect_of, patient, run, start_in, transport, transport_in},
};

/// What a client is to make of a fault.
pub(crate) struct Case {
    pub(crate) fault: &'static str,
    events: &'static str,
    end: &'static str,
    findings: &'static str,
}

pub(crate) const fn case(
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

/// The events of the stream that does everything right.
const CLEAN: &str = "one err:two exit:0";
/// Its output alone.
const OUTPUT: &str = "one err:two";
/// What a stream says that has characters of every length and every kind of escape.
const MANY_BYTES: &str = "é€😀 é😀 \"\\/\t exit:0";

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Unusual, and right.
    case("clean",                                CLEAN, "clean", ""),
    case("clean-failure",                        "one err:two exit:3", "clean", ""),
    case("content-length",                       CLEAN, "clean", ""),
    case("until-close",                          CLEAN, "clean", ""),
    case("http-1-0",                             CLEAN, "clean", ""),
    case("http-1-0-chunks",                      CLEAN, "clean", ""),
    case("byte-per-chunk",                       MANY_BYTES, "clean", ""),
    case("byte-per-write",                       MANY_BYTES, "clean", ""),
    case("line-per-chunk-with-pauses",           CLEAN, "clean", ""),
    case("crlf-lines",                           CLEAN, "clean", ""),
    case("blank-lines",                          CLEAN, "clean", ""),
    case("byte-order-mark",                      CLEAN, "clean", ""),
    case("no-final-newline",                     CLEAN, "clean", ""),
    case("interim-continue",                     CLEAN, "clean", ""),
    case("interim-early-hints",                  CLEAN, "clean", ""),
    case("chunk-extensions",                     CLEAN, "clean", ""),
    case("trailers",                             CLEAN, "clean", ""),
    case("no-content-type",                      CLEAN, "clean", ""),
    case("chunks-and-length",                    CLEAN, "clean", ""),
    case("heartbeats-between",                   "heartbeat one err:two heartbeat exit:0", "clean", ""),
    case("unknown-events",                       "unknown:progress one err:two exit:0", "clean", "unknown-event"),
    case("closes-silently",                      CLEAN, "clean", ""),
    case("surplus-after-length",                 CLEAN, "clean", ""),
    case("answered-twice",                       CLEAN, "clean", ""),

    // Framing.
    case("fin-inside-chunk",                     "one", "truncated", "truncated-body"),
    case("fin-inside-chunk-size",                OUTPUT, "truncated", "truncated-body"),
    case("fin-before-last-chunk",                OUTPUT, "truncated", "truncated-body"),
    case("fin-before-length",                    OUTPUT, "truncated", "truncated-body"),
    case("fin-after-terminal-before-last-chunk", CLEAN, "truncated", "truncated-body"),
    case("fin-inside-last-chunk",                CLEAN, "truncated", "truncated-body"),
    case("fin-after-terminal-before-length",     CLEAN, "truncated", "truncated-body"),
    case("fin-inside-line-until-close",          "one err:two {\"type\":\"complete\",\"exit_cod", "clean", "not-json missing-terminal"),
    case("reset-inside-body",                    OUTPUT, "broken", ""),
    case("reset-after-terminal",                 CLEAN, "broken", ""),
    case("reset-until-close",                    CLEAN, "broken", ""),
    case("length-before-terminal",               OUTPUT, "clean", "missing-terminal"),
    case("bad-chunk-size",                       OUTPUT, "invalid-answer", ""),
    case("huge-chunk-size",                      OUTPUT, "invalid-answer", ""),
    case("chunk-longer-than-its-size",           "", "invalid-answer", ""),
    case("two-lengths",                          "", "invalid-answer", ""),
    case("unknown-transfer-coding",              "", "invalid-answer", ""),

    // Events.
    case("missing-terminal",                     OUTPUT, "clean", "missing-terminal"),
    case("empty-body",                           "", "clean", "missing-terminal"),
    case("cut-terminal",                         "one err:two {\"type\":\"complete\",\"exit_cod", "clean", "not-json missing-terminal"),
    case("output-after-terminal",                "exit:0 one err:two", "clean", "event-after-terminal"),
    case("heartbeat-after-terminal",             "one err:two exit:0 heartbeat", "clean", "event-after-terminal"),
    case("duplicate-terminal",                   "one err:two exit:0 exit:0", "clean", "duplicate-terminal"),
    case("contradicting-terminal",               "one err:two exit:0 exit:1", "clean", "duplicate-terminal"),
    case("exit-code-missing",                    "one err:two exit:unusable", "clean", "bad-exit-code"),
    case("exit-code-null",                       "one err:two exit:unusable", "clean", "bad-exit-code"),
    case("exit-code-string",                     "one err:two exit:unusable", "clean", "bad-exit-code"),
    case("exit-code-float",                      "one err:two exit:unusable", "clean", "bad-exit-code"),
    case("exit-code-huge",                       "one err:two exit:unusable", "clean", "bad-exit-code"),
    case("exit-code-array",                      "one err:two exit:unusable", "clean", "bad-exit-code"),
    case("exit-code-false",                      "one err:two exit:unusable", "clean", "bad-exit-code"),
    case("error-then-success",                   "one err:two error:boom exit:0", "clean", ""),
    case("error-without-terminal",               "one err:two error:boom", "clean", "missing-terminal"),
    case("not-json",                             "plain words 42 one err:two exit:0", "clean", "not-json"),
    case("invalid-utf8",                         "a\u{fffd}\u{fffd}b exit:0", "clean", "bad-utf8"),
    case("output-without-data",                  "  exit:0", "clean", "malformed-event"),
    case("untyped-object",                       "unknown: one err:two exit:0", "clean", "malformed-event"),
    case("duplicate-key",                        "one err:two {\"type\":\"complete\",\"exit_code\":1,\"exit_code\":0}", "clean", "not-json missing-terminal"),

    // Heads and statuses.
    case("login-page",                           "", "type text/html; charset=utf-8", ""),
    case("event-stream-type",                    "", "type text/event-stream", ""),
    case("status-201",                           "", "status 201", ""),
    case("status-204",                           "", "status 204", ""),
    case("redirect-301",                         "", "redirect 301 to /elsewhere", ""),
    case("redirect-302",                         "", "redirect 302 to /elsewhere", ""),
    case("redirect-307",                         "", "redirect 307 to /elsewhere", ""),
    case("status-401",                           "", "status 401", ""),
    case("status-403",                           "", "status 403", ""),
    case("status-404",                           "", "status 404", ""),
    case("status-413",                           "", "status 413", ""),
    case("status-429",                           "", "status 429, retry after 7s", ""),
    case("status-500",                           "", "status 500", ""),
    case("status-503",                           "", "status 503, retry after 7s", ""),
    case("gzip",                                 "", "encoding gzip", ""),
    case("gzip-cut-short",                       "", "encoding gzip", ""),
    case("garbage",                              "", "invalid-answer", ""),
    case("other-protocol",                       "", "invalid-answer", ""),
    case("switching-protocols",                  "", "status 101", ""),
    case("header-bomb",                          "", "invalid-answer", ""),
    case("many-headers",                         "", "invalid-answer", ""),

    // No answer at all.
    case("refused",                              "", "connect", ""),
    case("fin-before-answer",                    "", "no-answer", ""),
    case("reset-before-answer",                  "", "no-answer", ""),
    case("fin-inside-head",                      "", "no-answer", ""),
];

/// What is made of a fault otherwise when the events come as server-sent ones: an event that is not
/// complete never came.
#[rustfmt::skip]
const OTHERWISE_IN_SSE: &[Case] = &[
    case("cut-terminal",                         OUTPUT, "clean", "truncated-body missing-terminal"),
    case("no-final-newline",                     OUTPUT, "clean", "truncated-body missing-terminal"),
    case("fin-inside-line-until-close",          OUTPUT, "clean", "truncated-body missing-terminal"),
    case("event-stream-type",                    "", "type application/x-ndjson", ""),
];

/// Its events are compressed bytes, which are not worth spelling out.
const UNREADABLE: &str = "gzip-unannounced";

#[actix_rt::test]
async fn every_fault_is_taken_for_what_it_is() {
    let checks = CASES.iter().map(|case| {
        let may_pass = fault(case.fault).may_pass;
        check(case, may_pass, Encoding::Ndjson)
    });
    check_all(checks).await;
}

#[actix_rt::test]
async fn every_fault_is_taken_for_the_same_in_server_sent_events() {
    let checks = CASES.iter().map(|case| {
        let mut otherwise = OTHERWISE_IN_SSE.iter();
        let otherwise = otherwise.find(|other| other.fault == case.fault);
        let may_pass = fault(case.fault).may_pass && otherwise.is_none();
        check(otherwise.unwrap_or(case), may_pass, Encoding::Sse)
    });
    check_all(checks).await;
}

/// Runs the checks side by side, and shows in one go what is wrong.
pub(crate) async fn check_all(
    checks: impl Iterator<Item = impl Future<Output = Vec<String>> + 'static>,
) {
    let running: Vec<_> = checks.map(actix_rt::spawn).collect();
    let mut wrong = Vec::new();
    for check in running {
        wrong.extend(check.await.expect("no case panics"));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with how the transport takes a fault.
pub(crate) async fn check(case: &Case, may_pass: bool, encoding: Encoding) -> Vec<String> {
    let fault = fault(case.fault);
    let server = start_in(encoding, fault);
    let transport = transport_in(dialect_of(encoding), &server);
    let reading = run(&transport, "case", patient()).await;
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
    expect(
        "a pass",
        &reading.looks_like_a_pass.to_string(),
        &may_pass.to_string(),
    );
    // Whatever the answer is, nothing is tried again.
    let asked = usize::from(fault.name != "refused");
    expect(
        "the number of requests",
        &server.log().executions().to_string(),
        &asked.to_string(),
    );
    if reading.took > PROMPT {
        wrong.push(format!("{}: it took {:?}", fault.name, reading.took));
    }
    wrong
}

#[actix_rt::test]
async fn a_compressed_stream_that_does_not_say_so_never_passes() {
    let server = fault(UNREADABLE).start().expect("the server starts");
    let reading = run(&transport(&server), "case", patient()).await;
    assert_eq!(reading.end(), "clean");
    assert!(
        reading.findings.ends_with("missing-terminal"),
        "{}",
        reading.findings
    );
    assert!(!reading.looks_like_a_pass);
}

#[test]
fn every_fault_of_the_catalogue_is_tested() {
    let tested: BTreeSet<_> = CASES
        .iter()
        .map(|case| case.fault)
        .chain(SILENCES.iter().chain(FLOODS).map(|silence| silence.fault))
        .chain([UNREADABLE, ENDLESS_LINE])
        .collect();
    let untested: Vec<_> = faults()
        .map(|fault: &Fault| fault.name)
        .filter(|name| !tested.contains(name))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

//! What is particular about server-sent events, and about leaving the choice to the executor.

use std::{collections::BTreeSet, time::Duration};

use executor_protocol::{Deadlines, IdleLimits};
use misbehaving_executor::{fault, sse_faults, wire::Encoding};
use transport_http::Dialect;

use crate::{
    faults::{Case, case, check, check_all},
    memory::ENDLESS_DATA,
    support::{patient, run, start_in, transport_in},
};

const CLEAN: &str = "one err:two exit:0";
const STUCK: &str = "sse-comments-only";

#[rustfmt::skip]
const CASES: &[Case] = &[
    case("sse-comments",           "heartbeat one err:two heartbeat exit:0 heartbeat", "clean", ""),
    case("sse-cr-lines",           CLEAN, "clean", ""),
    case("sse-data-in-lines",      CLEAN, "clean", ""),
    case("sse-without-names",      CLEAN, "clean", ""),
    case("sse-pings",              "heartbeat one err:two exit:0", "clean", ""),
    case("sse-wrong-names",        CLEAN, "clean", "event-name-mismatch"),
    case("sse-names-without-data", "heartbeat exit:0", "clean", "malformed-event"),
    case("sse-no-blank-line",      "one err:two", "clean", "truncated-body missing-terminal"),
    case("sse-without-fields",     "", "clean", "missing-terminal"),
];

#[actix_rt::test]
async fn every_fault_of_server_sent_events_is_taken_for_what_it_is() {
    let checks = CASES.iter().map(|case| {
        let may_pass = fault(case.fault).may_pass;
        check(case, may_pass, Encoding::Sse)
    });
    check_all(checks).await;
}

#[actix_rt::test]
async fn comments_alone_do_not_hide_a_stall() {
    let silent = Duration::from_millis(300);
    let server = start_in(Encoding::Sse, fault(STUCK));
    let idle = IdleLimits {
        meaningful: Some(silent),
        events: Some(silent),
        bytes: Some(silent),
    };
    let transport = transport_in(Dialect::Sse, &server);
    let reading = run(&transport, "stuck", Deadlines { idle, ..patient() }).await;
    assert_eq!(reading.events, "one err:two heartbeat");
    assert_eq!(reading.end(), "stalled: no output or end came");
}

#[test]
fn every_fault_of_server_sent_events_is_tested() {
    let tested: BTreeSet<_> = CASES.iter().map(|case| case.fault).collect();
    let untested: Vec<_> = sse_faults()
        .map(|fault| fault.name)
        .filter(|name| !tested.contains(name) && ![STUCK, ENDLESS_DATA].contains(name))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[actix_rt::test]
async fn each_form_is_asked_for_by_its_media_type() {
    for (dialect, accept) in [
        (
            Dialect::Ndjson,
            "application/x-ndjson, application/json;q=0.9",
        ),
        (Dialect::Sse, "text/event-stream"),
        (
            Dialect::Auto,
            "application/x-ndjson, text/event-stream;q=0.9, application/json;q=0.8",
        ),
    ] {
        let server = start_in(Encoding::Ndjson, fault("clean"));
        run(&transport_in(dialect, &server), "accept", patient()).await;
        let log = server.log();
        assert_eq!(log.requests[0].header("accept"), Some(accept));
    }
}

#[actix_rt::test]
async fn whichever_form_comes_is_read_where_both_were_asked_for() {
    for (name, encoding, events, end, findings) in [
        ("clean", Encoding::Ndjson, CLEAN, "clean", ""),
        ("clean", Encoding::Sse, CLEAN, "clean", ""),
        (
            "missing-terminal",
            Encoding::Sse,
            "one err:two",
            "clean",
            "missing-terminal",
        ),
        (
            "fin-inside-last-chunk",
            Encoding::Sse,
            CLEAN,
            "truncated",
            "truncated-body",
        ),
        ("no-content-type", Encoding::Ndjson, CLEAN, "clean", ""),
        (
            "login-page",
            Encoding::Sse,
            "",
            "type text/html; charset=utf-8",
            "",
        ),
        // The content type is believed, so that nothing is guessed from a body.
        (
            "event-stream-type",
            Encoding::Ndjson,
            "",
            "clean",
            "missing-terminal",
        ),
    ] {
        let server = start_in(encoding, fault(name));
        let reading = run(&transport_in(Dialect::Auto, &server), "auto", patient()).await;
        assert_eq!((&*reading.events, &*reading.end()), (events, end), "{name}");
        assert_eq!(reading.findings, findings, "{name}");
    }
}

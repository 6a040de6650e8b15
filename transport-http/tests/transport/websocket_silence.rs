//! WebSockets that do not answer, do not go on, or do not stop: each ends at the deadline meant for it.

use misbehaving_executor::fault;

use crate::{
    silence::{Short, Silence, silence},
    websocket::transport,
};

const STARTED: &str = "heartbeat";
const OUTPUT: &str = "heartbeat out:one\n err:two\n";
const CLEAN: &str = "heartbeat out:one\n err:two\n exit:0";
/// Heartbeats in a row are written down as one.
const STUCK: &str = "heartbeat out:one\n err:two\n heartbeat";
/// Only the first events are written down.
const NOTICES: &str = "heartbeat out:one\n err:two\n warning:slow warning:slow warning:slow warning:slow warning:slow";
const OUTPUTS: &str =
    "heartbeat out:one\n err:two\n out:one\n err:two\n out:one\n err:two\n out:one\n";
const DELUGE: &str = "heartbeat out:one\n err:two\n exit:0 out:one\n out:one\n out:one\n out:one\n";
const NO_BYTES: &str = "stalled: no bytes came";
const NO_EVENT: &str = "stalled: no event came";
const NO_PROGRESS: &str = "stalled: no output or end came";
const NOT_ENDED: &str = "event-after-terminal body-not-ended";

#[rustfmt::skip]
pub(crate) const SILENCES: &[Silence] = &[
    silence("ws-no-upgrade",              Short::Head,       "", "head-timeout", ""),
    silence("ws-no-upgrade",              Short::Total,      "", "total-timeout", ""),
    silence("ws-status-503-without-end",  Short::Total,      "", "status 503", ""),
    silence("ws-greeting-only",           Short::Head,       "", "head-timeout", ""),
    silence("ws-greeting-only",           Short::Total,      "", "total-timeout", ""),
    silence("ws-pings-before-answer",     Short::Head,       "", "head-timeout", ""),
    silence("ws-silent",                  Short::Bytes,      STARTED, NO_BYTES, ""),
    silence("ws-silent",                  Short::Events,     STARTED, NO_EVENT, ""),
    silence("ws-silent",                  Short::Meaningful, STARTED, NO_PROGRESS, ""),
    silence("ws-silent-after-output",     Short::Bytes,      OUTPUT, NO_BYTES, ""),
    silence("ws-silent-after-output",     Short::Total,      OUTPUT, "total-timeout", ""),
    silence("ws-pings-only",              Short::Events,     OUTPUT, NO_EVENT, ""),
    silence("ws-pings-only",              Short::Meaningful, OUTPUT, NO_PROGRESS, ""),
    silence("ws-json-pings-only",         Short::Meaningful, STUCK, NO_PROGRESS, ""),
    silence("ws-json-pings-only",         Short::Total,      STUCK, "total-timeout", ""),
    silence("ws-notices-only",            Short::Meaningful, NOTICES, NO_PROGRESS, ""),
    silence("ws-drip-inside-frame",       Short::Events,     OUTPUT, NO_EVENT, ""),
    silence("ws-drip-inside-frame",       Short::Total,      OUTPUT, "total-timeout", ""),
    // The dialect asks nobody to close: a server that is silent then has said everything.
    silence("ws-held-after-terminal",     Short::End,        CLEAN, "clean", ""),
    silence("ws-held-after-terminal",     Short::Total,      CLEAN, "clean", ""),
    silence("ws-output-without-end-after-terminal", Short::End, DELUGE, "end-timeout", NOT_ENDED),
];

/// Servers that never pause: a client that only looks at its clocks when nothing comes reads for ever.
#[rustfmt::skip]
pub(crate) const FLOODS: &[Silence] = &[
    silence("ws-ping-flood",              Short::Events,     OUTPUT, NO_EVENT, ""),
    silence("ws-json-ping-flood",         Short::Meaningful, STUCK, NO_PROGRESS, ""),
    silence("ws-output-flood",            Short::Total,      OUTPUTS, "total-timeout", ""),
    silence("ws-flood-after-terminal",    Short::End,        DELUGE, "end-timeout", NOT_ENDED),
];

#[actix_rt::test]
async fn every_silence_of_a_websocket_ends_at_the_deadline_that_is_meant_for_it() {
    let running: Vec<_> = SILENCES
        .iter()
        .map(|silence| actix_rt::spawn(check(silence)))
        .collect();
    for check in running {
        check.await.expect("as expected");
    }
}

#[actix_rt::test]
async fn a_flood_over_a_websocket_ends_at_its_deadline_although_it_never_pauses() {
    for flood in FLOODS {
        check(flood).await;
    }
}

async fn check(silence: &Silence) {
    let server = fault(silence.fault).start().expect("the server starts");
    silence.check(&transport(&server)).await;
}

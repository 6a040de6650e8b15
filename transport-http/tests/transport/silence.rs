//! Servers that do not answer, do not go on, or do not stop: each ends at the deadline meant for it.

use std::time::Duration;

use executor_protocol::{Deadlines, IdleLimits, Transport, TransportError};
use misbehaving_executor::{fault, wire::Encoding};

use crate::support::{GRACE, dialect_of, patient, run, start_in, transport, transport_in};

/// The deadline that is to pass; all others are far away.
const SHORT: Duration = Duration::from_millis(300);

/// Which deadline is short.
#[derive(Clone, Copy)]
pub(crate) enum Short {
    Connect,
    Head,
    Total,
    End,
    Bytes,
    Events,
    Meaningful,
}

/// A fault, the deadline that is to end it, and what is said of it then.
pub(crate) struct Silence {
    pub(crate) fault: &'static str,
    short: Short,
    events: &'static str,
    end: &'static str,
    findings: &'static str,
}

pub(crate) const fn silence(
    fault: &'static str,
    short: Short,
    events: &'static str,
    end: &'static str,
    findings: &'static str,
) -> Silence {
    Silence {
        fault,
        short,
        events,
        end,
        findings,
    }
}

const OUTPUT: &str = "one err:two";
const CLEAN: &str = "one err:two exit:0";
/// Heartbeats in a row are written down as one.
const STUCK: &str = "one err:two heartbeat";
const HELD: &str = "one err:two exit:0 heartbeat";
/// Only the first events of a flood are written down.
const OUTPUTS: &str = "one err:two one err:two one err:two one err:two";
const DELUGE: &str = "one err:two exit:0 one err:two one err:two one";
const NO_BYTES: &str = "stalled: no bytes came";
const NO_EVENT: &str = "stalled: no event came";
const NO_PROGRESS: &str = "stalled: no output or end came";

#[rustfmt::skip]
pub(crate) const SILENCES: &[Silence] = &[
    silence("ignored",                  Short::Connect,    "", "connect-timeout", ""),
    silence("ignored",                  Short::Total,      "", "total-timeout", ""),
    silence("no-answer",                Short::Head,       "", "head-timeout", ""),
    silence("no-answer",                Short::Total,      "", "total-timeout", ""),
    silence("endless-head",             Short::Head,       "", "head-timeout", ""),
    silence("endless-interim",          Short::Head,       "", "head-timeout", ""),
    silence("status-500-without-end",   Short::Total,      "", "status 500", ""),
    silence("silent-after-head",        Short::Bytes,      "", NO_BYTES, ""),
    silence("silent-after-head",        Short::Events,     "", NO_EVENT, ""),
    silence("silent-after-head",        Short::Meaningful, "", NO_PROGRESS, ""),
    silence("silent-after-output",      Short::Bytes,      OUTPUT, NO_BYTES, ""),
    silence("silent-after-output",      Short::Total,      OUTPUT, "total-timeout", ""),
    silence("heartbeats-only",          Short::Meaningful, STUCK, NO_PROGRESS, ""),
    silence("heartbeats-only",          Short::Total,      STUCK, "total-timeout", ""),
    silence("drip-inside-line",         Short::Events,     OUTPUT, NO_EVENT, ""),
    silence("drip-inside-line",         Short::Total,      OUTPUT, "total-timeout", ""),
    silence("held-after-terminal",      Short::End,        CLEAN, "end-timeout", "body-not-ended"),
    silence("held-after-terminal",      Short::Total,      CLEAN, "total-timeout", ""),
    silence("heartbeats-after-terminal", Short::End,       HELD, "end-timeout", "event-after-terminal body-not-ended"),
];

/// Servers that never pause: a client that only looks at its clocks when nothing comes reads for ever.
#[rustfmt::skip]
pub(crate) const FLOODS: &[Silence] = &[
    silence("heartbeat-flood",          Short::Total,      STUCK, "total-timeout", ""),
    silence("heartbeat-flood",          Short::Meaningful, STUCK, NO_PROGRESS, ""),
    silence("output-flood",             Short::Total,      OUTPUTS, "total-timeout", ""),
    silence("blank-line-flood",         Short::Events,     OUTPUT, NO_EVENT, ""),
    silence("flood-after-terminal",     Short::End,        DELUGE, "end-timeout", "event-after-terminal body-not-ended"),
];

#[actix_rt::test]
async fn every_silence_ends_at_the_deadline_that_is_meant_for_it() {
    let both = [Encoding::Ndjson, Encoding::Sse];
    let running: Vec<_> = both
        .into_iter()
        .flat_map(|encoding| SILENCES.iter().map(move |silence| check(silence, encoding)))
        .map(actix_rt::spawn)
        .collect();
    for check in running {
        check.await.expect("as expected");
    }
}

#[actix_rt::test]
async fn a_flood_ends_at_its_deadline_although_it_never_pauses() {
    for flood in FLOODS {
        check(flood, Encoding::Ndjson).await;
    }
}

#[actix_rt::test]
async fn the_words_of_a_refusal_are_not_waited_for_beyond_the_total_deadline() {
    /// For so long they are waited for, where the total deadline allows it.
    const COURTESY: Duration = Duration::from_secs(2);
    let server = fault("status-500-without-end")
        .start()
        .expect("the server starts");
    let deadlines = Deadlines {
        total: SHORT,
        ..patient()
    };
    let reading = run(&transport(&server), "refusal", deadlines).await;
    let Err(TransportError::Status { body, .. }) = reading.end else {
        panic!("{:?}", reading.end)
    };
    assert_eq!(body, "because");
    assert!(reading.took < COURTESY, "{:?}", reading.took);
}

#[actix_rt::test]
async fn a_deadline_beyond_all_time_is_a_deadline_like_any_other() {
    let never = Duration::MAX;
    let idle = IdleLimits {
        bytes: Some(never),
        events: Some(never),
        meaningful: Some(never),
    };
    let deadlines = Deadlines {
        connect: never,
        head: never,
        total: never,
        end: never,
        idle,
    };
    let server = fault("line-per-chunk-with-pauses")
        .start()
        .expect("the server starts");
    let reading = run(&transport(&server), "never", deadlines).await;
    assert_eq!((&*reading.events, &*reading.end()), (CLEAN, "clean"));
}

async fn check(silence: &Silence, encoding: Encoding) {
    let fault = fault(silence.fault);
    let server = start_in(encoding, fault);
    let transport = transport_in(dialect_of(encoding), &server);
    silence.check(&transport).await;
}

impl Silence {
    /// Runs a command on a server with this fault and checks what comes of it, and when.
    pub(crate) async fn check(&self, transport: &impl Transport) {
        let fault = fault(self.fault);
        let reading = run(transport, "silence", self.deadlines()).await;
        assert_eq!(reading.events, self.events, "{}", fault.name);
        assert_eq!(reading.end(), self.end, "{}", fault.name);
        assert_eq!(reading.findings, self.findings, "{}", fault.name);
        assert_eq!(reading.looks_like_a_pass, fault.may_pass, "{}", fault.name);
        let took = reading.took;
        assert!(
            (SHORT..SHORT + GRACE).contains(&took),
            "{} took {took:?}",
            fault.name
        );
    }

    fn deadlines(&self) -> Deadlines {
        let patient = patient();
        let idle = patient.idle;
        let silent = Some(SHORT);
        match self.short {
            Short::Connect => Deadlines {
                connect: SHORT,
                ..patient
            },
            Short::Head => Deadlines {
                head: SHORT,
                ..patient
            },
            Short::Total => Deadlines {
                total: SHORT,
                ..patient
            },
            Short::End => Deadlines {
                end: SHORT,
                ..patient
            },
            Short::Bytes => Deadlines {
                idle: IdleLimits {
                    bytes: silent,
                    ..idle
                },
                ..patient
            },
            Short::Events => Deadlines {
                idle: IdleLimits {
                    events: silent,
                    ..idle
                },
                ..patient
            },
            Short::Meaningful => Deadlines {
                idle: IdleLimits {
                    meaningful: silent,
                    ..idle
                },
                ..patient
            },
        }
    }
}

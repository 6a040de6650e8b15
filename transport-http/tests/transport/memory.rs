//! However much a server sends, only so much of it is kept.

use std::time::Duration;

use executor_protocol::{Deadlines, IdleLimits};
use misbehaving_executor::fault;
use transport_http::{Dialect, HttpTransport};

use crate::support::{GRACE, patient, run};

pub(crate) const ENDLESS_LINE: &str = "endless-line";

pub(crate) const ENDLESS_DATA: &str = "sse-endless-data";

const LIMIT: usize = 64 * 1024;

#[actix_rt::test]
async fn an_endless_line_is_kept_to_the_limit_and_ends_at_the_deadline() {
    let short = Duration::from_millis(300);
    let total = Deadlines {
        total: short,
        ..patient()
    };
    let events = Deadlines {
        idle: IdleLimits {
            events: Some(short),
            ..IdleLimits::default()
        },
        ..patient()
    };
    for (deadlines, end) in [(total, "total-timeout"), (events, "stalled: no event came")] {
        let server = fault(ENDLESS_LINE).start().expect("the server starts");
        let transport = HttpTransport::builder(&server.url())
            .and_then(|builder| builder.max_line_bytes(LIMIT).build())
            .expect("a client");
        let reading = run(&transport, "memory", deadlines).await;
        assert_eq!(reading.end(), end);
        assert_eq!(reading.findings, "oversized-line");
        assert_eq!(reading.events, "x".repeat(LIMIT));
        // Far more than the limit came, and was read and dropped.
        assert!(
            reading.stats.bytes > 4 * LIMIT as u64,
            "{} bytes",
            reading.stats.bytes
        );
        assert!(reading.took < short + GRACE, "{:?}", reading.took);
    }
}

#[actix_rt::test]
async fn data_without_end_is_dropped_beyond_the_limit_and_found() {
    let total = Duration::from_millis(300);
    let server = fault(ENDLESS_DATA).start().expect("the server starts");
    let builder = HttpTransport::builder(&server.url()).expect("a URL");
    let builder = builder.dialect(Dialect::Sse).max_line_bytes(LIMIT);
    let transport = builder.build().expect("a client");
    let reading = run(&transport, "memory", Deadlines { total, ..patient() }).await;
    // An event is only one when it is complete.
    assert_eq!((&*reading.events, &*reading.end()), ("", "total-timeout"));
    assert_eq!(reading.findings, "oversized-line");
    assert!(reading.stats.bytes > 4 * LIMIT as u64);
}

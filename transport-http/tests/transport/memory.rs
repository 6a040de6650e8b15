//! However much a server sends, only so much of it is kept.

use std::time::Duration;

use executor_protocol::{Deadlines, IdleLimits};
use misbehaving_executor::fault;
use transport_http::HttpTransport;

use crate::support::{GRACE, patient, run};

pub(crate) const ENDLESS_LINE: &str = "endless-line";

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

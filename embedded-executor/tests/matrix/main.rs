//! Every fault in every dialect, and what the real clients make of it.
//!
//! Each row of a table is a fault, how the stream ended for the client, and the codes of what it found.
//! No fault may look like a clean run, and each has to be noticed in time.

mod client;
mod tables;

use client::{Dialect, run};

/// Runs every fault of a table and compares all of them, so that one look shows what changed.
async fn hold(dialect: Dialect, table: &[tables::Row]) {
    let mut seen = vec![];
    for (fault, _, _) in table {
        seen.push(run(dialect, fault).await);
    }
    let expected: Vec<_> = table
        .iter()
        .map(|(fault, end, findings)| format!("{fault} | {end} | {findings}"))
        .collect();
    assert!(
        seen == expected,
        "{dialect:?}\nseen:\n{}\nexpected:\n{}",
        seen.join("\n"),
        expected.join("\n")
    );
}

#[actix_web::test]
async fn no_fault_over_ndjson_goes_unnoticed() {
    hold(Dialect::Ndjson, tables::NDJSON).await;
}

#[actix_web::test]
async fn no_fault_over_server_sent_events_goes_unnoticed() {
    hold(Dialect::Sse, tables::SSE).await;
}

#[actix_web::test]
async fn no_fault_over_websockets_goes_unnoticed() {
    hold(Dialect::WebSocket, tables::WEBSOCKET).await;
}

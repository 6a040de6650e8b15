//! Every way to answer badly that the catalogue knows, and what the program makes of each.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use misbehaving_executor::{Fault, fault, faults};
use serde_json::json;

use crate::support::{Ended, Scratch};

/// What has to come of a case on an executor that has a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// It is no fault at all, and what was asked for is found.
    Passed,
    /// The command's own doing, with these words.
    Failed(&'static str),
    /// The executor's doing, noticed without waiting for any deadline, with these words.
    Infrastructure(&'static str),
    /// The executor's doing, noticed when an answer should have begun or ended, with these words.
    InfrastructureLate(&'static str),
    /// Noticed when the case's timeout has passed.
    TimedOut,
    /// Noticed before the first case.
    Unavailable(&'static str),
}

use Expected::{Failed, Infrastructure, InfrastructureLate, Passed, TimedOut, Unavailable};

const TRUNCATED: Expected = Infrastructure("truncated");
const BROKEN: Expected = Infrastructure("broke in the middle");
const NO_HTTP: Expected = Infrastructure("not valid HTTP");
const NO_TERMINAL: Expected = Infrastructure("missing-terminal");
const AFTER_TERMINAL: Expected = Infrastructure("event-after-terminal");
const TWO_TERMINALS: Expected = Infrastructure("duplicate-terminal");
const BAD_EXIT_CODE: Expected = Infrastructure("bad-exit-code");
const MALFORMED: Expected = Infrastructure("malformed-event");
const NO_STREAM: Expected = Infrastructure("is no event stream");
const REDIRECTED: Expected = Infrastructure("/elsewhere");
const COMPRESSED: Expected = Infrastructure("content encoding \"gzip\"");
const CLOSED: Expected = Infrastructure("closed before an answer");
const NO_ANSWER: Expected = InfrastructureLate("no answer within");

const EXPECTATIONS: &[(&str, Expected)] = &[
    // Answers that are right.
    ("clean", Passed),
    ("clean-failure", Failed("exit code 3 instead of 0")),
    ("content-length", Passed),
    ("until-close", Passed),
    ("http-1-0", Passed),
    ("http-1-0-chunks", Passed),
    ("byte-per-chunk", Passed),
    ("byte-per-write", Passed),
    ("line-per-chunk-with-pauses", Passed),
    ("crlf-lines", Passed),
    ("blank-lines", Passed),
    ("byte-order-mark", Passed),
    ("no-final-newline", Passed),
    ("interim-continue", Passed),
    ("interim-early-hints", Passed),
    ("chunk-extensions", Passed),
    ("trailers", Passed),
    ("no-content-type", Passed),
    ("chunks-and-length", Passed),
    ("heartbeats-between", Passed),
    ("unknown-events", Passed),
    ("closes-silently", Passed),
    ("surplus-after-length", Passed),
    ("answered-twice", Passed),
    // Framing.
    ("fin-inside-chunk", TRUNCATED),
    ("fin-inside-chunk-size", TRUNCATED),
    ("fin-before-last-chunk", TRUNCATED),
    ("fin-before-length", TRUNCATED),
    ("fin-after-terminal-before-last-chunk", TRUNCATED),
    ("fin-inside-last-chunk", TRUNCATED),
    ("fin-after-terminal-before-length", TRUNCATED),
    ("fin-inside-line-until-close", NO_TERMINAL),
    ("reset-inside-body", BROKEN),
    ("reset-after-terminal", BROKEN),
    ("reset-until-close", BROKEN),
    ("length-before-terminal", NO_TERMINAL),
    ("bad-chunk-size", NO_HTTP),
    ("huge-chunk-size", NO_HTTP),
    ("chunk-longer-than-its-size", NO_HTTP),
    ("two-lengths", NO_HTTP),
    ("unknown-transfer-coding", NO_HTTP),
    // Events.
    ("missing-terminal", NO_TERMINAL),
    ("empty-body", NO_TERMINAL),
    ("cut-terminal", NO_TERMINAL),
    ("output-after-terminal", AFTER_TERMINAL),
    ("heartbeat-after-terminal", AFTER_TERMINAL),
    ("duplicate-terminal", TWO_TERMINALS),
    ("contradicting-terminal", TWO_TERMINALS),
    ("exit-code-missing", BAD_EXIT_CODE),
    ("exit-code-null", BAD_EXIT_CODE),
    ("exit-code-string", BAD_EXIT_CODE),
    ("exit-code-float", BAD_EXIT_CODE),
    ("exit-code-huge", BAD_EXIT_CODE),
    ("exit-code-array", BAD_EXIT_CODE),
    ("exit-code-false", BAD_EXIT_CODE),
    ("error-then-success", Failed("boom")),
    ("error-without-terminal", NO_TERMINAL),
    ("not-json", Passed),
    ("invalid-utf8", Passed),
    ("output-without-data", MALFORMED),
    ("untyped-object", MALFORMED),
    ("duplicate-key", NO_TERMINAL),
    // Heads and statuses.
    ("login-page", NO_STREAM),
    ("event-stream-type", NO_STREAM),
    ("status-201", Infrastructure("HTTP status 201")),
    ("status-204", Infrastructure("HTTP status 204")),
    ("redirect-301", REDIRECTED),
    ("redirect-302", REDIRECTED),
    ("redirect-307", REDIRECTED),
    ("status-401", Infrastructure("who are you?")),
    ("status-403", Infrastructure("not you")),
    ("status-404", Infrastructure("no such route")),
    ("status-413", Infrastructure("too long")),
    ("status-429", Infrastructure("slow down")),
    ("status-500", Infrastructure("HTTP status 500")),
    ("status-503", Infrastructure("starting")),
    ("status-500-without-end", InfrastructureLate("because")),
    ("gzip", COMPRESSED),
    ("gzip-cut-short", COMPRESSED),
    ("gzip-unannounced", NO_TERMINAL),
    ("garbage", NO_HTTP),
    ("other-protocol", NO_HTTP),
    ("switching-protocols", Infrastructure("HTTP status 101")),
    ("header-bomb", Infrastructure("head is too large")),
    ("many-headers", Infrastructure("head is too large")),
    // Silence.
    ("refused", Unavailable("Connection refused")),
    ("ignored", Unavailable("no connection within 0.5 s")),
    ("no-answer", NO_ANSWER),
    ("fin-before-answer", CLOSED),
    ("reset-before-answer", CLOSED),
    ("fin-inside-head", CLOSED),
    ("endless-head", NO_ANSWER),
    ("endless-interim", NO_ANSWER),
    ("silent-after-head", TimedOut),
    ("silent-after-output", TimedOut),
    ("heartbeats-only", TimedOut),
    ("drip-inside-line", TimedOut),
    ("held-after-terminal", TimedOut),
    ("heartbeats-after-terminal", TimedOut),
    ("endless-line", TimedOut),
    ("heartbeat-flood", TimedOut),
    ("output-flood", TimedOut),
    ("blank-line-flood", TimedOut),
    ("flood-after-terminal", TimedOut),
];

/// More than the machine has processors, because most faults are waited for.
const AT_ONCE: usize = 6;

/// How long it may take to notice any fault. Those that are waited for have deadlines of about a second,
/// and the rest is for a machine that is busy.
const BOUND: Duration = Duration::from_secs(20);

#[test]
fn every_fault_of_the_catalogue_has_an_expected_outcome() {
    let known: BTreeSet<_> = faults().map(|fault| fault.name).collect();
    let expected: BTreeSet<_> = EXPECTATIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, expected);
    for (name, outcome) in EXPECTATIONS {
        assert_eq!(fault(name).may_pass, *outcome == Passed, "{name}");
    }
}

#[test]
fn every_fault_is_taken_for_what_it_is_and_noticed_in_time() {
    let started = Instant::now();
    let (rows, wrong) = (Mutex::new(EXPECTATIONS.iter()), Mutex::new(Vec::new()));
    let next = || rows.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((name, expected)) = next() {
                    if let Err(complaint) = check(fault(name), *expected) {
                        let mut wrong = wrong.lock().expect("nobody panics with it");
                        wrong.push(format!("{name}: {complaint}"));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics with it");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let most = BOUND * 3;
    assert!(started.elapsed() < most, "{:?}", started.elapsed());
}

/// Runs one case on an executor with this fault.
fn check(fault: &Fault, expected: Expected) -> Result<(), String> {
    let server = fault.start().map_err(|error| error.to_string())?;
    let patterns = if expected == Passed && ONE_AND_TWO.contains(&fault.name) {
        vec!["one\ntwo"]
    } else {
        Vec::new()
    };
    // Where nothing is to be waited for, no deadline may pass, however busy the machine is.
    let (timeout, patience, health) = match expected {
        Passed | Failed(_) | Infrastructure(_) => ("60s", "60s", "60s"),
        TimedOut => ("300ms", "60s", "60s"),
        InfrastructureLate(_) => ("1s", "1s", "60s"),
        Unavailable(_) => ("60s", "60s", "500ms"),
    };
    let case = json!({
        "id": "case", "command": "x", "timeout": timeout, "expected_patterns": patterns,
    });
    let scratch = Scratch::with_cases([case]);
    let ended = scratch
        .run_suite(["--json", "--url", &server.url()])
        .env("GAUNTLET__EXECUTOR__HEALTH_TIMEOUT", health)
        .env("GAUNTLET__EXECUTOR__HEAD_TIMEOUT", patience)
        .run();
    compare(&ended, expected)?;
    if ended.elapsed > BOUND {
        return Err(format!("took {:?}", ended.elapsed));
    }
    Ok(())
}

/// Right answers whose output is that of [`misbehaving_executor::wire::CLEAN_BODY`].
const ONE_AND_TWO: &[&str] = &[
    "clean",
    "content-length",
    "until-close",
    "http-1-0",
    "line-per-chunk-with-pauses",
    "crlf-lines",
    "blank-lines",
    "byte-order-mark",
    "no-final-newline",
    "trailers",
    "heartbeats-between",
    "answered-twice",
];

fn compare(ended: &Ended, expected: Expected) -> Result<(), String> {
    let (code, class, words) = match expected {
        Passed => (0, Some("passed"), ""),
        Failed(words) => (100, Some("failed"), words),
        Infrastructure(words) | InfrastructureLate(words) => {
            (100, Some("infrastructure-error"), words)
        }
        TimedOut => (100, Some("timed-out"), "timed out after 300ms"),
        Unavailable(words) => (103, None, words),
    };
    let records = ended.records();
    let outcomes = records.outcomes();
    let right = match class {
        Some(class) => outcomes == [("case", class)],
        None => outcomes.is_empty(),
    };
    let told = match class {
        Some(_) => records.case("case")["explanation"].as_str().unwrap_or(""),
        None => &*ended.stderr,
    };
    if right && told.contains(words) && ended.code == Some(code) {
        return Ok(());
    }
    Err(format!("expected {expected:?}, but\n{ended}"))
}

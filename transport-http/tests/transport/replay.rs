//! Every fault recorded, written to a file, read back and replayed: it comes to the same.

use std::{cell::RefCell, io::Write as _, net::TcpListener, rc::Rc, time::Duration};

use cassette::{Cassette, End, Tape, What};
use executor_protocol::{Deadlines, ExecuteRequest, IdleLimits, Transport};
use misbehaving_executor::{Fault, fault, faults, sse_faults, websocket_faults, wire::Encoding};
use transport_http::{HttpTransport, Recorder, ReplayTransport, WebSocketTransport};

use crate::support::{Reading, dialect_of, patient, run, start_in};

/// Keeps every recording.
#[derive(Default)]
struct Shelf(RefCell<Vec<Tape>>);

impl Recorder for Shelf {
    fn limit(&self, _: &ExecuteRequest) -> Option<usize> {
        Some(256 * 1024)
    }

    fn keep(&self, tape: Tape) {
        self.0.borrow_mut().push(tape);
    }
}

impl Shelf {
    /// The latest recording, as a file has it.
    fn take(&self) -> Cassette {
        let tape = self.0.borrow_mut().pop().expect("it was recorded");
        let mut file = Vec::new();
        let written = tape.finish().write(&mut file);
        written.expect("memory takes everything");
        Cassette::read(&file[..]).expect("it was written by us")
    }
}

/// Short enough to wait for where a fault shows by a deadline.
fn deadlines() -> Deadlines {
    let limit = Some(Duration::from_millis(400));
    Deadlines {
        connect: Duration::from_millis(700),
        head: Duration::from_millis(700),
        total: Duration::from_secs(1),
        end: Duration::from_millis(500),
        idle: IdleLimits {
            bytes: None,
            events: None,
            meaningful: limit,
        },
    }
}

/// What comes of a cassette on a clock that waits for nobody.
fn replay(cassette: Cassette, deadlines: Deadlines) -> Reading {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let transport = ReplayTransport::new([cassette]);
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, run(&transport, "id", deadlines))
}

/// Everything that a judge goes by.
fn summary(reading: &Reading) -> String {
    let error = reading.end.as_ref().err().map(|it| match it {
        // They say how long it was silent, which no two clocks agree on to the last digit.
        executor_protocol::TransportError::Stalled { clock, .. } => clock.to_string(),
        executor_protocol::TransportError::TotalTimeout { .. } => "total".into(),
        other => executor_protocol::error_chain(other),
    });
    format!(
        "{:?} {error:?} [{}] {:?} {} {}",
        reading.events,
        reading.findings,
        (reading.stats.bytes, reading.stats.events),
        reading.end(),
        reading.looks_like_a_pass
    )
}

fn live(
    transport: impl FnOnce(Rc<Shelf>) -> Box<dyn Transport>,
    deadlines: Deadlines,
) -> (Reading, Cassette) {
    let shelf = Rc::new(Shelf::default());
    let reading = actix_rt::System::new().block_on(async {
        let transport = transport(Rc::clone(&shelf));
        run(&*transport, "id", deadlines).await
    });
    (reading, shelf.take())
}

fn compare(name: &str, live: &Reading, cassette: Cassette, played: &mut usize) {
    if cassette.check_playable().is_err() {
        return;
    }
    let again = replay(cassette.clone(), deadlines());
    assert_eq!(
        summary(&again),
        summary(live),
        "{name}: {:#?}",
        cassette.records
    );
    *played += 1;
}

fn all_over_http<'a>(faults: impl Iterator<Item = &'a Fault>, encoding: Encoding) -> usize {
    let mut played = 0;
    for fault in faults {
        let server = start_in(encoding, fault);
        let (reading, cassette) = live(
            |shelf| {
                let builder = HttpTransport::builder(&server.url()).expect("a URL");
                let builder = builder.dialect(dialect_of(encoding)).record_to(shelf);
                Box::new(builder.build().expect("a client"))
            },
            deadlines(),
        );
        compare(fault.name, &reading, cassette, &mut played);
    }
    played
}

#[test]
fn every_fault_over_ndjson_comes_to_the_same_when_it_is_replayed() {
    assert!(all_over_http(faults(), Encoding::Ndjson) > 50);
}

#[test]
fn every_fault_over_server_sent_events_comes_to_the_same_when_it_is_replayed() {
    assert!(all_over_http(faults().chain(sse_faults()), Encoding::Sse) > 50);
}

#[test]
fn every_fault_over_web_sockets_comes_to_the_same_when_it_is_replayed() {
    let mut played = 0;
    for fault in websocket_faults() {
        let server = fault.start().expect("the server starts");
        let (reading, cassette) = live(
            |shelf| {
                let url = format!("ws://{}/ws/mcp", server.address());
                let builder = WebSocketTransport::builder(&url).expect("a URL");
                Box::new(builder.record_to(shelf).build().expect("a client"))
            },
            deadlines(),
        );
        compare(fault.name, &reading, cassette, &mut played);
    }
    assert!(played > 30);
}

#[test]
fn times_are_those_of_the_recording_to_the_microsecond() {
    let server = start_in(Encoding::Ndjson, fault("line-per-chunk-with-pauses"));
    let (live, cassette) = live(
        |shelf| {
            let builder = HttpTransport::builder(&server.url()).expect("a URL");
            Box::new(builder.record_to(shelf).build().expect("a client"))
        },
        patient(),
    );
    assert!(live.end.is_ok());
    let reads: Vec<_> = cassette
        .records
        .iter()
        .filter(|it| matches!(it.what, What::Received(_)))
        .map(|it| it.at)
        .collect();
    let again = replay(cassette.clone(), patient());
    assert_eq!(again.stats.connect, cassette.connected());
    assert_eq!(again.stats.head, reads.first().copied());
    assert!(reads.contains(&again.stats.terminal.expect("it came")));
}

#[test]
fn a_connection_that_is_refused_is_recorded_with_the_reason() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    let (reading, cassette) = live(
        |shelf| {
            let builder = HttpTransport::builder(&url).expect("a URL");
            Box::new(builder.record_to(shelf).build().expect("a client"))
        },
        deadlines(),
    );
    assert!(matches!(cassette.end(), Some(End::ConnectFailed(_))));
    let again = replay(cassette, deadlines());
    assert_eq!(again.end(), "connect");
    assert_eq!(summary(&again), summary(&reading));
}

#[test]
fn no_token_and_no_unknown_header_gets_into_a_cassette() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nSet-Cookie: s3cret\r\nContent-Length: 33\r\n\r\n{\"type\":\"complete\",\"exit_code\":0}")
            .expect("the client reads");
        stream
    });
    let (reading, cassette) = live(
        |shelf| {
            let url = format!("http://user:s3cret@{address}");
            let builder = HttpTransport::builder(&url).expect("a URL");
            let builder = builder.bearer_token("s3cret").record_to(shelf);
            Box::new(builder.build().expect("a client"))
        },
        patient(),
    );
    drop(server.join().expect("it answers"));
    assert!(reading.looks_like_a_pass);
    let mut file = Vec::new();
    cassette.write(&mut file).expect("memory takes everything");
    let file = String::from_utf8(file).expect("it is text");
    assert!(!file.contains("s3cret"), "{file}");
    assert!(file.contains("Set-Cookie: xxxxxx"), "{file}");
}

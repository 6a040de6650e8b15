//! When connections are kept, when they are closed, and what never goes over one twice.

use std::{collections::BTreeSet, future::Future, time::Duration};

use executor_protocol::{Deadlines, Transport as _, next_event};
use misbehaving_executor::{Answer, Log, Script, Server, fault, wire};

use crate::support::{LONG, PROMPT, command, patient, run, start, transport};

const CLEAN: &str = "one err:two exit:0";

fn clean() -> Answer {
    Answer::new().send(wire::chunked(wire::CLEAN_BODY))
}

/// Waits for something that must come soon.
async fn soon<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(PROMPT, event)
        .await
        .expect("it comes soon")
}

async fn until_the_client_left(server: &Server) {
    soon(server.until(|log: &Log| log.closed_by_client == 1)).await;
}

#[actix_rt::test]
async fn commands_one_after_another_share_one_connection() {
    for fault_name in ["clean", "content-length", "trailers", "byte-per-write"] {
        let server = fault(fault_name).start().expect("the server starts");
        let transport = transport(&server);
        for _ in 0..5 {
            assert_eq!(run(&transport, "serial", patient()).await.end(), "clean");
        }
        transport.check_health(LONG).await.expect("healthy");
        let log = server.log();
        assert_eq!(
            (log.connections, log.requests.len()),
            (1, 6),
            "{fault_name}"
        );
    }
}

#[actix_rt::test]
async fn a_reused_connection_took_no_time_to_connect_and_has_the_same_deadlines() {
    let server = start(Script::answering_in_turn([
        clean(),
        clean(),
        Answer::new().hold(),
    ]));
    let transport = transport(&server);
    let connects: [_; 2] = [
        run(&transport, "first", patient()).await.stats.connect,
        run(&transport, "second", patient()).await.stats.connect,
    ];
    assert!(
        connects[0].is_some() && connects[1].is_none(),
        "{connects:?}"
    );
    let short = Duration::from_millis(200);
    let third = run(
        &transport,
        "third",
        Deadlines {
            head: short,
            ..patient()
        },
    )
    .await;
    assert_eq!(third.end(), "head-timeout");
    assert_eq!(server.log().connections, 1);
}

#[actix_rt::test]
async fn a_stream_that_is_dropped_closes_its_connection() {
    let server = fault("heartbeats-only").start().expect("the server starts");
    let transport = transport(&server);
    let mut stream = transport
        .execute(command("drop"), patient())
        .await
        .expect("an answer");
    let event = soon(next_event(&mut *stream)).await.expect("no error");
    assert!(event.is_some());
    assert_eq!(server.log().closed_by_client, 0);
    drop(stream);
    until_the_client_left(&server).await;
}

#[actix_rt::test]
async fn a_stream_that_is_cancelled_closes_its_connection() {
    let server = fault("silent-after-output")
        .start()
        .expect("the server starts");
    let transport = transport(&server);
    let stream = transport
        .execute(command("cancel"), patient())
        .await
        .expect("an answer");
    stream.cancel().await;
    until_the_client_left(&server).await;
}

#[actix_rt::test]
async fn a_request_that_is_abandoned_before_its_answer_closes_its_connection() {
    let server = fault("no-answer").start().expect("the server starts");
    let transport = transport(&server);
    let execution = transport.execute(command("abandon"), patient());
    tokio::select! {
        _ = execution => panic!("there is no answer"),
        () = soon(server.until(|log: &Log| log.executions() == 1)) => {}
    }
    until_the_client_left(&server).await;
}

#[actix_rt::test]
async fn a_deadline_that_passes_closes_the_connection() {
    let short = Duration::from_millis(200);
    for (name, deadlines) in [
        (
            "no-answer",
            Deadlines {
                head: short,
                ..patient()
            },
        ),
        (
            "silent-after-output",
            Deadlines {
                total: short,
                ..patient()
            },
        ),
        (
            "held-after-terminal",
            Deadlines {
                end: short,
                ..patient()
            },
        ),
    ] {
        let server = fault(name).start().expect("the server starts");
        let reading = run(&transport(&server), "deadline", deadlines).await;
        assert!(reading.end.is_err(), "{name}");
        until_the_client_left(&server).await;
    }
}

#[actix_rt::test]
async fn a_connection_with_surplus_bytes_is_not_used_again() {
    for name in [
        "surplus-after-length",
        "answered-twice",
        "length-before-terminal",
    ] {
        let server = fault(name).start().expect("the server starts");
        let transport = transport(&server);
        let first = run(&transport, "first", patient()).await;
        let second = run(&transport, "second", patient()).await;
        assert_eq!(first.events, second.events, "{name}");
        assert_eq!(
            (first.end(), second.end()),
            ("clean".into(), "clean".into()),
            "{name}"
        );
        assert_eq!(server.log().connections, 2, "{name}");
    }
}

#[actix_rt::test]
async fn a_body_that_was_left_early_takes_its_connection_with_it() {
    let server = start(clean());
    let transport = transport(&server);
    let mut stream = transport
        .execute(command("early"), patient())
        .await
        .expect("an answer");
    assert!(
        soon(next_event(&mut *stream))
            .await
            .expect("no error")
            .is_some()
    );
    drop(stream);
    assert_eq!(run(&transport, "next", patient()).await.events, CLEAN);
    assert_eq!(server.log().connections, 2);
}

#[actix_rt::test]
async fn a_command_lost_on_a_stale_connection_is_told_apart_and_not_sent_again() {
    for goodbye in [Answer::new().fin(), Answer::new().reset()] {
        let server = start(Script::answering_in_turn([clean(), goodbye, clean()]));
        let transport = transport(&server);
        assert_eq!(run(&transport, "first", patient()).await.end(), "clean");
        let lost = run(&transport, "second", patient()).await;
        assert_eq!(lost.end(), "no-answer on a reused connection");
        assert_eq!(server.log().executions(), 2);
        assert_eq!(run(&transport, "third", patient()).await.end(), "clean");
        let log = server.log();
        assert_eq!((log.connections, log.executions()), (2, 3));
    }
}

#[actix_rt::test]
async fn no_command_is_sent_twice_however_often_the_server_closes_silently() {
    const COMMANDS: usize = 50;
    let server = fault("closes-silently").start().expect("the server starts");
    let transport = transport(&server);
    for number in 0..COMMANDS {
        let reading = run(&transport, &format!("command-{number}"), patient()).await;
        // Whether the close is seen before the next command leaves is a race that nobody can win.
        let end = reading.end();
        assert!(
            ["clean", "no-answer on a reused connection"].contains(&&*end),
            "{end}"
        );
    }
    let bodies: Vec<_> = server
        .log()
        .requests
        .into_iter()
        .map(|request| request.body)
        .collect();
    let different: BTreeSet<_> = bodies.iter().collect();
    assert_eq!(different.len(), bodies.len());
    assert!(bodies.len() <= COMMANDS);
}

#[actix_rt::test]
async fn commands_side_by_side_have_connections_of_their_own() {
    let server = start(
        Answer::new()
            .await_release()
            .send(wire::chunked(wire::CLEAN_BODY)),
    );
    let transport = transport(&server);
    let both = async {
        tokio::join!(
            run(&transport, "left", patient()),
            run(&transport, "right", patient())
        )
    };
    let release = async {
        soon(server.until(|log: &Log| log.executions() == 2)).await;
        server.release();
        server.release();
    };
    let ((left, right), ()) = tokio::join!(both, release);
    assert_eq!((left.events, right.events), (CLEAN.into(), CLEAN.into()));
    assert_eq!(server.log().connections, 2);
}

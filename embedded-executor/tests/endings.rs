//! Whatever ends a command, nothing of it is left.

mod common;

use std::time::Duration;

use common::{Client, Fixture, bytes_written, has_zombie_child, post, runs, until};
use serde_json::json;

/// A shell, its child and its grandchild, none of which minds SIGTERM.
const STUBBORN: &str = "trap '' TERM; sh -c 'sleep 1000 & echo grandchild=$!; wait' & echo child=$!; \
                        echo leader=$$; while :; do sleep 1000; done";

async fn started(fixture: &Fixture, command: &str, timeout: f64) -> Client {
    let mut client = Client::connect(fixture.address()).await;
    let body = json!({ "command": command, "timeout": timeout }).to_string();
    client.send(&post(&body, "")).await;
    client
}

async fn family(client: &mut Client) -> [i32; 3] {
    let grandchild = client.number_after("grandchild=").await;
    [
        client.number_after("leader=").await,
        client.number_after(r#""child="#).await,
        grandchild,
    ]
}

async fn assert_gone(pids: &[i32]) {
    until("all processes are gone", async || {
        !pids.iter().any(|&pid| runs(pid))
    })
    .await;
}

#[actix_web::test]
async fn a_timeout_says_so_and_kills_the_whole_group() {
    let fixture = Fixture::start().await;
    let mut client = started(&fixture, STUBBORN, 1.0).await;
    let pids = family(&mut client).await;
    let answer = client.answer().await;
    assert_eq!(answer.exit_code(), 124);
    assert_eq!(answer.problems(), ["timed out after 1 s"]);
    assert_gone(&pids).await;
    assert!(!has_zombie_child());
    fixture.cleaned_up(1).await;
}

#[actix_web::test]
async fn a_command_may_say_its_last_words_after_a_timeout() {
    let fixture = Fixture::start().await;
    let command = "trap 'echo cleaned up; exit 0' TERM; while :; do sleep 0.01; done";
    let answer = fixture
        .execute(&json!({ "command": command, "timeout": 0.3 }))
        .await;
    assert_eq!(
        (answer.exit_code(), answer.stdout()),
        (124, vec!["cleaned up".to_owned()])
    );
}

#[actix_web::test]
async fn the_configured_timeouts_bound_every_command() {
    let fixture = Fixture::with(|config| {
        config.default_timeout = Duration::from_millis(200);
        config.max_timeout = Duration::from_millis(300);
    })
    .await;
    assert_eq!(
        fixture.run("sleep 1000").await.problems(),
        ["timed out after 0.2 s"]
    );
    let answer = fixture
        .execute(&json!({ "command": "sleep 1000", "timeout": 500 }))
        .await;
    assert_eq!(answer.problems(), ["timed out after 0.3 s"]);
}

#[actix_web::test]
async fn a_client_that_leaves_a_silent_command_takes_the_group_with_it() {
    let fixture = Fixture::start().await;
    let mut client = started(&fixture, STUBBORN, 100.0).await;
    let pids = family(&mut client).await;
    drop(client);
    assert_gone(&pids).await;
    fixture.idle().await;
    assert!(!has_zombie_child());
    fixture.cleaned_up(1).await;
}

#[actix_web::test]
async fn a_client_that_leaves_in_the_middle_of_much_output_ends_the_command() {
    let fixture = Fixture::start().await;
    let mut client = started(&fixture, "echo leader=$$; exec yes", 100.0).await;
    let leader = client.number_after("leader=").await;
    drop(client);
    assert_gone(&[leader]).await;
    fixture.idle().await;
}

#[actix_web::test]
async fn a_descendant_that_left_the_group_is_found_after_a_timeout() {
    let fixture = Fixture::start().await;
    let command = "setsid sh -c 'echo escaped=$$; exec sleep 1000' & sleep 1000";
    let mut client = started(&fixture, command, 0.5).await;
    let escaped = client.number_after("escaped=").await;
    assert_eq!(client.answer().await.exit_code(), 124);
    assert_gone(&[escaped]).await;
}

#[actix_web::test]
async fn a_descendant_that_left_the_group_and_holds_the_output_is_found_at_once() {
    let fixture = Fixture::start().await;
    let answer = fixture
        .run("setsid sh -c 'echo $$; exec sleep 1000' & sleep 0.1")
        .await;
    assert_eq!(answer.exit_code(), 0);
    assert_gone(&[answer.stdout()[0].parse().unwrap()]).await;
}

#[actix_web::test]
async fn a_slow_reader_holds_the_command_back() {
    let fixture = Fixture::start().await;
    let mut client = Client::connect_narrow(fixture.address()).await;
    let body = json!({ "command": "echo leader=$$; exec yes" }).to_string();
    client.send(&post(&body, "")).await;
    let leader = client.number_after("leader=").await;

    // Nothing is read now: `yes` fills the pipe, the batches and the sockets, and comes to a halt.
    let unchanged = std::cell::Cell::new((0, 0));
    until("the command waits for its reader", async || {
        let (written, looks) = unchanged.get();
        let looks = if bytes_written(leader) == written {
            looks + 1
        } else {
            0
        };
        unchanged.set((bytes_written(leader), looks));
        looks > 40
    })
    .await;
    let halted_at = bytes_written(leader);
    assert!(
        halted_at < 4_000_000,
        "{halted_at} bytes were written without a reader"
    );

    let reading = client.read_bytes(64 * 1024 * 1024);
    let going_on = until("the command goes on", async || {
        bytes_written(leader) > halted_at
    });
    tokio::select! {
        () = reading => panic!("all was read before the command went on"),
        () = going_on => {}
    }
    drop(client);
    assert_gone(&[leader]).await;
}

#[actix_web::test]
async fn a_client_that_never_reads_does_not_outlast_the_timeout() {
    let fixture = Fixture::start().await;
    let mut client = Client::connect_narrow(fixture.address()).await;
    let body = json!({ "command": "echo leader=$$; exec yes", "timeout": 0.5 }).to_string();
    client.send(&post(&body, "")).await;
    let leader = client.number_after("leader=").await;
    assert_gone(&[leader]).await;
}

#[actix_web::test]
async fn stopping_leaves_no_process_and_no_folder() {
    let fixture = Fixture::start().await;
    let mut client = started(&fixture, STUBBORN, 100.0).await;
    let pids = family(&mut client).await;
    let Fixture { executor, temp } = fixture;
    executor.stop(Duration::from_millis(50)).await;
    assert!(!pids.iter().any(|&pid| runs(pid)), "{pids:?}");
    assert!(!has_zombie_child());
    assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 0);
    let answer = client.answer().await;
    assert_eq!(
        (answer.exit_code(), answer.problems()),
        (143, vec!["the executor is stopping".into()])
    );
}

#[actix_web::test]
async fn stopping_finds_daemons_of_commands_that_ended_long_ago() {
    let fixture = Fixture::start().await;
    let daemon = "setsid sh -c 'echo $$ > pid; exec sleep 1000' >/dev/null 2>&1 & \
                  until [ -s pid ]; do sleep 0.01; done; cat pid";
    let pid = fixture.run(daemon).await.stdout()[0].parse().unwrap();
    fixture.executor.stop(Duration::from_secs(10)).await;
    assert_gone(&[pid]).await;
}

#[actix_web::test]
async fn stopping_lets_commands_end_within_the_grace_and_takes_no_more() {
    let fixture = Fixture::start().await;
    let address = fixture.address();
    let mut client = started(&fixture, "echo begun; sleep 0.3; exit 3", 100.0).await;
    client.read_until("begun").await;
    let mut late = Client::connect(address).await;
    late.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await;
    late.read_until("ok").await;
    let stopping = actix_web::rt::spawn(fixture.executor.stop(Duration::from_secs(20)));
    assert_eq!(client.answer().await.exit_code(), 3);
    stopping.await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

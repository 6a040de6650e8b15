//! What a command prints and how it ends is what the stream says.

mod common;

use common::{Client, Fixture, environment, post, runs, until};
use serde_json::json;

#[actix_web::test]
async fn the_exit_code_is_the_commands_own() {
    let fixture = Fixture::start().await;
    for code in [0, 1, 7, 255] {
        assert_eq!(fixture.run(&format!("exit {code}")).await.exit_code(), code);
    }
    assert_eq!(
        fixture.run("no-such-program-anywhere").await.exit_code(),
        127
    );
}

#[actix_web::test]
async fn a_signal_is_128_and_its_number() {
    let fixture = Fixture::start().await;
    assert_eq!(fixture.run("kill -KILL $$").await.exit_code(), 137);
    assert_eq!(fixture.run("kill -TERM $$").await.exit_code(), 143);
}

#[actix_web::test]
async fn output_keeps_its_channel_and_its_order_within_it() {
    let fixture = Fixture::start().await;
    let answer = fixture
        .run("for i in 1 2 3; do echo out $i; echo err $i >&2; done")
        .await;
    assert_eq!(answer.stdout(), ["out 1", "out 2", "out 3"]);
    assert_eq!(answer.lines("stderr"), ["err 1", "err 2", "err 3"]);
    assert!(
        answer
            .head
            .to_lowercase()
            .contains("content-type: application/x-ndjson")
    );
}

#[actix_web::test]
async fn every_line_arrives_as_it_was_printed() {
    let fixture = Fixture::start().await;
    let answer = fixture.run(r"printf 'a\r\n\n  b\t\001\nlast'").await;
    assert_eq!(answer.stdout(), ["a\r", "", "  b\t\u{1}", "last"]);
}

#[actix_web::test]
async fn bytes_that_are_no_utf8_are_replaced_also_where_reads_tear_characters() {
    let fixture = Fixture::start().await;
    // The pause between the halves of a character makes two reads of them.
    let answer = fixture
        .run(r"printf 'gr\303'; sleep 0.05; printf '\274n \377 \360\237\n'")
        .await;
    assert_eq!(answer.stdout(), ["grün \u{fffd} \u{fffd}"]);
}

#[actix_web::test]
async fn a_line_of_a_megabyte_is_one_event() {
    let fixture = Fixture::start().await;
    let answer = fixture
        .run("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo end")
        .await;
    let lines = answer.stdout();
    assert_eq!(
        (lines.len(), lines[0].len(), &*lines[1]),
        (2, 1_000_000, "end")
    );
}

#[actix_web::test]
async fn a_line_beyond_the_limit_loses_nothing() {
    let fixture = Fixture::start().await;
    let answer = fixture.run("head -c 9000000 /dev/zero | tr '\\0' x").await;
    let lengths: Vec<_> = answer.stdout().iter().map(String::len).collect();
    assert_eq!(lengths, [8 * 1024 * 1024, 9_000_000 - 8 * 1024 * 1024]);
}

#[actix_web::test]
async fn many_lines_come_in_few_chunks() {
    let fixture = Fixture::start().await;
    let answer = fixture.run("seq 100000").await;
    let lines = answer.stdout();
    assert_eq!((lines.len(), &*lines[99_999]), (100_000, "100000"));
    let (chunks, body) = (answer.chunks.len(), answer.body.len());
    assert!(body / chunks > 8 * 1024, "{chunks} chunks for {body} bytes");
    assert!(
        answer.chunks.iter().all(|&size| size < 2 * 1024 * 1024),
        "{:?}",
        answer.chunks
    );
}

#[actix_web::test]
async fn a_line_is_sent_while_the_command_still_runs() {
    let fixture = Fixture::start().await;
    let gate = fixture.temp.path().join("gate");
    let command = format!(
        "echo before; until [ -e {} ]; do sleep 0.01; done",
        gate.display()
    );
    let mut client = Client::connect(fixture.address()).await;
    client
        .send(&post(&json!({ "command": command }).to_string(), ""))
        .await;
    client.read_until("before").await;
    std::fs::write(gate, "").unwrap();
    assert_eq!(client.answer().await.exit_code(), 0);
}

#[actix_web::test]
async fn standard_input_is_empty() {
    let fixture = Fixture::start().await;
    assert_eq!(fixture.run("cat; echo done").await.stdout(), ["done"]);
}

#[actix_web::test]
async fn a_command_works_in_fresh_folders_that_are_gone_when_it_has_ended() {
    let fixture = Fixture::start().await;
    let answer = fixture
        .run("ls -A; pwd; echo $TMPDIR; touch here; touch $TMPDIR/there")
        .await;
    assert_eq!(answer.exit_code(), 0);
    let lines = answer.stdout();
    assert_eq!(lines.len(), 2, "the folder was not empty: {lines:?}");
    assert_ne!(lines[0], lines[1]);
    assert!(
        lines
            .iter()
            .all(|folder| folder.starts_with(&*fixture.temp.path().to_string_lossy()))
    );
    // At the end of the answer, not some time later.
    assert!(
        !lines
            .iter()
            .any(|folder| std::path::Path::new(folder).exists()),
        "{lines:?}"
    );
    fixture.cleaned_up(1).await;
    for command in ["touch file; mkdir -p a/b; chmod 0 a", "true"] {
        assert_eq!(fixture.run(command).await.exit_code(), 0);
    }
    fixture.cleaned_up(3).await;
}

#[actix_web::test]
async fn a_background_process_that_holds_the_output_does_not_hang_the_answer() {
    let fixture = Fixture::start().await;
    let answer = fixture.run("sleep 1000 & echo pid $!; exit 5").await;
    assert_eq!((answer.exit_code(), answer.problems().len()), (5, 0));
    let pid = answer.stdout()[0]
        .trim_start_matches("pid ")
        .parse()
        .unwrap();
    until("the background process is gone", async || !runs(pid)).await;
}

#[actix_web::test]
async fn a_background_process_without_output_is_ended_with_its_command() {
    let fixture = Fixture::start().await;
    let answer = fixture.run("sleep 1000 >/dev/null 2>&1 & echo $!").await;
    let pid = answer.stdout()[0].parse().unwrap();
    until("the background process is gone", async || !runs(pid)).await;
}

#[actix_web::test]
async fn the_last_stage_of_a_pipeline_is_heard_out() {
    let fixture = Fixture::start().await;
    let answer = fixture.run("(sleep 0.05; echo late) & exit 0").await;
    assert_eq!(
        (answer.exit_code(), answer.stdout()),
        (0, vec!["late".to_owned()])
    );
}

#[actix_web::test]
async fn a_shell_that_is_not_there_is_an_error_event_and_127() {
    let fixture = Fixture::with(|config| config.shell = "/no/such/shell".into()).await;
    let answer = fixture.run("true").await;
    assert_eq!(answer.exit_code(), 127);
    assert!(
        answer.problems()[0].contains("/no/such/shell"),
        "{:?}",
        answer.problems()
    );
    fixture.cleaned_up(1).await;
}

#[actix_web::test]
async fn a_command_too_long_for_the_kernel_is_an_error_event_and_126() {
    let fixture = Fixture::with(|config| config.max_command_bytes = 1 << 20).await;
    let answer = fixture.run(&format!("true {}", "x".repeat(200_000))).await;
    assert_eq!((answer.exit_code(), answer.problems().len()), (126, 1));
}

#[actix_web::test]
async fn commands_see_their_environment_without_secrets() {
    let fixture = Fixture::with(|config| {
        config.environment = environment(&[
            ("GAUNTLET_TOKEN", "secret"),
            ("GAUNTLET__EXECUTOR__TOKEN", "secret"),
            ("PASSWORD", "secret"),
            ("KEPT", "value"),
        ]);
        config.scrub_env = vec!["PASSWORD".into()];
        config.token = Some(embedded_executor::Token::new("secret").unwrap());
    })
    .await;
    let body = json!({ "command": "env; tr '\\0' '\\n' < /proc/self/cmdline" }).to_string();
    let answer = fixture
        .send(&post(&body, "Authorization: Bearer secret\r\n"))
        .await;
    let output = answer.stdout().join("\n");
    assert!(
        output.contains("KEPT=value") && output.contains("PATH="),
        "{output}"
    );
    assert!(!output.contains("secret"), "{output}");
}

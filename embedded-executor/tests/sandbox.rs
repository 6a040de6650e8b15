//! What commands can write to, where the kernel has Landlock.

#![allow(clippy::print_stderr, reason = "says what was skipped")]

mod common;

use std::fs;

use common::{Fixture, environment};
use embedded_executor::{Sandbox, SandboxMode};

/// Says why a test was skipped, and that it was.
fn skipped(fixture: &Fixture) -> bool {
    let skipped = fixture.executor.sandbox() == Sandbox::Unavailable;
    if skipped {
        eprintln!("skipped: this kernel has no Landlock");
    }
    skipped
}

/// What the command printed, if it succeeded.
async fn stdout(fixture: &Fixture, command: &str) -> String {
    let answer = fixture.run(command).await;
    assert_eq!(answer.exit_code(), 0, "{command}: {:?}", answer.events());
    answer.stdout().join("\n")
}

async fn is_refused(fixture: &Fixture, command: &str) -> bool {
    let answer = fixture.run(command).await;
    answer.exit_code() != 0
        && answer
            .lines("stderr")
            .join("\n")
            .contains("Permission denied")
}

#[actix_web::test]
async fn files_outside_cannot_be_changed_in_any_way() {
    let fixture = Fixture::start().await;
    if skipped(&fixture) {
        return;
    }
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("file");
    fs::write(&file, "content").unwrap();
    fs::create_dir(outside.path().join("folder")).unwrap();
    for attempt in [
        "echo x > file",
        "echo x >> file",
        "truncate -s 0 file",
        "rm file",
        "mv file other",
        "ln file other",
        "ln -s file other",
        "touch new",
        "mkdir new",
        "rmdir folder",
        "mkfifo new",
        "mv file $TMPDIR",
        "echo x > $TMPDIR/mine; mv $TMPDIR/mine new",
    ] {
        let command = format!("cd {} && {attempt}", outside.path().display());
        // `mv` between folders tries to copy where it cannot rename.
        assert!(
            is_refused(&fixture, &command).await,
            "{attempt} was not refused"
        );
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "content");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 2);
}

#[actix_web::test]
async fn a_command_cannot_write_to_the_folders_of_another() {
    let fixture = Fixture::start().await;
    if skipped(&fixture) {
        return;
    }
    assert!(is_refused(&fixture, "touch ../2").await);
    assert!(is_refused(&fixture, "mkdir ../intruder").await);
}

#[actix_web::test]
async fn a_command_does_as_it_likes_in_its_own_folders() {
    let fixture = Fixture::start().await;
    for folder in [".", "$TMPDIR"] {
        let command = format!(
            "cd {folder} && echo a > a && echo b >> a && mkdir -p d/e && mv a d/e/a && ln d/e/a hard \
             && ln -s d soft && mkfifo pipe && truncate -s 1 hard && cat soft/e/a && rm -r d hard"
        );
        assert_eq!(stdout(&fixture, &command).await, "a");
    }
    assert_eq!(
        stdout(
            &fixture,
            "echo x > here && mv here $TMPDIR/ && cat $TMPDIR/here"
        )
        .await,
        "x"
    );
}

#[actix_web::test]
async fn the_usual_devices_and_standard_streams_can_be_written_to() {
    let fixture = Fixture::start().await;
    let command = "echo x > /dev/null && echo x >> /dev/null && echo x > /dev/zero && \
                   echo out > /dev/stdout && echo err > /dev/stderr";
    assert_eq!(stdout(&fixture, command).await, "out");
    let full = fixture
        .run("echo x > /dev/full")
        .await
        .lines("stderr")
        .join("");
    assert!(
        !full.is_empty() && !full.contains("Permission denied"),
        "{full}"
    );
}

#[actix_web::test]
async fn everything_can_be_read_and_run() {
    let fixture = Fixture::start().await;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("file"), "content\n").unwrap();
    let command = format!(
        "cat {0}/file && ls {0} && /bin/echo ran",
        outside.path().display()
    );
    assert_eq!(stdout(&fixture, &command).await, "content\nfile\nran");
}

#[actix_web::test]
async fn allowed_paths_can_be_written_to_and_their_siblings_cannot() {
    let outside = tempfile::tempdir().unwrap();
    let path = |name: &str| outside.path().join(name);
    fs::create_dir(path("folder")).unwrap();
    fs::write(path("file"), "").unwrap();
    let allow = vec![path("folder"), path("file"), path("missing")];
    let fixture = Fixture::with(|config| config.sandbox.allow = allow).await;
    let at = |name: &str| path(name).display().to_string();
    stdout(&fixture, &format!("echo x > {}", at("folder/new"))).await;
    stdout(&fixture, &format!("echo x > {}", at("file"))).await;
    // A program may replace the file; the next command gets the new one.
    fs::write(path("newer"), "").unwrap();
    fs::rename(path("newer"), path("file")).unwrap();
    stdout(&fixture, &format!("echo y > {}", at("file"))).await;
    assert_eq!(fs::read_to_string(path("file")).unwrap(), "y\n");
    if !skipped(&fixture) {
        assert!(is_refused(&fixture, &format!("echo x > {}", at("missing"))).await);
        assert!(is_refused(&fixture, &format!("rm {}", at("file"))).await);
    }
}

#[actix_web::test]
async fn agents_keep_their_state_and_nothing_else_at_home() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".claude")).unwrap();
    fs::write(home.path().join(".claude.json"), "{}").unwrap();
    let environment = environment(&[("HOME", home.path().to_str().unwrap())]);
    let fixture = Fixture::with(|config| config.environment = environment).await;
    let command = "mkdir ~/.claude/projects && echo x > ~/.claude/projects/s";
    stdout(&fixture, command).await;
    if !skipped(&fixture) {
        assert!(is_refused(&fixture, "echo x > ~/.claude.json").await);
        assert!(is_refused(&fixture, "echo x > ~/.profile").await);
    }
}

#[actix_web::test]
async fn common_tools_work() {
    let fixture = Fixture::start().await;
    for (tool, command) in [
        (
            "git",
            "git init -q r && cd r && echo a > a && git add a && \
                 git -c user.name=n -c user.email=e@e commit -qm m && git log --format=%s",
        ),
        (
            "python3",
            "python3 -c 'import tempfile; f = tempfile.TemporaryFile(); f.write(b\"x\"); print(\"m\")'",
        ),
        ("bash", "bash -c 'cat <<< m'"),
    ] {
        if fixture.run(&format!("command -v {tool}")).await.exit_code() != 0 {
            eprintln!("skipped: there is no {tool} here");
            continue;
        }
        assert_eq!(stdout(&fixture, command).await, "m", "{tool}");
    }
}

#[actix_web::test]
async fn off_means_off_and_says_so() {
    let fixture = Fixture::with(|config| config.sandbox.mode = SandboxMode::Off).await;
    assert_eq!(fixture.executor.sandbox(), Sandbox::Off);
    let outside = tempfile::tempdir().unwrap();
    stdout(&fixture, &format!("touch {}/new", outside.path().display())).await;
    assert!(outside.path().join("new").exists());
}

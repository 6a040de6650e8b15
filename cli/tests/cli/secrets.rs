//! Tokens and credentials are nowhere but on the wire.

use std::{fs, path::Path};

use misbehaving_executor::{Script, fault};
use rustix::process::Signal;

use crate::support::{Ended, Scratch, case, serving};

const SECRET: &str = "s3cr3t-t0ken";

/// `user:s3cr3t-t0ken` and the secret on its own, as headers carry them.
const ENCODED: [&str; 2] = ["dXNlcjpzM2NyM3QtdDBrZW4", "czNjcjN0LXQwa2Vu"];

#[track_caller]
fn is_kept(ended: &Ended, scratch: &Scratch) {
    let mut texts = vec![ended.stdout.clone(), ended.stderr.clone()];
    read_all(&scratch.path("reports"), &mut texts);
    assert!(texts.len() > 2, "there is at least a log");
    for text in texts {
        for secret in ENCODED.into_iter().chain([SECRET]) {
            assert!(!text.contains(secret), "{secret} in\n{text}");
        }
    }
}

fn read_all(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            read_all(&path, texts);
        } else {
            // The ledger is no text as a whole, but what is in it is.
            let bytes = fs::read(path).expect("readable");
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
}

#[test]
fn a_token_reaches_the_executor_and_nothing_else() {
    let scratch = Scratch::with_cases([case("a", "x")]);
    scratch.secret("token", SECRET);
    for name in [
        "clean",
        "status-401",
        "login-page",
        "fin-inside-chunk",
        "header-bomb",
    ] {
        let server = fault(name).start().expect("the server starts");
        let args = ["-vv", "--json", "--url", &server.url()];
        let by_file = scratch
            .run_suite(args)
            .args(["--token-file", "token"])
            .run();
        is_kept(&by_file, &scratch);
        let by_variable = scratch.run_suite(args).env("GAUNTLET_TOKEN", SECRET).run();
        is_kept(&by_variable, &scratch);
        let bearer = format!("Bearer {SECRET}");
        for request in server.log().requests {
            assert_eq!(request.header("authorization"), Some(&*bearer), "{name}");
        }
    }
}

#[test]
fn credentials_in_the_url_are_shown_to_nobody() {
    let clean = serving(fault("clean").script());
    let refusing = serving(Script::refusing());
    let scratch = Scratch::with_cases([case("a", "x")]);
    for server in [&clean, &refusing] {
        let url = format!("http://user:{SECRET}@{}", server.address());
        let ended = scratch.run_suite(["-vv", "--url", &url]).run();
        is_kept(&ended, &scratch);
        let ended = scratch
            .run_suite(["-vv", "--json"])
            .env("GAUNTLET_URL", &url)
            .run();
        is_kept(&ended, &scratch);
        let ended = scratch
            .run_suite(["-vv"])
            .env("GAUNTLET__EXECUTOR__URL", &url)
            .run();
        is_kept(&ended, &scratch);
    }
}

#[test]
fn credentials_in_a_url_that_cannot_be_used_are_shown_to_nobody() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite([]).exits(0);
    for url in [
        format!("ftp://user:{SECRET}@localhost"),
        format!("http://user:{SECRET}@localhost:port"),
        format!("user:{SECRET}@localhost"),
        format!("http://user:{SECRET}@"),
    ] {
        is_kept(&scratch.run_suite(["--url", &url]).exits(2), &scratch);
    }
}

#[test]
fn settings_show_a_url_without_its_credentials() {
    let scratch = Scratch::new();
    let url = format!("http://user:{SECRET}@executor:8000");
    let ended = scratch.gauntlet(["settings", "--url", &url]).exits(0);
    assert!(
        ended.stdout.contains("@executor:8000") && !ended.stdout.contains(SECRET),
        "{ended}"
    );
    let ended = scratch
        .gauntlet(["run", "--help"])
        .env("GAUNTLET_URL", &url)
        .exits(0);
    assert!(!ended.stdout.contains(SECRET), "{ended}");
}

#[test]
fn a_served_token_is_kept_and_commands_do_not_see_it() {
    let scratch = Scratch::with_cases([case("a", "env")]);
    let args = ["serve", "-vv", "--listen", "127.0.0.1:0"];
    let mut serve = scratch.gauntlet(args).env("GAUNTLET_TOKEN", SECRET).spawn();
    let line = serve.wait_for("listening on");
    let url = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .expect("a URL");
    let run = scratch
        .run_suite(["-v", "--url", url])
        .env("GAUNTLET_TOKEN", SECRET)
        .exits(0);
    is_kept(&run, &scratch);
    serve.signal(Signal::TERM);
    is_kept(&serve.wait(), &scratch);
}

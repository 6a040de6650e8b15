//! The text, read by Prometheus itself.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use run_metrics::RunMetrics;
use sample_results::load::load_with;
use tokio::time::Instant;

use crate::{load::loaded, support::feed_everything};

const IDS: [&str; 4] = ["plain", "a \"quoted\" \\ one", "two\nlines", "☃"];

#[test]
fn prometheus_has_nothing_to_say_about_the_text() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    for id in IDS {
        feed_everything(&metrics, id, now);
    }
    match said_about(&metrics.text_at(now + Duration::from_secs(1))) {
        Some(said) => assert_eq!(said, (true, String::new())),
        None => eprintln!("skipped: there is no promtool here"),
    }
}

#[test]
fn prometheus_has_nothing_to_say_about_the_text_of_a_load() {
    match said_about(&loaded(&load_with(&IDS.map(str::to_owned))).text()) {
        Some(said) => assert_eq!(said, (true, String::new())),
        None => eprintln!("skipped: there is no promtool here"),
    }
}

/// Whether Prometheus has nothing against the text, and what it says; `None` where nobody can ask it.
fn said_about(text: &str) -> Option<(bool, String)> {
    let checking = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut checking) = checking else {
        let tools = std::env::var("GAUNTLET_TEST_TOOLS").unwrap_or_default();
        assert_ne!(tools, "required", "there is no promtool");
        return None;
    };
    let mut input = checking.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("written");
    drop(input);
    let checked = checking.wait_with_output().expect("an end");
    let said = [&*checked.stdout, &*checked.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Some((checked.status.success(), said))
}

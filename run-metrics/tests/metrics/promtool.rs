//! The text, read by Prometheus itself.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::Duration,
};

use run_metrics::RunMetrics;
use tokio::time::Instant;

use crate::support::feed_everything;

#[test]
fn prometheus_has_nothing_to_say_about_the_text() {
    let (metrics, now) = (RunMetrics::new(), Instant::now());
    for id in ["plain", "a \"quoted\" \\ one", "two\nlines", "☃"] {
        feed_everything(&metrics, id, now);
    }
    let checking = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut checking) = checking else {
        let tools = std::env::var("GAUNTLET_TEST_TOOLS").unwrap_or_default();
        assert_ne!(tools, "required", "there is no promtool");
        eprintln!("skipped: there is no promtool here");
        return;
    };
    let text = metrics.text_at(now + Duration::from_secs(1));
    let mut input = checking.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("written");
    drop(input);
    let checked = checking.wait_with_output().expect("an end");
    let said = [&*checked.stdout, &*checked.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(checked.status.success() && said.is_empty(), "{said}");
}

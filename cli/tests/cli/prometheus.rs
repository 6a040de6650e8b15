//! A real Prometheus, which looks at a soak every second.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};
use ureq::Agent;

use crate::support::{PATIENCE, Running, Scratch, case, tool};

/// Prometheus, with its data in the folder of the test.
struct Prometheus {
    process: Running,
    url: String,
    agent: Agent,
}

impl Prometheus {
    /// Starts it for a server at this address.
    fn start(program: &str, scratch: &Scratch, address: &str) -> Self {
        let config = json!({
            "global": { "scrape_interval": "1s", "scrape_timeout": "1s" },
            "scrape_configs": [{
                "job_name": "gauntlet",
                "static_configs": [{ "targets": [address] }],
            }],
        });
        // What is JSON is YAML.
        scratch.write("prometheus.yml", config.to_string());
        let args = [
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=prometheus",
            "--web.listen-address=127.0.0.1:0",
        ];
        let mut process = scratch.program(program, args).spawn();
        let line = process.wait_for("msg=\"Listening on\"");
        let (_, address) = line.trim().split_once(" address=").expect("an address");
        let config = Agent::config_builder()
            .proxy(None)
            .timeout_global(Some(PATIENCE));
        let prometheus = Self {
            url: format!("http://{address}"),
            process,
            agent: config.build().new_agent(),
        };
        prometheus.poll("it is ready", || {
            let ready = format!("{}/-/ready", prometheus.url);
            prometheus.agent.get(ready).call().is_ok()
        });
        prometheus
    }

    /// Asks again and again, until `holds` does.
    #[track_caller]
    fn poll(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "not in time: {what}");
            self.process.run_for(Duration::from_millis(100));
        }
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.agent.get(format!("{}{path}", self.url)).call();
        let text = answer.and_then(|mut answer| answer.body_mut().read_to_string());
        let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["status"], "success", "{text}");
        read["data"].take()
    }

    /// The one value of an expression; `None` before there is any.
    fn value(&self, expression: &str) -> Option<f64> {
        let mut query = String::new();
        for byte in expression.bytes() {
            query += &format!("%{byte:02x}");
        }
        let answer = self.get(&format!("/api/v1/query?query={query}"));
        let value = answer["result"].get(0)?["value"][1].as_str()?;
        Some(value.parse().expect("a number"))
    }

    /// Waits until an expression has this value.
    #[track_caller]
    fn wait_for(&self, expression: &str, expected: f64) {
        let what = format!("{expression} is {expected}");
        self.poll(&what, || self.value(expression) == Some(expected));
    }
}

#[test]
fn prometheus_sees_of_a_soak_what_its_ledger_has() {
    let (prometheus, promtool) = match (
        tool("prometheus", "prometheus"),
        tool("promtool", "prometheus"),
    ) {
        (Ok(prometheus), Ok(promtool)) => (prometheus, promtool),
        (Err(missing), _) | (_, Err(missing)) => {
            eprintln!("skipped: {missing}");
            return;
        }
    };
    let scratch = Scratch::new();
    let mut barrier = scratch.barrier("barrier");
    let cases = [
        case("quick", "echo done"),
        case("failing", "exit 3"),
        case("held", &barrier.command()),
    ];
    scratch.suite("suite.json", cases);
    let program = scratch.soak(["--iterations", "3", "--dashboard", "127.0.0.1:0"]);
    let mut soak = program.spawn();
    let line = soak.wait_for("dashboard: http://");
    let address = line.trim().trim_start_matches("dashboard: http://");
    let address = address.trim_end_matches('/').to_owned();
    let prometheus = prometheus.to_str().expect("text");
    let prometheus = Prometheus::start(prometheus, &scratch, &address);
    // In each iteration, two attempts come before the one that is held.
    for seen in [2.0, 5.0, 8.0] {
        prometheus.wait_for("sum(gauntlet_attempts_total)", seen);
        if seen < 8.0 {
            barrier.open();
        }
    }
    let attempts = scratch.ledger().attempts(1);
    for (case, outcome) in [
        ("quick", "passed"),
        ("failing", "failed"),
        ("held", "passed"),
    ] {
        let recorded = attempts
            .iter()
            .filter(|it| it.case == case && it.outcome == outcome);
        let scraped = format!("gauntlet_attempts_total{{case='{case}', outcome='{outcome}'}}");
        let recorded = recorded.count() as f64;
        assert_eq!(prometheus.value(&scraped), Some(recorded), "{scraped}");
        let timed = format!("gauntlet_attempt_duration_seconds_count{{case='{case}'}}");
        assert_eq!(prometheus.value(&timed), Some(recorded), "{timed}");
    }
    assert_eq!(attempts.len(), 8);
    let targets = prometheus.get("/api/v1/targets");
    let target = &targets["activeTargets"][0];
    assert_eq!(
        (&target["health"], &target["lastError"]),
        (&json!("up"), &json!(""))
    );
    // No scrape failed, and no series was refused.
    assert_eq!(prometheus.value("min_over_time(up[10m])"), Some(1.0));
    let refused = "scrape_samples_scraped - scrape_samples_post_metric_relabeling";
    assert_eq!(prometheus.value(refused), Some(0.0));
    let metrics = prometheus
        .agent
        .get(format!("http://{address}/metrics"))
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string())
        .expect("metrics");
    assert_eq!(said_by(&promtool, &metrics), (true, String::new()));
    barrier.open();
    let ended = soak.wait();
    assert_eq!(ended.code, Some(100), "{ended}");
    prometheus.process.signal(Signal::TERM);
    let ended = prometheus.process.wait();
    ended.keeps_to_itself(["level=error"]);
}

/// Whether `promtool` has nothing against the text, and what it says.
fn said_by(promtool: &std::path::Path, text: &str) -> (bool, String) {
    let mut checking = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = checking.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("written");
    drop(input);
    let checked = checking.wait_with_output().expect("an end");
    let said = [&*checked.stdout, &*checked.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (checked.status.success(), said)
}

//! The live page: of a soak, of a run, of a ledger.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
};

use misbehaving_executor::fault;
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{PATIENCE, Program, Running, Scratch, case};

/// The program with a dashboard, and where that is.
fn shown(program: Program) -> (Running, String) {
    let mut running = program.spawn();
    let line = running.wait_for("dashboard: http://");
    let url = line.split_whitespace().last().expect("a URL");
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    (running, address.to_owned())
}

fn connect(address: &str, path: &str, header: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\n{header}\r\n"
    )
    .expect("it reads");
    stream
}

fn get(address: &str, path: &str) -> String {
    let mut answer = String::new();
    connect(address, path, "Connection: close\r\n")
        .read_to_string(&mut answer)
        .expect("it answers");
    answer
}

/// Lines of a page's events.
struct Events(BufReader<TcpStream>);

impl Events {
    fn of(address: &str, path: &str) -> Self {
        Self(BufReader::new(connect(address, path, "")))
    }

    /// Waits until each of `texts` was in a line.
    fn wait_for_all<const N: usize>(&mut self, texts: [&str; N]) {
        let mut missing = texts.to_vec();
        while !missing.is_empty() {
            let line = self.wait_for("");
            missing.retain(|text| !line.contains(text));
        }
    }

    /// The next line that has `text` in it.
    fn wait_for(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line).expect("it goes on");
            assert_ne!(read, 0, "it ends without {text}");
            if line.contains(text) {
                return line;
            }
        }
    }
}

const ANYWHERE: [&str; 2] = ["--dashboard", "127.0.0.1:0"];

#[test]
fn the_page_of_a_soak_shows_what_its_ledger_has() {
    let server = fault("clean").start().expect("the server starts");
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    let url = server.url();
    let args = ["--iterations", "3", "--interval", "200ms", "--url", &url];
    let program = scratch.soak(args).args(ANYWHERE);
    let (running, address) = shown(program);
    let mut events = Events::of(&address, "/events");
    // The last state comes before the program ends, whenever this began to look.
    let last = events.wait_for(r#"data-state=\"passed\""#);
    assert!(last.contains("Ended: success"), "{last}");
    let ended = running.wait();
    assert_eq!(ended.code, Some(0), "{ended}");
    events.wait_for("event: over");
    let attempts = scratch.ledger().attempts(1);
    let passed = attempts.iter().filter(|it| it.outcome == "passed");
    assert_eq!(passed.count(), 6);
    let (shown, address) = shown(scratch.gauntlet(["dashboard", "--listen", "127.0.0.1:0"]));
    let page = get(&address, "/runs/1");
    assert!(page.contains(r#"data-passed="6" data-tried="6""#), "{page}");
    assert!(
        page.contains(r#"id="status" data-state="passed""#),
        "{page}"
    );
    let list = get(&address, "/");
    assert!(list.contains(r#"id="run-1" data-state="passed""#), "{list}");
    assert!(get(&address, "/runs/2").starts_with("HTTP/1.1 404"));
    shown.signal(Signal::INT);
    assert_eq!(shown.wait().code, Some(130));
}

#[test]
fn a_soak_is_seen_by_its_own_page_and_by_that_of_its_ledger() {
    let scratch = Scratch::new();
    let (mut witness, mut barrier) = (scratch.witness("witness"), scratch.barrier("barrier"));
    let command = format!(
        "echo '<b>a line</b>'; {}",
        witness.command(&barrier.command())
    );
    scratch.suite("suite.json", [case("a", "true"), case("b", &command)]);
    let allowed = [
        "--sandbox-allow",
        witness.path(),
        "--iterations",
        "1",
        "--json",
    ];
    let (soak, address) = shown(scratch.soak(allowed).args(ANYWHERE));
    witness.wait_for_start();
    let mut events = Events::of(&address, "/events");
    // The line comes with the stream, the result when it is durable: either may be first.
    events.wait_for_all([
        "&lt;b&gt;a line&lt;/b&gt;",
        r#"data-passed=\"1\" data-tried=\"1\""#,
    ]);
    let metrics = get(&address, "/metrics");
    assert!(metrics.contains("gauntlet_"), "{metrics}");
    let (_of_ledger, ledger) = shown(scratch.gauntlet(["dashboard", "--listen", "127.0.0.1:0"]));
    let page = get(&ledger, "/runs/1");
    assert!(
        page.contains(r#"id="status" data-state="running""#),
        "{page}"
    );
    assert!(page.contains(r#"data-passed="1" data-tried="1""#), "{page}");
    let mut of_run = Events::of(&ledger, "/runs/1/events");
    barrier.open();
    events.wait_for(r#"data-state=\"passed\""#);
    let ended = soak.wait();
    assert_eq!(ended.code, Some(0), "{ended}");
    let records = ended.records();
    let started = records.of("dashboard_started").next().expect("a record");
    assert_eq!(started["url"], format!("http://{address}/"));
    of_run.wait_for(r#"data-state=\"passed\""#);
}

#[test]
fn a_load_is_in_the_list_and_its_page_says_where_it_is_shown() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let load = ["load", "suite.json", "--iterations", "3"];
    scratch.gauntlet(load).exits(0);
    let (_shown, address) = shown(scratch.gauntlet(["dashboard", "--listen", "127.0.0.1:0"]));
    let list = get(&address, "/");
    assert!(list.contains(r#"id="run-1" data-state="passed""#), "{list}");
    assert!(list.contains("<td>load</td>"), "{list}");
    let page = get(&address, "/runs/1");
    assert!(page.contains("A run of load"), "{page}");
    assert!(page.contains("gauntlet report 1 --format html"), "{page}");
    assert!(!page.contains("cannot be read just now"), "{page}");
}

#[test]
fn the_page_of_a_run_tells_how_it_ended() {
    let scratch = Scratch::new();
    let (mut witness, mut barrier) = (scratch.witness("witness"), scratch.barrier("barrier"));
    scratch.suite(
        "suite.json",
        [case("a", &witness.command(&barrier.command()))],
    );
    let allowed = ["--sandbox-allow", witness.path(), "--ledger", "none"];
    let (run, address) = shown(scratch.run_suite(allowed).args(ANYWHERE));
    witness.wait_for_start();
    let mut events = Events::of(&address, "/events");
    events.wait_for(r#"data-state=\"running\""#);
    barrier.open();
    events.wait_for(r#"data-state=\"passed\""#);
    events.wait_for("event: over");
    let ended = run.wait();
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(
        TcpStream::connect(address).is_err(),
        "it ends with the process"
    );
}

#[test]
fn what_keeps_a_dashboard_from_listening_is_said_before_anything_runs() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    for command in ["run", "soak"] {
        let remote = scratch.gauntlet([command, "suite.json", "--dashboard", "0.0.0.0:0"]);
        remote
            .exits(2)
            .says(["can be reached by other machines", "--dashboard-token-file"]);
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
        let taken = taken.local_addr().map(|it| (taken, it.to_string()));
        let (_listener, address) = taken.expect("an address");
        let program = scratch.gauntlet([command, "suite.json", "--dashboard", &address]);
        program.exits(2).says(["cannot listen on", &*address]);
    }
    scratch
        .gauntlet(["dashboard", "--listen", "0.0.0.0:0", "--ledger", "none"])
        .exits(2);
    assert!(!scratch.exists("reports/suite_report.md"));
}

#[test]
fn the_token_of_a_dashboard_is_asked_for_and_shown_to_nobody() {
    const SECRET: &str = "correct-horse";
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.run_suite([]).exits(0);
    scratch.secret("token", SECRET);
    let by_file = scratch
        .gauntlet(["dashboard", "--listen", "0.0.0.0:0"])
        .args(["--dashboard-token-file", "token"]);
    let by_variable = scratch
        .gauntlet(["dashboard", "--listen", "0.0.0.0:0"])
        .env("GAUNTLET_DASHBOARD_TOKEN", SECRET);
    for program in [by_file, by_variable] {
        let (shown, address) = shown(program);
        let refused = get(&address, "/");
        assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
        let admitted = get(&address, &format!("/?token={SECRET}"));
        assert!(admitted.starts_with("HTTP/1.1 303"), "{admitted}");
        shown.signal(Signal::TERM);
        let ended = shown.wait();
        assert_eq!(ended.code, Some(143), "{ended}");
        ended.keeps_to_itself([SECRET]);
    }
    assert!(!scratch.logs().contains(SECRET));
}

/// The samples of `/metrics`, by their names with labels.
fn scraped(address: &str) -> BTreeMap<String, f64> {
    let answer = get(address, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let lines = answer.lines().filter(|it| it.starts_with("gauntlet_"));
    let samples = lines.map(|line| {
        let (name, value) = line.rsplit_once(' ').expect("a value");
        (name.to_owned(), value.parse().expect("a number"))
    });
    samples.collect()
}

#[test]
fn the_metrics_of_a_load_grow_while_it_goes_on_and_are_no_more_than_its_report_has() {
    let scratch = Scratch::with_cases([case("good", "true"), case("bad", "exit 3")]);
    let args = ["load", "suite.json", "--rate", "20/s", "--duration", "1h"];
    let load = scratch
        .gauntlet(args)
        .args(["--report", "json=load.json"])
        .args(ANYWHERE);
    let (load, address) = shown(load);
    let mut events = Events::of(&address, "/events");
    let passed = "gauntlet_attempts_total{case=\"good\",outcome=\"passed\"}";
    let failed = "gauntlet_attempts_total{case=\"bad\",outcome=\"failed\"}";
    let timed = "gauntlet_load_response_seconds_count{case=\"good\"}";
    let mut former = scraped(&address);
    assert!(former.contains_key(passed), "it begins at zero: {former:?}");
    while former[passed] < 15.0 || former[failed] < 15.0 {
        // The page is told of each second.
        events.wait_for("data:");
        let values = scraped(&address);
        for (name, before) in &former {
            let is_gauge = ["state", "in_flight", "ratio", "per_second"];
            let falls = values.get(name).is_none_or(|value| value < before);
            assert!(
                !falls || is_gauge.iter().any(|it| name.contains(it)),
                "{name}"
            );
        }
        former = values;
    }
    assert_eq!(former["gauntlet_load_state{state=\"running\"}"], 1.0);
    assert_eq!(former["gauntlet_load_scheduled_attempts_per_second"], 20.0);
    assert_eq!(former[timed], former[passed], "each of them is timed");
    let begun = former["gauntlet_load_lag_seconds_count"];
    assert!(begun >= former[passed] + former[failed], "{former:?}");
    load.signal(Signal::INT);
    load.wait();
    let report: Value = serde_json::from_str(&scratch.read("load.json")).expect("JSON");
    for (case, outcome, value) in [(0, "passed", former[passed]), (1, "failed", former[failed])] {
        let reported = &report["cases"][case]["outcomes"][outcome];
        assert!(reported.as_f64() >= Some(value), "{report}");
    }
}

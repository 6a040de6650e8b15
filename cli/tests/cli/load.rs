//! `gauntlet load`: both models, what is measured, and how it ends.

use std::time::Duration;

use misbehaving_executor::{Answer, Script, Server, wire};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{
    Ended, Program, Scratch, case, serving,
    terminal::{Terminal, left_to_see},
};

const LINES: &str =
    "{\"type\":\"output\",\"data\":\"hello\"}\n{\"type\":\"complete\",\"exit_code\":0}\n";

/// An answer that passes.
fn good() -> Answer {
    Answer::new()
        .send(wire::sized_head(LINES.len()))
        .send(LINES)
}

fn load<'a>(scratch: &Scratch, args: impl IntoIterator<Item = &'a str>) -> Program {
    scratch
        .gauntlet(["load", "suite.json", "--json", "--report", "json=load.json"])
        .args(args)
}

/// The record that ends the run.
#[track_caller]
fn finish(ended: &Ended) -> Value {
    let records = ended.records();
    let last = records.of("load_finished").last().cloned();
    last.unwrap_or_else(|| panic!("the run has no end: {ended}"))
}

fn report(scratch: &Scratch) -> Value {
    serde_json::from_str(&scratch.read("load.json")).expect("a report is JSON")
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// Ends as it should, unless the machine is so busy that the generator comes late, which it then has to say.
#[track_caller]
fn ends_well(program: Program) -> Ended {
    let ended = program.run();
    match ended.code {
        Some(0) => {}
        Some(107) => {
            assert_eq!(
                finish(&ended)["problems"],
                json!(["runner-too-slow"]),
                "{ended}"
            );
        }
        _ => panic!("{ended}"),
    }
    ended
}

#[test]
fn a_closed_load_goes_over_the_suite_and_tries_each_case_as_often_as_its_weight_says() {
    let mut weighty = case("b", "echo b");
    weighty["weight"] = json!(2);
    let scratch = Scratch::with_cases([case("a", "echo a"), weighty]);
    let args = [
        "--concurrency",
        "4",
        "--iterations",
        "4",
        "--weight",
        "a=3",
        "--threads",
        "2",
    ];
    let ended = load(&scratch, args).exits(0);
    let finish = finish(&ended);
    assert_eq!(finish["attempts"], 20);
    assert_eq!(finish["outcomes"], json!({ "passed": 20 }));
    assert_eq!(finish["lag_ms"], Value::Null, "nothing is scheduled");
    assert!(
        (1..=4).contains(&number(&finish["in_flight_max"])),
        "{finish}"
    );
    let report = report(&scratch);
    let attempts = |index: usize| number(&report["cases"][index]["outcomes"]["passed"]);
    assert_eq!([attempts(0), attempts(1)], [12, 8]);
    assert_eq!(report["total"]["response"]["count"], 20);
    let types = ended.records().types().join(" ");
    assert!(types.starts_with("load_started ") && types.ends_with(" load_finished"));
}

#[test]
fn every_stream_is_judged_and_what_failed_is_told_once_with_a_sample() {
    let failing = json!({ "id": "odd", "command": "echo strange", "expected_patterns": ["usual"] });
    let scratch = Scratch::with_cases([case("good", "echo good"), failing]);
    let args = [
        "load",
        "suite.json",
        "--concurrency",
        "2",
        "--iterations",
        "6",
    ];
    let ended = scratch.gauntlet(args).exits(100);
    ended.says([
        "6 × odd, failed: not found in the output: \"usual\"",
        "a case failed",
        "6 failed",
    ]);
    let report = scratch.read("reports/suite_load_report.md");
    for part in [
        "### 6 × failed: `odd`",
        "strange",
        "| good | 6 | 100.0% |",
        "| odd | 6 | 0.0% |",
    ] {
        assert!(report.contains(part), "no {part:?} in {report}");
    }
}

#[test]
fn failed_attempts_are_not_in_the_times_of_those_that_passed() {
    let lingering = json!({ "id": "slow", "command": "sleep 0.5; exit 1" });
    let scratch = Scratch::with_cases([case("fast", "true"), lingering]);
    let ended = load(&scratch, ["--concurrency", "1", "--iterations", "2"]).exits(100);
    assert_eq!(
        finish(&ended)["outcomes"],
        json!({ "failed": 2, "passed": 2 })
    );
    let total = &report(&scratch)["total"];
    assert_eq!(total["response"]["count"], 2);
    assert_eq!(total["failed"]["count"], 2);
    assert!(total["failed"]["min_ms"].as_f64() > Some(490.0), "{total}");
}

#[test]
fn gates_decide_over_load_as_over_any_run() {
    let scratch = Scratch::with_cases([case("good", "true"), case("bad", "false")]);
    let with = |gate| load(&scratch, ["--iterations", "4", "--gate", gate]);
    with("success_rate >= 50%").exits(0);
    let ended = with("case[bad].success_rate >= 50%").exits(99);
    let finish = finish(&ended);
    assert_eq!(finish["problems"], json!(["gate-failed"]));
    assert_eq!(finish["gates"][0]["holds"], false);
    // What takes longer than a gate allows is not good, though it passed.
    let ended = with("p95.duration < 1ms").exits(99);
    assert_eq!(self::finish(&ended)["goodput_per_second"], 0.0);
    assert_eq!(self::finish(&ended)["outcomes"]["passed"], 4);
}

#[test]
fn an_open_load_begins_every_attempt_of_its_schedule() {
    let server = serving(Script::answering(good()));
    for (args, attempts) in [
        (&["--rate", "80/s", "--duration", "1s"][..], 80),
        (
            &["--rate", "4800/min", "--iterations", "30", "--threads", "3"],
            30,
        ),
        (&["--stage", "1s:0..60/s", "--stage", "500ms:60/s"], 60),
    ] {
        let scratch = Scratch::with_cases([case("a", "x")]);
        let ended = ends_well(load(&scratch, ["--url", &server.url()]).args(args.iter().copied()));
        let finish = finish(&ended);
        assert_eq!(finish["attempts"], attempts, "{args:?}");
        assert_eq!(report(&scratch)["pace"]["lag"]["count"], attempts);
    }
}

#[test]
fn random_arrivals_are_the_same_for_the_same_seed() {
    let server = serving(Script::answering(good()));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let attempts = |seed| {
        let args = [
            "--rate",
            "150/s",
            "--duration",
            "1s",
            "--arrival",
            "poisson",
            "--seed",
            seed,
        ];
        let ended = ends_well(load(&scratch, ["--url", &server.url()]).args(args));
        number(&finish(&ended)["attempts"])
    };
    let first = attempts("7");
    assert_eq!(first, attempts("7"));
    assert!(
        (90..210).contains(&first),
        "five deviations are 61: {first}"
    );
}

#[test]
fn what_the_warm_up_did_counts_nowhere() {
    let server = serving(Script::answering(good()));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = ["--rate", "50/s", "--duration", "1s", "--warmup", "500ms"];
    let ended = ends_well(load(&scratch, ["--url", &server.url()]).args(args));
    assert_eq!(finish(&ended)["attempts"], 50);
    assert_eq!(report(&scratch)["warmup_attempts"], 25);
    assert_eq!(server.log().executions(), 75);
}

/// A server that answers at once, but for one second in which it answers nothing.
fn freezing() -> Server {
    let frozen = Answer::new()
        .pause(Duration::from_secs(1))
        .send(wire::sized_head(LINES.len()));
    let before = (0..50).map(|_| good());
    let answers = before.chain([frozen.send(LINES), good()]);
    serving(Script::answering_in_turn(answers))
}

#[test]
fn a_server_that_freezes_for_a_second_shows_in_response_times_as_the_queueing_law_demands() {
    let server = freezing();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--rate",
        "100/s",
        "--duration",
        "4s",
        "--max-in-flight",
        "1",
    ];
    let ended = ends_well(load(&scratch, ["--url", &server.url()]).args(args));
    let finish = finish(&ended);
    assert_eq!(finish["attempts"], 400);
    // A hundred attempts were to begin meanwhile. Of those, 40 waited for more than 0.6 s, and 4 for more than
    // 0.96 s; a busy machine makes that longer, and nothing makes it shorter.
    let response = &report(&scratch)["total"]["response"];
    let at_least = |quantile: &str, ms: f64| {
        assert!(
            response[quantile].as_f64() >= Some(ms),
            "{quantile}: {response}"
        );
    };
    at_least("p90_ms", 550.0);
    at_least("p95_ms", 750.0);
    at_least("p99_ms", 900.0);
    // Only one attempt of 400 was under way meanwhile: who looks at that alone sees nothing.
    let service = &report(&scratch)["total"]["service"];
    assert!(service["max_ms"].as_f64() >= Some(950.0), "{service}");
    assert!(
        service["p90_ms"].as_f64() < response["p90_ms"].as_f64(),
        "{service}"
    );
    assert!(number(&finish["held"]) >= 90, "{finish}");
}

#[test]
fn a_slow_executor_is_a_result_and_what_it_kept_from_beginning_is_told() {
    let slow = Answer::new().pause(Duration::from_millis(200));
    let slow = slow.send(wire::sized_head(LINES.len())).send(LINES);
    let server = serving(Script::answering(slow));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--rate",
        "50/s",
        "--duration",
        "1s",
        "--max-in-flight",
        "2",
        "--url",
    ];
    let ended = ends_well(load(&scratch, args).args([&*server.url()]));
    let finish = finish(&ended);
    assert!(number(&finish["never_begun"]) >= 30, "{finish}");
    assert_eq!(
        number(&finish["attempts"]) + number(&finish["never_begun"]),
        50
    );
    assert_eq!(finish["in_flight_max"], 2);
}

#[test]
fn a_generator_that_cannot_keep_its_schedule_says_so_with_the_lags() {
    let server = serving(Script::answering(good()));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--rate",
        "200/s",
        "--duration",
        "4s",
        "--url",
        &server.url(),
    ];
    let mut running = load(&scratch, args).spawn();
    running.wait_for("load_second");
    // It does not run, and the schedule goes on.
    running.signal(Signal::STOP);
    running.run_for(Duration::from_millis(500));
    running.signal(Signal::CONT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(107), "{ended}");
    let finish = finish(&ended);
    assert_eq!(finish["problems"], json!(["runner-too-slow"]));
    assert!(number(&finish["late"]) >= 80, "{finish}");
    assert!(finish["lag_ms"]["max"].as_f64() >= Some(450.0), "{finish}");
}

#[test]
fn a_signal_ends_what_is_under_way_and_the_report_is_written() {
    let scratch = Scratch::with_cases([case("a", "sleep 300")]);
    let mut running = load(&scratch, ["--concurrency", "3"]).spawn();
    running.wait_for("load_second");
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    let finish = finish(&ended);
    assert_eq!(finish["outcomes"], json!({ "cancelled": 3 }));
    assert_eq!(finish["problems"], json!(["interrupted"]));
    assert_eq!(report(&scratch)["exit_codes"], json!([130]));
    assert_eq!(scratch.leftovers(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_second_signal_ends_at_once() {
    let server = serving(Script::answering(Answer::new().hold()));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut running = load(&scratch, ["--url", &server.url()]).spawn();
    running.wait_for("load_second");
    running.signal(Signal::TERM);
    running.signal(Signal::TERM);
    assert_eq!(running.wait().code, Some(143));
}

#[test]
fn an_executor_that_is_not_there_is_told_before_anything_is_tried() {
    let server = serving(Script::refusing());
    let scratch = Scratch::with_cases([case("a", "x")]);
    let ended = load(&scratch, ["--url", &server.url()]).exits(103);
    assert_eq!(finish(&ended)["problems"], json!(["executor-unavailable"]));
    assert_eq!(finish(&ended)["attempts"], 0);
}

#[test]
fn an_executor_that_no_attempt_gets_through_to_is_lost_and_not_hammered() {
    let server = serving(Script::answering(Answer::new().fin()));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--concurrency",
        "1",
        "--duration",
        "1s",
        "--url",
        &server.url(),
    ];
    let ended = load(&scratch, args).exits(104);
    assert_eq!(
        finish(&ended)["problems"],
        json!(["executor-lost", "case-failed"])
    );
    // 20, 40, 80 … ms apart.
    assert!(
        server.log().executions() <= 8,
        "{}",
        server.log().executions()
    );
}

#[test]
fn an_executor_that_goes_away_for_too_long_ends_the_load() {
    let server = serving(Script::answering_in_turn([good(), Answer::new().fin()]));
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--rate",
        "20/s",
        "--duration",
        "300s",
        "--url",
        &server.url(),
    ];
    let ended = load(&scratch, args)
        .env("GAUNTLET__EXECUTOR__MAX_OUTAGE", "1s")
        .exits(104);
    assert_eq!(finish(&ended)["outcomes"]["passed"], 1);
}

#[test]
fn flags_that_make_no_load_are_refused_with_the_way_out() {
    let scratch = Scratch::with_cases([case("a", "x")]);
    for (args, words) in [
        (
            &["--concurrency", "4", "--rate", "5/s"][..],
            "cannot be used with",
        ),
        (
            &["--stage", "5s:1/s", "--duration", "9s"],
            "cannot be used with",
        ),
        (
            &["--rate", "5"],
            "expected a rate with its unit, such as 200/s",
        ),
        (&["--rate", "0/s"], "nothing would ever begin"),
        (&["--stage", "1s:0/s"], "no attempt would ever begin"),
        (&["--stage", "1x:5/s"], "unknown unit"),
        (&["--weight", "nope=2"], "`nope` of --weight is no case"),
        (&["--weight", "a=0"], "expected a whole number above zero"),
        (
            &["--report", "junit=x.xml"],
            "there is no report on load in junit (there are: md, html, json)",
        ),
        (
            &["--gate", "drift.executor_rss < 1MiB/h"],
            "shows over a soak only",
        ),
        (&["--duration", "0s"], "nothing can be tried in no time"),
    ] {
        let ended = load(&scratch, args.iter().copied()).exits(2);
        ended.says([words]);
    }
    load(&scratch, ["--only", "nope"]).exits(4);
}

#[test]
fn somebody_who_watches_sees_how_it_goes_and_in_the_end_what_came_of_it() {
    let scratch = Scratch::with_cases([case("a", "sleep 300")]);
    let (mut terminal, theirs) = Terminal::new(100);
    let run = scratch
        .gauntlet(["load", "suite.json", "--concurrency", "2"])
        .env("TERM", "xterm-256color")
        .stderr(theirs)
        .spawn();
    terminal.wait_for("load · running · ");
    terminal.wait_for("2 in flight");
    run.signal(Signal::INT);
    assert_eq!(run.wait().code, Some(130));
    let written = terminal.until_closed();
    let left = left_to_see(&written, 100);
    assert!(left[0].starts_with("suite.json: load, closed, 2 at a time (1 case) on http://"));
    assert!(
        left.iter()
            .any(|line| line.starts_with("attempts      2 in ")),
        "{left:#?}"
    );
    assert!(
        !left.iter().any(|line| line.contains("in flight ·")),
        "the block is gone: {left:#?}"
    );
}

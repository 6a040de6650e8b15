//! Executors that go away in the middle of a soak, and come back or do not.

use std::time::Duration;

use rustix::process::Signal;

use crate::support::{Running, Scratch, case, terminal::Terminal};

/// An executor in a process of its own, which can be ended and started again at the same address.
struct Executor {
    process: Option<Running>,
    port: u16,
}

impl Executor {
    fn start(scratch: &Scratch) -> Self {
        let (process, port) = serve(scratch, 0);
        Self {
            process: Some(process),
            port,
        }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn kill(&mut self) {
        // Dropping it kills it and waits for that.
        self.process = None;
    }

    fn start_again(&mut self, scratch: &Scratch) {
        self.process = Some(serve(scratch, self.port).0);
    }
}

fn serve(scratch: &Scratch, port: u16) -> (Running, u16) {
    let listen = format!("127.0.0.1:{port}");
    let mut process = scratch
        .gauntlet(["serve", "--sandbox", "off", "--listen", &listen])
        .spawn();
    let line = process.wait_for("listening on");
    let port = line
        .split("127.0.0.1:")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .and_then(|port| port.parse().ok());
    (process, port.expect("a port"))
}

#[test]
fn an_executor_that_goes_away_ten_times_is_ten_outages_and_no_failures_but_those_in_flight() {
    const TIMES: usize = 10;
    let scratch = Scratch::with_cases([case("a", "true"), case("b", "echo b")]);
    let mut executor = Executor::start(&scratch);
    let mut soak = scratch.soak(["--json", "--url", &executor.url()]).spawn();
    for _ in 0..TIMES {
        soak.wait_for("attempt_finished");
        executor.kill();
        soak.wait_for("\"healthy\":false");
        executor.start_again(&scratch);
        soak.wait_for("\"healthy\":true");
    }
    soak.wait_for("attempt_finished");
    soak.signal(Signal::INT);
    let ended = soak.wait();
    assert_eq!(ended.code, Some(75), "{ended}");
    let ledger = scratch.ledger();
    assert_eq!(
        ledger.one::<i64>("SELECT count(*) FROM outages"),
        TIMES as i64
    );
    let open: i64 = ledger.one("SELECT count(*) FROM outages WHERE lasted_us IS NULL");
    assert_eq!(open, 0, "each has its length");
    let failed = ledger
        .attempts(1)
        .into_iter()
        .filter(|it| it.outcome != "passed")
        .count();
    assert!(failed <= TIMES, "{failed} attempts failed");
    assert!(scratch.report().contains("Outages"), "{}", scratch.report());
}

#[test]
fn an_executor_that_stays_away_ends_the_soak_which_can_be_resumed() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let mut executor = Executor::start(&scratch);
    let mut soak = scratch
        .soak(["--json", "--max-outage", "1s", "--url", &executor.url()])
        .spawn();
    soak.wait_for("attempt_finished");
    executor.kill();
    let ended = soak.wait();
    assert_eq!(ended.code, Some(104), "{ended}");
    ended.says([
        "the executor went away",
        "to go on: gauntlet soak --resume 1",
    ]);

    // What goes on after a reboot waits for an executor that is slower.
    let mut resumed = scratch.resume(["--json", "--max-outage", "60s"]).spawn();
    resumed.wait_for("\"healthy\":false");
    executor.start_again(&scratch);
    resumed.wait_for("attempt_finished");
    resumed.signal(Signal::INT);
    assert_eq!(resumed.wait().code, Some(75));
}

#[test]
fn an_executor_that_is_not_there_at_the_start_is_not_waited_for() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let mut executor = Executor::start(&scratch);
    executor.kill();
    let ended = scratch.soak(["--url", &executor.url()]).exits(103);
    ended.says(["the executor is not available"]);
}

#[test]
fn an_outage_between_two_iterations_is_noticed_by_the_clock_of_health() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let mut executor = Executor::start(&scratch);
    let mut soak = scratch
        .soak(["--json", "--interval", "1h", "--url", &executor.url()])
        .env("GAUNTLET__SOAK__HEALTH_INTERVAL", "50ms")
        .env("GAUNTLET__EXECUTOR__HEALTH_TIMEOUT", "500ms")
        .env("GAUNTLET__SOAK__STUCK_AFTER", "500ms")
        .spawn();
    soak.wait_for("attempt_finished");
    executor.kill();
    soak.wait_for("\"healthy\":false");
    executor.start_again(&scratch);
    soak.wait_for("\"healthy\":true");
    // What it waited for is over; that the next iteration is far away is no standstill.
    soak.run_for(Duration::from_secs(4));
    soak.signal(Signal::INT);
    let ended = soak.wait();
    assert_eq!(ended.code, Some(75), "{ended}");
    let attempts = scratch.ledger().attempts(1);
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].outcome, "passed");
}

#[test]
fn an_outage_stands_in_the_terminal_for_as_long_as_it_lasts() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let mut executor = Executor::start(&scratch);
    let (mut terminal, theirs) = Terminal::new(100);
    let soak = scratch
        .soak(["--interval", "100ms", "--url", &executor.url()])
        .env("TERM", "xterm-256color")
        .env("NO_COLOR", "1")
        .stderr(theirs)
        .spawn();
    terminal.wait_for("soak 1 · running");
    executor.kill();
    terminal.wait_for("soak 1 · waiting");
    terminal.wait_for("executor away for ");
    executor.start_again(&scratch);
    terminal.wait_for("executor is back");
    // What was written before it does not count.
    terminal.take();
    terminal.wait_for("soak 1 · running");
    terminal.wait_for(" · 1 outage");
    terminal.wait_for("now: ");
    soak.signal(Signal::TERM);
    assert_eq!(soak.wait().code, Some(75));
}

//! What the executor adds to the start of a command.
//!
//! Runs `true` through the executor, over one kept-alive connection and one after the other, and
//! `sh -c true` directly in turns with it, so that both see the same machine. Prints the medians and
//! their ratio; with `GAUNTLET_BENCH_MAX_RATIO` set, a larger ratio is a failure.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark's report"
)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use embedded_executor::{ExecutorConfig, SandboxConfig, SandboxMode, start};

const ROUNDS: usize = 20;
const RUNS_PER_ROUND: usize = 50;

fn main() -> ExitCode {
    let limit = std::env::var("GAUNTLET_BENCH_MAX_RATIO")
        .ok()
        .map(|it| it.parse::<f64>().unwrap());
    let mut worst = 0.0_f64;
    for mode in [SandboxMode::Enforce, SandboxMode::Off] {
        let (direct, executor) = actix_web::rt::System::new().block_on(measure(mode));
        let ratio = executor.as_secs_f64() / direct.as_secs_f64();
        println!(
            "sandbox {mode:?}: direct {direct:.1?}, executor {executor:.1?}, ratio {ratio:.2}"
        );
        worst = worst.max(ratio);
    }
    throughput();
    if limit.is_some_and(|limit| worst > limit) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

async fn measure(mode: SandboxMode) -> (Duration, Duration) {
    let sandbox = SandboxConfig {
        mode,
        ..SandboxConfig::default()
    };
    let executor = start(ExecutorConfig {
        sandbox,
        ..ExecutorConfig::default()
    })
    .await
    .unwrap();
    let address = executor.local_addr();
    let medians = actix_web::rt::task::spawn_blocking(move || {
        let mut client = Client::connect(address);
        let (mut direct, mut through) = (vec![], vec![]);
        for _ in 0..ROUNDS {
            direct.extend((0..RUNS_PER_ROUND).map(|_| time(spawn_directly)));
            through.extend((0..RUNS_PER_ROUND).map(|_| time(|| drop(client.run("true")))));
        }
        (median(direct), median(through))
    })
    .await
    .unwrap();
    executor.stop(Duration::from_secs(1)).await;
    medians
}

/// How fast much output comes through.
fn throughput() {
    const LINES: usize = 1_200_000;
    actix_web::rt::System::new().block_on(async {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = format!("{}\n", "0123456789abcdef".repeat(10));
        file.as_file()
            .write_all(line.repeat(LINES).as_bytes())
            .unwrap();
        let executor = start(ExecutorConfig::default()).await.unwrap();
        let address = executor.local_addr();
        let command = format!("cat {}", file.path().display());
        let client = move || time(|| drop(Client::connect(address).run(&command)));
        let elapsed = actix_web::rt::task::spawn_blocking(client).await.unwrap();
        let megabytes = (line.len() * LINES) as f64 / 1e6;
        let rate = megabytes / elapsed.as_secs_f64();
        println!("cat of {megabytes:.0} MB, {LINES} lines: {elapsed:.2?}, {rate:.0} MB/s");
        executor.stop(Duration::from_secs(1)).await;
    });
}

fn spawn_directly() {
    let status = Command::new("/bin/sh")
        .args(["-c", "true"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The simplest client that keeps its connection.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::with_capacity(256 * 1024, stream))
    }

    /// Runs a command to its end and returns the last chunk of its events.
    fn run(&mut self, command: &str) -> Vec<u8> {
        let body = format!(r#"{{"command":"{command}"}}"#);
        let length = body.len();
        let head = "POST /execute HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json";
        let request = format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line).unwrap();
        }
        let mut chunk = vec![];
        loop {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            let size = usize::from_str_radix(line.trim_end(), 16).unwrap();
            if size == 0 {
                self.0.read_line(&mut line).unwrap();
                assert!(chunk.ends_with(b"{\"type\":\"complete\",\"exit_code\":0}\n"));
                return chunk;
            }
            chunk.resize(size, 0);
            self.0.read_exact(&mut chunk).unwrap();
            self.0.read_line(&mut line).unwrap();
        }
    }
}

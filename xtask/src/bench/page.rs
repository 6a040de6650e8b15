//! The live page: what it costs a soak that somebody looks at it, and that its metrics are scraped.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{Bench, body, print_commands, write_suite};
use crate::{
    error::BenchError,
    measure::{bare, run as measure},
    nginx::{Answer, Nginx},
    statistics::{Ratio, Spread},
    table::Table,
};

/// Attempts of each soak: some fifteen seconds of them.
const ATTEMPTS: usize = 60_000;

/// Cases of the suite that is soaked.
const CASES: usize = 10;

/// How often each way takes its turn.
const ROUNDS: usize = 5;

/// How long one process may take.
const LIMIT: Duration = Duration::from_secs(300);

/// How often the metrics are scraped.
const SCRAPE_EVERY: Duration = Duration::from_secs(1);

/// A page that is not served yet is asked for again after this.
const RETRY_AFTER: Duration = Duration::from_millis(20);

/// How many look at the page, for each way; metrics are scraped wherever there is a page.
const WAYS: [Option<usize>; 4] = [None, Some(0), Some(1), Some(100)];

pub(super) fn run(bench: &Bench) -> Result<(), BenchError> {
    let short = bench.data.join("short.ndjson");
    body::provide(&short, 1)?;
    let folder = tempfile::tempdir()?;
    write_suite(&folder.path().join("soak.json"), CASES)?;
    let answer = [Answer {
        name: "short",
        file: &short,
    }];
    let nginx = Nginx::start(&answer)?;
    let url = nginx.url("short");
    let mut cpu = vec![Vec::new(); WAYS.len()];
    let mut updates = 0;
    for round in 0..ROUNDS {
        // Each way is first once: the first after a pause finds another machine.
        for turn in 0..WAYS.len() {
            let way = (round + turn) % WAYS.len();
            let (seconds, seen) = soak(bench, folder.path(), &url, WAYS[way], round == 0)?;
            cpu[way].push(seconds);
            updates += seen;
        }
    }
    println!(
        "{ATTEMPTS} attempts, {ROUNDS} rounds; median (min to max); {updates} KiB of updates were read"
    );
    let mut table = Table::new(["", "CPU, s", "ratio"]);
    for (way, seconds) in WAYS.iter().zip(&cpu) {
        let name = match way {
            None => "no page".to_owned(),
            Some(0) => "metrics scraped each second, no page open".to_owned(),
            Some(pages) => format!("the same, and open pages: {pages}"),
        };
        let ratios: Vec<f64> = seconds
            .iter()
            .zip(&cpu[0])
            .map(|(one, base)| one / base)
            .collect();
        table = table.row([
            name,
            Spread::cell(Spread::of(seconds.clone()), |it| format!("{it:.2}")),
            Spread::cell(Spread::of(ratios), |it| Ratio(it).to_string()),
        ]);
    }
    print!("{table}");
    println!("  asked: within 2 % with a page open and the metrics scraped");
    Ok(())
}

/// The processor time that a soak takes, and how many KiB of the page its readers were sent.
fn soak(
    bench: &Bench,
    folder: &Path,
    url: &str,
    pages: Option<usize>,
    is_shown: bool,
) -> Result<(f64, u64), BenchError> {
    let _ = fs::remove_dir_all(folder.join("reports"));
    let iterations = (ATTEMPTS / CASES).to_string();
    let mut command = bare(&bench.gauntlet);
    command.args([
        "soak",
        "soak.json",
        "-q",
        "--iterations",
        &iterations,
        "--url",
        url,
    ]);
    command.current_dir(folder);
    let clients = match pages {
        None => None,
        Some(pages) => {
            let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
            command.arg("--dashboard").arg(address.to_string());
            Some(Clients::start(address, pages))
        }
    };
    if is_shown {
        print_commands(&[&command]);
    }
    let usage = measure(&mut command, LIMIT)?;
    let seen = clients.map_or(0, Clients::stop);
    Ok((usage.cpu.as_secs_f64(), seen / 1024))
}

/// Those who look.
struct Clients {
    stop: Arc<AtomicBool>,
    seen: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Clients {
    fn start(address: SocketAddr, pages: usize) -> Self {
        let (stop, seen) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let spawn = |work: fn(SocketAddr, &AtomicBool, &AtomicU64)| {
            let (stop, seen) = (Arc::clone(&stop), Arc::clone(&seen));
            thread::spawn(move || work(address, &stop, &seen))
        };
        let readers = (0..pages).map(|_| spawn(read_page));
        let threads = readers.chain([spawn(scrape)]).collect();
        Self {
            stop,
            seen,
            threads,
        }
    }

    /// Ends them, and says how many bytes of updates they read.
    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            // One that panicked has read what it has read.
            let _ = thread.join();
        }
        self.seen.load(Ordering::Relaxed)
    }
}

/// Follows the updates of the page until the server ends.
fn read_page(address: SocketAddr, stop: &AtomicBool, seen: &AtomicU64) {
    let request = format!("GET /events HTTP/1.1\r\nHost: {address}\r\n\r\n");
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(address) else {
            thread::park_timeout(RETRY_AFTER);
            continue;
        };
        let mut buffer = [0; 65_536];
        if stream.write_all(request.as_bytes()).is_err() {
            continue;
        }
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            seen.fetch_add(count as u64, Ordering::Relaxed);
        }
    }
}

/// Scrapes the metrics until it is told to stop.
fn scrape(address: SocketAddr, stop: &AtomicBool, _: &AtomicU64) {
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    while !stop.load(Ordering::Relaxed) {
        thread::park_timeout(SCRAPE_EVERY);
        let Ok(mut stream) = TcpStream::connect(address) else {
            continue;
        };
        let mut text = Vec::new();
        let asked = stream.write_all(request.as_bytes());
        let _ = asked.and_then(|()| stream.read_to_end(&mut text));
    }
}

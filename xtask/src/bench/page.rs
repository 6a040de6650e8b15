//! The live page: what it costs a soak that somebody looks at it, and that its metrics are scraped.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{Bench, body, print_commands, write_suite};
use crate::{
    error::BenchError,
    measure::{bare, run_watched},
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

/// What the names of threads begin with that serve the page: its own, those of actix, and those that read
/// the ledger for it. A soak against an executor elsewhere has none of them without a page, or they do
/// nothing.
const SERVING: [&str; 3] = ["dashboard", "actix-", "tokio-rt-worker"];

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
    let mut ways: [Vec<Taken>; WAYS.len()] = Default::default();
    for round in 0..ROUNDS {
        // Each way is first once: the first after a pause finds another machine.
        for turn in 0..WAYS.len() {
            let way = (round + turn) % WAYS.len();
            let taken = soak(bench, folder.path(), &url, WAYS[way], round == 0)?;
            ways[way].push(taken);
        }
    }
    println!("{ATTEMPTS} attempts, {ROUNDS} rounds; median (min to max)");
    let mut table = Table::new(["", "CPU, s", "ratio", "of it serving", "KiB read"]);
    for (way, taken) in WAYS.iter().zip(&ways) {
        let name = match way {
            None => "no page".to_owned(),
            Some(0) => "metrics scraped each second, no page open".to_owned(),
            Some(pages) => format!("the same, and open pages: {pages}"),
        };
        let spread = |of: &dyn Fn(&Taken) -> f64| Spread::of(taken.iter().map(of));
        let pairs = taken.iter().zip(&ways[0]);
        let ratios = pairs.map(|(one, base)| one.cpu / base.cpu);
        table = table.row([
            name,
            Spread::cell(spread(&|it| it.cpu), |it| format!("{it:.2}")),
            Spread::cell(Spread::of(ratios), |it| Ratio(it).to_string()),
            Spread::cell(spread(&|it| it.serving / it.cpu), |it| {
                format!("{:.2} %", it * 100.0)
            }),
            Spread::cell(spread(&|it| it.read as f64 / 1024.0), |it| {
                format!("{it:.0}")
            }),
        ]);
    }
    print!("{table}");
    println!(
        "  asked: within 2 % with a page open and the metrics scraped. The ratios are as noisy as the"
    );
    println!(
        "  machine; the share of the serving threads is counted by the kernel within each soak."
    );
    Ok(())
}

/// What a soak took.
struct Taken {
    /// Seconds of processor time, of all threads.
    cpu: f64,
    /// Seconds of it that the threads took which serve the page.
    serving: f64,
    /// How many bytes of updates were read.
    read: u64,
}

fn soak(
    bench: &Bench,
    folder: &Path,
    url: &str,
    pages: Option<usize>,
    is_shown: bool,
) -> Result<Taken, BenchError> {
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
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    if pages.is_some() {
        command.arg("--dashboard").arg(address.to_string());
    }
    if is_shown {
        print_commands(&[&command]);
    }
    let clients = pages.map(|pages| Clients::start(address, pages));
    let threads = Arc::new(Mutex::new(BTreeMap::new()));
    let watched = Arc::clone(&threads);
    let usage = run_watched(&mut command, LIMIT, move |pid| watch_threads(pid, &watched))?;
    let serving = match threads.lock() {
        Ok(threads) => threads.values().fold(0.0, |sum, seconds| sum + seconds),
        Err(_) => 0.0,
    };
    Ok(Taken {
        cpu: usage.cpu.as_secs_f64(),
        serving,
        read: clients.map_or(0, Clients::stop),
    })
}

/// Notes how much processor time the serving threads of a process have taken by now, in seconds, by their
/// numbers.
fn watch_threads(pid: u32, threads: &Mutex<BTreeMap<String, f64>>) {
    let tasks = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten();
    for task in tasks.flatten() {
        let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let name = read("comm");
        if !SERVING.iter().any(|serving| name.starts_with(serving)) {
            continue;
        }
        let nanos = read("schedstat")
            .split(' ')
            .next()
            .and_then(|it| it.parse::<f64>().ok());
        if let (Some(nanos), Ok(mut threads)) = (nanos, threads.lock()) {
            threads.insert(task.file_name().to_string_lossy().into_owned(), nanos / 1e9);
        }
    }
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

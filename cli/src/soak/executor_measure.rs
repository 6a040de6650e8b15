//! What the executor's processes take, where they run on this machine: memory, processor time, descriptors,
//! threads, children.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use runner_core::self_sample::ExecutorSample;
use rustix::param::{clock_ticks_per_second, page_size};
use tokio::time::Instant;

/// Which process is the executor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WatchTarget {
    /// The one with this number.
    Pid(u32),
    /// The one whose number is in this file: after a restart it is another one.
    PidFile(PathBuf),
    /// This process, in which the embedded executor runs.
    Own,
}

impl FromStr for WatchTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(0) => Err("there is no process 0".into()),
            Ok(pid) => Ok(Self::Pid(pid)),
            Err(_) if text.is_empty() => Err("expected a process or a file with its number".into()),
            Err(_) => Ok(Self::PidFile(text.into())),
        }
    }
}

/// Why a process cannot be watched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WatchError {
    /// The file with its number cannot be read.
    #[error("cannot read the number of the executor's process from {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is no number in the file.
    #[error("there is no number of a process in {}", path.display())]
    NoNumber {
        /// The file.
        path: PathBuf,
    },
    /// There is no such process.
    #[error("there is no process {pid} to watch")]
    NoProcess {
        /// Its number.
        pid: u32,
    },
}

/// Measures a process and all that descend from it.
pub(crate) struct ExecutorMeasure {
    target: WatchTarget,
    latest: Instant,
    /// The process that was seen last, and how much processor time it had taken by then.
    seen: Option<Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    root: Process,
    cpu: Duration,
}

/// What tells a process from a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Process {
    pid: u32,
    started: u64,
}

impl ExecutorMeasure {
    /// Begins to measure. An executor that is not there yet may still come.
    pub(crate) fn start(target: WatchTarget) -> Self {
        let tree = target.pid().ok().and_then(Tree::of);
        Self {
            target,
            latest: Instant::now(),
            seen: tree.map(|tree| tree.seen()),
        }
    }

    /// What was taken since this was asked before; `None` if the process is not there.
    pub(crate) fn sample(&mut self) -> Option<ExecutorSample> {
        let now = Instant::now();
        let span = now - std::mem::replace(&mut self.latest, now);
        let tree = self.target.pid().ok().and_then(Tree::of);
        // Another process with the same number is somebody else's, unless a file names it.
        let is_fixed = !matches!(self.target, WatchTarget::PidFile(_));
        let tree =
            tree.filter(|tree| !is_fixed || self.seen.is_none_or(|seen| seen.root == tree.root))?;
        let before = self.seen.filter(|seen| seen.root == tree.root);
        self.seen = Some(tree.seen());
        Some(ExecutorSample {
            span,
            // One that is new began within the span.
            cpu: tree
                .cpu
                .saturating_sub(before.map_or(Duration::ZERO, |seen| seen.cpu)),
            memory_bytes: tree.memory_bytes,
            descriptors: tree.descriptors,
            threads: tree.threads,
            processes: tree.processes,
        })
    }
}

impl WatchTarget {
    /// Whether there is such a process now: somebody who names one wants to know.
    pub(super) fn check(&self) -> Result<(), WatchError> {
        let pid = self.pid()?;
        Tree::of(pid)
            .map(|_| ())
            .ok_or(WatchError::NoProcess { pid })
    }

    fn pid(&self) -> Result<u32, WatchError> {
        match self {
            Self::Pid(pid) => Ok(*pid),
            Self::Own => Ok(std::process::id()),
            Self::PidFile(path) => {
                let path = path.clone();
                match fs::read_to_string(&path) {
                    Ok(text) => text
                        .trim()
                        .parse()
                        .map_err(|_| WatchError::NoNumber { path }),
                    Err(source) => Err(WatchError::File { path, source }),
                }
            }
        }
    }
}

/// A process and its descendants, taken together.
#[derive(Debug)]
struct Tree {
    root: Process,
    cpu: Duration,
    memory_bytes: u64,
    descriptors: u64,
    threads: u64,
    processes: u64,
}

impl Tree {
    /// What `/proc` says of the process and its descendants; `None` if it is not there.
    fn of(root: u32) -> Option<Self> {
        let all = processes();
        let stat = all.get(&root)?;
        let mut tree = Self {
            root: Process {
                pid: root,
                started: stat.started,
            },
            cpu: Duration::ZERO,
            memory_bytes: 0,
            descriptors: 0,
            threads: 0,
            processes: 0,
        };
        let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
        for (&pid, stat) in &all {
            children.entry(stat.parent).or_default().push(pid);
        }
        let mut left = vec![root];
        while let Some(pid) = left.pop() {
            // Each is taken out with its first visit: numbers can be given anew while they are read.
            left.extend(children.remove(&pid).unwrap_or_default());
            if let Some(stat) = all.get(&pid) {
                tree.add(pid, stat);
            }
        }
        Some(tree)
    }

    fn add(&mut self, pid: u32, stat: &Stat) {
        self.cpu += stat.cpu;
        self.memory_bytes += stat.memory_bytes;
        self.threads += stat.threads;
        self.processes += 1;
        // Those of others cannot be counted; they are missing rather than wrong.
        let open = fs::read_dir(format!("/proc/{pid}/fd"));
        self.descriptors += open.map_or(0, |open| open.count() as u64);
    }

    fn seen(&self) -> Seen {
        Seen {
            root: self.root,
            cpu: self.cpu,
        }
    }
}

/// All processes that can be seen.
fn processes() -> HashMap<u32, Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = Stat::parse(&read(&entry.path().join("stat")))?;
            Some((pid, stat))
        })
        .collect()
}

fn read(path: &Path) -> String {
    // A process can have any bytes for a name.
    fs::read(path).map_or_else(
        |_| String::new(),
        |bytes| String::from_utf8_lossy(&bytes).into_owned(),
    )
}

/// What `/proc/PID/stat` says of a process, as proc_pid_stat(5) describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// Its own, and that of children which it has waited for. So nothing is lost when they end.
    cpu: Duration,
    threads: u64,
    /// In ticks since the machine began.
    started: u64,
    memory_bytes: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name stands in parentheses, and may have any in it. Behind it comes field 3.
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        let ticks: u64 = (14..=17).map(field).sum::<Option<u64>>()?;
        Some(Self {
            parent: u32::try_from(field(4)?).ok()?,
            cpu: Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64),
            threads: field(20)?,
            started: field(22)?,
            memory_bytes: field(24)?.checked_mul(page_size() as u64)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead as _, BufReader, Write as _},
        process::{Child, Command, Stdio},
    };

    use super::*;

    #[test]
    fn a_process_or_a_file_with_its_number_can_be_watched() {
        assert_eq!("12".parse(), Ok(WatchTarget::Pid(12)));
        let file = WatchTarget::PidFile("run/it.pid".into());
        assert_eq!("run/it.pid".parse(), Ok(file));
        assert!("0".parse::<WatchTarget>().is_err());
        assert!("".parse::<WatchTarget>().is_err());
    }

    #[test]
    fn fields_are_counted_from_behind_the_name_whatever_is_in_it() {
        let text =
            "7 (a) b (c) S 3 7 7 0 -1 4194304 9 0 0 0 100 50 25 25 20 0 5 0 999 1000 12 18\n";
        let stat = Stat::parse(text).expect("readable");
        assert_eq!((stat.parent, stat.threads, stat.started), (3, 5, 999));
        assert_eq!(stat.memory_bytes, 12 * page_size() as u64);
        let seconds = 200.0 / clock_ticks_per_second() as f64;
        assert_eq!(stat.cpu, Duration::from_secs_f64(seconds));
        assert_eq!(Stat::parse("7 (a) S 3"), None);
    }

    /// A shell with a child; both end when the shell's input does.
    fn shell() -> (Child, u32) {
        let mut shell = Command::new("sh")
            .args(["-c", "sleep 60 & echo ready; read line; kill $!; wait"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut line = String::new();
        BufReader::new(shell.stdout.take().expect("its output"))
            .read_line(&mut line)
            .expect("it is ready");
        let pid = shell.id();
        (shell, pid)
    }

    fn end(mut shell: Child) {
        let input = shell.stdin.take();
        drop(input.map(|mut input| input.write_all(b"\n")));
        shell.wait().expect("it ends");
    }

    #[tokio::test]
    async fn descendants_count_and_a_process_that_is_gone_is_not_there() {
        let (shell, pid) = shell();
        let mut measure = ExecutorMeasure::start(WatchTarget::Pid(pid));
        let sample = measure.sample().expect("a sample");
        assert_eq!((sample.processes, sample.threads), (2, 2));
        assert!(sample.memory_bytes > 0 && sample.descriptors > 0);
        end(shell);
        assert_eq!(measure.sample(), None);
        let error = WatchTarget::Pid(pid).check().expect_err("gone");
        assert_eq!(
            error.to_string(),
            format!("there is no process {pid} to watch")
        );
    }

    #[tokio::test]
    async fn a_file_leads_to_the_process_that_took_the_place_of_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("executor.pid");
        let target = WatchTarget::PidFile(file.clone());
        assert!(matches!(target.check(), Err(WatchError::File { .. })));
        fs::write(&file, "none\n").expect("written");
        assert!(matches!(target.check(), Err(WatchError::NoNumber { .. })));
        let (one, pid) = shell();
        fs::write(&file, format!("{pid}\n")).expect("written");
        assert!(target.check().is_ok());
        let mut measure = ExecutorMeasure::start(target);
        end(one);
        assert_eq!(measure.sample(), None);
        let (other, pid) = shell();
        fs::write(&file, format!("{pid}\n")).expect("written");
        assert_eq!(measure.sample().map(|it| it.processes), Some(2));
        end(other);
    }

    #[tokio::test]
    async fn processor_time_is_that_since_the_sample_before() {
        let mut measure = ExecutorMeasure::start(WatchTarget::Own);
        let first = measure.sample().expect("a sample");
        let second = measure.sample().expect("a sample");
        // Both spans together are no longer than this process lives, whose time was taken at the start.
        let seen = measure.seen.expect("seen").cpu;
        assert!(first.cpu + second.cpu <= seen);
        assert!(second.memory_bytes > 0);
    }
}

//! What a soak was asked for, as it stands in the ledger for whoever resumes it.

use std::{num::NonZeroU64, path::PathBuf, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use suite::ShardError;

use super::executor_measure::WatchTarget;
use crate::args::{FlakyAs, ReportFormat, ReportTarget, SelectionArgs, SoakArgs};
use crate::gate::AnyGate;
use crate::shard::ShardOf;

/// What a soak is to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Options {
    pub suite: PathBuf,
    pub duration: Option<Duration>,
    pub until: Option<Timestamp>,
    pub iterations: Option<NonZeroU64>,
    pub interval: Duration,
    /// The seed of the shuffled orders.
    pub shuffle: Option<u64>,
    pub selection: SelectionArgs,
    pub require_all: bool,
    pub flaky: FlakyAs,
    pub report: Vec<ReportTarget>,
    /// Which process is the executor's.
    pub watch: Option<WatchTarget>,
    /// What has to hold besides what the suite says.
    pub gates: Vec<AnyGate>,
    /// The number of the run that this one is to be no worse than.
    pub baseline: Option<u64>,
    /// Which shard of its suite it is.
    pub shard: Option<ShardOf>,
}

/// The same as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OptionsFile {
    suite: PathBuf,
    duration_ms: Option<u64>,
    /// As RFC 3339 writes it.
    until: Option<String>,
    iterations: Option<NonZeroU64>,
    interval_ms: u64,
    shuffle_seed: Option<u64>,
    only: Vec<String>,
    category: Vec<String>,
    tag: Vec<String>,
    exclude: Vec<String>,
    require_all: bool,
    #[serde(default)]
    flaky_fails: bool,
    report: Vec<ReportFile>,
    /// A file with the number of the executor's process. A number alone means another process by now.
    watch_pid_file: Option<PathBuf>,
    #[serde(default)]
    gates: Vec<String>,
    baseline: Option<u64>,
    /// Written as it is typed.
    #[serde(default)]
    shard: Option<String>,
    #[serde(default)]
    shard_group: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportFile {
    format: String,
    path: PathBuf,
}

impl Options {
    /// What `args` ask for, of the suite at `suite`. `new_seed` is taken where they name none.
    pub(super) fn of(args: &SoakArgs, suite: PathBuf, new_seed: u64) -> Self {
        let running = &args.running;
        Self {
            suite,
            duration: args.duration,
            until: args.until,
            iterations: args.iterations,
            interval: args.interval.unwrap_or_default(),
            shuffle: args.shuffle.then(|| args.seed.unwrap_or(new_seed)),
            selection: running.selection.clone(),
            require_all: running.require_all,
            flaky: running.flaky,
            report: running.report.clone(),
            watch: args.watch_pid.clone(),
            gates: args.running.gate.clone(),
            baseline: None,
            shard: None,
        }
    }

    /// The options as a ledger keeps them.
    pub(super) fn to_json(&self) -> String {
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let this = self.clone();
        let file = OptionsFile {
            suite: this.suite,
            duration_ms: this.duration.map(ms),
            until: this.until.map(|until| until.to_string()),
            iterations: this.iterations,
            interval_ms: ms(this.interval),
            shuffle_seed: this.shuffle,
            only: this.selection.only,
            category: this.selection.category,
            tag: this.selection.tag,
            exclude: this.selection.exclude,
            require_all: this.require_all,
            flaky_fails: this.flaky == FlakyAs::Fail,
            report: this.report.into_iter().map(ReportFile::from).collect(),
            watch_pid_file: match this.watch {
                Some(WatchTarget::PidFile(path)) => Some(path),
                _ => None,
            },
            gates: this.gates.iter().map(ToString::to_string).collect(),
            baseline: this.baseline,
            shard: this.shard.as_ref().map(|of| of.shard.to_string()),
            shard_group: this.shard.map(|of| of.group).unwrap_or_default(),
        };
        serde_json::json!(file).to_string()
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    pub(crate) fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let file: OptionsFile = serde_json::from_str(text)?;
        let reports = file.report.into_iter();
        let group = file.shard_group;
        let shard: Result<Option<ShardOf>, ShardError> = file
            .shard
            .map(|shard| shard.parse().map(|shard| ShardOf { shard, group }))
            .transpose();
        let gates: Result<Vec<AnyGate>, _> = file.gates.iter().map(|gate| gate.parse()).collect();
        let until: Result<Option<Timestamp>, jiff::Error> =
            file.until.map(|until| until.parse()).transpose();
        Ok(Self {
            suite: file.suite,
            duration: file.duration_ms.map(Duration::from_millis),
            until: until.map_err(<serde_json::Error as serde::de::Error>::custom)?,
            iterations: file.iterations,
            interval: Duration::from_millis(file.interval_ms),
            shuffle: file.shuffle_seed,
            selection: SelectionArgs {
                only: file.only,
                category: file.category,
                tag: file.tag,
                exclude: file.exclude,
            },
            require_all: file.require_all,
            flaky: match file.flaky_fails {
                true => FlakyAs::Fail,
                false => FlakyAs::Pass,
            },
            report: reports
                .map(ReportTarget::try_from)
                .collect::<Result<_, _>>()
                .map_err(<serde_json::Error as serde::de::Error>::custom)?,
            watch: file.watch_pid_file.map(WatchTarget::PidFile),
            gates: gates.map_err(<serde_json::Error as serde::de::Error>::custom)?,
            baseline: file.baseline,
            shard: shard.map_err(<serde_json::Error as serde::de::Error>::custom)?,
        })
    }

    /// What `asked` asks for differently, as it is typed: a soak that goes on does not take it.
    pub(super) fn differences(&self, asked: &SoakArgs) -> Vec<&'static str> {
        let running = &asked.running;
        let seed = asked.seed.filter(|_| asked.shuffle);
        let differs = [
            (
                "--duration",
                asked.duration.is_some() && asked.duration != self.duration,
            ),
            (
                "--until",
                asked.until.is_some() && asked.until != self.until,
            ),
            (
                "--iterations",
                asked.iterations.is_some() && asked.iterations != self.iterations,
            ),
            (
                "--interval",
                asked.interval.is_some_and(|it| it != self.interval),
            ),
            ("--shuffle", asked.shuffle && self.shuffle.is_none()),
            ("--seed", seed.is_some() && seed != self.shuffle),
            (
                "--gate",
                !running.gate.is_empty() && running.gate != self.gates,
            ),
            (
                "--flaky",
                running.flaky == FlakyAs::Fail && self.flaky == FlakyAs::Pass,
            ),
            ("--require-all", running.require_all && !self.require_all),
            (
                "--only, --category, --tag or --exclude",
                running.selection != SelectionArgs::default()
                    && running.selection != self.selection,
            ),
        ];
        let names = differs.into_iter().filter(|(_, differs)| *differs);
        names.map(|(name, _)| name).collect()
    }

    /// How long a soak may go on that has gone on for `elapsed` by `now`; `None` if only iterations, or
    /// nothing, end it.
    pub(super) fn time_left(&self, elapsed: Duration, now: Timestamp) -> Option<Duration> {
        let by_duration = self.duration.map(|total| total.saturating_sub(elapsed));
        let by_clock = self
            .until
            .map(|until| Duration::try_from(until.duration_since(now)).unwrap_or_default());
        match (by_duration, by_clock) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }
}

impl From<ReportTarget> for ReportFile {
    fn from(target: ReportTarget) -> Self {
        Self {
            format: target.format.as_str().into(),
            path: target.path,
        }
    }
}

impl TryFrom<ReportFile> for ReportTarget {
    type Error = String;

    fn try_from(file: ReportFile) -> Result<Self, String> {
        let format = ReportFormat::from_name(&file.format)?;
        let path = file.path;
        Ok(Self { format, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_back_as_they_were_written() {
        let options = Options {
            suite: "suite.json".into(),
            duration: Some(Duration::from_millis(1500)),
            until: Some("2026-12-01T00:00Z".parse().expect("a time")),
            iterations: NonZeroU64::new(7),
            interval: Duration::from_secs(30),
            shuffle: Some(u64::MAX),
            selection: SelectionArgs {
                only: vec!["a".into()],
                category: vec!["b".into()],
                tag: vec!["c".into()],
                exclude: vec!["d".into()],
            },
            require_all: true,
            flaky: FlakyAs::Fail,
            report: vec![
                "md=here.md".parse().expect("a target"),
                "html=there.html".parse().expect("a target"),
            ],
            watch: Some(WatchTarget::PidFile("executor.pid".into())),
            gates: ["drift.executor_rss < 5MiB/h", "p95.duration < 2s"]
                .map(|gate| gate.parse().expect("a gate"))
                .into(),
            baseline: Some(3),
            shard: Some(ShardOf {
                shard: "2/4".parse().expect("a shard"),
                group: "tonight".into(),
            }),
        };
        let read = Options::from_json(&options.to_json()).expect("readable");
        assert_eq!(read, options);
        assert!(Options::from_json(r#"{"suite": "a"}"#).is_err());
    }

    #[test]
    fn what_ends_first_decides_how_much_time_is_left() {
        let until: Timestamp = "2026-12-01T00:00Z".parse().expect("a time");
        let mut options = Options::from_json(
            r#"{"suite":"a","interval_ms":0,"only":[],"category":[],"tag":[],"exclude":[],
                "require_all":false,"report":[]}"#,
        )
        .expect("readable");
        let (elapsed, now) = (Duration::from_secs(40), until - Duration::from_secs(15));
        assert_eq!(options.time_left(elapsed, now), None);
        options.duration = Some(Duration::from_secs(60));
        assert_eq!(
            options.time_left(elapsed, now),
            Some(Duration::from_secs(20))
        );
        options.until = Some(until);
        assert_eq!(
            options.time_left(elapsed, now),
            Some(Duration::from_secs(15))
        );
        let late = until + Duration::from_secs(1);
        assert_eq!(options.time_left(elapsed, late), Some(Duration::ZERO));
    }
}

//! Feeds metrics with events, and reads their text as the format's description says.

use std::{collections::BTreeMap, time::Duration};

use executor_protocol::{FindingCode, Findings, StreamStats};
use jiff::Zoned;
use run_metrics::RunMetrics;
use runner_core::{
    agent::{AgentReport, AgentResult, TokenUsage},
    events::RunEvent,
    outcome::{Failure, Outcome},
    results::{AttemptReport, Counts, Place, RunInfo, RunProblem, RunResults},
    self_sample::{ExecutorSample, Samples, SelfSample},
    tries::{Tried, Tries},
};
use suite::{Case, Usd};
use tokio::time::Instant;

pub(crate) fn case(id: &str) -> Case {
    Case::new(id, "true")
}

pub(crate) fn report(outcome: Outcome, millis: u64) -> AttemptReport {
    AttemptReport {
        elapsed: Duration::from_millis(millis),
        stats: StreamStats {
            first_output: Some(Duration::from_millis(millis / 2)),
            longest_gap: Duration::from_millis(millis / 4),
            bytes: 100,
            events: 3,
            ..StreamStats::default()
        },
        ..AttemptReport::bare("x".into(), Duration::ZERO, outcome)
    }
}

pub(crate) fn failed() -> Outcome {
    Outcome::Failed(vec![Failure::ExitCode {
        expected: 0,
        actual: 1,
    }])
}

pub(crate) fn run_info(text: &str) -> RunInfo {
    RunInfo {
        marker: format!("RUN_{text}"),
        started_at: Zoned::now(),
        suite_path: format!("{text}.json"),
        suite_stem: text.into(),
        suite_description: String::new(),
        version: "1.2.3".into(),
        executor: format!("http://{text}:1"),
        environment: Vec::new(),
    }
}

/// Feeds one attempt, from its beginning to its end.
pub(crate) fn attempt(
    metrics: &RunMetrics,
    id: &str,
    iteration: u64,
    report: &AttemptReport,
    now: Instant,
) {
    let case = &case(id);
    let place = Place {
        number: 1,
        iteration,
        index: 0,
        try_number: 1,
    };
    metrics.on_event(&RunEvent::AttemptStarted { place, case }, now);
    let finished = RunEvent::AttemptFinished {
        place,
        case,
        report,
        end: Some(Tries::judge(case, [Tried::from(report)])),
    };
    metrics.on_event(&finished, now);
}

pub(crate) fn start(metrics: &RunMetrics, text: &str, now: Instant) {
    let run = &run_info(text);
    metrics.on_event(&RunEvent::RunStarted { run, total: 3 }, now);
}

/// Feeds everything that there is to feed, so that every metric has a value.
pub(crate) fn feed_everything(metrics: &RunMetrics, id: &str, now: Instant) {
    start(metrics, id, now);
    let mut report = report(failed(), 1500);
    let mut findings = Findings::default();
    findings.record(FindingCode::NotJson, 0, String::new);
    findings.record(FindingCode::NotJson, 9, String::new);
    report.findings = findings;
    report.agent = Some(AgentReport {
        result: Some(AgentResult {
            cost: Usd::new(0.25),
            tokens: Some(TokenUsage {
                input: 1,
                output: 2,
                cache_creation: 3,
                cache_read: 4,
            }),
            ..AgentResult::default()
        }),
        ..AgentReport::default()
    });
    attempt(metrics, id, 1, &report, now);
    let samples = &samples();
    metrics.on_event(&RunEvent::Sampled { samples }, now);
    let results = &RunResults {
        run: run_info(id),
        health: None,
        cases: Vec::new(),
        gates: Vec::new(),
        elapsed: Duration::ZERO,
        problems: vec![RunProblem::CaseFailed],
        bundles: BTreeMap::new(),
    };
    let counts = &Counts::default();
    metrics.on_event(&RunEvent::RunFinished { results, counts }, now);
}

pub(crate) fn samples() -> Samples {
    Samples {
        runner: SelfSample {
            span: Duration::from_secs(10),
            lag_max: Duration::from_millis(20),
            late: Duration::from_millis(1),
            cpu: Duration::from_millis(500),
            memory_bytes: 1_000_000,
            descriptors: 20,
            lost_log_lines: 2,
            commits: 7,
            commit_time: Duration::from_millis(250),
            commit_max: Duration::from_millis(125),
        },
        executor: Some(ExecutorSample {
            span: Duration::from_secs(10),
            cpu: Duration::from_secs(2),
            memory_bytes: 5_000_000,
            descriptors: 30,
            threads: 4,
            processes: 2,
        }),
    }
}

/// The values of an exposition by their whole names, such as `name{label="value"}`.
pub(crate) type Values = BTreeMap<String, f64>;

/// Reads `text`, and accepts only what the description of the format has.
///
/// Names of samples are written as they stand there. Panics on whatever is not well-formed, on a sample
/// that comes twice, and on one that does not stand below its family's `# TYPE`.
pub(crate) fn read(text: &str) -> Values {
    assert!(text.ends_with('\n'), "the last line ends");
    let mut values = Values::new();
    let (mut family, mut kind) = (String::new(), String::new());
    for line in text.split_terminator('\n') {
        assert!(!line.contains('\r'), "{line:?}");
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, words) = help.split_once(' ').expect("words");
            assert!(!words.is_empty(), "{line:?}");
            family = name.to_owned();
        } else if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, declared) = declared.split_once(' ').expect("a type");
            assert_eq!(name, family);
            kind = declared.to_owned();
        } else {
            let (name, value) = sample(line);
            let base = name.split('{').next().unwrap_or_default();
            let suffix = base.strip_prefix(&*family);
            let suffix = suffix.unwrap_or_else(|| panic!("{line:?} below {family}"));
            match &*kind {
                "counter" | "gauge" => assert_eq!(suffix, "", "{line:?}"),
                "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{line:?}"),
                other => panic!("{other:?} is no type of ours"),
            }
            let former = values.insert(name.to_owned(), value);
            assert_eq!(former, None, "{name:?} comes twice");
        }
    }
    values
}

/// A line as name with labels, and value.
fn sample(line: &str) -> (&str, f64) {
    let end_of_name = line.find(['{', ' ']).expect("an end of the name");
    assert!(is_name(&line[..end_of_name]), "{line:?}");
    let mut rest = &line[end_of_name..];
    if let Some(labels) = rest.strip_prefix('{') {
        rest = labels;
        loop {
            let (name, value) = rest.split_once("=\"").expect("a label");
            assert!(is_name(name), "{line:?}");
            rest = &value[end_of_value(value)..];
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').expect("an end of the labels");
    }
    let value = rest.strip_prefix(' ').expect("a value");
    let name = &line[..line.len() - rest.len()];
    (name, value.parse().expect("a number, and no timestamp"))
}

/// Where a value of a label ends, its quote included.
fn end_of_value(text: &str) -> usize {
    let mut chars = text.char_indices();
    while let Some((index, c)) = chars.next() {
        match c {
            '"' => return index + 1,
            '\\' => {
                let escaped = chars.next().map(|(_, c)| c);
                assert!(matches!(escaped, Some('\\' | '"' | 'n')), "{text:?}");
            }
            _ => {}
        }
    }
    panic!("a value without an end: {text:?}");
}

fn is_name(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

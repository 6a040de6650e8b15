//! What it costs to look for many patterns in a long output, against looking for one text.
//!
//! Events go to a judge as a transport hands them over: many to a chunk, and a pause behind each chunk.

use std::{
    hint::black_box,
    num::NonZeroU32,
    time::{Duration, Instant},
};

use executor_protocol::{ExitStatus, Findings, OutputJoin, StreamEvent, StreamStats};
use runner_core::attempt::{Judge, Prepared, StreamEnd};
use suite::{Case, Expectations, MatchOn, OutputFormat, Pattern, Retries};

/// Lines of 166 bytes: 40 MB in all. Short turns find a busy machine idle more often than long ones.
const LINES: usize = 240_000;

/// So many lines come in a chunk of 64 KiB.
const LINES_PER_CHUNK: usize = 390;

/// So many short attempts are measured together.
const SHORT_ATTEMPTS: u32 = 10_000;

/// Sides take turns this often; the shortest time of each counts.
const ROUNDS: usize = 25;

/// A case that expects none of `patterns`: what is missed would be explained, at a cost of its own.
fn case(patterns: Vec<Pattern>) -> Case {
    Case {
        id: "bench".into(),
        name: "Bench".into(),
        description: String::new(),
        category: None,
        tags: Vec::new(),
        command: "true".into(),
        timeout: Duration::from_secs(600),
        stall_timeout: None,
        expected_exit_code: 0,
        expectations: Expectations {
            forbidden: patterns,
            ..Expectations::default()
        },
        retries: Retries::default(),
        repeat: None,
        weight: NonZeroU32::MIN,
        output_format: OutputFormat::Text,
        match_on: MatchOn::Output,
        requires: Vec::new(),
    }
}

/// Lines that are no two the same, of words that the patterns begin with as well.
fn lines() -> Vec<String> {
    let words = [
        "compiling",
        "error",
        "warning",
        "test",
        "passed",
        "failed",
        "the",
        "request",
        "took",
        "connection",
        "closed",
        "retry",
        "after",
        "timeout",
        "worker",
        "finished",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    let line = |_| {
        let mut line = String::new();
        while line.len() < 160 {
            line.push_str(words[next() % words.len()]);
            line.push(' ');
            if next() % 4 == 0 {
                line.push_str(&format!("{} ", next() % 10_000));
            }
        }
        line.truncate(165);
        line
    };
    (0..LINES_PER_CHUNK * 8).map(line).collect()
}

fn texts(count: usize) -> Vec<Pattern> {
    let text = |number| Pattern::literal(format!("Absent text number {number}"));
    (0..count).map(text).collect()
}

/// Texts that have little in common, of syllables that are in the lines, too.
fn different(count: usize) -> Vec<Pattern> {
    let syllables = [
        "con", "ter", "qui", "mes", "pla", "dor", "vex", "nim", "sto", "bra", "ing", "ure",
    ];
    let text = |number: usize| {
        let parts = [number, number / 12 + 5, number * 7 + 3, number / 3].map(|it| it % 12);
        let [a, b, c, d] = parts.map(|it| syllables[it]);
        Pattern::literal(format!("{a}{b} {c}{d}"))
    };
    (0..count).map(text).collect()
}

/// Half of them texts and words, half expressions of the kinds that people write.
fn mixed(count: usize) -> Vec<Pattern> {
    let pattern = |number: usize| match number % 6 {
        0 | 2 => Pattern::literal(format!("error: absent {number}")),
        4 => Pattern::Word {
            text: format!("absent{number}"),
            case_sensitive: false,
        },
        1 => Pattern::Regex {
            source: format!(r"(?i)absent{number}: \d+ (passed|failed)"),
        },
        3 => Pattern::Regex {
            source: format!(r"\bpanicked at [\w/]+\.rs:{number}:\d+"),
        },
        _ => Pattern::Regex {
            source: format!(r"\d+ tests, {number} never seen"),
        },
    };
    (0..count).map(pattern).collect()
}

/// Of the very words that are printed, but in a company in which they never are; some short.
fn familiar(count: usize) -> Vec<Pattern> {
    let pattern = |number: usize| match number % 5 {
        0 => Pattern::literal(format!("request failed after retry #{number}")),
        1 => Pattern::literal(format!("connection {number}: closed by worker")),
        2 => Pattern::Word {
            text: format!("timeout={number}s"),
            case_sensitive: true,
        },
        3 => Pattern::Regex {
            source: format!(r"(error|warning)\[E\d+\]: test {number}\b"),
        },
        _ => Pattern::Regex {
            source: format!(r#""worker":\s*"{number}","took":\s*\d+"#),
        },
    };
    (0..count).map(pattern).collect()
}

/// The same, behind texts that are found at once and often.
fn found(count: usize) -> Vec<Pattern> {
    let words = ["error", "warning", "request", "connection", "compiling"];
    let found = words.map(Pattern::literal).into_iter();
    found.chain(familiar(count - words.len())).collect()
}

/// Expressions that ignore case, with their text behind what can be anything.
fn inner(count: usize) -> Vec<Pattern> {
    let pattern = |number| Pattern::Regex {
        source: format!(r"(?i)\d+ connections refused by {number}: \w+"),
    };
    (0..count).map(pattern).collect()
}

/// Expressions that no text tells apart from what they do not match.
fn bare(count: usize) -> Vec<Pattern> {
    let pattern = |number| Pattern::Regex {
        source: format!(r"\d{{{}}}x[a-f]+", 5 + number),
    };
    (0..count).map(pattern).collect()
}

fn time(patterns: &[Pattern], lines: &[String]) -> Duration {
    let case = case(patterns.to_vec());
    let prepared = Prepared::of(&case);
    let began = Instant::now();
    let mut judge = Judge::prepared(&case, &prepared, OutputJoin::Lines, 64 * 1024);
    for chunk in 0..LINES / LINES_PER_CHUNK {
        let from = (chunk % 8) * LINES_PER_CHUNK;
        for line in &lines[from..from + LINES_PER_CHUNK] {
            let event = StreamEvent::Output {
                data: line,
                channel: None,
            };
            judge.on_event(event, &|| None);
        }
        judge.on_pause();
    }
    let exit = ExitStatus::Code(0);
    judge.on_event(StreamEvent::Complete { exit }, &|| None);
    let (findings, stats) = (Findings::default(), StreamStats::default());
    black_box(judge.finish(&case, StreamEnd::Clean, &findings, &stats));
    began.elapsed()
}

/// What it costs to make a judge and to let it judge a short output for three texts.
fn time_short(prepared: Option<&Prepared>, case: &Case) -> Duration {
    let output = "the worker took 17 ms and has finished; ".repeat(5);
    let began = Instant::now();
    for _ in 0..SHORT_ATTEMPTS {
        let mut judge = match prepared {
            Some(prepared) => Judge::prepared(case, prepared, OutputJoin::Lines, 64 * 1024),
            None => Judge::new(case, OutputJoin::Lines, 64 * 1024),
        };
        let event = StreamEvent::Output {
            data: &output,
            channel: None,
        };
        judge.on_event(event, &|| None);
        judge.on_pause();
        let exit = ExitStatus::Code(0);
        judge.on_event(StreamEvent::Complete { exit }, &|| None);
        let (findings, stats) = (Findings::default(), StreamStats::default());
        black_box(judge.finish(case, StreamEnd::Clean, &findings, &stats));
    }
    began.elapsed() / SHORT_ATTEMPTS
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn short() {
    let case = case(
        ["the worker", "MS AND", "finished"]
            .map(Pattern::literal)
            .into(),
    );
    let prepared = Prepared::of(&case);
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        best[0] = time_short(None, &case).min(best[0]);
        best[1] = time_short(Some(&prepared), &case).min(best[1]);
    }
    println!("one attempt with 200 bytes of output and three texts:");
    println!(
        "prepared each time                       {:>12.3?}",
        best[0]
    );
    println!(
        "prepared once                            {:>12.3?}",
        best[1]
    );
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    short();
    let lines = lines();
    let sides = [
        ("one text", texts(1)),
        ("nothing", Vec::new()),
        ("100 texts", texts(100)),
        ("100 texts with little in common", different(100)),
        ("100 texts, words and expressions", mixed(100)),
        ("100 of the words that are printed", familiar(100)),
        ("100, some of them found", found(100)),
        ("10 expressions with a text inside", inner(10)),
        ("1 expression without a text in it", bare(1)),
        ("10 expressions without a text in them", bare(10)),
    ];
    let mut best = [Duration::MAX; 10];
    for _ in 0..ROUNDS {
        for ((_, patterns), best) in sides.iter().zip(&mut best) {
            *best = time(patterns, &lines).min(*best);
        }
    }
    println!("the judge's part of {LINES} lines, 40 MB:");
    for ((name, _), took) in sides.iter().zip(best) {
        let ratio = took.as_secs_f64() / best[0].as_secs_f64();
        println!("{name:40} {took:>12.3?}  ratio {ratio:.2}");
    }
}

//! Faults as they are written: `cut-line:p=0.5,count=3,seed=7,match=claude,after=2`.

use std::{num::NonZeroU64, str::FromStr, time::Duration};

use crate::framing::ExitCode;

/// A fault that an executor commits on purpose.
///
/// It is written as `KIND`, `KIND=VALUE`, and either with `:KEY=VALUE,…` behind it:
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `p` | the probability with which it strikes an execution that it could strike | 1 |
/// | `count` | how often it strikes in all | any number of times |
/// | `seed` | what the probability is drawn from; the same seed draws the same | 0 |
/// | `match` | only executions whose command contains this text | every execution |
/// | `after` | how many events pass before it strikes, where a stream is under way | 0 |
/// | `retry-after` | for `status`: the seconds of the header `Retry-After` | no header |
///
/// | kind | what happens |
/// | --- | --- |
/// | `refuse` | the connection is closed before the answer |
/// | `html` | status 200 and a login page |
/// | `status=CODE` | this status (400 to 599) instead of an answer |
/// | `hang` | nothing is said any more: not even an answer, or nothing after `after` events |
/// | `reset` | the connection is reset in the stream |
/// | `fin-in-chunk` | the connection is closed inside a chunk or a WebSocket frame |
/// | `cut-line` | the stream ends properly, but inside an event |
/// | `cut-utf8` | an output event holds half a character |
/// | `delay=DURATION` | an event comes so much later |
/// | `drip[=DURATION]` | one byte at a time, so far apart (10 ms) |
/// | `heartbeats-only` | nothing but signs of life follows |
/// | `error-event` | an error event in the stream; `process.error` at the end of a WebSocket's |
/// | `endless-line` | an output line that never ends |
/// | `flood` | output without end |
/// | `drop-terminal` | the terminal event never comes |
/// | `duplicate-terminal` | it comes twice |
/// | `event-after-terminal` | output follows it |
/// | `exit-code-string`, `exit-code-null`, `exit-code-missing` | its exit code is none |
/// | `timeout-masked` | a stream timeout is printed and the exit code is 0 |
/// | `ws-close=CODE` | the WebSocket is closed with this code |
///
/// Of several faults that would strike an execution, the one named first does. Handshakes of WebSockets
/// are what `refuse`, `html` and `status` strike there; no command is known then, so that those with a
/// `match` pass them over. `ws-close` passes over everything but WebSockets.
///
/// ```
/// use embedded_executor::Fault;
///
/// let fault: Fault = "status=503:retry-after=2,count=1".parse().unwrap();
/// assert_eq!(fault.kind(), "status");
/// let error = "cut-line:p=2".parse::<Fault>().unwrap_err();
/// assert_eq!(error.to_string(), "p is a probability between 0 and 1, not \"2\" (at character 12)");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub(super) kind: FaultKind,
    pub(super) probability: f64,
    pub(super) count: Option<NonZeroU64>,
    pub(super) seed: u64,
    pub(super) pattern: Option<String>,
    pub(super) after: u64,
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Refuse,
    Html,
    Status { code: u16, retry_after: Option<u64> },
    Hang,
    Reset,
    FinInChunk,
    CutLine,
    CutUtf8,
    Delay(Duration),
    Drip(Duration),
    HeartbeatsOnly,
    ErrorEvent,
    EndlessLine,
    Flood,
    DropTerminal,
    DuplicateTerminal,
    EventAfterTerminal,
    ExitCode(ExitCode),
    TimeoutMasked,
    WsClose(u16),
}

/// Why a text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at character {})", .offset + 1)]
pub struct FaultError {
    problem: String,
    /// In characters, from the beginning of the text.
    offset: usize,
}

impl FaultError {
    /// Where in the text the problem is, in characters from its beginning.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }
}

/// Every kind by its name, in the order of the documentation.
const KINDS: [&str; 22] = [
    "refuse",
    "html",
    "status",
    "hang",
    "reset",
    "fin-in-chunk",
    "cut-line",
    "cut-utf8",
    "delay",
    "drip",
    "heartbeats-only",
    "error-event",
    "endless-line",
    "flood",
    "drop-terminal",
    "duplicate-terminal",
    "event-after-terminal",
    "exit-code-string",
    "exit-code-null",
    "exit-code-missing",
    "timeout-masked",
    "ws-close",
];

/// How far apart the bytes of a drip are, unless it says so.
const DEFAULT_DRIP: Duration = Duration::from_millis(10);

impl Fault {
    /// The name of its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.kind {
            FaultKind::Refuse => "refuse",
            FaultKind::Html => "html",
            FaultKind::Status { .. } => "status",
            FaultKind::Hang => "hang",
            FaultKind::Reset => "reset",
            FaultKind::FinInChunk => "fin-in-chunk",
            FaultKind::CutLine => "cut-line",
            FaultKind::CutUtf8 => "cut-utf8",
            FaultKind::Delay(_) => "delay",
            FaultKind::Drip(_) => "drip",
            FaultKind::HeartbeatsOnly => "heartbeats-only",
            FaultKind::ErrorEvent => "error-event",
            FaultKind::EndlessLine => "endless-line",
            FaultKind::Flood => "flood",
            FaultKind::DropTerminal => "drop-terminal",
            FaultKind::DuplicateTerminal => "duplicate-terminal",
            FaultKind::EventAfterTerminal => "event-after-terminal",
            FaultKind::ExitCode(ExitCode::Text(_) | ExitCode::Number(_)) => "exit-code-string",
            FaultKind::ExitCode(ExitCode::Null) => "exit-code-null",
            FaultKind::ExitCode(ExitCode::Missing) => "exit-code-missing",
            FaultKind::TimeoutMasked => "timeout-masked",
            FaultKind::WsClose(_) => "ws-close",
        }
    }

    pub(crate) fn what(&self) -> FaultKind {
        self.kind
    }

    /// Every kind there is, by name.
    #[must_use]
    pub fn kinds() -> &'static [&'static str] {
        &KINDS
    }
}

/// A part of the text, with its place.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Word<'a> {
    /// The parts around the first `separator`.
    fn split_once(self, separator: char) -> (Self, Option<Self>) {
        match self.text.split_once(separator) {
            None => (self, None),
            Some((text, rest)) => {
                let offset = self.offset + text.chars().count() + 1;
                let first = Self { text, ..self };
                (first, Some(Self { text: rest, offset }))
            }
        }
    }

    fn error(self, problem: impl Into<String>) -> FaultError {
        FaultError {
            problem: problem.into(),
            offset: self.offset,
        }
    }

    fn number<T: FromStr>(self, name: &str) -> Result<T, FaultError> {
        let refused = |_| self.error(format!("{name} is a whole number, not {:?}", self.text));
        self.text.parse().map_err(refused)
    }

    /// A duration such as `250ms`, `1.5s` or `2m`; a bare number is seconds.
    fn duration(self) -> Result<Duration, FaultError> {
        let digits = self
            .text
            .trim_end_matches(|it: char| it.is_ascii_alphabetic());
        let unit = match &self.text[digits.len()..] {
            "ms" => 0.001,
            "" | "s" => 1.0,
            "m" => 60.0,
            _ => -1.0,
        };
        let seconds = digits.parse::<f64>().ok().map(|number| number * unit);
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .ok_or_else(|| {
                self.error(format!(
                    "{:?} is no duration such as 250ms, 5s or 2m",
                    self.text
                ))
            })
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (what, keys) = Word { text, offset: 0 }.split_once(':');
        let mut fault = Self {
            kind: kind(what)?,
            probability: 1.0,
            count: None,
            seed: 0,
            pattern: None,
            after: 0,
        };
        let mut rest = keys;
        while let Some(keys) = rest {
            let (pair, others) = keys.split_once(',');
            fault.set(pair)?;
            rest = others;
        }
        Ok(fault)
    }
}

fn kind(what: Word<'_>) -> Result<FaultKind, FaultError> {
    let (name, value) = what.split_once('=');
    let code = |range: std::ops::Range<u16>| {
        let value =
            value.ok_or_else(|| name.error(format!("{}=CODE is missing its code", name.text)))?;
        let code = value.number("the code")?;
        let out_of_range = || {
            let (low, high) = (range.start, range.end - 1);
            value.error(format!("the code is one of {low} to {high}, not {code}"))
        };
        range
            .contains(&code)
            .then_some(code)
            .ok_or_else(out_of_range)
    };
    let kind = match name.text {
        "status" => {
            return Ok(FaultKind::Status {
                code: code(400..600)?,
                retry_after: None,
            });
        }
        "ws-close" => return code(1000..5000).map(FaultKind::WsClose),
        "delay" => {
            let value =
                value.ok_or_else(|| name.error("delay=DURATION is missing its duration"))?;
            return value.duration().map(FaultKind::Delay);
        }
        "drip" => {
            let pause = value.map_or(Ok(DEFAULT_DRIP), Word::duration)?;
            return Ok(FaultKind::Drip(pause));
        }
        "refuse" => FaultKind::Refuse,
        "html" => FaultKind::Html,
        "hang" => FaultKind::Hang,
        "reset" => FaultKind::Reset,
        "fin-in-chunk" => FaultKind::FinInChunk,
        "cut-line" => FaultKind::CutLine,
        "cut-utf8" => FaultKind::CutUtf8,
        "heartbeats-only" => FaultKind::HeartbeatsOnly,
        "error-event" => FaultKind::ErrorEvent,
        "endless-line" => FaultKind::EndlessLine,
        "flood" => FaultKind::Flood,
        "drop-terminal" => FaultKind::DropTerminal,
        "duplicate-terminal" => FaultKind::DuplicateTerminal,
        "event-after-terminal" => FaultKind::EventAfterTerminal,
        "exit-code-string" => FaultKind::ExitCode(ExitCode::Text(0)),
        "exit-code-null" => FaultKind::ExitCode(ExitCode::Null),
        "exit-code-missing" => FaultKind::ExitCode(ExitCode::Missing),
        "timeout-masked" => FaultKind::TimeoutMasked,
        unknown => {
            let known = KINDS.join(", ");
            return Err(name.error(format!(
                "no fault is called {unknown:?} (there are: {known})"
            )));
        }
    };
    match value {
        Some(value) => Err(value.error(format!("{} takes no value", name.text))),
        None => Ok(kind),
    }
}

impl Fault {
    fn set(&mut self, pair: Word<'_>) -> Result<(), FaultError> {
        let (key, value) = pair.split_once('=');
        let value =
            value.ok_or_else(|| key.error(format!("expected KEY=VALUE, not {:?}", key.text)))?;
        match key.text {
            "p" => {
                let number = value
                    .text
                    .parse()
                    .ok()
                    .filter(|it| (0.0..=1.0).contains(it));
                let wrong = || format!("p is a probability between 0 and 1, not {:?}", value.text);
                self.probability = number.ok_or_else(|| value.error(wrong()))?;
            }
            "count" => self.count = Some(value.number("count, which is at least 1,")?),
            "seed" => self.seed = value.number("seed")?,
            "after" if self.kind.strikes_in_stream() => self.after = value.number("after")?,
            "after" => {
                return Err(key.error(format!("{} does not strike after events", self.kind())));
            }
            "match" if value.text.is_empty() => return Err(value.error("match needs a text")),
            "match" => self.pattern = Some(value.text.to_owned()),
            "retry-after" => match &mut self.kind {
                FaultKind::Status { retry_after, .. } => {
                    *retry_after = Some(value.number("retry-after")?);
                }
                _ => return Err(key.error("retry-after is for status only")),
            },
            unknown => {
                let known = "p, count, seed, match, after, retry-after";
                return Err(key.error(format!("no key is called {unknown:?} (there are: {known})")));
            }
        }
        Ok(())
    }
}

impl FaultKind {
    /// Whether it strikes at an event of a stream that is under way.
    fn strikes_in_stream(self) -> bool {
        !self.precedes_answer()
            && !matches!(
                self,
                Self::DropTerminal
                    | Self::DuplicateTerminal
                    | Self::EventAfterTerminal
                    | Self::ExitCode(_)
                    | Self::TimeoutMasked
            )
    }

    /// Whether it takes the place of an answer.
    pub(super) fn precedes_answer(self) -> bool {
        matches!(self, Self::Refuse | Self::Html | Self::Status { .. })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn error(text: &str) -> (String, usize) {
        let error = text.parse::<Fault>().unwrap_err();
        (error.problem.clone(), error.offset)
    }

    /// A text of this kind that says no more than it must.
    fn shortest(kind: &str) -> String {
        match kind {
            "status" => "status=500".into(),
            "ws-close" => "ws-close=1011".into(),
            "delay" => "delay=1s".into(),
            other => other.into(),
        }
    }

    #[test]
    fn every_kind_is_known_by_its_name() {
        for kind in KINDS {
            assert_eq!(shortest(kind).parse::<Fault>().unwrap().kind(), kind);
        }
    }

    #[test]
    fn everything_that_can_be_said_is_understood() {
        let fault: Fault = "cut-line:p=0.5,count=3,seed=7,match=claude,after=2"
            .parse()
            .unwrap();
        let expected = Fault {
            kind: FaultKind::CutLine,
            probability: 0.5,
            count: NonZeroU64::new(3),
            seed: 7,
            pattern: Some("claude".into()),
            after: 2,
        };
        assert_eq!(fault, expected);
        let fault: Fault = "delay=250ms:match=a=b:c".parse().unwrap();
        assert_eq!(fault.kind, FaultKind::Delay(Duration::from_millis(250)));
        assert_eq!(fault.pattern.as_deref(), Some("a=b:c"));
    }

    #[test]
    fn an_error_names_its_place() {
        for (text, place, part) in [
            ("", 0, "no fault is called"),
            ("explode", 0, "no fault is called \"explode\""),
            ("html=1", 5, "html takes no value"),
            ("status", 0, "status=CODE is missing its code"),
            ("status=200", 7, "400 to 599"),
            ("ws-close=65536", 9, "a whole number"),
            ("delay=soon", 6, "no duration"),
            ("delay=-1s", 6, "no duration"),
            ("reset:", 6, "expected KEY=VALUE"),
            ("reset:p=1,q=2", 10, "no key is called \"q\""),
            ("reset:p=NaN", 8, "a probability"),
            ("reset:count=0", 12, "at least 1"),
            ("reset:match=", 12, "match needs a text"),
            ("html:after=1", 5, "does not strike after events"),
            ("reset:retry-after=1", 6, "for status only"),
            ("reset:match=ü,x=1", 14, "no key"),
        ] {
            let (problem, offset) = error(text);
            assert!(problem.contains(part), "{text}: {problem}");
            assert_eq!(offset, place, "{text}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_errors_lie_within_it(text in "[-a-z0-9=:,.ü ]{0,40}") {
            if let Err(error) = text.parse::<Fault>() {
                prop_assert!(error.offset() <= text.chars().count());
            }
        }

        #[test]
        fn what_is_written_is_what_is_meant(
            kind in prop::sample::select(&KINDS[3..]),
            p in 0.0..=1.0f64,
            count in 1u64..,
            seed: u64,
            pattern in "[^,]{1,20}",
        ) {
            let text = format!("{}:seed={seed},p={p},match={pattern},count={count}", shortest(kind));
            let fault: Fault = text.parse().unwrap();
            prop_assert_eq!(fault.kind(), kind);
            prop_assert_eq!((fault.probability, fault.seed), (p, seed));
            prop_assert_eq!(fault.count.map(NonZeroU64::get), Some(count));
            prop_assert_eq!(fault.pattern, Some(pattern));
        }
    }
}

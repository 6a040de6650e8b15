//! The JSON lines of the Claude CLI's `--output-format stream-json`.
//!
//! Types and fields that are not named here are left alone: the CLI adds some with every version. A
//! field that is named here and has another type makes its line malformed, because what it means then
//! is anybody's guess.

use std::{borrow::Cow, time::Duration};

use serde::Deserialize;
use serde_json::error::Category;
use suite::Usd;

use super::{AgentFormat, AgentOutput, AskAgain, Malformed};
use crate::{
    agent::{AgentReport, AgentResult, NAME_CHARS, TokenUsage},
    attempt::capture::Capture,
    results::CapturedOutput,
};

/// What the CLI calls the model of texts that it wrote itself, such as "API Error: 400".
const NO_MODEL: &str = "<synthetic>";

/// The status with which a service refuses those that ask too much.
const TOO_MANY_REQUESTS: u16 = 429;

/// Errors are kept up to this many characters.
const ERROR_CHARS: usize = 2000;

/// Gathers what the lines tell.
#[derive(Debug)]
pub(super) struct ClaudeStreamJson {
    keep_bytes: usize,
    /// Whether any line was of the format.
    understood: bool,
    report: AgentReport,
    final_text: Option<String>,
    sessions: SessionCosts,
    /// The latest that was told after a question too many.
    ask_again: Option<AskAgain>,
}

/// The CLI tells what its session has cost so far with every result, while tokens and turns are told
/// for each: costs add up over sessions only.
#[derive(Debug, Default)]
struct SessionCosts {
    of_others: Usd,
    current: Option<String>,
    of_current: Usd,
}

impl ClaudeStreamJson {
    /// Keeps the first and last `keep_bytes` of the final text for reports.
    pub(super) fn new(keep_bytes: usize) -> Self {
        Self {
            keep_bytes,
            understood: false,
            report: AgentReport::default(),
            final_text: None,
            sessions: SessionCosts::default(),
            ask_again: None,
        }
    }

    fn on_system(&mut self, line: &str) -> Result<(), Malformed> {
        let SubtypeWire { subtype } = parse(line)?;
        match subtype.as_deref() {
            Some("init") => {
                let init: InitWire<'_> = parse(line)?;
                self.report.model = init.model.map(name).or(self.report.model.take());
                self.report.session_id =
                    init.session_id.map(name).or(self.report.session_id.take());
            }
            Some("api_retry") => {
                let retry: RetryWire<'_> = parse(line)?;
                let retries = &mut self.report.retries;
                retries.count += 1;
                let wait = retry.retry_delay_ms.and_then(millis);
                retries.waits = (retries.waits).saturating_add(wait.unwrap_or_default());
                let limited = retry.error_status == Some(TOO_MANY_REQUESTS)
                    || retry.error.as_deref() == Some("rate_limit");
                retries.rate_limited += u64::from(limited);
                let told = wait.filter(|_| limited).map(AskAgain::After);
                self.ask_again = told.or(self.ask_again);
            }
            _ => {}
        }
        Ok(())
    }

    fn on_assistant(&mut self, message: MessageWire<'_>, arrived: &dyn Fn() -> Option<Duration>) {
        let is_model = message.model.as_deref() != Some(NO_MODEL);
        for block in message.content {
            match block {
                BlockWire::Text { text } if is_model && !text.is_empty() => self.note_text(arrived),
                BlockWire::ToolUse { name } => self.report.tool_uses.count(&name),
                _ => {}
            }
        }
        // Where no line tells it at the start, the answer does.
        if self.report.model.is_none() {
            let model = message.model.filter(|model| model != NO_MODEL);
            self.report.model = model.map(name);
        }
    }

    fn note_text(&mut self, arrived: &dyn Fn() -> Option<Duration>) {
        if self.report.first_text.is_none() {
            self.report.first_text = arrived();
        }
    }

    /// A command may ask more than once: the last answer counts, and every error.
    fn on_result(&mut self, wire: ResultWire<'_>) {
        let error = wire.error();
        let before = self.report.result.take().unwrap_or_default();
        let cost = wire.total_cost_usd.and_then(Usd::new);
        let cost = cost.map(|cost| self.sessions.tell(wire.session_id.as_deref(), cost));
        let tokens = wire.usage.and_then(UsageWire::tokens);
        self.report.result = Some(AgentResult {
            final_text: self.capture(wire.result.as_deref().unwrap_or_default()),
            error: before.error.or(error),
            subtype: wire.subtype.map(name),
            turns: sum(before.turns, wire.num_turns, u64::saturating_add),
            tokens: sum(before.tokens, tokens, |a, b| a + b),
            cost: cost.or(before.cost),
            duration: sum(
                before.duration,
                wire.duration_ms.and_then(millis),
                Duration::saturating_add,
            ),
            time_to_first_token: before.time_to_first_token.or(wire.ttft_ms.and_then(millis)),
        });
        if self.report.session_id.is_none() {
            self.report.session_id = wire.session_id.map(name);
        }
        self.final_text = wire.result.map(Cow::into_owned);
    }

    fn capture(&self, text: &str) -> CapturedOutput {
        let mut capture = Capture::new(self.keep_bytes);
        capture.push(text);
        capture.finish()
    }
}

impl SessionCosts {
    /// Takes what a session has cost so far, and says what all of them have.
    fn tell(&mut self, session: Option<&str>, cost: Usd) -> Usd {
        if self.current.as_deref() != session {
            self.of_others = self.of_others + self.of_current;
            self.current = session.map(str::to_owned);
        }
        self.of_current = cost;
        self.of_others + cost
    }
}

impl AgentFormat for ClaudeStreamJson {
    fn on_line(
        &mut self,
        line: &str,
        arrived: &dyn Fn() -> Option<Duration>,
    ) -> Result<(), Malformed> {
        // An array would pass for an object whose fields it gives in their order.
        if !line.starts_with('{') {
            return Err(Malformed("no JSON object".into()));
        }
        let KindWire { kind } = parse(line)?;
        match &*kind {
            "system" => self.on_system(line)?,
            "assistant" => {
                let AssistantWire { message } = parse(line)?;
                self.on_assistant(message, arrived);
            }
            "stream_event" => {
                if let PartWire::ContentBlockDelta {
                    delta: DeltaWire::TextDelta,
                } = parse::<StreamEventWire>(line)?.event
                {
                    self.note_text(arrived);
                }
            }
            "rate_limit_event" => {
                let RateLimitWire { rate_limit_info } = parse(line)?;
                let rejected = rate_limit_info.status.as_deref() == Some("rejected");
                self.report.retries.rate_limited += u64::from(rejected);
                let resets_at = rate_limit_info.resets_at.filter(|_| rejected);
                let told = resets_at.and_then(seconds).map(AskAgain::At);
                self.ask_again = told.or(self.ask_again);
            }
            "result" => self.on_result(parse(line)?),
            _ => {}
        }
        self.understood = true;
        Ok(())
    }

    fn finish(self: Box<Self>) -> AgentOutput {
        AgentOutput {
            report: self.understood.then_some(self.report),
            final_text: self.final_text,
            ask_again: self.ask_again,
        }
    }
}

fn parse<'a, T: Deserialize<'a>>(line: &'a str) -> Result<T, Malformed> {
    serde_json::from_str(line).map_err(|error| {
        Malformed(match error.classify() {
            Category::Data => format!("a JSON object of another shape ({error})"),
            _ => "no JSON object".into(),
        })
    })
}

fn name(text: Cow<'_, str>) -> String {
    text.chars().take(NAME_CHARS).collect()
}

fn millis(millis: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(millis / 1000.0).ok()
}

/// Whole seconds since 1970, rounded up so that nobody comes too early.
fn seconds(seconds: f64) -> Option<u64> {
    let after_1970 = Duration::try_from_secs_f64(seconds.ceil());
    after_1970.ok().map(|it| it.as_secs())
}

/// The sum of those that are told.
fn sum<T>(before: Option<T>, more: Option<T>, add: impl FnOnce(T, T) -> T) -> Option<T> {
    match (before, more) {
        (Some(before), Some(more)) => Some(add(before, more)),
        (before, more) => before.or(more),
    }
}

#[derive(Deserialize)]
struct KindWire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

#[derive(Deserialize)]
struct SubtypeWire<'a> {
    #[serde(borrow)]
    subtype: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct InitWire<'a> {
    #[serde(borrow)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow)]
    session_id: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct RetryWire<'a> {
    error_status: Option<u16>,
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
    retry_delay_ms: Option<f64>,
}

#[derive(Deserialize)]
struct AssistantWire<'a> {
    #[serde(borrow)]
    message: MessageWire<'a>,
}

#[derive(Deserialize)]
struct MessageWire<'a> {
    #[serde(borrow)]
    model: Option<Cow<'a, str>>,
    content: Vec<BlockWire>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum BlockWire {
    Text {
        text: String,
    },
    #[serde(alias = "server_tool_use", alias = "mcp_tool_use")]
    ToolUse {
        name: String,
    },
    #[serde(other)]
    Other,
}

/// What the CLI hands on from the model with `--include-partial-messages`.
#[derive(Deserialize)]
struct StreamEventWire {
    event: PartWire,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum PartWire {
    ContentBlockDelta {
        delta: DeltaWire,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum DeltaWire {
    TextDelta,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct RateLimitWire<'a> {
    #[serde(borrow)]
    rate_limit_info: RateLimitInfoWire<'a>,
}

#[derive(Deserialize)]
struct RateLimitInfoWire<'a> {
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    #[serde(rename = "resetsAt")]
    resets_at: Option<f64>,
}

#[derive(Deserialize)]
struct ResultWire<'a> {
    #[serde(borrow)]
    subtype: Option<Cow<'a, str>>,
    #[serde(default)]
    is_error: bool,
    #[serde(borrow)]
    result: Option<Cow<'a, str>>,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
    #[serde(borrow)]
    session_id: Option<Cow<'a, str>>,
    num_turns: Option<u64>,
    duration_ms: Option<f64>,
    ttft_ms: Option<f64>,
    total_cost_usd: Option<f64>,
    usage: Option<UsageWire>,
}

#[derive(Deserialize)]
struct UsageWire {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
}

impl ResultWire<'_> {
    /// What went wrong. Some versions tell by the subtype alone that no answer was found.
    fn error(&self) -> Option<String> {
        let subtype = self.subtype.as_deref().unwrap_or_default();
        if !self.is_error && !subtype.starts_with("error") {
            return None;
        }
        let errors: Vec<_> = self.errors.iter().map(words).collect();
        let words = match self.result.as_deref() {
            Some(text) if !text.is_empty() => text.to_owned(),
            _ if !errors.is_empty() => errors.join("; "),
            _ => subtype.to_owned(),
        };
        Some(words.chars().take(ERROR_CHARS).collect())
    }
}

fn words(error: &serde_json::Value) -> String {
    error
        .as_str()
        .map_or_else(|| error.to_string(), str::to_owned)
}

impl UsageWire {
    /// What is told of the cache may be missing: not every service has one.
    fn tokens(self) -> Option<TokenUsage> {
        Some(TokenUsage {
            input: self.input_tokens?,
            output: self.output_tokens?,
            cache_creation: self.cache_creation_input_tokens.unwrap_or_default(),
            cache_read: self.cache_read_input_tokens.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests;

//! What an agent told about its work.

use std::borrow::Cow;

use runner_core::agent::{AgentReport, AgentResult, Retries, ToolUse, ToolUses};
use serde::{Deserialize, Serialize};
use suite::Usd;

use super::attempt::OutputWire;
use crate::{
    BadValue,
    wire::{Ms, TokensWire, ms, usd},
};

/// What an agent told about its work.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Agent"))]
pub(super) struct AgentWire<'a> {
    /// The model that answered, as the agent calls it.
    model: Option<Cow<'a, str>>,
    /// The agent's name for the conversation.
    session_id: Option<Cow<'a, str>>,
    /// The tools it used, in the order in which they were used first.
    tool_uses: Vec<ToolUseWire<'a>>,
    /// How often tools were used beyond those.
    other_tool_uses: u64,
    /// How many questions to the model had to be asked again.
    retries: u64,
    /// How long the agent meant to wait between them in all.
    retry_waits_ms: Ms,
    /// How often a rate limit was met.
    rate_limited: u64,
    /// From the start of the attempt until the first text of the model.
    first_text_ms: Option<Ms>,
    /// How it ended; null if it did not come to an end.
    result: Option<AgentResultWire<'a>>,
}

/// How often an agent used one tool.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "ToolUse"))]
struct ToolUseWire<'a> {
    /// The tool.
    name: Cow<'a, str>,
    /// How often.
    count: u64,
}

/// How an agent ended, in its own words.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "AgentResult"))]
struct AgentResultWire<'a> {
    /// The answer, as far as it was kept.
    final_text: OutputWire<'a>,
    /// What went wrong; null if the agent says that it succeeded.
    error: Option<Cow<'a, str>>,
    /// The agent's name for the way in which it ended.
    subtype: Option<Cow<'a, str>>,
    /// How often the model was asked and its tools used in turn.
    turns: Option<u64>,
    /// What the model read and wrote.
    tokens: Option<TokensWire>,
    /// What it cost, in US dollars.
    cost_usd: Option<f64>,
    /// How long the agent says that it took.
    duration_ms: Option<Ms>,
    /// How long the agent says that the model took to begin its answer.
    time_to_first_token_ms: Option<Ms>,
}

impl<'a> From<&'a AgentReport> for AgentWire<'a> {
    fn from(agent: &'a AgentReport) -> Self {
        let tool_uses = agent.tool_uses.iter().map(|tool| ToolUseWire {
            name: (&tool.name).into(),
            count: tool.count,
        });
        Self {
            model: agent.model.as_ref().map(Cow::from),
            session_id: agent.session_id.as_ref().map(Cow::from),
            tool_uses: tool_uses.collect(),
            other_tool_uses: agent.tool_uses.others(),
            retries: agent.retries.count,
            retry_waits_ms: Ms(agent.retries.waits),
            rate_limited: agent.retries.rate_limited,
            first_text_ms: ms(agent.first_text),
            result: agent.result.as_ref().map(AgentResultWire::from),
        }
    }
}

impl<'a> From<&'a AgentResult> for AgentResultWire<'a> {
    fn from(result: &'a AgentResult) -> Self {
        Self {
            final_text: (&result.final_text).into(),
            error: result.error.as_ref().map(Cow::from),
            subtype: result.subtype.as_ref().map(Cow::from),
            turns: result.turns,
            tokens: result.tokens.map(TokensWire::from),
            cost_usd: result.cost.map(Usd::dollars),
            duration_ms: ms(result.duration),
            time_to_first_token_ms: ms(result.time_to_first_token),
        }
    }
}

impl TryFrom<AgentWire<'_>> for AgentReport {
    type Error = BadValue;

    fn try_from(wire: AgentWire<'_>) -> Result<Self, BadValue> {
        let tool_uses = wire.tool_uses.into_iter().map(|tool| ToolUse {
            name: tool.name.into_owned(),
            count: tool.count,
        });
        Ok(Self {
            model: wire.model.map(Cow::into_owned),
            session_id: wire.session_id.map(Cow::into_owned),
            tool_uses: ToolUses::of_counts(tool_uses.collect(), wire.other_tool_uses),
            retries: Retries {
                count: wire.retries,
                rate_limited: wire.rate_limited,
                waits: wire.retry_waits_ms.0,
            },
            first_text: wire.first_text_ms.map(|ms| ms.0),
            result: wire.result.map(AgentResult::try_from).transpose()?,
        })
    }
}

impl TryFrom<AgentResultWire<'_>> for AgentResult {
    type Error = BadValue;

    fn try_from(wire: AgentResultWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            final_text: wire.final_text.into(),
            error: wire.error.map(Cow::into_owned),
            subtype: wire.subtype.map(Cow::into_owned),
            turns: wire.turns,
            tokens: wire.tokens.map(Into::into),
            cost: wire.cost_usd.map(usd).transpose()?,
            duration: wire.duration_ms.map(|ms| ms.0),
            time_to_first_token: wire.time_to_first_token_ms.map(|ms| ms.0),
        })
    }
}

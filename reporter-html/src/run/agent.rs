//! What an agent told about its work, in the article about its case.

use maud::{Markup, html};
use runner_core::{
    agent::{AgentReport, AgentResult, ToolUses},
    excerpt::Excerpt,
    text::{Grouped, Human, Tokens},
};

use crate::{
    excerpt::Blocks,
    facts::Facts,
    text::{Code, Prose},
};

/// Adds what the agent told.
pub(super) fn add(facts: &mut Facts, agent: &AgentReport) {
    if let Some(model) = &agent.model {
        facts.add("Model", Code(model));
    }
    if let Some(session) = &agent.session_id {
        facts.add("Session", Code(session));
    }
    if let Some(first_text) = agent.first_text {
        facts.add("First text after", Human(first_text).to_string());
    }
    if let Some(result) = &agent.result {
        add_result(facts, result);
    }
    if !agent.tool_uses.is_empty() {
        facts.add("Tool uses", tool_uses(&agent.tool_uses));
    }
    let retries = agent.retries;
    if retries.count > 0 {
        let (count, waits) = (Grouped(retries.count), Human(retries.waits));
        facts.add("Retries", format!("{count}, with waits of {waits}"));
    }
    if retries.rate_limited > 0 {
        let rate_limited = Grouped(retries.rate_limited);
        facts.add("Rate limits met", rate_limited.to_string());
    }
}

fn add_result(facts: &mut Facts, result: &AgentResult) {
    if let Some(subtype) = &result.subtype {
        facts.add("Agent ended with", Prose(subtype));
    }
    if let Some(time) = result.time_to_first_token {
        facts.add("Time to first token", Human(time).to_string());
    }
    if let Some(duration) = result.duration {
        facts.add("Agent duration", Human(duration).to_string());
    }
    if let Some(turns) = result.turns {
        facts.add("Turns", Grouped(turns).to_string());
    }
    if let Some(tokens) = result.tokens {
        facts.add("Tokens", Tokens(tokens).to_string());
    }
    if let Some(cost) = result.cost {
        facts.add("Cost", cost.to_string());
    }
}

fn tool_uses(uses: &ToolUses) -> Markup {
    html! {
        @for (index, tool) in uses.iter().enumerate() {
            @if index > 0 { ", " }
            (Code(&tool.name))
            @if tool.count > 1 { " (" (Grouped(tool.count)) " times)" }
        }
        @if uses.others() > 0 { ", others (" (Grouped(uses.others())) " times)" }
    }
}

/// The answer, under a heading of its own.
pub(super) fn final_text(agent: &AgentReport, max_chars: usize) -> Markup {
    let text = agent.result.as_ref().map(|result| &result.final_text);
    html! {
        @if let Some(text) = text.filter(|text| !text.is_empty()) {
            h4 { "Final text of the agent" }
            (Blocks(Excerpt::of_output(text, max_chars)))
        }
    }
}

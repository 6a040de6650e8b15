//! What agents told about their work: in the section of a case, and summed up over the run.

use std::io::{self, Write};

use runner_core::{
    agent::{AgentReport, AgentResult, AgentTotals, ToolUses},
    excerpt::Excerpt,
    text::{Grouped, Human, Tokens, Untold},
};

use crate::{
    escape::{CodeSpan, Text},
    excerpt,
};

/// Writes list items with what the agent told.
pub(crate) fn write_items(out: &mut impl Write, agent: &AgentReport) -> io::Result<()> {
    if let Some(model) = &agent.model {
        writeln!(out, "- **Model**: {}", CodeSpan(model))?;
    }
    if let Some(session) = &agent.session_id {
        writeln!(out, "- **Session**: {}", CodeSpan(session))?;
    }
    if let Some(first_text) = agent.first_text {
        writeln!(out, "- **First Text After**: {}", Human(first_text))?;
    }
    if let Some(result) = &agent.result {
        write_result_items(out, result)?;
    }
    if !agent.tool_uses.is_empty() {
        write_tool_uses(out, &agent.tool_uses)?;
    }
    let retries = agent.retries;
    if retries.count > 0 {
        let (count, waits) = (Grouped(retries.count), Human(retries.waits));
        writeln!(out, "- **Retries**: {count}, with waits of {waits}")?;
    }
    if retries.rate_limited > 0 {
        writeln!(
            out,
            "- **Rate Limits Met**: {}",
            Grouped(retries.rate_limited)
        )?;
    }
    Ok(())
}

fn write_result_items(out: &mut impl Write, result: &AgentResult) -> io::Result<()> {
    if let Some(subtype) = &result.subtype {
        writeln!(out, "- **Agent Ended With**: {}", Text(subtype))?;
    }
    if let Some(time) = result.time_to_first_token {
        writeln!(out, "- **Time To First Token**: {}", Human(time))?;
    }
    if let Some(duration) = result.duration {
        writeln!(out, "- **Agent Duration**: {}", Human(duration))?;
    }
    if let Some(turns) = result.turns {
        writeln!(out, "- **Turns**: {}", Grouped(turns))?;
    }
    if let Some(tokens) = result.tokens {
        writeln!(out, "- **Tokens**: {}", Tokens(tokens))?;
    }
    if let Some(cost) = result.cost {
        writeln!(out, "- **Cost**: {cost}")?;
    }
    Ok(())
}

fn write_tool_uses(out: &mut impl Write, uses: &ToolUses) -> io::Result<()> {
    write!(out, "- **Tool Uses**: ")?;
    for (index, tool) in uses.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(out, "{comma}{}", CodeSpan(&tool.name))?;
        if tool.count > 1 {
            write!(out, " ({} times)", Grouped(tool.count))?;
        }
    }
    if uses.others() > 0 {
        write!(out, ", others ({} times)", Grouped(uses.others()))?;
    }
    writeln!(out)
}

/// Writes the answer as a block of its own, with an empty line after it.
pub(crate) fn write_final_text(
    out: &mut impl Write,
    agent: &AgentReport,
    max_chars: usize,
) -> io::Result<()> {
    match &agent.result {
        Some(result) if !result.final_text.is_empty() => {
            writeln!(out, "**Final text of the agent**\n")?;
            excerpt::write(
                out,
                Excerpt::of_output(&result.final_text, max_chars),
                "text",
            )
        }
        _ => Ok(()),
    }
}

/// Writes list items with what all agents of the run told together.
pub(crate) fn write_totals(out: &mut impl Write, totals: &AgentTotals) -> io::Result<()> {
    if totals.attempts == 0 {
        return Ok(());
    }
    let (cost, tokens) = (totals.cost, totals.tokens);
    writeln!(out, "- **Agents Run**: {}", Grouped(totals.attempts))?;
    let untold = Untold(cost.untold);
    writeln!(out, "- **Agents' Cost**: {}{untold}", cost.known)?;
    let untold = Untold(tokens.untold);
    writeln!(
        out,
        "- **Agents' Tokens**: {}{untold}",
        Tokens(tokens.known)
    )?;
    if totals.rate_limited > 0 {
        writeln!(
            out,
            "- **Rate Limits Met**: {}",
            Grouped(totals.rate_limited)
        )?;
    }
    Ok(())
}

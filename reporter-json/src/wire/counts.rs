//! How many came to what.

use runner_core::{
    agent::{AgentTotals, Sum, TokenUsage},
    results::Counts,
};
use serde::{Deserialize, Serialize};
use suite::Usd;

use super::ShareWire;
use crate::BadValue;

/// No count that is read is larger, so that no sum of some of them overflows.
pub(crate) const MAX_COUNT: u64 = 1 << 52;

/// How many cases, or attempts of a recorded run, came to what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Counts"))]
pub(crate) struct CountsWire {
    /// All of them.
    total: u64,
    /// Passed.
    passed: u64,
    /// Among the passed: not at once.
    flaky: u64,
    /// Not passed, all reasons together.
    failed: u64,
    /// Among the failed: the executor's or the network's fault.
    infrastructure_errors: u64,
    /// Among the failed: gauntlet's own fault.
    harness_errors: u64,
    /// Infrastructure errors in attempts after which the case was tried again.
    retried_infrastructure_errors: u64,
    /// Cases that failed.
    failed_cases: u64,
    /// Cases of which it is not clear how often they pass.
    inconclusive: u64,
    /// Not tried for a reason of their own.
    skipped: u64,
    /// Not tried or not finished because the run ended.
    not_run: u64,
    /// The share of those that passed among those that were tried.
    success: ShareWire,
    /// What agents told together.
    agents: AgentTotalsWire,
}

/// What all agents told together.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "AgentTotals"))]
pub(crate) struct AgentTotalsWire {
    /// Attempts in which an agent began to work.
    attempts: u64,
    /// What they cost together, in US dollars.
    cost_usd: f64,
    /// How many did not tell what they cost.
    cost_untold: u64,
    /// What they read and wrote together.
    tokens: TokensWire,
    /// How many did not tell that.
    tokens_untold: u64,
    /// How often a rate limit was met.
    rate_limited: u64,
}

/// Tokens that a model read and wrote.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Tokens"))]
pub(crate) struct TokensWire {
    /// Read, but for those in the cache.
    input: u64,
    /// Written.
    output: u64,
    /// Read and put into the cache.
    cache_creation: u64,
    /// Read from the cache.
    cache_read: u64,
}

impl From<&Counts> for CountsWire {
    fn from(counts: &Counts) -> Self {
        Self {
            total: counts.total,
            passed: counts.passed,
            flaky: counts.flaky,
            failed: counts.failed,
            infrastructure_errors: counts.infrastructure_errors,
            harness_errors: counts.harness_errors,
            retried_infrastructure_errors: counts.retried_infrastructure_errors,
            failed_cases: counts.failed_cases,
            inconclusive: counts.inconclusive,
            skipped: counts.skipped,
            not_run: counts.not_run,
            success: counts.success().into(),
            agents: (&counts.agents).into(),
        }
    }
}

impl TryFrom<CountsWire> for Counts {
    type Error = BadValue;

    fn try_from(wire: CountsWire) -> Result<Self, BadValue> {
        if wire.total.max(wire.passed).max(wire.failed) > MAX_COUNT {
            return Err(BadValue::new("count", &wire.total.to_string()));
        }
        Ok(Self {
            total: wire.total,
            passed: wire.passed,
            flaky: wire.flaky,
            failed: wire.failed,
            infrastructure_errors: wire.infrastructure_errors,
            harness_errors: wire.harness_errors,
            retried_infrastructure_errors: wire.retried_infrastructure_errors,
            failed_cases: wire.failed_cases,
            inconclusive: wire.inconclusive,
            skipped: wire.skipped,
            not_run: wire.not_run,
            agents: wire.agents.try_into()?,
        })
    }
}

impl From<&AgentTotals> for AgentTotalsWire {
    fn from(totals: &AgentTotals) -> Self {
        Self {
            attempts: totals.attempts,
            cost_usd: totals.cost.known.dollars(),
            cost_untold: totals.cost.untold,
            tokens: totals.tokens.known.into(),
            tokens_untold: totals.tokens.untold,
            rate_limited: totals.rate_limited,
        }
    }
}

impl TryFrom<AgentTotalsWire> for AgentTotals {
    type Error = BadValue;

    fn try_from(wire: AgentTotalsWire) -> Result<Self, BadValue> {
        Ok(Self {
            attempts: wire.attempts,
            cost: Sum {
                known: usd(wire.cost_usd)?,
                untold: wire.cost_untold,
            },
            tokens: Sum {
                known: wire.tokens.into(),
                untold: wire.tokens_untold,
            },
            rate_limited: wire.rate_limited,
        })
    }
}

/// An amount of money.
pub(crate) fn usd(dollars: f64) -> Result<Usd, BadValue> {
    Usd::new(dollars).ok_or_else(|| BadValue::new("amount of money", &dollars.to_string()))
}

impl From<TokenUsage> for TokensWire {
    fn from(tokens: TokenUsage) -> Self {
        Self {
            input: tokens.input,
            output: tokens.output,
            cache_creation: tokens.cache_creation,
            cache_read: tokens.cache_read,
        }
    }
}

impl From<TokensWire> for TokenUsage {
    fn from(wire: TokensWire) -> Self {
        Self {
            input: wire.input,
            output: wire.output,
            cache_creation: wire.cache_creation,
            cache_read: wire.cache_read,
        }
    }
}

//! Which shard of a suite this is: as it was typed, or as a batch engine says it.
//!
//! Nothing is read from the surroundings unless `--shard auto` asks for it: a variable that somebody else has
//! set must not make a run leave out cases.

use std::{fmt, num::NonZeroU32};

use run_ledger::{ShardRun, concurrency_of_shards};
use runner_core::text::Many;
use suite::{Shard, ShardError, Suite, digest_of_cases};

use crate::{
    args::{ModelArgs, ShardArg, ShardArgs},
    load::CONCURRENCY,
};

/// Which shard this is, of which others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShardOf {
    pub shard: Shard,
    /// What those are called that belong together; empty where nobody said it.
    pub group: String,
}

/// Why it is not known which shard this is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UnknownShard {
    #[error(
        "no batch engine says which shard this is: none of {} is set",
        indices()
    )]
    NoEngine,
    #[error("two batch engines say which shard this is: {one} and {other} are set")]
    SeveralEngines {
        one: &'static str,
        other: &'static str,
    },
    #[error("{index} is set, but {missing} is not")]
    Incomplete {
        index: &'static str,
        missing: &'static str,
    },
    #[error("{name} is {value:?}, which is no number")]
    NoNumber { name: &'static str, value: String },
    #[error("the array is no range in even steps: {count} tasks from {min} to {max}, step {step}")]
    Uneven {
        count: u32,
        min: u32,
        max: u32,
        step: u32,
    },
    #[error("--shard-count says {asked}, but there are {total} shards")]
    Count { asked: u32, total: u32 },
    #[error(transparent)]
    Shard(#[from] ShardError),
}

impl UnknownShard {
    /// What a person can do about it.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Incomplete { missing, .. } if *missing == COUNT => {
                "Kubernetes sets the index alone: give the Job's completions as --shard-count or GAUNTLET_SHARD_COUNT"
            }
            Self::Uneven { .. } => "number the array 1-N, or give --shard K/N",
            Self::Count { .. } => {
                "leave --shard-count away: it is for Kubernetes, where nobody else says it"
            }
            _ => "give --shard K/N, such as --shard 1/4 for the first of four",
        }
    }
}

/// A batch engine that starts shards.
struct Engine {
    /// The variable that only this engine sets.
    index: &'static str,
    read: fn(&Variables<'_>) -> Result<Shard, UnknownShard>,
    /// What is the same for all shards, and different for others.
    group: &'static [&'static str],
}

const COUNT: &str = "GAUNTLET_SHARD_COUNT";

const ENGINES: [Engine; 3] = [
    Engine {
        index: "JOB_COMPLETION_INDEX",
        read: of_kubernetes,
        // The name of the Job is in no variable but those that its manifest makes.
        group: &[],
    },
    Engine {
        index: "SLURM_ARRAY_TASK_ID",
        read: of_slurm,
        group: &["SLURM_ARRAY_JOB_ID"],
    },
    Engine {
        index: "CI_NODE_INDEX",
        read: of_gitlab,
        // Several jobs of a pipeline may be parallel, each of its own kind.
        group: &["CI_PIPELINE_ID", "CI_JOB_GROUP_NAME"],
    },
];

fn indices() -> String {
    ENGINES.map(|engine| engine.index).join(", ")
}

/// Reads a variable of the environment.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Which shard `args` ask for, if they ask for one; `variable` reads the environment.
pub(crate) fn resolve(
    args: &ShardArgs,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<ShardOf>, UnknownShard> {
    let variables = Variables {
        read: &variable,
        count: args.shard_count,
    };
    let (shard, engine) = match args.shard {
        None => return Ok(None),
        Some(ShardArg::Exactly(shard)) => (shard, None),
        Some(ShardArg::Auto) => {
            let engine = engine(&variables)?;
            ((engine.read)(&variables)?, Some(engine))
        }
    };
    if let Some(asked) = args.shard_count.filter(|it| it.get() != shard.total()) {
        let (asked, total) = (asked.get(), shard.total());
        return Err(UnknownShard::Count { asked, total });
    }
    let names = engine.map_or(&[][..], |engine| engine.group);
    let of_engine = || {
        let parts: Vec<_> = names
            .iter()
            .filter_map(|name| variables.get(name))
            .collect();
        parts.join(" ")
    };
    let group = args.shard_group.clone().unwrap_or_else(of_engine);
    Ok(Some(ShardOf { shard, group }))
}

/// The one engine that has started this.
fn engine(variables: &Variables<'_>) -> Result<&'static Engine, UnknownShard> {
    let mut present = ENGINES
        .iter()
        .filter(|engine| variables.get(engine.index).is_some());
    match (present.next(), present.next()) {
        (None, _) => Err(UnknownShard::NoEngine),
        (Some(engine), None) => Ok(engine),
        (Some(one), Some(other)) => Err(UnknownShard::SeveralEngines {
            one: one.index,
            other: other.index,
        }),
    }
}

/// The environment. An empty variable is none.
struct Variables<'a> {
    read: &'a dyn Fn(&str) -> Option<String>,
    count: Option<NonZeroU32>,
}

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        (self.read)(name).filter(|value| !value.is_empty())
    }

    fn number(&self, name: &'static str) -> Result<Option<u32>, UnknownShard> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match value.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(UnknownShard::NoNumber { name, value }),
        }
    }

    fn required(&self, index: &'static str, name: &'static str) -> Result<u32, UnknownShard> {
        let missing = UnknownShard::Incomplete {
            index,
            missing: name,
        };
        self.number(name)?.ok_or(missing)
    }
}

/// The index counts from zero, and stands alone.
fn of_kubernetes(variables: &Variables<'_>) -> Result<Shard, UnknownShard> {
    const INDEX: &str = "JOB_COMPLETION_INDEX";
    let index = variables.required(INDEX, INDEX)?;
    let total = variables.count.ok_or(UnknownShard::Incomplete {
        index: INDEX,
        missing: COUNT,
    })?;
    Ok(Shard::numbered(index.saturating_add(1), total.get())?)
}

/// An array is numbered as its user likes: `0-3`, `1-4`, `10-40:10`.
fn of_slurm(variables: &Variables<'_>) -> Result<Shard, UnknownShard> {
    const INDEX: &str = "SLURM_ARRAY_TASK_ID";
    let id = variables.required(INDEX, INDEX)?;
    let count = variables.required(INDEX, "SLURM_ARRAY_TASK_COUNT")?;
    let min = variables.required(INDEX, "SLURM_ARRAY_TASK_MIN")?;
    let max = variables.required(INDEX, "SLURM_ARRAY_TASK_MAX")?;
    let step = variables
        .number("SLURM_ARRAY_TASK_STEP")?
        .unwrap_or(1)
        .max(1);
    let uneven = UnknownShard::Uneven {
        count,
        min,
        max,
        step,
    };
    let (Some(from_first), Some(span)) = (id.checked_sub(min), max.checked_sub(min)) else {
        return Err(uneven);
    };
    if from_first % step != 0 || u64::from(span / step) + 1 != u64::from(count) {
        return Err(uneven);
    }
    Ok(Shard::numbered(
        (from_first / step).saturating_add(1),
        count,
    )?)
}

/// Counted from one.
fn of_gitlab(variables: &Variables<'_>) -> Result<Shard, UnknownShard> {
    const INDEX: &str = "CI_NODE_INDEX";
    let number = variables.required(INDEX, INDEX)?;
    let total = variables.required(INDEX, "CI_NODE_TOTAL")?;
    Ok(Shard::numbered(number, total)?)
}

impl ShardOf {
    /// Leaves of a suite what falls to this shard, and says what the ledger keeps of that.
    pub(crate) fn deal(&self, suite: &mut Suite) -> ShardRun {
        let cases_digest = digest_of_cases(&suite.cases);
        suite.cases = self.shard.deal(&suite.hash, &suite.cases);
        ShardRun {
            shard: self.shard,
            group: self.group.clone(),
            cases_digest,
        }
    }
}

impl ShardOf {
    /// What the ledger keeps of a shard of a load, in which every shard tries all cases.
    pub(crate) fn all_of(&self, suite: &Suite) -> ShardRun {
        ShardRun {
            shard: self.shard,
            group: self.group.clone(),
            cases_digest: digest_of_cases(&suite.cases),
        }
    }

    /// Which shard of a load it is, and what all of them are together: `2/4 of 4711 (4 shards are 64 concurrent
    /// commands on the executor)`
    pub(crate) fn of_load(&self, model: &ModelArgs) -> String {
        let together = match (model.rate, model.stage.is_empty()) {
            (Some(rate), _) => format!("a rate of {rate}"),
            (None, false) => "the rates of all stages".to_owned(),
            (None, true) => {
                let concurrency = model.concurrency.unwrap_or(CONCURRENCY);
                format!("{concurrency} concurrent commands")
            }
        };
        let total = Many(self.shard.total().into(), "shard");
        let group = match &*self.group {
            "" => String::new(),
            group => format!(" of {group}"),
        };
        format!(
            "{}{group} ({total} together: {together} on the executor)",
            self.shard
        )
    }
}

impl fmt::Display for ShardOf {
    /// `2/4 of 4711 (4 serial shards are 4 concurrent commands on the executor)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shard, group } = self;
        write!(f, "{shard}")?;
        if !group.is_empty() {
            write!(f, " of {group}")?;
        }
        write!(f, " ({})", concurrency_of_shards(shard.total()))
    }
}

#[cfg(test)]
mod tests;

//! From flags to what is to be done.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    thread,
    time::{Duration, SystemTime},
};

use load::{
    ArrivalRate, Limits, LoadInfo, LoadPlan, Mix, Model, ModelInfo, Schedule, Spacing, Stage,
};
use runner_core::{gates::RunGates, results::RunInfo};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use suite::{Case, Shard, Suite};

use super::slice::Slice;
use crate::{
    args::{Arrival, LoadArgs, Weight},
    error::CliError,
    session,
    settings::Settings,
};

/// How many attempts are under way at once where nobody says it.
pub(crate) const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(10).expect("not zero");

/// How long attempts are begun where nobody says it.
const DURATION: Duration = Duration::from_secs(30);

/// So much of each output is kept for the failures that are shown.
const KEEP_OUTPUT_BYTES: usize = 512;

/// What is to be done, and what a report says of it.
pub(super) struct Planned {
    pub plan: LoadPlan,
    model: ModelInfo,
}

impl Planned {
    /// # Errors
    /// When the flags make no load of the suite.
    pub(super) fn of(
        args: &LoadArgs,
        settings: &Settings,
        suite: &Suite,
        gates: RunGates,
        shard: Option<Shard>,
    ) -> Result<Self, CliError> {
        let slice = Slice(shard);
        let mix = Mix::new(&weights(&args.weight, suite)?)?;
        let is_bounded = args.iterations.is_some() || !args.model.stage.is_empty();
        let duration = args.duration.or((!is_bounded).then_some(DURATION));
        let duration = duration.map(|duration| duration.saturating_add(args.warmup()));
        let attempts = args
            .iterations
            .map(|it| it.get().saturating_mul(mix.pass()));
        let attempts = attempts.map(|whole| slice.of_count("--iterations", whole));
        let limits = Limits {
            duration,
            attempts: attempts.transpose()?,
        };
        let (model, told) = model(args, duration, slice)?;
        let mut attempt = session::attempt_settings(settings);
        attempt.keep_output_bytes = attempt.keep_output_bytes.min(KEEP_OUTPUT_BYTES);
        let plan = LoadPlan {
            marker: String::new(),
            cases: suite.cases.clone(),
            mix,
            model,
            warmup: args.warmup(),
            limits,
            threads: args.threads.unwrap_or_else(usual_threads),
            gates,
            attempt,
            max_outage: settings.executor.max_outage,
        };
        Ok(Self { plan, model: told })
    }

    /// What a report says of the run with this name.
    pub(super) fn info(&self, run: RunInfo) -> LoadInfo {
        LoadInfo {
            run,
            model: self.model.clone(),
            warmup: self.plan.warmup,
            threads: self.plan.useful_threads(),
        }
    }
}

/// The weights of the cases, in their order: what was asked for, or else what the suite says.
fn weights(asked: &[Weight], suite: &Suite) -> Result<Vec<NonZeroU32>, CliError> {
    let is_case = |weight: &&Weight| suite.cases.iter().any(|case| case.id == weight.case_id);
    if let Some(unknown) = asked.iter().find(|weight| !is_case(weight)) {
        return Err(CliError::WeightOfNoCase {
            id: unknown.case_id.clone(),
        });
    }
    let weight_of = |case: &Case| {
        // The latest counts, as with other flags.
        let asked = asked.iter().rev().find(|weight| weight.case_id == case.id);
        asked.map_or(case.weight, |weight| weight.weight)
    };
    Ok(suite.cases.iter().map(|case| weight_of(case)).collect())
}

/// When attempts begin; `duration` is how long, with the warm-up.
fn model(
    args: &LoadArgs,
    duration: Option<Duration>,
    slice: Slice,
) -> Result<(Model, ModelInfo), CliError> {
    let asked = &args.model;
    let rate = asked.rate.map(|rate| slice.of_rate(rate));
    let mut stages = match rate {
        Some(rate) => vec![Stage::even(duration.unwrap_or(Duration::MAX), rate)],
        None if asked.stage.is_empty() => {
            let concurrency = asked.concurrency.unwrap_or(CONCURRENCY);
            let concurrency = slice.of_size("--concurrency", concurrency)?;
            let told = ModelInfo::Closed {
                concurrency: concurrency.get(),
            };
            return Ok((Model::Closed { concurrency }, told));
        }
        None => asked.stage.iter().map(|it| slice.of_stage(it)).collect(),
    };
    let max_in_flight = slice.of_size("--max-in-flight", asked.max_in_flight)?;
    let spacing = match asked.arrival {
        Arrival::Constant => Spacing::Constant,
        Arrival::Poisson => Spacing::Poisson {
            seed: asked.seed.unwrap_or_else(seed),
        },
    };
    let spacing = slice.of_spacing(spacing);
    let told = ModelInfo::Open {
        stages: match rate {
            Some(rate) => {
                let lasts = duration.map(|it| it.saturating_sub(args.warmup()));
                vec![Stage::even(lasts.unwrap_or(Duration::MAX), rate)]
            }
            None => stages.clone(),
        },
        spacing,
        max_in_flight: max_in_flight.get(),
    };
    if rate.is_none() && !args.warmup().is_zero() {
        stages.insert(0, Stage::even(args.warmup(), rate_of_warmup(&stages)));
    }
    let schedule = slice.of_schedule(Schedule::new(&stages, spacing)?);
    let model = Model::Open {
        schedule,
        max_in_flight,
    };
    Ok((model, told))
}

/// The rate with which stages begin or, if that is none, the mean of the first that has any.
fn rate_of_warmup(stages: &[Stage]) -> ArrivalRate {
    let mean = |stage: &Stage| match stage.from.is_zero() {
        true => ArrivalRate::of(stage.to.per_second() / 2.0),
        false => Some(stage.from),
    };
    let rates = stages.iter().filter_map(mean);
    let mut rates = rates.filter(|rate| !rate.is_zero());
    rates.next().unwrap_or(ArrivalRate::ZERO)
}

/// A seed that another run will not have.
pub(super) fn seed() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    // Nobody reads more than six digits.
    since.map_or(1, |since| u64::from(since.subsec_micros()))
}

/// Half as many threads as there are processors: an executor on the same machine needs some, too.
fn usual_threads() -> NonZeroUsize {
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    NonZeroUsize::new(processors / 2).unwrap_or(NonZeroUsize::MIN)
}

/// Lets as many commands run and as many connections be open as the model needs, as far as the system
/// allows it. What is missing then shows in the attempts that fail.
pub(super) fn make_room(settings: &mut Settings, args: &LoadArgs) {
    let model = &args.model;
    let is_open = args.capacity.find_capacity || model.rate.is_some() || !model.stage.is_empty();
    let needed = match is_open {
        true => model.max_in_flight,
        false => model.concurrency.unwrap_or(CONCURRENCY),
    };
    if !is_open {
        // Otherwise the executor inside this program would refuse what it was asked for here.
        let allowed = &mut settings.embedded.max_commands;
        *allowed = needed.max(*allowed);
    }
    /// Besides connections: logs, event loops, reports.
    const OTHERS: u64 = 256;
    let needed = needed.get() as u64 + OTHERS;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(needed, |maximum| needed.min(maximum));
    if current.is_some_and(|current| current < wanted) {
        let raised = Rlimit {
            current: Some(wanted),
            maximum,
        };
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::warn!(%error, "no more files may be open than before");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use clap::Parser as _;
    use suite::Gates;

    use super::*;
    use crate::{
        args::{Cli, Command},
        settings::Layers,
    };

    fn plan(flags: &[&str]) -> Result<Planned, CliError> {
        part(flags, None)
    }

    fn part(flags: &[&str], shard: Option<Shard>) -> Result<Planned, CliError> {
        let typed = ["gauntlet", "load", "suite.json"].iter().chain(flags);
        let Command::Load(args) = Cli::try_parse_from(typed).expect("flags").command else {
            panic!("it is a load")
        };
        let settings = Layers::read(None, Vec::new()).and_then(|it| it.merge());
        let suite = Suite {
            path: "suite.json".into(),
            id: None,
            description: String::new(),
            cases: ["a", "b"].map(|id| Arc::new(Case::new(id, "true"))).into(),
            gates: Gates::NONE,
            scoped_gates: Vec::new(),
            text: "".into(),
            hash: "".into(),
        };
        Planned::of(
            &args,
            &settings.expect("settings"),
            &suite,
            RunGates::default(),
            shard,
        )
    }

    fn planned(flags: &[&str]) -> Planned {
        plan(flags).unwrap_or_else(|error| panic!("{flags:?}: {error}"))
    }

    fn seconds(planned: &Planned) -> Option<f64> {
        planned.plan.planned().map(|it| it.as_secs_f64())
    }

    #[test]
    fn without_flags_ten_at_a_time_for_half_a_minute() {
        let planned = planned(&[]);
        assert_eq!(planned.model.to_string(), "closed, 10 at a time");
        assert_eq!(seconds(&planned), Some(30.0));
        assert_eq!(planned.plan.limits.attempts, None);
    }

    #[test]
    fn iterations_are_passes_over_the_suite_by_weights_and_end_without_a_time() {
        let planned = planned(&["--iterations", "10", "--weight", "a=3"]);
        assert_eq!(planned.plan.limits.attempts, Some(40));
        assert_eq!(seconds(&planned), None);
        let open = self::planned(&["--iterations", "10", "--rate", "5/s"]);
        assert_eq!(seconds(&open), None);
        assert_eq!(open.model.to_string(), "open, 5/s, evenly spaced");
    }

    #[test]
    fn the_warm_up_comes_before_what_counts_at_the_rate_with_which_that_begins() {
        let closed = planned(&["--duration", "20s", "--warmup", "5s"]);
        assert_eq!(seconds(&closed), Some(25.0));
        for (stage, rate) in [("10s:40..80/s", 40.0), ("10s:0..80/s", 40.0)] {
            let open = planned(&["--stage", stage, "--warmup", "5s"]);
            assert_eq!(seconds(&open), Some(15.0));
            let Model::Open { schedule, .. } = &open.plan.model else {
                panic!("it is open")
            };
            let at = |seconds| schedule.rate_at(Duration::from_secs(seconds)).per_second();
            assert_eq!(at(1), rate, "{stage}");
            assert!(!open.model.to_string().contains("5.00s"), "{}", open.model);
        }
    }

    #[test]
    fn what_falls_to_shards_is_the_whole_together() {
        let shards: Vec<Shard> = Shard::all(NonZeroU32::new(3).expect("three")).collect();
        let together = |flags: &[&str]| {
            let parts = shards.iter().map(|shard| {
                let part = part(flags, Some(*shard));
                part.unwrap_or_else(|error| panic!("{flags:?}: {error}"))
            });
            let parts: Vec<_> = parts.collect();
            let first = parts[0].model.clone();
            let model = parts[1..]
                .iter()
                .fold(first, |all, it| all.beside(&it.model));
            let attempts: Option<u64> = parts.iter().map(|it| it.plan.limits.attempts).sum();
            (model, attempts)
        };
        for flags in [
            &["--concurrency", "10", "--iterations", "7"][..],
            &["--rate", "30/s", "--max-in-flight", "100"],
            &["--stage", "10s:0..60/s", "--stage", "5s:60/s"],
        ] {
            let whole = planned(flags);
            assert_eq!(together(flags), (whole.model, whole.plan.limits.attempts));
        }
        let seed = |shard| {
            let flags = ["--rate", "3/s", "--arrival", "poisson", "--seed", "7"];
            part(&flags, Some(shard))
                .map(|it| it.model.to_string())
                .ok()
        };
        assert_ne!(seed(shards[0]), seed(shards[1]));
    }

    #[test]
    fn a_shard_to_which_nothing_falls_is_refused_with_the_way_out() {
        let last = "4/4".parse().ok();
        for (flags, flag) in [
            (&["--concurrency", "3"][..], "--concurrency 3"),
            (
                &["--rate", "5/s", "--max-in-flight", "2"],
                "--max-in-flight 2",
            ),
            (&["--iterations", "1"], "--iterations 2"),
        ] {
            let error = part(flags, last).err().expect("refused");
            assert!(error.to_string().starts_with(flag), "{error}");
            assert_eq!(error.exit().code(), 2);
        }
    }

    #[test]
    fn a_suite_gives_weights_and_flags_count_instead() {
        let suite = r#"{"tests": [
            {"id": "a", "command": "true", "weight": 3}, {"id": "b", "command": "true", "weight": 5},
            {"id": "c", "command": "true"}
        ]}"#;
        let suite = suite::parse("suite.json".as_ref(), suite).expect("a suite");
        let weights = |flags: &[&str]| {
            let flags: Vec<Weight> = flags.iter().map(|it| it.parse().expect("ID=N")).collect();
            let weights = weights(&flags, &suite).expect("weights");
            weights.into_iter().map(NonZeroU32::get).collect::<Vec<_>>()
        };
        assert_eq!(weights(&[]), [3, 5, 1]);
        assert_eq!(weights(&["a=2000", "c=4", "a=1"]), [1, 5, 4]);
    }

    #[test]
    fn a_weight_of_no_case_and_stages_of_nothing_are_refused() {
        let refused = |flags: &[&str]| plan(flags).err().map(|error| error.exit().code());
        assert_eq!(refused(&["--weight", "c=2"]), Some(2));
        assert_eq!(refused(&["--stage", "5s:0/s"]), Some(2));
        assert_eq!(refused(&["--weight", "a=4000000000"]), Some(2));
    }
}

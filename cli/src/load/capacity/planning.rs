//! From flags to what is sought, and to the plan of each trial.

use std::{sync::Arc, time::Duration};

use load::{
    ArrivalRate, LoadPlan, Spacing,
    capacity::{CapacityInfo, CapacityPlan},
};
use run_stats::Confidence;
use runner_core::{attempt::AttemptPlan, gates::RunGates, results::RunInfo, text::Human};
use suite::Suite;

use super::super::planning::{self, Planned};
use crate::{
    args::{Arrival, LoadArgs},
    error::CliError,
    settings::Settings,
};

/// How long attempts of a trial do not count at its beginning where nobody says it.
const WARMUP: Duration = Duration::from_secs(2);

/// The rate that is tried first where nobody says it, as far as it is in the range.
const START: f64 = 10.0;

/// Makes the plans of trials.
pub(super) struct TrialPlanner<'a> {
    args: &'a LoadArgs,
    settings: &'a Settings,
    suite: &'a Suite,
    gates: RunGates,
    capacity: CapacityPlan,
    /// What random arrivals of the first trial are made from.
    seed: u64,
}

impl<'a> TrialPlanner<'a> {
    /// # Errors
    /// When the shortest trial would have no attempt.
    pub(super) fn new(
        args: &'a LoadArgs,
        settings: &'a Settings,
        suite: &'a Suite,
        gates: RunGates,
    ) -> Result<Self, CliError> {
        let asked = &args.capacity;
        let range = asked.capacity_range;
        if range.low().per_second() * asked.trial_duration.as_secs_f64() < 1.0 {
            return Err(CliError::CapacityWithoutAttempt {
                rate: range.low(),
                trial: Human(asked.trial_duration),
            });
        }
        let start = args.model.rate.unwrap_or_else(|| {
            let clamped = START.clamp(range.low().per_second(), range.high().per_second());
            ArrivalRate::of(clamped).unwrap_or(range.low())
        });
        Ok(Self {
            args,
            settings,
            suite,
            gates,
            capacity: CapacityPlan {
                start,
                range,
                resolution: asked.resolution.0,
                confidence: Confidence::PERCENT_90,
                max_trials: asked.max_trials,
                trial: asked.trial_duration,
                warmup: args.warmup.unwrap_or(WARMUP),
                pause: asked.trial_pause,
            },
            seed: args.model.seed.unwrap_or_else(planning::seed),
        })
    }

    /// What is sought.
    pub(super) fn capacity(&self) -> &CapacityPlan {
        &self.capacity
    }

    /// Says that the first rate is none of those that may be tried.
    pub(super) fn outside_of_range(&self) -> CliError {
        CliError::CapacityStart {
            start: self.capacity.start,
            range: self.capacity.range,
        }
    }

    /// What a report says of the search with this name.
    ///
    /// # Errors
    /// When the flags make no load of the suite.
    pub(super) fn info(&self, run: RunInfo) -> Result<CapacityInfo, CliError> {
        let first = self.trial(self.capacity.start, 1, &run.marker)?;
        Ok(CapacityInfo {
            run,
            plan: self.capacity.clone(),
            spacing: match self.args.model.arrival {
                Arrival::Constant => Spacing::Constant,
                Arrival::Poisson => Spacing::Poisson { seed: self.seed },
            },
            max_in_flight: self.args.model.max_in_flight.get(),
            threads: first.useful_threads(),
        })
    }

    /// The plan of an attempt that shows whether the executor is at rest: the first of a trial.
    ///
    /// # Errors
    /// When the flags make no load of the suite.
    pub(super) fn probe(&self, marker: &str) -> Result<AttemptPlan, CliError> {
        let plan = self.trial(self.capacity.start, 1, marker)?;
        let case = &plan.cases[plan.mix.case_of(0)];
        Ok(AttemptPlan {
            execution_id: format!("{marker}_PROBE_{}", case.id),
            case: Arc::clone(case),
            started_after: Duration::ZERO,
            marker: None,
            tail: None,
            settings: plan.attempt,
        })
    }

    /// The plan of the trial with this number, counted from one: an open load at one rate.
    ///
    /// # Errors
    /// When the flags make no load of the suite.
    pub(super) fn trial(
        &self,
        rate: ArrivalRate,
        number: usize,
        marker: &str,
    ) -> Result<LoadPlan, CliError> {
        let mut args = self.args.clone();
        args.model.rate = Some(rate);
        // Another trial at the same rate is not to repeat the same arrivals.
        args.model.seed = Some(self.seed.wrapping_add(number as u64 - 1));
        args.duration = Some(self.capacity.trial);
        args.warmup = Some(self.capacity.warmup);
        let planned = Planned::of(&args, self.settings, self.suite, self.gates.clone(), None)?;
        Ok(LoadPlan {
            marker: format!("{marker}_T{number}"),
            ..planned.plan
        })
    }
}

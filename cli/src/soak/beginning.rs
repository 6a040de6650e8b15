//! How a soak begins, or goes on where the ledger ends.

use std::{
    num::NonZeroU64,
    time::{Duration, SystemTime},
};

use run_ledger::{Ledger, NewPart, Resumed, RunJournal};
use runner_core::{
    plan::{RunPlan, SoakBefore, SoakPlan},
    recorded::RunKind,
    run_state::{RunEnd, Start},
    text::{Grouped, Human},
    tries::Tries,
};
use suite::Suite;

use super::{Soaker, conclusion::judge, options::Options};
use crate::{error::CliError, executor::Executor, session};

/// Where a soak begins.
pub(super) enum Beginning {
    /// At its beginning.
    New(Ledger),
    /// Where the ledger ends.
    Resumed(Box<Resumed>),
}

/// A soak that is ready to begin or to go on.
pub(super) struct Ready {
    pub plan: RunPlan,
    pub journal: RunJournal,
    /// The suite, if it is another one than when the soak was interrupted.
    pub changed: Option<Suite>,
}

impl Soaker {
    /// Begins a new soak.
    pub(super) async fn begin(
        &self,
        suite: Suite,
        ledger: Ledger,
    ) -> Result<(Ready, Executor), CliError> {
        let path = suite.path.display().to_string();
        let suite = self.session.select(suite);
        let mut suite = suite.ok_or(CliError::NothingSelected { suites: path })?;
        let shard = self.session.deal(&mut suite);
        let executor = self.session.open_executor().await?;
        let info = self.session.run_info(&suite, &executor);
        let mut plan = self.session.plan(suite, info, &executor);
        plan.soak = Some(self.plan(1, Start::default(), SoakBefore::default()));
        self.set_policy(&mut plan);
        let options = self.options.to_json();
        let journal = self
            .session
            .begin(ledger, RunKind::Soak, &mut plan, &options, shard.as_ref())?
            .with_judgement(Box::new(judge));
        self.session.progress.say(&format!(
            "soak {} ({}): {}",
            journal.run_id(),
            plan.run.marker,
            self.goal()
        ));
        let ready = Ready {
            plan,
            journal,
            changed: None,
        };
        Ok((ready, executor))
    }

    /// Goes on where the ledger ends.
    pub(super) async fn go_on(
        &self,
        loaded: Result<Suite, CliError>,
        resumed: Resumed,
    ) -> Result<(Ready, Executor), CliError> {
        let mut suite = match self.is_through(&resumed) {
            // Nothing is left to do: what was done was done with this version.
            true => self.kept(&resumed)?,
            false => self.usable(loaded, &resumed)?,
        };
        self.session.deal(&mut suite);
        let executor = self.session.open_executor().await?;
        let mut start = resumed.start;
        let changed = (suite.hash != resumed.suite.hash).then(|| suite.clone());
        let is_in_iteration = start.done > 0 || start.tries != Tries::default();
        if changed.is_some() && is_in_iteration {
            // Cases that had their turn may be others now.
            start.iteration += 1;
            start.done = 0;
            start.tries = Tries::default();
        }
        let mut info = resumed.info.clone();
        info.executor = executor.address();
        info.environment = self.session.environment(&executor);
        let mut plan = self.session.plan(suite, info, &executor);
        plan.started = self.started;
        plan.soak = Some(self.plan(resumed.part, start, resumed.before));
        plan.policy.waits_at_start = true;
        self.set_policy(&mut plan);
        let words = self.resumption(&resumed);
        // The last that can go wrong: whatever does before leaves the run as it was.
        let journal = resumed.begin(&NewPart {
            began: self.now,
            version: env!("CARGO_PKG_VERSION"),
            executor: &plan.run.executor,
            environment: &plan.run.environment,
        })?;
        let journal = journal
            .with_retention(self.session.settings.ledger.retention)
            .with_judgement(Box::new(judge));
        tracing::info!(run = journal.run_id(), "going on with a soak");
        self.session.progress.say(&words);
        let ready = Ready {
            plan,
            journal,
            changed,
        };
        Ok((ready, executor))
    }

    /// The suite as it is now, or as it was where it cannot be used any more.
    fn usable(
        &self,
        loaded: Result<Suite, CliError>,
        resumed: &Resumed,
    ) -> Result<Suite, CliError> {
        let usable = loaded.and_then(|suite| {
            let suites = suite.path.display().to_string();
            let selected = self.session.select(suite);
            selected.ok_or(CliError::NothingSelected { suites })
        });
        usable.or_else(|error| {
            self.session
                .progress
                .warn("the suite's file cannot be used any more; the suite stays as it was:");
            error.show();
            self.kept(resumed)
        })
    }

    /// The suite as it was.
    fn kept(&self, resumed: &Resumed) -> Result<Suite, CliError> {
        let suite = suite::parse(&self.options.suite, &resumed.suite.text)?;
        let suites = suite.path.display().to_string();
        let selected = self.session.select(suite);
        selected.ok_or(CliError::NothingSelected { suites })
    }

    /// Whether all iterations that were asked for are through, however the soak ended after them.
    fn is_through(&self, resumed: &Resumed) -> bool {
        let start = resumed.start;
        let is_last = self
            .options
            .iterations
            .is_some_and(|last| start.iteration >= last.get());
        // A suite that cannot be read any more has cases that nobody can count.
        is_last
            && suite::parse(&self.options.suite, &resumed.suite.text).is_ok_and(|suite| {
                let selection = session::selection(&self.session.args.selection);
                let selected = suite.select(&selection).cases;
                let dealt = match &self.session.shard {
                    Some(of) => of.shard.deal(&suite.hash, &selected),
                    None => selected,
                };
                start.done >= dealt.len()
            })
    }

    /// Whether the soak has ended without its executor, and has no time left in which it could come back.
    pub(super) fn is_over(&self, resumed: &Resumed) -> bool {
        let reason = String::new();
        let lost = RunEnd::ExecutorLost { reason };
        let time_left = self.options.time_left(resumed.before.elapsed, self.now);
        resumed.end.as_deref() == Some(lost.code()) && time_left == Some(Duration::ZERO)
    }

    /// What is told of a soak that goes on.
    fn resumption(&self, resumed: &Resumed) -> String {
        let before = &resumed.before;
        let mut text = format!(
            "going on with soak {} ({}): {} attempts in {} so far, {}",
            resumed.run_id(),
            resumed.info.marker,
            Grouped(before.counts.total),
            Human(before.elapsed),
            self.goal()
        );
        if let Some(number) = resumed.interrupted {
            text.push_str(&format!(
                "; attempt {} was under way and counts as interrupted",
                Grouped(number)
            ));
        }
        text
    }

    /// How the soak is to end, in words.
    fn goal(&self) -> String {
        let Options {
            duration,
            until,
            iterations,
            ..
        } = &self.options;
        let goals: Vec<String> = [
            duration.map(|duration| format!("for {}", Human(duration))),
            until.map(|until| format!("until {until}")),
            iterations.map(|count| match count.get() {
                1 => "1 iteration".into(),
                count => format!("{} iterations", Grouped(count)),
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        match goals.is_empty() {
            true => "until it is stopped".into(),
            false => goals.join(", at most "),
        }
    }

    fn plan(&self, part: u64, start: Start, before: SoakBefore) -> SoakPlan {
        SoakPlan {
            part,
            start,
            before,
            interval: self.options.interval,
            time_left: self.options.time_left(before.elapsed, self.now),
            until: self.options.until.map(SystemTime::from),
            health_interval: self.session.settings.soak.health_interval,
            suite_path: self.options.suite.clone(),
        }
    }

    fn set_policy(&self, plan: &mut RunPlan) {
        plan.policy.iterations = match plan.is_empty_shard() {
            // Again and again nothing is nothing once.
            true => Some(NonZeroU64::MIN),
            false => self.options.iterations,
        };
        plan.policy.shuffle = self.options.shuffle;
        plan.policy.backs_off = true;
        plan.policy.max_outage = self.session.settings.soak.max_outage;
    }
}

//! What the runner measures about itself while a run goes on.

use std::time::Duration;

use crate::self_sample::{Overload, Sampler, Samples, SelfTotals};

/// Takes samples, and adds what the sampler cannot know: how the ledger is written.
pub(super) struct SelfWatch {
    sampler: Option<Box<dyn Sampler>>,
    totals: SelfTotals,
    commits: Commits,
}

/// How often the ledger was written since the latest sample, and how long that took.
#[derive(Default)]
struct Commits {
    count: u64,
    time: Duration,
    max: Duration,
}

impl SelfWatch {
    /// A watch that goes on from `totals`, and takes no samples.
    pub(super) fn new(totals: SelfTotals) -> Self {
        Self {
            sampler: None,
            totals,
            commits: Commits::default(),
        }
    }

    pub(super) fn set_sampler(&mut self, sampler: Box<dyn Sampler>) {
        self.sampler = Some(sampler);
    }

    pub(super) fn takes_samples(&self) -> bool {
        self.sampler.is_some()
    }

    /// The ledger was written, which took so long.
    pub(super) fn committed(&mut self, took: Duration) {
        self.commits.count += 1;
        self.commits.time += took;
        self.commits.max = self.commits.max.max(took);
    }

    /// What was taken and missed since the sample before; `None` where nothing is measured.
    pub(super) fn sample(&mut self) -> Option<Samples> {
        let mut samples = self.sampler.as_mut()?.sample();
        let sample = &mut samples.runner;
        let commits = std::mem::take(&mut self.commits);
        sample.commits = commits.count;
        sample.commit_time = commits.time;
        sample.commit_max = commits.max;
        self.totals.add(sample);
        Some(samples)
    }

    /// What shows that the runner itself was the bottleneck; `None` if it was not.
    pub(super) fn overload(&self) -> Option<Overload> {
        self.totals.overload()
    }
}

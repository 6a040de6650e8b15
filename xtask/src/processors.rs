//! Which processors programs run on.

use std::process::Child;

use rustix::{
    io,
    process::Pid,
    thread::{CpuSet, sched_getaffinity, sched_setaffinity},
};

/// Keeps a server, and whatever this thread starts, on processors of their own, until it is dropped.
///
/// Otherwise Linux may put both on one processor and leave another one idle, for as long as a run lasts: what is
/// measured then is how they wait for each other.
#[derive(Debug)]
pub(crate) struct Apart {
    before: CpuSet,
}

impl Apart {
    /// Gives `server` the last processor, and this thread the others.
    ///
    /// # Errors
    /// When there is one processor only, or the system refuses.
    pub(crate) fn from(server: &Child) -> io::Result<Self> {
        let before = sched_getaffinity(None)?;
        let mut ours = before;
        let last = (0..CpuSet::MAX_CPU)
            .rev()
            .find(|&cpu| before.is_set(cpu))
            .filter(|_| before.count() > 1)
            .ok_or(io::Errno::OPNOTSUPP)?;
        ours.unset(last);
        let mut its = CpuSet::new();
        its.set(last);
        sched_setaffinity(Some(Pid::from_child(server)), &its)?;
        sched_setaffinity(None, &ours)?;
        Ok(Self { before })
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // What ran before runs on: there is nothing better to do.
        let _ = sched_setaffinity(None, &self.before);
    }
}

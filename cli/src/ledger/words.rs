//! Short words for what stands in a ledger.

use std::{env, fmt, path::Path};

use jiff::Zoned;
use run_stats::Proportion;
use runner_core::{
    recorded::{RecordedState, RunKind},
    text::{Confidence, Rate},
};

/// What stands where there is nothing to tell.
pub(crate) const NOTHING: &str = "–";

/// An observed share with the range that the true one lies in with 95 % confidence:
/// `80.0% (37.5% to 96.3%)`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShortShare(pub(crate) Proportion);

impl fmt::Display for ShortShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.trials() {
            0 => f.write_str(NOTHING),
            _ => write!(f, "{} ({})", Rate(self.0), Confidence(self.0)),
        }
    }
}

/// A path as it is written in the folder the program was started in.
pub(crate) fn from_here(path: &str) -> String {
    let inside = env::current_dir()
        .ok()
        .and_then(|here| Path::new(path).strip_prefix(here).ok().map(Path::to_owned));
    inside.map_or_else(|| path.to_owned(), |inside| inside.display().to_string())
}

/// A moment to the second, with how far its zone is from universal time.
pub(crate) fn moment(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// How a run stands, and whether more can come of it: `completed`, `interrupted (can be resumed)`.
pub(crate) fn standing(kind: RunKind, state: &RecordedState) -> String {
    if state.is_resumable(kind) {
        format!("{state} (can be resumed)")
    } else {
        state.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_short_and_one_of_nothing_is_nothing() {
        let short = |passed, tried| ShortShare(Proportion::new(passed, tried)).to_string();
        assert_eq!(short(4, 5), "80.0% (37.6% to 96.4%)");
        assert_eq!(short(0, 0), NOTHING);
    }

    #[test]
    fn only_a_soak_that_is_not_complete_can_be_resumed() {
        let ended = |end: &str| RecordedState::Ended(end.into());
        for (kind, state, words) in [
            (RunKind::Run, ended("interrupted"), "interrupted"),
            (RunKind::Run, RecordedState::Broken, "broken off"),
            (RunKind::Soak, RecordedState::Running, "running"),
            (RunKind::Soak, ended("completed"), "completed"),
            (
                RunKind::Soak,
                RecordedState::Broken,
                "broken off (can be resumed)",
            ),
            (
                RunKind::Soak,
                ended("executor-lost"),
                "executor-lost (can be resumed)",
            ),
        ] {
            assert_eq!(standing(kind, &state), words);
        }
    }

    #[test]
    fn a_path_below_this_folder_is_written_from_here() {
        let here = env::current_dir().unwrap();
        let below = here.join("suites/a.json").display().to_string();
        assert_eq!(from_here(&below), "suites/a.json");
        assert_eq!(from_here("/elsewhere/a.json"), "/elsewhere/a.json");
    }
}

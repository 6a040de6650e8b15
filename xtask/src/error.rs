//! What keeps a benchmark from measuring.

use std::{error::Error, io, path::PathBuf, process::ExitStatus, time::Duration};

/// Why a benchmark has no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A tool of the machine is not installed. The benchmark is skipped, which is no failure.
    #[error("{tool} is not installed: `{install}` installs it")]
    MissingTool {
        tool: &'static str,
        install: &'static str,
    },
    #[error("{program} cannot be run")]
    Start { program: String, source: io::Error },
    #[error("{program} cannot be waited for")]
    Wait { program: String, source: io::Error },
    #[error("{program} took longer than {limit:?} and was ended")]
    TooSlow { program: String, limit: Duration },
    /// A child that fails has not done the work that was to be measured.
    #[error("{program} failed ({status})")]
    Failed { program: String, status: ExitStatus },
    #[error("cargo built no program `{0}`")]
    NothingBuilt(&'static str),
    #[error("nginx does not answer: {0}")]
    Nginx(String),
    #[error("{program} answered something else than expected: {output}")]
    Unexpected {
        program: &'static str,
        output: String,
    },
    #[error("cannot use {}", .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cannot prepare the benchmark")]
    Io(#[from] io::Error),
}

impl BenchError {
    /// The message with the messages of everything below it.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

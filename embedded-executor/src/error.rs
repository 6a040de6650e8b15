//! Why the executor did not start.

use std::{io, net::SocketAddr, path::PathBuf};

use http_guard::ExposureError;

/// A configuration that is refused, or a system that cannot run the executor.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address is reachable from other machines, and must not be.
    #[error(transparent)]
    Exposed(#[from] ExposureError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address that was to be listened on.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The folder that holds the commands' folders could not be made.
    #[error("cannot create a temporary folder in {parent}")]
    TempFolder {
        /// Where it was to be.
        parent: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The kernel cannot watch processes through pidfds, which came with Linux 5.3.
    #[error("this kernel has no pidfds (Linux 5.3 has them)")]
    NoPidfd {
        /// What the kernel said.
        source: io::Error,
    },
    /// The kernel has Landlock but refuses the sandbox.
    #[error("the kernel has Landlock but refuses the sandbox")]
    Sandbox {
        /// What it said.
        source: landlock::RulesetError,
    },
    /// The thread that tries the sandbox out could not be started.
    #[error("cannot start a thread")]
    Thread {
        /// Why not.
        source: io::Error,
    },
}

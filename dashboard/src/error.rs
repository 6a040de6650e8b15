//! Why there is no dashboard.

use std::{io, net::SocketAddr};

/// Why a dashboard cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DashboardError {
    /// Other machines could look at what runs here, without anybody having allowed them to.
    #[error("{address} can be reached by other machines, and there is no token")]
    RemoteWithoutToken {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The system has no thread, or no random numbers.
    #[error("cannot start the dashboard")]
    Start(#[source] io::Error),
}

//! What a dashboard is asked for, and whether that is safe.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
};

use http_guard::Token;

use crate::DashboardError;

/// What a dashboard is asked for.
///
/// ```
/// let config = dashboard::DashboardConfig::default();
/// assert!(config.listen.ip().is_loopback() && config.token.is_none());
/// ```
#[derive(Debug, Clone)]
pub struct DashboardConfig {
    /// Where it listens; port 0 takes any free one, which is the default, on loopback.
    pub listen: SocketAddr,
    /// What everybody has to have who looks, if anything. Without it only loopback is listened on.
    pub token: Option<Token>,
    /// How many may follow pages at once; 200 by default. Who comes after that is told to come later.
    pub max_clients: NonZeroUsize,
}

impl Default for DashboardConfig {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            token: None,
            max_clients: NonZeroUsize::new(200).unwrap_or(NonZeroUsize::MIN),
        }
    }
}

impl DashboardConfig {
    /// Whether only this machine can reach it.
    pub(crate) fn is_local(&self) -> bool {
        http_guard::is_loopback(self.listen.ip())
    }

    pub(crate) fn check(&self) -> Result<(), DashboardError> {
        if self.is_local() || self.token.is_some() {
            return Ok(());
        }
        let address = self.listen;
        Err(DashboardError::RemoteWithoutToken { address })
    }
}

//! Whether a server may listen where it is told to.

use std::net::SocketAddr;

use crate::{Token, is_loopback};

/// Why a server that acts for its clients may not listen there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExposureError {
    /// The address is reachable from other machines, and that was not asked for.
    #[error(
        "{address} can be reached from other machines: listen on 127.0.0.1, or allow remote clients \
         and set a token"
    )]
    RemoteNotAllowed {
        /// The address that was to be listened on.
        address: SocketAddr,
    },
    /// Remote clients are allowed, but everybody would be one.
    #[error("{address} can be reached from other machines, which needs a token")]
    RemoteWithoutToken {
        /// The address that was to be listened on.
        address: SocketAddr,
    },
}

/// Whether a server may listen on `address`: on loopback always, elsewhere with permission and a token.
///
/// # Errors
/// When other machines could reach it and one of the two is missing.
///
/// ```
/// use http_guard::{ExposureError, check_exposure};
///
/// assert_eq!(check_exposure("127.0.0.1:8000".parse().unwrap(), false, None), Ok(()));
/// let address = "0.0.0.0:8000".parse().unwrap();
/// let refused = check_exposure(address, true, None);
/// assert_eq!(refused, Err(ExposureError::RemoteWithoutToken { address }));
/// ```
pub fn check_exposure(
    address: SocketAddr,
    allow_remote: bool,
    token: Option<&Token>,
) -> Result<(), ExposureError> {
    if is_loopback(address.ip()) {
        return Ok(());
    }
    match (allow_remote, token) {
        (false, _) => Err(ExposureError::RemoteNotAllowed { address }),
        (true, None) => Err(ExposureError::RemoteWithoutToken { address }),
        (true, Some(_)) => Ok(()),
    }
}

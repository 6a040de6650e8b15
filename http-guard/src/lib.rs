//! Who may talk to a server on this machine: pure functions over what a request says of itself.
//!
//! A server on loopback answers whoever can reach it, and web pages can: by sending requests across sites,
//! or by a name of their own that resolves to 127.0.0.1. Both show in headers that no page can forge. A
//! server that other machines can reach asks for a [`Token`] instead.
//!
//! The crate owns these questions and the token. It refuses servers, answers, and to decide which of the
//! questions are asked: a server that runs commands is stricter than one that shows a page.

mod exposure;
mod host;
mod token;

pub use exposure::{ExposureError, check_exposure};
pub use host::{is_loopback, is_own_authority, is_own_host};
pub use token::{Token, TokenError, bearer};

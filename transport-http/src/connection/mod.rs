//! Connections as the HTTP client gets them: dialled, secured, timed, and checked for early ends.

mod checked_io;
mod dialer;
mod framing;
mod recorded;
mod socket;
mod tls;
mod trust;

pub(crate) use checked_io::EarlyEnd;
pub(crate) use dialer::{Dial, Dialer, SENDING, Sending};
pub(crate) use tls::{Tls, TlsFailure};
pub(crate) use trust::{Authorities, Trust};

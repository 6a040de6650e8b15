//! What an operator can set.

use std::{
    fmt, io,
    net::{Ipv4Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use cassette::Cassette;
use http_guard::{ExposureError, Token};

/// How it listens, and what it answers.
#[derive(Debug, Clone)]
pub struct ReplayConfig {
    /// Where to listen; port 0 takes any free one. Default: `127.0.0.1:0`.
    pub listen: SocketAddr,
    /// Whether `listen` may be reachable from other machines, which also needs a token. Default: no.
    pub allow_remote: bool,
    /// What clients have to send as `Authorization: Bearer …` on every route but `/healthz`.
    /// Default: none.
    pub token: Option<Token>,
    /// What is answered. Several of one command are played in turn, in this order, and then from the first
    /// again.
    pub cassettes: Vec<Cassette>,
    /// How fast. Default: as recorded.
    pub speed: Speed,
    /// What makes two commands the same, in what is asked and in what was recorded. Default: nothing but
    /// being the same.
    pub essence: fn(&str) -> &str,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            token: None,
            cassettes: Vec::new(),
            speed: Speed::default(),
            essence: |command| command,
        }
    }
}

/// How fast a cassette is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// So many times as fast as it was.
    Times(f64),
    /// Without any pause. What the client left while it waited is waited for all the same.
    Max,
}

impl Default for Speed {
    fn default() -> Self {
        Self::Times(1.0)
    }
}

impl Speed {
    /// When something is to happen that happened after `recorded`.
    pub(crate) fn apply(self, recorded: Duration) -> Duration {
        match self {
            Self::Max => Duration::ZERO,
            // Too long to count is as good as the longest that can be.
            Self::Times(times) => Duration::try_from_secs_f64(recorded.as_secs_f64() / times)
                .unwrap_or(recorded.max(Duration::from_secs(366 * 24 * 3600))),
        }
    }
}

/// Why a text is no speed.
#[derive(Debug, thiserror::Error)]
#[error("expected \"max\" or a number above 0, such as 10")]
pub struct SpeedError;

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, SpeedError> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let times: f64 = text.parse().map_err(|_| SpeedError)?;
        let is_speed = times.is_finite() && times > 0.0;
        is_speed.then_some(Self::Times(times)).ok_or(SpeedError)
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(times) => write!(f, "{times}"),
            Self::Max => f.write_str("max"),
        }
    }
}

/// Why it did not start.
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_above_nothing_or_max() {
        assert_eq!("max".parse::<Speed>().ok(), Some(Speed::Max));
        assert_eq!("2.5".parse::<Speed>().ok(), Some(Speed::Times(2.5)));
        for text in ["0", "-1", "inf", "NaN", "fast", ""] {
            assert!(text.parse::<Speed>().is_err(), "{text}");
        }
        let second = Duration::from_secs(1);
        assert_eq!(Speed::Times(10.0).apply(second), second / 10);
        assert_eq!(Speed::Max.apply(second), Duration::ZERO);
        assert!(Speed::Times(1e-300).apply(second) > second);
    }
}

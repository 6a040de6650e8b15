//! Posts messages to a collector.

use std::{sync::Arc, time::Duration};

use executor_protocol::error_chain;
use prost::Message;
use runner_core::text::Clipped;
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

use super::target::OtlpTarget;

/// Collectors answer with a few bytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// What a collector says about what it refuses is kept up to this many characters.
const REASON_CHARS: usize = 200;

/// What is said of a collector that does not answer in time, whoever notices it.
pub(super) const NO_ANSWER: &str = "no answer in time";

/// Posts messages to one collector.
pub(super) struct Client {
    agent: Agent,
    target: OtlpTarget,
}

/// What was not taken, and why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Whether the same may be taken later.
    pub is_temporary: bool,
    /// In words, harmless to show.
    pub reason: String,
}

impl Client {
    pub(super) fn new(target: OtlpTarget) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // Headers may be secrets: they go where they were meant to go.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("gauntlet/", env!("CARGO_PKG_VERSION")));
        if target.is_local() {
            config = config.proxy(None);
        }
        if target.is_secure() {
            config = config.tls_config(tls());
        }
        Self {
            agent: config.build().new_agent(),
            target,
        }
    }

    /// Posts `message` within `deadline`, and returns the answer.
    pub(super) fn post<A: Message + Default>(
        &self,
        signal: &str,
        message: &impl Message,
        deadline: Duration,
    ) -> Result<A, Refusal> {
        let mut request = self.agent.post(self.target.of(signal));
        for (name, value) in self.target.headers() {
            request = request.header(name, value);
        }
        let answered = request
            .header("content-type", "application/x-protobuf")
            .config()
            .timeout_global(Some(deadline))
            .build()
            .send(message.encode_to_vec());
        let mut answer = answered.map_err(|error| match error {
            ureq::Error::Timeout(_) => Refusal::new(true, NO_ANSWER),
            error => Refusal::new(true, &error_chain(&error)),
        })?;
        let status = answer.status();
        if !status.is_success() {
            // The specification names these, and says that all others will not get better.
            let is_temporary = matches!(status.as_u16(), 429 | 502 | 503 | 504);
            let reason = format!("HTTP status {}", status.as_u16());
            return Err(Refusal::new(is_temporary, &reason));
        }
        let body = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES);
        // It was taken; what is said about that is a courtesy.
        let body = body.read_to_vec().unwrap_or_default();
        Ok(A::decode(&*body).unwrap_or_default())
    }
}

impl Refusal {
    pub(super) fn new(is_temporary: bool, reason: &str) -> Self {
        Self {
            is_temporary,
            reason: Clipped(reason, REASON_CHARS).to_string(),
        }
    }
}

/// The certificates that the machine trusts, and the cryptography that the rest of the program uses.
fn tls() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        tracing::warn!(%error, "certificates of this machine cannot be read");
    }
    let certificates = found.certs.iter();
    let certificates: Vec<_> = certificates
        .map(|it| Certificate::from_der(it).to_owned())
        .collect();
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(certificates)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}

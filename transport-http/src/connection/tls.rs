//! Makes a connection a secure one, or says in plain words why it is none.

use std::{error::Error, fmt, io, sync::Arc};

use actix_rt::net::TcpStream;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, crypto::ring, pki_types::ServerName,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::trust::{AcceptAnybody, Trust};
use crate::endpoint::EndpointError;

/// HTTP/1.1 and nothing newer, also beneath WebSockets.
const PROTOCOL: &[u8] = b"http/1.1";

/// Secures connections to one host.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: TlsConnector,
    host: ServerName<'static>,
}

impl Tls {
    /// Secures connections to `host` with a certificate that is to be trusted.
    pub(crate) fn new(host: ServerName<'static>, trust: &Trust) -> Result<Self, EndpointError> {
        // Whichever provider the program has installed for itself is none of our business.
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| EndpointError::Unusable(Box::new(error)))?;
        let config = if trust.anybody {
            tracing::warn!(
                host = %host.to_str(),
                "any certificate is accepted: nobody knows who answers"
            );
            config
                .dangerous()
                .with_custom_certificate_verifier(AcceptAnybody::new(&provider))
        } else {
            config.with_root_certificates(trust.roots()?)
        };
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![PROTOCOL.to_vec()];
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            host,
        })
    }

    /// Shakes hands. A failure carries a [`TlsFailure`].
    pub(super) async fn secure(&self, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let shaken = self.connector.connect(self.host.clone(), tcp).await;
        shaken.map_err(|error| io::Error::new(error.kind(), TlsFailure { source: error }))
    }
}

/// Why a connection is not secure.
#[derive(Debug)]
pub(crate) struct TlsFailure {
    source: io::Error,
}

impl TlsFailure {
    /// A failure that was recorded, in the words of then.
    pub(super) fn recorded(words: String) -> Self {
        Self {
            source: io::Error::other(Recorded(words)),
        }
    }

    /// The failure that `error` carries, if it is one: of the handshake, or of TLS later on, where a
    /// server may still refuse the client.
    pub(crate) fn take(error: io::Error) -> Result<Self, io::Error> {
        if rustls_error(&error).is_some() {
            return Ok(Self { source: error });
        }
        error.downcast()
    }

    /// Whether `error` comes from TLS and not from the socket or from HTTP.
    pub(crate) fn is_in(error: &io::Error) -> bool {
        let inner = error.get_ref();
        inner.is_some_and(|inner| inner.is::<Self>() || inner.is::<rustls::Error>())
    }
}

/// The words of a failure that was recorded.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Recorded(String);

fn rustls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use CertificateError as Certificate;
        let inner = self.source.get_ref();
        if let Some(Recorded(words)) = inner.and_then(|it| it.downcast_ref()) {
            return f.write_str(words);
        }
        f.write_str(match rustls_error(&self.source) {
            Some(rustls::Error::InvalidCertificate(why)) => match why {
                Certificate::UnknownIssuer => {
                    "no authority that is trusted has signed the certificate"
                }
                Certificate::Expired | Certificate::ExpiredContext { .. } => {
                    "the certificate has expired"
                }
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                    "the certificate is not valid yet"
                }
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                    "the certificate is for another host"
                }
                Certificate::Revoked => "the certificate was revoked",
                _ => "the certificate is not valid",
            },
            Some(rustls::Error::InvalidMessage(_)) => "the answer is no TLS; is it an http URL?",
            Some(
                rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)
                | rustls::Error::NoApplicationProtocol,
            ) => "the server does not speak HTTP/1.1",
            Some(rustls::Error::AlertReceived(_)) => "the server refused",
            _ if self.source.kind() == io::ErrorKind::UnexpectedEof => {
                "the connection was closed during the handshake"
            }
            _ => "the handshake failed",
        })
    }
}

impl Error for TlsFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

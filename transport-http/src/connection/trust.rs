//! Whose certificates are accepted.

use std::{
    error::Error,
    fmt, fs,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use rustls::{
    DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{self, CryptoProvider, WebPkiSupportedAlgorithms},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};

use crate::endpoint::EndpointError;

/// Whom to trust: the authorities of the machine and more, or anybody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    pub(crate) authorities: Vec<Authorities>,
    /// Whether any certificate is accepted.
    pub(crate) anybody: bool,
}

/// Certificates of further authorities, as PEM.
#[derive(Clone)]
pub(crate) enum Authorities {
    File(PathBuf),
    Pem(Vec<u8>),
}

impl Trust {
    /// The certificates of all authorities that are trusted.
    pub(super) fn roots(&self) -> Result<RootCertStore, EndpointError> {
        let mut roots = native_roots().clone();
        for authorities in &self.authorities {
            let added = authorities.certificates().and_then(|certificates| {
                certificates
                    .into_iter()
                    .try_for_each(|certificate| Ok(roots.add(certificate)?))
            });
            added.map_err(|source| EndpointError::Authorities {
                origin: authorities.origin(),
                source,
            })?;
        }
        Ok(roots)
    }
}

impl Authorities {
    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, Box<dyn Error + Send + Sync>> {
        let read;
        let pem = match self {
            Self::File(path) => {
                read = fs::read(path)?;
                &read
            }
            Self::Pem(pem) => pem,
        };
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>()?;
        if certificates.is_empty() {
            return Err("there is no certificate in PEM form in it".into());
        }
        Ok(certificates)
    }

    fn origin(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Pem(_) => "memory".into(),
        }
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

/// The authorities that the machine trusts. They are read once, and only when somebody needs them.
fn native_roots() -> &'static RootCertStore {
    static ROOTS: OnceLock<RootCertStore> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        // Machines have certificates that are too old for any library; one more or less is no error.
        let (usable, unusable) = roots.add_parsable_certificates(found.certs);
        for error in &found.errors {
            tracing::warn!(%error, "cannot read certificates that this machine trusts");
        }
        tracing::debug!(
            usable,
            unusable,
            "read the certificates that this machine trusts"
        );
        roots
    })
}

/// Accepts every certificate: connections are encrypted, but nobody knows for whom.
#[derive(Debug)]
pub(super) struct AcceptAnybody {
    algorithms: WebPkiSupportedAlgorithms,
}

impl AcceptAnybody {
    pub(super) fn new(provider: &CryptoProvider) -> Arc<Self> {
        Arc::new(Self {
            algorithms: provider.signature_verification_algorithms,
        })
    }
}

impl ServerCertVerifier for AcceptAnybody {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    // Whoever it is has to hold the key of the certificate nevertheless.

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

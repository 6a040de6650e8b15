//! A misbehaving executor behind TLS: what it says is encrypted on the way, and its connections may end
//! with or without the end of their encryption.

use std::{net::SocketAddr, sync::Arc};

use misbehaving_executor::{Log, Server, fault};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncWriteExt as _, copy, split},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// Who the server says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Right,
    /// Its certificate is for another host.
    Elsewhere,
    Expired,
    NotYetValid,
    /// Right, but it speaks no HTTP/1.1.
    OnlyHttp2,
    /// Right, but it wants a certificate of the client.
    WantsClient,
}

/// Whether a connection that the executor closes ends with TLS's closing alert, or just so, as if it had
/// been cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goodbye {
    Said,
    Missing,
}

/// An executor with a fault, reached through TLS.
pub(crate) struct TlsServer {
    behind: Server,
    address: SocketAddr,
    authority_pem: String,
    accepting: JoinHandle<()>,
}

impl TlsServer {
    pub(crate) fn start(fault_name: &str, identity: Identity, goodbye: Goodbye) -> Self {
        let behind = fault(fault_name).start().expect("the server starts");
        let target = behind.address();
        let authority = authority();
        let acceptor = TlsAcceptor::from(Arc::new(server_config(&authority, identity)));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("nonblocking");
        let listener = TcpListener::from_std(listener).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let accepting = actix_rt::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                actix_rt::spawn(relay(acceptor.clone(), client, target, goodbye));
            }
        });
        Self {
            behind,
            address,
            authority_pem: authority.pem(),
            accepting,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The certificate of the authority that has signed the server's.
    pub(crate) fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// What the executor has seen.
    pub(crate) fn log(&self) -> Log {
        self.behind.log()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Decrypts what comes from the client and encrypts what comes from the executor, until one of them
/// leaves.
async fn relay(acceptor: TlsAcceptor, client: TcpStream, target: SocketAddr, goodbye: Goodbye) {
    // A client that does not trust us does not finish the handshake.
    let Ok(client) = acceptor.accept(client).await else {
        return;
    };
    let server = TcpStream::connect(target).await.expect("it listens");
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = server.into_split();
    tokio::select! {
        _ = copy(&mut from_client, &mut to_server) => {}
        _ = copy(&mut from_server, &mut to_client) => {
            if goodbye == Goodbye::Said {
                // The client may be gone already.
                let _ = to_client.shutdown().await;
            }
        }
    }
}

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a certificate")
}

fn server_config(authority: &Authority, identity: Identity) -> ServerConfig {
    let host = match identity {
        Identity::Elsewhere => "elsewhere.test",
        _ => "127.0.0.1",
    };
    let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
    match identity {
        Identity::Expired => params.not_after = date_time_ymd(2001, 1, 1),
        Identity::NotYetValid => params.not_before = date_time_ymd(4000, 1, 1),
        _ => {}
    }
    let key = KeyPair::generate().expect("a key");
    let certificate = params.signed_by(&key, authority).expect("a certificate");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));

    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let config = if identity == Identity::WantsClient {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).expect("a root");
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        config.with_client_cert_verifier(clients.build().expect("a verifier"))
    } else {
        config.with_no_client_auth()
    };
    let mut config = config
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate with its key");
    let protocol: &[u8] = match identity {
        Identity::OnlyHttp2 => b"h2",
        _ => b"http/1.1",
    };
    config.alpn_protocols = vec![protocol.to_vec()];
    config
}

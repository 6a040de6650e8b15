//! Who is let in.
//!
//! An executor on loopback runs commands for whoever can reach it, and web pages can: by posting across
//! sites, or by a name that resolves to 127.0.0.1. Both show in headers that no page can forge.

use std::net::{IpAddr, SocketAddr};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web,
};

use super::{Service, refusal::Refusal};
use crate::{ExecutorConfig, Token};

/// What the guard goes by.
#[derive(Debug)]
pub(super) struct GuardRules {
    bound: IpAddr,
    /// Remote clients have a token instead, which no page knows, and may call us by any name.
    any_host: bool,
    token: Option<Token>,
}

impl GuardRules {
    pub(super) fn new(config: &ExecutorConfig, bound: SocketAddr) -> Self {
        Self {
            bound: bound.ip(),
            any_host: config.allow_remote && config.token.is_some(),
            token: config.token.clone(),
        }
    }

    fn check(&self, request: &ServiceRequest) -> Result<(), Refusal> {
        let headers = request.headers();
        if !self.any_host && !self.is_own_host(request) {
            return Err(Refusal::ForeignHost);
        }
        if headers.contains_key(header::ORIGIN) {
            return Err(Refusal::Origin);
        }
        if request.path() != "/healthz" && !self.has_token(headers) {
            return Err(Refusal::Token);
        }
        if request.method() == Method::POST && !is_json(headers) {
            return Err(Refusal::ContentType);
        }
        Ok(())
    }

    fn is_own_host(&self, request: &ServiceRequest) -> bool {
        let hosts = request.headers().get_all(header::HOST);
        http_guard::is_own_host(hosts.map(HeaderValue::as_bytes), self.bound)
            && request
                .uri()
                .authority()
                .is_none_or(|named| http_guard::is_own_authority(named, self.bound))
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let credentials = headers.get_all(header::AUTHORIZATION);
        http_guard::bearer(credentials.map(HeaderValue::as_bytes))
            .is_some_and(|candidate| token.matches(candidate))
    }
}

/// Lets a request through to the routes, or turns it down.
pub(super) async fn let_in<B: MessageBody + 'static>(
    service: web::Data<Service>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Err(refusal) = service.guard.check(&request) {
        tracing::warn!(path = request.path(), %refusal, "request refused");
        return Err(refusal.into());
    }
    next.call(request).await
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

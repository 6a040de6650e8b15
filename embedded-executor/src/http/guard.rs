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
        header::{self, HeaderMap},
        uri::Authority,
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
        let mut hosts = request.headers().get_all(header::HOST);
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let named = host
            .to_str()
            .ok()
            .and_then(|host| host.parse::<Authority>().ok());
        named.is_some_and(|named| self.is_own_name(&named))
            && request
                .uri()
                .authority()
                .is_none_or(|named| self.is_own_name(named))
    }

    fn is_own_name(&self, authority: &Authority) -> bool {
        let host = authority.host();
        // Addresses of version 6 stand in brackets.
        let literal = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        host.eq_ignore_ascii_case("localhost")
            || literal
                .parse::<IpAddr>()
                .is_ok_and(|address| address.to_canonical().is_loopback() || address == self.bound)
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let mut credentials = headers.get_all(header::AUTHORIZATION);
        let (Some(value), None) = (credentials.next(), credentials.next()) else {
            return false;
        };
        let Some((scheme, candidate)) = value.as_bytes().split_at_checked("Bearer ".len()) else {
            return false;
        };
        scheme.eq_ignore_ascii_case(b"Bearer ") && token.matches(candidate)
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

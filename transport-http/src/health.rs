//! The question for health, which every transport asks over plain HTTP.

use std::time::Duration;

use awc::{
    ClientResponse, FrozenClientRequest,
    http::{Method, Uri, header},
};
use executor_protocol::{Deadlines, Health, TransportError};
use tokio::time::timeout_at;

use crate::{
    access::Route,
    answer,
    endpoint::EndpointError,
    exchange::{Exchange, NEVER_FIRST},
};

/// A question for health, ready to be asked again and again.
pub(crate) struct HealthCheck {
    request: FrozenClientRequest,
    address: String,
}

impl HealthCheck {
    pub(crate) fn new(route: &Route, uri: Uri) -> Result<Self, EndpointError> {
        Ok(Self {
            request: route.request(
                Method::GET,
                uri,
                [(header::ACCEPT, "application/json, */*;q=0.1")],
            )?,
            address: route.address().to_owned(),
        })
    }

    /// Asks, and takes any whole answer with status 200 that is no HTML page for a good one.
    pub(crate) async fn ask(&self, deadline: Duration) -> Result<Health, TransportError> {
        let deadline = deadline.min(NEVER_FIRST);
        let exchange = Exchange::begin(Deadlines {
            connect: deadline,
            head: deadline,
            total: deadline,
            ..Deadlines::default()
        });
        let started = exchange.started;
        let mut head = exchange.send(self.request.send(), &self.address).await?;
        answer::expect_ok(&mut head.answer, started + deadline).await?;
        let body = answer::whole_body(&mut head.answer);
        let body = timeout_at(started + deadline, body).await.map_err(|_| {
            TransportError::TotalTimeout {
                limit: deadline,
                silent_for: started.elapsed(),
            }
        })??;
        if is_page(&head.answer) {
            return Err(TransportError::ContentType {
                content_type: "text/html".into(),
                body,
            });
        }
        Ok(Health {
            body,
            latency: started.elapsed(),
        })
    }
}

/// Whether the answer is an HTML page: some login form or proxy, no executor.
fn is_page(answer: &ClientResponse) -> bool {
    let content_type = answer.headers().get(header::CONTENT_TYPE);
    content_type.is_some_and(|value| {
        value
            .as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"text/html")
    })
}

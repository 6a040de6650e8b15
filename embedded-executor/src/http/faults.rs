//! What faults need a socket or a whole answer for.

use std::{
    any::Any,
    os::fd::{AsFd as _, OwnedFd},
    sync::Arc,
    time::Duration,
};

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Extensions,
    http::{StatusCode, header},
    rt::net::TcpStream,
};
use socket2::SockRef;

use super::{Service, refusal::Refusal};
use crate::{
    Fault,
    fault::{FaultKind, Sabotage},
};

/// What an executor behind a login shows to those who are not logged in.
const LOGIN_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>\
    <form method=\"post\"><input name=\"user\"><input type=\"password\" name=\"password\">\
    <button>Sign in</button></form></body></html>\n";

/// More than it takes the server to notice that its socket was shut.
const REFUSE_LIMIT: Duration = Duration::from_secs(5);

/// A second hold on a connection's socket, to do what the server has no words for.
#[derive(Debug)]
pub(super) struct Socket(OwnedFd);

/// Keeps a hold on the socket of a new connection.
pub(crate) fn keep_socket(connection: &dyn Any, data: &mut Extensions) {
    let stream = connection.downcast_ref::<TcpStream>();
    match stream.map(|stream| stream.as_fd().try_clone_to_owned()) {
        Some(Ok(socket)) => drop(data.insert(Arc::new(Socket(socket)))),
        other => tracing::warn!(?other, "some faults cannot strike this connection"),
    }
}

impl Socket {
    /// That of the connection that a request came over; none if the executor has no faults.
    pub(super) fn of(request: &HttpRequest) -> Option<Arc<Self>> {
        request.conn_data::<Arc<Self>>().cloned()
    }

    /// Makes the connection end with a reset once nobody holds it any more.
    pub(super) fn reset_at_close(&self) {
        if let Err(error) = SockRef::from(&self.0).set_linger(Some(Duration::ZERO)) {
            tracing::warn!(%error, "a connection cannot be reset");
        }
    }

    fn shut(&self) {
        // It fails if the client was faster.
        let _ = SockRef::from(&self.0).shutdown(std::net::Shutdown::Both);
    }
}

/// What takes the place of an answer, if the fault is of that kind.
pub(super) async fn instead_of_answer(
    service: &Service,
    request: &HttpRequest,
    fault: &Fault,
) -> Option<Result<HttpResponse, Refusal>> {
    match fault.what() {
        FaultKind::Html => Some(Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .body(LOGIN_PAGE))),
        FaultKind::Status { code, retry_after } => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = HttpResponse::build(status);
            if let Some(seconds) = retry_after {
                response.insert_header((header::RETRY_AFTER, seconds.to_string()));
            }
            let error = "injected by a fault";
            Some(Ok(response.json(serde_json::json!({ "error": error }))))
        }
        FaultKind::Refuse => {
            if let Some(socket) = Socket::of(request) {
                socket.shut();
            }
            tokio::time::sleep(REFUSE_LIMIT).await;
            Some(Err(Refusal::Stopping))
        }
        FaultKind::Hang if Sabotage::new(fault.clone()).withholds_answer() => {
            let mut closing = service.closing.subscribe();
            let stop = closing.wait_for(|&closing| closing);
            // The longest that a command may keep a client waiting bounds a fault as well.
            let _ = tokio::time::timeout(service.max_timeout, stop).await;
            Some(Err(Refusal::Stopping))
        }
        _ => None,
    }
}

//! The routes: health, and the execution of commands.

use std::{sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    middleware,
    web::{self, Data, Payload, ServiceConfig},
};
use bytes::BytesMut;
use executor_protocol::ExecuteRequest;
use futures_util::StreamExt as _;

use super::{
    Service,
    accept::Accepted,
    body::EventBody,
    faults::{self, Socket},
    guard,
    refusal::Refusal,
    websocket,
};
use crate::{
    fault::{Occasion, Sabotage},
    framing::Framing,
    process::{Busy, Command, RunningCommand},
};

/// How long a client may take to send a request's body, which fits into a few packets.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// What a request holds besides its command: field names, the timeout, the execution's name.
const ENVELOPE_BYTES: usize = 8 * 1024;

/// How much of an execution's name goes into the log.
const LOGGED_NAME_CHARS: usize = 200;

/// A byte of the command takes at most this many in JSON (`\u0001`).
const JSON_EXPANSION: usize = 6;

/// Puts the routes under `service`'s guard into an application.
pub(crate) fn configure(app: &mut ServiceConfig, service: Data<Service>) {
    let refused = |refusal: fn() -> Refusal| {
        web::to(move || async move { Err::<HttpResponse, _>(refusal()) })
    };
    let wrong_method = || refused(|| Refusal::Method);
    let routes = web::scope("")
        .wrap(middleware::from_fn(guard::let_in))
        .service(
            web::resource("/health")
                .route(web::get().to(health))
                .default_service(wrong_method()),
        )
        .service(
            web::resource("/healthz")
                .route(web::get().to(healthz))
                .default_service(wrong_method()),
        )
        .service(
            web::resource("/execute")
                .route(web::post().to(execute))
                .default_service(wrong_method()),
        )
        .service(
            web::resource(["/ws", "/ws/mcp"])
                .route(web::get().to(websocket::open))
                .default_service(wrong_method()),
        )
        .default_service(refused(|| Refusal::NoRoute));
    app.app_data(service).service(routes);
}

async fn health(service: Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({
        "status": "healthy",
        "service": "gauntlet-embedded-executor",
        "version": env!("CARGO_PKG_VERSION"),
        "active_sessions": service.launcher.active(),
        "max_sessions": service.launcher.max_commands(),
        "uptime_seconds": service.started.elapsed().as_secs_f64(),
    }))
}

async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

async fn execute(
    service: Data<Service>,
    http: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let request = ExecuteRequest::from_json(&read(payload, service.max_body_bytes()).await?)?;
    let command = service.admit(request)?;
    let occasion = Occasion::Http {
        command: &command.text,
    };
    let fault = service.strike(occasion);
    if let Some(fault) = &fault
        && let Some(answer) = faults::instead_of_answer(&service, &http, fault).await
    {
        return answer;
    }
    // A stop that finds no answer counted must not miss this command: it is counted first.
    let answer = Arc::clone(&service.answers)
        .try_acquire_owned()
        .map_err(|_| service.busy())?;
    let running = service.start(command)?;
    let (framing, content_type, heartbeat) = match Accepted::of(http.headers()) {
        Accepted::Ndjson => (
            Framing::Ndjson,
            "application/x-ndjson",
            service.ndjson_heartbeat,
        ),
        Accepted::ServerSentEvents => (Framing::Sse, "text/event-stream", service.sse_heartbeat),
    };
    let mut body = EventBody::new(running, framing, heartbeat, answer);
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CONTENT_TYPE, content_type))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(fault) = fault {
        let sabotage = Sabotage::new(fault);
        if sabotage.breaks_chunk() {
            // The server finishes the chunks that it makes: the body makes these.
            response
                .insert_header((header::TRANSFER_ENCODING, "chunked"))
                .force_close();
        }
        body = body.struck_by(sabotage, Socket::of(&http));
    }
    let makes_chunks = body.makes_chunks();
    let mut response = response.body(body);
    response.head_mut().no_chunking(makes_chunks);
    Ok(response)
}

impl Service {
    pub(super) fn max_body_bytes(&self) -> usize {
        self.max_command_bytes
            .saturating_mul(JSON_EXPANSION)
            .saturating_add(ENVELOPE_BYTES)
    }

    /// Starts a command, unless as many run as may or the executor stops. The caller has counted its
    /// answer or its session already.
    pub(super) fn start(&self, command: Command) -> Result<RunningCommand, Refusal> {
        if *self.closing.borrow() {
            return Err(Refusal::Stopping);
        }
        self.launcher.start(command).map_err(|Busy| self.busy())
    }

    fn busy(&self) -> Refusal {
        Refusal::Busy {
            max: self.launcher.max_commands(),
        }
    }

    /// The command of a request that can be run as it is.
    pub(super) fn admit(&self, request: ExecuteRequest) -> Result<Command, Refusal> {
        let ExecuteRequest {
            command: text,
            timeout,
            execution_id,
        } = request;
        if text.len() > self.max_command_bytes {
            return Err(Refusal::CommandTooLong {
                limit: self.max_command_bytes,
            });
        }
        if text.trim().is_empty() {
            return Err(Refusal::EmptyCommand);
        }
        if text.contains('\0') {
            return Err(Refusal::NulInCommand);
        }
        let timeout = timeout
            .unwrap_or(self.default_timeout)
            .min(self.max_timeout);
        // A name identifies; one that is as long as a book must not fill the log.
        let execution_id = execution_id.chars().take(LOGGED_NAME_CHARS).collect();
        Ok(Command {
            text,
            timeout,
            execution_id,
        })
    }
}

/// Reads a body that is no longer than `limit` and does not dawdle.
async fn read(mut payload: Payload, limit: usize) -> Result<BytesMut, Refusal> {
    let all = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Refusal::BodyBroken)?;
            if body.len() + chunk.len() > limit {
                return Err(Refusal::BodyTooLong { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    let too_slow = |_| Refusal::BodyTooSlow {
        limit: BODY_TIMEOUT.as_secs(),
    };
    tokio::time::timeout(BODY_TIMEOUT, all)
        .await
        .map_err(too_slow)?
}

//! What is there to be looked at.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    guard::{Any, Get, Head},
    http::header::{self, HeaderValue},
    middleware::from_fn,
    web::{self, Data, Path, ServiceConfig},
};

use super::{
    Service, events,
    guard::{self, HEALTH},
    harden,
};
use crate::{
    hub::Subject,
    page::{self, Frame},
};

/// What Prometheus expects of a text.
const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The style of charts, and after it that of pages.
static STYLE: LazyLock<String> =
    LazyLock::new(|| [charts::STYLE, include_str!("../page/style.css")].concat());

const SCRIPT: &str = include_str!("../page/live.js");

const ICON: &str = include_str!("../page/icon.svg");

/// Mounts everything.
pub(crate) fn configure(app: &mut ServiceConfig, service: Data<Service>) {
    let looking = || web::route().guard(Any(Get()).or(Head()));
    let routes = web::scope("")
        // The last one is the outermost.
        .wrap(from_fn(guard::let_in))
        .wrap(from_fn(harden::harden))
        .route("/", looking().to(first))
        .route("/events", looking().to(first_events))
        .route("/runs", looking().to(list))
        .route("/runs/events", looking().to(list_events))
        .route("/runs/{id}", looking().to(run))
        .route("/runs/{id}/events", looking().to(run_events))
        .route("/metrics", looking().to(metrics))
        .route(HEALTH, looking().to(async || "ok\n"))
        .route(
            "/style.css",
            looking().to(async || asset("text/css; charset=utf-8", &STYLE)),
        )
        .route(
            "/live.js",
            looking().to(async || asset("text/javascript; charset=utf-8", SCRIPT)),
        )
        .route(
            "/icon.svg",
            looking().to(async || asset("image/svg+xml", ICON)),
        )
        .default_service(web::route().to(async || nothing_here()));
    app.app_data(service).service(routes);
}

async fn first(service: Data<Service>) -> HttpResponse {
    show(&service, service.hub.first(), "/events").await
}

async fn first_events(service: Data<Service>, request: HttpRequest) -> HttpResponse {
    events::follow(&service, service.hub.first(), &request).await
}

async fn list(service: Data<Service>) -> HttpResponse {
    show(&service, Subject::List, "/runs/events").await
}

async fn list_events(service: Data<Service>, request: HttpRequest) -> HttpResponse {
    events::follow(&service, Subject::List, &request).await
}

async fn run(service: Data<Service>, id: Path<u64>) -> HttpResponse {
    let id = id.into_inner();
    show(&service, Subject::Run(id), &format!("/runs/{id}/events")).await
}

async fn run_events(service: Data<Service>, id: Path<u64>, request: HttpRequest) -> HttpResponse {
    events::follow(&service, Subject::Run(id.into_inner()), &request).await
}

async fn metrics(service: Data<Service>) -> HttpResponse {
    match &service.hub.metrics {
        Some(metrics) => HttpResponse::Ok().content_type(METRICS).body(metrics()),
        None => nothing_here(),
    }
}

async fn show(service: &Service, subject: Subject, events: &str) -> HttpResponse {
    let Some((_, state)) = service.hub.page(subject).await else {
        return nothing_here();
    };
    let frame = Frame {
        subject,
        state: &state,
        events,
        follows: service.hub.follows,
        has_list: service.hub.has_list(),
    };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(frame.document().into_string())
}

pub(super) fn nothing_here() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("text/html; charset=utf-8")
        .body(page::nothing_here().into_string())
}

/// A file that is the same as long as the program is. Browsers ask whether it still is, so that a newer
/// program is not shown by an older script.
fn asset(content_type: &'static str, text: &'static str) -> impl Responder {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    let mut answer = HttpResponse::Ok();
    for header in headers {
        answer.insert_header(header);
    }
    answer.body(text)
}

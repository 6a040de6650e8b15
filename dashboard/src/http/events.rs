//! Following a page: server-sent events, one for each state that the reader gets to see.
//!
//! | event | data |
//! | --- | --- |
//! | `state` | `{"title": …, "at": "21:45:05", "parts": {"NAME": "HTML", …}}` with the parts that have changed |
//! | `over` | nothing: no further state comes, because the server ends |
//!
//! Nothing is kept for a reader but the number of the state that was sent last. A reader who is slow is sent
//! the latest state when there is room for it, and never those in between.

use std::{sync::Arc, time::Duration};

use actix_web::{HttpRequest, HttpResponse, http::Method, web::Data};
use bytes::Bytes;
use futures_util::stream;
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{Instant, sleep_until},
};

use super::Service;
use crate::{
    hub::{DRAWN_EVERY, Feed, Subject},
    state::State,
};

/// So often something is sent in any case, so that a reader who is gone is noticed.
const SIGN_OF_LIFE_EVERY: Duration = Duration::from_secs(15);

const EVENT_STREAM: &str = "text/event-stream";

/// Answers with the states of a page, from the one on that the reader knows.
pub(super) async fn follow(
    service: &Data<Service>,
    subject: Subject,
    request: &HttpRequest,
) -> HttpResponse {
    let Ok(permit) = Arc::clone(&service.followers).try_acquire_owned() else {
        return HttpResponse::ServiceUnavailable()
            .insert_header(("retry-after", "30"))
            .content_type("text/plain; charset=utf-8")
            .body("Too many follow pages here already.\n");
    };
    let Some((feed, state)) = service.hub.page(subject).await else {
        return super::routes::nothing_here();
    };
    if request.method() == Method::HEAD {
        return HttpResponse::Ok().content_type(EVENT_STREAM).finish();
    }
    let now = Instant::now();
    let follower = Follower {
        states: feed.states(),
        feed,
        seen: state.number_of(known(request)),
        is_over: service.is_over.subscribe(),
        look_at: now + DRAWN_EVERY,
        sign_at: now + SIGN_OF_LIFE_EVERY,
        service: service.clone(),
        _permit: permit,
    };
    let states = stream::unfold(Some(follower), async |follower| {
        let mut follower = follower?;
        let (text, goes_on) = follower.next().await;
        let item: Result<_, actix_web::Error> = Ok(text);
        Some((item, goes_on.then_some(follower)))
    });
    HttpResponse::Ok()
        .content_type(EVENT_STREAM)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(states))
}

/// The name of the state that the reader knows: a browser that connects again says so in a header, a page
/// at its first time in its link.
fn known(request: &HttpRequest) -> &str {
    let header = request.headers().get("last-event-id");
    let header = header.and_then(|value| value.to_str().ok());
    let mut query = request.query_string().split('&');
    let link = || query.find_map(|pair| pair.strip_prefix("since="));
    header.or_else(link).unwrap_or_default()
}

/// Somebody who follows a page.
struct Follower {
    service: Data<Service>,
    feed: Arc<Feed>,
    states: watch::Receiver<Arc<State>>,
    seen: u64,
    is_over: watch::Receiver<bool>,
    /// When the page is to be looked at again. Whoever does it first makes the others see it.
    look_at: Instant,
    sign_at: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    /// What is sent next, when there is something, and whether something comes after it.
    async fn next(&mut self) -> (Bytes, bool) {
        loop {
            // Looked at before the state is: what is over has come to its last state.
            let is_over = *self.is_over.borrow();
            let state = Arc::clone(&self.states.borrow_and_update());
            if state.number != self.seen {
                let text = state.event(self.seen);
                self.seen = state.number;
                self.sign_at = Instant::now() + SIGN_OF_LIFE_EVERY;
                return (text, true);
            }
            if is_over {
                return (Bytes::from_static(b"event: over\ndata:\n\n"), false);
            }
            tokio::select! {
                // Both senders live as long as the service does.
                _ = self.states.changed() => {}
                _ = self.is_over.changed() => {}
                () = sleep_until(self.look_at) => {
                    self.feed.look(&self.service.hub, false);
                    self.look_at = Instant::now() + DRAWN_EVERY;
                }
                () = sleep_until(self.sign_at) => {
                    self.sign_at = Instant::now() + SIGN_OF_LIFE_EVERY;
                    return (Bytes::from_static(b":\n\n"), true);
                }
            }
        }
    }
}

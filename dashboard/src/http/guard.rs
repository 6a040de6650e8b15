//! Who is let in: on loopback, whoever calls this machine by its name; elsewhere, who has the token.
//!
//! A browser cannot send a token by itself, so that a link with `?token=…` is taken as well, once: it
//! gives the browser a cookie and leads to the same page without the token, which is in no history and in
//! no address bar from then on. The cookie is not the token but a number of this process, because other
//! servers of this machine get to see it: cookies know no ports.

use std::{io, net::SocketAddr};

use actix_web::{
    Error, HttpResponse,
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
    web,
};
use http_guard::Token;
use percent_encoding::percent_decode_str;

use super::Service;
use crate::{DashboardConfig, page, random};

/// The one route that is for everybody: it tells nothing but that somebody answers.
pub(super) const HEALTH: &str = "/healthz";

/// What the guard goes by.
pub(super) struct Guard {
    bound: SocketAddr,
    /// Where others can reach it there is a token, which no foreign page knows, and any name will do.
    any_host: bool,
    token: Option<Token>,
    /// What the cookie of a browser is that has shown the token.
    session: Token,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Decision {
    LetIn,
    /// It has shown the token in its link: on to this path, with the cookie.
    Admit(String),
    Refuse(Refusal),
}

/// Why a request is turned down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Method,
    ForeignHost,
    ForeignPage,
    Token,
}

impl Guard {
    pub(super) fn new(config: &DashboardConfig, bound: SocketAddr) -> io::Result<Self> {
        let session = Token::new(random::number()?).map_err(io::Error::other)?;
        Ok(Self {
            bound,
            any_host: !config.is_local(),
            token: config.token.clone(),
            session,
        })
    }

    fn check(&self, request: &ServiceRequest) -> Decision {
        let headers = request.headers();
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Decision::Refuse(Refusal::Method);
        }
        if !self.any_host && !self.is_own_host(request) {
            return Decision::Refuse(Refusal::ForeignHost);
        }
        if is_of_foreign_page(headers) {
            return Decision::Refuse(Refusal::ForeignPage);
        }
        let Some(token) = &self.token else {
            return Decision::LetIn;
        };
        if request.path() == HEALTH {
            return Decision::LetIn;
        }
        if let Some(shown) = token_of_link(request.query_string()) {
            return match token.matches(&shown) {
                true => Decision::Admit(without_token(request.path())),
                false => Decision::Refuse(Refusal::Token),
            };
        }
        let credentials = headers.get_all(header::AUTHORIZATION);
        let bearer = http_guard::bearer(credentials.map(HeaderValue::as_bytes));
        let is_known = bearer.is_some_and(|shown| token.matches(shown))
            || self.cookies(headers).any(|it| self.session.matches(it));
        match is_known {
            true => Decision::LetIn,
            false => Decision::Refuse(Refusal::Token),
        }
    }

    fn is_own_host(&self, request: &ServiceRequest) -> bool {
        let (hosts, bound) = (request.headers().get_all(header::HOST), self.bound.ip());
        http_guard::is_own_host(hosts.map(HeaderValue::as_bytes), bound)
            && request
                .uri()
                .authority()
                .is_none_or(|named| http_guard::is_own_authority(named, bound))
    }

    /// Of several dashboards on one machine each has a cookie of its own.
    fn cookie_name(&self) -> String {
        format!("gauntlet_dashboard_{}", self.bound.port())
    }

    fn cookies<'a>(&self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a [u8]> {
        let name = format!("{}=", self.cookie_name());
        let cookies = headers.get_all(header::COOKIE);
        let cookies = cookies.flat_map(|it| it.as_bytes().split(|byte| *byte == b';'));
        cookies.filter_map(move |it| it.trim_ascii().strip_prefix(name.as_bytes()))
    }

    fn admit(&self, path: &str) -> HttpResponse {
        let (name, session) = (self.cookie_name(), self.session.expose());
        let cookie = format!("{name}={session}; Path=/; HttpOnly; SameSite=Strict");
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, path))
            .insert_header((header::SET_COOKIE, cookie))
            .finish()
    }
}

/// Whether a page of another site asks, and not its reader who follows a link. Browsers say so, and no
/// page can keep them from it.
fn is_of_foreign_page(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|it| it == value);
    let crosses = is("sec-fetch-site", "cross-site") || is("sec-fetch-site", "same-site");
    headers.contains_key(header::ORIGIN) || crosses && !is("sec-fetch-mode", "navigate")
}

/// What a link has for a token.
fn token_of_link(query: &str) -> Option<Vec<u8>> {
    let mut pairs = query.split('&');
    let token = pairs.find_map(|pair| pair.strip_prefix("token="))?;
    Some(percent_decode_str(token).collect())
}

/// Where a link leads without its token. Only to pages that there are: a path could name another host.
fn without_token(path: &str) -> String {
    let number = path.strip_prefix("/runs/");
    match number.and_then(|number| number.parse::<u64>().ok()) {
        Some(number) => format!("/runs/{number}"),
        None if path == "/runs" => path.to_owned(),
        None => "/".to_owned(),
    }
}

/// Lets a request through to the routes, or turns it down.
pub(super) async fn let_in(
    service: web::Data<Service>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match service.guard.check(&request) {
        Decision::LetIn => next.call(request).await,
        Decision::Admit(path) => Ok(request.into_response(service.guard.admit(&path))),
        Decision::Refuse(refusal) => {
            tracing::warn!(path = request.path(), ?refusal, "request refused");
            let answer = refusal.answer(&without_token(request.path()));
            Ok(request.into_response(answer))
        }
    }
}

impl Refusal {
    fn answer(self, path: &str) -> HttpResponse {
        let (mut answer, words) = match self {
            Self::Method => {
                let mut answer = HttpResponse::MethodNotAllowed();
                answer.insert_header((header::ALLOW, "GET, HEAD"));
                (answer, "Pages here are only looked at.")
            }
            Self::ForeignHost => (
                HttpResponse::Forbidden(),
                "This dashboard answers to names of its own machine, such as localhost.",
            ),
            Self::ForeignPage => (
                HttpResponse::Forbidden(),
                "This dashboard does not answer to pages of others.",
            ),
            Self::Token => {
                let mut answer = HttpResponse::Unauthorized();
                answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
                answer.content_type("text/html; charset=utf-8");
                return answer.body(page::no_token(path).into_string());
            }
        };
        answer.content_type("text/plain; charset=utf-8").body(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_with_a_token_leads_nowhere_but_to_pages_of_this_server() {
        for (path, to) in [
            ("/", "/"),
            ("/runs", "/runs"),
            ("/runs/12", "/runs/12"),
            ("/runs/12/events", "/"),
            ("//example.org/runs/1", "/"),
            ("/\\example.org", "/"),
            ("/runs/12\\@example.org", "/"),
        ] {
            assert_eq!(without_token(path), to, "{path}");
        }
    }

    #[test]
    fn the_token_of_a_link_is_decoded() {
        assert_eq!(token_of_link("a=b&token=a%2Bb"), Some(b"a+b".to_vec()));
        assert_eq!(token_of_link("tokens=1"), None);
    }
}

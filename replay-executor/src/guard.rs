//! Who is let in: whom the executor that ships would let in, too.

use std::net::{IpAddr, SocketAddr};

use http_guard::Token;

use crate::{answer::Answer, config::ReplayConfig, request::Request};

/// What the guard goes by.
#[derive(Debug)]
pub(crate) struct Guard {
    bound: IpAddr,
    /// Remote clients have a token, which no page knows, and may call us by any name.
    any_host: bool,
    token: Option<Token>,
}

impl Guard {
    pub(crate) fn new(config: &ReplayConfig, bound: SocketAddr) -> Self {
        Self {
            bound: bound.ip(),
            any_host: config.allow_remote && config.token.is_some(),
            token: config.token.clone(),
        }
    }

    /// Lets a request in, or says why not.
    pub(crate) fn check(&self, request: &Request) -> Result<(), Answer> {
        // A path that does not begin so names another host, or no place at all.
        let is_own = request.path.starts_with('/')
            && http_guard::is_own_host(request.headers("host"), self.bound);
        if !self.any_host && !is_own {
            return Err(Answer::refusal(403, "this host is not served here"));
        }
        if request.header("origin").is_some() {
            return Err(Answer::refusal(403, "web pages are not served"));
        }
        if request.path != "/healthz" && !self.has_token(request) {
            return Err(Answer::refusal(401, "a bearer token is needed"));
        }
        if request.method == "POST" && !is_json(request) {
            return Err(Answer::refusal(415, "the body has to be application/json"));
        }
        Ok(())
    }

    fn has_token(&self, request: &Request) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        http_guard::bearer(request.headers("authorization"))
            .is_some_and(|candidate| token.matches(candidate))
    }
}

fn is_json(request: &Request) -> bool {
    let value = request.header("content-type").unwrap_or_default();
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
    essence
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/json")
}

//! Answers that are no event stream, though some claim to be one.

use super::Fault;
use crate::{
    Answer, Script,
    wire::{self, CLEAN_BODY, LAST_CHUNK},
};

/// The clean body, compressed with gzip.
const GZIPPED: &[u8] = include_bytes!("clean_body.gz");

/// A page as a proxy or login form sends it. It holds what a careless client takes for success.
const LOGIN_PAGE: &str = concat!(
    "<!doctype html><title>Sign in</title>\n",
    "{\"type\":\"complete\",\"exit_code\":0}\n",
);

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "login-page",
        about: "An HTML page with status 200.",
        may_pass: false,
        script: |_| {
            refusal(
                "200 OK",
                &["Content-Type: text/html; charset=utf-8"],
                LOGIN_PAGE,
            )
        },
    },
    Fault {
        name: "event-stream-type",
        about: "A good stream under the content type of the other encoding.",
        may_pass: false,
        script: |encoding| {
            let content_type = format!("Content-Type: {}", encoding.other().content_type());
            let body = encoding.body(CLEAN_BODY);
            let body = String::from_utf8_lossy(&body);
            refusal("200 OK", &[&content_type], &body)
        },
    },
    Fault {
        name: "status-201",
        about: "A good stream with status 201.",
        may_pass: false,
        script: |_| {
            refusal(
                "201 Created",
                &["Content-Type: application/x-ndjson"],
                CLEAN_BODY,
            )
        },
    },
    Fault {
        name: "status-204",
        about: "Status 204, which has no body.",
        may_pass: false,
        script: |_| {
            Answer::new()
                .send(wire::head("HTTP/1.1 204 No Content", &[]))
                .into()
        },
    },
    Fault {
        name: "redirect-301",
        about: "A redirect that lets clients repeat the command as a GET.",
        may_pass: false,
        script: |_| redirect("301 Moved Permanently"),
    },
    Fault {
        name: "redirect-302",
        about: "A redirect that lets clients repeat the command as a GET.",
        may_pass: false,
        script: |_| redirect("302 Found"),
    },
    Fault {
        name: "redirect-307",
        about: "A redirect that has clients repeat the command as it is.",
        may_pass: false,
        script: |_| redirect("307 Temporary Redirect"),
    },
    Fault {
        name: "status-401",
        about: "The client is not known.",
        may_pass: false,
        script: |_| {
            refusal(
                "401 Unauthorized",
                &["WWW-Authenticate: Bearer"],
                "who are you?",
            )
        },
    },
    Fault {
        name: "status-403",
        about: "The client is not allowed to.",
        may_pass: false,
        script: |_| refusal("403 Forbidden", &[], "not you"),
    },
    Fault {
        name: "status-404",
        about: "There is nothing at this path.",
        may_pass: false,
        script: |_| refusal("404 Not Found", &[], "no such route"),
    },
    Fault {
        name: "status-413",
        about: "The command is too long.",
        may_pass: false,
        script: |_| refusal("413 Content Too Large", &[], "too long"),
    },
    Fault {
        name: "status-429",
        about: "Too many commands; the client is to come back in 7 seconds.",
        may_pass: false,
        script: |_| refusal("429 Too Many Requests", &["Retry-After: 7"], "slow down"),
    },
    Fault {
        name: "status-500",
        about: "The executor has failed, and calls its words a good stream.",
        may_pass: false,
        script: |_| {
            refusal(
                "500 Internal Server Error",
                &["Content-Type: application/x-ndjson"],
                CLEAN_BODY,
            )
        },
    },
    Fault {
        name: "status-503",
        about: "The executor is not ready; `Retry-After` is a date, 7 seconds after the answer's own.",
        may_pass: false,
        script: |_| {
            let headers = [
                "Date: Wed, 21 Oct 2026 07:27:53 GMT",
                "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT",
            ];
            refusal("503 Service Unavailable", &headers, "starting")
        },
    },
    Fault {
        name: "status-500-without-end",
        about: "The executor has failed, and its explanation never ends.",
        may_pass: false,
        script: |_| {
            let head = wire::head(
                "HTTP/1.1 500 Internal Server Error",
                &["Content-Length: 999"],
            );
            Answer::new().send(head).send("because").hold().into()
        },
    },
    Fault {
        name: "gzip",
        about: "A good stream, compressed though that was not asked for.",
        may_pass: false,
        script: |_| gzip(GZIPPED, &["Content-Encoding: gzip"]),
    },
    Fault {
        name: "gzip-cut-short",
        about: "A compressed stream that ends early, though its framing is whole.",
        may_pass: false,
        script: |_| gzip(&GZIPPED[..GZIPPED.len() - 9], &["Content-Encoding: gzip"]),
    },
    Fault {
        name: "gzip-unannounced",
        about: "A compressed stream that does not say so.",
        may_pass: false,
        script: |_| gzip(GZIPPED, &[]),
    },
    Fault {
        name: "garbage",
        about: "Words that are no HTTP, and a blank line.",
        may_pass: false,
        script: |_| {
            Answer::new()
                .send("what do you want?\r\n\r\n")
                .hold()
                .into()
        },
    },
    Fault {
        name: "other-protocol",
        about: "The greeting of a server for something else, which then waits.",
        may_pass: false,
        script: |_| Answer::new().send("SSH-2.0-OpenSSH_9.9\r\n").hold().into(),
    },
    Fault {
        name: "switching-protocols",
        about: "The connection is switched to another protocol, which was not asked for.",
        may_pass: false,
        script: |_| {
            let headers = ["Upgrade: websocket", "Connection: upgrade"];
            let head = wire::head("HTTP/1.1 101 Switching Protocols", &headers);
            Answer::new().send(head).fin().into()
        },
    },
    Fault {
        name: "header-bomb",
        about: "The head is longer than any client should read.",
        may_pass: false,
        script: |_| {
            let line = format!("X-Padding: {}\r\n", "x".repeat(1000));
            Answer::new()
                .send("HTTP/1.1 200 OK\r\n")
                .repeat(line)
                .into()
        },
    },
    Fault {
        name: "many-headers",
        about: "The head has a thousand headers.",
        may_pass: false,
        script: |_| {
            let headers: Vec<_> = (0..1000).map(|n| format!("X-{n}: {n}")).collect();
            let headers: Vec<_> = headers.iter().map(String::as_str).collect();
            Answer::new()
                .send(wire::head("HTTP/1.1 200 OK", &headers))
                .hold()
                .into()
        },
    },
];

fn refusal(status: &str, headers: &[&str], body: &str) -> Script {
    Answer::new()
        .send(wire::refusal(status, headers, body))
        .into()
}

fn redirect(status: &str) -> Script {
    refusal(status, &["Location: /elsewhere"], "")
}

fn gzip(body: &[u8], headers: &[&str]) -> Script {
    let common = [
        "Content-Type: application/x-ndjson",
        "Transfer-Encoding: chunked",
    ];
    let headers: Vec<_> = common.iter().chain(headers).copied().collect();
    let head = wire::head("HTTP/1.1 200 OK", &headers);
    Answer::new()
        .send([head, wire::chunk(body), LAST_CHUNK.into()].concat())
        .into()
}

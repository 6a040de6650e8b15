//! Who is let in.

use dashboard::{Content, Dashboard, DashboardConfig, DashboardError, Token};

use crate::{
    client::{get, send, send_bare},
    samples::{following, guarded},
};

const ROUTES: [&str; 11] = [
    "/",
    "/events",
    "/runs",
    "/runs/events",
    "/runs/3",
    "/runs/3/events",
    "/metrics",
    "/style.css",
    "/live.js",
    "/icon.svg",
    "/nothing",
];

#[test]
fn a_remote_dashboard_needs_a_token() {
    let config = DashboardConfig {
        listen: ([0, 0, 0, 0], 0).into(),
        ..DashboardConfig::default()
    };
    let refused = Dashboard::start(config.clone(), Content::default());
    assert!(matches!(
        refused,
        Err(DashboardError::RemoteWithoutToken { .. })
    ));
    let config = DashboardConfig {
        token: Some(Token::new("secret-1").expect("a token")),
        ..config
    };
    let dashboard = Dashboard::start(config, Content::default()).expect("it starts");
    let port = dashboard.local_addr().port();
    let address = ([127, 0, 0, 1], port).into();
    let token = "Authorization: Bearer secret-1";
    let named = send_bare(address, "GET /", &["Host: soak.example.org", token]);
    assert_eq!(named.status, 200, "others may call it by any name");
    assert_eq!(
        send_bare(address, "GET /", &["Host: soak.example.org"]).status,
        401
    );
}

#[test]
fn an_address_that_is_taken_is_said_at_once() {
    let dashboard = following(Content::default());
    let config = DashboardConfig {
        listen: dashboard.local_addr(),
        ..DashboardConfig::default()
    };
    let refused = Dashboard::start(config, Content::default());
    assert!(matches!(refused, Err(DashboardError::Bind { .. })));
}

#[test]
fn only_names_of_this_machine_reach_a_dashboard_on_loopback() {
    let dashboard = following(Content::default());
    let address = dashboard.local_addr();
    for (hosts, status) in [
        (&["Host: localhost:1"][..], 200),
        (&["Host: 127.0.0.1"], 200),
        (&["Host: [::1]:80"], 200),
        (&["Host: rebound.example.org"], 403),
        (&["Host: localhost.example.org"], 403),
        (&["Host: 192.0.2.1"], 403),
        (&["Host: "], 403),
    ] {
        for path in ["/", "/live.js", "/healthz"] {
            let answer = send_bare(address, &format!("GET {path}"), hosts);
            assert_eq!(answer.status, status, "{hosts:?} {path}");
            assert!(answer.header("content-security-policy").is_some());
        }
    }
    let named_twice = ["Host: localhost", "Host: rebound.example.org"];
    assert!(send_bare(address, "GET /", &named_twice).status >= 400);
}

#[test]
fn pages_of_other_sites_get_nothing() {
    let dashboard = following(Content::default());
    let address = dashboard.local_addr();
    for headers in [
        &["Origin: http://example.org"][..],
        &["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
        &["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"],
    ] {
        assert_eq!(
            send(address, "GET /metrics", headers).status,
            403,
            "{headers:?}"
        );
    }
    let link = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"];
    assert_eq!(
        send(address, "GET /", &link).status,
        200,
        "a reader follows a link"
    );
}

#[test]
fn nothing_can_be_done_but_looking() {
    let dashboard = following(Content::default());
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        for path in ["/", "/events", "/healthz", "/nothing"] {
            let line = format!("{method} {path}");
            let answer = send(dashboard.local_addr(), &line, &["Content-Length: 0"]);
            assert_eq!(answer.status, 405, "{line}");
            assert_eq!(answer.header("allow"), Some("GET, HEAD"));
        }
    }
}

#[test]
fn every_route_of_a_dashboard_with_a_token_asks_for_it() {
    let dashboard = guarded("secret-1");
    let address = dashboard.local_addr();
    for path in ROUTES {
        for headers in [
            &[][..],
            &["Authorization: Bearer secret-2"],
            &["Authorization: Bearer secret-1x"],
            &["Authorization: Basic secret-1"],
            &["Cookie: gauntlet_dashboard=secret-1"],
        ] {
            let answer = send(address, &format!("GET {path}"), headers);
            assert_eq!(answer.status, 401, "{path} {headers:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
        let line = format!("HEAD {path}");
        let answer = send(address, &line, &["Authorization: Bearer secret-1"]);
        assert_ne!(answer.status, 401, "{path}");
    }
    assert_eq!(get(address, "/?token=secret-2").status, 401);
    assert_eq!(get(address, "/healthz").status, 200);
}

#[test]
fn a_link_with_the_token_gives_a_cookie_and_leads_to_the_page_without_it() {
    let dashboard = guarded("secret-1+");
    let address = dashboard.local_addr();
    for (path, to) in [("/", "/"), ("/runs/3", "/runs/3"), ("//example.org", "/")] {
        let answer = get(address, &format!("{path}?token=secret-1%2B"));
        assert_eq!((answer.status, answer.header("location")), (303, Some(to)));
        let cookie = answer.header("set-cookie").expect("a cookie");
        for rule in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(
                cookie.split("; ").any(|it| it == rule),
                "{rule} in {cookie}"
            );
        }
        assert!(
            !cookie.contains("secret"),
            "other servers of the machine see it"
        );
        let cookie = cookie.split(';').next().expect("a pair");
        let cookie = format!("Cookie: other=1; {cookie}");
        let page = send(address, &format!("GET {to}"), &[&cookie]);
        assert_eq!(page.status, 200);
        assert!(!page.body.contains("secret"));
    }
}

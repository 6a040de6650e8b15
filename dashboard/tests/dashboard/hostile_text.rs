//! What executors and suites say stays text.

use runner_core::recorded::RecordedState;

use crate::{
    client::{Follower, get},
    dom::Page,
    samples::{Made, Records, following, of_records, recorded},
};

pub(crate) const HOSTILE: &str = "</title></bdi></code></svg><script>alert(1)</script><img src=x onerror=alert(2)>\
    \" onmouseover=\"alert(3)' onfocus='\u{1b}[31m\u{202e}\u{0}\r\nid: 7\n\ndata: x]]>--><!--&lt;";

/// Nothing is in the page but what this program puts there, and what would hide is seen.
pub(crate) fn check(page: &Page, expected: bool) {
    for element in &page.0 {
        let is_script = element.name == "script";
        assert!(
            !is_script || element.attribute("src") == Some("/live.js"),
            "{element:?}"
        );
        assert!(
            !["img", "iframe", "object", "form", "base"].contains(&&*element.name),
            "{element:?}"
        );
        let handlers = element.attributes().filter(|name| name.starts_with("on"));
        assert_eq!(handlers.count(), 0, "{element:?}");
    }
    let text: String = page.0.iter().map(|it| &*it.text).collect();
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{0}']), "{text}");
    let is_shown = text.contains("<script>alert(1)</script>") && text.contains("␛[31m\\u{202e}␀");
    assert_eq!(is_shown, expected, "{text}");
}

#[test]
fn hostile_words_in_a_run_that_goes_on_are_text_in_pages_and_updates() {
    let dashboard = following(Records::of([recorded(3, HOSTILE)]).content());
    let address = dashboard.local_addr();
    let mut made = Made::new(HOSTILE);
    made.lose();
    made.begin();
    made.away();
    made.follow(&dashboard, Some(3));
    let page = Page::read(&get(address, "/").body);
    check(&page, true);
    assert_eq!(page.id("status").attribute("data-state"), Some("waiting"));
    let mut follower = Follower::of(address, "/events", &[]);
    let state = follower.next().expect("a state");
    for name in state.parts() {
        let foreign = [
            "status", "problems", "now", "failures", "findings", "outages", "about", "drift",
        ];
        let html = state.part(name).unwrap_or_default();
        check(&Page::of_part(html), foreign.contains(&name));
    }
}

#[test]
fn hostile_words_in_a_ledger_are_text() {
    let mut ended = recorded(4, HOSTILE);
    ended.state = RecordedState::Ended(HOSTILE.into());
    ended.problems = vec![runner_core::recorded::RecordedProblem {
        code: HOSTILE.into(),
        text: HOSTILE.into(),
    }];
    let mut away = recorded(5, HOSTILE);
    away.outages[0].lasted = None;
    let dashboard = of_records(&Records::of([recorded(3, HOSTILE), ended, away]));
    for path in ["/", "/runs/3", "/runs/4", "/runs/5"] {
        check(&Page::read(&get(dashboard.local_addr(), path).body), true);
    }
}

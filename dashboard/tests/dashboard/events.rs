//! How pages are followed.

use dashboard::Content;
use runner_core::recorded::RecordedState;

use crate::{
    client::{Follower, get},
    dom::Page,
    samples::{Made, Records, following, of_records, recorded},
};

#[test]
fn what_changes_is_sent_and_nothing_else() {
    let dashboard = following(Content::default());
    let mut made = Made::new("suite");
    made.pass();
    // Its clock stands still, and so does the page.
    made.end(Vec::new());
    made.follow(&dashboard, None);
    let mut follower = Follower::of(dashboard.local_addr(), "/events", &[]);
    let first = follower.next().expect("a state");
    assert!(first.parts().contains(&"results") && first.parts().contains(&"runner"));
    made.sample(5 << 20);
    let second = follower.next().expect("a state");
    assert_eq!(second.parts(), ["runner"]);
    assert_eq!(second.number(), first.number() + 1);
    assert!(
        second
            .part("runner")
            .is_some_and(|html| html.contains("5 MiB"))
    );
}

#[test]
fn a_page_gets_what_came_after_it_was_loaded() {
    let dashboard = following(Content::default());
    let address = dashboard.local_addr();
    let mut made = Made::new("suite");
    made.end(Vec::new());
    made.follow(&dashboard, None);
    let page = Page::read(&get(address, "/").body);
    let body = page.all("body")[0];
    let (state, events) = (body.attribute("data-state"), body.attribute("data-events"));
    let path = format!(
        "{}?since={}",
        events.expect("events"),
        state.expect("a state")
    );
    let mut follower = Follower::of(address, &path, &[]);
    made.sample(5 << 20);
    let state = follower.next().expect("a state");
    assert_eq!(state.parts(), ["runner"]);
    // Who was away gets all that has changed meanwhile, and of another process everything.
    made.pass();
    let mut again = Follower::of(
        address,
        "/events",
        &[&format!("Last-Event-ID: {}", state.name)],
    );
    let update = again.wait_for("results", "data-passed=\"1\"");
    assert!(!update.parts().contains(&"about"));
    let mut other = Follower::of(address, "/events", &["Last-Event-ID: 00000000-1"]);
    assert!(other.next().expect("a state").parts().contains(&"about"));
}

#[test]
fn counts_change_while_somebody_looks() {
    let dashboard = following(Content::default());
    let mut made = Made::new("suite");
    made.follow(&dashboard, None);
    let mut follower = Follower::of(dashboard.local_addr(), "/events", &[]);
    follower.wait_for("results", "data-tried=\"0\"");
    made.pass();
    made.fail();
    follower.wait_for("results", "data-passed=\"1\" data-tried=\"2\"");
    made.away();
    follower.wait_for("status", "data-state=\"waiting\"");
}

#[test]
fn the_next_run_takes_the_place_of_the_one_before() {
    let dashboard = following(Content::default());
    Made::new("first").follow(&dashboard, None);
    let mut follower = Follower::of(dashboard.local_addr(), "/events", &[]);
    let state = follower.wait_for("about", "RUN first");
    assert_eq!(state.data["title"], "Run of first");
    Made::new("second").follow(&dashboard, None);
    let state = follower.wait_for("about", "RUN second");
    assert_eq!(state.data["title"], "Run of second");
}

#[test]
fn a_recorded_run_is_followed_while_another_process_makes_it() {
    let records = Records::of([recorded(3, "suite")]);
    let dashboard = of_records(&records);
    let mut follower = Follower::of(dashboard.local_addr(), "/runs/3/events", &[]);
    let mut list = Follower::of(dashboard.local_addr(), "/runs/events", &[]);
    follower.wait_for("status", "data-state=\"running\"");
    list.wait_for("runs", "data-state=\"running\"");
    let ended = RecordedState::Ended("completed".into());
    records
        .0
        .lock()
        .expect("runs")
        .get_mut(&3)
        .expect("the run")
        .state = ended;
    follower.wait_for("status", "data-state=\"passed\"");
    list.wait_for("runs", "data-state=\"passed\"");
}

#[test]
fn who_looks_when_it_ends_gets_the_last_state_and_is_told_that_it_is() {
    let records = Records::of([recorded(3, "suite")]);
    let dashboard = following(records.content());
    let mut made = Made::new("suite");
    made.follow(&dashboard, Some(3));
    let mut follower = Follower::of(dashboard.local_addr(), "/events", &[]);
    follower.next().expect("a state");
    made.pass();
    made.end(Vec::new());
    records
        .0
        .lock()
        .expect("runs")
        .get_mut(&3)
        .expect("the run")
        .outage_count = 77;
    let pulse = dashboard.pulse();
    assert!(pulse.is_alive());
    actix_web::rt::System::new().block_on(dashboard.stop());
    let mut states = Vec::new();
    while let Some(state) = follower.next() {
        states.push(state);
    }
    let last_of = |part: &str| {
        let mut states = states.iter().rev();
        states.find_map(|it| it.part(part)).unwrap_or_default()
    };
    assert!(
        last_of("status").contains("data-state=\"passed\""),
        "{states:?}"
    );
    assert!(
        last_of("results").contains("data-passed=\"1\""),
        "{states:?}"
    );
    assert!(
        last_of("results").contains("data-count=\"77\""),
        "read at last"
    );
}

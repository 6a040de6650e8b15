//! How many may look.

use std::{num::NonZeroUsize, time::Instant};

use dashboard::{Content, Dashboard, DashboardConfig};

use crate::{
    client::{Follower, PATIENCE, get},
    samples::Made,
};

#[test]
fn more_than_may_follow_are_told_to_come_later_and_pages_are_still_there() {
    let config = DashboardConfig {
        max_clients: NonZeroUsize::new(2).expect("two"),
        ..DashboardConfig::default()
    };
    let dashboard = Dashboard::start(config, Content::default()).expect("it starts");
    let address = dashboard.local_addr();
    Made::new("suite").follow(&dashboard, None);
    let follow = || Follower::of(address, "/events", &[]);
    let (one, two) = (follow(), follow());
    assert_eq!((one.status, two.status), (200, 200));
    assert_eq!(follow().status, 503);
    assert_eq!(get(address, "/").status, 200);
    // Who leaves makes room: the server notices by itself.
    drop(one);
    let began = Instant::now();
    while follow().status != 200 {
        assert!(began.elapsed() < PATIENCE, "nobody has left");
    }
}

#[test]
fn a_hundred_may_follow_one_page() {
    let dashboard = Dashboard::start(DashboardConfig::default(), Content::default());
    let dashboard = dashboard.expect("it starts");
    let mut made = Made::new("suite");
    made.follow(&dashboard, None);
    let follow = |_| Follower::of(dashboard.local_addr(), "/events", &[]);
    let mut followers: Vec<_> = (0..100).map(follow).collect();
    made.pass();
    for follower in &mut followers {
        follower.wait_for("results", "data-passed=\"1\"");
    }
}

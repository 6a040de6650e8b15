//! A soak under a service manager: what it tells, and when.

use std::{
    io::ErrorKind,
    os::unix::net::UnixDatagram,
    time::{Duration, Instant},
};

use misbehaving_executor::fault;
use rustix::process::Signal;

use crate::support::{PATIENCE, Scratch, case};

/// The side of the service manager.
struct Manager(UnixDatagram);

impl Manager {
    fn listen(scratch: &Scratch) -> Self {
        let socket = UnixDatagram::bind(scratch.path("notify")).expect("a socket");
        let patience = Some(Duration::from_millis(100));
        socket.set_read_timeout(patience).expect("a timeout");
        Self(socket)
    }

    /// Waits for a message that has `text` in it.
    fn wait_for(&self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut buffer = [0; 4096];
        while Instant::now() < deadline {
            match self.0.recv(&mut buffer) {
                Ok(length) => {
                    let message = String::from_utf8_lossy(&buffer[..length]).into_owned();
                    if message.contains(text) {
                        return message;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
        }
        panic!("no message has {text:?}");
    }
}

#[test]
fn a_service_manager_is_told_that_the_soak_is_up_and_lives_and_ends() {
    let server = fault("clean").start().expect("the server starts");
    let scratch = Scratch::with_cases([case("a", "x")]);
    let manager = Manager::listen(&scratch);
    let soak = scratch
        .soak(["--interval", "20ms", "--url", &server.url()])
        .env("NOTIFY_SOCKET", scratch.path("notify"))
        .env("WATCHDOG_USEC", "100000")
        .spawn();
    manager.wait_for("READY=1");
    manager.wait_for("STATUS=iteration 1");
    for _ in 0..3 {
        manager.wait_for("WATCHDOG=1");
    }
    soak.signal(Signal::HUP);
    manager.wait_for("RELOADING=1");
    manager.wait_for("READY=1");
    soak.signal(Signal::TERM);
    manager.wait_for("STOPPING=1");
    assert_eq!(soak.wait().code, Some(75));
}

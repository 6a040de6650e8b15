//! Talks to the service manager that started the program, in the protocol of `sd_notify(3)`: that it is
//! ready, what it is doing, that it lives.
//!
//! There is nothing to be done about a manager that does not listen, so no failure shows and nothing waits
//! for long. Where there is no manager, nothing happens at all.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixDatagram},
        },
    },
    path::Path,
    process,
    time::Duration,
};

use runner_core::text::Visible;
use rustix::time::{ClockId, clock_gettime};

/// How much of a status is sent. The manager throws messages away that are longer than 4096 bytes, and a
/// character takes up to ten once it is visible.
const STATUS_CHARS: usize = 200;

/// How long a manager that is busy is waited for. It takes messages within microseconds unless it hangs,
/// and then a run must not hang with it.
const PATIENCE: Duration = Duration::from_millis(100);

/// The service manager, or nobody.
pub(crate) struct Service(Option<Manager>);

struct Manager {
    socket: UnixDatagram,
    /// Not connected to, because a manager that is replaced while the program runs has a new socket by this name.
    address: SocketAddr,
    watchdog: Option<Duration>,
}

/// What a manager tells a program by its environment.
#[derive(Debug, Default)]
struct Variables {
    notify_socket: Option<OsString>,
    watchdog_usec: Option<OsString>,
    watchdog_pid: Option<OsString>,
}

impl Service {
    /// The manager that the environment names, if it names one.
    pub(crate) fn from_environment() -> Self {
        Self::new(&Variables {
            notify_socket: env::var_os("NOTIFY_SOCKET"),
            watchdog_usec: env::var_os("WATCHDOG_USEC"),
            watchdog_pid: env::var_os("WATCHDOG_PID"),
        })
    }

    /// The program is up, or again up after a reload.
    pub(crate) fn ready(&self, status: &str) {
        self.send(&format!("READY=1\n{}", status_line(status)));
    }

    /// What the program is doing. It is shown to people, as one line.
    pub(crate) fn status(&self, text: &str) {
        self.send(&status_line(text));
    }

    /// The program reads its configuration again. [`ready`](Self::ready) has to follow.
    pub(crate) fn reloading(&self) {
        // It tells this answer from one to an earlier request.
        let now = clock_gettime(ClockId::Monotonic);
        let microseconds = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000;
        self.send(&format!("RELOADING=1\nMONOTONIC_USEC={microseconds}\n"));
    }

    /// The program is about to end.
    pub(crate) fn stopping(&self) {
        self.send("STOPPING=1\n");
    }

    /// The program lives. The manager wants to hear it in every
    /// [`watchdog_interval`](Self::watchdog_interval).
    pub(crate) fn keep_alive(&self) {
        self.send("WATCHDOG=1\n");
    }

    /// How often to call [`keep_alive`](Self::keep_alive): half of what the manager waits, and never zero.
    /// `None` if it does not want to hear it.
    pub(crate) fn watchdog_interval(&self) -> Option<Duration> {
        self.0.as_ref()?.watchdog
    }

    fn new(variables: &Variables) -> Self {
        let Some(name) = &variables.notify_socket else {
            return Self(None);
        };
        let watchdog = watchdog_interval(variables, process::id());
        match Manager::new(name, watchdog) {
            Ok(manager) => Self(Some(manager)),
            Err(error) => {
                tracing::warn!(?name, %error, "there is no telling the service manager anything");
                Self(None)
            }
        }
    }

    fn send(&self, message: &str) {
        let Some(manager) = &self.0 else { return };
        let sent = manager
            .socket
            .send_to_addr(message.as_bytes(), &manager.address);
        if let Err(error) = sent {
            tracing::debug!(message, %error, "the service manager does not listen");
        }
    }
}

impl Manager {
    fn new(name: &OsStr, watchdog: Option<Duration>) -> io::Result<Self> {
        let address = address(name)?;
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(Self {
            socket,
            address,
            watchdog,
        })
    }
}

/// An absolute path, or `@` and an abstract name.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        [b'/', ..] => SocketAddr::from_pathname(Path::new(name)),
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn watchdog_interval(variables: &Variables, pid: u32) -> Option<Duration> {
    let number = |text: &OsString| text.to_str()?.parse::<u64>().ok();
    // The variables are inherited; without a process id, they are meant for whoever has them.
    if let Some(meant) = &variables.watchdog_pid
        && number(meant) != Some(pid.into())
    {
        return None;
    }
    match number(variables.watchdog_usec.as_ref()?)? / 2 {
        0 => None,
        microseconds => Some(Duration::from_micros(microseconds)),
    }
}

fn status_line(text: &str) -> String {
    let end = text.char_indices().nth(STATUS_CHARS);
    let (shown, rest) = match end {
        Some((end, _)) => (&text[..end], "…"),
        None => (text, ""),
    };
    format!("STATUS={}{rest}\n", Visible(shown))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    const PID: u32 = 4711;

    /// A manager that listens at a path.
    struct Listening {
        socket: UnixDatagram,
        folder: TempDir,
    }

    impl Listening {
        fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
            socket.set_nonblocking(true).unwrap();
            Self { socket, folder }
        }

        fn service(&self) -> Service {
            named(self.folder.path().join("notify").into())
        }

        /// What came: once it is sent, it is there.
        fn heard(&self) -> String {
            heard(&self.socket)
        }
    }

    fn named(notify_socket: OsString) -> Service {
        Service::new(&Variables {
            notify_socket: Some(notify_socket),
            ..Variables::default()
        })
    }

    fn heard(socket: &UnixDatagram) -> String {
        let mut buffer = [0; 5000];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn the_manager_hears_of_a_whole_life() {
        let manager = Listening::start();
        let service = manager.service();
        service.ready("iteration 1");
        assert_eq!(manager.heard(), "READY=1\nSTATUS=iteration 1\n");
        service.status("iteration 2");
        assert_eq!(manager.heard(), "STATUS=iteration 2\n");
        service.keep_alive();
        assert_eq!(manager.heard(), "WATCHDOG=1\n");
        service.stopping();
        assert_eq!(manager.heard(), "STOPPING=1\n");
    }

    #[test]
    fn a_reload_is_told_with_the_time_of_the_clock_that_the_manager_looks_at() {
        let manager = Listening::start();
        let microseconds = || {
            let now = clock_gettime(ClockId::Monotonic);
            Duration::new(now.tv_sec as u64, now.tv_nsec as u32).as_micros()
        };
        let before = microseconds();
        manager.service().reloading();
        let after = microseconds();
        let heard = manager.heard();
        let told = heard.strip_prefix("RELOADING=1\nMONOTONIC_USEC=");
        let told: u128 = told.unwrap().trim_end().parse().unwrap();
        assert!((before..=after).contains(&told), "{before} {told} {after}");
    }

    #[test]
    fn a_status_is_one_short_line_of_harmless_characters() {
        let manager = Listening::start();
        let service = manager.service();
        service.status("a\nREADY=1\u{1b}[31m");
        assert_eq!(manager.heard(), "STATUS=a␊READY=1␛[31m\n");
        for widest in ["x", "\n", "\u{e0001}", "𝄞"] {
            service.status(&widest.repeat(STATUS_CHARS));
            assert!(manager.heard().len() < 4096);
            service.status(&widest.repeat(STATUS_CHARS + 1));
            let heard = manager.heard();
            assert!(heard.ends_with("…\n") && heard.len() < 4096, "{heard}");
        }
    }

    #[test]
    fn a_name_that_begins_with_an_at_sign_is_an_abstract_one() {
        // Abstract names are shared by the whole machine; that of a fresh folder is nobody else's.
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("notify");
        let address = SocketAddr::from_abstract_name(name.as_os_str().as_bytes()).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        socket.set_nonblocking(true).unwrap();
        let mut notify_socket = OsString::from("@");
        notify_socket.push(&name);
        named(notify_socket).keep_alive();
        assert_eq!(heard(&socket), "WATCHDOG=1\n");
    }

    #[test]
    fn a_manager_that_comes_back_is_heard_by_again() {
        let manager = Listening::start();
        let service = manager.service();
        let Listening { socket, folder } = manager;
        drop(socket);
        service.status("nobody hears this");
        std::fs::remove_file(folder.path().join("notify")).unwrap();
        service.status("nor this");
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        service.status("but this");
        assert_eq!(heard(&socket), "STATUS=but this\n");
    }

    #[test]
    fn a_manager_that_hangs_is_not_waited_for_for_ever() {
        let manager = Listening::start();
        let service = manager.service();
        // More than any kernel keeps for somebody who does not listen.
        let filler = UnixDatagram::unbound().unwrap();
        filler.set_nonblocking(true).unwrap();
        let path = manager.folder.path().join("notify");
        while filler.send_to(b"x", &path).is_ok() {}
        service.status("the queue is full");
        assert_eq!(manager.heard(), "x");
    }

    #[test]
    fn without_a_manager_or_with_one_that_cannot_be_reached_nothing_happens() {
        let long = format!("/{}", "x".repeat(200));
        for name in ["", "relative", "vsock:2:1234", "/no/such/socket", &long] {
            let service = named(name.into());
            service.ready("");
            service.reloading();
            service.stopping();
        }
        let variables = Variables {
            watchdog_usec: Some("2000000".into()),
            ..Variables::default()
        };
        let service = Service::new(&variables);
        service.keep_alive();
        assert_eq!(service.watchdog_interval(), None);
    }

    #[test]
    fn the_interval_is_half_of_what_the_manager_waits() {
        let manager = Listening::start();
        assert_eq!(manager.service().watchdog_interval(), None);
        let service = Service::new(&Variables {
            notify_socket: Some(manager.folder.path().join("notify").into()),
            watchdog_usec: Some("2000000".into()),
            watchdog_pid: Some(process::id().to_string().into()),
        });
        assert_eq!(service.watchdog_interval(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn a_watchdog_that_is_meant_for_another_process_or_makes_no_sense_is_none() {
        let interval = |usec: Option<&str>, pid: Option<&str>| {
            let variables = Variables {
                notify_socket: None,
                watchdog_usec: usec.map(OsString::from),
                watchdog_pid: pid.map(OsString::from),
            };
            watchdog_interval(&variables, PID)
        };
        let second = Some(Duration::from_secs(1));
        assert_eq!(interval(Some("2000000"), Some("4711")), second);
        assert_eq!(interval(Some("2000000"), None), second);
        assert_eq!(interval(Some("2000000"), Some("4712")), None);
        assert_eq!(interval(Some("2000000"), Some("")), None);
        assert_eq!(interval(None, Some("4711")), None);
        for senseless in ["", "0", "1", "-2", "soon", "2s"] {
            assert_eq!(interval(Some(senseless), None), None, "{senseless}");
        }
    }
}

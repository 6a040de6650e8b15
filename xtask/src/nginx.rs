//! A web server of its own for one benchmark: nginx on a free loopback port, gone with the value.

use std::{
    fmt::Write as _,
    fs,
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{error::BenchError, measure::bare, processors::Apart, tools::NGINX};

/// How long nginx may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(10);

/// How long to wait between two looks whether it does.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A running nginx. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Nginx {
    child: Child,
    address: SocketAddr,
    /// Its configuration and its temporary files, which go after it.
    _folder: TempDir,
}

/// A file, and the executor it plays: whatever is asked of that executor, the file is its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    /// The first part of the URL's path.
    pub name: &'a str,
    /// NDJSON events.
    pub file: &'a Path,
}

impl Nginx {
    /// Starts nginx with an executor for every one of `answers`, and waits until it listens.
    ///
    /// # Errors
    /// When it is not installed or does not start.
    pub(crate) fn start(answers: &[Answer<'_>]) -> Result<Self, BenchError> {
        let program = NGINX.find()?;
        let folder = tempfile::tempdir()?;
        // The port is free until nginx takes it, save for a program that is quicker by chance.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        fs::write(
            folder.path().join("nginx.conf"),
            configuration(address, answers),
        )?;
        let mut command = bare(&program);
        command.arg("-p").arg(folder.path());
        command.args(["-c", "nginx.conf", "-e", "error.log"]);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.spawn().map_err(|source| BenchError::Start {
            program: "nginx".into(),
            source,
        })?;
        let mut nginx = Self {
            child,
            address,
            _folder: folder,
        };
        nginx.wait_until_it_listens()?;
        Ok(nginx)
    }

    /// The base URL of the executor `name`.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// Keeps it off the processors of what this thread starts, until what comes back is dropped.
    ///
    /// # Errors
    /// When the machine has one processor only.
    pub(crate) fn keep_apart(&self) -> Result<Apart, BenchError> {
        Ok(Apart::from(&self.child).map_err(std::io::Error::from)?)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "no actor or stream runs here, and nginx announces its readiness only by answering"
    )]
    fn wait_until_it_listens(&mut self) -> Result<(), BenchError> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(BenchError::Nginx(format!("it ended ({status})")));
            }
            match TcpStream::connect_timeout(&self.address, START_LIMIT) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() != ErrorKind::ConnectionRefused => {
                    return Err(BenchError::Nginx(error.to_string()));
                }
                Err(_) if Instant::now() > deadline => {
                    return Err(BenchError::Nginx(format!("not within {START_LIMIT:?}")));
                }
                Err(_) => thread::sleep(LOOK_AGAIN),
            }
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // One process without workers, so nothing is left when it is gone. It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One process that serves files from memory as fast as it can and keeps every connection.
fn configuration(address: SocketAddr, answers: &[Answer<'_>]) -> String {
    let mut locations = String::new();
    for Answer { name, file } in answers {
        // nginx refuses to POST to a file. The refusal's page is that file, and the refusal a success;
        // GET takes the same way, so every client gets the same answer by the same means.
        let _ = write!(
            locations,
            r#"
        location = /{name}/execute {{ error_page 405 =200 /{name}/answer; return 405; }}
        location = /{name}/answer {{ internal; alias "{}"; }}
        location = /{name}/health {{ default_type application/json; return 200 '{{"status":"healthy"}}'; }}"#,
            file.display()
        );
    }
    format!(
        r#"daemon off;
master_process off;
pid nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    default_type application/x-ndjson;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=16;
    keepalive_requests 1000000000;
    server {{
        listen {address};{locations}
    }}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_executor() {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 1234));
        let file = Path::new("/data/small one.ndjson");
        let answers = ["one", "two"].map(|name| Answer { name, file });
        let text = configuration(address, &answers);
        assert!(text.contains("listen 127.0.0.1:1234;"));
        for name in ["one", "two"] {
            assert!(text.contains(&format!("location = /{name}/execute {{")));
            assert!(text.contains(&format!("location = /{name}/health {{")));
        }
        assert!(text.contains(r#"alias "/data/small one.ndjson";"#));
    }
}

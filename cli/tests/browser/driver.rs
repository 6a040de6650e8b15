//! The driver of a browser: a server of its own, which is spoken to in WebDriver.
//!
//! The module owns processes and the few requests that the tests need. It has no library for WebDriver in it:
//! those stand on HTTP libraries that this workspace does without.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::channel,
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::{Agent, http::Method};

use crate::{support::PATIENCE, tools::Tools};

/// How long any request may take. The first one starts the browser.
const REQUEST: Duration = Duration::from_secs(60);

/// How long the browser may take to end when it is asked to.
const CLOSING: Duration = Duration::from_secs(10);

/// A session with a browser of its own, which ends with it.
pub(crate) struct Session {
    agent: Agent,
    /// Where its requests go.
    url: String,
    /// The process of the browser.
    browser: Option<Pid>,
    driver: Driver,
    _profile: TempDir,
}

impl Session {
    /// Starts a driver, and through it a browser with nothing in it.
    pub(crate) fn start(tools: &Tools) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let driver = Driver::start(&tools.driver, profile.path());
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(REQUEST));
        let mut session = Self {
            agent: config.build().new_agent(),
            url: driver.url.clone(),
            browser: None,
            driver,
            _profile: profile,
        };
        let capabilities = session.capabilities(&tools.chromium);
        let begun = session.post(
            "/session",
            &json!({ "capabilities": { "alwaysMatch": capabilities } }),
        );
        let id = begun["sessionId"].as_str().expect("a session");
        session.url += &format!("/session/{id}");
        let process = begun["capabilities"]["goog:processID"].as_i64();
        session.browser = process.and_then(|id| Pid::from_raw(id.try_into().ok()?));
        session
    }

    fn capabilities(&self, chromium: &Path) -> Value {
        let mut args = vec![
            "--headless=new".to_owned(),
            format!("--user-data-dir={}", self._profile.path().display()),
            "--disable-gpu".into(),
            // Containers give it too little room.
            "--disable-dev-shm-usage".into(),
            "--no-first-run".into(),
            "--disable-background-networking".into(),
            "--disable-component-update".into(),
            "--disable-sync".into(),
            "--force-device-scale-factor=1".into(),
        ];
        if geteuid().is_root() {
            // It refuses to run as root with its sandbox. What it is shown here is made by the tests.
            args.push("--no-sandbox".into());
        }
        json!({
            "browserName": "chrome",
            // A dialog that a page opens makes the next request fail.
            "unhandledPromptBehavior": "ignore",
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
            "goog:chromeOptions": { "binary": chromium, "args": args },
        })
    }

    /// Posts to `path`, and returns the value of the answer.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        self.request(Method::POST, path, body)
            .unwrap_or_else(|error| panic!("{path} of {}: {error}", self.driver.url))
    }

    /// Asks `path` for a value.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.agent.get(format!("{}{path}", self.url)).call();
        value(answer).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn request(&self, method: Method, path: &str, body: &Value) -> Result<Value, String> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .body(body.to_string())
            .expect("a request");
        value(self.agent.run(request))
    }
}

type Answered = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn value(answer: Answered) -> Result<Value, String> {
    let mut answer = answer.map_err(|error| error.to_string())?;
    // Pictures are in it.
    let body = answer.body_mut().with_config().limit(64 << 20);
    let text = body.read_to_string().map_err(|error| error.to_string())?;
    let mut read: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    match answer.status().as_u16() {
        200 => Ok(read["value"].take()),
        status => Err(format!("{status}: {}", read["value"]["message"])),
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let closing = self.agent.delete(&self.url).config();
        let closing = closing.timeout_global(Some(CLOSING)).build();
        let is_closed = value(closing.call()).is_ok();
        if let Some(browser) = self.browser.filter(|_| !is_closed) {
            // Its own processes end with it.
            let _ = kill_process(browser, Signal::KILL);
        }
    }
}

/// The process of a driver. Dropping it kills it.
struct Driver {
    child: Child,
    url: String,
}

impl Driver {
    fn start(program: &Path, home: &Path) -> Self {
        let mut child = Command::new(program)
            .arg("--port=0")
            .env("HOME", home)
            .env("TMPDIR", home)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver starts");
        let said = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut driver = Self {
            child,
            url: String::new(),
        };
        let (sender, port) = channel();
        // It reads on to the end, so that the driver never writes into a closed pipe.
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                let after = line.split_once("started successfully on port ");
                let port = after.map(|(_, port)| port.trim_end_matches('.').to_owned());
                if let Some(port) = port {
                    let _ = sender.send(port);
                }
            }
        });
        let port = port.recv_timeout(PATIENCE).expect("it says its port");
        driver.url = format!("http://127.0.0.1:{port}");
        driver
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! What tests do with a browser and ask of its page.

use std::{fs, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{driver::Session, support::PATIENCE, tools::Tools};

/// What is asked of pages more than once: functions in the page's own language.
const CHECKS: &str = include_str!("checks.js");

/// A browser with one page.
pub(crate) struct Browser(Session);

/// How a page is to be looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// `light` or `dark`.
    pub(crate) scheme: &'static str,
}

impl Browser {
    pub(crate) fn start(tools: &Tools) -> Self {
        let browser = Self(Session::start(tools));
        let ms = PATIENCE.as_millis();
        let timeouts = json!({ "script": ms, "pageLoad": ms });
        browser.0.post("/timeouts", &timeouts);
        browser
    }

    /// Loads the page at `url`.
    #[track_caller]
    pub(crate) fn open(&self, url: &str) {
        self.0.post("/url", &json!({ "url": url }));
    }

    /// The value of an expression in the page.
    #[track_caller]
    pub(crate) fn value(&self, expression: &str) -> Value {
        let script = format!("{CHECKS}\nreturn ({expression});");
        let body = json!({ "script": script, "args": [] });
        self.0.post("/execute/sync", &body)
    }

    /// The text of an expression in the page.
    #[track_caller]
    pub(crate) fn text(&self, expression: &str) -> String {
        let value = self.value(expression);
        let text = value.as_str().map(str::to_owned);
        text.unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// The number that an expression in the page is.
    #[track_caller]
    pub(crate) fn number(&self, expression: &str) -> u64 {
        let value = self.value(expression);
        let number = value.as_u64();
        number.unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    /// Waits in the page until `condition` holds there.
    #[track_caller]
    pub(crate) fn wait_until(&self, condition: &str) {
        // It gives up before the driver does, to tell what there was instead.
        let ms = PATIENCE.as_millis() - 2000;
        let script = format!(
            "{CHECKS}\nconst [done] = arguments, until = performance.now() + {ms};
            const look = () => {{
                if ({condition}) done('');
                else if (performance.now() > until) done(document.body.innerText);
                else setTimeout(look, 20);
            }};
            look();"
        );
        let body = json!({ "script": script, "args": [] });
        let shown = self.0.post("/execute/async", &body);
        assert_eq!(shown, "", "never came: {condition}");
    }

    /// Expects a check to find nothing.
    #[track_caller]
    pub(crate) fn finds_nothing(&self, check: &str) {
        let found = self.value(check);
        assert_eq!(found, json!([]), "{check} of {}", self.url());
    }

    pub(crate) fn url(&self) -> String {
        let url = self.0.get("/url");
        url.as_str().expect("a URL").to_owned()
    }

    /// Presses a key: `Tab`, `Enter`.
    pub(crate) fn press(&self, key: &str) {
        let code = match key {
            "Tab" => "\u{e004}",
            "Enter" => "\u{e007}",
            other => panic!("no such key: {other}"),
        };
        let actions = [
            json!({ "type": "keyDown", "value": code }),
            json!({ "type": "keyUp", "value": code }),
        ];
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.0.post("/actions", &json!({ "actions": [keyboard] }));
    }

    /// A command of the browser's own protocol.
    fn command(&self, name: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": name, "params": parameters });
        self.0.post("/goog/cdp/execute", &body)
    }

    pub(crate) fn look(&self, look: Look) {
        let Look {
            width,
            height,
            scheme,
        } = look;
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.command("Emulation.setDeviceMetricsOverride", &metrics);
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            // Pictures do not depend on the moment.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        let media = json!({ "media": "screen", "features": features });
        self.command("Emulation.setEmulatedMedia", &media);
    }

    /// Shows the page as it would be printed.
    pub(crate) fn look_printed(&self) {
        let media = json!({ "media": "print", "features": [] });
        self.command("Emulation.setEmulatedMedia", &media);
    }

    pub(crate) fn without_scripts(&self) {
        let value = json!({ "value": true });
        self.command("Emulation.setScriptExecutionDisabled", &value);
    }

    /// The page as a PDF.
    pub(crate) fn print(&self) -> Vec<u8> {
        decoded(&self.0.post("/print", &json!({})))
    }

    /// Writes a picture of what is seen of the page.
    pub(crate) fn screenshot(&self, to: &Path) {
        let folder = to.parent().expect("a file in a folder");
        fs::create_dir_all(folder).expect("a folder");
        let value = json!({ "hidden": true });
        self.command("Emulation.setScrollbarsHidden", &value);
        fs::write(to, decoded(&self.0.get("/screenshot"))).expect("a picture");
    }

    /// What was written to the console since this was asked before: errors, refusals by a policy.
    pub(crate) fn console(&self) -> Vec<String> {
        let entries = self.0.post("/se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().expect("entries").iter();
        entries.map(|entry| entry["message"].to_string()).collect()
    }

    /// What was asked for since this was asked before, but for what needs no asking: texts that are in the
    /// page, and pages of the browser's own.
    pub(crate) fn requests(&self) -> Vec<String> {
        let entries = self.0.post("/se/log", &json!({ "type": "performance" }));
        let entries = entries.as_array().expect("entries").iter();
        let events = entries.map(|entry| {
            let message = entry["message"].as_str().expect("a message");
            serde_json::from_str::<Value>(message).expect("JSON")["message"].take()
        });
        let of_kind = |event: &Value| event["method"] == "Network.requestWillBeSent";
        let urls = events.filter(of_kind).map(|event| {
            let url = event["params"]["request"]["url"].as_str();
            url.expect("a URL").to_owned()
        });
        let is_asked = |url: &String| !["data:", "chrome:"].iter().any(|it| url.starts_with(it));
        urls.filter(is_asked).collect()
    }
}

fn decoded(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("text");
    BASE64_STANDARD.decode(text).expect("base64")
}

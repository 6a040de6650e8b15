//! Where programs are: tools of the machine, and what cargo builds.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value;

use crate::{
    error::BenchError,
    measure::{self, shown},
};

/// How long cargo may take, which may have to wait for another build first.
const BUILD_LIMIT: Duration = Duration::from_secs(20 * 60);

/// A tool that comes from the machine's packages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    name: &'static str,
    /// What installs it on Debian.
    install: &'static str,
}

pub(crate) const CURL: Tool = Tool {
    name: "curl",
    install: "apt-get install curl",
};
pub(crate) const HEY: Tool = Tool {
    name: "hey",
    install: "apt-get install hey",
};
pub(crate) const OHA: Tool = Tool {
    name: "oha",
    install: "cargo install oha --locked",
};
pub(crate) const NGINX: Tool = Tool {
    name: "nginx",
    install: "apt-get install nginx",
};
pub(crate) const TRUE: Tool = Tool {
    name: "true",
    install: "apt-get install coreutils",
};
pub(crate) const WRK: Tool = Tool {
    name: "wrk",
    install: "apt-get install wrk",
};

impl Tool {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        self.name
    }

    /// Where the tool is.
    ///
    /// # Errors
    /// [`BenchError::MissingTool`] when it is nowhere.
    pub(crate) fn find(self) -> Result<PathBuf, BenchError> {
        let path = env::var_os("PATH").unwrap_or_default();
        // Servers are installed where only the superuser's PATH leads.
        let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
        let mut places = folders.map(|folder| folder.join(self.name));
        places
            .find(|place| place.is_file())
            .ok_or(BenchError::MissingTool {
                tool: self.name,
                install: self.install,
            })
    }
}

/// Has cargo build a program and says where it put it.
///
/// # Errors
/// When the build fails, or builds no program called `name`.
pub(crate) fn build(
    root: &Path,
    arguments: &[&str],
    name: &'static str,
) -> Result<PathBuf, BenchError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root);
    println!("$ {}", shown(&command));
    // The messages say where the program is, whatever target folder is configured.
    command.arg("--message-format=json-render-diagnostics");
    let messages = measure::run(&mut command, BUILD_LIMIT)?.stdout;
    executable(&messages, name).ok_or(BenchError::NothingBuilt(name))
}

/// Finds in cargo's messages where the program of the target `name` is.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message["target"]["name"] == name)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_other_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"suite"},"executable":null}
not a message
{"reason":"compiler-artifact","target":{"name":"gauntlet"},"executable":"/t/gauntlet"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "gauntlet"), Some("/t/gauntlet".into()));
        assert_eq!(executable(messages, "suite"), None);
    }

    #[test]
    fn a_missing_tool_is_told_with_what_installs_it() {
        let tool = Tool {
            name: "no-such-tool",
            install: "apt-get install some-package",
        };
        let error = tool.find().expect_err("there is none").to_string();
        assert!(error.contains("no-such-tool") && error.contains("`apt-get install some-package`"));
    }
}

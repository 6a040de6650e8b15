//! The browser of the machine.

use std::path::PathBuf;

use crate::support::tool;

/// A browser and the driver that speaks WebDriver for it.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Tools {
    /// What is on `PATH`; an error says what is missing.
    pub(crate) fn find() -> Result<Self, String> {
        Ok(Self {
            chromium: tool("chromium", "chromium")?,
            driver: tool("chromedriver", "chromium-driver")?,
        })
    }
}

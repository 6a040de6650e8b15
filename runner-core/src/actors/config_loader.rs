//! Loads suites.

use std::path::PathBuf;

use actix::prelude::*;
use suite::{Suite, SuiteError};

/// Loads suite files for whoever runs them.
#[derive(Debug, Default)]
pub struct ConfigLoader;

impl Actor for ConfigLoader {
    type Context = Context<Self>;
}

/// Reads and validates the suite at this path.
#[derive(Debug, Message)]
#[rtype(result = "Result<Suite, SuiteError>")]
pub struct LoadSuite {
    /// The suite file.
    pub path: PathBuf,
}

impl Handler<LoadSuite> for ConfigLoader {
    type Result = Result<Suite, SuiteError>;

    fn handle(&mut self, message: LoadSuite, _: &mut Context<Self>) -> Self::Result {
        suite::load(&message.path)
    }
}

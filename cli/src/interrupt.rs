//! Signals that end the program: the first politely, the second at once.

use std::future::Future;

use tokio::{
    signal::unix::{Signal as SignalStream, SignalKind, signal},
    sync::watch,
};

use crate::{
    error::CliError,
    exit::{Exit, Signal},
};

/// Tells whether the program was asked to end.
#[derive(Clone)]
pub(crate) struct Interrupt(watch::Receiver<Option<Signal>>);

impl Interrupt {
    /// Resolves at the first signal; at once if there was one already.
    pub(crate) async fn received(&mut self) -> Signal {
        match self.0.wait_for(Option::is_some).await.map(|signal| *signal) {
            Ok(Some(signal)) => signal,
            // The listener lives as long as the program does.
            _ => std::future::pending().await,
        }
    }

    /// The signal that came, if any did.
    pub(crate) fn signal(&self) -> Option<Signal> {
        *self.0.borrow()
    }
}

/// Runs `body` until it ends, or until a second signal ends it at once.
///
/// What `body` holds is dropped in that case, so that it still cleans up what it can without waiting.
pub(crate) async fn until_forced<F>(body: impl FnOnce(Interrupt) -> F) -> Result<Exit, CliError>
where
    F: Future<Output = Result<Exit, CliError>>,
{
    let mut interrupts = listen(SignalKind::interrupt())?;
    let mut terminations = listen(SignalKind::terminate())?;
    let (sender, receiver) = watch::channel(None);
    let forced = async {
        let first = next(&mut interrupts, &mut terminations).await;
        sender.send_replace(Some(first));
        next(&mut interrupts, &mut terminations).await
    };
    tokio::select! {
        biased;
        result = body(Interrupt(receiver)) => result,
        signal = forced => Ok(Exit::Interrupted(signal)),
    }
}

fn listen(kind: SignalKind) -> Result<SignalStream, CliError> {
    signal(kind).map_err(CliError::Signals)
}

async fn next(interrupts: &mut SignalStream, terminations: &mut SignalStream) -> Signal {
    tokio::select! {
        _ = interrupts.recv() => Signal::Interrupt,
        _ = terminations.recv() => Signal::Terminate,
    }
}

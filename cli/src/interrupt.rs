//! Signals that end the program: the first politely, the second at once.

use std::{fs, future::Future};

use tokio::{
    signal::unix::{Signal as SignalStream, SignalKind, signal},
    sync::watch,
};

use crate::{
    children,
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

/// What SIGHUP means to a program that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HangUp {
    /// Its terminal is gone: it ends.
    Ends,
    /// Somebody else listens to it: it goes on.
    GoesOn,
}

/// Runs `body` until it ends, or until a second signal ends it at once.
///
/// What `body` holds is dropped in that case, so that it still cleans up what it can without waiting,
/// and the commands that run are killed.
pub(crate) async fn until_forced<F>(
    hang_up: HangUp,
    body: impl FnOnce(Interrupt) -> F,
) -> Result<Exit, CliError>
where
    F: Future<Output = Result<Exit, CliError>>,
{
    let mut signals = Signals::listen(hang_up)?;
    let (sender, receiver) = watch::channel(None);
    let forced = async {
        let first = signals.next().await;
        sender.send_replace(Some(first));
        signals.next().await
    };
    let signal = tokio::select! {
        biased;
        result = body(Interrupt(receiver)) => return result,
        signal = forced => signal,
    };
    // By now `body` is dropped, so that nothing starts any more.
    children::kill_all();
    Ok(Exit::Interrupted(signal))
}

/// SIGXFSZ. By default it kills; listened to, a write beyond the limit fails and says why.
const FILE_TOO_LARGE: i32 = rustix::process::Signal::XFSZ.as_raw();

struct Signals {
    _too_large: SignalStream,
    interrupts: SignalStream,
    terminations: SignalStream,
    /// `None` where SIGHUP ends nothing, and under `nohup`, which asks programs to outlive their terminal.
    hang_ups: Option<SignalStream>,
}

impl Signals {
    fn listen(hang_up: HangUp) -> Result<Self, CliError> {
        let listen = |kind| signal(kind).map_err(CliError::Signals);
        let stays = ignores_hang_ups(&fs::read_to_string("/proc/self/status").unwrap_or_default());
        Ok(Self {
            interrupts: listen(SignalKind::interrupt())?,
            terminations: listen(SignalKind::terminate())?,
            _too_large: listen(SignalKind::from_raw(FILE_TOO_LARGE))?,
            hang_ups: if stays || hang_up == HangUp::GoesOn {
                None
            } else {
                Some(listen(SignalKind::hangup())?)
            },
        })
    }

    async fn next(&mut self) -> Signal {
        let hang_up = async {
            match &mut self.hang_ups {
                Some(hang_ups) => hang_ups.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupts.recv() => Signal::Interrupt,
            _ = self.terminations.recv() => Signal::Terminate,
            _ = hang_up => Signal::HangUp,
        }
    }
}

/// Whether a process whose `/proc/…/status` this is was started with SIGHUP ignored.
fn ignores_hang_ups(status: &str) -> bool {
    /// SIGHUP is signal 1, the lowest bit of the mask.
    const HANG_UP: u64 = 1;
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & HANG_UP != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nohup_asks_for_is_read_from_the_status() {
        assert!(ignores_hang_ups("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hang_ups("SigIgn:\t0000000000001000\n"));
        assert!(!ignores_hang_ups(""));
    }
}

//! Waits for the moment at which shards begin together.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;
use runner_core::{recorded::between, text::Human};

use crate::{
    args::{ShardArgs, StartAt},
    error::CliError,
    exit::Exit,
    interrupt::{self, HangUp},
    progress::Progress,
};

/// What is further away is a slip of the pen.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Waits until what `args` say, if they say it. What is wrong with `suites` is told before and not after.
///
/// The end of the program comes back where a signal ends the wait.
///
/// # Errors
/// When a suite is not valid, or the moment is too far away.
pub(crate) fn wait(
    args: &ShardArgs,
    suites: &[PathBuf],
    progress: &Progress,
) -> Result<Option<Exit>, CliError> {
    let Some(start_at) = args.start_at else {
        return Ok(None);
    };
    for suite in suites {
        suite::load(suite)?;
    }
    match left(start_at, Timestamp::now())? {
        Left::Past(ago) => {
            progress.warn(&format!(
                "--start-at is past by {}: beginning at once",
                Human(ago)
            ));
            Ok(None)
        }
        Left::Time(left) => sleep(left, progress),
    }
}

/// How long is left until a moment.
#[derive(Debug, PartialEq, Eq)]
enum Left {
    Time(Duration),
    /// It is over, for so long.
    Past(Duration),
}

fn left(start_at: StartAt, now: Timestamp) -> Result<Left, CliError> {
    let left = match start_at {
        StartAt::After(duration) => duration,
        StartAt::Time(time) if time < now => return Ok(Left::Past(between(time, now))),
        StartAt::Time(time) => between(now, time),
    };
    if left > LONGEST {
        return Err(CliError::StartTooFar { left: Human(left) });
    }
    Ok(Left::Time(left))
}

fn sleep(left: Duration, progress: &Progress) -> Result<Option<Exit>, CliError> {
    let exit = actix::System::new().block_on(interrupt::until_forced(
        HangUp::Ends,
        async |mut interrupt| {
            // From here on a signal is heard.
            progress.say(&format!("beginning in {}", Human(left)));
            tokio::select! {
                biased;
                signal = interrupt.received() => Ok(Exit::Interrupted(signal)),
                () = tokio::time::sleep(left) => Ok(Exit::Success),
            }
        },
    ))?;
    Ok((exit != Exit::Success).then_some(exit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_waited_for_up_to_a_day() {
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().expect("a time");
        let left = |text: &str| left(text.parse().expect("a start"), now);
        let time = |seconds| Left::Time(Duration::from_secs(seconds));
        assert_eq!(left("+30s").ok(), Some(time(30)));
        assert_eq!(left("2026-11-25T13:00:10+01:00").ok(), Some(time(10)));
        assert_eq!(left("2026-11-26T12:00:00Z").ok(), Some(time(86_400)));
        assert!(left("2026-11-26T12:00:01Z").is_err());
        assert!(left("+25h").is_err());
    }

    #[test]
    fn what_is_past_is_told_with_how_long_ago_it_was() {
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().expect("a time");
        let start: StartAt = "2026-11-25T11:59:55Z".parse().expect("a start");
        let past = left(start, now).expect("not too far");
        assert_eq!(past, Left::Past(Duration::from_secs(5)));
    }
}

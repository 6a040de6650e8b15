//! What a report states about its run.

use std::{fs::File, io::Read as _, path::Path, time::Duration};

use crate::error::BenchError;

/// All that is looked for stands in the first lines. Reports can be large, and what this program holds in
/// memory counts for the children that it measures.
const HEAD_BYTES: u64 = 4096;

/// How long the run took that the report at `path` is about, as it states it: to ten milliseconds. `None`
/// also where it rounds to nothing.
///
/// # Errors
/// When the report cannot be read.
pub(super) fn duration(path: &Path) -> Result<Option<Duration>, BenchError> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head))
        .map_err(|source| BenchError::File {
            path: path.to_owned(),
            source,
        })?;
    Ok(stated(&String::from_utf8_lossy(&head)))
}

fn stated(report: &str) -> Option<Duration> {
    let labels = ["**Total Duration**: ", "**Time Under Test**: "];
    let found = labels.into_iter().find_map(|it| report.split_once(it));
    let seconds: f64 = found?.1.split_once(" seconds")?.0.parse().ok()?;
    (seconds > 0.0).then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_states_its_time() {
        for (report, time) in [
            ("# A\n\n**Total Duration**: 1.25 seconds  \n", Some(1250)),
            (
                "**Time Under Test**: 75.50 seconds (1m 15s)  \n",
                Some(75_500),
            ),
            ("**Time Under Test**: 0.00 seconds", None),
            ("", None),
        ] {
            assert_eq!(stated(report), time.map(Duration::from_millis));
        }
    }
}

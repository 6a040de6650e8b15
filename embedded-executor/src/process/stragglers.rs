//! Descendants that left their process group.
//!
//! The kernel has no cheap handle on all descendants of a process: control groups need privileges,
//! and a subreaper would adopt the orphans of everything else in this process. But each command gets a
//! `TMPDIR` of its own, and what it starts inherits that, wherever it moves.

use std::{fs, io, path::Path};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// One look can miss what is being forked meanwhile; a command that forks faster than this many looks
/// is beyond this means.
const MAX_LOOKS: usize = 8;

/// Kills every process whose `TMPDIR` is `folder` or lies in it, and returns how many there were.
///
/// Reads all of `/proc`: a matter of milliseconds, and blocking.
pub(super) fn kill_by_temp_folder(folder: &Path) -> usize {
    let mut killed = 0;
    for _ in 0..MAX_LOOKS {
        let found = processes()
            .filter(|&pid| kill_if_in(pid, folder).unwrap_or(false))
            .count();
        if found == 0 {
            break;
        }
        killed += found;
    }
    killed
}

fn processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter_map(Pid::from_raw)
        .filter(|&pid| pid != rustix::process::getpid())
}

fn kill_if_in(pid: Pid, folder: &Path) -> io::Result<bool> {
    if !has_temp_folder_in(pid, folder)? {
        return Ok(false);
    }
    // The number may be another process's by now: hold on to the process, then look once more.
    let process = pidfd_open(pid, PidfdFlags::empty())?;
    let is_it = has_temp_folder_in(pid, folder)?;
    if is_it {
        pidfd_send_signal(&process, Signal::KILL)?;
    }
    Ok(is_it)
}

/// Processes of other users cannot be read, and zombies have no environment: neither is ours to kill.
fn has_temp_folder_in(pid: Pid, folder: &Path) -> io::Result<bool> {
    let environment = fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero()))?;
    let mut values = environment
        .split(|&byte| byte == 0)
        .filter_map(|it| it.strip_prefix(b"TMPDIR="));
    Ok(values.any(|value| {
        let rest = value.strip_prefix(folder.as_os_str().as_encoded_bytes());
        rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'/')))
    }))
}

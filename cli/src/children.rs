//! Processes that this one has started.

use std::fs;

use rustix::process::{Pid, Signal, getpid, kill_process_group};

/// Kills every child that still runs, with its whole process group.
///
/// This is for the moment before the program ends without waiting: threads that would end commands in
/// good order go with the process, whether they got their turn or not.
pub(crate) fn kill_all() {
    let own = getpid().as_raw_pid();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    for pid in numbers.filter_map(Pid::from_raw) {
        let status = fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero()));
        if status.is_ok_and(|status| parent(&status) == Some(own)) {
            // Nobody but this process can reap the child, so that its number is still its own. One
            // that leads no group is no command.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// The parent of a process whose `/proc/…/status` this is.
fn parent(status: &str) -> Option<i32> {
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_read_from_the_status() {
        let status = "Name:\tsh\nTgid:\t12\nPid:\t12\nPPid:\t7\n";
        assert_eq!(parent(status), Some(7));
        assert_eq!(parent(""), None);
    }
}

//! The unit that ships for systemd, read by systemd itself.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::support::Scratch;

const NAME: &str = "gauntlet-soak@.service";

/// A file of the repository.
fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn unit() -> String {
    shipped(&format!("deploy/systemd/{NAME}"))
}

#[test]
fn the_unit_that_ships_is_one_that_systemd_accepts() {
    let unit = unit();
    let installed = "ExecStart=/usr/local/bin/gauntlet ";
    assert!(unit.contains(installed), "{unit}");
    let scratch = Scratch::new();
    let built = concat!("ExecStart=\"", env!("CARGO_BIN_EXE_gauntlet"), "\" ");
    scratch.write(NAME, unit.replace(installed, built));
    let verified = Command::new("systemd-analyze")
        // Of what else this machine has for units, nothing is ours to judge.
        .args(["verify", "--man=no", "--recursive-errors=no", NAME])
        .current_dir(scratch.folder())
        .stdin(Stdio::null())
        .output();
    let Ok(verified) = verified else {
        eprintln!("skipped: there is no systemd-analyze here");
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success(), "{said}");
}

/// The exit codes that lines of the unit with this key name.
fn codes(key: &str) -> BTreeSet<u8> {
    let unit = unit();
    let values = unit.lines().filter_map(|line| line.strip_prefix(key));
    values
        .flat_map(|value| value.trim_start_matches('=').split(' '))
        .map(|code| code.parse().expect("a code"))
        .collect()
}

#[test]
fn the_unit_knows_every_exit_code_that_users_are_promised() {
    let (again, never) = (
        codes("RestartForceExitStatus"),
        codes("RestartPreventExitStatus"),
    );
    assert!(again.is_disjoint(&never), "{again:?} {never:?}");
    assert_eq!(
        codes("SuccessExitStatus"),
        again,
        "an interruption is clean"
    );

    let readme = shipped("README.md");
    let (_, table) = readme.split_once("## Exit codes").expect("a section");
    let rows = table.lines().skip_while(|line| !line.starts_with('|'));
    let promised: BTreeSet<u8> = rows
        .take_while(|line| line.starts_with('|'))
        .filter_map(|row| row.split('|').nth(1)?.trim().parse().ok())
        .collect();
    assert!(promised.contains(&100), "{promised:?}");
    // After the end of the soak there is nothing to do; after an internal error it is tried again.
    let plain = BTreeSet::from([0, 1]);
    let known: BTreeSet<u8> = &(&again | &never) | &plain;
    assert!(promised.is_subset(&known), "{promised:?} {known:?}");
}

//! The suites that ship with the program.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use suite::{MatchOn, Ratio, Selection, Suite};

fn configs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../configs")
}

fn load(path: &Path) -> Suite {
    suite::load(path).unwrap_or_else(|error| panic!("{error}"))
}

fn shipped() -> Vec<Suite> {
    let mut paths: Vec<_> = fs::read_dir(configs())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    paths.iter().map(|path| load(path)).collect()
}

#[test]
fn every_shipped_suite_is_valid_and_explains_its_cases() {
    let suites = shipped();
    assert!(suites.len() >= 2);
    for suite in suites {
        assert_eq!(suite.id.as_ref(), Some(&suite.stem()));
        assert!(!suite.description.is_empty());
        for case in suite.cases {
            assert!(!case.description.is_empty(), "{}", case.id);
            assert!(!case.name.is_empty() && case.name != case.id, "{}", case.id);
            for pattern in case.expectations.expected.iter().map(suite::Pattern::text) {
                // An executor that merely repeats the command must not pass.
                let command = case.command.to_lowercase();
                assert!(
                    !command.contains(&pattern.to_lowercase()),
                    "{}: {pattern}",
                    case.id
                );
            }
        }
    }
}

#[test]
fn nothing_in_a_shipped_suite_is_hardly_meant() {
    for suite in shipped() {
        let lints = suite::lint(&suite);
        let shown: Vec<_> = lints
            .iter()
            .map(|lint| lint.picture(&suite, "warning").to_string())
            .collect();
        assert!(shown.is_empty(), "{}", shown.join("\n"));
    }
}

#[test]
fn the_default_suite_has_the_gates_and_the_limit_it_was_designed_for() {
    let suite = load(&configs().join("simple_stress_tests.json"));
    assert_eq!(suite.gates.min_success_rate, Ratio::new(0.8));
    assert_eq!(suite.gates.max_infrastructure_errors, Some(0));
    assert!(
        suite
            .cases
            .iter()
            .all(|case| case.timeout == Duration::from_secs(120))
    );
    let claude = suite.select(&Selection {
        tags: vec!["claude".into()],
        ..Selection::default()
    });
    assert_eq!(claude.cases.len(), 3);
    for case in &claude.cases {
        assert_eq!(case.requires, ["claude"], "{}", case.id);
        assert_eq!(case.match_on, MatchOn::FinalText, "{}", case.id);
    }
}

#[cfg(unix)]
#[test]
fn the_shipped_commands_meet_their_own_expectations_in_a_plain_shell() {
    let folder = tempfile::tempdir().unwrap();
    for case in shipped().iter().flat_map(|suite| &suite.cases) {
        if !case.requires.is_empty() {
            continue;
        }
        let output = std::process::Command::new("sh")
            .args(["-c", &case.command])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(case.expected_exit_code),
            "{}",
            case.id
        );
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        for pattern in case.expectations.expected.iter().map(suite::Pattern::text) {
            assert!(
                text.to_lowercase().contains(&pattern.to_lowercase()),
                "{}: {text}",
                case.id
            );
        }
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "no command writes files"
    );
}

//! Files that cannot be read as a suite at all.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use suite::SuiteError;
use tempfile::TempDir;

/// A folder with one file of these bytes.
fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("suite.json");
    fs::write(&path, bytes).expect("written");
    (folder, path)
}

fn refusal(path: &Path) -> SuiteError {
    let error = suite::load(path).expect_err("refused");
    assert_eq!(error.path(), path);
    assert!(
        error.to_string().starts_with(&path.display().to_string()),
        "{error}"
    );
    error
}

#[test]
fn a_valid_file_is_loaded_under_the_name_the_user_gave() {
    let (_folder, path) = file(br#"{"tests": [{"id": "a", "command": "true"}]}"#);
    assert_eq!(suite::load(&path).unwrap().path, path);
}

#[test]
fn a_missing_file_is_told_apart_from_an_unreadable_one() {
    let (folder, path) = file(b"{}");
    assert!(matches!(
        refusal(&folder.path().join("other.json")),
        SuiteError::NotFound { .. }
    ));
    assert!(matches!(
        refusal(&path.join("below.json")),
        SuiteError::Unreadable { .. }
    ));
}

#[test]
fn a_folder_is_no_suite() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        refusal(folder.path()),
        SuiteError::IsFolder { .. }
    ));
}

#[cfg(unix)]
#[test]
fn a_device_is_refused_instead_of_read_for_ever() {
    assert!(matches!(
        refusal(Path::new("/dev/zero")),
        SuiteError::NotRegular { .. }
    ));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_instead_of_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let status = std::process::Command::new("mkfifo")
        .arg(&path)
        .status()
        .unwrap();
    assert!(status.success());
    assert!(matches!(refusal(&path), SuiteError::NotRegular { .. }));
}

#[test]
fn a_file_that_is_too_large_is_refused_by_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    File::create(&path)
        .unwrap()
        .set_len(suite::MAX_FILE_BYTES + 1)
        .unwrap();
    let error = refusal(&path);
    assert!(matches!(error, SuiteError::TooLarge { .. }));
    assert!(
        error
            .to_string()
            .ends_with("larger than the 64 MiB a suite may have")
    );
}

#[test]
fn bytes_that_are_no_utf8_are_located() {
    let (_folder, path) = file(b"{\n  \"x-\": \"caf\xe9\"\n}");
    let SuiteError::NotUtf8 { offset, line, .. } = refusal(&path) else {
        panic!("not UTF-8")
    };
    assert_eq!((offset, line), (14, 2));
}

#[test]
fn a_byte_order_mark_shifts_neither_spans_nor_columns() {
    let (_folder, path) = file("\u{feff}{\"x-ü\": 1, \"nmae\": 2}".as_bytes());
    let SuiteError::Invalid(invalid) = refusal(&path) else {
        panic!("invalid")
    };
    let problem = invalid
        .problems()
        .iter()
        .find(|problem| problem.message().contains("nmae"))
        .unwrap();
    assert_eq!(&invalid.text()[problem.span()], "\"nmae\"");
    assert_eq!((problem.line(), problem.column()), (1, 12));
}

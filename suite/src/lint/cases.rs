//! Cases that are hardly two.

use std::collections::HashMap;

use super::{LintCode, Lints, places::Places};
use crate::{Suite, position::line_of, problem::Complaint, quote::quoted};

pub(super) fn check(suite: &Suite, places: &Places<'_, '_>, lints: &mut Lints) {
    let mut commands = HashMap::new();
    let mut names = HashMap::new();
    for (index, case) in suite.cases.iter().enumerate() {
        let line = |first: usize, key| line_of(&suite.text, places.in_case(first, key).start);
        let first = *commands.entry(&*case.command).or_insert(index);
        if first != index {
            lints.report(
                LintCode::SameCommand,
                places.in_case(index, "command"),
                || {
                    Complaint::new(format!(
                        "the command is that of the case {}",
                        quoted(&suite.cases[first].id)
                    ))
                    .help(format!(
                        "the first one stands on line {}; `repeat` tries one case more often",
                        line(first, "command")
                    ))
                },
            );
        }
        let first = *names.entry(file_name(&case.id)).or_insert(index);
        if first != index {
            lints.report(LintCode::IdCollision, places.in_case(index, "id"), || {
                Complaint::new(format!(
                    "as a name of a file, the id {} is that of {}",
                    quoted(&case.id),
                    quoted(&suite.cases[first].id)
                ))
                .help(format!(
                    "the first one stands on line {}; let ids differ in letters or digits",
                    line(first, "id")
                ))
            });
        }
    }
}

/// An id as a name of a file: on every system, and in every archive.
fn file_name(id: &str) -> String {
    let clean = id.chars().map(|character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => character.to_ascii_lowercase(),
        _ => '_',
    });
    clean.collect()
}

//! What the folder of an attempt is called.

use std::collections::HashSet;

use runner_core::results::Place;

/// File systems take 255 bytes; numbers come beside it.
const MAX_BYTES: usize = 100;

/// The names given in one run.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The name of the attempt at `place`, which no other attempt of the run has: the id of its case, as far
    /// as it can be one. In a soak its number stands before it, which alone tells them apart.
    pub(super) fn of(&mut self, place: Place, id: &str, is_soak: bool) -> String {
        let name = clean(id, place.index);
        if is_soak {
            return format!("{:06}-{name}", place.number);
        }
        let again = format!("{name}~{}", place.number);
        let name = match self.0.contains(&name) {
            true => again,
            false => name,
        };
        self.0.insert(name.clone());
        name
    }
}

/// `id` with nothing in it that means something in a path or to a shell. One that had to be changed carries
/// the case's number behind a sign that no other has.
fn clean(id: &str, index: usize) -> String {
    let is_kept = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
    let mut name: String = id
        .chars()
        .map(|it| if is_kept(it) { it } else { '_' })
        .take(MAX_BYTES)
        .collect();
    // Neither hidden, nor an option, nor the folder above.
    if name.starts_with(['.', '-']) {
        name.replace_range(..1, "_");
    }
    if name == id {
        name
    } else {
        format!("{name}~{}", index + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(number: u64, index: usize) -> Place {
        Place {
            number,
            iteration: 1,
            index,
            try_number: 1,
        }
    }

    #[test]
    fn an_id_that_can_be_a_name_is_one() {
        let mut names = Names::default();
        assert_eq!(names.of(place(1, 0), "exit-1", false), "exit-1");
        assert_eq!(names.of(place(2, 1), "a/b", false), "a_b~2");
        assert_eq!(names.of(place(3, 0), "exit-1", false), "exit-1~3");
        assert_eq!(names.of(place(7, 0), "exit-1", true), "000007-exit-1");
    }

    proptest! {
        #[test]
        fn names_stay_in_their_folder_and_never_repeat(
            ids in prop::collection::hash_set(".{1,200}", 1..12),
        ) {
            let mut names = Names::default();
            let mut seen = HashSet::new();
            for (index, id) in ids.iter().enumerate() {
                let name = names.of(place(index as u64 + 1, index), id, false);
                prop_assert!(!name.is_empty() && name.len() <= 150);
                prop_assert!(!name.contains(['/', '\0', ' ']) && !name.starts_with('.'));
                prop_assert!(seen.insert(name));
            }
        }
    }
}

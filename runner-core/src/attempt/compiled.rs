//! What cases expect, compiled once for the attempts that are made at them again and again.

use std::sync::Arc;

use suite::Case;

use super::CompiledExpectations;

/// Of so many cases it is kept: those that are repeated, retried or put under load, not a whole suite.
const SLOTS: usize = 32;

/// What the cases expect that were attempted lately.
#[derive(Debug, Default)]
pub struct CompiledCases {
    slots: [Option<(Arc<Case>, CompiledExpectations)>; SLOTS],
}

impl CompiledCases {
    /// What `case` expects, which stands at `index` in its suite. Another case at the same place, of a
    /// suite that was read again, is another case.
    pub fn of(&mut self, index: usize, case: &Arc<Case>) -> CompiledExpectations {
        let slot = &mut self.slots[index % SLOTS];
        if let Some((known, expected)) = slot
            && Arc::ptr_eq(known, case)
        {
            return expected.clone();
        }
        let expected = CompiledExpectations::of(&case.expectations);
        *slot = Some((Arc::clone(case), expected.clone()));
        expected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_compiled_once_until_another_one_takes_its_place() {
        let mut compiled = CompiledCases::default();
        let [first, other] = [1, 2].map(|_| Arc::new(Case::new("a", "true")));
        let one = compiled.of(0, &first);
        assert!(one.is_same(&compiled.of(0, &first)));
        assert!(!one.is_same(&compiled.of(0, &other)));
        assert!(!one.is_same(&compiled.of(SLOTS, &first)));
    }
}

//! The order of the pieces into which an executor cuts a long line.

/// Which piece of how many a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) index: u64,
    pub(super) total: u64,
}

/// Watches the pieces of one output stream. They are joined as they come, whatever it finds.
#[derive(Debug, Default)]
pub(super) struct ChunkOrder {
    underway: Option<Underway>,
}

/// A line of which some pieces have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Underway {
    next: u64,
    last: u64,
    total: u64,
}

impl ChunkOrder {
    /// Takes note of one more message, which is a piece (`Some`) or whole; `false` if something is
    /// missing before it or it is out of order.
    pub(super) fn follow(&mut self, chunk: Option<Chunk>) -> bool {
        let Some(Chunk { index, total }) = chunk else {
            return self.underway.take().is_none();
        };
        let (in_order, last) = match self.underway {
            Some(line) => (index == line.next && total == line.total, line.last),
            // Executors count from zero or from one: the first piece shows which.
            None => (index <= 1, index.saturating_add(total.saturating_sub(1))),
        };
        self.underway = (in_order && index < last).then_some(Underway {
            next: index.saturating_add(1),
            last,
            total,
        });
        in_order
    }

    /// Takes note of the end; `false` if pieces are missing.
    pub(super) fn end(&mut self) -> bool {
        self.follow(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of the messages are found to be out of order, and whether the end is.
    fn judge(indexes: &[Option<u64>], total: u64) -> (Vec<usize>, bool) {
        let mut order = ChunkOrder::default();
        let chunk = |index: &Option<u64>| index.map(|index| Chunk { index, total });
        let wrong = indexes
            .iter()
            .enumerate()
            .filter(|(_, index)| !order.follow(chunk(index)))
            .map(|(at, _)| at)
            .collect();
        (wrong, order.end())
    }

    #[test]
    fn pieces_in_order_are_fine_wherever_the_count_begins() {
        for indexes in [
            &[Some(0), Some(1), Some(2), None][..],
            &[None, Some(1), Some(2), Some(3)],
            &[Some(0), Some(1), Some(2), Some(0), Some(1), Some(2)],
        ] {
            assert_eq!(judge(indexes, 3), (vec![], true), "{indexes:?}");
        }
        assert_eq!(judge(&[Some(0), Some(0), Some(1)], 1), (vec![], true));
    }

    #[test]
    fn a_gap_a_swap_a_repetition_and_a_missing_end_are_noticed() {
        for indexes in [
            &[Some(0), Some(2)][..],
            &[Some(0), Some(0), Some(1), Some(2)],
            &[Some(2), Some(1), Some(0)],
            &[Some(0), Some(1), None],
            &[Some(7)],
        ] {
            assert_ne!(judge(indexes, 3).0, Vec::<usize>::new(), "{indexes:?}");
        }
        assert_eq!(judge(&[Some(0), Some(1)], 3), (vec![], false));
        assert_eq!(judge(&[Some(u64::MAX)], u64::MAX).0, [0]);
    }
}

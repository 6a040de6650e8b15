//! The seconds of a run until all threads have handed over what they counted in them.

use std::collections::BTreeMap;

use super::batch::Batch;
use crate::series::{Point, Second};

/// Seconds of which not all is known.
#[derive(Debug)]
pub(super) struct OpenSeconds {
    points: BTreeMap<u64, Point>,
    threads: Vec<Handed>,
}

/// What a thread has handed over.
#[derive(Debug, Clone, Default)]
struct Handed {
    /// Up to this second everything.
    until: u64,
    /// And of this one something.
    part: Option<Second>,
}

impl OpenSeconds {
    /// A thread that says nothing for so many seconds is not waited for any more. What it says later counts
    /// for its second as well, though not for how many attempts were under way at once.
    const MAX: usize = 60;

    pub(super) fn new(threads: usize) -> Self {
        Self {
            points: BTreeMap::new(),
            threads: vec![Handed::default(); threads],
        }
    }

    /// Takes in what a thread counted.
    pub(super) fn add(&mut self, thread: usize, batch: &Batch) {
        let Some(number) = batch.second else { return };
        let handed = &mut self.threads[thread];
        let point = match handed.part.take() {
            Some(mut part) if part.number == number => {
                part.point.add_after(&batch.point);
                part.point
            }
            part => {
                add(&mut self.points, part);
                batch.point.clone()
            }
        };
        handed.part = Some(Second { number, point });
        handed.until = handed.until.max(batch.next.unwrap_or(number));
        if handed.until > number {
            add(&mut self.points, handed.part.take());
        }
    }

    /// Notes that a thread has nothing more to say.
    pub(super) fn done(&mut self, thread: usize) {
        let handed = &mut self.threads[thread];
        handed.until = u64::MAX;
        add(&mut self.points, handed.part.take());
    }

    /// Takes out the seconds of which all is known, in their order.
    pub(super) fn known(&mut self) -> Vec<Second> {
        let until = self.threads.iter().map(|thread| thread.until).min();
        let until = until.unwrap_or(u64::MAX);
        let mut known = Vec::new();
        while let Some((number, _)) = self.points.first_key_value() {
            if *number >= until && self.points.len() <= Self::MAX {
                break;
            }
            let first = self.points.pop_first();
            known.extend(first.map(|(number, point)| Second { number, point }));
        }
        known
    }
}

/// Adds what happened in a second in one more thread.
fn add(points: &mut BTreeMap<u64, Point>, second: Option<Second>) {
    if let Some(Second { number, point }) = second {
        points.entry(number).or_default().add_beside(&point);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(second: u64, next: u64, in_flight: u64) -> Batch {
        let point = Point {
            begun: 1,
            in_flight,
            ..Point::default()
        };
        Batch {
            second: Some(second),
            next: Some(next),
            point,
            ..Batch::default()
        }
    }

    fn told(open: &mut OpenSeconds) -> Vec<(u64, u64, u64)> {
        let known = open.known().into_iter();
        known
            .map(|it| (it.number, it.point.begun, it.point.in_flight))
            .collect()
    }

    #[test]
    fn a_second_is_known_once_all_threads_have_handed_it_over() {
        let mut open = OpenSeconds::new(2);
        open.add(0, &batch(0, 1, 3));
        open.add(0, &batch(1, 2, 3));
        assert_eq!(told(&mut open), []);
        open.add(1, &batch(0, 0, 4));
        assert_eq!(told(&mut open), [], "it was early, and says more");
        open.add(1, &batch(0, 2, 5));
        assert_eq!(told(&mut open), [(0, 3, 8), (1, 1, 3)]);
        open.add(1, &batch(2, 2, 5));
        open.done(0);
        assert_eq!(told(&mut open), []);
        open.done(1);
        assert_eq!(told(&mut open), [(2, 1, 5)]);
    }

    #[test]
    fn a_thread_that_stands_still_is_not_waited_for_for_ever() {
        let mut open = OpenSeconds::new(2);
        for second in 0..1000 {
            open.add(0, &batch(second, second + 1, 1));
            open.known();
            assert!(open.points.len() <= OpenSeconds::MAX);
        }
        open.add(1, &batch(3, 1000, 1));
        assert_eq!(told(&mut open)[0], (3, 1, 1), "nothing is lost");
    }
}

//! A journal that blocks, fails or is lost.

use std::sync::{
    Arc, Mutex,
    mpsc::{Receiver, Sender, channel},
};

use runner_core::{gates::RunGates, journal::JournalError};

use super::*;
use crate::{live::LiveLoad, measured::Measured, series::Point, test_support::concluded};

/// A journal that keeps what it is given when it is let.
struct Slow {
    let_go: Receiver<Result<(), &'static str>>,
    kept: Arc<Mutex<Vec<LoadEntry>>>,
}

impl LoadJournal for Slow {
    fn commit(&mut self, entry: &LoadEntry) -> Result<(), JournalError> {
        self.let_go.recv().map_err(|_| "nobody lets it go")??;
        self.kept.lock().expect("whole").push(entry.clone());
        Ok(())
    }
}

type Entries = Arc<Mutex<Vec<LoadEntry>>>;

fn recorder() -> (Recorder, Sender<Result<(), &'static str>>, Entries) {
    let (let_go, theirs) = channel();
    let kept = Entries::default();
    let journal = Slow {
        let_go: theirs,
        kept: Arc::clone(&kept),
    };
    let recorder = Recorder::start(Box::new(journal)).expect("a thread");
    (recorder.with_interval(Duration::ZERO), let_go, kept)
}

fn second(number: u64) -> Second {
    Second {
        number,
        point: Point::default(),
    }
}

fn note(recorder: &mut Recorder, number: u64) {
    recorder.note(&Watched {
        live: &LiveLoad::default(),
        measured: &Measured::default(),
        seconds: &[second(number)],
    });
}

async fn finish(recorder: Recorder, number: u64) -> Result<(), String> {
    let end = LoadEnd::Completed;
    let results = concluded(Measured::default(), &end, &RunGates::default());
    let at = Duration::from_secs(1);
    recorder
        .finish(at, &results, vec![second(number)], end)
        .await
}

#[tokio::test]
async fn a_journal_that_blocks_holds_nothing_up_and_gets_every_second_once() {
    let (mut recorder, let_go, kept) = recorder();
    for number in 0..100 {
        note(&mut recorder, number);
    }
    // Nothing was kept so far: one entry is under way, and the rest waits for it.
    assert_eq!(recorder.seconds.len(), 99);
    let_go.send(Ok(())).expect("it waits");
    let_go.send(Ok(())).expect("it waits");
    finish(recorder, 100).await.expect("kept");
    let kept = kept.lock().expect("whole");
    let numbers = kept.iter().flat_map(|entry| &entry.seconds);
    let numbers: Vec<_> = numbers.map(|second| second.number).collect();
    assert_eq!(numbers, (0..=100).collect::<Vec<_>>());
    let ends = kept.iter().map(|entry| entry.conclusion.is_some());
    assert_eq!(ends.collect::<Vec<_>>(), [false, true]);
}

#[tokio::test]
async fn what_cannot_be_kept_is_told_with_the_reason_and_gathered_no_more() {
    let (mut recorder, let_go, kept) = recorder();
    note(&mut recorder, 0);
    let_go.send(Err("the disk is full")).expect("it waits");
    let lost = recorder.settle().await;
    assert_eq!(lost, Err("the disk is full".to_owned()));
    note(&mut recorder, 1);
    assert_eq!(recorder.trouble(), Some("the disk is full"));
    assert!(recorder.seconds.is_empty());
    assert_eq!(finish(recorder, 2).await, lost);
    assert!(kept.lock().expect("whole").is_empty());
}

#[tokio::test]
async fn a_writer_that_panics_is_a_lost_journal() {
    struct Panics;
    impl LoadJournal for Panics {
        fn commit(&mut self, _: &LoadEntry) -> Result<(), JournalError> {
            panic!("as it is to")
        }
    }
    let recorder = Recorder::start(Box::new(Panics)).expect("a thread");
    assert_eq!(finish(recorder, 0).await, Err(gone()));
}

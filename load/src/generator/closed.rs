//! The closed model: loops that make one attempt after the other.

use std::rc::Rc;

use tokio::time::{Instant, sleep};

use super::{
    attempts::{Ticket, UnderWay},
    worker::Worker,
};
use crate::backoff::Backoff;

/// Makes attempts until it is time to end, as many at once as the thread's share says.
pub(super) async fn run(worker: &Rc<Worker>) {
    tokio::time::sleep_until(worker.clock.started).await;
    let loops = (0..worker.plan.share_of(worker.thread))
        .map(|_| actix_rt::spawn(keep_going(Rc::clone(worker))));
    for one in loops.collect::<Vec<_>>() {
        // It cannot fail: see there.
        let _ = one.await;
    }
}

/// Makes attempts one after the other, also after one that panicked.
async fn keep_going(worker: Rc<Worker>) {
    while let Err(error) = actix_rt::spawn(one_after_the_other(Rc::clone(&worker))).await {
        tracing::error!(%error, "an attempt was lost");
    }
}

async fn one_after_the_other(worker: Rc<Worker>) {
    let mut backoff = Backoff::default();
    loop {
        let due = Instant::now();
        if worker.is_over(due) {
            return;
        }
        let Some(number) = worker.next_number() else {
            return;
        };
        let under_way = UnderWay::begin(
            &worker,
            Ticket {
                number,
                due,
                could: None,
            },
        );
        if under_way.make().await {
            backoff.reached();
            continue;
        }
        tokio::select! {
            () = sleep(backoff.missed()) => {}
            () = worker.stop.until_set() => return,
        }
    }
}

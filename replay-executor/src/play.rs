//! Plays a cassette to a client.

use std::time::Duration;

use cassette::{Cassette, End, What};
use tokio::time::{Instant, sleep_until};

use crate::{config::Speed, peer::Peer};

/// What a client is told of a cassette.
pub(crate) struct Play<'a> {
    pub(crate) cassette: &'a Cassette,
    pub(crate) speed: Speed,
    /// So many of the recorded bytes were said in other words.
    pub(crate) skip: usize,
    /// Whether what the client says meanwhile matters to nobody.
    pub(crate) is_tunnel: bool,
}

impl Play<'_> {
    /// Plays it. The connection comes back if it is good for another request.
    pub(crate) async fn to(self, mut peer: Peer) -> Option<Peer> {
        let started = Instant::now();
        // The client has connected by now.
        let connected = self.cassette.connected().unwrap_or_default();
        let mut skip = self.skip;
        for record in &self.cassette.records {
            let after = self.speed.apply(record.at.saturating_sub(connected));
            if !self.wait(&mut peer, started, after).await {
                return None;
            }
            match &record.what {
                What::Received(bytes) => {
                    let skipped = skip.min(bytes.len());
                    skip -= skipped;
                    if peer.write(&bytes[skipped..]).await.is_err() {
                        return None;
                    }
                }
                What::End(end) => return self.end(end, peer).await,
                What::Connected | What::Reused | What::Sent(_) | What::Missing { .. } => {}
            }
        }
        peer.close().await;
        None
    }

    /// Waits until something is due; `false` if the client has left before.
    async fn wait(&self, peer: &mut Peer, started: Instant, after: Duration) -> bool {
        let due = started + after;
        if Instant::now() >= due {
            return true;
        }
        tokio::select! {
            biased;
            () = sleep_until(due) => true,
            () = peer.left(self.is_tunnel) => false,
        }
    }

    /// Ends the connection as it ended.
    async fn end(&self, end: &End, mut peer: Peer) -> Option<Peer> {
        match end {
            End::Complete if !self.is_tunnel => return Some(peer),
            // It is the client's turn to leave, and its patience that counts.
            End::Left => peer.left(true).await,
            End::Reset | End::Broken(_) => peer.reset(),
            End::Complete
            | End::Closed
            | End::Cut
            // There was no connection, which is too late now.
            | End::ConnectFailed(_)
            | End::TlsFailed(_) => peer.close().await,
        }
        None
    }
}

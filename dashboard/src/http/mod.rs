//! Answering requests: who is let in ([`guard`]), what is there ([`routes`]), how pages are followed
//! ([`events`]), and what each answer has in common ([`harden`]).

mod events;
mod guard;
mod harden;
mod routes;

use std::{io, net::SocketAddr, sync::Arc};

use tokio::sync::{Semaphore, watch};

use self::guard::Guard;
pub(crate) use self::routes::configure;
use crate::{DashboardConfig, hub::Hub};

/// What all requests share.
pub(crate) struct Service {
    hub: Arc<Hub>,
    guard: Guard,
    followers: Arc<Semaphore>,
    max_followers: u32,
    is_over: watch::Sender<bool>,
}

impl Service {
    pub(crate) fn new(
        config: &DashboardConfig,
        bound: SocketAddr,
        hub: Arc<Hub>,
    ) -> io::Result<Self> {
        let most = config.max_clients.get().min(Semaphore::MAX_PERMITS);
        Ok(Self {
            hub,
            guard: Guard::new(config, bound)?,
            followers: Arc::new(Semaphore::new(most)),
            max_followers: u32::try_from(most).unwrap_or(u32::MAX),
            is_over: watch::Sender::new(false),
        })
    }

    /// Whether somebody follows a page.
    pub(crate) fn has_followers(&self) -> bool {
        self.followers.available_permits() < self.max_followers as usize
    }

    /// Resolves when nobody follows a page any more.
    pub(crate) async fn followers_gone(&self) {
        // It is never closed.
        let _ = self.followers.acquire_many(self.max_followers).await;
    }

    /// Lets all who look come to the last state, and tells them that it is.
    pub(crate) async fn finish(&self) {
        self.hub.finish().await;
        self.is_over.send_replace(true);
    }
}

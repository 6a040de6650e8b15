//! A transport to nowhere: what was recorded happens again.

use std::{cell::RefCell, collections::VecDeque, sync::Arc, time::Duration};

use cassette::{Cassette, Dialect as Recorded};
use executor_protocol::{
    Deadlines, EventStream, ExecuteRequest, Health, LocalBoxFuture, Transport, TransportError,
};

use crate::{Access, Dialect, EndpointError, HttpTransport, WebSocketTransport};

/// Plays cassettes, one for each execution, in their order, whatever command is asked for.
///
/// The recorded bytes pass through the same framing, decoder and clocks as those of a live executor, at the
/// recorded times. It needs a runtime whose clock is paused (`start_paused` of tokio's builder), on which
/// no time is lost.
pub struct ReplayTransport {
    cassettes: RefCell<VecDeque<Arc<Cassette>>>,
    address: String,
}

/// What stands for an executor that the cassette does not name.
const NOWHERE: &str = "http://recorded";

impl ReplayTransport {
    /// A transport that plays `cassettes`. Those that [are not playable](Cassette::check_playable) are
    /// played all the same, and end otherwise than they did.
    #[must_use]
    pub fn new(cassettes: impl IntoIterator<Item = Cassette>) -> Self {
        let cassettes: VecDeque<_> = cassettes.into_iter().map(Arc::new).collect();
        let first = cassettes.front().map(|it| it.head.executor.clone());
        Self {
            address: first.filter(|it| !it.is_empty()).unwrap_or(NOWHERE.into()),
            cassettes: RefCell::new(cassettes),
        }
    }
}

impl Transport for ReplayTransport {
    fn endpoint(&self) -> &str {
        &self.address
    }

    fn check_health(&self, _: Duration) -> LocalBoxFuture<'_, Result<Health, TransportError>> {
        let health = Health {
            body: "recorded".into(),
            latency: Duration::ZERO,
        };
        Box::pin(std::future::ready(Ok(health)))
    }

    fn execute(
        &self,
        request: ExecuteRequest,
        deadlines: Deadlines,
    ) -> LocalBoxFuture<'_, Result<Box<dyn EventStream>, TransportError>> {
        let next = self.cassettes.borrow_mut().pop_front();
        Box::pin(async move {
            let failed = |source| TransportError::Connect {
                address: self.address.clone(),
                source,
            };
            let cassette = next.ok_or_else(|| failed("no cassette is left".into()))?;
            let transport = transport(&cassette).map_err(|error| failed(Box::new(error)))?;
            transport.execute(request, deadlines).await
        })
    }
}

/// The transport over which it was recorded, to the recording.
fn transport(cassette: &Arc<Cassette>) -> Result<Box<dyn Transport>, EndpointError> {
    let head = &cassette.head;
    let access = Access::new(&head.executor).or_else(|_| {
        Access::new(match head.dialect {
            Recorded::JsonRpc => "ws://recorded",
            _ => NOWHERE,
        })
    })?;
    let access = access.recorded(Arc::clone(cassette));
    let dialect = match head.dialect {
        Recorded::Ndjson => Dialect::Ndjson,
        Recorded::Sse => Dialect::Sse,
        Recorded::Auto => Dialect::Auto,
        Recorded::JsonRpc => {
            let builder = WebSocketTransport::builder_with(access);
            let transport = builder.max_line_bytes(head.max_line_bytes).build()?;
            return Ok(Box::new(transport));
        }
    };
    let builder = HttpTransport::builder_with(access).dialect(dialect);
    let transport = builder.max_line_bytes(head.max_line_bytes).build()?;
    Ok(Box::new(transport))
}

//! A server: its port, its threads, and what a test can ask of it.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Weak},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};

use crate::{
    Log, Script, Until,
    connection::Connection,
    script::Door,
    shared::{ConnectionState, Shared},
};

/// A server on a free port of the loopback interface. Dropping it closes every connection and waits
/// for its threads.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    presence: Presence,
}

/// What keeps the port occupied.
#[derive(Debug)]
enum Presence {
    Serving(Option<JoinHandle<()>>),
    /// A socket that is bound and does not listen: nobody else can get the port meanwhile.
    Refusing(#[expect(dead_code, reason = "held to keep the port")] Socket),
    /// A socket that listens and never accepts, and the connections that fill its queue.
    Ignoring(#[expect(dead_code, reason = "held to keep the queue full")] (Socket, Vec<TcpStream>)),
}

impl Server {
    /// Starts a server that plays `script`.
    ///
    /// # Errors
    /// When the operating system gives no socket or no thread.
    pub fn start(script: impl Into<Script>) -> io::Result<Self> {
        let script = script.into();
        let shared = Arc::<Shared>::default();
        let (address, presence) = match script.door {
            Door::Open => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
                let address = listener.local_addr()?;
                let acceptor = Acceptor {
                    listener,
                    script: Arc::new(script),
                    shared: Arc::clone(&shared),
                };
                let thread = thread::Builder::new()
                    .name("misbehaving-executor".into())
                    .spawn(move || acceptor.run())?;
                (address, Presence::Serving(Some(thread)))
            }
            Door::Refusing => {
                let (socket, address) = bound_socket()?;
                (address, Presence::Refusing(socket))
            }
            Door::Full => {
                let (socket, address) = bound_socket()?;
                socket.listen(0)?;
                let waiting = fill_queue(address);
                (address, Presence::Ignoring((socket, waiting)))
            }
        };
        Ok(Self {
            address,
            shared,
            presence,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL, without a slash at the end: `http://127.0.0.1:41234`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has seen so far.
    #[must_use]
    pub fn log(&self) -> Log {
        self.shared.read(|state| state.log.clone())
    }

    /// Lets one step [`await_release`](crate::Answer::await_release) go on, now or when it is reached.
    pub fn release(&self) {
        self.shared.update(|state| state.releases += 1);
    }

    /// Waits, in async code on any runtime, until the log meets `condition`.
    ///
    /// It may wait forever; the test puts the timeout around it.
    pub fn until<C: Fn(&Log) -> bool + Unpin>(&self, condition: C) -> Until<'_, C> {
        Until {
            shared: &self.shared,
            condition,
        }
    }

    /// Blocks until the log meets `condition`; `false` when `within` has passed before.
    #[must_use]
    pub fn wait_until(&self, within: Duration, condition: impl Fn(&Log) -> bool) -> bool {
        let deadline = Some(Instant::now() + within);
        self.shared
            .wait(deadline, |state| condition(&state.log).then_some(()))
            .is_some()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Presence::Serving(acceptor) = &mut self.presence else {
            return;
        };
        let streams: Vec<_> = self.shared.update(|state| {
            state.stopping = true;
            for connection in &mut state.connections {
                connection.over = true;
            }
            let streams = state.connections.iter().map(|known| &known.stream);
            streams.filter_map(Weak::upgrade).collect()
        });
        for stream in streams {
            // Unblocks the threads that read and write there.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Unblocks the thread that accepts; it sees that the server stops before it does anything else.
        let _ = TcpStream::connect(self.address);
        let joined = acceptor.take().map(JoinHandle::join);
        if let Some(Err(panic)) = joined
            && !thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

struct Acceptor {
    listener: TcpListener,
    script: Arc<Script>,
    shared: Arc<Shared>,
}

impl Acceptor {
    /// Accepts connections until the server stops, each with a thread of its own, and waits for those.
    fn run(self) {
        thread::scope(|scope| {
            while let Ok((stream, _)) = self.listener.accept() {
                let Some(connection) = self.register(stream) else {
                    break;
                };
                scope.spawn(|| connection.serve());
            }
        });
    }

    /// Notes a new connection; `None` when the server stops.
    fn register(&self, stream: TcpStream) -> Option<Connection> {
        // Each write is to be on its way when it returns, as its script says.
        let _ = stream.set_nodelay(true);
        let stream = Arc::new(stream);
        let number = self.shared.update(|state| {
            if state.stopping {
                return None;
            }
            state.log.connections += 1;
            state.connections.push(ConnectionState {
                stream: Arc::downgrade(&stream),
                answers: Default::default(),
                over: false,
            });
            Some(state.connections.len() - 1)
        })?;
        Some(Connection {
            stream,
            number,
            script: Arc::clone(&self.script),
            shared: Arc::clone(&self.shared),
        })
    }
}

fn bound_socket() -> io::Result<(Socket, SocketAddr)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    let address = socket.local_addr()?.as_socket();
    let address = address.ok_or_else(|| io::Error::other("the socket has no IP address"))?;
    Ok((socket, address))
}

/// Connects to a listener that does not accept until one more connection finds no place.
fn fill_queue(address: SocketAddr) -> Vec<TcpStream> {
    /// Systems round a queue of zero up, but not to more than this.
    const MOST: usize = 64;
    /// On the loopback interface a connection that has a place stands at once.
    const PATIENCE: Duration = Duration::from_millis(100);
    (0..MOST)
        .map_while(|_| TcpStream::connect_timeout(&address, PATIENCE).ok())
        .collect()
}

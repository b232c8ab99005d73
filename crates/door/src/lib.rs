//! 门卫 the front door on the public address. It lets in only so many, waits for nobody longer than the set time, reads only
//! strictly written requests, ends TLS, and hands what is left to the server behind it, with the true address of who asks.
//! The server behind (Rocket) can do none of this and is reached by nobody else.

mod counts;
mod forward;
mod gate;
mod head;
mod refuse;
mod seats;
mod settings;
mod tls;
mod upstream;
mod watch;

pub use counts::Counts;
pub use forward::STAMP;
pub use refuse::Why;
pub use settings::{Largest, Network, NoNetwork, Patience, Settings};
pub use tls::Tls;

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch as signal};
use tokio::time::{sleep, timeout};
use tokio_rustls::server::TlsStream;

use forward::Desk;
use gate::Gate;
use seats::{Places, Seat, Seats};
use upstream::Lines;
use watch::Watch;

/// What the system may keep of an answer that the client has not taken: small, so that who takes nothing is seen soon.
const SEND_BUFFER: u32 = 128 << 10;
/// Buffers of one connection, bytes.
const BUFFER: usize = 64 << 10;
/// Who is turned away at once is answered so many at a time; more are just closed.
const TURNED_AWAY: usize = 64;

/// A secret of this process, for the stamp.
#[must_use]
pub fn secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// What all connections share.
#[derive(Debug)]
pub(crate) struct House {
    pub settings: Settings,
    pub secret: String,
    pub lines: Lines,
    pub places: Places,
    pub uploads: Places,
    pub counts: Arc<Counts>,
}

/// A door that listens and lets nobody in yet.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    settings: Settings,
    secret: String,
    tls: Option<Arc<Tls>>,
    counts: Arc<Counts>,
}

impl Door {
    /// Listens at an address.
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub fn open(at: SocketAddr, settings: Settings, secret: String, tls: Option<Arc<Tls>>) -> io::Result<Self> {
        let socket = if at.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        // What is accepted inherits it.
        socket.set_send_buffer_size(SEND_BUFFER)?;
        socket.bind(at)?;
        Ok(Self { listener: socket.listen(1024)?, settings, secret, tls, counts: Arc::default() })
    }
    /// Where it listens.
    ///
    /// # Errors
    /// Of the system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
    /// Its numbers.
    #[must_use]
    pub fn counts(&self) -> Arc<Counts> {
        self.counts.clone()
    }
    /// Lets people in to the server at an address until told to stop; then nobody new is let in, and what is in hand has a
    /// while to end.
    pub async fn serve(self, behind: SocketAddr, until: impl Future<Output = ()>) {
        let Self { listener, settings, secret, tls, counts } = self;
        let patience = settings.patience.clone();
        let seats = Arc::new(Seats::new(settings.connections, settings.connections_each, patience.yielding));
        let house = Arc::new(House {
            lines: Lines::new(behind),
            places: Places::new(settings.requests),
            uploads: Places::new(settings.uploads),
            secret,
            counts,
            settings,
        });
        let rounds = tokio::spawn(rounds(seats.clone(), house.clone()));
        let away = Arc::new(Semaphore::new(TURNED_AWAY));
        let (stop, stopping) = signal::channel(false);
        let mut until = std::pin::pin!(until);
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut until => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((tcp, peer)) => {
                    let peer = peer.ip().to_canonical();
                    let key = (!house.settings.proxies.iter().any(|n| n.holds(peer))).then(|| settings::key(peer));
                    match seats.enter(key, Instant::now()) {
                        Ok((seat, yielded)) => {
                            if let Some(why) = yielded {
                                house.counts.refuse(why);
                            }
                            tokio::spawn(welcome(tcp, peer, seat, house.clone(), tls.clone(), stopping.clone()));
                        }
                        Err(why) => {
                            house.counts.refuse(why);
                            if tls.is_none()
                                && let Ok(one) = away.clone().try_acquire_owned()
                            {
                                tokio::spawn(async move {
                                    turn_away(tcp, why).await;
                                    drop(one);
                                });
                            }
                        }
                    }
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted) => {}
                Err(error) => {
                    // Most likely no more files can be opened. Somebody gives way, and the others wait in the queue of the system.
                    tracing::warn!("nobody can be let in: {error}");
                    if seats.make_room(Instant::now()) {
                        house.counts.refuse(Why::Yielded);
                    }
                    sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop((listener, stopping));
        close(&stop, &seats, patience.drain).await;
        rounds.abort();
    }
}

/// Tells everybody that the door closes, and ends what is still in hand after a while.
async fn close(stop: &signal::Sender<bool>, seats: &Seats, drain: Duration) {
    let _ = stop.send(true);
    if timeout(drain, stop.closed()).await.is_err() {
        for watch in seats.all() {
            watch.end(Why::Idle);
        }
        let _ = timeout(Duration::from_secs(1), stop.closed()).await;
    }
}

/// Looks all connections over, again and again.
async fn rounds(seats: Arc<Seats>, house: Arc<House>) {
    let patience = &house.settings.patience;
    loop {
        sleep(patience.round).await;
        let now = Instant::now();
        for watch in seats.all() {
            if let Some(why) = watch.overdue(now, patience)
                && watch.end(why)
                // What is answered is counted with the answer.
                && !matches!(why, Why::HeadSlow | Why::BodySlow)
            {
                house.counts.refuse(why);
            }
        }
    }
}

/// A socket of either kind.
trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn tcp(&self) -> &TcpStream;
}
impl Socket for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}
impl Socket for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Counts a connection as open while it is.
struct Open(Arc<Counts>);

impl Open {
    fn new(counts: Arc<Counts>) -> Self {
        counts.open.fetch_add(1, Relaxed);
        counts.opened.fetch_add(1, Relaxed);
        Self(counts)
    }
}
impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

async fn welcome(tcp: TcpStream, peer: IpAddr, seat: Seat, house: Arc<House>, tls: Option<Arc<Tls>>, stopping: signal::Receiver<bool>) {
    let _open = Open::new(house.counts.clone());
    let _ = tcp.set_nodelay(true);
    let Some(tls) = tls else { return converse(tcp, peer, &seat.watch, &house, stopping).await };
    let handshake = async {
        let mut first = [0];
        if tcp.peek(&mut first).await? == 1 && first[0] != 0x16 {
            return Ok(Err(tcp));
        }
        tls.acceptor().accept(tcp).await.map(Ok)
    };
    let done = tokio::select! {
        done = timeout(house.settings.patience.handshake, handshake) => done,
        () = ended(&seat.watch) => return,
    };
    match done {
        Ok(Ok(Ok(stream))) => converse(stream, peer, &seat.watch, &house, stopping).await,
        Ok(Ok(Err(plain))) => {
            house.counts.refuse(Why::Plain);
            turn_away(plain, Why::Plain).await;
        }
        Ok(Err(_)) | Err(_) => house.counts.refuse(Why::Handshake),
    }
}

async fn ended(watch: &Watch) {
    while watch.cut().is_none() {
        watch.nudge.notified().await;
    }
}

/// One connection, request after request.
async fn converse<S: Socket>(socket: S, peer: IpAddr, watch: &Arc<Watch>, house: &Arc<House>, mut stopping: signal::Receiver<bool>) {
    let gate = Gate::new(socket, watch.clone(), house.settings.head, house.settings.lines);
    let desk = Desk { house: house.clone(), watch: watch.clone(), peer };
    let mut conn =
        http1::Builder::new().header_read_timeout(None).max_headers(house.settings.lines + 1).max_buf_size(BUFFER).serve_connection(TokioIo::new(gate), desk);
    let mut last = *stopping.borrow_and_update();
    if last {
        Pin::new(&mut conn).graceful_shutdown();
    }
    let done = loop {
        tokio::select! {
            done = poll_fn(|cx| conn.poll_without_shutdown(cx)) => break done,
            () = watch.nudge.notified() => match watch.cut() {
                // It gets an answer: the gate hands on what stands for it.
                None | Some(Why::HeadSlow | Why::BodySlow) => {}
                Some(why) => {
                    let socket = conn.into_parts().io.into_inner().into_inner();
                    if why == Why::AnswerSlow {
                        // What the client does not take is thrown away at once.
                        let _ = socket.tcp().set_zero_linger();
                    }
                    return;
                }
            },
            _ = stopping.changed(), if !last => {
                last = true;
                Pin::new(&mut conn).graceful_shutdown();
            }
        }
    };
    if let Err(error) = &done {
        tracing::debug!("connection of {peer}: {error}");
    }
    let mut socket = conn.into_parts().io.into_inner().into_inner();
    let linger = if watch.cut().is_some() { house.settings.patience.linger / 5 } else { house.settings.patience.linger };
    let parting = async {
        let _ = socket.shutdown().await;
        if done.is_ok() && watch.unread() {
            swallow(&mut socket).await;
        }
    };
    tokio::select! {
        _ = timeout(linger, parting) => {}
        () = ended(watch), if watch.cut().is_none() => {}
    }
}

/// Reads what a refused client goes on sending, so that the answer is not lost in a reset.
async fn swallow<S: AsyncRead + Unpin>(socket: &mut S) {
    let mut space = vec![0; 16 << 10];
    let mut most: usize = 64 << 20;
    while let Ok(n @ 1..) = socket.read(&mut space).await {
        let Some(left) = most.checked_sub(n) else { return };
        most = left;
    }
}

async fn turn_away(mut tcp: TcpStream, why: Why) {
    let said = async {
        tcp.write_all(&why.raw()).await?;
        tcp.shutdown().await?;
        swallow(&mut tcp).await;
        io::Result::Ok(())
    };
    let _ = timeout(Duration::from_secs(1), said).await;
}

//! 内线 the lines to the server behind the door: kept open and used again.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::refuse::Why;
use crate::watch::Watch;

/// Lines kept open without work.
const KEPT: usize = 64;

#[derive(Debug)]
pub(crate) struct Lines {
    at: SocketAddr,
    idle: Mutex<Vec<Line>>,
}

pub(crate) type Line = SendRequest<Upload>;

impl Lines {
    pub fn new(at: SocketAddr) -> Self {
        Self { at, idle: Mutex::default() }
    }
    fn kept(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|line| !line.is_closed());
        let at = idle.iter().rposition(SendRequest::is_ready)?;
        Some(idle.swap_remove(at))
    }
    /// Keeps a line whose answer has been read to the end.
    pub fn keep(&self, line: Line) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if !line.is_closed() && idle.len() < KEPT {
            idle.push(line);
        }
    }
    async fn open(&self) -> io::Result<Line> {
        let late = |_| io::Error::from(io::ErrorKind::TimedOut);
        let tcp = tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(self.at)).await.map_err(late)??;
        tcp.set_nodelay(true)?;
        let io = TokioIo::new(Wire { tcp, deaf: false });
        let (mut line, conn) = http1::Builder::new().max_buf_size(64 << 10).handshake(io).await.map_err(io::Error::other)?;
        tokio::spawn(async move {
            if let Err(error) = conn.await {
                tracing::debug!("line to the server: {error}");
            }
        });
        line.ready().await.map_err(io::Error::other)?;
        Ok(line)
    }
    /// Asks the server. A request that found its kept line closed before a byte went out is asked once more on a new one.
    pub async fn ask(&self, request: Request<Upload>) -> io::Result<(Response<Incoming>, Line)> {
        let request = match self.kept() {
            None => request,
            Some(mut line) => match line.try_send_request(request).await {
                Ok(answer) => return Ok((answer, line)),
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) => unsent,
                    None => return Err(io::Error::other(failed.into_error())),
                },
            },
        };
        let mut line = self.open().await?;
        let answer = line.send_request(request).await.map_err(io::Error::other)?;
        Ok((answer, line))
    }
}

/// The socket of a line. A server that answers before it has read the whole body closes the line while we are still
/// writing; what it said before must be read all the same, so a write that fails is let pass and the reading tells the end.
#[derive(Debug)]
struct Wire {
    tcp: TcpStream,
    deaf: bool,
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if !self.deaf {
            match ready!(Pin::new(&mut self.tcp).poll_write(cx, bytes)) {
                Ok(n) => return Poll::Ready(Ok(n)),
                Err(_) => self.deaf = true,
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.deaf { Poll::Ready(Ok(())) } else { Pin::new(&mut self.tcp).poll_flush(cx) }
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.deaf { Poll::Ready(Ok(())) } else { Pin::new(&mut self.tcp).poll_shutdown(cx) }
    }
}

/// What went wrong with a body on its way.
#[derive(Debug, Default)]
pub(crate) struct Fate(AtomicU8);

impl Fate {
    const LARGE: u8 = 1;
    const BROKEN: u8 = 2;
    fn set(&self, what: u8) {
        self.0.store(what, Relaxed);
    }
    pub fn why(&self) -> Option<Why> {
        match self.0.load(Relaxed) {
            Self::LARGE => Some(Why::BodyLarge),
            Self::BROKEN => Some(Why::BodyBroken),
            _ => None,
        }
    }
}

/// A body on its way to the server: what was read already, then the rest as it comes. One that breaks off, or grows too
/// large, ends with an error and never as if it were whole.
#[derive(Debug)]
pub(crate) struct Upload {
    start: Bytes,
    rest: Option<Incoming>,
    left: u64,
    fate: Arc<Fate>,
    watch: Arc<Watch>,
}

impl Upload {
    /// `left` is what may still come after `start`.
    pub fn new(start: Bytes, rest: Option<Incoming>, left: u64, watch: Arc<Watch>) -> Self {
        if rest.is_none() {
            watch.body_over(true);
        }
        Self { start, rest, left, fate: Arc::default(), watch }
    }
    pub fn fate(&self) -> Arc<Fate> {
        self.fate.clone()
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = io::Error;
    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let it = &mut *self;
        if !it.start.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut it.start)))));
        }
        loop {
            let Some(rest) = &mut it.rest else { return Poll::Ready(None) };
            match ready!(Pin::new(rest).poll_frame(cx)) {
                None => {
                    it.rest = None;
                    it.watch.body_over(true);
                    return Poll::Ready(None);
                }
                Some(Err(error)) => {
                    it.fate.set(Fate::BROKEN);
                    return Poll::Ready(Some(Err(io::Error::other(error))));
                }
                Some(Ok(frame)) => {
                    // What follows a body in pieces is nobody's business.
                    let Ok(data) = frame.into_data() else { continue };
                    let Some(left) = it.left.checked_sub(data.len() as u64) else {
                        it.fate.set(Fate::LARGE);
                        it.rest = None;
                        return Poll::Ready(Some(Err(io::ErrorKind::InvalidData.into())));
                    };
                    it.left = left;
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
            }
        }
    }
    fn is_end_stream(&self) -> bool {
        self.start.is_empty() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }
    fn size_hint(&self) -> SizeHint {
        let start = self.start.len() as u64;
        let mut hint = self.rest.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(start));
        }
        hint.set_lower(hint.lower().saturating_add(start));
        hint
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // Nobody waits for the client any more.
        self.watch.body_over(self.rest.as_ref().is_none_or(Body::is_end_stream));
    }
}

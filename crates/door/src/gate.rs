//! 闸口 between the socket and the HTTP library: it hands on one whole, strictly written head, then exactly its body, and nothing else.
//! A head that is refused is replaced by a harmless one, so that the refusal goes out like any other answer.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::head::{self, Framing};
use crate::refuse::Why;
use crate::watch::Watch;

const HARMLESS: &[u8] = b"GET / HTTP/1.1\r\nhost: refused\r\n\r\n";

#[derive(Debug)]
enum Side {
    Head,
    Give(Bytes, Box<Side>),
    Body(Framing),
    /// Nothing more is read: the connection ends with the answer in hand.
    Over,
}

#[derive(Debug)]
pub(crate) struct Gate<S> {
    io: S,
    watch: Arc<Watch>,
    side: Side,
    /// Read from the socket and not handed on yet.
    held: BytesMut,
    /// So much of it was searched for the end of a head.
    searched: usize,
    most: usize,
    lines: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Gate<S> {
    pub fn new(io: S, watch: Arc<Watch>, most: usize, lines: usize) -> Self {
        Self { io, watch, side: Side::Head, held: BytesMut::new(), searched: 0, most, lines }
    }
    pub fn into_inner(self) -> S {
        self.io
    }
    fn refuse(&mut self, why: Why) {
        self.watch.begin(false, Some(why));
        self.held.clear();
        self.side = Side::Give(Bytes::from_static(HARMLESS), Box::new(Side::Over));
    }
    /// Looks at what is held; whether there is something to hand on now.
    fn look(&mut self) -> bool {
        while self.held.starts_with(b"\r\n") {
            // Empty lines before a request are let pass; the time for the head runs all the same.
            self.held.advance(2);
            self.searched = 0;
        }
        if !head::begins(&self.held) && self.held[0] != b'\r' {
            self.refuse(Why::Malformed);
        } else if let Some(end) = head::end(&self.held, self.searched) {
            if end > self.most {
                self.refuse(Why::HeadLarge);
                return true;
            }
            match head::read(&self.held[..end], self.lines) {
                Ok(framing) => {
                    self.watch.begin(framing != Framing::Length(0), None);
                    let bytes = self.held.split_to(end).freeze();
                    self.searched = 0;
                    self.side = Side::Give(bytes, Box::new(Side::Body(framing)));
                }
                Err(why) => self.refuse(why),
            }
        } else if self.held.len() > self.most {
            self.refuse(head::too_large(&self.held));
        } else {
            self.searched = self.held.len();
            return false;
        }
        true
    }
    /// Reads more of a head into what is held.
    fn more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [0; 4096];
        let mut buf = ReadBuf::new(&mut space);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut buf))?;
        self.held.extend_from_slice(buf.filled());
        Poll::Ready(Ok(buf.filled().len()))
    }
    fn give_body(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>, left: u64) -> Poll<io::Result<u64>> {
        if self.watch.cut().is_some() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        let room = usize::try_from(left).unwrap_or(usize::MAX).min(buf.remaining());
        if !self.held.is_empty() {
            let n = room.min(self.held.len());
            buf.put_slice(&self.held.split_to(n));
            self.watch.body_came(n);
            return Poll::Ready(Ok(n as u64));
        }
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(room));
        match Pin::new(&mut self.io).poll_read(cx, &mut part) {
            Poll::Pending => {
                self.watch.body_owed();
                Poll::Pending
            }
            Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
            Poll::Ready(Ok(())) => {
                let n = part.filled().len();
                buf.advance(n);
                self.watch.body_came(n);
                Poll::Ready(Ok(n as u64))
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Gate<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let it = &mut *self;
        loop {
            match &mut it.side {
                Side::Over => return Poll::Pending,
                Side::Give(bytes, _) if bytes.has_remaining() => {
                    let n = bytes.len().min(buf.remaining());
                    buf.put_slice(&bytes.split_to(n));
                    return Poll::Ready(Ok(()));
                }
                Side::Give(_, next) => it.side = std::mem::replace(next, Side::Over),
                Side::Body(Framing::Length(0)) => it.side = Side::Head,
                Side::Body(Framing::Length(left)) => {
                    let left = *left;
                    let n = ready!(it.give_body(cx, buf, left))?;
                    it.side = Side::Body(Framing::Length(left - n));
                    return Poll::Ready(Ok(()));
                }
                Side::Body(Framing::Chunked) => {
                    ready!(it.give_body(cx, buf, u64::MAX))?;
                    return Poll::Ready(Ok(()));
                }
                Side::Head if it.watch.busy() => {
                    // Only to see the client leave; what it asks next waits until this is answered.
                    if it.held.len() > it.most || ready!(it.more(cx))? == 0 {
                        return if it.held.len() > it.most { Poll::Pending } else { Poll::Ready(Ok(())) };
                    }
                }
                Side::Head => {
                    match it.watch.cut() {
                        Some(Why::HeadSlow) => {
                            it.refuse(Why::HeadSlow);
                            continue;
                        }
                        Some(_) => return Poll::Ready(Ok(())),
                        None => {}
                    }
                    if !it.held.is_empty() {
                        it.watch.heading();
                        if it.look() {
                            continue;
                        }
                    }
                    if ready!(it.more(cx))? == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Gate<S> {
    fn wrote(&self, result: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &result {
            Poll::Pending => self.watch.answer_owed(),
            Poll::Ready(Ok(n)) => self.watch.answer_went(*n),
            Poll::Ready(Err(_)) => {}
        }
        result
    }
    fn flushed(&self, result: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        match &result {
            Poll::Pending => self.watch.answer_owed(),
            Poll::Ready(_) => self.watch.answer_went(0),
        }
        result
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Gate<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.wrote(result)
    }
    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.io).poll_write_vectored(cx, bytes);
        self.wrote(result)
    }
    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.io).poll_flush(cx);
        self.flushed(result)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.io).poll_shutdown(cx);
        self.flushed(result)
    }
}

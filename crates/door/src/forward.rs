//! 传达 one request: whether it is let on, with the address of who asks, to the server behind; and its answer back.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, Uri, Version};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::Service;

use crate::House;
use crate::refuse::Why;
use crate::seats::InHand;
use crate::settings;
use crate::upstream::{Line, Upload};
use crate::watch::Watch;

/// Header that tells the server behind who asks: the secret of this process, a blank, the address. Whatever of that name a
/// client sends is taken away.
pub const STAMP: &str = "x-shiyan-door";

/// Headers that end at this door, or that only a proxy may say.
const OURS: &[&str] = &[
    STAMP,
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "forwarded",
    "x-real-ip",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
];

/// The service of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub house: Arc<House>,
    pub watch: Arc<Watch>,
    pub peer: IpAddr,
}

impl Service<Request<Incoming>> for Desk {
    type Response = Response<Out>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Out>, Infallible>> + Send>>;
    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let desk = self.clone();
        Box::pin(async move {
            let turn = Turn(desk.watch.clone());
            match desk.attend(request).await {
                Ok((answer, through)) => Ok(answer.map(|body| Out { body: Kind::Through(body), ended: false, through: Some(through), _turn: turn })),
                Err(why) => {
                    desk.house.counts.refuse(why);
                    Ok(why.answer().map(|body| Out { body: Kind::Said(body), ended: false, through: None, _turn: turn }))
                }
            }
        })
    }
}

/// Takes away what ends here: the fixed list and what `Connection` names.
fn strip(headers: &mut HeaderMap, fixed: &[&str]) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|name| name.trim().parse().ok())
        // What tells how long a body is never goes away by a word of the client.
        .filter(|name| *name != header::CONTENT_LENGTH && *name != header::HOST)
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in fixed {
        headers.remove(*name);
    }
}

impl Desk {
    async fn attend(&self, request: Request<Incoming>) -> Result<(Response<Incoming>, Through), Why> {
        if let Some(why) = self.watch.take_verdict() {
            return Err(why);
        }
        let house = &self.house;
        let patience = &house.settings.patience;
        let (mut parts, mut body) = request.into_parts();
        if parts.method == Method::CONNECT {
            return Err(Why::Method);
        }
        // An address with a host in it must name the host of the header.
        if let Some(authority) = parts.uri.authority() {
            let said = parts.headers.get(header::HOST).map(HeaderValue::as_bytes);
            if said.is_some_and(|host| !host.eq_ignore_ascii_case(authority.as_str().as_bytes())) {
                return Err(Why::Malformed);
            }
        }
        let path = parts.uri.path_and_query().cloned().ok_or(Why::Malformed)?;
        parts.uri = Uri::from(path);
        let from = settings::client(self.peer, &house.settings.proxies, &parts.headers);
        let largest = (house.settings.largest)(&parts);
        let known = body.size_hint().exact();
        if known.is_some_and(|n| n > largest) {
            return Err(Why::BodyLarge);
        }
        let (start, whole) = self.small_body(&mut body, largest).await?;
        let key = settings::key(from);
        let upload = if whole { None } else { Some(house.uploads.take(key, patience.queue).await?) };
        let in_hand = house.places.take(key, patience.queue).await?;

        strip(&mut parts.headers, OURS);
        if whole && known.is_none() && !start.is_empty() {
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(start.len()));
        }
        let stamp = HeaderValue::from_str(&format!("{} {from}", house.secret)).map_err(|_| Why::NoAnswer)?;
        parts.headers.insert(HeaderName::from_static(STAMP), stamp);
        parts.version = Version::HTTP_11;
        parts.extensions.clear();
        let left = largest - start.len() as u64;
        let body = Upload::new(start.freeze(), (!whole).then_some(body), left, self.watch.clone());
        let fate = body.fate();
        house.counts.requests.fetch_add(1, Relaxed);
        let (mut answer, line) = house.lines.ask(Request::from_parts(parts, body)).await.map_err(|error| {
            let why = self.broken(fate.why());
            if why == Why::NoAnswer {
                tracing::warn!("the server behind the door gives no answer: {error}");
            }
            why
        })?;
        strip(answer.headers_mut(), &["connection", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade"]);
        answer.extensions_mut().clear();
        *answer.version_mut() = Version::HTTP_11;
        if known.is_none() {
            // After a body in pieces nothing more is read from this connection.
            answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok((answer, Through { line: Some(line), house: self.house.clone(), whole: false, _in_hand: in_hand, _upload: upload }))
    }
    /// A small body is read whole first: whoever sends it slowly takes nobody's place. What was read, and whether that is all.
    async fn small_body(&self, body: &mut Incoming, largest: u64) -> Result<(BytesMut, bool), Why> {
        let small = self.house.settings.small;
        let known = body.size_hint().exact();
        let mut start = BytesMut::new();
        loop {
            if known.is_some_and(|n| n > small as u64) || start.len() > small {
                return Ok((start, body.is_end_stream()));
            }
            match body.frame().await {
                None => return Ok((start, true)),
                Some(Err(_)) => return Err(self.broken(Some(Why::BodyBroken))),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        start.extend_from_slice(&data);
                    }
                }
            }
            if start.len() as u64 > largest {
                return Err(Why::BodyLarge);
            }
        }
    }
    /// Why no answer came: the body was cut by us, is too large, broke off; else the server behind is not there.
    fn broken(&self, fate: Option<Why>) -> Why {
        match (self.watch.cut(), fate) {
            (Some(why @ Why::BodySlow), _) | (_, Some(why)) => why,
            _ => Why::NoAnswer,
        }
    }
}

/// The request in hand, until its answer is handed over.
#[derive(Debug)]
struct Turn(Arc<Watch>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.free();
    }
}

/// What an answer that passes through holds on to.
#[derive(Debug)]
pub(crate) struct Through {
    line: Option<Line>,
    house: Arc<House>,
    whole: bool,
    _in_hand: InHand,
    _upload: Option<InHand>,
}

impl Drop for Through {
    fn drop(&mut self) {
        if let Some(line) = self.line.take()
            && self.whole
        {
            self.house.lines.keep(line);
        }
    }
}

#[derive(Debug)]
enum Kind {
    Said(Full<Bytes>),
    Through(Incoming),
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) struct Out {
    body: Kind,
    ended: bool,
    through: Option<Through>,
    _turn: Turn,
}

impl Body for Out {
    type Data = Bytes;
    type Error = io::Error;
    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let it = &mut *self;
        let frame = match &mut it.body {
            Kind::Said(body) => ready!(Pin::new(body).poll_frame(cx)).map(|f| f.map_err(|never| match never {})),
            Kind::Through(body) => ready!(Pin::new(body).poll_frame(cx)).map(|f| f.map_err(io::Error::other)),
        };
        it.ended = frame.is_none();
        Poll::Ready(frame)
    }
    fn is_end_stream(&self) -> bool {
        match &self.body {
            Kind::Said(body) => body.is_end_stream(),
            Kind::Through(body) => body.is_end_stream(),
        }
    }
    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Kind::Said(body) => body.size_hint(),
            Kind::Through(body) => body.size_hint(),
        }
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        // A line is used again only when everything that was said on it has been read.
        let whole = self.ended || self.is_end_stream();
        if let Some(through) = &mut self.through {
            through.whole = whole;
        }
    }
}

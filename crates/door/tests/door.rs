//! The door against whoever would shut the house: slow heads, slow bodies, slow readers, idle crowds, smuggled requests.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use shiyan_door::{Counts, Door, Patience, STAMP, Settings, Tls, Why};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

type Any = BoxBody<Bytes, std::io::Error>;

/// What reached the server behind the door.
#[derive(Debug, Default)]
struct Seen {
    asked: AtomicU64,
    whole: AtomicU64,
    broken: AtomicU64,
    bytes: AtomicU64,
}

fn full(text: impl Into<Bytes>) -> Any {
    http_body_util::Full::new(text.into()).map_err(|never: Infallible| match never {}).boxed()
}

async fn behind(request: Request<Incoming>, seen: Arc<Seen>) -> Result<Response<Any>, std::io::Error> {
    seen.asked.fetch_add(1, SeqCst);
    let (parts, mut body) = request.into_parts();
    let header = |name: &str| parts.headers.get_all(name).iter().map(|v| v.to_str().unwrap().to_owned()).collect::<Vec<_>>().join("|");
    Ok(match parts.uri.path() {
        "/early" => Response::builder().status(413).body(full("too much")).unwrap(),
        "/big" => Response::new(full(vec![b'x'; 16 << 20])),
        "/slow-work" => {
            sleep(Duration::from_millis(1_500)).await;
            Response::new(full("done"))
        }
        "/events" => {
            let stream = async_stream(4);
            Response::new(BodyExt::boxed(StreamBody::new(stream)))
        }
        "/upload" => {
            let mut n = 0;
            loop {
                match body.frame().await {
                    None => break,
                    Some(Err(_)) => {
                        seen.broken.fetch_add(1, SeqCst);
                        return Ok(Response::builder().status(400).body(full("broken")).unwrap());
                    }
                    Some(Ok(frame)) => n += frame.into_data().map_or(0, |d| d.len()) as u64,
                }
            }
            seen.whole.fetch_add(1, SeqCst);
            seen.bytes.fetch_add(n, SeqCst);
            Response::new(full(n.to_string()))
        }
        path => {
            let said = ["x-forwarded-for", "x-real-ip", "forwarded", "host", "connection", "te", "x-hop", "content-length"].map(header);
            Response::new(full(format!("{} {path} {} {}", parts.method, header(STAMP), said.join(";"))))
        }
    })
}

fn async_stream(n: u32) -> impl futures_util::Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Send + Sync {
    futures_util::stream::unfold(0, move |i| async move {
        if i == n {
            return None;
        }
        sleep(Duration::from_millis(100)).await;
        Some((Ok(Frame::data(Bytes::from(format!("data: {i}\n\n")))), i + 1))
    })
}

struct House {
    at: SocketAddr,
    seen: Arc<Seen>,
    counts: Arc<Counts>,
    stop: Option<oneshot::Sender<()>>,
    done: Option<tokio::task::JoinHandle<()>>,
}

async fn house_with(settings: Settings, tls: Option<Arc<Tls>>) -> House {
    let seen = Arc::new(Seen::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let back = listener.local_addr().unwrap();
    let shared = seen.clone();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let seen = shared.clone();
            tokio::spawn(async move {
                let service = service_fn(move |r| behind(r, seen.clone()));
                let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tcp), service).await;
            });
        }
    });
    let door = Door::open("127.0.0.1:0".parse().unwrap(), settings, "secret".into(), tls).unwrap();
    let (at, counts) = (door.address().unwrap(), door.counts());
    let (stop, stopped) = oneshot::channel();
    let done = tokio::spawn(door.serve(back, async {
        let _ = stopped.await;
    }));
    House { at, seen, counts, stop: Some(stop), done: Some(done) }
}

/// Ten times shorter than in the field.
fn quick() -> Settings {
    Settings { patience: Patience::default().shorter(10), ..Settings::default() }
}
async fn house() -> House {
    house_with(quick(), None).await
}

async fn connect_from(last: u8, at: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, last], 0))).unwrap();
    socket.connect(at).await.unwrap()
}

/// Everything that is said until the line is closed.
async fn rest<S: AsyncRead + Unpin>(line: &mut S) -> String {
    let mut out = Vec::new();
    let mut space = [0; 4096];
    while let Ok(Ok(n @ 1..)) = timeout(Duration::from_secs(8), line.read(&mut space)).await {
        out.extend_from_slice(&space[..n]);
    }
    String::from_utf8_lossy(&out).into_owned()
}
async fn say<S: AsyncWrite + AsyncRead + Unpin>(line: &mut S, text: &str) -> String {
    line.write_all(text.as_bytes()).await.unwrap();
    rest(line).await
}
/// One answer of a line that stays open: head and body by its length.
async fn one<S: AsyncRead + Unpin>(line: &mut S) -> String {
    let mut out = Vec::new();
    let mut byte = [0];
    while !out.ends_with(b"\r\n\r\n") {
        timeout(Duration::from_secs(8), line.read_exact(&mut byte)).await.unwrap().unwrap();
        out.push(byte[0]);
    }
    let head = String::from_utf8(out).unwrap();
    let length = head.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    line.read_exact(&mut body).await.unwrap();
    head + &String::from_utf8_lossy(&body)
}
async fn get_from(last: u8, at: SocketAddr, path: &str) -> String {
    let mut line = connect_from(last, at).await;
    say(&mut line, &format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).await
}
fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
}
/// Others are served at once, whatever somebody does.
async fn others_are_served(at: SocketAddr) -> Duration {
    let mut worst = Duration::ZERO;
    for _ in 0..5 {
        let start = Instant::now();
        assert_eq!(status(&get_from(9, at, "/").await), 200);
        worst = worst.max(start.elapsed());
    }
    assert!(worst < Duration::from_millis(300), "others waited {worst:?}");
    worst
}

#[tokio::test]
async fn requests_pass_with_the_true_address_and_no_other() {
    let h = house().await;
    let mut line = connect_from(7, h.at).await;
    let request = "GET /who HTTP/1.1\r\nHost: food.example\r\nX-Shiyan-Door: secret 6.6.6.6\r\nX-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n\
                   TE: trailers\r\nX-Hop: 1\r\nConnection: x-hop, host, close\r\n\r\n";
    let answer = say(&mut line, request).await;
    assert_eq!(status(&answer), 200);
    assert!(answer.ends_with("GET /who secret 127.0.0.7 ;;;food.example;;;;"), "{answer}");
}

#[tokio::test]
async fn behind_a_declared_proxy_the_address_is_its_last_hop() {
    let h = house_with(Settings { proxies: vec!["127.0.0.5".parse().unwrap()], ..quick() }, None).await;
    for (last, real) in [(5, "198.51.100.7"), (6, "127.0.0.6")] {
        let mut line = connect_from(last, h.at).await;
        let answer = say(&mut line, "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 6.6.6.6, 198.51.100.7\r\nConnection: close\r\n\r\n").await;
        assert!(answer.contains(&format!("secret {real} ;;;")), "{answer}");
    }
}

#[tokio::test]
async fn a_line_serves_many_requests_and_head_tells_the_length_without_a_body() {
    let h = house().await;
    let mut line = connect_from(1, h.at).await;
    for i in 0..20 {
        line.write_all(format!("GET /{i} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
        assert!(one(&mut line).await.contains(&format!("GET /{i} secret")));
    }
    // Two at once are answered one after the other.
    line.write_all(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\nPOST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345GET /y HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(one(&mut line).await.contains("GET /x"));
    assert!(one(&mut line).await.ends_with("\r\n\r\n5"));
    assert!(one(&mut line).await.contains("GET /y"));
    let answer = say(&mut line, "HEAD /upload HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(status(&answer) == 200 && answer.contains("content-length: 1\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    // A program of the old kind.
    let mut old = connect_from(1, h.at).await;
    assert!(say(&mut old, "GET /old HTTP/1.0\r\n\r\n").await.contains("GET /old"));
}

#[tokio::test]
async fn bodies_pass_whole_in_every_form() {
    let h = house().await;
    let mut line = connect_from(1, h.at).await;
    let answer = say(&mut line, "POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").await;
    assert!(status(&answer) == 200 && answer.ends_with("\r\n\r\n11"), "{answer}");
    // Announced, waited for, then sent.
    let mut line = connect_from(1, h.at).await;
    line.write_all(b"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut go = [0; 25];
    line.read_exact(&mut go).await.unwrap();
    assert_eq!(&go, b"HTTP/1.1 100 Continue\r\n\r\n");
    line.write_all(&vec![b'x'; 3_000_000]).await.unwrap();
    assert!(rest(&mut line).await.ends_with("\r\n\r\n3000000"));
    // Large and in pieces.
    let mut line = connect_from(1, h.at).await;
    line.write_all(b"POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").await.unwrap();
    for _ in 0..100 {
        line.write_all(b"2710\r\n").await.unwrap();
        line.write_all(&vec![b'x'; 10_000]).await.unwrap();
        line.write_all(b"\r\n").await.unwrap();
    }
    assert!(say(&mut line, "0\r\n\r\n").await.ends_with("\r\n\r\n1000000"));
    assert_eq!(h.seen.broken.load(SeqCst), 0);
}

#[tokio::test]
async fn answers_stream_as_they_come_and_whole() {
    let h = house().await;
    let mut line = connect_from(1, h.at).await;
    line.write_all(b"GET /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let start = Instant::now();
    let mut space = [0; 4096];
    let mut said = String::new();
    while !said.contains("data: 0") {
        let n = line.read(&mut space).await.unwrap();
        said += &String::from_utf8_lossy(&space[..n]);
    }
    assert!(start.elapsed() < Duration::from_millis(250), "the first event came with the others");
    assert!(rest(&mut line).await.contains("data: 3"));
    let mut line = connect_from(1, h.at).await;
    let answer = say(&mut line, "GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answer.split_once("\r\n\r\n").unwrap().1.len(), 16 << 20);
}

#[tokio::test]
async fn work_of_ours_is_never_counted_against_the_client() {
    let h = house().await;
    let start = Instant::now();
    assert!(get_from(1, h.at, "/slow-work").await.ends_with("done"));
    assert!(start.elapsed() > Duration::from_millis(1_400), "longer than the time for a head, a body and a handshake");
}

#[tokio::test]
async fn a_slow_head_is_cut_while_others_are_served() {
    let h = house().await;
    let mut slow = Vec::new();
    for _ in 0..60 {
        let mut line = connect_from(2, h.at).await;
        line.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n").await.unwrap();
        slow.push(line);
    }
    let start = Instant::now();
    let mut ends = tokio::task::JoinSet::new();
    for mut line in slow {
        ends.spawn(async move {
            // A header line now and then keeps it going for ever where only silence is bounded.
            let (mut read, mut write) = line.split();
            let drip = async {
                loop {
                    sleep(Duration::from_millis(100)).await;
                    if write.write_all(b"X-A: b\r\n").await.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
            };
            tokio::select! { said = rest(&mut read) => said, () = drip => String::new() }
        });
    }
    others_are_served(h.at).await;
    while let Some(said) = ends.join_next().await {
        let said = said.unwrap();
        assert_eq!(status(&said), 408, "{said}");
        assert!(said.contains("没有在规定时间内") && said.contains("did not arrive in time"));
    }
    assert!(start.elapsed() < Duration::from_millis(2_500), "{:?}", start.elapsed());
    assert_eq!(h.counts.refused(Why::HeadSlow), 60);
    assert_eq!(h.seen.asked.load(SeqCst), 5, "none of them reached the server behind");
}

#[tokio::test]
async fn a_slow_body_is_cut_and_never_reaches_anybody_as_whole() {
    let h = house().await;
    for (path, length, small) in [("/upload", 8_000, true), ("/upload", 1_000_000, false)] {
        let mut line = connect_from(2, h.at).await;
        line.write_all(format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n").as_bytes()).await.unwrap();
        if !small {
            line.write_all(&[b'x'; 40_000]).await.unwrap();
        }
        let start = Instant::now();
        let (mut read, mut write) = line.split();
        let drip = async {
            loop {
                sleep(Duration::from_millis(50)).await;
                if write.write_all(b"x").await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        let said = tokio::select! { said = rest(&mut read) => said, () = drip => String::new() };
        assert_eq!(status(&said), 408, "{length}: {said}");
        assert!(start.elapsed() < Duration::from_secs(5), "{length}: {:?}", start.elapsed());
        others_are_served(h.at).await;
    }
    sleep(Duration::from_millis(200)).await;
    assert_eq!((h.seen.whole.load(SeqCst), h.seen.broken.load(SeqCst)), (0, 1), "the small one was never passed on, the large one as broken off");
    assert_eq!(h.counts.refused(Why::BodySlow), 2);
}

#[tokio::test]
async fn an_upload_that_breaks_off_reaches_the_server_as_broken_off() {
    let h = house().await;
    for (head, part) in [("Content-Length: 100000", "x".repeat(60_000)), ("Transfer-Encoding: chunked", format!("c350\r\n{}\r\n", "x".repeat(50_000)))] {
        let before = h.seen.broken.load(SeqCst);
        let mut line = connect_from(2, h.at).await;
        line.write_all(format!("POST /upload HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n{part}").as_bytes()).await.unwrap();
        sleep(Duration::from_millis(200)).await;
        drop(line);
        let start = Instant::now();
        while h.seen.broken.load(SeqCst) == before {
            assert!(start.elapsed() < Duration::from_secs(3), "{head}: the server never learnt of it");
            sleep(Duration::from_millis(20)).await;
        }
    }
    // A small one is not passed on at all; a bad piece breaks it off.
    let mut line = connect_from(2, h.at).await;
    line.write_all(b"POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc").await.unwrap();
    drop(line);
    for bad in
        ["zz\r\nhello\r\n0\r\n\r\n", "-5\r\nhello\r\n0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", "5\nhello\r\n0\r\n\r\n"]
    {
        let mut line = connect_from(2, h.at).await;
        let said = say(&mut line, &format!("POST /upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{bad}")).await;
        assert_eq!(status(&said), 400, "{bad:?}: {said}");
    }
    assert_eq!((h.seen.whole.load(SeqCst), h.seen.broken.load(SeqCst)), (0, 2));
}

#[tokio::test]
async fn who_takes_an_answer_too_slowly_is_cut() {
    let h = house().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut line = socket.connect(h.at).await.unwrap();
    line.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let start = Instant::now();
    let mut got = 0;
    let mut space = [0; 512];
    loop {
        sleep(Duration::from_millis(20)).await;
        match line.read(&mut space).await {
            Ok(0) | Err(_) => break,
            Ok(n) => got += n,
        }
        assert!(start.elapsed() < Duration::from_secs(15), "still served after {got} bytes");
    }
    others_are_served(h.at).await;
    assert!(got < 1 << 20, "{got}");
    assert_eq!(h.counts.refused(Why::AnswerSlow), 1);
}

#[tokio::test]
async fn idle_lines_are_closed_in_silence() {
    let h = house().await;
    let start = Instant::now();
    let mut line = connect_from(2, h.at).await;
    assert_eq!(rest(&mut line).await, "", "who never asked anything");
    assert!(start.elapsed() < Duration::from_millis(2_000), "{:?}", start.elapsed());
    let mut line = connect_from(2, h.at).await;
    line.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    one(&mut line).await;
    let start = Instant::now();
    assert_eq!(rest(&mut line).await, "");
    let idle = start.elapsed();
    assert!(idle > Duration::from_millis(2_500) && idle < Duration::from_millis(4_500), "{idle:?}");
}

#[tokio::test]
async fn a_crowd_of_idle_connections_keeps_nobody_out() {
    // The times of the field, but for giving way.
    let patience = Patience { yielding: Duration::from_millis(300), ..Patience::default() };
    let h = house_with(Settings { patience, ..Settings::default() }, None).await;
    let mut crowd = Vec::new();
    for _ in 0..1_100 {
        crowd.push(connect_from(2, h.at).await);
    }
    others_are_served(h.at).await;
    // Sent away, or given way to a later one: on a slow machine the crowd takes its time to come.
    assert!(h.counts.refused(Why::FullEach) + h.counts.refused(Why::Yielded) >= 950, "{}", h.counts.text());
    // From many addresses, so that the house itself is full.
    for last in 20..40 {
        for _ in 0..50 {
            crowd.push(connect_from(last, h.at).await);
        }
    }
    sleep(Duration::from_millis(400)).await;
    let worst = others_are_served(h.at).await;
    println!("others waited {worst:?} at most; open {}", h.counts.open());
    assert!(h.counts.open() <= 513, "{}", h.counts.open());
    // Also at the address of the crowd itself.
    assert_eq!(status(&get_from(2, h.at, "/").await), 200);
}

#[tokio::test]
async fn a_full_address_is_told_when_to_come_again() {
    let h = house_with(Settings { connections_each: 3, connections: 5, ..quick() }, None).await;
    let mut held = Vec::new();
    for last in [2, 2, 2, 3, 3] {
        let mut line = connect_from(last, h.at).await;
        line.write_all(b"GET /slow-work HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        held.push(line);
    }
    sleep(Duration::from_millis(200)).await;
    for (last, code) in [(2, 429), (4, 503)] {
        let said = get_from(last, h.at, "/").await;
        assert!(status(&said) == code && said.contains("retry-after: 5\r\n") && said.contains("稍后再试"), "{said}");
    }
    for line in &mut held {
        assert!(one(line).await.ends_with("done"));
    }
    // They stay open and idle, and give way.
    sleep(Duration::from_millis(150)).await;
    assert_eq!(status(&get_from(4, h.at, "/").await), 200);
}

#[tokio::test]
async fn one_address_cannot_take_all_places_of_work() {
    let h = house_with(Settings { requests: 4, ..quick() }, None).await;
    let mut greedy = Vec::new();
    for _ in 0..8 {
        let mut line = connect_from(2, h.at).await;
        line.write_all(b"GET /slow-work HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        greedy.push(line);
    }
    sleep(Duration::from_millis(100)).await;
    others_are_served(h.at).await;
    let mut codes: Vec<u16> = Vec::new();
    for line in &mut greedy {
        codes.push(status(&rest(line).await));
    }
    codes.sort_unstable();
    assert_eq!(codes, [200, 200, 429, 429, 429, 429, 429, 429]);
}

#[tokio::test]
async fn what_two_readers_could_read_in_two_ways_is_refused() {
    let h = house().await;
    for lines in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Content-Length: 5\r\n folded\r\n",
        "A: b\nTransfer-Encoding: chunked\r\n",
        "Host: b\r\n",
    ] {
        let mut line = connect_from(2, h.at).await;
        let said = say(&mut line, &format!("POST /upload HTTP/1.1\r\nHost: a\r\n{lines}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        assert_eq!(status(&said), 400, "{lines:?}: {said}");
        assert_eq!(said.matches("HTTP/1.1").count() - said.matches("HTTP/1.1 的").count() - said.matches("to HTTP/1.1").count(), 1, "one answer: {said}");
    }
    for (head, code) in [
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ("\u{16}\u{3}\u{1}\u{2}hello", 400),
        ("CONNECT evil:443 HTTP/1.1\r\nHost: evil:443\r\n\r\n", 405),
        ("GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
    ] {
        let mut line = connect_from(2, h.at).await;
        assert_eq!(status(&say(&mut line, head).await), code, "{head:?}");
    }
    assert_eq!(h.seen.asked.load(SeqCst), 0, "nothing of it reached the server behind");
}

#[tokio::test]
async fn large_heads_are_refused() {
    let h = house().await;
    let many: String = (0..101).map(|i| format!("X-{i}: a\r\n")).collect();
    for (head, code) in [
        (format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"), 431),
        (format!("GET / HTTP/1.1\r\nHost: a\r\nCookie: {}\r\n\r\n", "x".repeat(409_600)), 431),
        (format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(65_536)), 414),
    ] {
        let mut line = connect_from(2, h.at).await;
        let said = say(&mut line, &head).await;
        assert_eq!(status(&said), code, "{said}");
    }
    assert_eq!(h.seen.asked.load(SeqCst), 0);
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_before_it_is_read() {
    let largest = Arc::new(|parts: &http::request::Parts| if parts.uri.path() == "/login" { 16 << 10 } else { 1 << 20 });
    let h = house_with(Settings { largest, ..quick() }, None).await;
    let mut line = connect_from(2, h.at).await;
    let said = say(&mut line, "POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 19000000\r\nExpect: 100-continue\r\n\r\n").await;
    assert_eq!(status(&said), 413, "no word of going on: {said}");
    // Those who send all the same read the answer all the same.
    for (path, pieces) in [("/login", 300), ("/upload", 300)] {
        let mut line = connect_from(2, h.at).await;
        line.write_all(format!("POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
        for _ in 0..pieces {
            line.write_all(format!("2710\r\n{}\r\n", "x".repeat(10_000)).as_bytes()).await.unwrap();
        }
        assert_eq!(status(&rest(&mut line).await), 413, "{path}");
    }
    assert_eq!(h.seen.whole.load(SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_answer_of_the_server_behind_is_never_lost() {
    let h = house_with(Settings { patience: Patience::default(), ..Settings::default() }, None).await;
    let mut all = tokio::task::JoinSet::new();
    let at = h.at;
    for _ in 0..60 {
        all.spawn(async move {
            let mut line = connect_from(2, at).await;
            line.write_all(b"POST /early HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4000000\r\n\r\n").await.unwrap();
            let body = vec![b'x'; 4_000_000];
            let _ = line.write_all(&body).await;
            rest(&mut line).await
        });
    }
    while let Some(said) = all.join_next().await {
        let said = said.unwrap();
        assert!(status(&said) == 413 && said.ends_with("too much"), "{said}");
    }
}

#[tokio::test]
async fn a_stopping_door_ends_what_is_in_hand_and_lets_nobody_in() {
    let mut h = house().await;
    let mut idle = connect_from(1, h.at).await;
    let mut busy = connect_from(1, h.at).await;
    busy.write_all(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(150)).await;
    h.stop.take().unwrap().send(()).unwrap();
    assert_eq!(rest(&mut idle).await, "");
    assert!(rest(&mut busy).await.contains("data: 3"));
    timeout(Duration::from_secs(2), h.done.take().unwrap()).await.unwrap().unwrap();
    assert!(TcpStream::connect(h.at).await.is_err());
}

fn certificate(dir: &std::path::Path) -> (Arc<Tls>, tokio_rustls::TlsConnector) {
    let made = rcgen::generate_simple_self_signed(["food.example".to_owned()]).unwrap();
    let (cert, key) = (dir.join("cert.pem"), dir.join("key.pem"));
    std::fs::write(&cert, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut roots = tokio_rustls::rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let client = tokio_rustls::rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let client = client.with_root_certificates(roots).with_no_client_auth();
    (Arc::new(Tls::load(&cert, &key).unwrap()), tokio_rustls::TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn tls_ends_here_and_a_handshake_that_stops_half_way_is_cut() {
    let dir = std::env::temp_dir().join(format!("shiyan-door-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let (tls, client) = certificate(&dir);
    let h = house_with(quick(), Some(tls.clone())).await;
    let name = || tokio_rustls::rustls::pki_types::ServerName::try_from("food.example").unwrap();
    let mut half = Vec::new();
    for _ in 0..50 {
        let mut line = connect_from(2, h.at).await;
        line.write_all(&[0x16, 3, 1, 2, 0, 1]).await.unwrap();
        half.push(line);
    }
    let start = Instant::now();
    let mut line = client.connect(name(), connect_from(7, h.at).await).await.unwrap();
    let said = say(&mut line, "GET /safe HTTP/1.1\r\nHost: food.example\r\nConnection: close\r\n\r\n").await;
    assert!(said.contains("GET /safe secret 127.0.0.7"), "{said}");
    assert!(start.elapsed() < Duration::from_millis(500));
    for line in &mut half {
        rest(line).await;
    }
    assert!(start.elapsed() < Duration::from_millis(2_500), "{:?}", start.elapsed());
    // Every one of them was closed; most by the deadline of the handshake, some by the sweep that looks after all lines.
    assert!(h.counts.refused(Why::Handshake) > 0);
    let mut plain = connect_from(2, h.at).await;
    let said = say(&mut plain, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(status(&said) == 400 && said.contains("https://"), "{said}");
    // A new certificate is taken up without a restart; a broken one is refused and the old one stays.
    let (_, fresh) = certificate(&dir);
    tls.reload().unwrap();
    assert!(client.connect(name(), connect_from(7, h.at).await).await.is_err());
    assert!(fresh.connect(name(), connect_from(7, h.at).await).await.is_ok());
    std::fs::write(dir.join("key.pem"), "nonsense").unwrap();
    assert!(tls.reload().unwrap_err().to_string().contains("key.pem"));
    assert!(fresh.connect(name(), connect_from(7, h.at).await).await.is_ok());
    std::fs::remove_dir_all(&dir).unwrap();
}

/// What the door costs: `cargo test -p shiyan-door --release -- --ignored --nocapture cost`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn cost_of_the_door() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let back = listener.local_addr().unwrap();
    let asset = Bytes::from(vec![b'x'; 20_000]);
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let asset = asset.clone();
            tokio::spawn(async move {
                let service = service_fn(move |_| {
                    let asset = asset.clone();
                    async move { Ok::<_, Infallible>(Response::new(full(asset))) }
                });
                tcp.set_nodelay(true).unwrap();
                let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(tcp), service).await;
            });
        }
    });
    let door = Door::open("127.0.0.1:0".parse().unwrap(), Settings::default(), "secret".into(), None).unwrap();
    let front = door.address().unwrap();
    tokio::spawn(door.serve(back, std::future::pending()));
    for (name, at) in [("without the door", back), ("with the door", front), ("without the door", back), ("with the door", front)] {
        let start = Instant::now();
        let mut all = tokio::task::JoinSet::new();
        for i in 0..16 {
            all.spawn(async move {
                let mut line = connect_from(10 + i, at).await;
                let mut space = vec![0; 32 << 10];
                for _ in 0..500 {
                    line.write_all(b"GET /asset HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
                    let mut got = 0;
                    while got < 20_000 {
                        got += line.read(&mut space).await.unwrap();
                    }
                }
            });
        }
        while all.join_next().await.is_some() {}
        println!("{name}: {:.0} requests/s", 8_000.0 / start.elapsed().as_secs_f64());
    }
}

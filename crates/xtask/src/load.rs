//! 拥挤 the crowd: 300 clients with a slow line and 200 greedy ones, and what one person who only reads a page notices of them.

use crate::Failure;
use crate::bench::{Line, Serving, login_as, millis, p99, rss};
use crate::http::{Client, links};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Clients that send or read a byte now and then; a third each drip a head, drip a body, and read slowly.
const SLOW: usize = 300;
/// Clients that ask for the dearest things as fast as they are given them.
const GREEDY: usize = 200;
/// How long the crowd stays, and how long the server has to give the memory back.
const CROWDED: Duration = Duration::from_secs(15);
const AFTERWARDS: Duration = Duration::from_secs(20);
/// What is promised: to the one who reads a page, and of the memory while the crowd is there and above the start when it is gone.
const PAGE_MS: f64 = 300.0;
const PEAK_MIB: f64 = 500.0;
const KEPT_MIB: f64 = 150.0;
/// Who reads pages, who asks for reports, and who for figures and exports.
const READER: &str = "analyst";
const SENDER: &str = "report-sender";
const SUPERVISOR: &str = "supervisor";
const PAGES: [&str; 3] = ["/samples", "/bench", "/worksheets"];

/// What the crowd got.
#[derive(Debug, Default)]
struct Crowd {
    over: AtomicBool,
    served: AtomicUsize,
    turned_away: AtomicUsize,
    cut: AtomicUsize,
}

/// The three lines of the table.
pub fn load(program: &Path, data: &Path, year: &str) -> Vec<Line> {
    let measured = crowded(program, data, year);
    let one = |which: fn(&Measured) -> f64| measured.as_ref().map(which).map_err(Clone::clone);
    vec![
        Line::promised("page of another, 500 in the way, p99", PAGE_MS, "ms", one(|m| m.page)),
        Line::promised("memory with 500 in the way (peak VmRSS)", PEAK_MIB, "MiB", one(|m| m.peak)),
        Line::promised("memory 20 s later, above the start", KEPT_MIB, "MiB", one(|m| m.kept)),
    ]
}

#[derive(Debug)]
struct Measured {
    page: f64,
    peak: f64,
    kept: f64,
}

fn crowded(program: &Path, data: &Path, year: &str) -> Result<Measured, Failure> {
    // The crowd comes from one address and the reader from another, where this machine has two.
    let server = Serving::start_on(program, data, "[::]").or_else(|_| Serving::start_on(program, data, "127.0.0.1"))?;
    let port = server.port;
    let mut reader = Client::connect_to("::1", port).or_else(|_| {
        println!("no second address on this machine: the reader comes from the address of the crowd");
        Client::connect(port)
    })?;
    login_as(&mut reader, READER)?;
    let mut sender = Client::connect(port)?;
    login_as(&mut sender, SENDER)?;
    let reports = links(&sender.get("/reports/issued")?.body, "/reports/SY-");
    if reports.is_empty() {
        return Err("no issued reports to ask for".to_owned());
    }
    let mut supervisor = Client::connect(port)?;
    login_as(&mut supervisor, SUPERVISOR)?;
    let alone = read_for(&mut reader, Duration::from_secs(3))?;
    let before = rss(&server)?;

    let crowd = Crowd::default();
    let wishes: Vec<(String, String)> = (0..GREEDY)
        .map(|n| match n % 4 {
            0 | 1 => (format!("{}/pdf", reports[n % reports.len()]), sender.cookies()),
            2 => (format!("/api/v1/kpi?year={year}"), supervisor.cookies()),
            _ => (format!("/stats/export.xlsx?year={year}"), supervisor.cookies()),
        })
        .collect();
    drop((sender, supervisor));
    let (times, peak) = std::thread::scope(|scope| {
        let small = || std::thread::Builder::new().stack_size(128 << 10);
        for n in 0..SLOW {
            let crowd = &crowd;
            small().spawn_scoped(scope, move || slow(port, n, crowd)).map_err(|e| format!("a thread: {e}"))?;
        }
        for (path, cookies) in &wishes {
            let crowd = &crowd;
            small().spawn_scoped(scope, move || greedy(port, path, cookies, crowd)).map_err(|e| format!("a thread: {e}"))?;
        }
        let watching = scope.spawn(|| {
            let mut peak = 0.0_f64;
            while !crowd.over.load(Ordering::Relaxed) {
                peak = peak.max(rss(&server).unwrap_or(0.0));
                std::thread::sleep(Duration::from_millis(50));
            }
            peak
        });
        std::thread::sleep(Duration::from_secs(1));
        let times = read_for(&mut reader, CROWDED);
        crowd.over.store(true, Ordering::Relaxed);
        let peak = watching.join().map_err(|_| "the watch ended".to_owned())?;
        Ok::<_, Failure>((times?, peak))
    })?;
    std::thread::sleep(AFTERWARDS);
    let after = rss(&server)?;
    let (served, away, cut) = (crowd.served.into_inner(), crowd.turned_away.into_inner(), crowd.cut.into_inner());
    println!(
        "crowd: {served} served, {away} turned away, {cut} slow lines cut; {} pages read, alone p99 {:.0} ms; memory {before:.0} → {peak:.0} → {after:.0} MiB",
        times.len(),
        p99(alone)?
    );
    Ok(Measured { page: p99(times)?, peak, kept: (after - before).max(0.0) })
}

/// One person at a time, a page after the other; a page that does not come is an error, not a slow page.
fn read_for(reader: &mut Client, long: Duration) -> Result<Vec<Duration>, Failure> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < long {
        let path = PAGES[times.len() % PAGES.len()];
        let start = Instant::now();
        // A server may close a line between two requests; whoever reads opens another, and waits for that too.
        let answer = match reader.get(path) {
            Ok(answer) => answer,
            Err(_) => {
                reader.again()?;
                reader.get(path)?
            }
        };
        times.push(start.elapsed());
        if answer.status != 200 {
            return Err(format!("GET {path}: status {} after {:.0} ms", answer.status, times.last().map_or(0.0, |t| millis(*t))));
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    Ok(times)
}

/// A line that carries next to nothing and stays; one that is cut is opened again.
fn slow(port: u16, n: usize, crowd: &Crowd) {
    let (head, drip): (&[u8], &[u8]) = match n % 3 {
        0 => (b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", b"a"),
        1 => (
            b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 19000000\r\n\r\nusername=",
            &[b'a'; 16_384],
        ),
        _ => (b"GET /assets/app.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b""),
    };
    while !crowd.over.load(Ordering::Relaxed) {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else {
            std::thread::sleep(Duration::from_millis(300));
            continue;
        };
        let quick = Some(Duration::from_millis(200));
        let mut going = stream.set_write_timeout(quick).and_then(|()| stream.set_read_timeout(quick)).and_then(|()| stream.write_all(head)).is_ok();
        let mut byte = [0];
        while going && !crowd.over.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(250));
            going = drip.is_empty() || stream.write_all(drip).is_ok();
            match stream.read(&mut byte) {
                Ok(0) => going = false,
                Ok(_) => {}
                Err(e) => going = going && matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut),
            }
        }
        crowd.cut.fetch_add(usize::from(!going), Ordering::Relaxed);
    }
}

/// Asks for the same dear thing again as soon as it has it; when told to wait, it waits a little less than it was told.
fn greedy(port: u16, path: &str, cookies: &str, crowd: &Crowd) {
    while !crowd.over.load(Ordering::Relaxed) {
        let asked = || -> std::io::Result<u16> {
            let mut stream = TcpStream::connect(("127.0.0.1", port))?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\nCookie: {cookies}\r\n\r\n")?;
            let mut head = [0; 16];
            stream.read_exact(&mut head)?;
            std::io::copy(&mut stream, &mut std::io::sink())?;
            Ok(std::str::from_utf8(&head[9..12]).ok().and_then(|code| code.parse().ok()).unwrap_or(0))
        };
        match asked() {
            Ok(200) => drop(crowd.served.fetch_add(1, Ordering::Relaxed)),
            _ => {
                crowd.turned_away.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(500));
            }
        }
    }
}

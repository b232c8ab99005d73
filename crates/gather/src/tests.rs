use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use chrono::NaiveDate;
use shiyan_foundation::ids::PopulationId;
use shiyan_foundation::task::{Boundary, Population, PopulationBasis};
use shiyan_foundation::{Instant, Lang};
use shiyan_indicators::{Counts, Facts, Gatherer, KpiScope, Kpis, Sets, end_of, kpis_of};

use super::*;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 1).unwrap()
}
fn at() -> Instant {
    end_of(day())
}
fn gatherer() -> Gatherer {
    Gatherer::new(2026, day(), shiyan_statute::calendar()).unwrap()
}
/// What a region without a batch tells, for one street.
fn counts(street: &str) -> Counts {
    let people = Population {
        id: PopulationId(Default::default()),
        year: 2020,
        area_code: "410105".into(),
        people: 1_000,
        basis: PopulationBasis::Census7,
        boundary: Boundary::Division,
        source: "公报".into(),
    };
    let scope = KpiScope::standard(2026, people).unwrap();
    let kpis: Kpis<u64> = kpis_of(&Sets::plain(&Facts::default(), &[]), &scope, at(), shiyan_statute::calendar());
    Counts::of(&kpis, Some(9), [street.to_owned()].into())
}
fn answer(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
fn good(street: &str) -> String {
    answer("200 OK", &serde_json::to_string(&counts(street)).unwrap())
}

/// A server that takes one request and answers it; what it was asked is kept.
fn serve(said: String, before: impl FnOnce() + Send + 'static) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(String::new()));
    let kept = asked.clone();
    std::thread::spawn(move || {
        let (mut line, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0_u8];
        while !request.ends_with(b"\r\n\r\n") && line.read(&mut byte).is_ok_and(|n| n == 1) {
            request.push(byte[0]);
        }
        *kept.lock().unwrap() = String::from_utf8_lossy(&request).into_owned();
        before();
        let _ = line.write_all(said.as_bytes());
    });
    (url, asked)
}

/// A directory of a test with a token in it.
struct Dir(std::path::PathBuf);
impl Dir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("shiyan-gather-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("token"), format!("{TOKEN}\n")).unwrap();
        Self(dir)
    }
    fn region(&self, code: &str, url: &str) -> Region {
        let token = TokenAt::File(self.0.join("token"));
        Region {
            code: code.into(),
            zh: format!("{code}区"),
            en: code.into(),
            url: url.into(),
            token,
            people: None,
            ca: None,
            patience: Duration::from_secs(20),
        }
    }
}
impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn codes(answers: &Answers) -> Vec<&str> {
    answers.regions.iter().map(|r| r.heard.as_ref().map_or_else(|why| why.code(), |_| "added")).collect()
}

const NOW: Question = Question { year: 2026, as_of: None };

#[tokio::test(flavor = "multi_thread")]
async fn every_region_is_asked_at_once_with_its_token_and_for_the_day() {
    let dir = Dir::new("once");
    // each answers only after all four were asked
    let all = Arc::new(Barrier::new(4));
    let served: Vec<_> = (1..=4)
        .map(|n| {
            let all = all.clone();
            serve(good(&format!("41010500{n}")), move || {
                all.wait();
            })
        })
        .collect();
    let regions = served.iter().enumerate().map(|(n, (url, _))| dir.region(&format!("r{n}"), url)).collect();
    let answers = gather(regions, Question { year: 2026, as_of: Some(day()) }, &gatherer()).await;
    assert_eq!(codes(&answers), ["added"; 4]);
    assert_eq!((answers.added(), answers.sum.unwrap().people), (4, Some(4_000)));
    for (_, asked) in &served {
        let asked = asked.lock().unwrap().to_lowercase();
        assert!(asked.starts_with("get /api/v1/counts?year=2026&as_of=2026-10-01 http/1.1\r\n"), "{asked}");
        assert!(asked.contains(&format!("authorization: bearer {TOKEN}\r\n")) && asked.contains("host: 127.0.0.1:"), "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_region_that_is_away_or_says_something_else_is_named_and_the_others_are_added() {
    let dir = Dir::new("away");
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let problem = r#"{"code":"DB-AWAY","problems":[{"code":"DB-AWAY","zh":"数据库连不上\n","en":"the database is away","next_zh":"稍候","next_en":"wait"}]}"#;
    let mut older = counts("410105009");
    older.figures.retain(|f| f.key != "evaluative_pass_rate");
    let mut newer = counts("410105009");
    newer.form = 2;
    let yesterday = Counts { as_of: day().pred_opt().unwrap(), ..counts("410105009") };
    let told = |c: &Counts| answer("200 OK", &serde_json::to_string(c).unwrap());
    let cases = [
        ("added", good("410105001")),
        ("REGION-TOKEN", answer("401 Unauthorized", "{}")),
        ("REGION-SAID", answer("503 Service Unavailable", problem)),
        ("REGION-SAID", answer("502 Bad Gateway", "<html>")),
        ("REGION-FORM", answer("404 Not Found", "<html>")),
        ("REGION-FORM", answer("200 OK", "<html>")),
        ("REGION-FORM", answer("200 OK", r#"{"form":1}"#)),
        ("REGION-FORM", told(&older)),
        ("REGION-FORM", told(&newer)),
        ("REGION-DAY", told(&yesterday)),
        ("REGION-AWAY", "nonsense\r\n\r\n".to_owned()),
        ("REGION-AWAY", format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 5 << 20) + &" ".repeat(5 << 20)),
        ("REGION-AWAY", good("410105001").chars().take(3_000).collect()),
    ];
    let mut regions: Vec<Region> = cases.iter().enumerate().map(|(n, (_, said))| dir.region(&format!("r{n}"), &serve(said.clone(), || ()).0)).collect();
    regions.push(dir.region("nobody", &format!("http://{nobody}")));
    regions.push(Region { patience: Duration::from_secs(1), ..dir.region("silent", &serve(String::new(), || std::thread::sleep(Duration::from_secs(30))).0) });
    regions.push(Region { token: TokenAt::Env("SHIYAN_NO_SUCH_TOKEN".into()), ..dir.region("without", "http://127.0.0.1:1") });
    let answers = gather(regions, NOW, &gatherer()).await;
    let mut wanted: Vec<&str> = cases.iter().map(|(code, _)| *code).collect();
    wanted.extend(["REGION-AWAY", "REGION-SLOW", "REGION-TOKEN-MISSING"]);
    assert_eq!(codes(&answers), wanted);
    assert_eq!((answers.added(), answers.sum.as_ref().unwrap().people), (1, Some(1_000)));
    let said = answers.regions[2].heard.as_ref().unwrap_err();
    assert_eq!((said.what(Lang::Zh), said.next(Lang::En)), ("该地区答复 503：[DB-AWAY] 数据库连不上 ".to_owned(), "wait".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_regions_that_count_one_street_are_both_named_and_neither_is_added() {
    let dir = Dir::new("twice");
    let url = |street: &str| serve(good(street), || ()).0;
    let regions = vec![
        dir.region("a", &url("410105001")),
        dir.region("b", &url("410105002")),
        dir.region("c", &url("410105001")),
        Region { people: Some(500), ..dir.region("d", &url("410105004")) },
    ];
    let answers = gather(regions, NOW, &gatherer()).await;
    assert_eq!(codes(&answers), ["REGION-OVERLAP", "added", "REGION-OVERLAP", "added"]);
    assert!(answers.regions[0].heard.as_ref().unwrap_err().what(Lang::En).contains("“c”"));
    assert_eq!(answers.sum.unwrap().people, Some(1_500), "of two regions, one of them with the people that the file names");
}

/// A server with a certificate of its own authority.
async fn serve_tls(dir: &Path) -> (String, Arc<Mutex<String>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(dir.join("ca.pem"), made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let asked = Arc::new(Mutex::new(String::new()));
    let kept = asked.clone();
    tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        while let Ok((tcp, _)) = listener.accept().await {
            let Ok(mut line) = acceptor.accept(tcp).await else { continue };
            let mut head = vec![0; 4_096];
            let n = line.read(&mut head).await.unwrap_or(0);
            kept.lock().unwrap().push_str(&String::from_utf8_lossy(&head[..n]));
            let _ = line.write_all(good("410105001").as_bytes()).await;
            let _ = line.shutdown().await;
        }
    });
    (url, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_vouches_for_gets_no_token() {
    let dir = Dir::new("tls");
    let (url, asked) = serve_tls(&dir.0).await;
    let one = async |region: Region| gather(vec![region], NOW, &gatherer()).await;
    assert_eq!(codes(&one(dir.region("stranger", &url)).await), ["REGION-CERTIFICATE"]);
    let by_number = Region { ca: Some(dir.0.join("ca.pem")), ..dir.region("other name", &url.replace("localhost", "127.0.0.1")) };
    assert_eq!(codes(&one(by_number).await), ["REGION-CERTIFICATE"]);
    assert_eq!(codes(&one(Region { ca: Some(dir.0.join("none.pem")), ..dir.region("no file", &url) }).await), ["REGION-CERTIFICATE"]);
    assert_eq!(*asked.lock().unwrap(), "");
    assert_eq!(codes(&one(Region { ca: Some(dir.0.join("ca.pem")), ..dir.region("known", &url) }).await), ["added"]);
    assert!(asked.lock().unwrap().contains(TOKEN));
}

//! 前门 the server as it is run: Rocket on the loopback, the door in front of it on the public address.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rocket::error::ErrorKind;
use rocket::fairing::AdHoc;
use rocket::{Build, Rocket};
use shiyan_door::{Door, STAMP, Settings, Tls};
use shiyan_foundation::Refusal;
use shiyan_web_kit::Site;
use shiyan_web_kit::guard::Stamp;
use shiyan_web_kit::metrics::{More, build_metrics};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::code;
use crate::config::FileConfig;
use crate::print::Failed;
use crate::run::Done;

/// Connections of the metrics listener.
const METRICS: usize = 16;

/// Certificate and key of the configuration, if it names them.
pub(crate) fn tls(file: &FileConfig) -> Result<Option<Arc<Tls>>, Failed> {
    let refused = |detail: String| Failed::Fault(Refusal::new(code::TLS).with("detail", detail));
    match (&file.tls_cert, &file.tls_key) {
        (None, None) => Ok(None),
        (Some(certificate), Some(key)) => Ok(Some(Arc::new(Tls::load(certificate, key).map_err(|e| refused(e.to_string()))?))),
        (given, _) => Err(refused(if given.is_some() { "tls_key?" } else { "tls_cert?" }.to_owned())),
    }
}

fn settings(file: &FileConfig) -> Settings {
    let mut settings = Settings { proxies: file.trusted_proxies.clone(), ..Settings::default() };
    settings.connections = file.max_connections.map_or(settings.connections, Into::into);
    settings.connections_each = file.max_connections_per_address.map_or(settings.connections_each, Into::into);
    settings.largest = Arc::new(|parts| {
        let cookies: Vec<&str> = parts.headers.get_all("cookie").iter().filter_map(|v| v.to_str().ok()).collect();
        shiyan_web_kit::bodies::let_pass(parts.uri.path(), &cookies.join(";"), parts.headers.contains_key("authorization"))
    });
    settings
}

/// Rocket on the loopback: where it listens, how it is told to stop, how it ended.
struct Behind {
    at: SocketAddr,
    stop: rocket::Shutdown,
    ended: JoinHandle<Result<Rocket<rocket::Ignite>, rocket::Error>>,
}

async fn start(rocket: Rocket<Build>) -> Result<Behind, Failed> {
    let (up, listens) = oneshot::channel();
    let up = std::sync::Mutex::new(Some(up));
    let told = AdHoc::on_liftoff("where it listens", move |rocket| {
        let up = up.lock().ok().and_then(|mut up| up.take());
        let at = SocketAddr::new(rocket.config().address, rocket.config().port);
        Box::pin(async move {
            if let Some(up) = up {
                let _ = up.send(at);
            }
        })
    });
    let ignited = rocket.attach(told).ignite().await.map_err(why)?;
    let stop = ignited.shutdown();
    let ended = tokio::spawn(ignited.launch());
    match listens.await {
        Ok(at) => Ok(Behind { at, stop, ended }),
        Err(_) => Err(ended_early(ended.await)),
    }
}

fn why(error: rocket::Error) -> Failed {
    match error.kind() {
        ErrorKind::Bind(why) => Failed::io(code::LISTEN, "127.0.0.1", why),
        other => Failed::fault(other),
    }
}

fn ended_early(ended: Result<Result<Rocket<rocket::Ignite>, rocket::Error>, tokio::task::JoinError>) -> Failed {
    match ended {
        Ok(Ok(_)) => Failed::fault("Rocket"),
        Ok(Err(error)) => why(error),
        Err(error) => Failed::fault(error),
    }
}

/// Serves until told to stop: first nobody new is let in and what is in hand ends, then Rocket ends.
pub(crate) async fn serve(site: &Site, file: &FileConfig, listen: SocketAddr, metrics: Option<SocketAddr>, tls: Option<Arc<Tls>>, up: impl FnOnce()) -> Done {
    let secret = shiyan_door::secret();
    let stamp = || Stamp { header: STAMP, secret: secret.clone() };
    let open = |at, settings, tls| Door::open(at, settings, secret.clone(), tls).map_err(|e| Failed::io(code::LISTEN, at, &e));
    let mut signals = Signals::new()?;
    let door = open(listen, settings(file), tls.clone())?;
    let counts = door.counts();
    let mut behind = start(shiyan_web_site::build_behind(site.clone(), stamp())).await?;
    let side = match metrics {
        None => None,
        Some(at) => {
            let few = Settings { connections: METRICS, connections_each: METRICS, requests: METRICS, ..Settings::default() };
            let door = open(at, few, None)?;
            let rocket = start(build_metrics(site.clone(), stamp(), More(Box::new(move || counts.text())))).await?;
            Some((tokio::spawn(door.serve(rocket.at, std::future::pending())), rocket.ended))
        }
    };
    up();
    let mut early = None;
    let until = async {
        tokio::select! {
            () = signals.stop(tls.as_deref()) => {}
            ended = &mut behind.ended => early = Some(ended_early(ended)),
        }
    };
    door.serve(behind.at, until).await;
    if let Some((door, rocket)) = side {
        door.abort();
        rocket.abort();
    }
    if let Some(failed) = early {
        return Err(failed);
    }
    // The kept lines of the door are gone in a moment; then Rocket need not wait for them.
    tokio::time::sleep(Duration::from_millis(50)).await;
    behind.stop.notify();
    match behind.ended.await {
        Ok(Ok(_)) => Ok(()),
        other => Err(ended_early(other)),
    }
}

/// What the system tells the program.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Failed> {
        use tokio::signal::unix::{SignalKind, signal};
        let of = |kind| signal(kind).map_err(Failed::fault);
        Ok(Self { terminate: of(SignalKind::terminate())?, interrupt: of(SignalKind::interrupt())?, hangup: of(SignalKind::hangup())? })
    }
    /// Until the server has to stop; SIGHUP reads the certificate again.
    async fn stop(&mut self, tls: Option<&Tls>) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => match tls.map(Tls::reload) {
                    None => return,
                    Some(Ok(())) => tracing::info!("the certificate was read again"),
                    Some(Err(error)) => tracing::error!("the old certificate stays in use: {error}"),
                },
            }
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self, Failed> {
        Ok(Self)
    }
    async fn stop(&mut self, _: Option<&Tls>) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

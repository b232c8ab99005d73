//! 设置 what the door allows, and how long it waits.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;

/// How much of a body a request may bring, by its head alone.
pub type Largest = Arc<dyn Fn(&Parts) -> u64 + Send + Sync>;

/// What the door allows.
#[derive(Clone)]
pub struct Settings {
    /// Connections in all.
    pub connections: usize,
    /// Connections of one address; of one /64 with IPv6.
    pub connections_each: usize,
    /// Requests in hand at once; one address has half of them at most.
    pub requests: usize,
    /// Bodies larger than [`Settings::small`] on their way at once; one address has half of them at most.
    pub uploads: usize,
    /// A body up to this size is read whole before it takes anybody's place, bytes.
    pub small: usize,
    /// Largest head, bytes.
    pub head: usize,
    /// Most header lines.
    pub lines: usize,
    /// 可信代理 whose X-Forwarded-For is believed.
    pub proxies: Vec<Network>,
    /// Largest body by the head of its request.
    pub largest: Largest,
    /// How long it waits.
    pub patience: Patience,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_each: 128,
            requests: 160,
            uploads: 48,
            small: 16 << 10,
            head: 32 << 10,
            lines: 100,
            proxies: Vec::new(),
            largest: Arc::new(|_| 21 << 20),
            patience: Patience::default(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("connections", &self.connections).field("connections_each", &self.connections_each).finish_non_exhaustive()
    }
}

/// 时限 how long the door waits for whom.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For the first head from the opening on, for a later one from its first byte.
    pub head: Duration,
    /// For the next request of a connection.
    pub idle: Duration,
    /// For the next byte of a body.
    pub body: Duration,
    /// For the client to take the next bytes of an answer.
    pub answer: Duration,
    /// Slower than this, bytes a second, is too slow, once `grace` has been waited in all.
    pub rate: u64,
    /// See `rate`.
    pub grace: Duration,
    /// For a place among the requests in hand.
    pub queue: Duration,
    /// For a refused client to finish sending, so that it reads the answer.
    pub linger: Duration,
    /// A connection that has owed us something this long gives way when the house is full.
    pub yielding: Duration,
    /// For requests in hand when the server stops.
    pub drain: Duration,
    /// How often the connections are looked over.
    pub round: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            handshake: s(10),
            head: s(10),
            idle: s(30),
            body: s(10),
            answer: s(20),
            rate: 2048,
            grace: s(10),
            queue: s(5),
            linger: s(10),
            yielding: s(1),
            drain: s(5),
            round: Duration::from_millis(250),
        }
    }
}

impl Patience {
    /// The same, so many times shorter; for tests.
    #[must_use]
    pub fn shorter(&self, times: u32) -> Self {
        let t = |d: Duration| d / times;
        Self {
            handshake: t(self.handshake),
            head: t(self.head),
            idle: t(self.idle),
            body: t(self.body),
            answer: t(self.answer),
            rate: self.rate * u64::from(times),
            grace: t(self.grace),
            queue: t(self.queue),
            linger: t(self.linger),
            yielding: t(self.yielding),
            drain: t(self.drain),
            round: t(self.round),
        }
    }
}

/// 网段 an address, or a network as address/prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies in it.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let same = |a: u128, b: u128, width: u32| {
            let off = width - u32::from(self.prefix);
            a.checked_shr(off).unwrap_or(0) == b.checked_shr(off).unwrap_or(0)
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(u128::from(u32::from(a)), u128::from(u32::from(b)), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(u128::from(a), u128::from(b), 128),
            _ => false,
        }
    }
}

/// Not an address or a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoNetwork(pub String);

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not an address or a network such as 10.0.0.0/8", self.0)
    }
}
impl std::error::Error for NoNetwork {}

impl FromStr for Network {
    type Err = NoNetwork;
    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let no = || NoNetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.trim().parse().map_err(|_| no())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(p) => p.trim().parse().ok().filter(|p| *p <= most).ok_or_else(no)?,
            None => most,
        };
        Ok(Self { address, prefix })
    }
}

/// What the caps count by: an address, or the /64 of one, since whoever has one of IPv6 has all of its /64.
pub(crate) fn key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

/// 真实地址 the address of the client: the peer, or behind a declared proxy the last hop of X-Forwarded-For that is no proxy of ours.
/// A hop that does not read as an address ends the walk: what stands left of it was written by somebody else.
pub(crate) fn client(peer: IpAddr, proxies: &[Network], forwarded: &http::HeaderMap) -> IpAddr {
    let ours = |address: IpAddr| proxies.iter().any(|n| n.holds(address));
    let mut found = peer.to_canonical();
    let lines: Vec<&str> = forwarded.get_all("x-forwarded-for").iter().map(|v| v.to_str().unwrap_or("?")).collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !ours(found) {
            break;
        }
        let hop = hop.trim();
        let bare = hop.strip_prefix('[').and_then(|h| h.split_once(']')).map(|(h, _)| h);
        let read = hop.parse().ok().or_else(|| bare?.parse().ok()).or_else(|| hop.parse().ok().map(|s: std::net::SocketAddr| s.ip()));
        let Some(next) = read else { break };
        let next: IpAddr = next;
        found = next.to_canonical();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nets(list: &[&str]) -> Vec<Network> {
        list.iter().map(|n| n.parse().unwrap()).collect()
    }
    fn said(lines: &[&str]) -> http::HeaderMap {
        let mut map = http::HeaderMap::new();
        for line in lines {
            map.append("x-forwarded-for", line.parse().unwrap());
        }
        map
    }

    #[test]
    fn a_network_holds_what_lies_in_it() {
        for (net, address, holds) in [
            ("10.0.0.0/8", "10.200.3.4", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("::/0", "2001:db8::1", true),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ] {
            assert_eq!(net.parse::<Network>().unwrap().holds(address.parse().unwrap()), holds, "{net} {address}");
        }
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "proxy", "::/129", "10.0.0.0/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_a_declared_proxy_is_believed_and_only_its_last_hop() {
        let proxies = nets(&["127.0.0.1", "10.0.0.0/8"]);
        for (peer, lines, real) in [
            ("203.0.113.9", &["1.1.1.1"][..], "203.0.113.9"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", &["9.9.9.9, 198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", &["9.9.9.9", "198.51.100.7, 10.1.1.1"], "198.51.100.7"),
            ("127.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("127.0.0.1", &["[2001:db8::5]:4711"], "2001:db8::5"),
            ("127.0.0.1", &["9.9.9.9, nonsense"], "127.0.0.1"),
            ("127.0.0.1", &["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
            ("::ffff:127.0.0.1", &["198.51.100.7"], "198.51.100.7"),
        ] {
            assert_eq!(client(peer.parse().unwrap(), &proxies, &said(lines)), real.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        }
    }

    #[test]
    fn one_owner_of_a_network_is_one_address() {
        let k = |t: &str| key(t.parse().unwrap());
        assert_eq!(k("2001:db8::1"), k("2001:db8::ffff:1"));
        assert_ne!(k("2001:db8::1"), k("2001:db8:0:1::1"));
        assert_eq!(k("::ffff:10.0.0.1"), k("10.0.0.1"));
        assert_ne!(k("10.0.0.1"), k("10.0.0.2"));
    }
}

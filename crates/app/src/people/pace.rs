//! 限速 how soon somebody may try again after so many failures: pure, the clock is an argument.

use std::net::IpAddr;

use chrono::TimeDelta;
use shiyan_foundation::Instant;
use shiyan_store::people::accounts::Tries;

/// 步调 so many failures cost nothing; then the waits double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Failures without a wait.
    pub free: i64,
    /// The first wait, seconds.
    pub first: i64,
    /// The longest wait, seconds.
    pub most: i64,
    /// Failures are forgotten when none came for so many seconds.
    pub forget: i64,
}

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// 一个账号、一个地址: the fifth failure costs ten minutes.
pub const PAIR: Pace = Pace { free: 5, first: 600, most: HOUR, forget: 24 * HOUR };
/// 一个账号、各处地址: slower, so that many addresses together are bounded too.
pub const ACCOUNT: Pace = Pace { free: 30, first: 60, most: HOUR / 2, forget: 24 * HOUR };
/// 一个地址、各个账号: one password tried on many names.
pub const ADDRESS: Pace = Pace { free: 30, first: 10, most: HOUR / 4, forget: HOUR };
/// 动态口令: a code has only a million values.
pub const CODE: Pace = PAIR;
/// 登录中再次输入密码: wrong ones that a login survives.
pub const IN_LOGIN: Pace = Pace { free: 5, first: 600, most: HOUR, forget: 12 * HOUR };
/// Nothing is remembered longer than this, seconds.
pub const LONGEST: i64 = 24 * HOUR;

impl Pace {
    /// Until when the next try has to wait; nothing when it may be made now.
    #[must_use]
    pub fn wait(self, tries: Option<Tries>, now: Instant) -> Option<Instant> {
        let tries = self.remembered(tries, now)?;
        let over = tries.failures - self.free;
        if over < 0 {
            return None;
        }
        // Doubling ends long before the shift could overflow.
        let seconds = self.first.saturating_mul(1 << over.min(20)).min(self.most);
        let wait = TimeDelta::seconds(seconds);
        let until = (tries.last_at + wait).min(now + wait);
        (until > now).then_some(until)
    }
    /// One failure more.
    #[must_use]
    pub fn more(self, tries: Option<Tries>, now: Instant) -> Tries {
        Tries { failures: self.remembered(tries, now).map_or(0, |t| t.failures) + 1, last_at: now }
    }
    fn remembered(self, tries: Option<Tries>, now: Instant) -> Option<Tries> {
        tries.filter(|t| t.failures > 0 && now - t.last_at < TimeDelta::seconds(self.forget))
    }
}

/// Whether this many failures are a step that the journal notes: the first, the one that begins to cost, then each doubling, so
/// that whoever guesses on and on writes a handful of entries.
#[must_use]
pub fn is_step(failures: i64, free: i64) -> bool {
    failures == 1 || (failures >= free && failures % free == 0 && (failures / free).count_ones() == 1)
}

/// The network that counts as one address: an IPv4 address, or the /64 of an IPv6 address, which one household owns whole.
#[must_use]
pub fn network(from: IpAddr) -> String {
    match from.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        chrono::DateTime::from_timestamp(1_760_000_000 + seconds, 0).unwrap().with_timezone(&shiyan_foundation::shanghai())
    }
    fn wait(pace: Pace, failures: i64, last: i64, now: i64) -> Option<i64> {
        let tries = (failures > 0).then(|| Tries { failures, last_at: at(last) });
        pace.wait(tries, at(now)).map(|until| (until - at(now)).num_seconds())
    }
    #[test]
    fn the_waits_double_up_to_a_bound_and_are_forgotten() {
        for (pace, failures, last, now, expected) in [
            (PAIR, 0, 0, 0, None),
            (PAIR, 4, 0, 0, None),
            (PAIR, 5, 0, 0, Some(600)),
            (PAIR, 5, 0, 599, Some(1)),
            (PAIR, 5, 0, 600, None),
            (PAIR, 6, 0, 0, Some(1_200)),
            (PAIR, 7, 0, 0, Some(2_400)),
            (PAIR, 8, 0, 0, Some(3_600)),
            (PAIR, 1_000_000, 0, 0, Some(3_600)),
            (PAIR, i64::MAX, 0, 3_599, Some(1)),
            (PAIR, 8, 0, 86_400, None),
            (ACCOUNT, 29, 0, 0, None),
            (ACCOUNT, 30, 0, 0, Some(60)),
            (ACCOUNT, 33, 0, 0, Some(480)),
            (ACCOUNT, 40, 0, 0, Some(1_800)),
            (ADDRESS, 29, 0, 0, None),
            (ADDRESS, 30, 0, 0, Some(10)),
            (ADDRESS, 31, 0, 5, Some(15)),
            (ADDRESS, 60, 0, 0, Some(900)),
            (ADDRESS, 60, 0, 3_600, None),
            // A clock that was set back does not make the wait longer than it is.
            (PAIR, 5, 100_000, 0, Some(600)),
        ] {
            assert_eq!(wait(pace, failures, last, now), expected, "{failures} failures at {last}, now {now}");
        }
    }
    #[test]
    fn a_failure_after_a_day_of_peace_is_the_first() {
        let many = Some(Tries { failures: 40, last_at: at(0) });
        assert_eq!(PAIR.more(many, at(10)).failures, 41);
        assert_eq!(PAIR.more(many, at(86_400)), Tries { failures: 1, last_at: at(86_400) });
        assert_eq!(PAIR.more(None, at(0)).failures, 1);
    }
    #[test]
    fn a_thousand_failures_are_nine_entries() {
        let steps: Vec<i64> = (1..=1_000).filter(|n| is_step(*n, 5)).collect();
        assert_eq!(steps, [1, 5, 10, 20, 40, 80, 160, 320, 640]);
    }
    #[test]
    fn an_address_is_a_network_that_one_party_owns() {
        for (from, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(from.parse().unwrap()), expected);
        }
    }
}

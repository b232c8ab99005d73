//! 地区文件 which regions are asked, where, and by which token. No secret stands in it: it names where each token is.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http::Uri;
use serde::Deserialize;
use shiyan_foundation::Refusal;

use crate::code;

/// Seconds that a region has to answer when the file says nothing else.
pub const SECONDS: u64 = 10;
/// Most seconds, and most regions: more than the nation has counties.
const MOST_SECONDS: u64 = 600;
const MOST_REGIONS: usize = 4_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    region: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    zh: String,
    en: String,
    url: String,
    token_env: Option<String>,
    token_file: Option<PathBuf>,
    people: Option<u64>,
    ca: Option<PathBuf>,
    seconds: Option<u64>,
}

/// 凭证所在 where a token stands: read anew whenever a region is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenAt {
    /// 环境变量
    Env(String),
    /// 文件
    File(PathBuf),
}

impl TokenAt {
    /// The token; `None` when there is none.
    pub(crate) fn read(&self) -> Option<String> {
        let text = match self {
            TokenAt::Env(name) => std::env::var(name).ok()?,
            TokenAt::File(path) => std::fs::read_to_string(path).ok()?,
        };
        let token = text.trim().to_owned();
        // what may stand in a header and is no accident; a longer text is no token of ours
        let fine = (16..=256).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_alphanumeric());
        fine.then_some(token)
    }
    pub(crate) fn named(&self) -> String {
        match self {
            TokenAt::Env(name) => format!("${name}"),
            TokenAt::File(path) => path.display().to_string(),
        }
    }
}

/// 地区
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// 代码
    pub code: String,
    /// 名称 in Chinese.
    pub zh: String,
    /// Name in English.
    pub en: String,
    /// 网址 of its server, without a path.
    pub url: String,
    /// 凭证所在
    pub token: TokenAt,
    /// 人口 by which its batches are divided, when it is not what the region says itself.
    pub people: Option<u64>,
    /// 证书机构 of the region, PEM; those of this machine when there is none.
    pub ca: Option<PathBuf>,
    /// 时限
    pub patience: Duration,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Where {
    pub tls: bool,
    pub host: String,
    pub port: u16,
    pub authority: String,
}

impl Where {
    /// Reads `https://host[:port]`; without encryption only this machine.
    fn of(url: &str) -> Result<Self, Refusal> {
        let unread = || Refusal::new(code::REGIONS_FILE).with("at", "url").with("detail", url);
        let uri: Uri = url.parse().map_err(|_| unread())?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(unread()),
        };
        let authority = uri.authority().filter(|a| !a.as_str().contains('@')).ok_or_else(unread)?;
        if uri.query().is_some() || !matches!(uri.path(), "" | "/") {
            return Err(unread());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if !tls && !here {
            return Err(Refusal::new(code::CLEAR).with("url", url));
        }
        let port = authority.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { tls, host, port, authority: authority.as_str().to_owned() })
    }
}

impl Region {
    pub(crate) fn place(&self) -> Result<Where, Refusal> {
        Where::of(&self.url)
    }
}

/// Reads the file of regions; paths in it start from its own directory.
///
/// # Errors
/// `REGIONS-READ`; `REGIONS-FILE` with the line and what is wrong; `REGION-CLEAR` where a token would travel in the clear.
pub fn regions(path: &Path) -> Result<Vec<Region>, Refusal> {
    let text = std::fs::read_to_string(path).map_err(|e| Refusal::new(code::REGIONS_READ).with("at", path.display()).with("why", e))?;
    read(&text, path)
}

fn read(text: &str, path: &Path) -> Result<Vec<Region>, Refusal> {
    let refuse = |at: String, detail: String| Refusal::new(code::REGIONS_FILE).with("at", at).with("detail", detail);
    let written: Written = toml::from_str(text).map_err(|e| {
        // the message and its line, never the text of the line: somebody may have written a token there
        let line = e.span().and_then(|at| text.get(..at.start)).map_or(0, |before| before.matches('\n').count() + 1);
        refuse(format!("{}:{line}", path.display()), e.message().to_owned())
    })?;
    let dir = path.parent().unwrap_or(Path::new(""));
    let (mut codes, mut out) = (BTreeSet::new(), Vec::new());
    if written.region.is_empty() || written.region.len() > MOST_REGIONS {
        return Err(refuse(path.display().to_string(), format!("[[region]]: {}", written.region.len())));
    }
    for entry in written.region {
        let wrong = |what: &str| refuse(format!("{}，{}", path.display(), entry.code), what.to_owned());
        let named = [&entry.code, &entry.zh, &entry.en].iter().all(|t| !t.trim().is_empty() && t.chars().count() <= 60);
        if !named || !codes.insert(entry.code.clone()) {
            return Err(wrong("code, zh, en"));
        }
        let token = match (entry.token_env.clone(), entry.token_file.clone()) {
            (Some(name), None) => TokenAt::Env(name),
            (None, Some(file)) => TokenAt::File(dir.join(file)),
            _ => return Err(wrong("token_env / token_file")),
        };
        let seconds = entry.seconds.unwrap_or(SECONDS);
        if !(1..=MOST_SECONDS).contains(&seconds) {
            return Err(wrong("seconds"));
        }
        if entry.people.is_some_and(|n| n == 0 || n > 10_000_000_000) {
            return Err(wrong("people"));
        }
        let ca = entry.ca.map(|file| dir.join(file));
        let patience = Duration::from_secs(seconds);
        let region = Region { code: entry.code, zh: entry.zh, en: entry.en, url: entry.url, token, people: entry.people, ca, patience };
        region.place()?;
        out.push(region);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(more: &str) -> Result<Vec<Region>, String> {
        let text = format!("[[region]]\ncode = \"a\"\nzh = \"甲区\"\nen = \"A\"\n{more}\n");
        read(&text, Path::new("/etc/shiyan/regions.toml")).map_err(|why| why.code().to_owned())
    }

    #[test]
    fn a_region_is_read_with_its_place_and_where_its_token_stands() {
        let all = of("url = \"https://a.example:8443/\"\ntoken_file = \"a.token\"\npeople = 5").unwrap();
        assert_eq!(all[0].token, TokenAt::File("/etc/shiyan/a.token".into()));
        assert_eq!((all[0].people, all[0].patience), (Some(5), Duration::from_secs(SECONDS)));
        let place = all[0].place().unwrap();
        assert_eq!((place.tls, place.host.as_str(), place.port, place.authority.as_str()), (true, "a.example", 8443, "a.example:8443"));
        let here = of("url = \"http://[::1]:8000\"\ntoken_env = \"A\"").unwrap()[0].place().unwrap();
        assert_eq!((here.tls, here.host.as_str(), here.port), (false, "::1", 8000));
    }
    #[test]
    fn what_would_send_a_token_in_the_clear_or_is_not_understood_is_refused() {
        let url = |url: &str| of(&format!("url = \"{url}\"\ntoken_env = \"A\"")).err();
        assert_eq!(url("http://a.example"), Some("REGION-CLEAR".into()));
        for bad in ["a.example", "ftp://a", "https://u:p@a", "https://a/path", "https://a?x=1", ""] {
            assert_eq!(url(bad), Some("REGIONS-FILE".into()), "{bad}");
        }
        let rest = "url = \"https://a\"\n";
        for bad in ["", "token = \"secret\"", "token_env = \"A\"\ntoken_file = \"b\"", "token_env = \"A\"\nseconds = 0", "token_env = \"A\"\npeople = 0"] {
            assert_eq!(of(&format!("{rest}{bad}")).err(), Some("REGIONS-FILE".into()), "{bad}");
        }
        let twice = "url = \"https://a\"\ntoken_env = \"A\"\n[[region]]\ncode = \"a\"\nzh = \"乙\"\nen = \"B\"\nurl = \"https://b\"\ntoken_env = \"B\"";
        assert_eq!(of(twice).err(), Some("REGIONS-FILE".into()), "one code, one region");
        let why = read("[[region]]\ntoken = \"s3cret\"\n", Path::new("r.toml")).unwrap_err();
        assert!(!why.what(shiyan_foundation::Lang::En).contains("s3cret"), "what is written there is not repeated");
    }
    #[test]
    fn the_commented_example_is_a_valid_file() {
        let all = read(include_str!("../../../fixtures/regions.example.toml"), Path::new("/x/regions.toml")).unwrap();
        assert_eq!(all.len(), 2);
    }
}

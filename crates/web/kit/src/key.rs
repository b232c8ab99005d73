//! 记录编号 the id of a noun in an address: typed, so that no page is asked for with the id of another noun; what has not the form of one
//! leads nowhere.

use std::fmt::{self, Display, Formatter};
use std::ops::Deref;
use std::str::FromStr;

use rocket::request::FromParam;

/// 记录编号 an id as it stands in an address, and as its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key<T> {
    /// The id.
    pub id: T,
    text: String,
}

impl<T: FromStr + Display> FromStr for Key<T> {
    type Err = T::Err;
    fn from_str(text: &str) -> Result<Self, T::Err> {
        let id: T = text.parse()?;
        Ok(Self { text: id.to_string(), id })
    }
}

impl<'r, T: FromStr + Display> FromParam<'r> for Key<T> {
    type Error = &'r str;
    fn from_param(text: &'r str) -> Result<Self, &'r str> {
        text.parse().map_err(|_| text)
    }
}

impl<T> Deref for Key<T> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T> Display for Key<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// 文件指纹 the hash under which a file is kept, as it stands in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sha256(String);

/// Not the form of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoHash;

impl FromStr for Sha256 {
    type Err = NoHash;
    fn from_str(text: &str) -> Result<Self, NoHash> {
        let hash = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if hash { Ok(Self(text.to_owned())) } else { Err(NoHash) }
    }
}

impl<'r> FromParam<'r> for Sha256 {
    type Error = &'r str;
    fn from_param(text: &'r str) -> Result<Self, &'r str> {
        text.parse().map_err(|_| text)
    }
}

impl Deref for Sha256 {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::ids::CaseId;

    #[test]
    fn an_id_in_an_address_is_one_or_nothing() {
        let canonical = "01900000-0000-7000-8000-000000000000";
        for text in [canonical, "01900000000070008000000000000000", "{01900000-0000-7000-8000-000000000000}"] {
            assert_eq!(&*text.parse::<Key<CaseId>>().unwrap(), canonical, "{text}");
        }
        for text in ["", "nonsense", "0190-", "01900000-0000-7000-8000-00000000000g"] {
            assert!(text.parse::<Key<CaseId>>().is_err(), "{text}");
        }
    }
    #[test]
    fn a_hash_in_an_address_is_whole_and_small() {
        assert_eq!(&*"0a".repeat(32).parse::<Sha256>().unwrap(), "0a".repeat(32));
        for text in ["", "zzz", &"0A".repeat(32), &"0a".repeat(31), &format!("{}..", "0a".repeat(31))] {
            assert!(text.parse::<Sha256>().is_err(), "{text}");
        }
    }
}

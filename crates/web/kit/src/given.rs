//! 参数 what an address asks for, in its types: a day, a year, a member of a list, an id. What cannot be read is kept as it was typed, for
//! whoever says so.

use std::str::FromStr;

use rocket::form::{self, FromFormField, ValueField};
use rocket::request::FromParam;
use shiyan_foundation::{Label, Refusal};

use crate::failure::Failure;

/// Longest text of a parameter that is told again.
const TOLD: usize = 60;

/// 参数 a value of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Given<T> {
    /// Nothing was asked for.
    #[default]
    Nothing,
    /// What was asked for.
    Read(T),
    /// What was typed, and is no such thing.
    Unread(String),
}

impl<T: FromStr> Given<T> {
    /// Reads a text: blank is nothing.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.trim() {
            "" => Self::Nothing,
            text => text.parse().map_or_else(|_| Self::Unread(text.chars().take(TOLD).collect()), Self::Read),
        }
    }
}

impl<T> Given<T> {
    /// What was asked for, if it could be read: for filters that show everything instead.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Nothing | Self::Unread(_) => None,
        }
    }
    /// What was asked for; what cannot be read is refused with what this says of it.
    ///
    /// # Errors
    /// It was typed, and is no such thing.
    pub fn or_refused(self, why: impl FnOnce(&str) -> Refusal) -> Result<Option<T>, Refusal> {
        match self {
            Self::Read(value) => Ok(Some(value)),
            Self::Nothing => Ok(None),
            Self::Unread(typed) => Err(why(&typed)),
        }
    }
    /// What was asked for; what has not the form of it leads nowhere.
    ///
    /// # Errors
    /// There is no such page.
    pub fn or_nowhere(self) -> Result<Option<T>, Failure> {
        match self {
            Self::Read(value) => Ok(Some(value)),
            Self::Nothing => Ok(None),
            Self::Unread(_) => Err(Failure::NotFound),
        }
    }
    /// This, or the other if nothing was asked for.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Nothing => other,
            given => given,
        }
    }
}

impl<'r, T: FromStr + Send> FromFormField<'r> for Given<T> {
    fn from_value(field: ValueField<'r>) -> form::Result<'r, Self> {
        Ok(Self::of(field.value))
    }
    fn default() -> Option<Self> {
        Some(Self::Nothing)
    }
}

impl<'r, T: FromStr> FromParam<'r> for Given<T> {
    type Error = std::convert::Infallible;
    fn from_param(text: &'r str) -> Result<Self, Self::Error> {
        Ok(Self::of(text))
    }
}

/// 代码 a member of a list by its code, as it stands in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code<T>(pub T);

/// No member of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoMember;

impl<T: Label> FromStr for Code<T> {
    type Err = NoMember;
    fn from_str(text: &str) -> Result<Self, NoMember> {
        T::ALL.iter().copied().find(|member| member.code() == text).map(Self).ok_or(NoMember)
    }
}

impl<'r, T: Label> FromParam<'r> for Code<T> {
    type Error = &'r str;
    fn from_param(text: &'r str) -> Result<Self, &'r str> {
        text.parse().map_err(|_| text)
    }
}

/// 勾选 a box of an address: `1` when it is ticked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked(pub bool);

impl<'r> FromFormField<'r> for Ticked {
    fn from_value(field: ValueField<'r>) -> form::Result<'r, Self> {
        Ok(Self(field.value == "1"))
    }
    fn default() -> Option<Self> {
        Some(Self(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;
    use shiyan_foundation::Lang;
    use shiyan_sample_intake::SampleState;

    #[test]
    fn what_cannot_be_read_is_told_and_nothing_is_nothing() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        assert_eq!(Given::of(" 2026-03-31 "), Given::Read(day));
        assert_eq!(Given::<NaiveDate>::of("  "), Given::Nothing);
        let long = "x".repeat(500);
        let Given::<NaiveDate>::Unread(told) = Given::of(&long) else { panic!("read") };
        assert_eq!(told.len(), TOLD);
        let why = Given::<i32>::of("zzz").or_refused(|typed| Refusal::new(shiyan_app::code::YEAR).with("typed", typed)).unwrap_err();
        assert!(why.what(Lang::Zh).contains("zzz"), "{}", why.what(Lang::Zh));
        assert!(Given::<i32>::of("zzz").or_nowhere().is_err() && Given::<i32>::of("").or_nowhere().unwrap().is_none());
        assert_eq!(Given::of("").or(Given::Read(2025)), Given::Read(2025));
        assert_eq!(Given::of("zzz").or(Given::Read(2025)), Given::Unread("zzz".into()), "what was typed is not passed over");
    }
    #[test]
    fn a_member_of_a_list_is_its_code_and_no_other_word() {
        assert_eq!("draft".parse(), Ok(Code(SampleState::Draft)));
        for other in ["Draft", "草稿", "", "drafts"] {
            assert!(other.parse::<Code<SampleState>>().is_err(), "{other}");
        }
    }
}

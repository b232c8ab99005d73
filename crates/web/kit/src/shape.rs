//! 表单的形状 what the fields of a form are called and how long each may be. What is too long is refused by name, never cut; what the texts
//! mean is the application's to say. Every address that takes a form names its shape in its signature ([`crate::posted::Sent`]).

use shiyan_app::Error;
use shiyan_foundation::Refusal;
use validator::{ValidateLength, ValidationErrors};

use crate::again;
use crate::failure::code;
use crate::parts::typed;
use crate::posted::Posted;

/// Longest text of any field, for those that no shape names.
pub const LONGEST: usize = 20_000;
/// What a field is called that no shape names.
const SOME_FIELD: (&str, &str) = ("一项内容", "one of the fields");

/// 形状 a form as its page has it: texts, each with a bound and a name.
pub trait Shape: Sized {
    /// Nothing is typed into it: what is too long in it was not typed on a page of ours.
    const BARE: bool = false;
    /// The texts as typed; on a page with several actions each field is named after its action.
    fn read(form: &Posted, action: &str) -> Self;
    /// What is too long in it, by the names of its fields.
    fn too_long(&self) -> Vec<Refusal>;
    /// What a field is called, Chinese and English.
    #[must_use]
    fn called(_field: &str) -> (&'static str, &'static str) {
        ("", "")
    }
}

/// 空表单 a form of buttons, boxes and files: nothing is typed into it.
#[derive(Debug)]
pub struct Bare;

impl Shape for Bare {
    const BARE: bool = true;
    fn read(_: &Posted, _: &str) -> Self {
        Self
    }
    fn too_long(&self) -> Vec<Refusal> {
        Vec::new()
    }
}

/// One text of a form.
#[must_use]
pub fn field(form: &Posted, action: &str, key: &str) -> String {
    // A password is what was typed, to the last sign.
    if key == "old" || key.contains("password") {
        return form.some(&format!("{action}-{key}")).unwrap_or_else(|| form.raw(key)).to_owned();
    }
    typed(form, action, key).trim().to_owned()
}

/// A form of one of the actions of a page in its shape.
///
/// # Errors
/// A text is too long; the refusal names it.
pub(crate) fn shaped_in<T: Shape>(form: &Posted, action: &str) -> Result<T, Error> {
    let read = T::read(form, action);
    let mut why = read.too_long();
    if why.is_empty() {
        why = over_all(form);
    }
    if why.is_empty() { Ok(read) } else { Err(Error::Refused(why)) }
}

/// What is too long for any form. What waits for a sign-in is packed, and has a bound of its own.
pub(crate) fn over_all(form: &Posted) -> Vec<Refusal> {
    let texts = form.texts().filter(|(key, _)| *key != again::FIELD).map(|(key, text)| (key, SOME_FIELD, text));
    bounded(LONGEST as u64, texts)
}

/// 太长 the refusal of a text that is too long.
#[must_use]
pub fn too_long(called: (&str, &str), count: usize, most: u64, field: &str) -> Refusal {
    Refusal::new(code::TEXT_LONG).with("label", called.0).with("label_en", called.1).with("count", count).with("most", most).on(field)
}

/// What is too long of the texts of a table: name of the field, what it is called, what was typed.
pub fn bounded<'t>(most: u64, texts: impl IntoIterator<Item = (&'t str, (&'t str, &'t str), &'t str)>) -> Vec<Refusal> {
    let over = texts.into_iter().filter(|(.., text)| !text.validate_length(None, Some(most), None));
    over.map(|(field, called, text)| too_long(called, text.chars().count(), most, field)).collect()
}

/// What a shape says of its errors, by the names of its fields.
#[must_use]
pub fn named(errors: &ValidationErrors, called: impl Fn(&str) -> (&'static str, &'static str)) -> Vec<Refusal> {
    let mut why = Vec::new();
    for (field, errors) in errors.field_errors() {
        for error in errors {
            let most = error.params.get("max").and_then(serde_json::Value::as_u64).unwrap_or_default();
            let count = error.params.get("value").and_then(serde_json::Value::as_str).map_or(0, |text| text.chars().count());
            why.push(too_long(called(&field), count, most, &field));
        }
    }
    why.sort_by(|a, b| a.field.cmp(&b.field));
    why
}

/// Declares forms: `Name { field: longest "中文名" / "English name", … }`.
#[macro_export]
macro_rules! shapes {
    ($($(#[$doc:meta])* $vis:vis $name:ident { $($field:ident : $most:literal $zh:literal / $en:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, validator::Validate)]
        $vis struct $name {
            $(#[validate(length(max = $most))] $vis $field: String),+
        }
        impl $crate::shape::Shape for $name {
            fn read(form: &$crate::posted::Posted, action: &str) -> Self {
                Self { $($field: $crate::shape::field(form, action, stringify!($field))),+ }
            }
            fn too_long(&self) -> Vec<shiyan_foundation::Refusal> {
                validator::Validate::validate(self).err().map(|errors| $crate::shape::named(&errors, Self::called)).unwrap_or_default()
            }
            fn called(field: &str) -> (&'static str, &'static str) {
                match field {
                    $(stringify!($field) => ($zh, $en),)+
                    _ => ("", ""),
                }
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::Lang;

    shapes! {
        /// 一份
        Note { reason: 5 "理由" / "reason", password: 8 "本人密码" / "your password" }
    }

    #[test]
    fn a_text_is_read_whole_or_refused_by_its_name() {
        let form = Posted::of(&[("return-reason", " 缺少记录 "), ("reason", "other"), ("password", " a ")]);
        let note: Note = shaped_in(&form, "return").unwrap();
        assert_eq!((note.reason.as_str(), note.password.as_str()), ("缺少记录", " a "));
        let Err(Error::Refused(why)) = shaped_in::<Note>(&Posted::of(&[("reason", "写得太长了吧"), ("password", "too long a word")]), "") else {
            panic!("taken")
        };
        assert_eq!(why.iter().map(|r| r.field.as_deref().unwrap()).collect::<Vec<_>>(), ["password", "reason"]);
        assert!(why[1].what(Lang::Zh).contains("“理由”写了 6 字") && why[1].what(Lang::En).contains("reason"), "{}", why[1].what(Lang::Zh));
    }
    #[test]
    fn a_text_that_no_shape_names_has_a_bound_too() {
        let long = "长".repeat(LONGEST + 1);
        let Err(Error::Refused(why)) = shaped_in::<Note>(&Posted::of(&[("reason", "缺"), ("r_1", &long)]), "") else { panic!("taken") };
        assert_eq!((why.len(), why[0].field.as_deref()), (1, Some("r_1")));
        assert!(shaped_in::<Note>(&Posted::of(&[(again::FIELD, &long), ("r_1", &long[3..])]), "").is_ok(), "what waits for a sign-in is packed");
        assert!(shaped_in::<Bare>(&Posted::of(&[("reason", &long)]), "").is_err());
    }
}

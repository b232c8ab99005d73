//! 表单的形状 what the fields of a form are called and how long each may be. What is too long is refused by name, never cut; what the texts
//! mean is the application's to say.

use shiyan_app::Error;
use shiyan_foundation::Refusal;
use validator::{Validate, ValidationErrors};

use crate::failure::code;
use crate::parts::typed;
use crate::posted::Posted;

/// Longest text of any field, for those that no shape names.
pub const LONGEST: usize = 20_000;

/// 形状 a form as its page has it: texts, each with a bound and a name.
pub trait Shape: Validate + Sized {
    /// The texts as typed; on a page with several actions each field is named after its action.
    fn read(form: &Posted, action: &str) -> Self;
    /// What a field is called, Chinese and English.
    fn called(field: &str) -> (&'static str, &'static str);
}

/// One text of a form.
#[must_use]
pub fn field(form: &Posted, action: &str, key: &str) -> String {
    // A password is what was typed, to the last sign.
    if key.contains("password") {
        return form.some(&format!("{action}-{key}")).unwrap_or_else(|| form.raw(key)).to_owned();
    }
    typed(form, action, key).trim().to_owned()
}

/// A form in its shape.
///
/// # Errors
/// A text is too long; the refusal names it.
pub fn shaped<T: Shape>(form: &Posted) -> Result<T, Error> {
    shaped_in(form, "")
}

/// A form of one of the actions of a page in its shape.
///
/// # Errors
/// A text is too long; the refusal names it.
pub fn shaped_in<T: Shape>(form: &Posted, action: &str) -> Result<T, Error> {
    let read = T::read(form, action);
    match read.validate() {
        Ok(()) => Ok(read),
        Err(errors) => Err(Error::Refused(refusals::<T>(&errors))),
    }
}

/// 太长 the refusal of a text that is too long.
#[must_use]
pub fn too_long(called: (&str, &str), count: usize, most: u64, field: &str) -> Refusal {
    Refusal::new(code::TEXT_LONG).with("label", called.0).with("label_en", called.1).with("count", count).with("most", most).on(field)
}

fn refusals<T: Shape>(errors: &ValidationErrors) -> Vec<Refusal> {
    let mut why = Vec::new();
    for (field, errors) in errors.field_errors() {
        for error in errors {
            let most = error.params.get("max").and_then(serde_json::Value::as_u64).unwrap_or_default();
            let count = error.params.get("value").and_then(serde_json::Value::as_str).map_or(0, |text| text.chars().count());
            why.push(too_long(T::called(&field), count, most, &field));
        }
    }
    why.sort_by(|a, b| a.field.cmp(&b.field));
    why
}

/// Declares forms: `Name { field: longest "中文名" / "English name", … }`.
#[macro_export]
macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident { $($field:ident : $most:literal $zh:literal / $en:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, validator::Validate)]
        struct $name {
            $(#[validate(length(max = $most))] $field: String),+
        }
        impl $crate::shape::Shape for $name {
            fn read(form: &$crate::posted::Posted, action: &str) -> Self {
                Self { $($field: $crate::shape::field(form, action, stringify!($field))),+ }
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
        let Err(Error::Refused(why)) = shaped::<Note>(&Posted::of(&[("reason", "写得太长了吧"), ("password", "too long a word")])) else {
            panic!("taken")
        };
        assert_eq!(why.iter().map(|r| r.field.as_deref().unwrap()).collect::<Vec<_>>(), ["password", "reason"]);
        assert!(why[1].what(Lang::Zh).contains("“理由”写了 6 字") && why[1].what(Lang::En).contains("reason"), "{}", why[1].what(Lang::Zh));
    }
}

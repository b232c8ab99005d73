//! 文书设置 letters of numbers, layout and faces of the papers of this office.

use rust_decimal::Decimal;
use serde_json::json;
use shiyan_dispatch::{Layout, Names, OfficePapers, series, word};
use shiyan_foundation::{Actor, Instant, Refusal};
use shiyan_store::Error;
use shiyan_store::records::Setting;

use crate::authority::{Act, may};
use crate::setting::keep_setting;
use crate::typed::{number, one_of};
use crate::{App, code};

/// Key of the setting.
pub(super) const SETTING: &str = "papers";

/// 文书设置 as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedOffice {
    /// 机关代字; may be empty, then nothing that bears a number is issued.
    pub word: String,
    /// 机关代字 of kinds that have their own, by kind; empty ones bear that of the office.
    pub words: Vec<(String, String)>,
    /// 期数样式
    pub counts: String,
    /// Year of what follows.
    pub year: i32,
    /// 接续号 by letters: the last number that was given before the register was kept here.
    pub given: Vec<(String, String)>,
    /// 上一期 by kind.
    pub counted: Vec<(String, String)>,
    /// 天头、切口、地脚、订口 in millimetres.
    pub margins: [String; 4],
    /// 行距 in points.
    pub leading: String,
    /// 页码样式
    pub pages: String,
    /// 字体名称: title, headings, second level, text, tables, digits.
    pub faces: [String; 6],
}

/// The setting out of its row; the standard where there is none.
pub(super) fn kept(row: Option<&Setting>) -> Result<OfficePapers, Error> {
    Ok(row.map(|row| serde_json::from_value(row.value.clone())).transpose()?.unwrap_or_default())
}

/// A length with a few decimals as whole parts of its unit.
fn parts(typed: &str, places: u32, zh: &'static str, en: &'static str, field: &str) -> Result<u32, Refusal> {
    let value: Decimal = number(typed, zh, en, field)?;
    let scaled = value * Decimal::from(10u32.pow(places));
    let whole = scaled.round();
    u32::try_from(whole)
        .ok()
        .filter(|_| whole == scaled)
        .ok_or_else(|| Refusal::new(code::NUMBER).with("label", zh).with("label_en", en).with("typed", typed).on(field))
}

impl TypedOffice {
    /// What was typed, over what stands.
    fn read(&self, old: &OfficePapers) -> Result<OfficePapers, Vec<Refusal>> {
        let mut why = Vec::new();
        fn or<T>(read: Result<T, Refusal>, fallback: T, why: &mut Vec<Refusal>) -> T {
            read.unwrap_or_else(|refusal| {
                why.push(refusal);
                fallback
            })
        }
        let mut next = old.clone();
        let letters = |typed: &str, field: &str| if typed.trim().is_empty() { Ok(String::new()) } else { word(typed).map_err(|r| r.on(field)) };
        next.word = or(letters(&self.word, "word"), String::new(), &mut why);
        next.words.clear();
        for (kind, typed) in &self.words {
            let read = or(letters(typed, &format!("word_{kind}")), String::new(), &mut why);
            if !read.is_empty() {
                next.words.insert(kind.clone(), read);
            }
        }
        next.counts = or(one_of(&self.counts, "期数样式", "style of counts", "counts"), next.counts, &mut why);
        let mut last = |typed: &str, zh, en, field: &str| or(if typed.trim().is_empty() { Ok(0) } else { number(typed, zh, en, field) }, 0u32, &mut why);
        for (letters, typed) in &self.given {
            next.given.insert(series(letters, self.year), last(typed, "接续号", "last number", "given"));
        }
        for (kind, typed) in &self.counted {
            next.counted.insert(series(kind, self.year), last(typed, "上一期", "last issue", "counted"));
        }
        next.given.retain(|_, n| *n > 0);
        next.counted.retain(|_, n| *n > 0);
        let [top, right, bottom, left] = &self.margins;
        let layout = Layout::default();
        next.layout = Layout {
            top: or(parts(top, 1, "天头", "top margin", "top"), layout.top, &mut why),
            right: or(parts(right, 1, "切口", "right margin", "right"), layout.right, &mut why),
            bottom: or(parts(bottom, 1, "地脚", "bottom margin", "bottom"), layout.bottom, &mut why),
            left: or(parts(left, 1, "订口", "left margin", "left"), layout.left, &mut why),
            leading: or(parts(&self.leading, 2, "行距", "leading", "leading"), layout.leading, &mut why),
            pages: or(one_of(&self.pages, "页码样式", "page numbers", "pages"), layout.pages, &mut why),
        };
        let [title, heading, sub, body, table, digits] = self.faces.clone().map(|name| name.trim().to_owned());
        next.names = Names { title, heading, sub, body, table, digits };
        if let Err(wrong) = next.check() {
            why.extend(wrong);
        }
        if why.is_empty() { Ok(next) } else { Err(why) }
    }
}

impl App {
    /// Sets how papers are numbered and laid out; what was issued stays as it is.
    ///
    /// # Errors
    /// Not for this person; something cannot be used; a series or a count that has begun would go on elsewhere.
    pub async fn set_office_papers(&self, actor: &Actor, typed: &TypedOffice, now: Instant) -> Result<OfficePapers, Error> {
        may(actor, Act::PaperSettings)?;
        let mut unit = self.store.begin(now).await?;
        let row: Option<Setting> = unit.get(SETTING).await?;
        let old = kept(row.as_ref())?;
        let next = typed.read(&old).map_err(Error::Refused)?;
        let started = |word: &str| Refusal::new(shiyan_dispatch::code::STARTED).with("word", word).with("year", typed.year);
        for (letters, _) in &typed.given {
            if next.given_in(letters, typed.year) != old.given_in(letters, typed.year) && unit.series_began(letters, typed.year).await? {
                return Err(started(letters).on("given").into());
            }
        }
        for (kind, _) in &typed.counted {
            if next.counted_in(kind, typed.year) != old.counted_in(kind, typed.year) && unit.counting_began(kind, typed.year).await? {
                return Err(started(kind).on("counted").into());
            }
        }
        let facts = json!({ "key": SETTING, "from": row.as_ref().map(|o| &o.value), "to": next });
        keep_setting(&mut unit, actor, row, SETTING, json!(next), facts).await?;
        unit.commit().await?;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the form of the setting shows.
    fn typed() -> TypedOffice {
        TypedOffice {
            word: "金市监".into(),
            words: vec![("P40".into(), String::new())],
            counts: "arabic".into(),
            year: 2026,
            given: vec![("金市监".into(), "54".into())],
            counted: vec![("P40".into(), " 3 ".into())],
            margins: ["37", "26", "35", "28.5"].map(str::to_owned),
            leading: "28.99".into(),
            pages: "dashes".into(),
            faces: ["方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体", "Times New Roman"].map(str::to_owned),
        }
    }
    #[test]
    fn what_is_typed_is_read_without_rounding() {
        let office = typed().read(&OfficePapers::default()).unwrap();
        assert_eq!((office.layout.left, office.layout.leading), (285, 2899));
        assert_eq!((office.given_in("金市监", 2026), office.counted_in("P40", 2026)), (54, 3));
        let fine = TypedOffice { margins: ["37.05", "26", "35", "x"].map(str::to_owned), ..typed() };
        let fields: Vec<Option<String>> = fine.read(&OfficePapers::default()).unwrap_err().into_iter().map(|r| r.field).collect();
        assert_eq!(fields, [Some("top".to_owned()), Some("left".to_owned())]);
    }
    #[test]
    fn letters_with_a_year_are_refused_where_they_stand() {
        let wrong = TypedOffice { words: vec![("P40".into(), "金市监2026".into())], ..typed() };
        let refused = wrong.read(&OfficePapers::default()).unwrap_err();
        assert_eq!((refused[0].code(), refused[0].field.as_deref()), ("DISPATCH-WORD", Some("word_P40")));
    }
}

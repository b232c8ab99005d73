//! 年度报告文字 the office's own paragraphs of the annual report, one setting a year and chapter: what it says now, and every earlier version with who
//! wrote it and when. Nothing is written over; an empty version takes the paragraph back.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use shiyan_foundation::authority::{Act, may};
use shiyan_foundation::{Actor, Instant, Label, Refusal};
use shiyan_indicators::{ReportChapter, end_of};
use shiyan_store::Error;
use shiyan_store::records::Setting;

use crate::authority::reads;
use crate::figures::year_span;
use crate::setting::keep_setting;
use crate::{App, code};

/// Most signs of one chapter: what is longer is edited in the DOCX.
pub const MOST: usize = 4_000;
/// Versions that are kept of one chapter and year; the journal keeps every one.
const KEPT: usize = 60;

/// 一个版本
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// What it says; empty when the paragraph was taken back.
    pub text: String,
    /// 撰写人
    pub by: String,
    /// 时间
    pub at: Instant,
}

/// 一章的文字 with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// 章
    pub chapter: ReportChapter,
    /// Oldest first; the last is the one that is printed.
    pub versions: Vec<Version>,
}

impl Written {
    /// What is printed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.versions.last().map_or("", |v| v.text.as_str())
    }
}

/// 年度报告文字 as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedWords {
    /// The paragraphs, one a line.
    pub text: String,
    /// When the version that its writer saw was written; empty when there was none.
    pub seen: String,
}

fn key(year: i32, chapter: ReportChapter) -> String {
    format!("annual.{year}.{}", chapter.code())
}

impl App {
    /// 年度报告文字 of a year with their history, every chapter in order.
    ///
    /// # Errors
    /// Not for this person; a year out of range; the database does not answer.
    pub async fn read_report_words(&self, actor: &Actor, year: i32) -> Result<Vec<Written>, Error> {
        reads(actor, Act::ReadStatistics)?;
        self.written(year).await
    }
    async fn written(&self, year: i32) -> Result<Vec<Written>, Error> {
        year_span(year)?;
        let mut all = Vec::new();
        for chapter in ReportChapter::ALL {
            let kept = self.store.get::<Setting>(&key(year, *chapter)).await?;
            let versions = kept.map(|row| serde_json::from_value(row.value)).transpose()?.unwrap_or_default();
            all.push(Written { chapter: *chapter, versions });
        }
        Ok(all)
    }
    /// What the report prints: of a day that has passed, the text as it stood at its end.
    ///
    /// # Errors
    /// A year out of range; the database does not answer.
    pub async fn report_words(&self, year: i32, day: NaiveDate) -> Result<BTreeMap<ReportChapter, String>, Error> {
        let until = end_of(day);
        let texts = self.written(year).await?.into_iter().filter_map(|written| {
            let last = written.versions.into_iter().rfind(|v| v.at <= until)?;
            (!last.text.is_empty()).then_some((written.chapter, last.text))
        });
        Ok(texts.collect())
    }
    /// 撰写 writes the paragraphs of one chapter over the version that their writer saw.
    ///
    /// # Errors
    /// Not for this person; a year out of range; the text is too long, the same, or written by somebody else meanwhile.
    pub async fn write_report_words(&self, actor: &Actor, year: i32, chapter: ReportChapter, typed: &TypedWords, now: Instant) -> Result<(), Error> {
        may(actor, Act::ReportText)?;
        year_span(year)?;
        let lines: Vec<&str> = typed.text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let text = lines.join("\n");
        if text.chars().count() > MOST {
            return Err(Refusal::new(code::WORDS_LONG).with("most", MOST).on("text").into());
        }
        let mut unit = self.store.begin(now).await?;
        let key = key(year, chapter);
        let old: Option<Setting> = unit.get(&key).await?;
        let mut versions: Vec<Version> = old.as_ref().map(|row| serde_json::from_value(row.value.clone())).transpose()?.unwrap_or_default();
        let seen = versions.last().map_or_else(String::new, |v| v.at.to_rfc3339());
        if seen != typed.seen {
            return Err(Refusal::new(code::WORDS_MOVED).with("by", versions.last().map_or("", |v| v.by.as_str())).on("text").into());
        }
        let before = versions.last().map_or("", |v| v.text.as_str()).to_owned();
        if before == text {
            return Err(Refusal::new(code::WORDS_SAME).on("text").into());
        }
        versions.push(Version { text: text.clone(), by: actor.name.clone(), at: now });
        let over = versions.len().saturating_sub(KEPT);
        versions.drain(..over);
        let facts = json!({ "key": key, "from": before, "to": text });
        keep_setting(&mut unit, actor, old, &key, json!(versions), facts).await?;
        unit.commit().await?;
        Ok(())
    }
}

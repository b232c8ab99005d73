//! 质控判定 what one control says about its run.

use shiyan_foundation::{Actor, CodeInfo, Decimal, Instant, Label, Lang, Refusal};
use shiyan_judgement::judging::Step;
use shiyan_judgement::reading::{Parsed, parse};
use shiyan_judgement::reasons;

use super::code;
use super::exact::{align, compare, shown};
use super::reading::{Reading, blank_text, read};
use super::recovery::{RecoveryLevel, recovery_level};
use super::slot::{QcContext, QcKind, QcOutcome, QcSlot, QcVerdict};
use super::westgard::{Placed, QcPoint, Standing, fired_at};

impl QcSlot {
    /// 录入 a result with its outcome.
    #[must_use]
    pub fn enter(&self, actor: &Actor, now: Instant, raw: &str, with: &QcContext<'_>) -> QcSlot {
        let slot = QcSlot {
            raw: raw.to_owned(),
            entered_by: Some((actor.id, actor.name.clone())),
            entered_at: Some(now),
            revision: self.revision + 1,
            ..self.clone()
        };
        slot.judged(with)
    }
    /// 重新判定 after the sample cell or a setting changed: what was typed, by whom and when, and the revision stay.
    #[must_use]
    pub fn judged(&self, with: &QcContext<'_>) -> QcSlot {
        let (understood, outcome) = self.evaluate(with);
        QcSlot { understood, outcome: Some(outcome), ..self.clone() }
    }
    /// 质控点 of a control that has a number, an assigned value and a standard deviation, for histories and charts.
    #[must_use]
    pub fn point(&self, run: &str, label: &str) -> Option<QcPoint> {
        let parsed = parse(&self.raw, Some(&self.unit));
        let (QcKind::Control, Ok(Reading::Number(value))) = (self.kind, read(&parsed, &self.unit)) else { return None };
        let (target, sd) = (self.target?, self.sd?);
        Standing::of(value, target, sd)?;
        Some(QcPoint { run: run.to_owned(), label: label.to_owned(), value, target, sd })
    }
    /// What was understood, and the outcome.
    #[must_use]
    pub fn evaluate(&self, with: &QcContext<'_>) -> (String, QcOutcome) {
        let parsed = parse(&self.raw, Some(&self.unit));
        if blank_text(&parsed) {
            return (String::new(), QcOutcome::missing());
        }
        let mut at = Work { slot: self, with, working: vec![told(&parsed)], value: None };
        let (verdict, why) = at.decide(&parsed).unwrap_or_else(|open| open);
        (parsed.canonical(), QcOutcome::new(verdict, &why, at.value, at.working))
    }
}

fn both(step: &Step) -> (String, String) {
    (step.text(Lang::Zh), step.text(Lang::En))
}

fn told(parsed: &Parsed) -> (String, String) {
    both(&Step::Understood { raw: parsed.raw.clone(), canonical: parsed.canonical(), notes: parsed.notes.clone() })
}

type Said = (QcVerdict, Refusal);

type Decision = Result<Said, Said>;

fn person(info: &'static CodeInfo) -> Said {
    (QcVerdict::NeedsPerson, Refusal::new(info))
}

fn setting(zh: &str, en: &str) -> Said {
    let (verdict, why) = person(code::SETTING);
    (verdict, why.with("what", zh).with("what_en", en))
}

fn beyond_digits() -> Said {
    person(reasons::OUT_OF_RANGE)
}

struct Work<'a> {
    slot: &'a QcSlot,
    with: &'a QcContext<'a>,
    working: Vec<(String, String)>,
    value: Option<Decimal>,
}

impl Work<'_> {
    fn decide(&mut self, parsed: &Parsed) -> Decision {
        // the sample first where there is one: while it is empty the control is 未填, whatever stands here
        let cell = match self.slot.kind {
            QcKind::Duplicate | QcKind::Spike => Some(self.cell()?),
            QcKind::Blank | QcKind::Control => None,
        };
        let own = read(parsed, &self.slot.unit).map_err(|info| {
            let (verdict, why) = person(info);
            (verdict, why.with("found", parsed.canonical()))
        })?;
        let loq = self.loq()?;
        match (self.slot.kind, cell) {
            (QcKind::Duplicate, Some(cell)) => self.duplicate(own, self.readable(&cell)?, loq),
            (QcKind::Spike, Some(cell)) => self.spike(own, self.readable(&cell)?, loq),
            (QcKind::Control, _) => self.control(own),
            _ => self.blank(own, loq),
        }
    }

    fn say(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.working.push((zh.into(), en.into()));
    }

    fn compared(&mut self, left: String, operator: &str, right: String, holds: bool) {
        self.working.push(both(&Step::Compared { left, operator: operator.to_owned(), right, holds }));
    }

    /// 定量限 that makes sense, where there is one.
    fn loq(&mut self) -> Result<Option<Decimal>, Said> {
        let Some(loq) = self.slot.loq else { return Ok(None) };
        if loq <= Decimal::ZERO {
            return Err(setting("定量限", "limit of quantification"));
        }
        let unit = &self.slot.unit;
        self.say(format!("定量限 {loq}{unit}"), format!("limit of quantification {loq}{unit}"));
        Ok(Some(loq))
    }

    /// The sample cell, which has to be named and entered.
    fn cell(&mut self) -> Result<Parsed, Said> {
        if self.slot.of_item.is_none() {
            return Err(person(code::UNLINKED));
        }
        let empty = (QcVerdict::Missing, Refusal::new(code::CELL_EMPTY));
        let Some(cell) = self.with.cell else { return Err(empty) };
        let parsed = parse(cell.raw, Some(cell.unit));
        if blank_text(&parsed) {
            return Err(empty);
        }
        let (zh, en) = told(&parsed);
        self.say(format!("对应样品：{zh}"), format!("the sample: {en}"));
        Ok(parsed)
    }

    fn readable(&self, cell: &Parsed) -> Result<Reading, Said> {
        read(cell, &self.slot.unit).map_err(|info| {
            let (verdict, why) = person(code::CELL_UNREAD);
            let words = if info == code::NUMBER { ("要一个数值或未检出", "one number or “not detected” is needed") } else { (info.zh, info.en) };
            (verdict, why.with("why", words.0).with("why_en", words.1))
        })
    }

    fn text(&self, reading: Reading) -> String {
        let unit = &self.slot.unit;
        match reading {
            Reading::Number(x) => format!("{x}{unit}"),
            Reading::NotDetected(None) => "未检出".to_owned(),
            Reading::NotDetected(Some(limit)) => format!("未检出(<{limit}{unit})"),
            Reading::LessThan(x, inclusive) => format!("{}{x}{unit}", if inclusive { "≤" } else { "<" }),
            Reading::GreaterThan(x) => format!(">{x}{unit}"),
            Reading::Positive => "阳性/检出".to_owned(),
            Reading::Negative => "阴性".to_owned(),
        }
    }

    /// Why it is not certain on which side of the limit of quantification a reading lies.
    fn unsure(&self, reading: Reading, loq: Option<Decimal>) -> Said {
        let (verdict, why) = person(if loq.is_none() { code::LOQ_UNKNOWN } else { code::BOUND });
        (verdict, why.with("found", self.text(reading)))
    }

    fn blank(&mut self, own: Reading, loq: Option<Decimal>) -> Decision {
        let found = self.text(own);
        match (own.below(loq), own) {
            (Some(true), _) => Ok((QcVerdict::Pass, Refusal::new(code::BLANK_CLEAN))),
            (Some(false), Reading::Positive) => Ok((QcVerdict::Fail, Refusal::new(code::BLANK_POSITIVE).with("found", found))),
            (Some(false), _) => {
                let loq = loq.map_or_else(String::new, |loq| format!("{loq}{}", self.slot.unit));
                Ok((QcVerdict::Fail, Refusal::new(code::BLANK_FOUND).with("found", found).with("loq", loq)))
            }
            (None, _) => Err(self.unsure(own, loq)),
        }
    }

    fn duplicate(&mut self, own: Reading, cell: Reading, loq: Option<Decimal>) -> Decision {
        let (low_own, low_cell) = (own.below(loq), cell.below(loq));
        match (low_own, low_cell) {
            (Some(true), Some(true)) => return Ok((QcVerdict::Pass, Refusal::new(code::DUPLICATE_BELOW))),
            (Some(false), Some(false)) if own == Reading::Positive && cell == Reading::Positive => {
                return Ok((QcVerdict::Pass, Refusal::new(code::DUPLICATE_AGREE)));
            }
            (Some(true), _) | (_, Some(true)) => return Err(self.mixed(own, cell, loq)),
            _ => {}
        }
        let (Reading::Number(a), Reading::Number(b)) = (own, cell) else {
            let odd = if matches!(own, Reading::Number(_)) { cell } else { own };
            let (verdict, why) = person(if odd == Reading::Positive { code::NUMBER } else { code::BOUND });
            return Err((verdict, why.with("found", self.text(odd))));
        };
        let [x, y] = align([a, b]).ok_or_else(beyond_digits)?;
        let (range, sum) = (x.abs_diff(y), x.checked_add(y).ok_or_else(beyond_digits)?);
        if sum <= 0 {
            return Err(person(code::DUPLICATE_ZERO));
        }
        // |a − b| ÷ ((a + b) ÷ 2) × 100
        let range = i128::try_from(range).ok().and_then(|r| r.checked_mul(200)).ok_or_else(beyond_digits)?;
        let rd = shown(range, sum, self.slot.limit_pct.as_slice()).ok_or_else(beyond_digits)?;
        self.value = Some(rd);
        self.say(format!("相对偏差 = |{a} − {b}| ÷ 平均值 × 100% = {rd}%"), format!("relative difference = |{a} − {b}| ÷ mean × 100% = {rd}%"));
        let limit = self.slot.limit_pct.ok_or_else(|| person(code::DUPLICATE_LIMIT))?;
        if limit <= Decimal::ZERO {
            return Err(setting("允许相对偏差", "permitted relative difference"));
        }
        let holds = compare(range, limit, sum).ok_or_else(beyond_digits)?.is_le();
        self.compared(format!("|{a} − {b}| × 200"), "≤", format!("{limit} × ({a} + {b})"), holds);
        let (verdict, info) = if holds { (QcVerdict::Pass, code::DUPLICATE_WITHIN) } else { (QcVerdict::Fail, code::DUPLICATE_EXCEEDS) };
        Ok((verdict, Refusal::new(info).with("rd", rd).with("limit", limit)))
    }

    /// One of the two is below; the other is not, or nobody can say.
    fn mixed(&self, own: Reading, cell: Reading, loq: Option<Decimal>) -> Said {
        let other = if own.below(loq) == Some(true) { cell } else { own };
        // a number beside a 未检出 is one above, also where the limit is unknown
        match (other.below(loq), other) {
            (None, Reading::LessThan(..) | Reading::GreaterThan(_) | Reading::NotDetected(_)) => self.unsure(other, loq),
            _ => person(code::DUPLICATE_MIXED),
        }
    }

    fn control(&mut self, own: Reading) -> Decision {
        let Reading::Number(x) = own else {
            let (verdict, why) = person(code::NUMBER);
            return Err((verdict, why.with("found", self.text(own))));
        };
        let target = self.slot.target.ok_or_else(|| setting("靶值", "assigned value"))?;
        let sd = self.slot.sd.filter(|sd| *sd > Decimal::ZERO).ok_or_else(|| setting("标准差", "standard deviation"))?;
        let now = Standing::of(x, target, sd).ok_or_else(beyond_digits)?;
        let z = now.z().ok_or_else(beyond_digits)?;
        self.value = Some(z);
        self.say(format!("z = ({x} − {target}) ÷ {sd} = {z}"), format!("z = ({x} − {target}) ÷ {sd} = {z}"));
        for k in [2, 3] {
            self.compared(format!("|{x} − {target}|"), "≤", format!("{k} × {sd}"), !now.beyond(k));
        }
        let history = self.with.history;
        let mut series: Vec<Placed<'_>> = history.iter().map(Placed::of).collect();
        series.push(Placed { run: self.with.run, standing: Some(now) });
        let lost = series.iter().filter(|p| p.standing.is_none()).count();
        self.say(format!("此前同一质控样 {} 点", history.len()), format!("{} earlier points of the same control", history.len()));
        if lost > 0 {
            self.say(format!("其中 {lost} 点不能用，连续计数从其后重新开始"), format!("{lost} of them cannot be used; successions begin anew after them"));
        }
        let found = fired_at(&series, history.len());
        for finding in &found {
            let named = |here: &str| {
                let point = |i: &usize| {
                    history
                        .get(*i)
                        .map_or_else(|| format!("{here} (z={z})"), |p| format!("{} (z={})", p.label, p.z().map_or_else(String::new, |z| z.to_string())))
                };
                finding.points.iter().map(point).collect::<Vec<_>>().join("、")
            };
            let rule = finding.rule;
            let (zh, en) = (format!("{}：{}", rule.code(), rule.meaning(Lang::Zh)), format!("{}: {}", rule.code(), rule.meaning(Lang::En)));
            self.say(format!("{zh}：{}", named("本次")), format!("{en}: {}", named("this one")));
        }
        let rules = found.iter().map(|f| f.rule.code()).collect::<Vec<_>>().join("、");
        let (verdict, info) = if found.iter().any(|f| f.rule.rejects()) {
            (QcVerdict::Fail, code::CONTROL_REJECTS)
        } else if found.is_empty() {
            (QcVerdict::Pass, code::CONTROL_IN)
        } else {
            (QcVerdict::Warn, code::CONTROL_WARNS)
        };
        Ok((verdict, Refusal::new(info).with("z", z).with("rules", rules)))
    }

    fn spike(&mut self, own: Reading, cell: Reading, loq: Option<Decimal>) -> Decision {
        let added = self.slot.added.filter(|a| *a > Decimal::ZERO).ok_or_else(|| setting("加标量", "amount added"))?;
        let unit = self.slot.unit.clone();
        let native = match (cell.below(loq), cell) {
            (Some(true), _) => {
                self.say("本底未检出或低于定量限，计 0", "the native content is not detected or below the limit of quantification and counts 0");
                Decimal::ZERO
            }
            (Some(false) | None, Reading::Number(x)) => x,
            (_, Reading::Positive) => {
                let (verdict, why) = person(code::CELL_UNREAD);
                return Err((verdict, why.with("why", "本底只写检出，没有数值").with("why_en", "it says detected and gives no number")));
            }
            _ => return Err(self.unsure(cell, loq)),
        };
        let level = recovery_level(added, &unit);
        if let Some((row, amount)) = level {
            let text = format!("{added}{unit} = {amount}{}", row.unit);
            self.say(
                format!("加标量 {text}，属 {}：回收率 {}%~{}%（{}）", row.text(), row.min, row.max, row.source),
                format!("added {text}, level {}: recovery {}% to {}% ({})", row.text(), row.min, row.max, row.source),
            );
        }
        let found = match own {
            Reading::Number(x) => x,
            Reading::NotDetected(_) | Reading::LessThan(..) | Reading::Negative => return self.nothing_found(own, added, loq, level.map(|l| l.0)),
            Reading::GreaterThan(_) => {
                let (verdict, why) = person(code::BOUND);
                return Err((verdict, why.with("found", self.text(own))));
            }
            Reading::Positive => {
                let (verdict, why) = person(code::NUMBER);
                return Err((verdict, why.with("found", self.text(own))));
            }
        };
        let [x, n, a] = align([found, native, added]).ok_or_else(beyond_digits)?;
        let gain = x.checked_sub(n).and_then(|g| g.checked_mul(100)).ok_or_else(beyond_digits)?;
        let ends: Vec<Decimal> = level.iter().flat_map(|(row, _)| [row.min, row.max]).collect();
        let recovery = shown(gain, a, &ends).ok_or_else(beyond_digits)?;
        self.value = Some(recovery);
        self.say(
            format!("回收率 = ({found} − {native}) ÷ {added} × 100% = {recovery}%"),
            format!("recovery = ({found} − {native}) ÷ {added} × 100% = {recovery}%"),
        );
        let Some((row, _)) = level else {
            let (verdict, why) = person(code::SPIKE_LEVEL);
            return Err((verdict, why.with("unit", unit)));
        };
        let enough = compare(gain, row.min, a).ok_or_else(beyond_digits)?.is_ge();
        let within = compare(gain, row.max, a).ok_or_else(beyond_digits)?.is_le();
        self.compared(format!("({found} − {native}) × 100"), "≥", format!("{} × {added}", row.min), enough);
        self.compared(format!("({found} − {native}) × 100"), "≤", format!("{} × {added}", row.max), within);
        let (verdict, info) = match (enough, within) {
            (true, true) => (QcVerdict::Pass, code::SPIKE_WITHIN),
            (false, _) => (QcVerdict::Fail, code::SPIKE_LOW),
            (true, false) => (QcVerdict::Fail, code::SPIKE_HIGH),
        };
        Ok((verdict, Refusal::new(info).with("recovery", recovery).with("min", row.min).with("max", row.max)))
    }

    /// 加标样未检出: certainly too low when even the whole bound would be too little, otherwise for a person.
    fn nothing_found(&mut self, own: Reading, added: Decimal, loq: Option<Decimal>, row: Option<&RecoveryLevel>) -> Decision {
        let bound = match own {
            Reading::LessThan(bound, _) | Reading::NotDetected(Some(bound)) => Some(bound),
            _ => loq,
        };
        let (Some(bound), Some(row)) = (bound, row) else { return Err(person(code::SPIKE_NOTHING)) };
        let [b, a] = align([bound, added]).ok_or_else(beyond_digits)?;
        let most = b.checked_mul(100).ok_or_else(beyond_digits)?;
        let low = compare(most, row.min, a).ok_or_else(beyond_digits)?.is_lt();
        self.say(format!("加标样测得值不大于 {bound}"), format!("the spiked sample holds {bound} at most"));
        self.compared(format!("{bound} × 100"), "<", format!("{} × {added}", row.min), low);
        if !low {
            return Err(person(code::SPIKE_NOTHING));
        }
        let most = shown(most, a, &[row.min]).ok_or_else(beyond_digits)?;
        Ok((QcVerdict::Fail, Refusal::new(code::SPIKE_LOW).with("recovery", format!("≤{most}")).with("min", row.min)))
    }
}

//! 检验任务 the laboratory's work on one sample: items, results, 主检 → 校核 → 审核 → 批准, conclusion, report.

use serde::{Deserialize, Serialize};
use shiyan_foundation::ids::{SampleId, TestItemId, TestOrderId, UserId, WorksheetId};
use shiyan_foundation::task::{Outcome, TaskKind};
use shiyan_foundation::{Actor, Instant, Label, Lang, Refusal, Role, labels};
use shiyan_statute::{DetectionKind, DetectionLimit, LimitQuery, LimitRow, LimitRule};

use crate::claim;
pub use crate::deciding::{Candidate, Deciding, Ground, HandDecision, NoVerdictWhy, RulePick};
use crate::history::{AboveP99, Peers};
use crate::judge::{Amount, Dried, JudgeInput, Judgement, LimitRef, Verdict, judge};
use crate::order_code as code;
use crate::readings::judge_typed;
use crate::sentence::{Finding, Sentences};
use crate::value::{self, Parsed};

labels! {
    /// 检验状态
    pub enum OrderState {
        Testing = "testing", "检验中", "Testing";
        Entered = "entered", "待校核", "Awaiting check";
        Checked = "checked", "待审核", "Awaiting review";
        Reviewed = "reviewed", "待批准", "Awaiting approval";
        Approved = "approved", "待签发", "Awaiting issue";
        Issued = "issued", "已出报告", "Report issued";
    }
}
labels! {
    /// 检验动作
    pub enum OrderAction {
        Enter = "enter", "录入结果", "Enter results";
        Submit = "submit", "提交校核", "Submit for checking";
        Check = "check", "校核通过", "Pass the check";
        Review = "review", "审核通过", "Pass the review";
        Approve = "approve", "批准", "Approve";
        Issue = "issue", "签发报告", "Issue the report";
        Return = "return", "退回修改", "Return for correction";
        Amend = "amend", "更改已签发报告", "Amend the issued report";
        Decide = "decide", "人工判定", "Decide by hand";
    }
}

/// The table of moves: from, action, to, who.
pub const MOVES: &[(OrderState, OrderAction, OrderState, &[Role])] = &[
    (OrderState::Testing, OrderAction::Enter, OrderState::Testing, &[Role::Analyst]),
    (OrderState::Testing, OrderAction::Decide, OrderState::Testing, &[Role::Reviewer, Role::QualityManager]),
    (OrderState::Testing, OrderAction::Submit, OrderState::Entered, &[Role::Analyst]),
    (OrderState::Entered, OrderAction::Check, OrderState::Checked, &[Role::Checker]),
    (OrderState::Entered, OrderAction::Return, OrderState::Testing, &[Role::Checker]),
    (OrderState::Checked, OrderAction::Review, OrderState::Reviewed, &[Role::Reviewer]),
    (OrderState::Checked, OrderAction::Return, OrderState::Testing, &[Role::Reviewer]),
    (OrderState::Reviewed, OrderAction::Approve, OrderState::Approved, &[Role::Signatory]),
    (OrderState::Reviewed, OrderAction::Return, OrderState::Testing, &[Role::Signatory]),
    (OrderState::Approved, OrderAction::Issue, OrderState::Issued, &[Role::ReportSender]),
    (OrderState::Approved, OrderAction::Return, OrderState::Testing, &[Role::Signatory]),
    (OrderState::Issued, OrderAction::Amend, OrderState::Testing, &[Role::QualityManager]),
];

/// 签名 who, when, and what the signature means, bound to the content signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Account.
    pub user: UserId,
    /// Printed name.
    pub name: String,
    /// What it means.
    pub meaning: Meaning,
    /// When.
    pub at: Instant,
    /// SHA-256 of the content signed.
    pub content_hash: String,
}

labels! {
    /// 签名含义
    pub enum Meaning {
        MainAnalyst = "main_analyst", "主检", "Main analyst";
        Checker = "checker", "校核", "Checker";
        Reviewer = "reviewer", "审核", "Reviewer";
        Signatory = "signatory", "批准", "Authorised signatory";
    }
}

/// 检验结论 of one sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// The outcome.
    pub outcome: Outcome,
    /// The official sentence, Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
    /// Failing or problem items.
    pub failing: Vec<String>,
    /// When it was made.
    pub at: Instant,
}

/// 检验任务
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOrder {
    /// Id.
    pub id: TestOrderId,
    /// The sample.
    pub sample: SampleId,
    /// 任务类别, which words a failing item gets.
    pub kind: TaskKind,
    /// 抽样人员, who may not test it.
    pub samplers: Vec<(UserId, String)>,
    /// State.
    pub state: OrderState,
    /// When the sample was received.
    pub received_at: Instant,
    /// Signatures of the present round, in order.
    pub signatures: Vec<Signature>,
    /// Conclusion of the present round.
    pub conclusion: Option<Conclusion>,
    /// 有效结论 of the report in force; it stays in force while an amendment is under way.
    pub in_force: Option<Conclusion>,
    /// 退回 last return: who, why.
    pub returned: Option<(String, String)>,
    /// 签发日期 of the report in force; stays while an amendment is under way.
    pub issued_at: Option<Instant>,
    /// 报告期限 the last day of D02, as computed at reception.
    pub report_due_on: shiyan_foundation::NaiveDate,
    /// Number of report revisions issued so far.
    pub reports_issued: u32,
    /// Reason of the amendment under way.
    pub amending: Option<String>,
    /// 检验项目包 the key of the package the items came from, pinned when the sample was registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

/// 适用限量 the limit row as it was when chosen; it stays with the item whatever happens to the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitUsed {
    /// Row id.
    pub id: String,
    /// Row version.
    pub version: u32,
    /// The rule.
    pub rule: LimitRule,
    /// Unit of the limit.
    pub unit: String,
    /// 判定依据
    pub basis: String,
    /// The limit as printed.
    pub text: String,
    /// 检出限或定量限 of the method named in the row.
    pub lod_loq: Option<DetectionLimit>,
    /// 干制品折算 the limit is that of the fresh food, and the sample is dried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dried: Option<Dried>,
}

impl LimitUsed {
    /// Takes a row of the library.
    #[must_use]
    pub fn of(row: &LimitRow) -> Self {
        Self {
            id: row.id.clone(),
            version: row.version,
            rule: row.rule.clone(),
            unit: row.unit.clone(),
            basis: row.basis.clone(),
            text: row.limit_text(),
            lod_loq: row.lod_loq.clone(),
            dried: None,
        }
    }
    /// Takes the row that the library chose for a food: a dried one is held against the limit of the fresh one only by its rate of dehydration.
    #[must_use]
    pub fn chosen(row: &LimitRow, query: &LimitQuery<'_>) -> Self {
        let dried = shiyan_statute::editions::drying(row, query.category, query.food_name, query.ref_date);
        Self { dried: dried.map(|d| Dried { food: d.food.clone(), basis: d.basis.clone(), rate: None }), ..Self::of(row) }
    }
}

impl LimitUsed {
    /// 任务级判定依据: the limit that the task itself sets, under the key of its package.
    #[must_use]
    pub fn task(package: &str, rule: &LimitRule, unit: &str, basis: &str, lod_loq: Option<DetectionLimit>) -> Self {
        let bare = unit == "/" || matches!(rule, LimitRule::NotDetected { banned: false });
        let text = if bare { rule.text() } else { format!("{}{unit}", rule.text()) };
        Self { id: package.to_owned(), version: 1, rule: rule.clone(), unit: unit.to_owned(), basis: basis.to_owned(), text, lod_loq, dried: None }
    }
}

/// The judgement of what was typed for an item, against the limit that the item carries; nothing typed gives none. An item that
/// may carry a label claim is judged by [`TestItem::judged`].
#[must_use]
pub fn judge_item(raw: &str, unit: &str, limit: Option<&LimitUsed>, no_limit: Option<&(String, String)>, kind: TaskKind) -> (String, Option<StoredJudgement>) {
    judge_claimed("", raw, unit, limit, no_limit, None, kind)
}

/// The same of an item by its name, which says what the library knows of it, and under a label claim: limit and claim both have to be met.
#[must_use]
pub fn judge_claimed(
    item: &str,
    raw: &str,
    unit: &str,
    limit: Option<&LimitUsed>,
    no_limit: Option<&(String, String)>,
    label_claim: Option<&str>,
    kind: TaskKind,
) -> (String, Option<StoredJudgement>) {
    if raw.trim().is_empty() {
        return (String::new(), None);
    }
    let label_claim = label_claim.filter(|typed| !claim::is_none(typed));
    let stored = |judged: &Judgement| StoredJudgement {
        verdict: judged.verdict,
        code: judged.reason.0.code.to_owned(),
        zh: judged.reason_text(Lang::Zh).to_owned(),
        en: judged.reason_text(Lang::En).to_owned(),
        working: judged.working.iter().map(|s| (s.text(Lang::Zh), s.text(Lang::En))).collect(),
        near_limit: judged.near_limit,
        needs_carry_over_word: judged.needs_carry_over_word,
    };
    let Some(limit) = limit else {
        let parsed = value::parse(raw, Some(unit));
        let understood = parsed.canonical();
        let notes = parsed.notes.iter().map(|n| (n.text(Lang::Zh), n.text(Lang::En)));
        let unread = parsed.needs_person();
        if let (Some(typed), None) = (label_claim, unread) {
            let nothing = LimitRule::NotDetected { banned: false };
            let judged = claim::judge_alone(&JudgeInput { kind, ..JudgeInput::new(&parsed, &nothing, None) }, typed, unit);
            return (understood, Some(stored(&judged)));
        }
        let (zh, en) = no_limit.cloned().unwrap_or_else(|| ("没有适用的限量".into(), "No limit applies".into()));
        // Nothing passes unjudged: which rule applies, or that there is none, is for a person to say. 风险监测 has words of its own.
        let verdict = if unread.is_some() || kind != TaskKind::RiskMonitoring { Verdict::NeedsPerson } else { Verdict::NoVerdict };
        let (code, zh, en) = unread.map_or(("LIMIT-NONE".to_owned(), zh, en), |r| (r.0.code.to_owned(), r.0.zh.to_owned(), r.0.en.to_owned()));
        return (understood, Some(StoredJudgement { verdict, code, zh, en, working: notes.collect(), near_limit: false, needs_carry_over_word: false }));
    };
    let typed = Typed { label_claim, kind, ..Typed::new(item, raw, Some(unit)) };
    let (parsed, judged) = judge_against(&typed, limit);
    (parsed.canonical(), Some(stored(&judged)))
}

/// 录入 what was typed for an item, and what else is known of the sample.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// 检验项目
    pub item: &'a str,
    /// 检验结果 exactly as typed.
    pub raw: &'a str,
    /// 单位 of the cell.
    pub unit: Option<&'a str>,
    /// 标签明示值
    pub label_claim: Option<&'a str>,
    /// 食品
    pub food: Option<&'a str>,
    /// 配料
    pub ingredients: Option<&'a str>,
    /// 任务类别
    pub kind: TaskKind,
}

impl<'a> Typed<'a> {
    /// What was typed, of a 监督抽检 and nothing else known.
    #[must_use]
    pub fn new(item: &'a str, raw: &'a str, unit: Option<&'a str>) -> Self {
        Self { item, raw, unit, label_claim: None, food: None, ingredients: None, kind: TaskKind::Supervisory }
    }
}

/// 判定 what was typed against a limit that is certain: the one way of the laboratory, the interface for programs and the command line.
#[must_use]
pub fn judge_against(typed: &Typed<'_>, limit: &LimitUsed) -> (Parsed, Judgement) {
    let method = |wanted| limit.lod_loq.as_ref().filter(|d| d.kind == wanted).map(|d| Amount { value: d.value, unit: Some(d.unit.clone()) });
    let unit = typed.unit.unwrap_or_default();
    let claim = typed.label_claim.filter(|text| !claim::is_none(text));
    let (lod, loq) = (method(DetectionKind::Lod), method(DetectionKind::Loq));
    let one = |read: &Parsed| {
        let input = JudgeInput {
            limit_ref: Some(LimitRef { id: limit.id.clone(), version: limit.version, basis: limit.basis.clone() }),
            lod: lod.clone(),
            loq: loq.clone(),
            kind: typed.kind,
            item: typed.item,
            food: typed.food,
            ingredients: typed.ingredients,
            dried: limit.dried.as_ref(),
            ..JudgeInput::new(read, &limit.rule, Some(&limit.unit))
        };
        claim.map_or_else(|| judge(&input), |text| claim::judge_with(&input, text, unit))
    };
    judge_typed(typed.item, typed.raw, typed.unit, &limit.rule, Some(&limit.unit), &one)
}

/// 单项判定 as stored beside the result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredJudgement {
    /// Verdict.
    pub verdict: Verdict,
    /// Reason code.
    pub code: String,
    /// Reason, Chinese.
    pub zh: String,
    /// Reason, English.
    pub en: String,
    /// 判定过程 step by step: Chinese, English.
    pub working: Vec<(String, String)>,
    /// 临界 within ten per cent of the limit.
    pub near_limit: bool,
    /// 须说明带入原则 before the check somebody records that carry-over (GB 2760 3.4) was considered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_carry_over_word: bool,
}

/// 带入原则说明 the word of a person that carry-over was considered, about an additive that must not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarryOverWord {
    /// What was considered, in words.
    pub word: String,
    /// Who.
    pub by: UserId,
    /// Printed name.
    pub by_name: String,
    /// When.
    pub at: Instant,
}

/// 检验项目 one item of a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestItem {
    /// Id.
    pub id: TestItemId,
    /// The order.
    pub order: TestOrderId,
    /// The sample.
    pub sample: SampleId,
    /// Place in the list.
    pub position: u32,
    /// 检验项目
    pub analyte: String,
    /// 不合格项目类别 code of the analyte group.
    pub group: String,
    /// 结果单位
    pub unit: String,
    /// 检验依据
    pub method: String,
    /// 适用限量
    pub limit: Option<LimitUsed>,
    /// Why no limit was chosen: Chinese, English.
    pub no_limit: Option<(String, String)>,
    /// 选定限量 who picked the limit among those in doubt, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picked: Option<RulePick>,
    /// 检验结果 exactly as typed.
    pub raw: String,
    /// As understood, for print.
    pub understood: String,
    /// 单项判定
    pub judgement: Option<StoredJudgement>,
    /// 人工判定
    pub decision: Option<HandDecision>,
    /// 检验员
    pub analyst: Option<(UserId, String)>,
    /// When the result was entered.
    pub entered_at: Option<Instant>,
    /// 检验批 the worksheet it is tested on, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worksheet: Option<WorksheetId>,
    /// 退回 this very result was sent back; a new entry clears it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<CellReturn>,
    /// 明示值 what the label claims, exactly as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_claim: Option<String>,
    /// 同类 whose earlier results a new one is compared with; an item of before this comparison has none until a result is entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peers: Option<Peers>,
    /// 高于历史P99 as it was found when the result was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_p99: Option<AboveP99>,
    /// 带入原则说明 where the judgement asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carry_over: Option<CarryOverWord>,
    /// 备注 why a doubtful value stands, what a retest found.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// 演示数据
    pub demo: bool,
    /// Revision.
    pub revision: i64,
}

/// 单格退回 who sent one result back, why, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellReturn {
    /// Who.
    pub by: (UserId, String),
    /// 理由
    pub reason: String,
    /// When.
    pub at: Instant,
}

impl TestItem {
    /// The verdict that counts: the person's where there is one.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.decision.as_ref().map(|d| d.verdict).or_else(|| self.judgement.as_ref().map(|j| j.verdict))
    }
    /// 录入 a result with its judgement. The former result stays in the revisions.
    #[must_use]
    pub fn enter(&self, actor: &Actor, now: Instant, raw: &str, understood: String, judgement: Option<StoredJudgement>) -> TestItem {
        TestItem {
            raw: raw.to_owned(),
            understood,
            judgement,
            decision: None,
            analyst: Some((actor.id, actor.name.clone())),
            entered_at: Some(now),
            returned: None,
            above_p99: None,
            carry_over: None,
            revision: self.revision + 1,
            ..self.clone()
        }
    }
    /// 判定 of a text as the result of this item: its limit and, where the label declares something, its claim. Nothing typed
    /// gives none.
    #[must_use]
    pub fn judged(&self, raw: &str, kind: TaskKind) -> (String, Option<StoredJudgement>) {
        judge_claimed(&self.analyte, raw, &self.unit, self.limit.as_ref(), self.no_limit.as_ref(), self.label_claim.as_deref(), kind)
    }
    /// 录入明示值 exactly as typed (an empty text takes it away); what was measured is judged again at once, and a decision by hand
    /// about the former judgement falls.
    #[must_use]
    pub fn claiming(&self, typed: &str, kind: TaskKind) -> TestItem {
        let label_claim = Some(typed.to_owned()).filter(|t| !t.trim().is_empty());
        TestItem { label_claim, ..self.clone() }.judged_again(kind)
    }
    /// 改用限量 of the present library, or none with its reason; what was measured is judged again at once, and a decision by hand
    /// about the former judgement falls.
    #[must_use]
    pub fn with_limit(&self, limit: Option<LimitUsed>, no_limit: Option<(String, String)>, kind: TaskKind) -> TestItem {
        TestItem { picked: None, ..self.clone() }.under(limit, no_limit, kind)
    }
    /// The item under another limit, judged again.
    pub(crate) fn under(self, limit: Option<LimitUsed>, no_limit: Option<(String, String)>, kind: TaskKind) -> TestItem {
        // an item without a unit of its own takes that of its limit as long as nothing was typed without one
        let unit = match &limit {
            Some(limit) if self.unit.trim().is_empty() && self.raw.trim().is_empty() => limit.unit.clone(),
            _ => self.unit.clone(),
        };
        TestItem { limit, no_limit, unit, ..self }.judged_again(kind)
    }
    fn judged_again(self, kind: TaskKind) -> TestItem {
        let (understood, judgement) = self.judged(&self.raw, kind);
        TestItem { understood, judgement, decision: None, carry_over: None, revision: self.revision + 1, ..self }
    }
    /// 须说明带入原则 the judgement that counts asks for the word, whether somebody gave it or not.
    #[must_use]
    pub fn asks_carry_over_word(&self) -> bool {
        self.decision.is_none() && self.judgement.as_ref().is_some_and(|j| j.needs_carry_over_word)
    }
    /// 待说明带入原则 the judgement asks for the word and nobody gave it yet.
    #[must_use]
    pub fn awaits_carry_over_word(&self) -> bool {
        self.carry_over.is_none() && self.asks_carry_over_word()
    }
    /// 说明带入原则: somebody records that carry-over (GB 2760 3.4) was considered. The verdict stays.
    ///
    /// # Errors
    /// The judgement does not ask for it; nothing was written.
    pub fn say_carry_over(&self, actor: &Actor, word: &str, now: Instant) -> Result<TestItem, Refusal> {
        if !self.judgement.as_ref().is_some_and(|j| j.needs_carry_over_word) {
            return Err(Refusal::new(code::CARRY_OVER_NOT_ASKED).with("item", &self.analyte));
        }
        let word = written(word).map_err(|why| why.on("word"))?;
        let carry_over = Some(CarryOverWord { word, by: actor.id, by_name: actor.name.clone(), at: now });
        Ok(TestItem { carry_over, revision: self.revision + 1, ..self.clone() })
    }
}

impl TestOrder {
    /// Whose duty an action is, whatever the state of the order.
    ///
    /// # Errors
    /// `LAB-ROLE`.
    pub fn duty(actor: &Actor, action: OrderAction) -> Result<(), Refusal> {
        let roles: Vec<Role> = MOVES.iter().filter(|(_, a, ..)| *a == action).flat_map(|(_, _, _, roles)| roles.iter().copied()).collect();
        if actor.has_any(&roles) { Ok(()) } else { Err(Refusal::new(code::ROLE).for_roles(&roles, action)) }
    }
    /// Every reason why this person may not do this now.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, action: OrderAction, items: &[TestItem], sign_scope: &[String]) -> Vec<Refusal> {
        let mut why = Vec::new();
        let row = MOVES.iter().find(|(from, a, _, roles)| *from == self.state && *a == action && (action != OrderAction::Return || actor.has_any(roles)));
        let row = row.or_else(|| MOVES.iter().find(|(from, a, ..)| *from == self.state && *a == action));
        if row.is_none() {
            why.push(Refusal::new(code::STATE).in_state(self.state, action));
        }
        let roles = row.or_else(|| MOVES.iter().find(|(_, a, ..)| *a == action)).map_or(&[][..], |(_, _, _, roles)| roles);
        if !actor.has_any(roles) {
            why.push(Refusal::new(code::ROLE).for_roles(roles, action));
        }
        why.extend(self.separation(actor, action, items));
        if action == OrderAction::Submit {
            why.extend(unfinished(items));
        }
        if matches!(action, OrderAction::Submit | OrderAction::Check | OrderAction::Review | OrderAction::Approve | OrderAction::Issue) {
            // What cannot be read is corrected by whoever typed it, not decided; that is said above.
            let wanted = |i: &&TestItem| i.undecided(self.kind) && !(action == OrderAction::Submit && i.unread());
            let open: Vec<&str> = items.iter().filter(wanted).map(|i| i.analyte.as_str()).collect();
            if !open.is_empty() {
                why.push(Refusal::new(code::NEEDS_PERSON).with("count", open.len()).with("items", open.join("、")));
            }
        }
        if matches!(action, OrderAction::Submit | OrderAction::Check) {
            let open: Vec<&str> = items.iter().filter(|i| i.awaits_carry_over_word()).map(|i| i.analyte.as_str()).collect();
            if !open.is_empty() {
                why.push(Refusal::new(code::CARRY_OVER_WORD).with("count", open.len()).with("items", open.join("、")));
            }
        }
        if action == OrderAction::Approve && !sign_scope.iter().any(|m| m == "*") {
            for item in items {
                let covered = sign_scope.iter().any(|m| !m.trim().is_empty() && item.method.contains(m.trim()));
                if !covered {
                    why.push(Refusal::new(code::OUT_OF_SCOPE).with("method", &item.method).with("name", &actor.name));
                }
            }
        }
        why
    }
    /// 抽检分离 and four different people.
    fn separation(&self, actor: &Actor, action: OrderAction, items: &[TestItem]) -> Vec<Refusal> {
        let mut why = Vec::new();
        if matches!(action, OrderAction::Enter | OrderAction::Submit)
            && let Some((_, name)) = self.samplers.iter().find(|(id, _)| *id == actor.id)
        {
            why.push(Refusal::new(code::SAMPLER_TESTS).with("name", name));
        }
        if matches!(action, OrderAction::Check | OrderAction::Review | OrderAction::Approve) {
            let signed = self.signatures.iter().find(|s| s.user == actor.id).map(|s| (s.name.clone(), s.meaning));
            let tested = items.iter().filter_map(|i| i.analyst.as_ref()).find(|(id, _)| *id == actor.id).map(|(_, name)| (name.clone(), Meaning::MainAnalyst));
            if let Some((name, did)) = signed.or(tested) {
                why.push(own_work(&name, did, action));
            }
        }
        why
    }
    fn allowed(&self, actor: &Actor, action: OrderAction, items: &[TestItem], sign_scope: &[String]) -> Result<OrderState, Vec<Refusal>> {
        let why = self.why_not(actor, action, items, sign_scope);
        if !why.is_empty() {
            return Err(why);
        }
        MOVES
            .iter()
            .find(|(from, a, ..)| *from == self.state && *a == action)
            .map(|(_, _, to, _)| *to)
            .ok_or_else(|| vec![Refusal::new(code::STATE).with("state", self.state.zh()).with("state_en", self.state.en())])
    }
    /// May results be entered by this person now.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn may_enter(&self, actor: &Actor) -> Result<(), Vec<Refusal>> {
        self.allowed(actor, OrderAction::Enter, &[], &[]).map(|_| ())
    }
    /// May items be decided by hand by this person now.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn may_decide(&self, actor: &Actor) -> Result<(), Vec<Refusal>> {
        self.allowed(actor, OrderAction::Decide, &[], &[]).map(|_| ())
    }
    /// 提交校核, 校核, 审核: one step forward, signed.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn forward(&self, actor: &Actor, action: OrderAction, items: &[TestItem], content_hash: &str, now: Instant) -> Result<TestOrder, Vec<Refusal>> {
        let meaning = match action {
            OrderAction::Submit => Meaning::MainAnalyst,
            OrderAction::Check => Meaning::Checker,
            _ => Meaning::Reviewer,
        };
        let state = self.allowed(actor, action, items, &[])?;
        let mut next = TestOrder { state, revision: self.revision + 1, ..self.clone() };
        next.signatures.push(Signature { user: actor.id, name: actor.name.clone(), meaning, at: now, content_hash: content_hash.to_owned() });
        if action == OrderAction::Submit {
            next.returned = None;
        }
        Ok(next)
    }
    /// 批准: the authorised signatory signs and the conclusion is made.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn approve(&self, actor: &Actor, items: &[TestItem], sign_scope: &[String], content_hash: &str, now: Instant) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Approve, items, sign_scope)?;
        let mut next = TestOrder { state, conclusion: Some(conclude(self.kind, items, now)), revision: self.revision + 1, ..self.clone() };
        next.signatures.push(Signature {
            user: actor.id,
            name: actor.name.clone(),
            meaning: Meaning::Signatory,
            at: now,
            content_hash: content_hash.to_owned(),
        });
        Ok(next)
    }
    /// 退回修改 with a reason: the whole chain starts again.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn send_back(&self, actor: &Actor, reason: &str) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Return, &[], &[])?;
        let reason = written(reason).map_err(|r| vec![r])?;
        Ok(TestOrder {
            state,
            signatures: Vec::new(),
            conclusion: None,
            returned: Some((actor.name.clone(), reason)),
            revision: self.revision + 1,
            ..self.clone()
        })
    }
    /// 签发报告
    ///
    /// # Errors
    /// All reasons why not.
    pub fn issue(&self, actor: &Actor, items: &[TestItem], now: Instant) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Issue, items, &[])?;
        Ok(TestOrder {
            state,
            issued_at: self.issued_at.or(Some(now)),
            in_force: self.conclusion.clone(),
            reports_issued: self.reports_issued + 1,
            amending: None,
            revision: self.revision + 1,
            ..self.clone()
        })
    }
    /// 更改已签发报告: reopens the chain; the issued report stays and is replaced by the next revision.
    ///
    /// # Errors
    /// All reasons why not.
    pub fn amend(&self, actor: &Actor, reason: &str) -> Result<TestOrder, Vec<Refusal>> {
        let state = self.allowed(actor, OrderAction::Amend, &[], &[])?;
        let reason = written(reason).map_err(|r| vec![r])?;
        Ok(TestOrder { state, signatures: Vec::new(), conclusion: None, amending: Some(reason), revision: self.revision + 1, ..self.clone() })
    }
}

pub(crate) fn own_work(name: &str, did: Meaning, action: OrderAction) -> Refusal {
    Refusal::new(code::OWN_WORK)
        .with("name", name)
        .with("did", did.zh())
        .with("did_en", did.en().to_lowercase())
        .with("action", action.zh())
        .with("action_en", action.en().to_lowercase())
}

pub(crate) fn written(reason: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.chars().count() < 4 { Err(Refusal::new(code::REASON).on("reason")) } else { Ok(reason.to_owned()) }
}

fn unfinished(items: &[TestItem]) -> Vec<Refusal> {
    let mut why = Vec::new();
    if items.is_empty() {
        why.push(Refusal::new(code::NO_ITEMS));
    }
    let mut named = |info, wanted: Vec<&str>| {
        if !wanted.is_empty() {
            why.push(Refusal::new(info).with("count", wanted.len()).with("items", wanted.join("、")));
        }
    };
    named(code::EMPTY, items.iter().filter(|i| i.verdict().is_none()).map(|i| i.analyte.as_str()).collect());
    named(code::UNREAD, items.iter().filter(|i| i.unread()).map(|i| i.analyte.as_str()).collect());
    named(code::RETURNED, items.iter().filter(|i| i.returned.is_some()).map(|i| i.analyte.as_str()).collect());
    named(code::DOUBTFUL, items.iter().filter(|i| crate::worksheet::doubtful_without_remark(i)).map(|i| i.analyte.as_str()).collect());
    why
}

/// 检验结论 from the items, in the standing wording: one failing item fails the sample; items without verdict never make it pass on
/// their own.
#[must_use]
pub fn conclude(kind: TaskKind, items: &[TestItem], now: Instant) -> Conclusion {
    let finding = Finding::of(kind, items);
    let (zh, en) = Sentences::default().say(&finding);
    Conclusion { outcome: finding.outcome, zh, en, failing: finding.items, at: now }
}

/// 检验报告 one issued revision; the row is never changed. An older revision is withdrawn by the newer one that names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// Id.
    pub id: shiyan_foundation::ids::TestReportId,
    /// The order.
    pub order: TestOrderId,
    /// The sample.
    pub sample: SampleId,
    /// 报告编号, unique, never reused; amended ones end in `-G1`, `-G2` …
    pub number: String,
    /// 0 for the first issue.
    pub amendment: u32,
    /// 替代 the number of the report it replaces.
    pub replaces: Option<String>,
    /// Why it was amended.
    pub reason: Option<String>,
    /// 检验结论
    pub conclusion: Conclusion,
    /// Signatures as printed.
    pub signatures: Vec<Signature>,
    /// 签发人
    pub issued_by: String,
    /// 签发时间
    pub issued_at: Instant,
    /// The frozen facts that the PDF prints, as JSON text.
    pub content: String,
    /// SHA-256 of `content`.
    pub content_sha256: String,
    /// SHA-256 of the archived PDF; demo reports are typeset on first request from the frozen facts.
    pub pdf_sha256: Option<String>,
    /// 验真码 of the public verification page.
    pub verify_code: String,
    /// 演示数据
    pub demo: bool,
}

/// 报告编号 from the sheet number and the amendment.
#[must_use]
pub fn report_number(sampling_no: &str, amendment: u32) -> String {
    if amendment == 0 { format!("SY-{sampling_no}") } else { format!("SY-{sampling_no}-G{amendment}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiyan_foundation::{Decimal, NaiveDate, Scope, shanghai};
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn at(hour: u32) -> Instant {
        NaiveDate::from_ymd_opt(2026, 3, 9).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_local_timezone(shanghai()).unwrap()
    }
    fn actor(n: u128, role: Role) -> Actor {
        Actor { id: UserId(Uuid::from_u128(n)), name: format!("人员{n}"), roles: BTreeSet::from([role]), scope: Scope::District }
    }
    fn order() -> TestOrder {
        TestOrder {
            id: TestOrderId(Uuid::nil()),
            sample: SampleId(Uuid::nil()),
            kind: TaskKind::Supervisory,
            samplers: vec![(UserId(Uuid::from_u128(1)), "人员1".into()), (UserId(Uuid::from_u128(2)), "人员2".into())],
            state: OrderState::Testing,
            received_at: at(8),
            signatures: vec![],
            conclusion: None,
            in_force: None,
            returned: None,
            issued_at: None,
            report_due_on: at(8).date_naive(),
            reports_issued: 0,
            amending: None,
            package: None,
            demo: false,
            revision: 0,
        }
    }
    fn item(analyte: &str, raw: &str, kind: TaskKind) -> TestItem {
        let limit = LimitUsed {
            id: "L1".into(),
            version: 1,
            rule: LimitRule::Max { value: Decimal::new(2, 1) },
            unit: "mg/kg".into(),
            basis: "GB 2763-2021".into(),
            text: "≤0.2mg/kg".into(),
            lod_loq: Some(DetectionLimit { kind: DetectionKind::Loq, value: Decimal::new(1, 2), unit: "mg/kg".into(), note: String::new() }),
            dried: None,
        };
        let (understood, judgement) = judge_item(raw, "mg/kg", Some(&limit), None, kind);
        TestItem {
            id: TestItemId(Uuid::nil()),
            order: TestOrderId(Uuid::nil()),
            sample: SampleId(Uuid::nil()),
            position: 0,
            analyte: analyte.into(),
            group: "pesticide".into(),
            unit: "mg/kg".into(),
            method: "GB 23200.113".into(),
            limit: Some(limit),
            no_limit: None,
            raw: raw.into(),
            understood,
            judgement,
            decision: None,
            analyst: Some((UserId(Uuid::from_u128(3)), "人员3".into())),
            entered_at: Some(at(9)),
            worksheet: None,
            returned: None,
            label_claim: None,
            picked: None,
            peers: None,
            above_p99: None,
            carry_over: None,
            remark: String::new(),
            demo: false,
            revision: 1,
        }
    }
    fn signed_off(items: &[TestItem]) -> TestOrder {
        let order = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, items, "h", at(9)).unwrap();
        let order = order.forward(&actor(4, Role::Checker), OrderAction::Check, items, "h", at(10)).unwrap();
        let order = order.forward(&actor(5, Role::Reviewer), OrderAction::Review, items, "h", at(11)).unwrap();
        order.approve(&actor(6, Role::Signatory), items, &["*".into()], "h", at(12)).unwrap()
    }
    fn codes<T: std::fmt::Debug>(result: Result<T, Vec<Refusal>>) -> Vec<&'static str> {
        result.unwrap_err().iter().map(Refusal::code).collect()
    }

    #[test]
    fn an_additive_that_was_used_asks_for_one_word_before_the_check() {
        let order = order();
        let of = |raw: &str| {
            let mut one = item("柠檬黄", raw, TaskKind::Supervisory);
            one.limit = Some(LimitUsed {
                rule: LimitRule::NotDetected { banned: false },
                basis: "GB 2760-2024(不得使用)".into(),
                unit: "g/kg".into(),
                ..one.limit.expect("a limit")
            });
            one.unit = "g/kg".into();
            one.judged_again(TaskKind::Supervisory)
        };
        let used = of("0.0154");
        assert_eq!(used.verdict(), Some(Verdict::Nonconforming));
        assert!(used.awaits_carry_over_word());
        let entered = TestOrder { state: OrderState::Entered, ..order };
        let codes = |items: &[TestItem]| -> Vec<&str> {
            entered.why_not(&actor(5, Role::Checker), OrderAction::Check, items, &[]).iter().map(|r| r.code()).filter(|c| *c == "LAB-CARRY-OVER").collect()
        };
        let submitted = TestOrder { state: OrderState::Testing, ..entered.clone() }.why_not(
            &actor(3, Role::Analyst),
            OrderAction::Submit,
            std::slice::from_ref(&used),
            &[],
        );
        assert!(submitted.iter().any(|r| r.code() == "LAB-CARRY-OVER"), "the analyst is asked first: {submitted:?}");
        assert_eq!(codes(std::slice::from_ref(&used)), ["LAB-CARRY-OVER"]);
        assert!(used.say_carry_over(&actor(3, Role::Analyst), "  ", at(10)).is_err());
        let said = used.say_carry_over(&actor(3, Role::Analyst), "配料表无着色剂，不属带入", at(10)).expect("said");
        assert_eq!((said.verdict(), said.awaits_carry_over_word()), (Some(Verdict::Nonconforming), false));
        assert!(codes(std::slice::from_ref(&said)).is_empty());
        // another result asks again
        assert!(said.enter(&actor(3, Role::Analyst), at(11), "0.02", String::new(), said.judgement.clone()).awaits_carry_over_word());
        let none = of("未检出");
        assert_eq!(none.verdict(), Some(Verdict::Conforming));
        assert!(!none.awaits_carry_over_word() && none.say_carry_over(&actor(3, Role::Analyst), "无须说明", at(10)).is_err());
    }
    #[test]
    fn a_typed_result_with_two_readings_goes_to_a_person() {
        let plan = LimitUsed {
            rule: LimitRule::ThreeClass { n: 5, c: 0, m: "10000".parse().expect("m"), upper: Some("100000".parse().expect("M")) },
            unit: "CFU/g".into(),
            ..item("菌落总数", "", TaskKind::Supervisory).limit.expect("a limit")
        };
        let of = |raw: &str| judge_item(raw, "CFU/g", Some(&plan), None, TaskKind::Supervisory).1.map(|j| (j.verdict, j.code));
        assert_eq!(of("12,500,900,800,700"), Some((Verdict::NeedsPerson, "JUDGE-READINGS".to_owned())));
        assert_eq!(of("12,500,15,000,800,700"), Some((Verdict::Nonconforming, "JUDGE-PLAN-ABOVE-C".to_owned())));
        assert_eq!(of("5份均<10"), Some((Verdict::Conforming, "JUDGE-PLAN-MET".to_owned())));
    }
    #[test]
    fn four_people_sign_and_one_failing_item_fails_the_sample() {
        let items = [item("毒死蜱", "未检出", TaskKind::Supervisory), item("腐霉利", "2.4", TaskKind::Supervisory)];
        let done = signed_off(&items);
        let conclusion = done.conclusion.unwrap();
        assert_eq!((conclusion.outcome, done.signatures.len()), (Outcome::Fail, 4));
        assert_eq!(conclusion.zh, "经抽样检验，腐霉利不符合 GB 2763-2021 要求，检验结论为不合格。");
    }
    #[test]
    fn nobody_signs_twice() {
        let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
        let entered = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &items, "h", at(9)).unwrap();
        assert_eq!(codes(entered.forward(&actor(3, Role::Checker), OrderAction::Check, &items, "h", at(9))), ["LAB-OWN-WORK"]);
        let checked = entered.forward(&actor(4, Role::Checker), OrderAction::Check, &items, "h", at(9)).unwrap();
        assert_eq!(codes(checked.forward(&actor(4, Role::Reviewer), OrderAction::Review, &items, "h", at(9))), ["LAB-OWN-WORK"]);
        // an analyst of one item who did not sign
        let mut items = items.to_vec();
        items[0].analyst = Some((UserId(Uuid::from_u128(5)), "人员5".into()));
        assert_eq!(codes(checked.forward(&actor(5, Role::Reviewer), OrderAction::Review, &items, "h", at(9))), ["LAB-OWN-WORK"]);
    }
    #[test]
    fn a_sampler_never_tests_the_sample() {
        assert_eq!(codes(order().may_enter(&actor(1, Role::Analyst))), ["LAB-SAMPLER"]);
    }
    #[test]
    fn what_is_unread_or_missing_is_not_submitted() {
        let unread = [item("腐霉利", "1 2", TaskKind::Supervisory), item("毒死蜱", " ", TaskKind::Supervisory)];
        assert_eq!(codes(order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &unread, "h", at(9))), ["LAB-EMPTY", "LAB-UNREAD"]);
        assert_eq!(codes(order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &[], "h", at(9))), ["LAB-NO-ITEMS"]);
        let reading = Deciding::Reading("1.2".into());
        let decided = unread[0].decide(&actor(5, Role::Reviewer), &reading, &[], "原始记录为1.2", TaskKind::Supervisory, at(10)).unwrap();
        assert_eq!((decided.verdict(), decided.raw.as_str()), (Some(Verdict::Nonconforming), "1 2"), "what was typed stays");
    }
    #[test]
    fn a_person_overrules_no_verdict_of_the_machine() {
        let failing = item("腐霉利", "2.4", TaskKind::Supervisory);
        let held = Deciding::Held { verdict: Verdict::Conforming, source: "GB 2763-2021".into() };
        assert_eq!(failing.decide(&actor(5, Role::Reviewer), &held, &[], "改判为合格", TaskKind::Supervisory, at(10)).unwrap_err().code(), "LAB-DECIDE");
    }
    #[test]
    fn a_claim_is_judged_at_once_and_again_with_every_result() {
        let plain = item("蛋白质", "0.1", TaskKind::Supervisory);
        assert_eq!(plain.verdict(), Some(Verdict::Conforming));
        let claimed = plain.claiming("≥0.15mg/kg", TaskKind::Supervisory);
        assert_eq!((claimed.verdict(), claimed.revision), (Some(Verdict::Nonconforming), 2));
        assert_eq!(claimed.label_claim.as_deref(), Some("≥0.15mg/kg"));
        assert_eq!(claimed.judged("0.16", TaskKind::Supervisory).1.unwrap().verdict, Verdict::Conforming);
        assert_eq!(claimed.judged("0.3", TaskKind::Supervisory).1.unwrap().code, "JUDGE-EXCEEDS");
        // a bare number leaves the tolerance to a person, whose decision falls when the claim changes
        let open = plain.claiming(" 0.1 ", TaskKind::Supervisory);
        assert_eq!((open.verdict(), open.label_claim.as_deref()), (Some(Verdict::NeedsPerson), Some(" 0.1 ")));
        let held = Deciding::Held { verdict: Verdict::Conforming, source: "GB 28050-2011 表2".into() };
        let decided = open.decide(&actor(5, Role::Reviewer), &held, &[], "按GB 28050判定", TaskKind::Supervisory, at(10)).unwrap();
        let back = decided.claiming("", TaskKind::Supervisory);
        assert_eq!((back.verdict(), back.decision, back.label_claim), (Some(Verdict::Conforming), None, None));
    }
    #[test]
    fn another_limit_is_judged_at_once() {
        let before = item("腐霉利", "0.3", TaskKind::Supervisory);
        assert_eq!(before.verdict(), Some(Verdict::Nonconforming));
        let wider = LimitUsed { id: "L2".into(), rule: LimitRule::Max { value: Decimal::ONE }, ..before.limit.clone().unwrap() };
        let after = before.with_limit(Some(wider), None, TaskKind::Supervisory);
        assert_eq!((after.verdict(), after.revision, after.raw.as_str()), (Some(Verdict::Conforming), 2, "0.3"));
        let none = before.with_limit(None, Some(("没有".into(), "none".into())), TaskKind::Supervisory);
        assert_eq!((none.verdict(), none.judgement.unwrap().zh.as_str()), (Some(Verdict::NeedsPerson), "没有"));
        // an empty item takes the unit of its limit, one with a result does not
        let empty = TestItem { unit: String::new(), raw: String::new(), judgement: None, ..before.clone() };
        assert_eq!((empty.with_limit(before.limit.clone(), None, TaskKind::Supervisory).unit.as_str(), empty.judgement), ("mg/kg", None));
        let typed = TestItem { unit: String::new(), ..before.clone() };
        assert_eq!(typed.with_limit(before.limit.clone(), None, TaskKind::Supervisory).unit, "");
    }
    #[test]
    fn risk_monitoring_has_problem_samples_not_failing_ones() {
        let items = [item("腐霉利", "2.4", TaskKind::RiskMonitoring)];
        assert_eq!(conclude(TaskKind::RiskMonitoring, &items, at(9)).outcome, Outcome::Problem);
    }
    #[test]
    fn items_without_verdict_do_not_make_a_sample_pass() {
        let mut unknown = item("某项", "0.1", TaskKind::Supervisory);
        unknown.judgement = judge_item("0.1", "mg/kg", None, None, TaskKind::Supervisory).1;
        assert_eq!(conclude(TaskKind::Supervisory, std::slice::from_ref(&unknown), at(9)).outcome, Outcome::Undetermined);
        // not even beside one that conforms
        let beside = [item("酸价", "0.1", TaskKind::Supervisory), unknown];
        assert_eq!(conclude(TaskKind::Supervisory, &beside, at(9)).outcome, Outcome::Undetermined);
    }
    fn without_rule(analyte: &str, raw: &str, kind: TaskKind) -> TestItem {
        let none = Some(("两条限量同样接近".to_owned(), "Two limits are equally near".to_owned()));
        item(analyte, raw, kind).with_limit(None, none, kind)
    }
    fn candidates() -> Vec<Candidate> {
        let one = |id: &str, value: i64| Candidate {
            limit: LimitUsed {
                id: id.into(),
                rule: LimitRule::Max { value: Decimal::from(value) },
                text: format!("≤{value}mg/kg"),
                ..item("铅", "1", TaskKind::Supervisory).limit.expect("a limit")
            },
            doubt: ("待核实".to_owned(), "to be checked".to_owned()),
        };
        vec![one("L1", 5), one("L2", 100)]
    }
    #[test]
    fn an_undecided_item_holds_the_order_from_submission_to_issue() {
        // 绿茶 铅 50, 联苯菊酯 99; 煎炸油 极性组分 35 beside 酸价 1.0: without a rule, and one that conforms beside it.
        let kind = TaskKind::Supervisory;
        let items = [item("酸价", "0.1", kind), without_rule("极性组分", "35", kind)];
        let gated = |state, role: Role, action, items: &[TestItem]| {
            let order = TestOrder { state, ..order() };
            order.why_not(&actor(9, role), action, items, &["*".into()]).iter().any(|r| r.code() == "LAB-NEEDS-PERSON")
        };
        let steps = [
            (OrderState::Testing, Role::Analyst, OrderAction::Submit),
            (OrderState::Entered, Role::Checker, OrderAction::Check),
            (OrderState::Checked, Role::Reviewer, OrderAction::Review),
            (OrderState::Reviewed, Role::Signatory, OrderAction::Approve),
            (OrderState::Approved, Role::ReportSender, OrderAction::Issue),
        ];
        // An order that was under way before this was asked for carries 不判定 of the machine: it is held as well.
        let mut old = items.clone();
        if let Some(judged) = &mut old[1].judgement {
            judged.verdict = Verdict::NoVerdict;
        }
        let why = NoVerdictWhy::NotSet;
        let none = Deciding::NoVerdict { why, source: "GB 2716-2018 全文".into() };
        let decided = items[1].decide(&actor(5, Role::Reviewer), &none, &[], "该标准没有此项", kind, at(10)).expect("decided");
        let done = [items[0].clone(), decided];
        for (state, role, action) in steps {
            assert!(gated(state, role, action, &items) && gated(state, role, action, &old), "{action:?}");
            assert!(!gated(state, role, action, &done), "{action:?}");
        }
        // It can be taken back from every state, to be decided and signed anew.
        assert!(TestOrder { state: OrderState::Approved, ..order() }.send_back(&actor(6, Role::Signatory), "有项目未判定").is_ok());
        let concluded = conclude(kind, &done, at(12));
        assert_eq!((concluded.outcome, concluded.zh.contains("（极性组分未作判定，不在本结论之内。）")), (Outcome::Pass, true), "{}", concluded.zh);
        assert!(concluded.en.contains("No verdict is given on 极性组分"), "{}", concluded.en);
        // 风险监测 without a limit by law has words of its own.
        let monitored = without_rule("某项", "35", TaskKind::RiskMonitoring);
        assert!(!monitored.undecided(TaskKind::RiskMonitoring) && monitored.verdict() == Some(Verdict::NoVerdict));
    }
    #[test]
    fn somebody_who_did_not_test_it_picks_the_rule_and_the_machine_judges() {
        let kind = TaskKind::Supervisory;
        let open = without_rule("铅", "50", kind);
        let pick = |n: usize, who: u128| open.decide(&actor(who, Role::QualityManager), &Deciding::Rule { pick: n }, &candidates(), "茶叶按表1", kind, at(10));
        let failing = pick(0, 5).expect("picked");
        assert_eq!((failing.verdict(), failing.undecided(kind), failing.decision.is_none()), (Some(Verdict::Nonconforming), false, true));
        assert_eq!(pick(1, 5).expect("picked").verdict(), Some(Verdict::Conforming));
        assert_eq!(pick(0, 3).unwrap_err().code(), "LAB-OWN-WORK", "never its analyst");
        assert_eq!(pick(7, 5).unwrap_err().code(), "LAB-NO-CANDIDATE");
        // What was picked stands in the working, with what was in doubt, and stays when the result is corrected.
        let told = crate::report::working_of(&failing);
        assert!(told[0].0.contains("≤5mg/kg") && told[0].0.contains("人员5") && told[0].0.contains("两条限量同样接近"), "{told:?}");
        let (understood, judged) = failing.judged("1", kind);
        let corrected = failing.enter(&actor(3, Role::Analyst), at(11), "1", understood, judged);
        assert_eq!((corrected.verdict(), corrected.picked.is_some()), (Some(Verdict::Conforming), true));
        // Another limit taken over from the library ends it.
        assert_eq!(corrected.with_limit(None, None, kind).picked, None);
    }
    #[test]
    fn nothing_is_called_conforming_by_hand_without_a_rule_and_a_source() {
        let kind = TaskKind::Supervisory;
        let by = |item: &TestItem, deciding: Deciding| item.decide(&actor(5, Role::Reviewer), &deciding, &[], "写明的理由", kind, at(10)).map(|i| i.verdict());
        let code = |item: &TestItem, deciding: Deciding| by(item, deciding).unwrap_err().code();
        let held = |verdict, source: &str| Deciding::Held { verdict, source: source.into() };
        let open = without_rule("铅", "50", kind);
        for verdict in [Verdict::Conforming, Verdict::Nonconforming, Verdict::Problem] {
            assert_eq!(code(&open, held(verdict, "GB 2762-2025")), "LAB-RULE-FIRST");
        }
        // Two readings of one text: one of them is named and judged; other digits are another result.
        let unread = item("腐霉利", "1 2", kind);
        assert_eq!(code(&unread, held(Verdict::Conforming, "GB 2763-2021")), "LAB-READING-FIRST");
        assert_eq!(code(&unread, Deciding::Reading("0.12".into())), "LAB-NOT-A-READING");
        assert_eq!(code(&unread, Deciding::Reading("0.1".into())), "LAB-NOT-A-READING");
        assert_eq!(code(&unread, Deciding::Reading("1 2".into())), "LAB-READING-OPEN");
        assert_eq!(by(&unread, Deciding::Reading("1.2".into())), Ok(Some(Verdict::Nonconforming)));
        let wide = item("腐霉利", "１　２", kind);
        assert_eq!((wide.verdict(), code(&wide, held(Verdict::Conforming, "GB 2763-2021"))), (Some(Verdict::NeedsPerson), "LAB-READING-FIRST"));
        // Words against words: a person compares, and says by what.
        let words = item("感官", "具有应有的色泽", kind);
        assert_eq!(words.verdict(), Some(Verdict::NeedsPerson));
        assert_eq!(code(&words, held(Verdict::Conforming, "无")), "LAB-SOURCE");
        assert_eq!(by(&words, held(Verdict::Conforming, "GB 2716-2018 3.2")), Ok(Some(Verdict::Conforming)));
        assert_eq!(code(&words, held(Verdict::NoVerdict, "GB 2716-2018")), "LAB-VERDICT");
        let none = |why| Deciding::NoVerdict { why, source: "原始记录 R-12".into() };
        assert_eq!(code(&words, none(NoVerdictWhy::NotSet)), "LAB-LIMIT-IS-SET");
        assert_eq!(by(&words, none(NoVerdictWhy::NotTested)), Ok(Some(Verdict::NoVerdict)));
    }
    #[test]
    fn members_of_a_sum_entered_one_by_one_are_judged_by_what_they_come_to() {
        let kind = TaskKind::Supervisory;
        let of = |analyte: &str, raw: &str| {
            let blank = item(analyte, "", kind);
            let (understood, judgement) = blank.judged(raw, kind);
            blank.enter(&actor(3, Role::Analyst), at(9), raw, understood, judgement)
        };
        let verdicts = |items: &[TestItem]| -> Vec<Option<Verdict>> {
            let changed = crate::readings::sums::judged_together(items, kind);
            items.iter().map(|i| changed.iter().find(|c| c.analyte == i.analyte).unwrap_or(i).verdict()).collect()
        };
        // limit 0.2 mg/kg for the sum
        let alone = of("恩诺沙星", "0.15");
        assert_eq!(verdicts(std::slice::from_ref(&alone)), [Some(Verdict::NeedsPerson)], "the other may lift it above");
        assert_eq!(verdicts(&[alone.clone(), of("环丙沙星", "0.1")]), [Some(Verdict::Nonconforming); 2]);
        assert_eq!(verdicts(&[alone.clone(), of("环丙沙星", "0.04")]), [Some(Verdict::Conforming); 2]);
        assert_eq!(verdicts(&[of("恩诺沙星", "0.3"), of("铅", "0.1")]), [Some(Verdict::Nonconforming), Some(Verdict::Conforming)]);
        // one corrected to nothing readable takes the sum away from both
        let judged = crate::readings::sums::judged_together(&[alone.clone(), of("环丙沙星", "0.04")], kind);
        assert!(judged[0].judgement.as_ref().is_some_and(|j| j.working[0].0.contains("0.19")), "{:?}", judged[0].judgement);
        let back = [judged[0].clone(), of("环丙沙星", "1 2")];
        assert_eq!(verdicts(&back), [Some(Verdict::NeedsPerson); 2]);
    }
    #[test]
    fn a_signatory_signs_only_inside_the_scope() {
        let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
        let order = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &items, "h", at(9)).unwrap();
        let order = order.forward(&actor(4, Role::Checker), OrderAction::Check, &items, "h", at(10)).unwrap();
        let order = order.forward(&actor(5, Role::Reviewer), OrderAction::Review, &items, "h", at(11)).unwrap();
        assert_eq!(codes(order.approve(&actor(6, Role::Signatory), &items, &["GB 5009".into()], "h", at(12))), ["LAB-SCOPE"]);
        assert_eq!(codes(order.approve(&actor(6, Role::Signatory), &items, &[], "h", at(12))), ["LAB-SCOPE"]);
        assert!(order.approve(&actor(6, Role::Signatory), &items, &["GB 23200".into()], "h", at(12)).is_ok());
    }
    #[test]
    fn a_return_or_an_amendment_starts_the_whole_chain_again() {
        let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
        let entered = order().forward(&actor(3, Role::Analyst), OrderAction::Submit, &items, "h", at(9)).unwrap();
        let back = entered.send_back(&actor(4, Role::Checker), "平行样超差").unwrap();
        assert_eq!((back.state, back.signatures.len()), (OrderState::Testing, 0));
        let issued = signed_off(&items).issue(&actor(7, Role::ReportSender), &items, at(13)).unwrap();
        let amended = issued.amend(&actor(8, Role::QualityManager), "样品名称更正").unwrap();
        assert_eq!(
            (amended.state, amended.in_force.as_ref().map(|c| c.outcome)),
            (OrderState::Testing, Some(Outcome::Pass)),
            "the issued report stays in force"
        );
    }
    #[test]
    fn every_pair_of_state_and_action_outside_the_table_is_refused() {
        let items = [item("腐霉利", "0.1", TaskKind::Supervisory)];
        let everybody = Actor { roles: Role::ALL.iter().copied().collect(), ..actor(99, Role::Admin) };
        // written by hand, apart from MOVES
        let legal = [
            "testing enter",
            "testing decide",
            "testing submit",
            "entered check",
            "entered return",
            "checked review",
            "checked return",
            "reviewed approve",
            "reviewed return",
            "approved issue",
            "approved return",
            "issued amend",
        ];
        for state in OrderState::ALL {
            for action in OrderAction::ALL {
                let order = TestOrder { state: *state, ..order() };
                let allowed = order.why_not(&everybody, *action, &items, &["*".into()]).is_empty();
                assert_eq!(allowed, legal.contains(&format!("{} {}", state.code(), action.code()).as_str()), "{state:?} {action:?}");
            }
        }
    }
    #[test]
    fn report_numbers_are_never_reused() {
        assert_eq!(report_number("XBJ26", 0), "SY-XBJ26");
        assert_eq!(report_number("XBJ26", 2), "SY-XBJ26-G2");
    }
}

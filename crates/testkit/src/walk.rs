//! The way of one batch, step by step, with the house's own use cases.

use std::collections::BTreeMap;

use shiyan_app::bench::TypedResult;
use shiyan_app::cases::Upload;
use shiyan_app::{Error, read::CaseFilter};
use shiyan_foundation::task::Outcome;
use shiyan_foundation::{Instant, Scope};
use shiyan_lab_results::order::{OrderAction, TestItem, TestOrder, doubtful_without_remark};
use shiyan_lab_results::report::{ReportOptions, TestReport};
use shiyan_nonconformity::{Block, Case};
use shiyan_sample_intake::Reception;

use crate::bench::{TestApp, at};
use crate::sheet;

/// The smallest picture.
pub const PNG: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0,
    0, 0x0d, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0xf8, 0xcf, 0xc0, 0xf0, 0x1f, 0, 5, 0, 1, 0xff, 0x56, 0xc7, 0x2f, 0x0d, 0, 0, 0, 0, b'I', b'E', b'N',
    b'D', 0xae, 0x42, 0x60, 0x82,
];

/// A picture with a mark of its own, so that its hash is its own.
#[must_use]
pub fn upload(mark: &str) -> Upload {
    let mut bytes = PNG.to_vec();
    bytes.extend_from_slice(mark.as_bytes());
    Upload { name: format!("{mark}.png"), bytes }
}

/// The refusal codes of an answer that must be a refusal.
pub fn codes<T: std::fmt::Debug>(answer: Result<T, Error>) -> Vec<&'static str> {
    match answer {
        Err(Error::Refused(why)) => why.iter().map(shiyan_foundation::Refusal::code).collect(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A reception in good order.
#[must_use]
pub fn reception() -> Reception {
    Reception { test_seal: "FT-0001".into(), backup_seal: "FB-0001".into(), place: "A-1".into(), temperature: "4".into(), ..Reception::default() }
}

/// What a block needs before closing; the dates are those of the walk.
#[must_use]
pub fn block_fields(block: Block) -> BTreeMap<String, String> {
    let pairs: &[(&str, &str)] = match block {
        Block::Start => &[("office", "文化路所"), ("served_on", "2025-06-12"), ("served_to", "摊主甲"), ("acceptance", "签收")],
        Block::Risk => &[("opinion", "风险可控")],
        Block::Control => &[("bought", "20"), ("sold", "12"), ("sealed", "5"), ("recalled", "3"), ("other", "0"), ("unit", "kg"), ("controlled", "是")],
        Block::Cause => &[("source", "虚构批发市场"), ("cause", "原料问题"), ("explanation", "来货农药残留超标")],
        Block::Rectify => &[("measures", "更换供货商"), ("checked_on", "2025-06-16"), ("result", "合格")],
        Block::Penalty => &[("filed", "立案处罚"), ("doc_no", "虚构罚〔2025〕1号"), ("basis", "食品安全法第一百二十四条"), ("fine", "5000")],
        Block::Transfer => &[("to", "来源地监管部门"), ("letter_no", "虚构函〔2025〕1号"), ("sent_on", "2025-06-13"), ("reply", "已收到回执")],
        Block::Publicity => &[("posted_on", "2025-06-13"), ("published", "门户网站")],
    };
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

impl TestApp {
    /// A submitted sheet of two samplers; its id.
    pub async fn sampled(&self, number: &str) -> String {
        let p = &self.people;
        let id =
            self.app.begin_sheet(&p.sampler.actor(), sheet::leek(number, &[&p.sampler, &p.sampler2]), None, at("2025-06-03T15:00")).await.unwrap().to_string();
        self.app.submit_sheet(&p.sampler.actor(), &id, at("2025-06-03T16:00")).await.unwrap();
        id
    }
    /// Received; ids of sample and order.
    pub async fn received(&self, number: &str) -> (String, String) {
        let id = self.sampled(number).await;
        let order = self.app.accept_sample(&self.people.keeper.actor(), &id, reception(), at("2025-06-04T09:00")).await.unwrap();
        (id, order.to_string())
    }
    pub async fn items(&self, order: &str) -> Vec<TestItem> {
        self.app.stage().items_of_order(order, &Scope::District).await.unwrap()
    }
    pub async fn order(&self, order: &str) -> TestOrder {
        self.app.stage().order(order, &Scope::District).await.unwrap().unwrap()
    }
    /// Enters these texts for the items in their order, all of which must be saved.
    pub async fn enter(&self, order: &str, raws: &[&str], now: Instant) {
        let typed: Vec<TypedResult> = self
            .items(order)
            .await
            .iter()
            .zip(raws)
            .map(|(item, raw)| TypedResult {
                item: item.id.to_string(),
                seen: item.revision,
                raw: (*raw).to_owned(),
                why: if item.raw.is_empty() { String::new() } else { "复测更正".to_owned() },
                undo: false,
            })
            .collect();
        assert_eq!(typed.len(), raws.len(), "as many results as items");
        for saved in self.app.enter_results(&self.people.analyst.actor(), order, &typed, now).await.unwrap() {
            let item = saved.outcome.unwrap();
            // 可疑: a doubtful value goes on only with a word of what the second test found.
            if doubtful_without_remark(&item) {
                self.app.remark_item(&self.people.analyst.actor(), &saved.item, item.revision, "复测结果一致", now).await.unwrap();
            }
        }
    }
    /// 主检 → 校核 → 审核.
    pub async fn reviewed(&self, order: &str, now: Instant) {
        let p = &self.people;
        for (who, action) in [(&p.analyst, OrderAction::Submit), (&p.checker, OrderAction::Check), (&p.reviewer, OrderAction::Review)] {
            self.app.forward_order(&who.actor(), order, action, now).await.unwrap();
        }
    }
    /// Four people, one conclusion.
    pub async fn concluded(&self, number: &str, raws: &[&str]) -> (String, String, Outcome) {
        let (sample, order) = self.received(number).await;
        self.enter(&order, raws, at("2025-06-06T10:00")).await;
        self.reviewed(&order, at("2025-06-09T10:00")).await;
        let outcome = self.app.approve_order(&self.people.signatory, &order, at("2025-06-10T10:00")).await.unwrap();
        (sample, order, outcome)
    }
    pub async fn issued(&self, order: &str) -> TestReport {
        self.app.issue_report(&self.people.sender.actor(), order, ReportOptions::default(), at("2025-06-10T16:00")).await.unwrap()
    }
    /// A failing batch with its report and its one case.
    pub async fn failing(&self, number: &str) -> (String, String, Case) {
        let (sample, order, outcome) = self.concluded(number, &["2.4", "未检出"]).await;
        assert_eq!(outcome, Outcome::Fail);
        self.issued(&order).await;
        let case = self.case_of(&sample).await;
        (sample, order, case)
    }
    pub async fn case_of(&self, sample: &str) -> Case {
        let mut cases = self.app.stage().cases_of_sample(sample, &Scope::District).await.unwrap();
        assert_eq!(cases.len(), 1, "{cases:?}");
        cases.pop().unwrap()
    }
    pub async fn case(&self, id: &str) -> Case {
        self.app.stage().case(id, &Scope::District).await.unwrap().unwrap()
    }
    pub async fn count_cases(&self) -> usize {
        self.app.stage().cases(&CaseFilter::default(), &Scope::District).await.unwrap().len()
    }
    /// Fills one block with its evidence.
    pub async fn fill(&self, case: &str, block: Block, now: Instant) {
        let seen = self.case(case).await.revision;
        let files = vec![upload(&format!("{block:?}"))];
        self.app.fill_block(&self.people.enforcer.actor(), case, seen, block, block_fields(block), None, files, now).await.unwrap();
    }
    /// Received, every mandatory block filled and evidenced, submitted, approved by another.
    pub async fn disposed(&self, case: &str) {
        let p = &self.people;
        self.app.receive_case(&p.enforcer.actor(), case, at("2025-06-11T09:00")).await.unwrap();
        for block in [Block::Start, Block::Control, Block::Cause, Block::Rectify, Block::Penalty, Block::Transfer, Block::Publicity] {
            self.fill(case, block, at("2025-06-17T10:00")).await;
        }
        self.app.submit_case(&p.enforcer.actor(), case, at("2025-06-18T09:00")).await.unwrap();
        self.app.approve_case(&p.supervisor.actor(), case, at("2025-06-19T09:00")).await.unwrap();
    }
}

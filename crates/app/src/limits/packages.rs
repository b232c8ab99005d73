//! 检验项目包 of a year: drafts shipped with the program, put to use one by one by the 质量负责人 who has looked at the printed rules, and taken over
//! into an order.

use serde_json::json;
use shiyan_foundation::{Actor, Instant, Label, Refusal};
use shiyan_lab_results::order::{TestOrder, code as order_code};
use shiyan_sample_intake::CheckedSheet;
use shiyan_statute::packages::SourceQuality;
use shiyan_store::records::{ItemPackage, PackageCheck, PackageItem, SampleRecord, UserAccount};
use shiyan_store::{Error, Who};

use crate::authority::{Act, may};
use crate::intake::{covers, new_item};
use crate::{App, code};

/// First years whose rules are shipped as drafts.
const YEARS: [i32; 1] = [2026];
/// Shortest statement, in characters.
const STATEMENT: usize = 6;

/// 声明 what the 质量负责人 says of a draft package.
#[derive(Debug, Clone, Copy)]
pub struct PackageWord<'a> {
    /// Put to use, or rejected.
    pub accept: bool,
    /// What was compared with what.
    pub text: &'a str,
    /// The password, typed once more.
    pub password: &'a str,
}

/// 随程序发布的项目包 as drafts, one a food.
pub(crate) fn shipped() -> Vec<ItemPackage> {
    let mut out = Vec::new();
    for draft in YEARS.iter().flat_map(|year| shiyan_statute::draft_packages(*year)) {
        let items: Vec<PackageItem> = draft
            .items
            .iter()
            .map(|i| PackageItem { analyte: i.item.clone(), method: i.method.clone(), basis: i.basis.clone(), ..PackageItem::default() })
            .collect();
        let gaps = if draft.gaps && draft.quality == SourceQuality::B { "；原表有缺漏，可能少项目" } else { "" };
        let source = format!("{}年版抽检实施细则 表{}（第三方整理，质量 {}：{}{gaps}）", draft.year, draft.table, draft.quality.code(), draft.quality.zh());
        for (n, category) in (1..).zip(&draft.foods) {
            out.push(ItemPackage {
                key: format!("S{}.{n}", draft.key),
                year: draft.year,
                category: category.clone(),
                items: items.clone(),
                source: source.clone(),
                draft: true,
                ..ItemPackage::default()
            });
        }
    }
    out
}

impl App {
    /// 接收随程序发布的项目包: those that the installation does not have yet come as drafts, 待核对. Says how many came.
    ///
    /// # Errors
    /// The database does not answer; another server was faster.
    pub async fn receive_packages(&self, now: Instant) -> Result<usize, Error> {
        let mut unit = self.store.begin(now).await?;
        let have: std::collections::BTreeSet<String> = self.store.all::<ItemPackage>().await?.into_iter().map(|p| p.key).collect();
        let new: Vec<ItemPackage> = shipped().into_iter().filter(|p| !have.contains(&p.key)).collect();
        if new.is_empty() {
            return Ok(0);
        }
        unit.insert_many(&new, &Who::system("随程序发布的项目包"), "package.edition").await?;
        unit.commit().await?;
        Ok(new.len())
    }
    /// 核对项目包 puts a draft to use, or rejects it, with a statement that the 质量负责人 signs with the password. A package of the same year and food that was
    /// in use is replaced.
    ///
    /// # Errors
    /// Not the quality manager; a wrong password; no statement; it does not wait any more.
    pub async fn check_package(&self, user: &UserAccount, login: &str, key: &str, said: PackageWord<'_>, now: Instant) -> Result<ItemPackage, Error> {
        let actor = user.actor();
        may(&actor, Act::ImportLimits)?;
        let text = said.text.trim();
        if text.chars().count() < STATEMENT {
            return Err(Refusal::new(code::CHECK_STATEMENT).with("least", STATEMENT).on("statement").into());
        }
        self.step_up(user, login, said.password, now).await?;
        let mut unit = self.store.begin(now).await?;
        self.store.get::<ItemPackage>(key).await?.ok_or(Error::NotFound)?;
        let old: ItemPackage = unit.require(key).await?;
        if !old.waits() {
            return Err(Refusal::new(code::PACKAGE_STATE).with("category", old.category.text()).into());
        }
        let who = Who::from(&actor);
        let check = PackageCheck { by: actor.name.clone(), at: now, statement: text.to_owned() };
        let next = ItemPackage { draft: !said.accept, retired: !said.accept, checked: Some(check), revision: old.revision + 1, ..old };
        if said.accept {
            let same = |p: &ItemPackage| p.key != next.key && !p.retired && !p.draft && p.year == next.year && p.category == next.category;
            for former in self.store.all::<ItemPackage>().await?.into_iter().filter(same) {
                unit.save(&ItemPackage { retired: true, revision: former.revision + 1, ..former }, &who, "package.retire", json!({ "by": next.key })).await?;
            }
        }
        unit.save(&next, &who, "package.checked", json!({ "accept": said.accept, "statement": text, "items": next.items.len() })).await?;
        unit.commit().await?;
        Ok(next)
    }
    /// 可取用的项目包 those in use whose food is that of a sample, and the drafts that wait for it; the nearest year first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn packages_for(&self, core: &CheckedSheet) -> Result<Vec<ItemPackage>, Error> {
        let year = chrono::Datelike::year(&core.sampled_on);
        let mut all = self.store.packages_of_class(core.category.class()).await?;
        all.retain(|p| !p.retired && p.year <= year && covers(p, &core.category));
        all.sort_by_key(|p| std::cmp::Reverse((!p.draft, p.year, p.category.0.len())));
        Ok(all)
    }
    /// 取用项目包 adds the items of a package to an order that is being tested, those that it does not have yet; an order without a package pins it.
    ///
    /// # Errors
    /// Every reason why not; a draft, a package of another food; nothing to add.
    pub async fn take_package(&self, actor: &Actor, order: &str, key: &str, now: Instant) -> Result<usize, Error> {
        let limits = self.limit_rows().await?;
        let mut unit = self.store.begin(now).await?;
        let order = self.visible_order(&unit, actor, order).await?;
        order.may_enter(actor)?;
        let sample: SampleRecord = unit.require(&order.sample.to_string()).await?;
        let fits = |p: &ItemPackage| !p.retired && sample.sample.core.as_ref().is_some_and(|core| covers(p, &core.category));
        let package = self.store.get::<ItemPackage>(key).await?.filter(fits).ok_or_else(|| Refusal::new(code::PACKAGE_OTHER).on("package"))?;
        if package.draft {
            return Err(Refusal::new(code::PACKAGE_DRAFT).with("category", package.category.text()).on("package").into());
        }
        let there = unit.items_of_order(&order.id.to_string()).await?;
        let known = |item: &PackageItem| there.iter().any(|i| shiyan_statute::same_analyte(&i.analyte, &item.analyte));
        let missing: Vec<&PackageItem> = package.items.iter().filter(|i| !known(i)).collect();
        if missing.is_empty() {
            return Err(Refusal::new(order_code::ITEM_KNOWN).with("item", package.category.text()).on("package").into());
        }
        let who = Who::from(actor);
        let order = match order.package {
            Some(_) => order,
            None => {
                let next = TestOrder { package: Some(package.key.clone()), revision: order.revision + 1, ..order };
                unit.save(&next, &who, "order.package", json!({ "package": package.key })).await?;
                next
            }
        };
        let first = there.iter().map(|i| i.position + 1).max().unwrap_or(0);
        for (position, item) in (first..).zip(&missing) {
            let item = new_item(&sample.sample, &order, position, item, &limits);
            unit.insert(&item, &who, "item.add", json!({ "analyte": item.analyte, "limit": item.limit.as_ref().map(|l| &l.text), "package": package.key }))
                .await?;
        }
        unit.commit().await?;
        Ok(missing.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::package_for;
    use shiyan_foundation::category::CategoryPath;
    use std::collections::BTreeSet;

    #[test]
    fn the_shipped_packages_are_drafts_one_a_food() {
        let all = shipped();
        assert!(all.len() > 200 && all.iter().all(ItemPackage::waits));
        assert_eq!(all.iter().map(|p| &p.key).collect::<BTreeSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|p| &p.category).collect::<BTreeSet<_>>().len(), all.len());
        let leek = CategoryPath::parse("食用农产品/蔬菜/鳞茎类/韭菜");
        assert_eq!(package_for(&all, &leek, 2026).map(|p| &p.key), None, "a draft is no package");
        let used: Vec<ItemPackage> = all.iter().map(|p| ItemPackage { draft: false, ..p.clone() }).collect();
        assert_eq!(package_for(&used, &leek, 2026).map(|p| p.category.text()).as_deref(), Some("食用农产品/蔬菜/韭菜"), "levels in between are skipped");
        assert_eq!(package_for(&used, &leek, 2025), None, "the rules of 2026 say nothing of the year before");
        assert_eq!(package_for(&used, &CategoryPath::parse("粮食加工品/大米/大米/大米"), 2026), None, "what the source spoiled is not loaded");
    }
}

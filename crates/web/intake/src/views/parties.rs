//! 主体名录 lists, entries, forms, the link of a sheet, what is offered while somebody types.

use askama::Template;

use shiyan_web_kit::ui::Badge;

use super::{ActionView, Event, FactGroup, FieldView, Filters, Link, Page, Pager, Tab, Table};

/// 名录 one of its lists.
#[derive(Debug, Template)]
#[template(path = "parties.html")]
pub struct PartiesPage {
    /// Shell.
    pub p: Page,
    /// 经营者、生产者、市场
    pub tabs: Vec<Tab>,
    /// Filters.
    pub filters: Filters,
    /// Rows.
    pub table: Table,
    /// Paging.
    pub pager: Pager,
    /// A new entry, for whoever may.
    pub add: Option<Link>,
}

/// A search within a page: what is found there can be chosen.
#[derive(Debug, Clone, Default)]
pub struct FindView {
    /// Address of the page.
    pub action: String,
    /// What it is for.
    pub title: String,
    /// What was searched for.
    pub q: String,
    /// Word of the field.
    pub label: String,
}

/// 名录条目 with its history.
#[derive(Debug, Template)]
#[template(path = "party.html")]
pub struct PartyPage {
    /// Shell.
    pub p: Page,
    /// What kind of entry.
    pub kind: String,
    /// 名称
    pub name: String,
    /// 在册状态
    pub state: Badge,
    /// Facts.
    pub groups: Vec<FactGroup>,
    /// Samples, cases, readings, stalls.
    pub tables: Vec<Table>,
    /// What may be done now.
    pub actions: Vec<ActionView>,
    /// A search for those actions.
    pub find: Option<FindView>,
    /// Links.
    pub related: Vec<Link>,
    /// 时间线
    pub timeline: Vec<Event>,
}

/// 名录表单
#[derive(Debug, Template)]
#[template(path = "party_form.html")]
pub struct PartyFormPage {
    /// Shell.
    pub p: Page,
    /// Title.
    pub title: String,
    /// One sentence.
    pub lead: String,
    /// Where the form posts to.
    pub action: String,
    /// Fields.
    pub fields: Vec<FieldView>,
    /// Where "back" leads.
    pub back: String,
}

/// 关联抽样单
#[derive(Debug, Template)]
#[template(path = "party_link.html")]
pub struct PartyLinkPage {
    /// Shell.
    pub p: Page,
    /// 抽样单编号
    pub no: String,
    /// Where the form posts to, and the search leads.
    pub action: String,
    /// What was searched for.
    pub q: String,
    /// What is printed on the sheet.
    pub printed: FactGroup,
    /// One choice a noun.
    pub fields: Vec<FieldView>,
    /// Entries that can be made out of the sheet.
    pub add: Vec<Link>,
}

/// One entry that is offered: what is read, and what it fills.
#[derive(Debug, Clone, Default)]
pub struct OfferView {
    /// Id.
    pub id: String,
    /// 名称
    pub name: String,
    /// Code and address.
    pub sub: String,
    /// Fields of the sheet with their texts.
    pub fills: Vec<(&'static str, String)>,
}

/// 提示 what is offered while somebody types.
#[derive(Debug, Template)]
#[template(path = "party_offers.html")]
pub struct OffersPage {
    /// Language.
    pub lang: shiyan_foundation::Lang,
    /// Entries.
    pub offers: Vec<OfferView>,
}

/// 从名录选 the picker of a group of the sheet.
#[derive(Debug, Clone, Default)]
pub struct PickerView {
    /// `operator` or `producer`.
    pub key: &'static str,
    /// Field whose text is looked for.
    pub of: &'static str,
    /// Word of the button.
    pub find: String,
    /// The entry that the saved sheet is linked to.
    pub linked: Option<Link>,
    /// The entry that was chosen and is not saved yet: id and name.
    pub chosen: Option<(String, String)>,
    /// What a search found; `None` where nobody searched.
    pub found: Option<Vec<OfferView>>,
}

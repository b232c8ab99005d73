//! 同一主体 what makes two entries the same. A rule that only offers: nothing is merged, renamed or linked by it alone, a person decides.

use shiyan_foundation::{labels, text::fold};

use super::CreditCode;

labels! {
    /// 相像之处 why an entry is offered.
    pub enum Likeness {
        Code = "code", "统一社会信用代码相同", "The same credit code";
        NameAndStreet = "name_street", "名称和街道相同", "The same name and street";
        NameAndPermit = "name_permit", "名称和生产许可证编号相同", "The same name and production permit";
    }
}

/// 名称 as it is compared: half-width, without spaces, brackets and points, in capitals, and without the words （个体工商户） that licences carry
/// since 2022 and sheets do not.
#[must_use]
pub fn plain(name: &str) -> String {
    let folded: String = fold(name).chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    folded.strip_suffix("个体工商户").map_or_else(|| folded.clone(), str::to_owned)
}

/// What two operators are compared by.
#[derive(Debug, Clone, Copy)]
pub struct OperatorKey<'a> {
    /// 名称
    pub name: &'a str,
    /// 统一社会信用代码
    pub code: Option<&'a CreditCode>,
    /// 街道代码
    pub street: &'a str,
}

/// What two producers are compared by.
#[derive(Debug, Clone, Copy)]
pub struct ProducerKey<'a> {
    /// 名称
    pub name: &'a str,
    /// 统一社会信用代码
    pub code: Option<&'a CreditCode>,
    /// 生产许可证编号, normalised.
    pub permit: &'a str,
}

fn by_code(a: Option<&CreditCode>, b: Option<&CreditCode>) -> Option<bool> {
    a.zip(b).map(|(a, b)| a == b)
}

fn same_name(a: &str, b: &str) -> bool {
    let a = plain(a);
    !a.is_empty() && a == plain(b)
}

/// 经营者 by the credit code where both have one; otherwise by name and street.
#[must_use]
pub fn operators(a: &OperatorKey<'_>, b: &OperatorKey<'_>) -> Option<Likeness> {
    match by_code(a.code, b.code) {
        Some(same) => same.then_some(Likeness::Code),
        None => (same_name(a.name, b.name) && !a.street.is_empty() && a.street == b.street).then_some(Likeness::NameAndStreet),
    }
}

/// 生产者 by the credit code where both have one; otherwise by name and production permit.
#[must_use]
pub fn producers(a: &ProducerKey<'_>, b: &ProducerKey<'_>) -> Option<Likeness> {
    match by_code(a.code, b.code) {
        Some(same) => same.then_some(Likeness::Code),
        None => (same_name(a.name, b.name) && !a.permit.is_empty() && a.permit == b.permit).then_some(Likeness::NameAndPermit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parties::credit::credit_code;

    /// One case a line: two operators as `name|code|street`, and what they have in common.
    const OPERATORS: &[(&str, &str, &str, &str)] = &[
        ("the same code is the same, whatever the sign says", "虚构超市|A|1", "另一招牌|A|2", "code"),
        ("two licences are two, at one door and under one name", "虚构超市|A|1", "虚构超市|B|1", ""),
        ("without a code the name and the street", "虚构超市||1", "虚构超市|A|1", "name_street"),
        ("neither has a code", "虚构超市||1", "虚构超市||1", "name_street"),
        ("the same name in another street is another shop", "虚构超市||1", "虚构超市||2", ""),
        ("another name is another shop", "虚构超市||1", "虚构商店||1", ""),
        ("brackets, width and spaces say nothing", "虚构超市（文化路店）||1", " 虚构 超市(文化路店)||1", "name_street"),
        ("nor does the form of the licence", "虚构超市（个体工商户）||1", "虚构超市||1", "name_street"),
        ("but a branch does", "虚构超市文化路店||1", "虚构超市||1", ""),
        ("nothing is like nothing", "/||1", "／||1", ""),
        ("nobody is where nobody said", "虚构超市||", "虚构超市||", ""),
    ];

    fn code(text: &str) -> Option<CreditCode> {
        (!text.is_empty()).then(|| CreditCode::of(&credit_code(&format!("92410105MA000000{text}")).unwrap()).unwrap())
    }

    #[test]
    fn operators_are_the_same_by_code_or_else_by_name_and_street() {
        use shiyan_foundation::Label;
        for (why, a, b, want) in OPERATORS {
            let cells = |text: &'static str| text.split('|').collect::<Vec<_>>();
            let (a, b) = (cells(a), cells(b));
            let (of_a, of_b) = (code(a[1]), code(b[1]));
            let key = |cells: &[&'static str], code| OperatorKey { name: cells[0], code, street: cells[2] };
            let (a, b) = (key(&a, of_a.as_ref()), key(&b, of_b.as_ref()));
            assert_eq!(operators(&a, &b).map_or("", Label::code), *want, "{why}");
            assert_eq!(operators(&b, &a), operators(&a, &b), "{why}, the other way round");
        }
    }
    #[test]
    fn producers_are_the_same_by_code_or_else_by_name_and_permit() {
        let key = |name, permit| ProducerKey { name, code: None, permit };
        assert_eq!(producers(&key("虚构食品厂", "SC1"), &key("虚构食品厂 ", "SC1")), Some(Likeness::NameAndPermit));
        assert_eq!(producers(&key("虚构食品厂", "SC1"), &key("虚构食品厂", "SC2")), None, "another site of the same company");
        assert_eq!(producers(&key("虚构食品厂", ""), &key("虚构食品厂", "")), None, "a name alone is not enough");
        let (a, b) = (code("A"), code("B"));
        let with = |code| ProducerKey { code, ..key("虚构食品厂", "SC1") };
        assert_eq!(producers(&with(a.as_ref()), &with(b.as_ref())), None);
        assert_eq!(producers(&with(a.as_ref()), &with(a.as_ref())), Some(Likeness::Code));
    }
}

//! 校验位 numbers whose last digit proves the others: barcodes, and the production licence on a label. (Credit codes are in `parties::credit`.)
//!
//! A sheet says what was printed. So a number that does not hold is a question to whoever typed it, and never changes what they typed.

use shiyan_foundation::{Label, Refusal, labels, text::fold};

use crate::code;

labels! {
    /// 条码种类
    pub enum BarcodeKind {
        Ean8 = "ean8", "EAN-8", "EAN-8";
        UpcA = "upc_a", "UPC-A（12位）", "UPC-A (12 digits)";
        Ean13 = "ean13", "EAN-13", "EAN-13";
        Gtin14 = "gtin14", "GTIN-14（箱码）", "GTIN-14 (case)";
    }
}

/// 商品条码 one that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barcode {
    /// Digits alone.
    pub digits: String,
    /// 种类
    pub kind: BarcodeKind,
}

impl Barcode {
    /// 同一商品 the fourteen digits under which every kind of the same number is one.
    #[must_use]
    pub fn gtin14(&self) -> String {
        format!("{:0>14}", self.digits)
    }
    /// 前缀码 whether the number was given out in mainland China (690 to 699); where a food was made, it does not say.
    #[must_use]
    pub fn is_chinese(&self) -> bool {
        self.kind == BarcodeKind::Ean13 && self.digits.starts_with("69")
    }
}

/// 模10校验位 of GS1: from the right, weights three and one in turn.
fn gs1_digit(digits: &[u8]) -> u32 {
    let sum: u32 = digits.iter().rev().zip([3, 1].into_iter().cycle()).map(|(d, weight)| u32::from(d - b'0') * weight).sum();
    (10 - sum % 10) % 10
}

/// 读条码: spaces between groups are taken out.
///
/// # Errors
/// `SHEET-BARCODE`: another number of digits, or a last digit that does not fit.
pub fn barcode(typed: &str) -> Result<Barcode, Refusal> {
    let digits: String = fold(typed).chars().filter(|c| !c.is_whitespace()).collect();
    let wrong = |why: &str, en: &str| Refusal::new(code::BARCODE).with("typed", typed.trim()).with("why", why).with("why_en", en).on("barcode");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong("含有数字以外的字符", "it has other characters than digits"));
    }
    let kind = match digits.len() {
        8 => BarcodeKind::Ean8,
        12 => BarcodeKind::UpcA,
        13 => BarcodeKind::Ean13,
        14 => BarcodeKind::Gtin14,
        _ => return Err(wrong("不是 8、12、13 或 14 位", "it has not 8, 12, 13 or 14 digits")),
    };
    let (body, last) = digits.as_bytes().split_at(digits.len() - 1);
    if u32::from(last[0] - b'0') != gs1_digit(body) {
        return Err(wrong("末位校验码不对", "the last digit does not fit the others"));
    }
    Ok(Barcode { digits, kind })
}

/// 食品生产许可证编号 `SC` and fourteen digits: kind and class, the district's six, four in turn, a check digit (食品生产许可管理办法).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductionPermit {
    /// As it is written: `SC` and the digits.
    pub number: String,
    /// 食品添加剂 rather than a food.
    pub additive: bool,
    /// 类别编号, two digits; of a food those of the licence, which are the 35 classes but for 28 to 31.
    pub class: String,
    /// 行政区划代码
    pub area: String,
    /// 校验位是否相符
    pub holds: bool,
}

impl ProductionPermit {
    /// 疑问 where the check digit does not fit: the label may be wrong, or what was typed.
    #[must_use]
    pub fn doubt(&self) -> Option<Refusal> {
        (!self.holds).then(|| Refusal::new(code::PERMIT_DIGIT).with("typed", &self.number).on("prod_permit"))
    }
}

/// ISO 7064 MOD 11,10 (GB/T 17710), the method of the numbering rules; it holds for every genuine number it was tried on.
fn mod_11_10_holds(digits: &[u8]) -> bool {
    let Some((last, body)) = digits.split_last() else { return false };
    let carried = body.iter().fold(10, |carried, d| {
        let sum = match (carried + u32::from(d - b'0')) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (carried + u32::from(last - b'0')) % 10 == 1
}

/// 读生产许可证编号
///
/// # Errors
/// `SHEET-SC`: not `SC` and fourteen digits, or neither food nor additive.
pub fn production_permit(typed: &str) -> Result<ProductionPermit, Refusal> {
    let number: String = fold(typed).to_ascii_uppercase().chars().filter(|c| !c.is_whitespace()).collect();
    let wrong = || Refusal::new(code::PERMIT_FORM).with("typed", typed.trim()).on("prod_permit");
    let digits = number.strip_prefix("SC").filter(|d| d.len() == 14 && d.bytes().all(|b| b.is_ascii_digit())).ok_or_else(wrong)?;
    let additive = match digits.as_bytes()[0] {
        b'1' => false,
        b'2' => true,
        _ => return Err(wrong()),
    };
    let (class, area, holds) = (digits[1..3].to_owned(), digits[3..9].to_owned(), mod_11_10_holds(digits.as_bytes()));
    Ok(ProductionPermit { number, additive, class, area, holds })
}

/// 食品经营许可证编号 `JY` and fourteen digits. Only the shape: genuine numbers were seen whose last digit follows no rule that was found.
#[must_use]
pub fn is_business_permit(typed: &str) -> bool {
    let number = fold(typed).to_ascii_uppercase();
    number.strip_prefix("JY").is_some_and(|d| d.len() == 14 && d.bytes().all(|b| b.is_ascii_digit()) && matches!(d.as_bytes()[0], b'1'..=b'3'))
}

impl std::fmt::Display for Barcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}（{}）", self.digits, self.kind.zh())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn barcodes_hold_as_an_independent_library_says() {
        let mut kinds = std::collections::BTreeSet::new();
        for row in include_str!("../tests/data/barcodes.csv").lines().skip(1) {
            let (digits, kind) = row.split_once(',').unwrap();
            let read = barcode(digits).unwrap();
            assert_eq!(read.kind.code(), kind);
            kinds.insert(kind);
            // Any one digit that is misread is found.
            for at in 0..digits.len() {
                let mut misread = digits.as_bytes().to_vec();
                misread[at] = b'0' + (misread[at] - b'0' + 1) % 10;
                assert_eq!(barcode(std::str::from_utf8(&misread).unwrap()).unwrap_err().code(), "SHEET-BARCODE");
            }
        }
        assert_eq!(kinds.len(), 4);
    }
    #[test]
    fn a_barcode_reads_as_it_is_typed_and_says_what_is_wrong() {
        let read = barcode("６９０ 1234567892").unwrap();
        assert_eq!((read.digits.as_str(), read.kind, read.is_chinese(), read.gtin14().as_str()), ("6901234567892", BarcodeKind::Ean13, true, "06901234567892"));
        for (typed, why) in [
            ("6901234567893", "末位校验码不对"),
            ("690123456789A", "含有数字以外的字符"),
            ("69012345", "末位校验码不对"),
            ("6901234", "不是 8、12、13 或 14 位"),
            ("", "含有数字以外的字符"),
        ] {
            assert_eq!(barcode(typed).unwrap_err().facts["why"], why, "{typed}");
        }
    }
    #[test]
    fn genuine_production_permits_hold_and_a_misread_one_is_asked_about() {
        // Seen on products and in public lists.
        for genuine in [
            "SC11464010500015",
            "SC11333019700024",
            "SC11837048101233",
            "SC11834020305037",
            "SC12636098200051",
            "SC11532139200465",
            "SC12434017430075",
            "SC11432010400101",
            "SC12444034200297",
        ] {
            let read = production_permit(genuine).unwrap();
            assert!(read.holds && read.doubt().is_none() && !read.additive, "{genuine}");
        }
        let read = production_permit("ｓｃ 114640 10500016").unwrap();
        assert_eq!((read.class.as_str(), read.area.as_str(), read.doubt().unwrap().code()), ("14", "640105", "SHEET-SC-DIGIT"));
        assert_eq!(read.number, "SC11464010500016", "what was typed is kept");
        for bad in ["SC1146401050001", "SC31464010500015", "QS410101010101", "11464010500015"] {
            assert_eq!(production_permit(bad).unwrap_err().code(), "SHEET-SC", "{bad}");
        }
    }
    #[test]
    fn a_business_permit_has_a_shape() {
        assert!(is_business_permit("jy14101050123456") && is_business_permit("JY34101050123456"));
        assert!(!is_business_permit("JY4410105012345") && !is_business_permit("JY44101050123456") && !is_business_permit("SC14101050123456"));
    }
}

//! Lines of Chinese and Latin text: where a line may end (禁则), how punctuation is squeezed, how a line is filled.

use crate::canvas::Glyph;
use crate::face::{FaceSet, Role};

/// May not begin a line.
const NOT_FIRST: &str = "，。！？）】》、：；％‰℃”’〉」』〕〗…—～·,.!?)]}:;%>/•②③";
/// May not end a line.
const NOT_LAST: &str = "（【《“‘〈「『〔〖([{<￥¥№$第";
/// Units of one character that stay with their number.
const UNITS: &str = "年月日时分秒批件个家项元万亿人次所户吨页天倍只条份名处起例种类号℃％%‰岁届期季米";
/// Units of two characters.
const PAIRS: [(char, char); 9] = [('批', '次'), ('项', '次'), ('公', '斤'), ('万', '元'), ('亿', '元'), ('万', '人'), ('千', '人'), ('小', '时'), ('个', '月')];
/// Units in Latin letters that stay with their number although a space stands between.
const LATIN_UNITS: [&str; 22] = ["mg", "g", "kg", "t", "µg", "μg", "ug", "ng", "mL", "ml", "L", "CFU", "MPN", "mm", "cm", "m", "min", "h", "d", "%", "‰", "℃"];

/// Where the lines of a text stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fill {
    #[default]
    Left,
    Centre,
    Right,
    /// Both edges straight, the last line left.
    Justify,
}

/// One line, ready to draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Line {
    pub glyphs: Vec<Glyph>,
    pub width: f32,
    /// The last line of its paragraph.
    pub last: bool,
}

pub(crate) fn is_cjk(c: char) -> bool {
    matches!(c as u32, 0x2e80..=0x2fff | 0x3001..=0x9fff | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xffef | 0x20000..=0x3ffff)
}

fn is_ideograph(c: char) -> bool {
    matches!(c as u32, 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff) || c == '〇'
}

/// The right half of its square is empty.
fn blank_right(c: char) -> bool {
    "，。、；：！？）】》〉」』〕〗”’".contains(c)
}

/// The left half of its square is empty.
fn blank_left(c: char) -> bool {
    "（【《〈「『〔〖“‘".contains(c)
}

/// How much of a full-width mark can be taken away, in em.
const SQUEEZE: f32 = 0.45;

/// The glyphs of a text on one line, with the small gap between Chinese and Latin and without double blanks between
/// punctuation marks.
pub(crate) fn glyphs(faces: &FaceSet<'_>, role: Role, size: f32, text: &str) -> Vec<Glyph> {
    let mut out: Vec<Glyph> = Vec::with_capacity(text.len());
    for c in text.chars() {
        let Some(found) = faces.find(role, c) else { continue };
        let natural = found.width * size;
        if let Some(last) = out.last_mut() {
            let (a, b) = (last.c, found.c);
            let wide = last.natural > size * 0.9;
            if wide && ((blank_right(a) && (blank_right(b) || blank_left(b))) || (blank_left(a) && blank_left(b) && natural > size * 0.9)) {
                last.advance -= size * SQUEEZE;
            } else if (is_ideograph(a) && b.is_ascii_alphanumeric()) || (a.is_ascii_alphanumeric() && is_ideograph(b)) {
                // Small enough that readers and searches still see one word.
                last.advance += size * 0.08;
            }
        }
        out.push(Glyph { face: found.face, gid: found.gid, c: found.c, natural, advance: natural });
    }
    out
}

/// Width of a text on one line.
pub(crate) fn width(faces: &FaceSet<'_>, role: Role, size: f32, text: &str) -> f32 {
    glyphs(faces, role, size, text).iter().map(|g| g.advance).sum()
}

/// A text cut to a width, with an ellipsis if something is missing.
pub(crate) fn shortened(faces: &FaceSet<'_>, role: Role, size: f32, text: &str, room: f32) -> String {
    if width(faces, role, size, text) <= room {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    while out.pop().is_some() {
        let cut = format!("{}…", out.trim_end());
        if width(faces, role, size, &cut) <= room {
            return cut;
        }
    }
    String::new()
}

/// Whether a line may end between glyph `i` and `i + 1`.
fn may_break(g: &[Glyph], i: usize) -> bool {
    let (a, b) = (g[i].c, g[i + 1].c);
    if b == ' ' || NOT_FIRST.contains(b) && !(b == '/' && is_cjk(a)) || NOT_LAST.contains(a) {
        return false;
    }
    if a == b && (a == '—' || a == '…') {
        return false;
    }
    if a == ' ' {
        let before = word_before(g, i);
        let after: String = g[i + 1..].iter().map(|g| g.c).take_while(|c| !c.is_whitespace() && !is_cjk(*c)).collect();
        let number = |w: &str| w.chars().next().is_some_and(|c| c.is_ascii_digit());
        let ends_in_number = before.chars().last().is_some_and(char::is_numeric);
        let unit = after.split(['/', ',', '.', ')']).next().unwrap_or("");
        if ends_in_number && LATIN_UNITS.contains(&unit) {
            return false;
        }
        // "GB 2763", "NY/T 761": a standard stays with its number.
        let prefix = !before.is_empty() && before.len() <= 6 && before.chars().all(|c| c.is_ascii_uppercase() || c == '/');
        return !(prefix && number(&after));
    }
    if a.is_ascii_digit() && UNITS.contains(b) {
        return false;
    }
    // 批次 and the like after a number are one unit of two characters.
    if i > 0 && g[i - 1].c.is_ascii_digit() && PAIRS.contains(&(a, b)) {
        return false;
    }
    // The year and the number of a document are one: 〔2027〕8号.
    if a == '〕' && b.is_ascii_digit() {
        return false;
    }
    // The number of a standard stays with its name.
    if b == '《' && a.is_ascii_digit() {
        return false;
    }
    // "g/袋" is one unit.
    if a == '/' && is_cjk(b) && i > 0 && g[i - 1].c.is_ascii_alphanumeric() {
        return false;
    }
    if is_cjk(a) || is_cjk(b) {
        return true;
    }
    // Inside Latin: only between long alternatives, never inside a unit (CFU/g).
    a == '/' && i > 8 && g[i + 1..].iter().take_while(|g| g.c.is_ascii_alphabetic()).count() > 2
}

fn word_before(g: &[Glyph], i: usize) -> String {
    let mut word: Vec<char> = g[..i].iter().rev().map(|g| g.c).take_while(|c| !c.is_whitespace() && !is_cjk(*c)).collect();
    word.reverse();
    word.into_iter().collect()
}

fn trimmed(g: &[Glyph]) -> &[Glyph] {
    let mut end = g.len();
    while end > 0 && g[end - 1].c == ' ' {
        end -= 1;
    }
    &g[..end]
}

/// Width of the glyphs as a line: spaces at the end do not count, a mark at the end may hang half.
fn line_width(g: &[Glyph], size: f32) -> f32 {
    let g = trimmed(g);
    let sum: f32 = g.iter().map(|g| g.advance).sum();
    let Some(last) = g.last() else { return 0.0 };
    let end = if blank_right(last.c) && last.natural > size * 0.9 { sum - size * SQUEEZE } else { sum };
    // The gap to what follows belongs to the next word.
    end - (last.advance - last.natural).max(0.0)
}

/// Breaks a text into lines. `indent` is the indent of the first line; line feeds in the text begin a new paragraph.
pub(crate) fn lines(faces: &FaceSet<'_>, role: Role, size: f32, text: &str, width: f32, indent: f32) -> Vec<Line> {
    let mut out = Vec::new();
    for paragraph in text.split('\n') {
        let all = glyphs(faces, role, size, paragraph.trim_end());
        let mut rest = all.as_slice();
        let mut room = width - indent;
        loop {
            let end = fit(rest, size, room);
            let mut line: Vec<Glyph> = trimmed(&rest[..end]).to_vec();
            if let Some(last) = line.last_mut() {
                last.advance = last.natural.min(last.advance.max(last.natural));
            }
            let measured = line_width(&line, size);
            rest = &rest[end..];
            while rest.first().is_some_and(|g| g.c == ' ') {
                rest = &rest[1..];
            }
            let last = rest.is_empty();
            out.push(Line { glyphs: line, width: measured, last });
            if last {
                break;
            }
            room = width;
        }
    }
    out
}

/// How many glyphs go on the next line.
fn fit(g: &[Glyph], size: f32, room: f32) -> usize {
    let (mut sum, mut best) = (0.0, 0);
    for i in 0..g.len() {
        sum += g[i].advance;
        let here = line_width(&g[..=i], size);
        if i + 1 == g.len() {
            if here <= room + 0.01 {
                return g.len();
            }
            break;
        }
        if here <= room + 0.01 && may_break(g, i) {
            best = i + 1;
        }
        if sum > room + size * 2.0 {
            break;
        }
    }
    if best > 0 {
        return best;
    }
    // One word wider than the line: cut it after a mark inside it if there is one, else where it is full.
    let (mut sum, mut mark) = (0.0, 0);
    for (i, glyph) in g.iter().enumerate() {
        sum += glyph.advance;
        if sum > room {
            return if mark > 0 { mark } else { i.max(1) };
        }
        // A number is never cut at its point or between its thousands.
        let digit = |at: usize| g.get(at).is_some_and(|g| g.c.is_ascii_digit());
        let in_number = matches!(glyph.c, '.' | ',') && i > 0 && digit(i - 1) && digit(i + 1);
        if " —–-/_.,@:;、；".contains(glyph.c) && !in_number && !(i + 1 < g.len() && NOT_FIRST.contains(g[i + 1].c)) {
            mark = i + 1;
        }
    }
    g.len()
}

/// Width of the longest piece that no line may break.
pub(crate) fn longest(faces: &FaceSet<'_>, role: Role, size: f32, text: &str) -> f32 {
    let mut most = 0.0f32;
    for paragraph in text.split('\n') {
        let all = glyphs(faces, role, size, paragraph);
        let mut from = 0;
        for i in 0..all.len() {
            if i + 1 == all.len() || may_break(&all, i) {
                most = most.max(line_width(&all[from..=i], size));
                from = i + 1;
            }
        }
    }
    most
}

/// Spreads a line over a width, if that does not tear it apart.
pub(crate) fn justify(line: &Line, size: f32, width: f32) -> Vec<Glyph> {
    let mut out = line.glyphs.clone();
    let extra = width - line.width;
    if extra <= 0.0 || out.len() < 2 {
        return out;
    }
    let spaces = out.iter().filter(|g| g.c == ' ').count();
    let cjk = out.iter().filter(|g| is_cjk(g.c)).count();
    let latin = cjk * 3 < out.len();
    let mut gaps: Vec<usize> = Vec::new();
    for i in 0..out.len() - 1 {
        let (a, b) = (out[i].c, out[i + 1].c);
        let digit_unit = a.is_ascii_digit() && UNITS.contains(b);
        let double = a == b && (a == '—' || a == '…');
        let here = if latin { a == ' ' } else { a == ' ' || ((is_cjk(a) || is_cjk(b)) && !digit_unit && !double) };
        if here {
            gaps.push(i);
        }
    }
    let most = if latin { 0.4 } else { 0.25 };
    if gaps.is_empty() || (latin && spaces < 3) || extra / gaps.len() as f32 > size * most {
        return out;
    }
    let each = extra / gaps.len() as f32;
    for i in gaps {
        out[i].advance += each;
    }
    out
}

/// Words that a title may not be broken inside.
const WORDS: [&str; 16] = [
    "食品安全",
    "抽样检验",
    "监督抽检",
    "风险监测",
    "评价性抽检",
    "快速检测",
    "核查处置",
    "工作报告",
    "分析报告",
    "检验报告",
    "监督管理",
    "市场",
    "情况",
    "年度",
    "上半年",
    "半年",
];

/// Breaks a title into lines of about the same length, never inside one of its words.
pub(crate) fn balanced(faces: &FaceSet<'_>, role: Role, size: f32, text: &str, width: f32) -> Vec<Line> {
    let greedy = lines(faces, role, size, text, width, 0.0);
    if greedy.len() < 2 || text.contains('\n') {
        return greedy;
    }
    let count = greedy.len();
    let total: f32 = greedy.iter().map(|l| l.width).sum();
    let mut narrow = total / count as f32;
    let mut first = None;
    while narrow < width {
        let tried = lines(faces, role, size, text, narrow, 0.0);
        if tried.len() == count {
            if whole(&tried) {
                return tried;
            }
            first.get_or_insert(tried);
        }
        narrow += size * 0.5;
    }
    first.unwrap_or(greedy)
}

/// Whether no word is cut by an end of a line.
fn whole(lines: &[Line]) -> bool {
    lines.windows(2).all(|pair| {
        let before: String = pair[0].glyphs.iter().map(|g| g.c).collect();
        let after: String = pair[1].glyphs.iter().map(|g| g.c).collect();
        WORDS.iter().all(|word| word.char_indices().skip(1).all(|(cut, _)| !(before.ends_with(&word[..cut]) && after.starts_with(&word[cut..]))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Faces;

    fn set(text: &str, em: f32) -> Vec<String> {
        let own = Faces { strict: true, ..Faces::default() };
        let faces = FaceSet::new(&own).unwrap();
        let out = lines(&faces, Role::Body, 10.0, text, em * 10.0, 0.0).iter().map(|l| l.glyphs.iter().map(|g| g.c).collect()).collect();
        faces.check().unwrap();
        out
    }

    #[test]
    fn no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() {
        let text = "经抽样检验，（《食品安全国家标准》）所检项目符合要求。合格率为９９％；其余：见附件、附表！是吗？好】的》吗（见【附件】《甲》）";
        for em in 4..30 {
            for line in set(text, em as f32) {
                let (first, last) = (line.chars().next().unwrap(), line.chars().last().unwrap());
                assert!(!"，。！？）】》、：；％".contains(first), "{line} at {em}");
                assert!(!"（【《".contains(last), "{line} at {em}");
            }
        }
    }

    #[test]
    fn nothing_is_lost() {
        let text = "示范市示范区2026年共抽检5332批次，不合格率2.09%，较上年下降0.17个百分点 mg/kg GB 2763-2021。";
        for em in 5..40 {
            let joined: String = set(text, em as f32).concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn number_and_unit_and_standard_and_number_stay_together() {
        for em in 6..24 {
            for line in set("残留量为0.25 mg/kg，依据GB 2763—2021，于2026年3月5日抽取12批次样品，不合格率2.09%。", em as f32) {
                assert!(!line.trim_end().ends_with("0.25"), "{line}");
                assert!(!line.starts_with("mg/kg"), "{line}");
                assert!(!line.trim_end().ends_with("GB"), "{line}");
                assert!(!line.starts_with(['年', '月', '日', '批', '%']), "{line}");
            }
        }
    }

    #[test]
    fn a_number_is_not_cut_at_its_point_however_narrow_the_cell() {
        let text = "菌落总数║n1=2.5×10⁵,n2=1.1×10⁵,n3=9.0×10⁴CFU/g║n=5,c=2,m=10000";
        for em in 5..20 {
            for line in set(text, em as f32) {
                assert!(!line.ends_with('.'), "{line} at {em}");
                assert!(!line.starts_with('.'), "{line} at {em}");
            }
        }
    }

    #[test]
    fn justified_lines_reach_the_edge() {
        let own = Faces::default();
        let faces = FaceSet::new(&own).unwrap();
        let text = "本年度全区食品安全抽样检验工作坚持问题导向，突出重点品种、重点区域、重点环节，全年任务按计划完成，群众满意度持续提升。";
        let set = lines(&faces, Role::Body, 16.0, text, 442.0, 32.0);
        for (i, line) in set.iter().filter(|l| !l.last).enumerate() {
            let room = if i == 0 { 410.0 } else { 442.0 };
            let glyphs = justify(line, 16.0, room);
            assert!((line_width(&glyphs, 16.0) - room).abs() < 0.5);
        }
    }

    #[test]
    fn a_missing_glyph_is_an_error_in_strict_mode() {
        let own = Faces { strict: true, ..Faces::default() };
        let faces = FaceSet::new(&own).unwrap();
        let set = glyphs(&faces, Role::Body, 10.0, "甲\u{1f600}乙");
        assert_eq!(set[1].c, '〓');
        assert_eq!(faces.check(), Err(crate::ReportError::MissingGlyphs("\u{1f600}".into())));
    }

    #[test]
    fn the_characters_of_the_laboratory_are_there() {
        let own = Faces { strict: true, ..Faces::default() };
        let faces = FaceSet::new(&own).unwrap();
        for role in [Role::Title, Role::Heading, Role::Body, Role::Table, Role::TableBold] {
            glyphs(&faces, role, 10.0, "²³µμ≤≥℃‰⁰⁴⁹⁻₀₁₆₉×±①⑳ⅠⅫ□☐√～〔〕—…·“”喆堃玥噁");
        }
        faces.check().unwrap();
    }
}

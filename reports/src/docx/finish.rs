//! What `docx-rs` cannot write, added to its XML: heads of tables that are repeated on every page, the words beside pictures, the parts of an
//! element in the order of the standard, one set of heads and feet for all sections. Identifiers and times are fixed, so that the same paper gives
//! the same bytes.

use std::io::{Cursor, Read, Write};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::ReportError;
use crate::paper::Paper;

/// An element with its attributes and contents as they are written, entities untouched.
#[derive(Debug, Clone, PartialEq, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Element(Element),
    Text(String),
}

fn wrong(e: impl std::fmt::Display) -> ReportError {
    ReportError::Write(e.to_string())
}

/// The file as `docx-rs` wrote it, made whole.
pub(super) fn finish(raw: Vec<u8>, paper: &Paper, alts: &[String]) -> Result<Vec<u8>, ReportError> {
    let mut from = ZipArchive::new(Cursor::new(raw)).map_err(wrong)?;
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).last_modified_time(DateTime::default()).unix_permissions(0o644);
    for i in 0..from.len() {
        let mut entry = from.by_index(i).map_err(wrong)?;
        let name = entry.name().map_err(wrong)?.into_owned();
        if name.ends_with('/') {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(wrong)?;
        let part = name.strip_prefix("word/").filter(|part| !part.contains('/') && part.ends_with(".xml"));
        if name == "docProps/core.xml" {
            bytes = properties(paper).into_bytes();
        } else if let Some(part) = part {
            let mut root = parse(&bytes)?;
            match part {
                "document.xml" => document(&mut root, alts),
                "styles.xml" => styles(&mut root),
                _ => {}
            }
            tidy(&mut root);
            bytes = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>{}", written(&root)).into_bytes();
        }
        to.start_file(name, options).map_err(wrong)?;
        to.write_all(&bytes).map_err(wrong)?;
    }
    Ok(to.finish().map_err(wrong)?.into_inner())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control()) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// What a reader of files shows.
fn properties(paper: &Paper) -> String {
    let day = paper.created.with_timezone(&chrono::Utc).format("%Y-%m-%dT%H:%M:%SZ");
    let (title, author, subject) = (escaped(&paper.title), escaped(&paper.author), escaped(&paper.subject));
    let lang = paper.lang.pick("zh-CN", "en");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><cp:coreProperties \
         xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:title>{title}</dc:title>\
         <dc:subject>{subject}</dc:subject><dc:creator>{author}</dc:creator><cp:lastModifiedBy>{author}</cp:lastModifiedBy><dc:language>{lang}</dc:language>\
         <dcterms:created xsi:type=\"dcterms:W3CDTF\">{day}</dcterms:created><dcterms:modified xsi:type=\"dcterms:W3CDTF\">{day}</dcterms:modified>\
         </cp:coreProperties>"
    )
}

// ---------------------------------------------------------------- what is added

fn document(root: &mut Element, alts: &[String]) {
    let mut pictures = alts.iter().enumerate();
    each(root, &mut |e| {
        if e.name == "wp:docPr"
            && let Some((i, alt)) = pictures.next()
        {
            e.set("id", &(i + 1).to_string());
            e.set("descr", &escaped(alt));
        }
        if e.name == "w:tbl" {
            heads(e);
        }
    });
    // Heads and feet are named once, by the first section; the others take them over. Only the first has a page without them.
    let mut sections = Vec::new();
    each(root, &mut |e| {
        if e.name == "w:sectPr" {
            sections.push(e.clone());
        }
    });
    let count = sections.len();
    if count < 2 {
        return;
    }
    let carried = |n: &Node| matches!(n, Node::Element(e) if matches!(e.name.as_str(), "w:headerReference" | "w:footerReference" | "w:titlePg"));
    let shared: Vec<Node> = sections.iter().flat_map(|s| s.children.iter().filter(|n| carried(n)).cloned()).collect();
    let mut at = 0;
    each(root, &mut |e| {
        if e.name == "w:sectPr" {
            e.children.retain(|n| !carried(n));
            if at == 0 {
                e.children.extend(shared.iter().cloned());
            }
            at += 1;
        }
    });
}

/// The rows before the first that is set in another style than that of heads.
fn heads(table: &mut Element) {
    let rows = table.children.iter_mut().filter_map(|n| match n {
        Node::Element(e) if e.name == "w:tr" => Some(e),
        _ => None,
    });
    for row in rows.take_while(|row| row.find("w:pStyle").and_then(|s| s.get("w:val")) == Some("TableHead")) {
        let properties = row.children.iter_mut().find_map(|n| match n {
            Node::Element(e) if e.name == "w:trPr" => Some(e),
            _ => None,
        });
        if let Some(properties) = properties {
            properties.children.push(Node::Element(Element { name: "w:tblHeader".to_owned(), ..Element::default() }));
        }
    }
}

/// `docx-rs` writes a style Normal of its own before ours.
fn styles(root: &mut Element) {
    let normal = |n: &Node| matches!(n, Node::Element(e) if e.name == "w:style" && e.get("w:styleId") == Some("Normal"));
    if root.children.iter().filter(|n| normal(n)).count() > 1
        && let Some(first) = root.children.iter().position(normal)
    {
        root.children.remove(first);
    }
    for node in &mut root.children {
        if let Node::Element(e) = node
            && e.get("w:styleId") == Some("Normal")
        {
            e.set("w:default", "1");
        }
    }
}

/// The order in which the standard wants the parts of an element; readers that are strict refuse another.
const ORDERS: &[(&str, &[&str])] = &[
    (
        "w:sectPr",
        &["w:headerReference", "w:footerReference", "w:type", "w:pgSz", "w:pgMar", "w:pgNumType", "w:cols", "w:titlePg", "w:textDirection", "w:docGrid"],
    ),
    (
        "w:style",
        &[
            "w:name",
            "w:basedOn",
            "w:next",
            "w:link",
            "w:uiPriority",
            "w:semiHidden",
            "w:unhideWhenUsed",
            "w:qFormat",
            "w:pPr",
            "w:rPr",
            "w:tblPr",
            "w:trPr",
            "w:tcPr",
        ],
    ),
    (
        "w:pPr",
        &[
            "w:pStyle",
            "w:keepNext",
            "w:keepLines",
            "w:pageBreakBefore",
            "w:widowControl",
            "w:numPr",
            "w:pBdr",
            "w:shd",
            "w:tabs",
            "w:adjustRightInd",
            "w:snapToGrid",
            "w:spacing",
            "w:ind",
            "w:jc",
            "w:textAlignment",
            "w:outlineLvl",
            "w:rPr",
            "w:sectPr",
        ],
    ),
    (
        "w:rPr",
        &["w:rStyle", "w:rFonts", "w:b", "w:bCs", "w:i", "w:iCs", "w:color", "w:spacing", "w:sz", "w:szCs", "w:highlight", "w:u", "w:shd", "w:vertAlign"],
    ),
    ("w:tblPr", &["w:tblStyle", "w:tblW", "w:jc", "w:tblInd", "w:tblBorders", "w:tblLayout", "w:tblCellMar"]),
    ("w:tcPr", &["w:tcW", "w:gridSpan", "w:vMerge", "w:tcBorders", "w:shd", "w:tcMar", "w:textDirection", "w:vAlign"]),
    ("w:tblCellMar", &["w:top", "w:left", "w:bottom", "w:right"]),
    ("w:tblBorders", &["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"]),
];

fn tidy(root: &mut Element) {
    each(root, &mut |e| {
        e.attributes.retain(|(name, _)| name != "w14:paraId" && name != "w14:textId");
        // An empty description of letters says nothing.
        if e.name == "w:pPr" {
            e.children.retain(|n| !matches!(n, Node::Element(inner) if inner.name == "w:rPr" && inner.children.is_empty()));
        }
        if let Some((_, order)) = ORDERS.iter().find(|(name, _)| *name == e.name) {
            e.children.sort_by_key(|n| match n {
                Node::Element(inner) => order.iter().position(|name| *name == inner.name).unwrap_or(order.len()),
                Node::Text(_) => order.len(),
            });
        }
    });
}

// ---------------------------------------------------------------- a tree of XML

impl Element {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    fn set(&mut self, name: &str, value: &str) {
        match self.attributes.iter_mut().find(|(n, _)| n == name) {
            Some((_, v)) => value.clone_into(v),
            None => self.attributes.push((name.to_owned(), value.to_owned())),
        }
    }
    /// The first element of a name, at any depth.
    fn find(&self, name: &str) -> Option<&Element> {
        self.children.iter().find_map(|n| match n {
            Node::Element(e) if e.name == name => Some(e),
            Node::Element(e) => e.find(name),
            Node::Text(_) => None,
        })
    }
}

fn each(element: &mut Element, act: &mut dyn FnMut(&mut Element)) {
    act(element);
    for node in &mut element.children {
        if let Node::Element(inner) = node {
            each(inner, act);
        }
    }
}

fn started(start: &BytesStart<'_>) -> Result<Element, ReportError> {
    let mut element = Element { name: start.name().as_ref().to_owned(), ..Element::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(wrong)?;
        element.attributes.push((attribute.key.as_ref().to_owned(), attribute.value.into_owned()));
    }
    Ok(element)
}

fn parse(bytes: &[u8]) -> Result<Element, ReportError> {
    let mut reader = Reader::from_str(std::str::from_utf8(bytes).map_err(wrong)?);
    let mut open = vec![Element::default()];
    let add = |open: &mut Vec<Element>, node: Node| {
        if let Some(parent) = open.last_mut() {
            parent.children.push(node);
        }
    };
    loop {
        match reader.read_event().map_err(wrong)? {
            Event::Start(start) => open.push(started(&start)?),
            Event::Empty(start) => {
                let element = started(&start)?;
                add(&mut open, Node::Element(element));
            }
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    add(&mut open, Node::Element(done));
                }
            }
            Event::Text(text) => add(&mut open, Node::Text((*text).to_owned())),
            Event::GeneralRef(name) => add(&mut open, Node::Text(format!("&{};", &*name))),
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop().and_then(|top| top.children.into_iter().find_map(|n| if let Node::Element(e) = n { Some(e) } else { None }));
    root.ok_or_else(|| wrong("no element"))
}

fn written(root: &Element) -> String {
    fn put(e: &Element, out: &mut String) {
        out.push('<');
        out.push_str(&e.name);
        for (name, value) in &e.attributes {
            out.push_str(&format!(" {name}=\"{value}\""));
        }
        if e.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for node in &e.children {
            match node {
                Node::Element(inner) => put(inner, out),
                Node::Text(text) => out.push_str(text),
            }
        }
        out.push_str(&format!("</{}>", e.name));
    }
    let mut out = String::new();
    put(root, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(xml: &str, alts: &[&str]) -> String {
        let mut root = parse(xml.as_bytes()).unwrap();
        document(&mut root, &alts.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>());
        tidy(&mut root);
        written(&root)
    }

    #[test]
    fn a_tree_is_written_as_it_was_read() {
        let xml = r#"<a x="1 &lt; 2"><b/>甲 &amp; 乙<c y="&quot;">丙</c></a>"#;
        assert_eq!(written(&parse(xml.as_bytes()).unwrap()), xml);
        assert!(parse(b"<a><b></a>").is_err());
    }
    #[test]
    fn the_leading_rows_of_heads_are_repeated_and_no_others() {
        let row = |style: &str| format!(r#"<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p></w:tc></w:tr>"#);
        let xml = format!("<w:body><w:tbl>{}{}{}{}</w:tbl></w:body>", row("TableHead"), row("TableHead"), row("TableText"), row("TableHead"));
        let out = passed(&xml, &[]);
        assert_eq!(out.matches("<w:cantSplit/><w:tblHeader/>").count(), 2, "{out}");
        assert!(!out.split("TableText").nth(1).unwrap().contains("tblHeader"));
    }
    #[test]
    fn pictures_have_their_words_and_numbers_of_their_own() {
        let out = passed(r#"<b><wp:docPr id="1" name="Figure"/><wp:docPr id="1" name="Figure"/></b>"#, &["甲 \"1\" < 2", "乙"]);
        assert_eq!(out, r#"<b><wp:docPr id="1" name="Figure" descr="甲 &quot;1&quot; &lt; 2"/><wp:docPr id="2" name="Figure" descr="乙"/></b>"#);
    }
    #[test]
    fn heads_and_feet_are_named_by_the_first_section() {
        let out = passed(r#"<b><w:sectPr><w:pgSz/></w:sectPr><w:sectPr><w:pgSz/><w:titlePg/><w:headerReference r:id="h"/></w:sectPr></b>"#, &[]);
        assert_eq!(out, r#"<b><w:sectPr><w:headerReference r:id="h"/><w:pgSz/><w:titlePg/></w:sectPr><w:sectPr><w:pgSz/></w:sectPr></b>"#);
    }
}

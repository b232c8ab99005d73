//! XML 报文 as a small tree of names and texts: no document type, no entity but the five of XML and numbers, nothing deeper, longer or more than it is bounded to.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::Event;
use shiyan_foundation::Refusal;
use shiyan_rapid_test::code;

use super::json::Bounds;

/// 元素; attributes say nothing in the dialects that are read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Element {
    /// Name without its prefix.
    pub name: String,
    /// The text directly inside.
    pub text: String,
    /// The elements inside.
    pub inner: Vec<Element>,
}

impl Element {
    /// The first element inside of a name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.inner.iter().find(|e| e.name == name)
    }
    /// The element along a way of names.
    #[must_use]
    pub fn at(&self, way: &[&str]) -> Option<&Element> {
        way.iter().try_fold(self, |e, name| e.child(name))
    }
    /// The first element of a name, this one included, at any depth.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Element> {
        if self.name == name { Some(self) } else { self.inner.iter().find_map(|e| e.find(name)) }
    }
}

/// The text without its mark, when it is not too long and there is something in it.
fn bounded<'t>(text: &'t str, bounds: &Bounds) -> Result<&'t str, Refusal> {
    if text.len() > bounds.bytes {
        return Err(Refusal::new(code::SENT_SIZE).with("size", text.len()).with("limit", bounds.bytes));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() { Err(Refusal::new(code::SENT_EMPTY)) } else { Ok(text) }
}

/// Reads one document.
///
/// # Errors
/// `RAPID-SENT-EMPTY`, `-SIZE`, `-BROKEN`, `-DEEP`, `-MANY`.
pub fn read(text: &str, bounds: &Bounds) -> Result<Element, Refusal> {
    let mut reader = Reader::from_str(bounded(text, bounds)?);
    reader.config_mut().expand_empty_elements = true;
    let broken = |detail: &dyn std::fmt::Display| Refusal::new(code::SENT_BROKEN).with("format", "XML").with("detail", detail);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut left = bounds.members;
    loop {
        let position = reader.buffer_position();
        let event = reader.read_event().map_err(|e| broken(&e))?;
        let said = match event {
            Event::Eof => break,
            Event::Start(start) => {
                if let Some(Err(e)) = start.attributes().find(Result::is_err) {
                    return Err(broken(&e));
                }
                if root.is_some() {
                    return Err(broken(&"<>"));
                }
                if open.len() >= bounds.depth {
                    return Err(Refusal::new(code::SENT_DEEP).with("limit", bounds.depth));
                }
                left = left.checked_sub(1).ok_or_else(|| Refusal::new(code::SENT_MANY).with("limit", bounds.members))?;
                open.push(Element { name: start.local_name().as_ref().to_owned(), ..Element::default() });
                continue;
            }
            Event::End(_) => {
                let Some(done) = open.pop() else { return Err(broken(&"</>")) };
                match open.last_mut() {
                    Some(outer) => outer.inner.push(done),
                    None => root = Some(done),
                }
                continue;
            }
            Event::Text(t) => t.xml10_content().into_owned(),
            Event::CData(t) => t.xml10_content().into_owned(),
            Event::GeneralRef(name) => match resolve_predefined_entity(&name.xml10_content()) {
                Some(known) => known.to_owned(),
                None => match name.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => return Err(broken(&format!("&{};", name.xml10_content()))),
                },
            },
            Event::DocType(_) => return Err(broken(&"DOCTYPE")),
            Event::Decl(_) if position > 0 => return Err(broken(&"<?xml")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
        };
        match open.last_mut() {
            Some(element) => element.text.push_str(&said),
            None if said.trim().is_empty() => {}
            None => return Err(broken(&said.trim().chars().take(40).collect::<String>())),
        }
    }
    match root {
        Some(root) if open.is_empty() => Ok(root),
        _ => Err(broken(&"…")),
    }
}

/// A text inside an element, for answers.
#[must_use]
pub fn escaped(text: &str) -> String {
    escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    const SMALL: Bounds = Bounds { bytes: 2_000, depth: 5, members: 20 };

    #[test]
    fn texts_and_entities_are_read_and_nothing_is_expanded() {
        let root = read("<?xml version=\"1.0\"?><s:a xmlns:s=\"u\"><b>1 &lt; 2 &#x9752;</b><b/><c><![CDATA[<d>]]></c></s:a>", &SMALL).unwrap();
        assert_eq!((root.name.as_str(), root.inner.len()), ("a", 3));
        assert_eq!(root.at(&["b"]).unwrap().text, "1 < 2 青");
        assert_eq!(root.find("c").unwrap().text, "<d>");
    }
    #[test]
    fn a_document_type_an_unknown_entity_and_every_excess_are_refused() {
        let code = |text: &str| read(text, &SMALL).unwrap_err().code();
        for text in [
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<a>&x;</a>",
            "<a><b></a>",
            "<a>",
            "<a/><b/>",
            "text",
            "<a></a>text",
            "<a b=\"1\" b=\"2\"/>",
            "</a>",
            "<a><?xml version=\"1.0\"?></a>",
        ] {
            assert_eq!(code(text), "RAPID-SENT-BROKEN", "{text}");
        }
        assert_eq!(code(&"<a>".repeat(6)), "RAPID-SENT-DEEP");
        assert_eq!(code(&format!("<a>{}</a>", "<b/>".repeat(25))), "RAPID-SENT-MANY");
        assert_eq!(code(&format!("<a>{}</a>", "x".repeat(2_000))), "RAPID-SENT-SIZE");
        assert_eq!(code(" "), "RAPID-SENT-EMPTY");
    }
}

//! 写出 a message of SSD2, and its rows as a table. Same rows, same bytes.

use std::collections::BTreeSet;

use quick_xml::escape::partial_escape;
use serde::Serialize;
use shiyan_foundation::Refusal;

use super::{Model, definition};
use crate::out::{self, Cell};

/// 报文头 what a message says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Message {
    /// Elements of the header, in their order.
    pub header: Vec<(String, String)>,
    /// Elements of the operation, in their order.
    pub operation: Vec<(String, String)>,
}

impl Message {
    /// The head of a set of results that leaves this house.
    #[must_use]
    pub fn from_here(id: &str, sender: &str, comment: &str) -> Self {
        let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Self {
            header: of(&[("type", "dcfmsg"), ("version", "2.0"), ("senderMessageId", id), ("senderOrgCode", sender)]),
            operation: of(&[("opType", "Export"), ("senderDatasetId", id), ("dcTable", "SSD2"), ("orgCode", sender), ("opCom", comment)]),
        }
    }
    /// A part of the head; empty where it has none.
    #[must_use]
    pub fn part(&self, name: &str) -> &str {
        self.header.iter().chain(&self.operation).find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }
}

fn element(out: &mut String, depth: usize, name: &str, text: &str) {
    out.push_str(&"  ".repeat(depth));
    // XML has no form for the other control characters
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n')).collect();
    out.push_str(&format!("<{name}>{}</{name}>\n", partial_escape(text.as_str())));
}

/// The message as XML: each line is the elements of one result with their texts.
#[must_use]
pub fn message_xml(message: &Message, lines: impl Iterator<Item = Vec<(String, String)>>) -> Vec<u8> {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<message>\n  <header>\n".to_owned();
    message.header.iter().for_each(|(name, text)| element(&mut out, 2, name, text));
    out.push_str("  </header>\n  <payload>\n    <operation>\n");
    message.operation.iter().for_each(|(name, text)| element(&mut out, 3, name, text));
    out.push_str("    </operation>\n    <dataset>\n");
    for line in lines {
        out.push_str("      <result>\n");
        line.iter().for_each(|(name, text)| element(&mut out, 4, name, text));
        out.push_str("      </result>\n");
    }
    out.push_str("    </dataset>\n  </payload>\n</message>\n");
    out.into_bytes()
}

/// The same rows as csv, columns in the order of the standard.
///
/// # Errors
/// `FILE-WRITE`.
pub fn csv(lines: &[Vec<(String, String)>]) -> Result<Vec<u8>, Refusal> {
    let used: BTreeSet<&str> = lines.iter().flatten().map(|(name, _)| name.as_str()).collect();
    let header: Vec<&str> = definition().of_model(Model::Ssd2).map(|e| e.name.as_str()).filter(|n| used.contains(n)).collect();
    let cell = |line: &Vec<(String, String)>, name: &str| line.iter().find(|(n, _)| n == name).map_or("", |(_, t)| t.as_str()).to_owned();
    let rows: Vec<Vec<Cell>> = lines.iter().map(|line| header.iter().map(|name| Cell::Text(cell(line, name))).collect()).collect();
    out::csv(&header, &rows)
}

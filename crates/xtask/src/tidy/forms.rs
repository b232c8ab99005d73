//! Addresses that take something name its shape: a form comes as `Sent<Shape>` (or, before a sign-in, as `Outside<Shape>`), a body in JSON as
//! `Body<Struct>` with the bounds of validator; an id in an address is typed. A form that came as it is would be a bag of texts without bounds.

use super::Finding;
use super::habits::File;

/// What takes no body, and why.
const NOTHING_TAKEN: &[(&str, &str)] = &[("crates/web/kit/src/server.rs", "the address that is none answers a form for it without reading it")];

/// Names of parts of an address that are ids or hashes, and must not be text.
const TYPED: &[&str] = &["id", "item", "sha", "sha256", "step"];
/// What is text all the same, and why.
const TEXT: &[(&str, &str, &str)] = &[("crates/web/admin/src/admin.rs", "id", "the number of a row of a limit table is text (L0001)")];

/// Refuses what is posted without a shape, and ids as text.
pub fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files.iter().filter(|f| f.path.starts_with("crates/web/") && f.path.ends_with(".rs")) {
        // the routes of tests stand behind this line
        let released = file.text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, _) in released.match_indices("#[post(").chain(released.match_indices("#[get(")) {
            let Some((address, signature)) = handler(&released[at..]) else { continue };
            let line = released[..at].matches('\n').count() + 1;
            let mut refuse = |what: String| findings.push(Finding::new(format!("{}:{line}", file.path), what));
            if released[at..].starts_with("#[post(") && !NOTHING_TAKEN.iter().any(|(path, _)| *path == file.path) && !has_shape(signature) {
                refuse("a form is taken as `Sent<Shape>`, a body in JSON as `Body<Struct>`: nothing is posted without a shape".into());
            }
            for name in TYPED.iter().filter(|name| address.contains(&format!("<{name}>"))) {
                let text = [format!("{name}: &str"), format!("{name}: Option<&str>"), format!("{name}: String")].iter().any(|t| signature.contains(t.as_str()));
                if text && !TEXT.iter().any(|(path, part, _)| *path == file.path && part == name) {
                    refuse(format!("<{name}> of an address is typed (`Key<SampleId>`, `Sha256`, `Code<Action>`), not text"));
                }
            }
        }
    }
    findings
}

/// The path of a handler, and its signature.
fn handler(text: &str) -> Option<(&str, &str)> {
    let (attribute, rest) = text.split_once(")]")?;
    let signature = rest.get(rest.find("fn ")?..)?;
    // the path; what stands behind a question mark is a filter
    let path = attribute.split('?').next()?;
    Some((path, signature.split(" {\n").next()?))
}

fn has_shape(signature: &str) -> bool {
    ["Result<Sent<", "Result<Outside<", ": Body<"].iter().any(|taken| signature.contains(taken))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> usize {
        check(&[File { path: "crates/web/bench/src/a.rs".into(), text: text.into() }]).len()
    }

    #[test]
    fn what_is_posted_without_a_shape_is_refused() {
        for (data, count) in [
            ("form: Result<Sent<StepForm>, Failure>", 0),
            ("form: Result<Outside<Bare>, Failure>", 0),
            ("body: Body<SaveBody>", 0),
            ("form: Result<Posted, Failure>", 1),
            ("form: Form<HashMap<String, String>>", 1),
            ("", 1),
        ] {
            let text = format!("#[post(\"/a/<id>\", data = \"<form>\")]\nasync fn a(user: User, id: Key<CaseId>, {data}) -> Answer {{\n}}\n");
            assert_eq!(refused(&text), count, "{data}");
        }
        let in_a_test = "#[cfg(test)]\nmod tests {\n    #[post(\"/a\")]\n    fn a() -> String {\n    }\n}\n";
        assert_eq!(refused(in_a_test), 0);
    }
    #[test]
    fn an_id_of_an_address_is_no_text() {
        for (id, count) in [("id: Key<CaseId>", 0), ("id: &str", 1), ("id: Option<&str>", 1)] {
            assert_eq!(refused(&format!("#[get(\"/a/<id>?<page>\")]\nasync fn a(user: User, {id}) -> Html {{\n}}\n")), count, "{id}");
        }
        assert_eq!(refused("#[get(\"/a/<key>\")]\nasync fn a(user: User, key: &str) -> Html {\n}\n"), 0);
    }
}

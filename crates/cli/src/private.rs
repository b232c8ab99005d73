//! 私密 what holds personal data and passwords may be read and changed by the account of the program alone.

use std::path::{Path, PathBuf};

use shiyan_foundation::Refusal;

use crate::code;
use crate::place::Place;

/// What is looked at: Chinese, English, and the permissions it should have.
struct Kind {
    zh: &'static str,
    en: &'static str,
    fix: &'static str,
}
const DATA: Kind = Kind { zh: "数据目录", en: "data directory", fix: "700" };
const BACKUPS: Kind = Kind { zh: "备份目录", en: "backup directory", fix: "700" };
const SCRATCH: Kind = Kind { zh: "演练目录", en: "rehearsal directory", fix: "700" };
const DATABASE: Kind = Kind { zh: "数据库文件", en: "database file", fix: "600" };
const CONFIG: Kind = Kind { zh: "写有密码的配置文件", en: "configuration file with a password in it", fix: "600" };
const TOKEN: Kind = Kind { zh: "凭证文件", en: "file of a token", fix: "600" };

/// Everything of an installation that other accounts can read or change. What lies in a directory that nobody else may enter is
/// not looked at by itself.
pub(crate) fn exposed(place: &Place) -> Vec<Refusal> {
    let mut found = Vec::new();
    let mut look = |kind: &Kind, path: Option<&Path>| found.extend(path.and_then(|path| open_to_others(kind, path)));
    look(&DATA, Some(&place.data));
    look(&DATABASE, place.database_file().as_deref());
    look(&CONFIG, place.config_with_password().as_deref());
    look(&BACKUPS, place.file.backup_dir.as_deref());
    look(&SCRATCH, place.file.rehearsal_dir.as_deref());
    found
}

/// A directory for backups, given on the command line.
pub(crate) fn exposed_backups(dir: &Path) -> Option<Refusal> {
    open_to_others(&BACKUPS, dir)
}

/// A file that holds the token of a program.
pub(crate) fn exposed_token(file: &Path) -> Option<Refusal> {
    open_to_others(&TOKEN, file)
}

#[cfg(unix)]
fn open_to_others(kind: &Kind, path: &Path) -> Option<Refusal> {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| path.metadata().ok().map(|m| (m.is_dir(), m.permissions().mode() & 0o7777));
    let (is_dir, own) = mode(path)?;
    // A file behind a door that is shut to group and others is not reached, whatever it says of itself.
    let door = (!is_dir).then(|| path.canonicalize().ok()?.parent().map(Path::to_path_buf)).flatten();
    let behind = door.and_then(|dir| mode(&dir)).is_some_and(|(_, door)| door & 0o011 == 0);
    if own & 0o077 == 0 || behind {
        return None;
    }
    let refusal = Refusal::new(code::OPEN_TO_OTHERS).with("what", kind.zh).with("what_en", kind.en).with("at", path.display());
    Some(refusal.with("mode", format!("{own:o}")).with("fix", format!("chmod {} {}", kind.fix, quoted(path))))
}
#[cfg(not(unix))]
fn open_to_others(_: &Kind, _: &Path) -> Option<Refusal> {
    None
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+@%".contains(c)) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The file of the configuration when it holds a password.
pub(crate) fn holds_password(url: Option<&str>) -> bool {
    let Some((_, rest)) = url.and_then(|url| url.split_once("://")) else { return false };
    rest.rsplit_once('@').is_some_and(|(who, _)| who.contains(':')) || rest.to_ascii_lowercase().contains("password=")
}

/// Where the configuration of a call stands.
pub(crate) fn config_file(explicit: Option<&Path>, data: &Path) -> PathBuf {
    explicit.map_or_else(|| data.join("shiyan.toml"), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_password_in_an_address_is_seen() {
        for url in ["postgres://u:secret@h/db", "postgres://h/db?user=u&password=secret", "postgres://u:a@b@h/db"] {
            assert!(holds_password(Some(url)), "{url}");
        }
        for url in ["postgres://u@h:5432/db", "postgres://h/db", "sqlite:///data/x.db"] {
            assert!(!holds_password(Some(url)), "{url}");
        }
        assert!(!holds_password(None));
    }
    #[test]
    fn a_path_is_written_as_a_shell_takes_it() {
        assert_eq!(quoted(Path::new("/srv/shiyan")), "/srv/shiyan");
        assert_eq!(quoted(Path::new("/srv/it's 食验")), r"'/srv/it'\''s 食验'");
    }
}

//! What the command line prints: a failure is a code, what happened, the next step; then the exit code.

use std::fmt::{Arguments, Display};
use std::io::{ErrorKind, Write};
use std::path::Path;

use shiyan_app::Error;
use shiyan_app::files::{Readers, write as write_whole};
use shiyan_foundation::{CodeInfo, Label, Lang, Refusal};

use crate::code;

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failed {
    /// 拒绝: exit code 1.
    Refused(Vec<Refusal>),
    /// Something was checked and does not hold: exit code 1; it has been printed.
    Found,
    /// 故障 of files, network or database: exit code 2.
    Fault(Refusal),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(why) => Failed::Refused(why),
            Error::NotFound => Failed::not_found("-", ("记录", "record"), ("核对编号", "check the number")),
            Error::Unusable(why) | Error::Away(why) => Failed::Fault(why),
            Error::Again(_) => Failed::fault(error),
            Error::Fault(text) => Failed::fault(text),
        }
    }
}
impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Failed::Refused(vec![refusal])
    }
}
impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Failed::fault(error)
    }
}
impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Failed::fault(error)
    }
}

/// Why a file, a directory or an address could not be used: Chinese, English.
fn why(error: &std::io::Error) -> (String, String) {
    let (zh, en) = match error.kind() {
        ErrorKind::NotFound => ("没有这个文件或目录", "no such file or directory"),
        ErrorKind::PermissionDenied => ("没有权限", "permission denied"),
        ErrorKind::IsADirectory => ("它是一个目录", "it is a directory"),
        ErrorKind::NotADirectory => ("路径中有一段不是目录", "a part of the path is not a directory"),
        ErrorKind::AlreadyExists => ("已经存在", "it exists already"),
        ErrorKind::StorageFull => ("磁盘已满", "the disk is full"),
        ErrorKind::InvalidData => ("不是 UTF-8 文本", "it is not UTF-8 text"),
        ErrorKind::AddrInUse => ("已被占用", "it is in use"),
        ErrorKind::AddrNotAvailable => ("本机没有这个地址", "this machine does not have the address"),
        _ => return (error.to_string(), error.to_string()),
    };
    (zh.to_owned(), en.to_owned())
}

impl Failed {
    /// The machine failed in a way that has no code of its own.
    #[must_use]
    pub fn fault(detail: impl Display) -> Self {
        Failed::Fault(Refusal::new(code::FAULT).with("detail", detail))
    }
    /// A path or an address could not be used.
    #[must_use]
    pub fn io(info: &'static CodeInfo, at: impl Display, error: &std::io::Error) -> Self {
        let (zh, en) = why(error);
        Failed::Fault(Refusal::new(info).with("at", at).with("why", zh).with("why_en", en))
    }
    /// Something named is not there; `whence` says where the names stand.
    #[must_use]
    pub fn not_found(typed: &str, label: (&str, &str), whence: (&str, &str)) -> Self {
        let refusal = Refusal::new(code::NOT_FOUND).with("typed", typed).with("label", label.0).with("label_en", label.1);
        refusal.with("where", whence.0).with("where_en", whence.1).into()
    }
    /// Prints it to standard error and gives the exit code.
    #[must_use]
    pub fn say(&self, lang: Lang) -> u8 {
        let tell = |refusal: &Refusal| {
            let hint = lang.pick("提示：", "hint:");
            // Nobody may be listening; the exit code still tells.
            let _ = writeln!(std::io::stderr(), "[{}] {}\n  {hint} {}", refusal.code(), refusal.what(lang), refusal.next(lang));
        };
        match self {
            Failed::Refused(why) => {
                why.iter().for_each(tell);
                1
            }
            Failed::Found => 1,
            Failed::Fault(refusal) => {
                tell(refusal);
                2
            }
        }
    }
}

/// A typed value that is none of a vocabulary, with the vocabulary.
#[must_use]
pub fn no_such<L: Label>(label: (&str, &str), typed: &str) -> Refusal {
    let listed = |lang| L::ALL.iter().map(|m| format!("{}（{}）", m.code(), m.label(lang))).collect::<Vec<_>>();
    not_listed(label, typed, &listed(Lang::Zh), &listed(Lang::En))
}

/// A typed value that is not in a list, with the list.
#[must_use]
pub fn not_listed(label: (&str, &str), typed: &str, zh: &[String], en: &[String]) -> Refusal {
    let refusal = Refusal::new(code::CHOICE).with("typed", typed).with("label", label.0).with("label_en", label.1);
    refusal.with("choices", zh.join("、")).with("choices_en", en.join(", ").replace('（', " (").replace('）', ")"))
}

/// A member of a vocabulary as typed: its code, with hyphens as well as underscores, or its label.
#[must_use]
pub fn member<L: Label>(typed: &str) -> Option<L> {
    let typed = typed.trim();
    L::parse(typed).or_else(|| L::parse(&typed.replace('-', "_").to_lowercase()))
}

/// Bytes of a file.
///
/// # Errors
/// `CLI-FILE-READ`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    std::fs::read(path).map_err(|e| Failed::io(code::FILE_READ, path.display(), &e))
}

/// Writes a file whole: it is complete, or as it was before.
///
/// # Errors
/// `CLI-FILE-WRITE`.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failed> {
    write_whole(path, bytes, Readers::Usual).map_err(|e| Failed::io(code::FILE_WRITE, path.display(), &e))
}

/// One line on standard output. Who has stopped reading, as `head` does, has seen enough: that is no failure.
///
/// # Errors
/// Standard output cannot be written.
pub fn line(text: Arguments<'_>) -> Result<(), Failed> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failed::io(code::FILE_WRITE, "stdout", &error)),
        _ => Ok(()),
    }
}

/// Prints one line on standard output; gives what [`line`] gives.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => { $crate::print::line(format_args!($($text)*)) };
}

/// Pretty JSON on standard output.
///
/// # Errors
/// The value cannot be written.
pub fn json(value: &impl serde::Serialize) -> Result<(), Failed> {
    say!("{}", serde_json::to_string_pretty(value)?)
}

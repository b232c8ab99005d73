//! What the command line prints: a failure is a code, what happened, the next step; then the exit code.

use shiyan_app::Error;
use shiyan_foundation::{Lang, Refusal};

/// Why a command did not succeed.
#[derive(Debug)]
pub enum Failed {
    /// 拒绝: exit code 1.
    Refused(Vec<Refusal>),
    /// Something was checked and does not hold: exit code 1; it has been printed.
    Found,
    /// Files, network, database: exit code 2.
    Fault(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(why) => Failed::Refused(why),
            Error::NotFound => Failed::Refused(vec![Refusal::new(shiyan_web::failure::code::NOT_FOUND)]),
            Error::Fault(text) => Failed::Fault(text),
        }
    }
}
impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Failed::Refused(vec![refusal])
    }
}
impl From<String> for Failed {
    fn from(text: String) -> Self {
        Failed::Fault(text)
    }
}
impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Failed::Fault(error.to_string())
    }
}
impl From<serde_json::Error> for Failed {
    fn from(error: serde_json::Error) -> Self {
        Failed::Fault(error.to_string())
    }
}

impl Failed {
    /// Prints it to standard error and gives the exit code.
    #[must_use]
    pub fn say(&self, lang: Lang) -> u8 {
        match self {
            Failed::Refused(why) => {
                for refusal in why {
                    eprintln!("[{}] {}", refusal.code(), refusal.what(lang));
                    eprintln!("  {} {}", lang.pick("提示：", "hint:"), refusal.next(lang));
                }
                1
            }
            Failed::Found => 1,
            Failed::Fault(text) => {
                eprintln!("{} {text}", lang.pick("故障：", "fault:"));
                2
            }
        }
    }
}

/// Pretty JSON on standard output.
///
/// # Errors
/// The value cannot be written.
pub fn json(value: &impl serde::Serialize) -> Result<(), Failed> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

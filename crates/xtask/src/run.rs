//! Running other programs.

use crate::Failure;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// The cargo that started us.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// The command line as a person would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    command.get_args().fold(program, |line, arg| line + " " + &arg.to_string_lossy())
}

/// Run to the end with the terminal as it is.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|e| format!("`{}` could not be started: {e}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", shown(command))) }
}

/// Run to the end and keep what it said; a failure carries its words.
pub fn output(command: &mut Command) -> Result<Output, Failure> {
    let line = shown(command);
    let out = command.stdin(Stdio::null()).output().map_err(|e| format!("`{line}` could not be started: {e}"))?;
    if out.status.success() {
        return Ok(out);
    }
    let said = [String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr)].concat();
    Err(format!("`{line}` failed ({}): {}", out.status, last_lines(&said, 12)))
}

/// The end of a long text.
pub fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// A program of this name in one of the directories of PATH.
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// "3.2 s", "4 min 07 s".
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 { format!("{}.{} s", seconds, time.subsec_millis() / 100) } else { format!("{} min {:02} s", seconds / 60, seconds % 60) }
}

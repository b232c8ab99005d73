//! 文件 a file of ours is complete or absent: written beside its place under `NAME.part`, brought to disk, read back by whoever
//! wants to, and only then given its name. What stood there before stays until that moment.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// 仅本账号 0600 from the first byte.
    Owner,
    /// As the account is set up, or as the file that is replaced.
    Usual,
}

/// Parts and scratch directories of this process.
static PARTS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn parts() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    PARTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes every unfinished part and every scratch directory away. While the guard lives no other is begun: for a process that ends now.
pub fn clear_parts() -> impl Sized {
    let guard = parts();
    for part in guard.iter() {
        let _ = if part.is_dir() { std::fs::remove_dir_all(part) } else { std::fs::remove_file(part) };
    }
    guard
}

/// 临时目录 a private directory that goes away with it, however it ends.
#[derive(Debug)]
pub struct Scratch {
    dir: PathBuf,
}

impl Scratch {
    /// Makes it. The caller sees to it that there is one at a time: what is there was left by a killed run, and is replaced.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn new(dir: PathBuf) -> Result<Scratch> {
        let mut registered = parts();
        if dir.symlink_metadata().is_ok() {
            std::fs::remove_dir_all(&dir)?;
        }
        private_dir(&dir)?;
        registered.insert(dir.clone());
        Ok(Scratch { dir })
    }
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut registered = parts();
        let _ = std::fs::remove_dir_all(&self.dir);
        registered.remove(&self.dir);
    }
}

/// A file that is being written. Dropped without [`Part::finish`] it leaves nothing behind.
#[derive(Debug)]
pub struct Part {
    target: PathBuf,
    part: PathBuf,
    handle: File,
    done: bool,
}

impl Part {
    /// Begins beside the place. A part that a killed run has left is replaced; one that is being written is not touched.
    ///
    /// # Errors
    /// The directory is not there or may not be written; a directory stands in the place; somebody else writes the same file.
    pub fn begin(target: &Path, readers: Readers) -> Result<Part> {
        // Through a link the file it names is replaced, not the link.
        let target = if target.is_symlink() { std::fs::canonicalize(target)? } else { target.to_path_buf() };
        if target.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        let part = PathBuf::from(format!("{}.part", target.display()));
        let mut registered = parts();
        if registered.contains(&part) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        if part.symlink_metadata().is_ok_and(|left| left.is_file()) {
            File::options().write(true).open(&part)?.try_lock().map_err(|_| Error::from(ErrorKind::AlreadyExists))?;
            std::fs::remove_file(&part)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        if readers == Readers::Owner {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        let handle = options.open(&part)?;
        registered.insert(part.clone());
        drop(registered);
        let begun = Part { target, part, handle, done: false };
        begun.handle.try_lock().map_err(|_| Error::from(ErrorKind::AlreadyExists))?;
        if readers == Readers::Usual
            && let Ok(before) = begun.target.metadata()
        {
            begun.handle.set_permissions(before.permissions())?;
        }
        Ok(begun)
    }
    /// Where it is while it is not finished.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.part
    }
    /// Brings what has been written to disk.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn sync(&self) -> Result<()> {
        self.handle.sync_all()
    }
    /// Gives it its name, for good: the directory is brought to disk too.
    ///
    /// # Errors
    /// The disk does not take it; somebody has exchanged the part.
    pub fn finish(mut self) -> Result<()> {
        self.sync()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let (mine, there) = (self.handle.metadata()?, self.part.symlink_metadata()?);
            if (mine.dev(), mine.ino()) != (there.dev(), there.ino()) {
                return Err(Error::other("the part was exchanged while it was written"));
            }
        }
        std::fs::rename(&self.part, &self.target)?;
        self.done = true;
        sync_parent(&self.target)
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.handle.write(bytes)
    }
    fn flush(&mut self) -> Result<()> {
        self.handle.flush()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let mut registered = parts();
        if !self.done {
            let _ = std::fs::remove_file(&self.part);
        }
        registered.remove(&self.part);
    }
}

/// Brings the directory of a file to disk: a new name is as durable as what it names.
fn sync_parent(file: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        let parent = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

/// Writes a file whole. What is no ordinary file, such as `/dev/stdout` or a pipe, is written into as it is.
///
/// # Errors
/// The file cannot be written; then it is as it was before.
pub fn write(path: &Path, bytes: &[u8], readers: Readers) -> Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let mut part = Part::begin(path, readers)?;
    part.write_all(bytes)?;
    part.finish()
}

/// A directory that only its owner may enter, with those above it; one that is there stays as it is.
///
/// # Errors
/// It cannot be made.
pub fn private_dir(dir: &Path) -> Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// 超级用户 whether this process may do everything on this machine: nothing of ours needs that.
#[must_use]
pub fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Dir(PathBuf);
    impl Dir {
        fn new() -> Self {
            let dir = Dir(std::env::temp_dir().join(format!("shiyan-files-{}", uuid::Uuid::now_v7().simple())));
            private_dir(&dir.0).unwrap();
            dir
        }
        fn names(&self) -> Vec<String> {
            let mut names: Vec<String> = std::fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        }
    }
    impl Drop for Dir {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
    #[cfg(unix)]
    fn mode(file: &Path) -> u32 {
        std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions()) & 0o777
    }

    #[test]
    fn a_file_is_complete_or_as_it_was_before() {
        let dir = Dir::new();
        let file = dir.0.join("a");
        write(&file, b"first", Readers::Owner).unwrap();
        let mut part = Part::begin(&file, Readers::Owner).unwrap();
        part.write_all(b"sec").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"first", "the old one stands until the new one is whole");
        assert_eq!(Part::begin(&file, Readers::Owner).unwrap_err().kind(), ErrorKind::AlreadyExists, "one writer a file");
        drop(part);
        assert_eq!((dir.names(), std::fs::read(&file).unwrap()), (vec!["a".to_owned()], b"first".to_vec()));
        std::fs::write(dir.0.join("a.part"), b"left by a killed run").unwrap();
        write(&file, b"second", Readers::Owner).unwrap();
        assert_eq!((dir.names(), std::fs::read(&file).unwrap()), (vec!["a".to_owned()], b"second".to_vec()));
        assert_eq!(write(&dir.0, b"x", Readers::Owner).unwrap_err().kind(), ErrorKind::IsADirectory);
        assert_eq!(write(&dir.0.join("no/a"), b"x", Readers::Owner).unwrap_err().kind(), ErrorKind::NotFound);
        let exchanged = Part::begin(&file, Readers::Owner).unwrap();
        std::fs::remove_file(exchanged.path()).unwrap();
        std::fs::write(exchanged.path(), b"of somebody else").unwrap();
        assert!(exchanged.finish().is_err());
        assert_eq!(std::fs::read(&file).unwrap(), b"second");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_private_is_so_from_the_first_byte() {
        use std::os::unix::fs::PermissionsExt;
        let dir = Dir::new();
        assert_eq!(mode(&dir.0), 0o700);
        let file = dir.0.join("a");
        std::fs::write(&file, b"x").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        let part = Part::begin(&file, Readers::Owner).unwrap();
        assert_eq!(mode(part.path()), 0o600);
        part.finish().unwrap();
        assert_eq!(mode(&file), 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        write(&file, b"y", Readers::Usual).unwrap();
        assert_eq!(mode(&file), 0o640, "what is replaced keeps its readers");
        std::os::unix::fs::symlink(&file, dir.0.join("link")).unwrap();
        write(&dir.0.join("link"), b"z", Readers::Usual).unwrap();
        assert!(dir.0.join("link").is_symlink() && std::fs::read(&file).unwrap() == b"z");
        write(Path::new("/dev/null"), b"z", Readers::Usual).unwrap();
    }
}

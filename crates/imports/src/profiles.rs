//! 仪器格式文件 the profiles of the house: those in use of the page of the quality manager, and those of the folder `profiles` of the data
//! directory, both read anew at every use. A new instrument is a new file, and the server need not be started again.

use std::path::{Path, PathBuf};

use shiyan_exchange::code::INSTR_PROFILE;
use shiyan_exchange::instrument::Profiles;
use shiyan_foundation::Refusal;
use shiyan_lab_results::bench::ProfileVersion;

/// Files of the folder that are looked at.
const MOST: usize = 500;
/// Largest file that is read; the reader of profiles refuses much smaller ones.
const LARGEST: u64 = 1 << 20;

/// The profiles of the page and of the folder before the shipped ones; a folder that is not there is an empty one. Files are taken by
/// name, so that the order does not depend on the disk.
#[must_use]
pub fn of_house(pages: &[ProfileVersion], folder: Option<&Path>) -> Profiles {
    let entries = folder.and_then(|f| std::fs::read_dir(f).ok()).into_iter().flatten().flatten().map(|e| e.path());
    let mut paths: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"))).take(MOST).collect();
    paths.sort();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let mut unread = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let small = std::fs::metadata(&path).and_then(|m| if m.len() <= LARGEST { std::fs::read(&path) } else { Err(std::io::ErrorKind::FileTooLarge.into()) });
        match small {
            Ok(bytes) => files.push((name, bytes)),
            Err(error) => {
                let refusal = Refusal::new(INSTR_PROFILE).with("profile", &name).with("line", 1).with("detail", error);
                unread.push((name, refusal));
            }
        }
    }
    let ids: Vec<String> = pages.iter().map(ProfileVersion::id).collect();
    let pages = ids.iter().zip(pages).map(|(id, page)| (id.as_str(), page.text.as_str()));
    let mut profiles = Profiles::of_house(pages, files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
    profiles.refused.append(&mut unread);
    profiles
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_folder_is_read_again_at_every_use() {
        let folder = std::env::temp_dir().join(format!("shiyan-profiles-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let shipped = shiyan_exchange::instrument::shipped().len();
        assert_eq!(of_house(&[], Some(&folder)).all().count(), shipped, "no folder is no profile");
        std::fs::create_dir_all(&folder).unwrap();
        let text = "key = \"t9\"\nversion = 1\nname = { zh = \"甲\", en = \"A\" }\nmaker = \"\"\nmodel = \"\"\n[file]\nkind = \"text\"\n[table]\nshape = \"wide\"\nheader = [[\"S\"]]\n[sample]\ncolumn = \"S\"\n";
        std::fs::write(folder.join("t9.toml"), text).unwrap();
        std::fs::write(folder.join("bad.toml"), "key = 1\n").unwrap();
        std::fs::write(folder.join("notes.txt"), "x").unwrap();
        let found = of_house(&[], Some(&folder));
        assert_eq!((found.all().count(), found.by_key("t9").is_some()), (shipped + 1, true));
        assert_eq!(found.refused.iter().map(|(n, r)| (n.as_str(), r.code())).collect::<Vec<_>>(), [("bad.toml", "INSTR-PROFILE")]);
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(of_house(&[], Some(&folder)).all().count(), shipped);
    }
}

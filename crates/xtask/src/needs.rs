//! What the tests need from the machine, why, and the one apt-get line that brings it.
//!
//! Everything is decided here from two injected lookups, so that a bare machine can be simulated.

use crate::Failure;
use std::path::{Path, PathBuf};

/// How a need shows that it is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// All of these programs are on the PATH.
    Programs(&'static [&'static str]),
    /// `initdb` and `postgres` in a versioned directory of Debian's packages.
    PostgresServer,
    /// Any one of these files is there.
    AnyFile(&'static [&'static str]),
}

/// One thing that the tests use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub packages: &'static [&'static str],
    pub probe: Probe,
    pub why: &'static str,
    /// Without an optional one a few tests say that they skip.
    pub optional: bool,
}

pub const NEEDS: &[Need] = &[
    Need { packages: &["gcc", "libc6-dev"], probe: Probe::Programs(&["cc"]), why: "the C compiler that builds the embedded SQLite", optional: false },
    Need { packages: &["make"], probe: Probe::Programs(&["make"]), why: "builds the allocator of the program", optional: false },
    Need { packages: &["postgresql"], probe: Probe::PostgresServer, why: "the same tests on a real PostgreSQL server", optional: false },
    Need { packages: &["chromium"], probe: Probe::Programs(&["chromium"]), why: "the browser test walks the pages", optional: false },
    Need { packages: &["chromium-driver"], probe: Probe::Programs(&["chromedriver"]), why: "drives that browser", optional: false },
    Need {
        packages: &["poppler-utils"],
        probe: Probe::Programs(&["pdftotext", "pdftoppm", "pdfinfo", "pdffonts"]),
        why: "reads text, fonts and page images of the reports",
        optional: false,
    },
    Need { packages: &["qpdf"], probe: Probe::Programs(&["qpdf"]), why: "checks the structure of the reports", optional: false },
    Need { packages: &["sqlite3"], probe: Probe::Programs(&["sqlite3"]), why: "tampers with the database behind the program's back", optional: false },
    Need { packages: &["zbar-tools"], probe: Probe::Programs(&["zbarimg"]), why: "reads the verification QR code from the printed page", optional: true },
    Need {
        packages: &["fonts-wqy-microhei"],
        probe: Probe::AnyFile(&[
            "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
            "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
            "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
            "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
        ]),
        why: "a Chinese face, so that the browser's page images can be read",
        optional: true,
    },
];

/// What is there and what is not, as the lookups see it.
pub trait Lookup {
    fn program(&self, name: &str) -> bool;
    fn file(&self, path: &str) -> bool;
    fn postgres_bin(&self) -> Option<PathBuf>;
}

/// The machine we run on.
#[derive(Debug)]
pub struct Machine;

impl Lookup for Machine {
    fn program(&self, name: &str) -> bool {
        crate::run::on_path(name)
    }

    fn file(&self, path: &str) -> bool {
        Path::new(path).is_file()
    }

    /// The newest server that Debian's packages installed; their programs are not on the PATH.
    fn postgres_bin(&self) -> Option<PathBuf> {
        let installed = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        installed
            .filter_map(Result::ok)
            .map(|entry| (entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0), entry.path().join("bin")))
            .filter(|(_, bin)| bin.join("postgres").is_file() && bin.join("initdb").is_file())
            .max()
            .map(|(_, bin)| bin)
    }
}

/// The needs that are not met.
pub fn missing(lookup: &dyn Lookup) -> Vec<&'static Need> {
    let met = |need: &Need| match need.probe {
        Probe::Programs(names) => names.iter().all(|name| lookup.program(name)),
        Probe::PostgresServer => lookup.postgres_bin().is_some(),
        Probe::AnyFile(paths) => paths.iter().any(|path| lookup.file(path)),
    };
    NEEDS.iter().filter(|need| !met(need)).collect()
}

/// The packages of these needs.
pub fn packages(needs: &[&Need]) -> Vec<&'static str> {
    needs.iter().flat_map(|need| need.packages.iter().copied()).collect()
}

/// What to do about the missing needs.
#[derive(Debug, PartialEq, Eq)]
pub enum Plan {
    /// Everything is there: apt-get is not touched.
    Nothing,
    /// We are root: install the required ones, then try the optional ones.
    Install { required: Vec<&'static str>, optional: Vec<&'static str> },
    /// Only optional ones are missing and we may not install: go on and say so.
    GoOn,
    /// Required ones are missing and we may not install.
    Refuse,
}

/// Decide, from what is missing and who we are.
pub fn plan(missing: &[&Need], root: bool, lookup: &dyn Lookup) -> Plan {
    let (optional, required): (Vec<&Need>, Vec<&Need>) = missing.iter().copied().partition(|need| need.optional);
    if missing.is_empty() {
        Plan::Nothing
    } else if root && lookup.program("apt-get") {
        Plan::Install { required: packages(&required), optional: packages(&optional) }
    } else if required.is_empty() {
        Plan::GoOn
    } else {
        Plan::Refuse
    }
}

/// The line that a person types.
pub fn apt_line(missing: &[&Need]) -> String {
    format!("apt-get update && apt-get install -y --no-install-recommends {}", packages(missing).join(" "))
}

/// One line a missing thing: package, why.
pub fn listing(missing: &[&Need]) -> String {
    missing.iter().map(|need| format!("  {:<20} {}{}\n", need.packages.join(" "), need.why, if need.optional { " (optional)" } else { "" })).collect()
}

/// Make sure that every required need is met, installing with `apt` where the plan says so. `apt` gets the arguments after `apt-get`.
pub fn provide(lookup: &dyn Lookup, root: bool, say: &mut dyn FnMut(&str), apt: &mut dyn FnMut(&[&str]) -> Result<(), Failure>) -> Result<(), Failure> {
    let absent = missing(lookup);
    if absent.is_empty() {
        say(&format!("all {} needs are met; apt-get is not called", NEEDS.len()));
        return Ok(());
    }
    say(&format!("missing on this machine:\n{}", listing(&absent).trim_end()));
    match plan(&absent, root, lookup) {
        Plan::Nothing => Ok(()),
        Plan::GoOn => {
            say(&format!("going on without the optional ones; to have them: {}", apt_line(&absent)));
            Ok(())
        }
        Plan::Refuse => Err(format!("install what is missing as root, then run this again:\n\n    {}\n", apt_line(&absent))),
        Plan::Install { required, optional } => {
            let updated = apt(&["update"]);
            if let Err(why) = &updated {
                say(&format!("{why}; trying with the package lists that are there"));
            }
            let install = ["install", "-y", "--no-install-recommends"];
            if !required.is_empty() {
                apt(&[&install[..], &required].concat())?;
            }
            if !optional.is_empty()
                && let Err(why) = apt(&[&install[..], &optional].concat())
            {
                say(&format!("going on without the optional ones: {why}"));
            }
            let left: Vec<&Need> = missing(lookup).into_iter().filter(|need| !need.optional).collect();
            if left.is_empty() { Ok(()) } else { Err(format!("still missing after the installation:\n{}", listing(&left))) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    /// A machine made up for the test; "installing" a package makes its needs met.
    struct Fake {
        /// Programs and files.
        things: RefCell<BTreeSet<&'static str>>,
        postgres: RefCell<bool>,
        stubborn: bool,
    }

    impl Fake {
        fn bare() -> Self {
            Fake { things: RefCell::new(BTreeSet::from(["apt-get", "cc", "make"])), postgres: RefCell::new(false), stubborn: false }
        }

        fn full() -> Self {
            let fake = Self::bare();
            fake.install(&packages(&NEEDS.iter().collect::<Vec<_>>()));
            fake
        }

        fn install(&self, names: &[&str]) {
            for need in NEEDS.iter().filter(|need| need.packages.iter().any(|package| names.contains(package))) {
                match need.probe {
                    Probe::Programs(names) | Probe::AnyFile(names) => self.things.borrow_mut().extend(names),
                    Probe::PostgresServer => *self.postgres.borrow_mut() = true,
                }
            }
        }

        fn provide(&self, root: bool, broken: &[&str]) -> (Result<(), Failure>, Vec<String>, String) {
            let (mut calls, mut said) = (Vec::new(), String::new());
            let outcome = super::provide(self, root, &mut |line| said.push_str(line), &mut |args| {
                calls.push(args.join(" "));
                if args.iter().any(|arg| broken.contains(arg)) {
                    return Err(format!("apt-get {} failed", args[0]));
                }
                if !self.stubborn {
                    self.install(args);
                }
                Ok(())
            });
            (outcome, calls, said)
        }
    }

    impl Lookup for Fake {
        fn program(&self, name: &str) -> bool {
            self.things.borrow().contains(name)
        }

        fn file(&self, path: &str) -> bool {
            self.things.borrow().contains(path)
        }

        fn postgres_bin(&self) -> Option<PathBuf> {
            self.postgres.borrow().then(|| PathBuf::from("/usr/lib/postgresql/15/bin"))
        }
    }

    #[test]
    fn a_full_machine_never_calls_apt() {
        let (outcome, calls, said) = Fake::full().provide(true, &[]);
        assert_eq!((outcome, calls), (Ok(()), vec![]));
        assert!(said.contains("all 10 needs are met"), "{said}");
    }

    #[test]
    fn a_bare_machine_updates_the_lists_first_and_then_installs_all() {
        let (outcome, calls, said) = Fake::bare().provide(true, &[]);
        assert_eq!(outcome, Ok(()));
        assert_eq!(
            calls,
            [
                "update",
                "install -y --no-install-recommends postgresql chromium chromium-driver poppler-utils qpdf sqlite3",
                "install -y --no-install-recommends zbar-tools fonts-wqy-microhei"
            ]
        );
        assert!(said.contains("postgresql           the same tests on a real PostgreSQL server"), "{said}");
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        let fake = Fake::full();
        fake.things.borrow_mut().remove("qpdf");
        assert_eq!(fake.provide(true, &[]).1, ["update", "install -y --no-install-recommends qpdf"]);
    }

    #[test]
    fn part_of_a_package_is_not_enough() {
        let fake = Fake::full();
        fake.things.borrow_mut().remove("pdftoppm");
        assert_eq!(packages(&missing(&fake)), ["poppler-utils"]);
    }

    #[test]
    fn without_root_it_says_the_line_and_refuses() {
        let (outcome, calls, _) = Fake::bare().provide(false, &[]);
        assert!(calls.is_empty());
        let message = outcome.unwrap_err();
        let line = "    apt-get update && apt-get install -y --no-install-recommends postgresql chromium chromium-driver poppler-utils qpdf sqlite3 zbar-tools fonts-wqy-microhei\n";
        assert!(message.contains(line), "{message}");
    }

    #[test]
    fn without_root_an_optional_one_does_not_stop_the_run() {
        let fake = Fake::full();
        fake.things.borrow_mut().remove("zbarimg");
        let (outcome, calls, said) = fake.provide(false, &[]);
        assert_eq!((outcome, calls.len()), (Ok(()), 0));
        assert!(said.contains("zbar-tools") && said.contains("optional"), "{said}");
    }

    #[test]
    fn failures_of_apt_are_reported_except_for_optional_ones_and_stale_lists() {
        assert!(Fake::bare().provide(true, &["postgresql"]).0.is_err());
        assert_eq!(Fake::bare().provide(true, &["zbar-tools"]).0, Ok(()));
        assert_eq!(Fake::bare().provide(true, &["update"]).0, Ok(()));
    }

    #[test]
    fn an_installation_that_brings_nothing_is_noticed() {
        let fake = Fake { stubborn: true, ..Fake::bare() };
        assert!(fake.provide(true, &[]).0.unwrap_err().starts_with("still missing after the installation"));
    }
}

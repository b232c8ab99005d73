//! A stand-in for the GUI framework that the font data crates name. They use it only to register the folder their
//! font files lie in; with this in its place they are plain data crates and no GUI is compiled.

/// Collects the folders of the font data crates.
#[derive(Debug, Default)]
pub struct Cx {
    /// Manifest folders of the crates that registered themselves.
    pub dirs: Vec<&'static str>,
}

/// What the font crates call; keeps the folder, ignores the rest.
#[macro_export]
macro_rules! live_design {
    ($($t:tt)*) => {
        pub fn live_design(cx: &mut $crate::Cx) {
            cx.dirs.push(env!("CARGO_MANIFEST_DIR"));
        }
    };
}

//! 损坏 what the engines say when a page or a file can no longer be believed.

use sea_orm::{DbErr, RuntimeErr, sqlx};

/// The error says that what is stored is damaged; its text with the code of the engine. `None` of any other error.
///
/// SQLite: `CORRUPT` (11), `NOTADB` (26), and a read that its own file system found false (`IOERR_CORRUPTFS`). PostgreSQL:
/// `data_corrupted`, `index_corrupted`, and a page whose checksum or header is wrong, which it also tells under `internal_error`.
#[must_use]
pub fn corruption(error: &DbErr) -> Option<String> {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner)) | DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = error else {
        return None;
    };
    let sqlx::Error::Database(told) = &**inner else { return None };
    let code = told.code()?;
    says(&code, told.message()).then(|| format!("{} [{code}]", told.message()))
}

/// Whether a code and its text mean damage. Five signs are a SQLSTATE, fewer a number of SQLite whose low byte is the kind.
fn says(code: &str, message: &str) -> bool {
    /// The extended code of `IOERR_CORRUPTFS`.
    const CORRUPT_FS: u32 = 10 | (33 << 8);
    if code.len() == 5 {
        return matches!(code, "XX001" | "XX002")
            || (code == "XX000" && ["invalid page", "checksum", "could not read block"].iter().any(|t| message.contains(t)));
    }
    code.parse::<u32>().is_ok_and(|n| matches!(n & 0xff, 11 | 26) || n == CORRUPT_FS)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn damage_is_told_from_everything_else() {
        for (code, message) in [
            ("11", "database disk image is malformed"),
            ("779", "database disk image is malformed"),
            ("26", "file is not a database"),
            ("8458", "disk I/O error"),
            ("XX001", "invalid page in block 3 of relation base/16384/16411"),
            ("XX002", "index contains unexpected zero page"),
            ("XX000", "invalid page header"),
        ] {
            assert!(says(code, message), "{code} {message}");
        }
        for (code, message) in [
            ("13", "database or disk is full"),
            ("1", "no such table: x"),
            ("5", "locked"),
            ("10", "disk I/O error"),
            ("XX000", "cache lookup failed"),
            ("42P01", "x"),
        ] {
            assert!(!says(code, message), "{code} {message}");
        }
        assert_eq!(corruption(&DbErr::RecordNotFound("x".into())), None);
    }
}

//! 可核对 what `shiyan verify` must be able to check: logins and one-time tokens name the journal entry that vouches for them, the media
//! type of a file is what its bytes are, and the tables that only grow refuse to be changed or emptied.
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::{GUARDS, Since};

crate::up_only!(|manager| {
    let starts = |hex: &str| match manager.get_database_backend() {
        DbBackend::Postgres => format!("encode(substring(bytes from 1 for {}), 'hex') = '{hex}'", hex.len() / 2),
        _ => format!("lower(hex(substr(bytes, 1, {}))) = '{hex}'", hex.len() / 2),
    };
    let kind = format!(
        "CASE WHEN {} THEN 'image/jpeg' WHEN {} THEN 'image/png' WHEN {} THEN 'application/pdf' ELSE 'application/octet-stream' END",
        starts("ffd8ff"),
        starts("89504e470d0a1a0a"),
        starts("255044462d")
    );
    crate::run(
        manager,
        &[
            // No entry vouches for what was made before: everybody signs in once more, a count of failures begins anew.
            "DELETE FROM login_session",
            "DELETE FROM login_guard",
            "DELETE FROM setup_token",
            "ALTER TABLE login_session ADD COLUMN entry BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE setup_token ADD COLUMN entry BIGINT NOT NULL DEFAULT 0",
        ],
    )
    .await?;
    manager.get_connection().execute_unprepared(&format!("UPDATE blob SET media_type = {kind} WHERE media_type <> {kind}")).await?;
    crate::guard(manager, GUARDS.iter().filter(|g| g.since == Since::Vouched)).await
});

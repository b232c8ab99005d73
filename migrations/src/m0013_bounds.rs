//! 用量 how many bytes of files a person sent on a day: counted with the act that keeps the file, so that nobody fills the disk.
crate::up_only!(|manager| {
    crate::run(manager, &["CREATE TABLE upload_day (owner TEXT NOT NULL, day TEXT NOT NULL, bytes BIGINT NOT NULL, PRIMARY KEY (owner, day))"]).await
});

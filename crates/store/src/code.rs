//! What a database or a backup file is refused for.
use shiyan_foundation::codes;
codes! {
    ADDRESS = "DB-ADDRESS", zh "数据库地址“{at}”读不懂", en "The database address “{at}” cannot be read",
        next "写 postgres://用户@主机:端口/库 或 sqlite://文件；不写就用数据目录中的 SQLite" / "Write postgres://user@host:port/database or sqlite://FILE; leave it out to use SQLite in the data directory", article "";
    SILENT = "DB-SILENT", zh "数据库服务器 {at} 没有应答：{detail}", en "The database server {at} does not answer: {detail_en}",
        next "核对主机和端口，确认服务器已启动、防火墙放行" / "Check host and port, that the server is running, and the firewall", article "";
    CONNECT = "DB-CONNECT", zh "连不上数据库 {at}：{detail}", en "The database {at} cannot be opened: {detail}",
        next "核对用户、密码和库名；SQLite 核对文件是否完整、是否可写" / "Check user, password and database; for SQLite, that the file is whole and may be written", article "";
    SETTINGS = "DB-SETTINGS", zh "数据库不能保证落盘，拒绝使用：{detail}", en "The database would not keep what it was given, refused: {detail}",
        next "升级 SQLite，或在 PostgreSQL 中把 fsync 设为 on" / "Upgrade SQLite, or set fsync=on in PostgreSQL", article "";
    AWAY = "DB-AWAY", zh "数据库或磁盘暂时不能写入，这次没有保存", en "The database or its disk cannot take anything just now; this was not saved",
        next "内容还在页面上，过一会儿再提交；仍不行请系统管理员看诊断页（磁盘空间、数据库服务）" / "What was typed is still on the page; submit it again in a moment. If it goes on, the administrator looks at the diagnosis page (disk space, database server)", article "";
    BUSY = "DB-BUSY", zh "数据库正忙，这次没有保存", en "The database is busy; this was not saved",
        next "过几秒再提交" / "Submit it again in a few seconds", article "";
    UNCERTAIN = "DB-UNCERTAIN", zh "数据库在保存的最后一步中断，是否已保存还不能确定", en "The database broke off at the last step of saving; whether it was saved is not known yet",
        next "不要改动内容，过一会儿原样再提交一次：已保存的不会重复" / "Change nothing and submit the same once more in a moment: what was saved is not saved twice", article "";
    DAMAGED = "DB-DAMAGED", zh "数据库文件已损坏，停止写入：{detail}", en "The database file is damaged and no longer written to: {detail}",
        next "停止服务，保留现有文件，运行 shiyan verify，再从最近的备份恢复" / "Stop the server, keep the files as they are, run shiyan verify, then restore the latest backup", article "";
    KEY_TAKEN = "KEY-TAKEN", zh "这份表单先前已用别的内容提交过", en "This form was submitted before with other content",
        next "打开刚才保存的记录核对；要再提交新的内容，重新打开页面填写" / "Open what was saved before and check it; for new content, open the page anew", article "";
    CLOCK = "CLOCK-BACK", zh "服务器时钟现在是 {now}，比日志最后一条的时间 {last} 早：不写入", en "The server’s clock says {now}, before the last journal entry at {last}: nothing is written",
        next "请系统管理员校正服务器时钟，时钟追上后自动恢复；时钟没有错、是以前走快的，在服务器上运行 shiyan clock accept" / "The administrator sets the server’s clock right, and writing goes on by itself once it has caught up; if it is right and ran ahead before, shiyan clock accept on the server owns up to it", article "";
    SCHEMA_OLD = "DB-SCHEMA-OLD", zh "数据库结构是旧版本的（还缺 {missing}），没有改动它", en "The database has the schema of an older version (missing: {missing}); it was left as it is",
        next "先备份，再运行 shiyan migrate（PostgreSQL 用表的所有者），然后再试" / "Back up, run shiyan migrate (on PostgreSQL as the owner of the tables), then try again", article "";
    SCHEMA_NEW = "DB-SCHEMA-NEW", zh "数据库是更新版本的程序建的（本程序不认识 {unknown}）", en "The database was made by a newer version of this program (unknown here: {unknown})",
        next "换用新版本的程序" / "Use the newer version of the program", article "";
    NOT_EMPTY = "RESTORE-NOT-EMPTY", zh "数据库不是空的（日志已有 {entries} 条），不恢复到它上面", en "The database is not empty ({entries} journal entries); nothing is restored over it",
        next "用 --data 指定一个新目录，或用 --database-url 指定一个空库" / "Give a new directory with --data, or an empty database with --database-url", article "";
    BACKUP = "BACKUP-FILE", zh "备份文件不可用：{why}", en "The backup cannot be used: {why_en}",
        next "换另一份备份；不要改动备份文件" / "Use another backup; a backup file is never edited", article "";
}

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
    NOT_EMPTY = "RESTORE-NOT-EMPTY", zh "数据库不是空的（日志已有 {entries} 条），不恢复到它上面", en "The database is not empty ({entries} journal entries); nothing is restored over it",
        next "用 --data 指定一个新目录，或用 --database-url 指定一个空库" / "Give a new directory with --data, or an empty database with --database-url", article "";
    BACKUP = "BACKUP-FILE", zh "备份文件不可用：{why}", en "The backup cannot be used: {why_en}",
        next "换另一份备份；不要改动备份文件" / "Use another backup; a backup file is never edited", article "";
}

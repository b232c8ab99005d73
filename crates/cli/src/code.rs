//! Refusals of the command line itself.
use shiyan_foundation::codes;
codes! {
    NO_DATABASE = "CLI-NO-DATABASE", zh "这里没有数据库：{at}", en "There is no database here: {at}",
        next "核对 --data（或 --database-url）；要新建用 serve、migrate、user add 或 demo load，要恢复用 restore" / "Check --data (or --database-url); serve, migrate, user add and demo load make a new one, restore brings one back", article "";
    DATA_DIR = "CLI-DATA-DIR", zh "数据目录 {at} 不能用：{why}", en "The data directory {at} cannot be used: {why_en}",
        next "用 --data 指定一个可写的目录" / "Give a directory that may be written with --data", article "";
    FILE_READ = "CLI-FILE-READ", zh "读不了 {at}：{why}", en "Cannot read {at}: {why_en}",
        next "核对路径和权限" / "Check the path and the permissions", article "";
    FILE_WRITE = "CLI-FILE-WRITE", zh "写不了 {at}：{why}", en "Cannot write {at}: {why_en}",
        next "核对目录是否存在、能否写入、磁盘是否有空间" / "Check that the directory exists, may be written and has room", article "";
    FILE_THERE = "CLI-FILE-THERE", zh "文件 {at} 已经存在，不覆盖", en "The file {at} exists and is not overwritten",
        next "换一个文件名；确实要覆盖就加 --force" / "Choose another name; add --force to overwrite it", article "";
    CONFIG = "CLI-CONFIG", zh "配置文件 {at} 读不懂：{detail}", en "The configuration file {at} cannot be read: {detail}",
        next "对照 fixtures/shiyan.example.toml 改正；不认识的键不接受" / "Correct it by fixtures/shiyan.example.toml; unknown keys are not accepted", article "";
    CHECKPOINT = "CLI-CHECKPOINT", zh "{at} 不是检查点文件", en "{at} is not a checkpoint file",
        next "用 checkpoint 命令输出的原样内容，不要改动" / "Use the output of the command checkpoint as it was printed", article "";
    CHOICE = "CLI-CHOICE", zh "“{label}”的值“{typed}”不在可选范围内", en "“{typed}” is not one of the choices of “{label_en}”",
        next "可选：{choices}" / "Choices: {choices_en}", article "";
    NOT_FOUND = "CLI-NOT-FOUND", zh "没有找到“{typed}”（{label}）", en "There is no “{typed}” ({label_en})",
        next "核对后再试；{where}" / "Check it and try again; {where_en}", article "";
    SERVER_THERE = "CLI-SERVER-THERE", zh "这个数据目录已有一个服务进程在运行", en "another server is already running on this data directory",
        next "先停止它，或用 --data 指定另一个目录" / "stop it, or give another one with --data", article "";
    LISTEN = "CLI-LISTEN", zh "不能在 {at} 上监听：{why}", en "Cannot listen on {at}: {why_en}",
        next "换一个地址或端口（--listen、--metrics-listen），或停止占用它的程序" / "Choose another address or port (--listen, --metrics-listen), or stop the program that holds it", article "";
    GRANT = "CLI-GRANT", zh "不能给角色 {role} 授权：{why}", en "The role {role} cannot be granted its rights: {why_en}",
        next "在 PostgreSQL 上由表的所有者运行；角色先用 CREATE ROLE 名称 LOGIN 建好，不要是所有者或超级用户" / "Run it on PostgreSQL as the owner of the tables; make the role first with CREATE ROLE NAME LOGIN, neither the owner nor a superuser", article "";
    TLS = "CLI-TLS", zh "TLS 证书或私钥不能用：{detail}", en "The TLS certificate or its key cannot be used: {detail}",
        next "tls_cert 和 tls_key 须同时给出，都是 PEM 文件，私钥与证书相配" / "Give tls_cert and tls_key together, both PEM files, the key that of the certificate", article "";
    FAULT = "CLI-FAULT", zh "程序、磁盘或数据库故障：{detail}", en "The program, the disk or the database failed: {detail}",
        next "再试一次；仍不行，把这一行和 SHIYAN_LOG=info 的输出交给维护人员" / "Try again; if it goes on, hand this line and the output of SHIYAN_LOG=info to whoever maintains the system", article "";
}

//! Refusals of the command line itself.
use shiyan_foundation::codes;
codes! {
    NO_DATABASE = "CLI-NO-DATABASE", zh "这里没有数据库：{at}", en "There is no database here: {at}",
        next "核对 --data（或 --database-url）；要新建用 serve、migrate、user add 或 demo load，要恢复用 restore" / "Check --data (or --database-url); serve, migrate, user add and demo load make a new one, restore brings one back", article "";
    DATA_DIR = "CLI-DATA-DIR", zh "数据目录 {at} 不能用：{why}", en "The data directory {at} cannot be used: {why_en}",
        next "用 --data 指定一个可写的目录" / "Give a directory that may be written with --data", article "";
    FONTS_DIR = "CLI-FONTS-DIR", zh "字体目录 {at} 不存在", en "The directory of faces {at} is not there",
        next "建好目录并放入字体，或去掉 fonts_dir" / "Make it and put the faces there, or leave fonts_dir out", article "";
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
    SCALE = "CLI-SCALE", zh "规模“{typed}”读不懂", en "The scale “{typed}” cannot be read",
        next "写大于 0、不超过 1 的小数，最多六位，例如 0.01" / "Write a number above 0 and at most 1 with at most six decimals, e.g. 0.01", article "";
    NO_YEAR = "CLI-NO-YEAR", zh "{at} 里没有批次，不知道是哪一年", en "There are no batches in {at}, so the year is not known",
        next "加 --year 年份" / "Add --year YEAR", article "";
    NO_PROFILE = "CLI-NO-PROFILE", zh "没有这个仪器格式，文件也认不出是哪一种", en "There is no such profile, and the file does not show which one it is",
        next "用 --profile 写格式文件，或其中一个：{known}" / "Give a profile file with --profile, or one of: {known}", article "";
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
    OPEN_TO_OTHERS = "CLI-OPEN-TO-OTHERS", zh "{what} {at} 对本机其他账号开放（权限 {mode}）：别人能读到或改动其中的数据", en "The {what_en} {at} is open to other accounts of this machine (mode {mode}): they can read or change what is in it",
        next "输入：{fix}（挂载的网络盘改不了权限，就用挂载选项 dir_mode=0700,file_mode=0600）" / "Type: {fix} (a mounted network share that keeps its modes takes the mount options dir_mode=0700,file_mode=0600)", article "";
    ROOT = "CLI-ROOT", zh "服务以超级用户（root）运行：程序一旦有漏洞，整台机器都归别人", en "The server runs as root: a hole in it would give away the whole machine",
        next "建一个专用账号，用 fixtures/systemd/shiyan.service（User=shiyan）启动；低于 1024 的端口交给反向代理" / "Make an account of its own and start it with fixtures/systemd/shiyan.service (User=shiyan); leave ports below 1024 to a proxy", article "等保 8.1.4.2";
    CLOCK = "CLI-CLOCK", zh "系统时钟是 {now}，早于日志最后一条（第 {seq} 条）的时间 {last}：法定时间不能倒退，不写入", en "The clock says {now}, before the last journal entry ({seq}) of {last}: statutory time does not go backwards, nothing is written",
        next "校准系统时钟（timedatectl set-ntp true）后再启动；时钟没有错，是以前走快了，就用 shiyan clock accept 认定，或等到 {last} 之后" / "Set the clock (timedatectl set-ntp true) and start again; if the clock is right and ran ahead before, own up to it with shiyan clock accept, or wait until {last} has passed", article "";
    NO_BACKUP_DIR = "KEEP-NO-DIR", zh "没有指定备份目录", en "No directory for backups is given",
        next "在配置文件中写 backup_dir = \"目录\"，或加 --dir 目录" / "Write backup_dir = \"DIRECTORY\" into the configuration file, or add --dir DIRECTORY", article "";
    KEEP_SETTING = "KEEP-SETTING", zh "配置 {key} 的值“{typed}”不能用", en "The setting {key} cannot be “{typed}”",
        next "{how}" / "{how_en}", article "";
    NIGHT_RUNS = "KEEP-RUNS", zh "另一次夜间保管正在进行", en "Another nightly run is under way",
        next "等它结束；定时任务和服务内置的定时器只用一个" / "Wait until it ends; use either cron or the timer of the server", article "";
    FACTS_RUN = "KEEP-FACTS-RUN", zh "事实文件 {at} 正由另一个进程保存", en "Another process is keeping the fact files in {at}",
        next "等它结束后再运行 shiyan figures keep" / "Wait until it ends, then run shiyan figures keep", article "";
    REHEARSAL = "KEEP-REHEARSAL", zh "恢复演练没有通过：备份 {file} 恢复后，{why}", en "The restore rehearsal failed: restored from {file}, {why_en}",
        next "旧备份都还在，一份也没有删；马上再做一次备份，仍不通过就停止录入并通知维护人员" / "No older backup was deleted; make another backup now, and if it fails again stop entering data and call whoever maintains the system", article "";
    VERIFY = "KEEP-VERIFY", zh "校验没有通过：{why}", en "The verification failed: {why_en}",
        next "停止录入，保留现状和全部备份，通知维护人员；用 verify --checkpoint 对照另存的检查点。确属有意恢复旧备份的，把之后的检查点文件另存他处后重做" / "Stop entering data, leave everything and all backups as they are and call whoever maintains the system; compare with verify --checkpoint. After an intended restore of an older backup, move the later checkpoint files elsewhere and run it again", article "";
    CHECKPOINT_AHEAD = "KEEP-CHECKPOINT-AHEAD", zh "已导出的检查点 {at}（第 {seq} 条）与现在的日志（到第 {head} 条）不合：日志被截断、被改写，或换过数据库；不再导出，以免掩盖", en "The checkpoint {at} at entry {seq} does not fit the journal, which ends at {head}: it was cut or rewritten, or the database was exchanged; no further one is exported over it",
        next "用 verify --checkpoint 核对并通知维护人员；确属有意恢复旧备份的，把这个文件另存他处后重做" / "Compare with verify --checkpoint and call whoever maintains the system; after an intended restore of an older backup, move that file elsewhere and run it again", article "";
    CHECKPOINT_COMMAND = "KEEP-COMMAND", zh "检查点命令 {command} 没有成功：{why}", en "The checkpoint command {command} failed: {why_en}",
        next "手工运行这个命令核对；它须在 60 秒内从标准输入读完检查点并以 0 退出" / "Run the command by hand; it must read the checkpoint from standard input and exit with 0 within 60 seconds", article "";
    FAULT = "CLI-FAULT", zh "程序、磁盘或数据库故障：{detail}", en "The program, the disk or the database failed: {detail}",
        next "再试一次；仍不行，把这一行和 SHIYAN_LOG=info 的输出交给维护人员" / "Try again; if it goes on, hand this line and the output of SHIYAN_LOG=info to whoever maintains the system", article "";
}

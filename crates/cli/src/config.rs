//! Flags, environment and the configuration file: the file sets what neither flag nor environment sets.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;
use shiyan_door::Network;
use shiyan_foundation::Refusal;

use crate::code;
use crate::print::Failed;

/// 食验 Shiyan
#[derive(Debug, Parser)]
#[command(
    name = "shiyan",
    version,
    about = "食验：食品安全抽样检验信息系统 / Shiyan, a sampling-and-inspection laboratory information system",
    after_help = "先试：shiyan serve --demo / Try first: shiyan serve --demo"
)]
pub struct Cli {
    /// 语言 / language of the output
    #[arg(long, global = true, value_enum, env = "SHIYAN_LANG", default_value = "zh")]
    pub lang: LangArg,
    /// 数据目录 / data directory [default: ./data]
    #[arg(long, global = true, env = "SHIYAN_DATA")]
    pub data: Option<PathBuf>,
    /// 数据库地址 / database, e.g. postgres://user@host/db [default: SQLite in the data directory]
    #[arg(long, global = true, env = "SHIYAN_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// 配置文件 / configuration file [default: shiyan.toml in the data directory, if there]
    #[arg(long, global = true, env = "SHIYAN_CONFIG")]
    pub config: Option<PathBuf>,
    /// 字体目录 / directory of the office's own faces: title, hei, kai, fangsong, table (.ttf, .otf, .ttc)
    #[arg(long, global = true, env = "SHIYAN_FONTS_DIR")]
    pub fonts_dir: Option<PathBuf>,
    /// 命令 / command
    #[command(subcommand)]
    pub command: Command,
}

/// Language of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangArg {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangArg> for shiyan_foundation::Lang {
    fn from(lang: LangArg) -> Self {
        match lang {
            LangArg::Zh => Self::Zh,
            LangArg::En => Self::En,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// 启动服务 / start the server
    Serve(ServeArgs),
    /// 升级数据库结构 / bring the schema up to date
    Migrate {
        /// 同时授权给运行服务的角色（PostgreSQL）：能读写数据，不能改写、删除或清空日志 / also grant a PostgreSQL role what serving needs: rows are read and written, the journal never changed, deleted or emptied
        #[arg(long, value_name = "ROLE")]
        grant: Option<String>,
    },
    /// 用户 / users
    User {
        /// What
        #[command(subcommand)]
        what: UserCommand,
    },
    /// 演示数据 / demonstration data
    Demo {
        /// What
        #[command(subcommand)]
        what: DemoCommand,
    },
    /// 主体名录：抽样单上有有效统一社会信用代码、还没有关联的，登记其经营者并关联；只有名称的不登记。每一条都记入日志，可重复运行 / the register: of sheets that are linked to nobody and carry a valid credit code the operators are added and the sheets linked; a name alone makes nothing. Each is journalled, and it can be run again
    Register {
        /// 只看不写 / look only
        #[arg(long)]
        dry_run: bool,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 导入；每一行都写入或已有时退出码为 0，有行没有取时为 1（限量表逐行分为规则、无限量和需人工，一条规则也没有才是 1），读不了文件或数据库时为 2 / import; exit code 0 when every row was taken or already there, 1 when a row was refused (of a limit table each row is a rule, no limit or a question for a person: 1 when there is no rule at all), 2 when the file or the database fails
    Import {
        /// What
        #[command(subcommand)]
        what: ImportCommand,
    },
    /// 仪器文件和仪器格式 / instrument files and the profiles that read them
    Instrument {
        /// What
        #[command(subcommand)]
        what: InstrumentCommand,
    },
    /// 导出 / export
    Export {
        /// What
        #[command(subcommand)]
        what: ExportCommand,
    },
    /// 数据交换 / exchange of results
    Exchange {
        /// What
        #[command(subcommand)]
        what: ExchangeCommand,
    },
    /// 报告 PDF / reports as PDF
    Report {
        /// What
        #[command(subcommand)]
        what: ReportCommand,
    },
    /// 文书：shiyan paper list，或 shiyan paper 编号 --no 编号或期间 --out 文件 / papers: shiyan paper list, or shiyan paper P40 --no NUMBER --out FILE
    Paper(PaperArgs),
    /// 指标 / the figures of a year
    Kpi {
        /// 年份 / year [default with --facts: the last one that the files hold]
        #[arg(long, required_unless_present = "facts")]
        year: Option<i32>,
        /// 只从这个目录的事实文件取数，不用数据库 / count from the fact files of this directory alone, without a database
        #[arg(long, value_name = "DIR")]
        facts: Option<PathBuf>,
        /// 汇总：同时询问这个文件列出的各地区的服务，逐地区列出并相加；有一个地区没有计入时退出码为 1 / gather: ask the servers of the regions in this file at once, show each and the sum; exit code 1 when one of them is not in the sum
        #[arg(long, value_name = "FILE", conflicts_with_all = ["facts", "scope"])]
        regions: Option<PathBuf>,
        /// 口径，各段用分号隔开；写哪一段就换掉缺省口径的哪一段 / scope: parts separated by semicolons, each replaces that part of the default
        ///
        /// levels=国抽,省抽 任务级别（national, transferred, provincial, city, district）/ task levels
        /// kinds=监督抽检 任务类别 / task kinds
        /// departments=市场监管 部门 / departments
        /// streets=410105008 街道代码或名称，* 为人口行范围内的全部街道 / streets by code or name, * for all of the population row
        /// people=80000 这些街道的人口；不写就不算千人批次 / people of these streets; without them there are no batches per thousand
        /// basis=report_date 年度归属：sampling_date 或 report_date / which date decides the year
        /// target=4.0 每千人批次目标 / target of batches per thousand
        ///
        /// levels、kinds、departments、basis、people、target 只作用于批次类指标；案件、送达和快检只按年度和街道
        /// / only the figures of batches know levels, kinds, departments, basis, people and target; cases, services and rapid tests only year and streets
        #[arg(long, verbatim_doc_comment)]
        scope: Option<String>,
        /// 截止日：指标在那一天终了时的样子，缺省为现在；作废、拒收、撤销、延期没有日期，按现在的样子 / the figures as they stood at the end of that day (now, when left out); voided, refused, cancelled and extended carry no date and are as they are today
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<chrono::NaiveDate>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 事实文件与统计表 / fact files and statistics tables
    Figures {
        /// What
        #[command(subcommand)]
        what: FiguresCommand,
    },
    /// 判定 / judge results against limits
    Judge(JudgeArgs),
    /// 期限 / compute a statutory deadline
    Deadline {
        /// 规则 / rule key, e.g. D07
        #[arg(long)]
        rule: String,
        /// 起算日 / start, e.g. 2026-09-24 or 2026-09-24T10:30
        #[arg(long)]
        from: String,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 说明代码或规则 / explain a refusal code or a rule key
    Explain {
        /// 代码或规则 / code or key
        code: String,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 校验日志链与全部数据 / verify the journal and every row
    Verify {
        /// 检查点文件 / a checkpoint kept elsewhere
        #[arg(long, group = "against")]
        checkpoint: Option<PathBuf>,
        /// 只校验此检查点之后的内容：上次校验打印的“条数:哈希”，或检查点文件 / only what happened after this checkpoint: SEQ:HASH as an earlier verify printed it, or a checkpoint file
        #[arg(long, group = "against", value_name = "CHECKPOINT")]
        since: Option<String>,
        /// 签发检查点的公钥（十六进制）；不写时以本机密钥和日志登记的公钥为准 / public key (hex) the checkpoint must be signed with; by default this installation's own, or one the journal notes
        #[arg(long, requires = "against")]
        public_key: Option<String>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 时钟：与日志对照；以前走快过的，由负责人认定后恢复写入 / the clock, held against the journal; one that ran ahead is owned up to, and writing goes on
    Clock {
        /// What
        #[command(subcommand)]
        what: Option<ClockCommand>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 打印签名的检查点 / print a signed checkpoint to keep elsewhere
    Checkpoint,
    /// 保管：夜间任务 / keeping: the work of the night
    Keep {
        /// What
        #[command(subcommand)]
        what: KeepCommand,
    },
    /// 备份到文件 / back up to a file
    Backup {
        /// 文件 / file
        file: PathBuf,
        /// 覆盖已有的文件 / overwrite a file that is there
        #[arg(long)]
        force: bool,
    },
    /// 从备份恢复到空数据库 / restore a backup into an empty database
    Restore {
        /// 文件 / file
        file: PathBuf,
    },
}

/// Flags of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// 监听地址 / address [default: 127.0.0.1:8000]
    #[arg(long, env = "SHIYAN_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// 载入演示区 / load the demonstration district
    #[arg(long)]
    pub demo: bool,
    /// 指标监控监听地址（Prometheus），缺省不开 / metrics listener, off by default
    #[arg(long, env = "SHIYAN_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// 同时进行的计算、导出和导入，每类的件数 / calculations, exports and imports at once, of each sort [default: half the processors]
    #[arg(long, env = "SHIYAN_HEAVY")]
    pub heavy: Option<std::num::NonZeroUsize>,
    /// 对外地址，印在二维码上 / public address printed into QR codes
    #[arg(long, env = "SHIYAN_PUBLIC_URL")]
    pub public_url: Option<String>,
}

/// `user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// 添加；打印一次性链接，由本人设置密码（自动化时可用 SHIYAN_PASSWORD 给定）/ add; prints a one-time link by which the person sets the password (automation may give it in SHIYAN_PASSWORD)
    Add {
        /// 登录名 / login name
        username: String,
        /// 姓名 / real name
        #[arg(long)]
        name: String,
        /// 角色，可多次 / role, may be repeated
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
        /// 街道代码，可多次 / street code, may be repeated
        #[arg(long = "street")]
        streets: Vec<String>,
        /// 授权签字方法，可多次 / methods a signatory may sign, may be repeated
        #[arg(long = "sign")]
        sign: Vec<String>,
        /// 对外地址，写进链接 / public address written into the link
        #[arg(long, env = "SHIYAN_PUBLIC_URL")]
        public_url: Option<String>,
    },
    /// 列表 / list
    List {
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 打印一次性链接，由本人重新设置密码；现在的密码和登录立即失效 / print a one-time link to set a new password; the present one and its logins end
    Reset {
        /// 登录名 / login name
        username: String,
        /// 一并重置动态口令（手机丢失）/ reset the second factor as well (a lost phone)
        #[arg(long)]
        second: bool,
        /// 对外地址，写进链接 / public address written into the link
        #[arg(long, env = "SHIYAN_PUBLIC_URL")]
        public_url: Option<String>,
    },
    /// 停用 / disable
    Disable {
        /// 登录名 / login name
        username: String,
    },
    /// 打印程序凭证：程序凭它在 /api/v1/counts 读取这个账号范围内的指标之数，别的什么也不能做；供上级汇总 / print a token by which a program reads what this account counts at /api/v1/counts, and nothing else; for the tier above that adds regions up
    Token {
        /// 登录名 / login name
        username: String,
        /// 有效天数，最多 400 / days, 400 at most
        #[arg(long, default_value_t = shiyan_app::people::program::PROGRAM_DAYS)]
        days: i64,
        /// 收回这个账号的全部程序凭证 / take every token of this account back
        #[arg(long, conflicts_with = "days")]
        end: bool,
    },
}

/// `clock …`
#[derive(Debug, Subcommand)]
pub enum ClockCommand {
    /// 认定以前的时钟走快：在日志中写明谁认定、为什么；已有条目不改动 / own up to a clock that ran ahead: an entry says who and why; what is written stays as it is
    Accept {
        /// 由谁认定 / who owns up to it
        #[arg(long)]
        by: String,
        /// 理由 / why
        #[arg(long)]
        why: String,
    },
}

/// `keep …`
#[derive(Debug, Subcommand)]
pub enum KeepCommand {
    /// 备份、恢复演练、校验、导出检查点；供 cron 或 systemd 定时器调用 / backup, restore rehearsal, verification and checkpoint; for cron or a systemd timer
    Nightly {
        /// 备份目录，缺省取配置 backup_dir / directory of the backups [default: backup_dir of the configuration]
        #[arg(long)]
        dir: Option<PathBuf>,
        /// 保留份数，缺省 14 / backups that are kept [default: keep_backups of the configuration, or 14]
        #[arg(long)]
        keep: Option<u32>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 保管情况：各事项上次成功的时间，过期或失败时退出码为 1 / when each last went well; exit code 1 when one is too old or failed
    Status {
        /// JSON
        #[arg(long)]
        json: bool,
    },
}

/// `figures …`
#[derive(Debug, Subcommand)]
pub enum FiguresCommand {
    /// 生成虚构的全国一年，供测速用；不经过数据库 / make a made-up national year to measure on; no database is touched
    Generate(GenerateArgs),
    /// 把本库的事实保存为文件，只写有变化的月份；以后每晚自动更新 / keep the facts of this database as files; only months that changed are written; the nightly run goes on with it
    Keep {
        /// 目录，缺省为配置 facts_dir，或数据目录下的 facts / directory (facts_dir of the configuration, or facts in the data directory, when left out)
        #[arg(long, value_name = "DIR")]
        facts: Option<PathBuf>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 核对事实文件与数据库，指出第一处差异 / compare the fact files with the database and name the first difference
    Check {
        /// 目录，缺省为配置 facts_dir，或数据目录下的 facts / directory (facts_dir of the configuration, or facts in the data directory, when left out)
        #[arg(long, value_name = "DIR")]
        facts: Option<PathBuf>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 一张统计表写成 csv、xlsx 或 Parquet，附口径、截止日、日志记录号和内容的 SHA-256 / one statistics table as csv, xlsx or Parquet, with scope, day, journal entry and the SHA-256 of its content
    Export {
        /// 年份 / year
        #[arg(long)]
        year: i32,
        /// 表名，如 by_class；写错时列出全部 / name of the table, e.g. by_class; a wrong one lists them all
        #[arg(long)]
        table: String,
        /// 文件，后缀 csv、xlsx 或 parquet 决定格式 / file; its ending csv, xlsx or parquet decides the format
        #[arg(long)]
        out: PathBuf,
        /// 截止日：那一天终了时的样子，缺省为现在 / as it stood at the end of that day (now, when left out)
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<chrono::NaiveDate>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
}

/// Flags of `figures generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// 全国规模：700万批次、1.4亿项次、1亿条快检 / of the nation: 7 million batches, 140 million items, 100 million rapid readings
    #[arg(long, required = true)]
    pub nation: bool,
    /// 空目录 / an empty directory
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 规模，全国为1，最多六位小数 / part of the nation, above 0 and at most 1, six decimals at most
    #[arg(long, default_value = "0.01")]
    pub scale: String,
    /// 种子 / seed
    #[arg(long, default_value_t = 20_250_101)]
    pub seed: u64,
    /// 年度 / year
    #[arg(long, default_value_t = 2025, value_parser = clap::value_parser!(i32).range(2001..=2100))]
    pub year: i32,
    /// JSON
    #[arg(long)]
    pub json: bool,
}

/// `demo …`
#[derive(Debug, Subcommand)]
pub enum DemoCommand {
    /// 载入 / load
    Load {
        /// 种子 / seed
        #[arg(long, default_value_t = 20_260_101)]
        seed: u64,
        /// 全年完成批次数 / finished batches of the full year
        #[arg(long)]
        samples: Option<u32>,
    },
    /// 移除 / remove
    Remove,
}

/// `import …`
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// 公布的抽检结果 / published sampling results (csv, xlsx)
    PublishedResults {
        /// 文件 / file
        file: PathBuf,
        /// 包括隐藏的行、列和工作表；不写就不读，只列出来 / include hidden rows, columns and sheets; otherwise they are named and left out
        #[arg(long)]
        include_hidden: bool,
        /// 试运行，不写入 / dry run, nothing is written
        #[arg(long)]
        dry_run: bool,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 限量表：本系统模板或抽检计划的版式；导入的行一律待核实 / limits, in our template or in the layout of the sampling plan; every row is to be checked
    Limits {
        /// 文件 / file
        file: PathBuf,
        /// 没有写实施日期的行自哪一天起适用；抽检计划的版式必须给出 / first day of rows without one; needed for the layout of the plan
        #[arg(long)]
        from: Option<String>,
        /// 新限量会让现有判定暂停时仍要导入的理由 / why to import limits that suspend present verdicts
        #[arg(long, value_name = "WHY")]
        accept_ties: Option<String>,
        /// 包括隐藏的行、列和工作表；不写就不读，只列出来 / include hidden rows, columns and sheets; otherwise they are named and left out
        #[arg(long)]
        include_hidden: bool,
        /// 试运行，不写入 / dry run, nothing is written
        #[arg(long)]
        dry_run: bool,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 检验项目包：本系统模板或抽检计划的版式 / item packages, in our template or in the layout of the sampling plan
    Packages {
        /// 文件 / file
        file: PathBuf,
        /// 年份 / year
        #[arg(long)]
        year: i32,
        /// 包括隐藏的行、列和工作表；不写就不读，只列出来 / include hidden rows, columns and sheets; otherwise they are named and left out
        #[arg(long)]
        include_hidden: bool,
        /// 试运行，不写入 / dry run, nothing is written
        #[arg(long)]
        dry_run: bool,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 年度计划 / yearly plan (csv, xlsx from the template)
    Plan {
        /// 文件 / file
        file: PathBuf,
        /// 年份 / year
        #[arg(long)]
        year: i32,
        /// 包括隐藏的行、列和工作表；不写就不读，只列出来 / include hidden rows, columns and sheets; otherwise they are named and left out
        #[arg(long)]
        include_hidden: bool,
        /// 试运行，不写入 / dry run, nothing is written
        #[arg(long)]
        dry_run: bool,
        /// JSON
        #[arg(long)]
        json: bool,
    },
}

/// `instrument …`
#[derive(Debug, Subcommand)]
pub enum InstrumentCommand {
    /// 按格式读一个仪器文件，不写入 / read a file of an instrument by a profile; nothing is written
    Try {
        /// 文件 / file
        file: PathBuf,
        /// 格式文件或格式的 key；不写则由文件内容认 / file or key of a profile; left out, the file itself tells
        #[arg(long)]
        profile: Option<PathBuf>,
        /// 包括隐藏的行和列 / include hidden rows and columns
        #[arg(long)]
        include_hidden: bool,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 列出仪器格式：页面上启用的、数据目录 profiles 的和随程序提供的；读不出的写明行号和原因 / the profiles activated on the page, those of the data directory and the shipped ones; those that cannot be read with line and reason
    List {
        /// JSON
        #[arg(long)]
        json: bool,
    },
}

/// `export …`
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// 限量表模板 / template of a limit table (xlsx)
    LimitsTemplate {
        /// 文件 / file
        #[arg(long)]
        out: PathBuf,
        /// 连同现有限量 / with the rows of the library in it
        #[arg(long)]
        rows: bool,
    },
    /// 检验项目包模板 / template of item packages (xlsx)
    PackagesTemplate {
        /// 文件 / file
        #[arg(long)]
        out: PathBuf,
    },
    /// 计划模板 / template of the plan (xlsx)
    PlanTemplate {
        /// 文件 / file
        #[arg(long)]
        out: PathBuf,
    },
    /// 样品清单 / samples of a year (csv)
    Samples {
        /// 年份 / year
        #[arg(long)]
        year: i32,
        /// 文件 / file
        #[arg(long)]
        out: PathBuf,
    },
}

/// `exchange …`
#[derive(Debug, Subcommand)]
pub enum ExchangeCommand {
    /// EFSA 标准样品描述 / EFSA's standard sample description
    Ssd2 {
        /// What
        #[command(subcommand)]
        what: Ssd2Command,
    },
}

/// `exchange ssd2 …`
#[derive(Debug, Subcommand)]
pub enum Ssd2Command {
    /// 逐行校验结果文件，不写入；有错误时退出码为 1 / check a file of results row by row, nothing is written; exit code 1 when a row is refused
    Check {
        /// 文件（SSD2 的 xml，SSD 的 csv 或 xlsx），或一组文件所在的目录 / file (SSD2 as xml, SSD as csv or xlsx), or the folder of a set
        file: PathBuf,
        /// 没有错误时把读到的照原样写到此文件 / write what was read to this file, as it was, where there is no error
        #[arg(long)]
        out: Option<PathBuf>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// 导出现行报告的结果，附范围、截止时间和 SHA-256 / results of reports in force, with scope, moment and SHA-256
    Export {
        /// 签发起日 / first day of issue
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: chrono::NaiveDate,
        /// 签发止日 / last day of issue
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: chrono::NaiveDate,
        /// 文件 / file
        #[arg(long)]
        out: PathBuf,
        /// 同样的行写成 csv / the same rows as csv
        #[arg(long)]
        csv: bool,
        /// JSON
        #[arg(long)]
        json: bool,
    },
}

/// `paper …`
#[derive(Debug, Args)]
pub struct PaperArgs {
    /// list，或文书编号如 P40 / list, or the number of a paper such as P40
    pub what: String,
    /// 这一份的编号或期间，见 list / its number or period, see list
    #[arg(long)]
    pub no: Option<String>,
    /// 文件：.pdf、.docx 或 .xlsx / file: .pdf, .docx or .xlsx
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// JSON
    #[arg(long)]
    pub json: bool,
}

/// `report …`
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// 年度报告 / annual report
    Annual {
        /// 年份 / year
        #[arg(long)]
        year: i32,
        /// 截止日：报告在那一天终了时的样子，缺省为现在 / the report as it stood at the end of that day (now, when left out)
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<chrono::NaiveDate>,
        /// 文件：.pdf，或可编辑的 .docx / file: .pdf, or .docx to edit
        #[arg(long)]
        out: PathBuf,
    },
    /// 检验报告：已签发的给存档文件，待签发的给草稿 / test report: the archived file once issued, a draft while it awaits issue
    Test {
        /// 抽样单编号 / sampling sheet number
        #[arg(long)]
        sample: String,
        /// 文件：.pdf，或可编辑的 .docx / file: .pdf, or .docx to edit
        #[arg(long)]
        out: PathBuf,
        /// 中英对照（仅草稿） / in both languages (drafts only)
        #[arg(long)]
        bilingual: bool,
        /// 附判定过程（仅草稿） / with the working of every item (drafts only)
        #[arg(long)]
        working: bool,
    },
}

/// Flags of `judge`.
#[derive(Debug, Args)]
pub struct JudgeArgs {
    /// 输入 CSV：item,result,limit[,unit][,label_claim][,food][,ingredients] / input
    #[arg(long, requires = "out", conflicts_with_all = ["food", "item", "result"])]
    pub csv: Option<PathBuf>,
    /// 输出 CSV / output
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// 包括隐藏的行、列和工作表；不写就不判，只列出来 / include hidden rows, columns and sheets; otherwise they are named and left out
    #[arg(long, requires = "csv")]
    pub include_hidden: bool,
    /// 食品，如 食用农产品/蔬菜/鳞茎类/韭菜 / food, a category path or a name
    #[arg(long, requires = "item")]
    pub food: Option<String>,
    /// 检验项目 / item
    #[arg(long, requires = "result")]
    pub item: Option<String>,
    /// 结果 / result as typed
    #[arg(long, allow_hyphen_values = true)]
    pub result: Option<String>,
    /// 限量，如 ≤0.2mg/kg；给出时不查限量库 / limit; when given the library is not asked
    #[arg(long)]
    pub limit: Option<String>,
    /// 结果单位，结果没有写单位时用 / unit of a result that gives none
    #[arg(long)]
    pub unit: Option<String>,
    /// 标签明示值（标示值），照标签写，如 ≥3.0g/100g，或带允差 3.2g/100g ≥80% / label claim as printed, with its tolerance where one is known
    #[arg(long, value_name = "CLAIM", visible_alias = "label-claim")]
    pub label: Option<String>,
    /// 配料，判断是否可能带入 / ingredients, for carry-over
    #[arg(long)]
    pub ingredients: Option<String>,
    /// 干制品的脱水率（%），用于按新鲜食品的限量折算 / rate of dehydration of a dried food, per cent
    #[arg(long, value_name = "PERCENT")]
    pub dehydration: Option<String>,
    /// 日期 / date that counts [default: today]
    #[arg(long)]
    pub on: Option<String>,
    /// 是否预包装；有的限量只适用于预包装食品 / prepackaged or not; some limits hold for prepackaged food only
    #[arg(long, value_name = "true|false")]
    pub prepacked: Option<bool>,
    /// JSON
    #[arg(long)]
    pub json: bool,
}

/// The configuration file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    /// See `--database-url`.
    pub database_url: Option<String>,
    /// See `--listen`.
    pub listen: Option<SocketAddr>,
    /// See `--metrics-listen`.
    pub metrics_listen: Option<SocketAddr>,
    /// See `--heavy`.
    pub heavy: Option<std::num::NonZeroUsize>,
    /// See `--public-url`.
    pub public_url: Option<String>,
    /// Served over HTTPS by a proxy in front.
    pub https: Option<bool>,
    /// Name of the body.
    pub body: Option<String>,
    /// 证书 PEM; the program serves HTTPS itself.
    pub tls_cert: Option<PathBuf>,
    /// 私钥 of the certificate, PEM.
    pub tls_key: Option<PathBuf>,
    /// 可信代理 addresses and networks whose X-Forwarded-For is believed.
    #[serde(default, deserialize_with = "networks")]
    pub trusted_proxies: Vec<Network>,
    /// Connections in all.
    pub max_connections: Option<NonZeroUsize>,
    /// Connections of one address.
    pub max_connections_per_address: Option<NonZeroUsize>,
    /// 备份目录 of the nightly run; without it the timer of the server exports checkpoints only.
    pub backup_dir: Option<PathBuf>,
    /// Backups that are kept.
    pub keep_backups: Option<u32>,
    /// When the timer of the server runs, `"02:30"`; `"off"` when cron does it.
    pub nightly_at: Option<String>,
    /// Where backups are rehearsed; in the backup directory by default.
    pub rehearsal_dir: Option<PathBuf>,
    /// Where a checkpoint is put every day.
    pub checkpoint_dir: Option<PathBuf>,
    /// 字体目录 the office's own faces.
    pub fonts_dir: Option<PathBuf>,
    /// A program that is given every checkpoint on standard input.
    pub checkpoint_command: Option<Vec<String>>,
    /// 事实文件目录 which the nightly run keeps up to date.
    pub facts_dir: Option<PathBuf>,
}

fn networks<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Vec<Network>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    texts.iter().map(|t| t.parse().map_err(serde::de::Error::custom)).collect()
}

/// Reads the configuration file; an explicit file must be there, the default one may be absent.
///
/// # Errors
/// `CLI-FILE-READ`; `CLI-CONFIG` where it does not read as one or holds an unknown key.
pub fn read_file(explicit: Option<&Path>, data: &Path) -> Result<FileConfig, Failed> {
    let default = data.join("shiyan.toml");
    let path = match explicit {
        Some(path) => path,
        None if default.exists() => &default,
        None => return Ok(FileConfig::default()),
    };
    let text = std::fs::read_to_string(path).map_err(|e| Failed::io(code::FILE_READ, path.display(), &e))?;
    toml::from_str(&text).map_err(|e| {
        // The message and its line, never the text of the line: it may hold a password.
        let line = e.span().and_then(|at| text.get(..at.start)).map_or(0, |before| before.matches('\n').count() + 1);
        Failed::Fault(Refusal::new(code::CONFIG).with("at", format!("{}:{line}", path.display())).with("detail", e.message()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
    #[test]
    fn the_commented_example_is_a_valid_file() {
        let text = include_str!("../../../fixtures/shiyan.example.toml");
        let uncommented: String = text.lines().map(|l| l.strip_prefix("#= ").unwrap_or(l)).collect::<Vec<_>>().join("\n");
        let config: FileConfig = toml::from_str(&uncommented).unwrap();
        assert!(config.listen.is_some() && config.heavy.is_some() && config.database_url.is_some() && config.https.is_some());
        assert!(config.facts_dir.is_some());
        assert!(config.tls_cert.is_some() && config.tls_key.is_some() && config.trusted_proxies.len() == 2);
        let defaults = shiyan_door::Settings::default();
        assert_eq!(config.max_connections.map(NonZeroUsize::get), Some(defaults.connections), "the example names the default");
        assert_eq!(config.max_connections_per_address.map(NonZeroUsize::get), Some(defaults.connections_each));
        for bad in ["trusted_proxies = [\"proxy\"]", "max_connections = 0"] {
            assert!(toml::from_str::<FileConfig>(bad).is_err(), "{bad}");
        }
    }
}

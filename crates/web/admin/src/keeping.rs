//! 保管 how backup, rehearsal, verification and checkpoint stand, for the diagnosis page.

use shiyan_app::kept::{Care, Kept, data_of, disk_free};

use crate::views::CheckLine;
use shiyan_web_kit::guard::User;
use shiyan_web_kit::parts::at_text;
use shiyan_web_kit::site::Site;
use shiyan_web_kit::ui::Tone;

/// Free bytes below which a disk is looked at, and below which it is wrong.
const SCARCE: u64 = 5 << 30;
const NEARLY_FULL: u64 = 1 << 30;

/// One line each, red when it never went well, not for two days, or not the last time.
pub fn lines(site: &Site, user: &User) -> Vec<CheckLine> {
    let data = data_of(&site.config.key_file);
    let (kept, now) = (Kept::read(&data), user.now());
    let mut lines: Vec<CheckLine> = kept.asked().map(|care| line(user, care, &kept, now)).collect();
    if let Some(free) = disk_free(&data) {
        let (tone, next) = match free {
            free if free < NEARLY_FULL => (Tone::Fail, user.t("马上腾出空间：磁盘写满后不能保存", "Make room now: nothing can be saved on a full disk")),
            free if free < SCARCE => (Tone::Warn, user.t("腾出空间或扩容", "Make room or add a disk")),
            _ => (Tone::Pass, ""),
        };
        let label = user.t("数据盘可用空间", "Free on the disk of the data").to_owned();
        lines.push(CheckLine { label, value: format!("{}.{} GiB", free >> 30, ((free % (1 << 30)) * 10) >> 30), tone, next: next.to_owned() });
    }
    lines
}

fn line(user: &User, care: Care, kept: &Kept, now: shiyan_foundation::Instant) -> CheckLine {
    let state = kept.of(care);
    let lang = user.lang();
    let value = match state.good() {
        Some(at) => format!("{} · {}", at_text(at, now), ago(user, (now - at).num_hours())),
        None => user.t("从未", "never").to_owned(),
    };
    let label = user.t(care.term().0, care.term().1).to_owned();
    if state.is_well(now) {
        return CheckLine { label, value, tone: Tone::Pass, next: String::new() };
    }
    let next = match &state.trouble {
        Some(t) => format!("{} {} {}", t.code, lang.pick(&t.zh, &t.en), lang.pick(&t.next_zh, &t.next_en)),
        None => next_step(user, care, state.good().is_some()),
    };
    CheckLine { label, value, tone: Tone::Fail, next }
}

fn ago(user: &User, hours: i64) -> String {
    let (days, hours) = (hours / 24, hours.max(0));
    if hours < 1 {
        user.t("不到 1 小时前", "less than an hour ago").to_owned()
    } else if hours < 48 {
        format!("{hours} {}", user.t("小时前", "h ago"))
    } else {
        format!("{days} {}", user.t("天前", "days ago"))
    }
}

/// What to do about one that was not done at all, or not any more.
fn next_step(user: &User, care: Care, once: bool) -> String {
    let start = match (care, once) {
        (Care::Checkpoint, _) => user.t(
            "检查点由服务每天导出：查看服务日志，或运行 shiyan checkpoint 并把输出存到别处",
            "The server exports one a day: look into its log, or run shiyan checkpoint and keep the output elsewhere",
        ),
        (Care::Facts, _) => user.t(
            "事实文件由夜间保管更新：运行 shiyan figures keep 看它说什么；不再需要就删去目录和 facts_dir",
            "The nightly run brings the fact files up to date: run shiyan figures keep and see what it says; if nobody needs them, remove the directory and facts_dir",
        ),
        (_, false) => user.t(
            "在 shiyan.toml 中写 backup_dir，或用 cron 每晚运行 shiyan keep nightly",
            "Write backup_dir into shiyan.toml, or let cron run shiyan keep nightly every night",
        ),
        (_, true) => user.t("定时任务停了：运行 shiyan keep nightly 看它说什么", "The timer has stopped: run shiyan keep nightly and see what it says"),
    };
    if once { format!("{start}{}", user.t("（超过 2 天）", " (older than 2 days)")) } else { start.to_owned() }
}

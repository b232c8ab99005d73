//! 权限 who may do and who may read what: one table of duty, act and reach. The use cases ask it before they act or answer, the pages before
//! they show; on whose sample, order or case, the use case asks beside it. Nobody gives or changes more than lies within their own scope.

use std::collections::BTreeSet;

use crate::{Actor, Label, Refusal, Role, Scope};

/// Refusals for who asks.
pub mod code {
    crate::codes! {
        NOT_ADMIN = "ADMIN-ROLE", zh "{role}才可以{action}", en "Only {a role_en} may {action_en}",
            next "换用有该角色的账号" / "Use an account with that role", article "";
        SCOPE_DISTRICT = "SCOPE-DISTRICT", zh "“{action}”对全区生效，须由数据范围为全区的人员办理", en "To {action_en} is an act for the whole district; it needs somebody whose scope is the whole district",
            next "请数据范围为全区的同岗位人员办理" / "Ask somebody with the same duty whose scope is the whole district", article "等保 8.1.4.2";
        SCOPE_BEYOND = "SCOPE-BEYOND", zh "“{action}”所涉对象不在您的数据范围内", en "You may {action_en}, but what this is about lies outside your scope",
            next "只办理本数据范围内的事项，其余请全区或该范围的人员办理" / "Keep to your own scope; ask somebody of the district or of that scope for the rest", article "等保 8.1.4.2";
    }
}

/// How far an act reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// 全区 it binds everybody.
    District,
    /// 街道 the district's, or a street's own.
    Street,
    /// 承检机构 the district's, or a laboratory's own.
    Lab,
    /// Any scope: what it touches lies within the scope of whoever acts.
    Own,
    /// Any scope but that of one rapid-test point.
    BeyondPoint,
}

macro_rules! acts {
    ($($(#[$doc:meta])* $name:ident = $zh:literal, $en:literal, [$($role:ident),+], $reach:ident $(, $article:literal)?;)+) => {
        /// 事项 an act that somebody's duties and scope must cover.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Act { $($(#[$doc])* $name),+ }
        impl Act {
            /// Every act.
            pub const ALL: &'static [Act] = &[$(Act::$name),+];
            /// The duties, one of which it needs; the first one is named to whoever has none.
            #[must_use]
            pub fn roles(self) -> &'static [Role] { match self { $(Act::$name => &[$(Role::$role),+]),+ } }
            /// 依据 by which it is the duty of these and of nobody else; empty where it is the order of the house.
            #[must_use]
            pub fn article(self) -> &'static str { match self { $(Act::$name => concat!($($article)?)),+ } }
            /// Chinese and English.
            #[must_use]
            pub fn words(self) -> (&'static str, &'static str) { match self { $(Act::$name => ($zh, $en)),+ } }
            fn reach(self) -> Reach { match self { $(Act::$name => Reach::$reach),+ } }
        }
    };
}

acts! {
    /// 账号: only those within one's own scope, see [`App::may_manage`].
    Users = "管理账号", "manage accounts", [Admin], Own, "等保 8.1.4.2";
    /// 用量上限
    Bounds = "设置用量上限", "set how much may be sent", [Admin], District;
    /// 本区名称
    District = "设置本区和单位的名称", "set the names of the district and its office", [Admin], District;
    /// 登录要求
    SignIn = "设置登录要求", "decide what a sign-in needs", [Admin], District, "等保 8.1.4.1";
    /// 街道
    Streets = "维护街道", "maintain streets", [Admin], District;
    /// 人口
    Population = "登记和选用人口数据", "register and choose population", [PlanManager, Admin], District;
    /// 节假日
    Calendar = "导入节假日", "import holidays", [Admin], District;
    /// 承检机构
    Laboratories = "维护承检机构", "maintain laboratories", [Admin, QualityManager], Lab;
    /// 快检点
    Points = "维护快检点", "maintain points", [Admin], Street;
    /// 启用、停用限量
    Limits = "启用和停用限量", "activate and retire limits", [QualityManager], District;
    /// 导入限量和项目包
    ImportLimits = "导入限量和项目包", "import limits and packages", [QualityManager], District;
    /// 复判 what lies within one's own scope.
    Rejudge = "复判", "judge again", [QualityManager], Own;
    /// 改用限量 for an item within one's own scope.
    ApplyLimit = "改用限量", "take over a limit", [QualityManager], Own;
    /// 报告设置 there is one for every report of the district.
    ReportSettings = "修改报告设置", "change the report settings", [QualityManager], District;
    /// 年度报告文字 the office speaks in them.
    ReportText = "撰写年度报告文字", "write the paragraphs of the annual report", [PlanManager, Supervisor], District;
    /// 文书设置
    PaperSettings = "设置文号代字、版面和字体", "set numbers, layout and faces of papers", [Admin, Supervisor], District, "GB/T 9704-2012";
    /// 起草文书: a notice names what may be made public of the whole district.
    DraftPaper = "起草和查阅文书", "draft and read papers", [Supervisor, PlanManager], District;
    /// 签发文书: it takes a number and leaves the house; also to make it void.
    IssuePaper = "签发和作废文书", "issue papers and make them void", [Supervisor], District, "GB/T 9704-2012";
    /// 仪器
    Instruments = "维护仪器", "maintain instruments", [Admin, QualityManager], Lab;
    /// 仪器格式 a profile reads the files of every laboratory.
    Profiles = "管理仪器格式", "keep the instrument profiles", [QualityManager], District;
    /// 检验批模板
    Templates = "维护检验批模板", "maintain worksheet templates", [QualityManager], Lab;
    /// 计划
    Plan = "编制、调整和下达计划", "draw up, adjust and issue the plan", [PlanManager], District;
    /// 公布结果
    ImportPublished = "导入公布结果", "import published results", [PlanManager, Supervisor], District;
    /// 主体名录 operators, markets and stalls, each in its street.
    Parties = "维护经营者、市场和摊位", "maintain operators, markets and stalls", [Sampler, Enforcer], Street;
    /// 生产者 belong to no street: an entry serves every sheet of the district.
    Producers = "维护生产者", "maintain producers", [Sampler, Enforcer], District;
    /// 关联主体 of a sheet within one's own scope.
    LinkParties = "把抽样单关联到主体名录", "link a sampling sheet to the register", [Sampler, Enforcer], Own;
    /// 抽样单
    Sheet = "填写抽样单", "write a sampling sheet", [Sampler], Own, "抽检办法 第20条";
    /// 收样
    Receive = "收样、拒收", "receive or refuse samples", [SampleKeeper], Own, "抽检办法 第20条";
    /// 检验批: also to move it on and to void it.
    Worksheet = "新建和办理检验批", "make and move on a worksheet", [Analyst, Reviewer], Own;
    /// 派检
    Assign = "派检", "assign a worksheet", [Analyst, Reviewer, QualityManager], Own;
    /// 退回检验批的结果
    Reopen = "退回检验批的结果", "return results of a worksheet", [Checker, Reviewer, Signatory], Own;
    /// 录入结果，提交校核
    Test = "录入和提交检验结果", "enter and submit results", [Analyst], Own, "RB/T 215-2017";
    /// 人工判定
    Decide = "人工判定", "decide by hand", [Reviewer, QualityManager], Own, "RB/T 215-2017";
    /// 校核, or to return from there.
    Check = "校核", "check results", [Checker], Own, "RB/T 215-2017";
    /// 审核, or to return from there.
    Review = "审核", "review results", [Reviewer], Own, "RB/T 215-2017";
    /// 批准, or to return from there.
    Approve = "批准", "approve results", [Signatory], Own, "RB/T 215-2017";
    /// 签发
    Issue = "签发报告", "issue reports", [ReportSender], Own, "抽检办法 第24条";
    /// 更改报告
    Amend = "更改已签发报告", "amend an issued report", [QualityManager], Own, "GB/T 27025 7.8.8";
    /// 核查处置
    Handle = "办理核查处置", "dispose of a case", [Enforcer], Own, "抽检办法 第45条";
    /// 督办: closing, returning, extending and cancelling a case.
    Supervise = "审核办结、延期和撤销案件", "close, extend and cancel cases", [Supervisor], Own, "抽检办法 第45条";
    /// 快检阳性跟进
    FollowUp = "跟进快检阳性", "follow up a rapid positive", [PointOperator, Enforcer], Own;
    /// 转实验室
    SendToLab = "快检阳性转实验室", "send a rapid positive to a laboratory", [Enforcer, Sampler], Own;
    /// 实验室确证结论
    Confirm = "登记实验室确证结论", "register what the laboratory confirmed", [Enforcer], Own;
    /// 快检录入
    Reading = "录入快检读数", "record a rapid reading", [PointOperator, Enforcer], Own;
    /// 诊断
    Diagnose = "查看诊断", "read the diagnosis", [Admin], District;
    /// 日志
    Journal = "查看全部日志", "read the whole journal", [Supervisor, QualityManager, Admin], District, "等保 8.1.4.3";
    // ---- 查看: whoever may not, finds no such page
    /// 样品、检验、报告
    ReadSamples = "查看样品和检验", "read samples and tests",
        [Supervisor, PlanManager, Sampler, SampleKeeper, Analyst, Checker, Reviewer, Signatory, QualityManager, ReportSender, Enforcer], Own;
    /// 被抽样单位 the duties of the laboratory that test blind do not learn whose sample it is.
    ReadOperator = "查看被抽样单位", "learn whose sample it is",
        [Supervisor, PlanManager, Sampler, SampleKeeper, QualityManager, ReportSender, Enforcer], Own;
    /// 个人信息 unmasked: only who deals with the operator.
    ReadPersonal = "查看个人信息", "read personal data", [Sampler, Enforcer], Own, "个人信息保护法";
    /// 检验批和校核队列
    ReadBench = "查看检验批", "read worksheets", [Analyst, Checker, Reviewer, Signatory, QualityManager], Own;
    /// 快检读数
    ReadReadings = "查看快检读数", "read rapid readings",
        [PointOperator, MarketOpener, Enforcer, Supervisor, PlanManager, QualityManager, Sampler], Own;
    /// 街道、工作日历、承检机构: the law of the house may be read by those who work by it.
    ReadHouse = "查看街道、日历和承检机构", "read streets, the calendar and laboratories", [Admin, QualityManager, PlanManager], Own;
    /// 人口
    ReadPopulation = "查看人口", "read the population", [Admin, PlanManager], Own;
    /// 限量、项目包、仪器、仪器格式、模板
    ReadLibrary = "查看限量、项目包和仪器", "read limits, packages and instruments", [QualityManager, Admin], Own;
    /// 检验任务
    ReadTasks = "查看检验任务", "read test orders", [Analyst, Checker, Reviewer, Signatory, QualityManager, ReportSender], Own;
    /// 计划
    ReadPlan = "查看计划", "read the plan", [PlanManager, Supervisor, Sampler, QualityManager], Own;
    /// 指标 everybody of the business but not the operator of a point, and never the administrator.
    ReadFigures = "查看指标", "read figures",
        [Supervisor, PlanManager, QualityManager, Enforcer, MarketOpener, Signatory, ReportSender], BeyondPoint;
    /// 统计、年度报告、公布结果
    ReadStatistics = "查看统计", "read statistics", [Supervisor, PlanManager, QualityManager], BeyondPoint;
}

impl Act {
    /// Whether somebody with these duties and this scope may do it at all; on whose object, the use case asks beside it.
    ///
    /// # Errors
    /// `ADMIN-ROLE` without the duty, `SCOPE-DISTRICT` or `SCOPE-BEYOND` where the scope is too narrow.
    pub fn ask(self, roles: &BTreeSet<Role>, scope: &Scope) -> Result<(), Refusal> {
        let (zh, en) = self.words();
        if !self.roles().iter().any(|r| roles.contains(r)) {
            let role = self.roles().first().copied().unwrap_or(Role::Admin);
            return Err(Refusal::new(code::NOT_ADMIN)
                .with("role", role.zh())
                .with("role_en", role.en().to_lowercase())
                .with("action", zh)
                .with("action_en", en));
        }
        match (self.reach(), scope) {
            (_, Scope::District) | (Reach::Own, _) | (Reach::Street, Scope::Streets(_)) | (Reach::Lab, Scope::Lab(_)) => Ok(()),
            (Reach::BeyondPoint, Scope::Streets(_) | Scope::Lab(_)) => Ok(()),
            (Reach::District, _) => Err(Refusal::new(code::SCOPE_DISTRICT).with("action", zh).with("action_en", en)),
            (Reach::Street | Reach::Lab | Reach::BeyondPoint, _) => Err(self.beyond()),
        }
    }
    /// The object lies outside the scope of whoever would do this.
    #[must_use]
    pub fn beyond(self) -> Refusal {
        let (zh, en) = self.words();
        Refusal::new(code::SCOPE_BEYOND).with("action", zh).with("action_en", en)
    }
}

impl Actor {
    /// 盲样检验 works for the laboratory and must not learn whose sample it is, whatever else they hold that does not know it either.
    #[must_use]
    pub fn tests_blind(&self) -> bool {
        !Act::ReadOperator.roles().iter().any(|r| self.roles.contains(r))
    }
}

/// Whether this person may do this at all.
///
/// # Errors
/// See [`Act::ask`].
pub fn may(actor: &Actor, act: Act) -> Result<(), Refusal> {
    act.ask(&actor.roles, &actor.scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_knows_the_operator_reads_samples() {
        assert!(Act::ReadOperator.roles().iter().all(|role| Act::ReadSamples.roles().contains(role)));
    }
    #[test]
    fn every_act_is_refused_in_words_that_name_it() {
        for act in Act::ALL {
            let nobody = act.ask(&BTreeSet::new(), &Scope::District).unwrap_err();
            assert_eq!(nobody.code(), "ADMIN-ROLE", "{act:?}");
            assert!(nobody.what(crate::Lang::Zh).contains(act.words().0), "{act:?}");
            assert!(act.ask(&act.roles().iter().copied().collect(), &Scope::District).is_ok(), "{act:?}");
        }
    }
}

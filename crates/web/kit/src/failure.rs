//! What goes out instead of a page: coded problems in both languages. Bad input never becomes a 5xx.

use std::io::Cursor;

use askama::Template;
use rocket::http::{ContentType, Header, Status};
use rocket::response::{self, Responder};
use rocket::{Catcher, Request, Response, catch, catchers as catch_all};
use serde_json::json;
use shiyan_app::Error;
use shiyan_app::once::First;
use shiyan_foundation::{Lang, Refusal};

use crate::again::{Standing, sign_in_here, standing_of};
use crate::guard::lang_of;
use crate::views::{ErrorPage, Link, Page};

pub mod code {
    //! Refusals of the edge.
    use shiyan_foundation::codes;
    codes! {
        NOT_FOUND = "NOT-FOUND", zh "没有找到这个页面或记录，或它不在您的数据范围内", en "No such page or record, or it lies outside your scope",
            next "从列表或搜索进入" / "Go in through a list or the search", article "";
        FAULT = "FAULT", zh "系统出了故障，记录号 {trace}", en "The system has a fault, record {trace}",
            next "稍后再试；仍不行把记录号告诉系统管理员" / "Try again later; if it goes on, tell the administrator the record number", article "";
        CSRF = "FORM-ORIGIN", zh "表单已过期，或不是从本系统的页面提交的", en "The form has expired, or was not sent from a page of this system",
            next "回到原页面刷新后再提交" / "Go back, reload the page and submit again", article "";
        FORM_BEFORE = "FORM-BEFORE", zh "这份表单是您在上一次登录时打开的，这一次没有保存", en "You opened this form under an earlier login; nothing was saved this time",
            next "核对后再提交一次" / "Look at it and submit it again", article "";
        FORM_OTHER = "FORM-OTHER", zh "这份表单是另一个账号填写的，没有保存", en "Somebody else filled in this form; nothing was saved",
            next "由填写的人登录后接着提交" / "Whoever filled it in signs in and submits it", article "";
        TEXT_LONG = "TEXT-LONG", zh "“{label}”写了 {count} 字，最多 {most} 字，没有保存", en "“{label_en}” has {count} characters, {most} at most; nothing was saved",
            next "写短一些再提交；写下的内容还在" / "Make it shorter and submit again; what you typed is still there", article "";
        TOO_LARGE = "BODY-SIZE", zh "提交的内容超过 {most} MB", en "What was sent is larger than {most} MB",
            next "减小文件后再提交" / "Make the file smaller and submit again", article "";
        SMALL_ONLY = "BODY-SMALL", zh "这里提交的内容最多 {most} KB", en "No more than {most} KB may be sent here",
            next "先登录；登录页和首次设置页只填表，不传文件" / "Sign in first; the pages of sign-in and set-up take no files", article "";
        BODIES_FULL = "BODY-BUSY", zh "服务器正在接收的文件太多，这一次没有保存", en "The server is receiving too many files; nothing was saved this time",
            next "几秒钟后再提交一次" / "Submit again in a few seconds", article "";
        MALFORMED = "BODY-FORM", zh "提交的内容读不懂或没有传完", en "What was sent cannot be read or did not arrive whole",
            next "重新提交" / "Submit again", article "";
        PACKED = "BODY-PACKED", zh "这里不接受压缩过的内容（Content-Encoding）", en "Nothing packed is taken here (Content-Encoding)",
            next "原样提交，不要压缩" / "Send it as it is, not compressed", article "";
        UNREADABLE = "BODY-JSON", zh "提交的内容不是每个读者都读得一样的 JSON：{detail}", en "What was sent is no JSON that every reader reads alike: {detail}",
            next "写完整的 JSON，每个字段只写一次，嵌套不超过 100 层" / "Send whole JSON, each field once, nested no deeper than 100", article "";
        QUERY = "QUERY-VALUE", zh "地址里的参数 {name} 读不懂：{typed}", en "The parameter {name} of the address cannot be read: {typed}",
            next "改用文档 /api/openapi.json 写明的值：{known}" / "Use one of the values that /api/openapi.json names: {known}", article "";
        FIELD = "BODY-FIELD", zh "提交的 JSON 不符合约定：{detail}", en "The JSON sent does not keep to the contract: {detail}",
            next "对照 /api/openapi.json 改正字段" / "Correct the fields by /api/openapi.json", article "";
        NOT_JSON = "BODY-NOT-JSON", zh "提交的内容没有声明为 JSON", en "The body is not said to be JSON",
            next "请求头写 Content-Type: application/json" / "Send the header Content-Type: application/json", article "";
        LOGIN_NEEDED = "LOGIN-NEEDED", zh "须先登录", en "Please sign in first",
            next "登录后再试" / "Sign in and try again", article "";
        HEAVY_MINE = "HEAVY-MINE", zh "您已有 {most} 项计算、导出或导入在进行或排队", en "You have {most} calculations, exports or imports under way or waiting",
            next "等其中一项完成，约 {seconds} 秒后再试" / "Wait for one of them and try again in about {seconds} {seconds|second|seconds}", article "";
        HEAVY_BUSY = "HEAVY-BUSY", zh "系统正忙：排队的计算、导出和导入太多，或系统正在停止", en "The system is busy: too many calculations, exports and imports are waiting, or it is going down",
            next "约 {seconds} 秒后再试" / "Try again in about {seconds} {seconds|second|seconds}", article "";
        JOB_EMPTY = "JOB-EMPTY", zh "没有选择要处理的内容", en "Nothing was chosen",
            next "先勾选，或按筛选处理" / "Tick some first, or take all that match", article "";
        JOB_LARGE = "JOB-LARGE", zh "一次选了 {count} 件，最多 {most} 件", en "{count} were chosen at once; the most is {most}",
            next "缩小筛选，分几次处理" / "Narrow the filter and go in several turns", article "";
        JOB_TWICE = "JOB-TWICE", zh "已有一个同类作业在进行：{title}", en "You have a job of this sort under way: {title_en}",
            next "等它完成，或打开它停止" / "Wait until it is done, or open it and stop it", article "";
        JOB_BUSY = "JOB-BUSY", zh "正在进行的作业已有 {most} 个", en "{most} jobs are under way already",
            next "几分钟后再试" / "Try again in a few minutes", article "";
        JOB_ACCOUNT = "JOB-ACCOUNT", zh "账号已停用，作业到此为止", en "The account was disabled; the job ends here",
            next "由有权限的人接着处理" / "Somebody with the duty goes on", article "";
        PICTURE = "PICTURE", zh "图样不能打印：{detail}", en "The picture cannot be printed: {detail}",
            next "另存为 8 位、不交错的 PNG 再上传" / "Save it as a PNG of eight bits, not interlaced, and upload it again", article "";
        METHOD = "METHOD", zh "这个地址不接受这种请求", en "This address does not take such a request",
            next "从页面上的链接或按钮操作" / "Use the links and buttons of the pages", article "";
    }
}

/// Not an answer.
#[derive(Debug)]
pub enum Failure {
    /// 拒绝
    Refused(Vec<Refusal>),
    /// Not there, or not for this person.
    NotFound,
    /// Ours; the text goes to the log.
    Fault(String),
    /// Not signed in; the address to come back to.
    SignIn(String),
    /// A refusal with a status of its own.
    With(Status, Refusal),
    /// 已做过 the same request was carried out before.
    Again(First),
    /// 请等待 a whole page that says so: its status, and the seconds to wait.
    Wait(Status, String, String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(why) => Failure::Refused(why),
            Error::NotFound => Failure::NotFound,
            Error::Unusable(why) => Failure::Fault(why.to_string()),
            Error::Away(why) => Failure::With(Status::ServiceUnavailable, why),
            Error::Again(first) => Failure::Again(first),
            Error::Fault(text) => Failure::Fault(text),
        }
    }
}
impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(vec![refusal])
    }
}
impl From<Vec<Refusal>> for Failure {
    fn from(why: Vec<Refusal>) -> Self {
        Failure::Refused(why)
    }
}
impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        Failure::Fault(format!("template: {error}"))
    }
}

impl Failure {
    /// Status and refusals; a fault is logged here under its record number.
    #[must_use]
    pub fn parts(self) -> (Status, Vec<Refusal>) {
        match self {
            Failure::Refused(why) => (status_of(&why), why),
            Failure::NotFound => (Status::NotFound, vec![Refusal::new(code::NOT_FOUND)]),
            Failure::SignIn(_) => (Status::Unauthorized, vec![Refusal::new(code::LOGIN_NEEDED)]),
            Failure::With(status, refusal) => (status, vec![refusal]),
            Failure::Wait(status, ..) => (status, Vec::new()),
            // The wrapper around the handler answers it; nothing else sees this.
            Failure::Again(_) => (Status::Ok, Vec::new()),
            Failure::Fault(text) => {
                let trace = format!("{:06x}", rand::random::<u32>() & 0xff_ffff);
                tracing::error!(trace, "{text}");
                (Status::InternalServerError, vec![Refusal::new(code::FAULT).with("trace", trace)])
            }
        }
    }
}

/// The status of refusals.
#[must_use]
pub fn status_of(why: &[Refusal]) -> Status {
    let any = |code: &str| why.iter().any(|r| r.code() == code);
    if any(shiyan_lab_results::order::code::LOST_RACE.code) || any(shiyan_app::once::KEY_TAKEN.code) {
        Status::Conflict
    } else if [shiyan_app::code::LOCKED, shiyan_app::code::RAPID_RATE, shiyan_app::code::UPLOAD_QUOTA].iter().any(|c| any(c.code)) {
        Status::TooManyRequests
    } else if any(shiyan_app::code::BUSY.code) {
        Status::ServiceUnavailable
    } else if any(shiyan_app::code::LOGIN_ENDED.code) {
        Status::Forbidden
    } else {
        Status::UnprocessableEntity
    }
}

/// Seconds after which to try again, where refusals name them.
#[must_use]
pub fn seconds_of(why: &[Refusal]) -> Option<String> {
    why.iter().find_map(|r| r.facts.get("seconds")).cloned()
}

/// An address for the log: the tokens of one-time links are kept out of it.
#[must_use]
pub fn shown_address(address: &str) -> String {
    for room in ["/setup/", "/set-password/"] {
        if address.starts_with(room) {
            return format!("{room}…");
        }
    }
    address.to_owned()
}

/// The problems as `application/problem+json`.
#[must_use]
pub fn problem_json(status: Status, why: &[Refusal]) -> String {
    let first = why.first();
    json!({
        "type": first.map_or_else(|| "about:blank".to_owned(), |r| format!("/explain/{}", r.code())),
        "title": first.map_or_else(String::new, |r| r.what(Lang::En)),
        "status": status.code,
        "code": first.map(Refusal::code),
        "problems": why.iter().map(Refusal::problem).collect::<Vec<_>>(),
    })
    .to_string()
}

fn page(status: Status, why: &[Refusal], request: &Request<'_>) -> String {
    let lang = lang_of(request);
    let mut p = Page::public(lang, lang.pick("不能完成", "Cannot be done"));
    p.path = request.uri().to_string();
    // Only what may be sent again as it is: whoever was refused for good has the form itself.
    let typed = crate::posted::typed_of(request);
    let any = |code: &str| why.iter().any(|r| r.code() == code);
    let ended = any(shiyan_app::code::LOGIN_ENDED.code).then_some(&Standing::SignedOut);
    let standing = standing_of(request).or(ended);
    let for_now = matches!(status.code, 429 | 503) || any(shiyan_app::code::STEP_UP.code);
    let resend = match (typed, standing) {
        (Some(typed), Some(Standing::Theirs(csrf))) => Some(typed.resend(csrf.clone())),
        (Some(typed), None) if for_now => Some(typed.resend(typed.token.clone())),
        _ => None,
    };
    let sign_in = typed.zip(standing).and_then(|(typed, standing)| sign_in_here(standing, typed));
    let home = Link::new(lang.pick("回到工作台", "Back to the home page"), "/");
    let view = ErrorPage {
        p,
        status: status.code,
        problems: Page::public(lang, "").refused(why).problems,
        links: if request.method() == rocket::http::Method::Get && matches!(status.code, 429 | 503) {
            vec![Link::new(lang.pick("再试一次", "Try again"), request.uri().to_string()), home]
        } else if status == Status::Unauthorized {
            vec![Link::new(lang.pick("登录", "Sign in"), format!("/login?next={}", crate::guard::encoded(&came_from(request)))), home]
        } else {
            vec![home]
        },
        trace: why.first().and_then(|r| r.facts.get("trace")).cloned().unwrap_or_default(),
        resend,
        sign_in,
    };
    view.render().unwrap_or_else(|_| why.iter().map(|r| r.what(lang)).collect::<Vec<_>>().join("\n"))
}

/// The page that a form was sent from, as far as the browser says so.
fn came_from(request: &Request<'_>) -> String {
    let (Some(from), Some(host)) = (request.headers().get_one("Referer"), request.headers().get_one("Host")) else { return "/".to_owned() };
    let path = from.split_once("://").and_then(|(_, rest)| rest.strip_prefix(host));
    crate::guard::same_site(path.unwrap_or("/"))
}

/// A program asks: an address of the interface, or a body in JSON from the script of a page.
pub fn from_program(request: &Request<'_>) -> bool {
    request.uri().path().starts_with("/api/") || request.content_type().is_some_and(|c| c.is_json())
}

fn answer(request: &Request<'_>, status: Status, why: &[Refusal]) -> Response<'static> {
    let (kind, body) = if from_program(request) {
        (ContentType::new("application", "problem+json"), problem_json(status, why))
    } else {
        (ContentType::HTML, page(status, why, request))
    };
    let mut response = Response::build();
    response.status(status).header(kind).sized_body(body.len(), Cursor::new(body));
    // Whoever knows better says so; a time to come back stands on every answer that asks for patience.
    let told = seconds_of(why).or_else(|| matches!(status.code, 429 | 503).then(|| "2".to_owned()));
    if let Some(seconds) = told {
        response.header(Header::new("Retry-After", seconds));
    }
    response.finalize()
}

impl<'r> Responder<'r, 'static> for Failure {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        // A form that was sent is not sent away: its page says so and has the way in.
        let asks = matches!(request.method(), rocket::http::Method::Get | rocket::http::Method::Head);
        if let Failure::SignIn(back) = &self
            && asks
            && !from_program(request)
        {
            let address = format!("/login?next={}", crate::guard::encoded(back));
            return Response::build().status(Status::SeeOther).header(Header::new("Location", address)).ok();
        }
        if let Failure::Again(first) = self {
            crate::carried::before(request, first);
            return Response::build().status(Status::NoContent).ok();
        }
        if let Failure::Wait(status, seconds, page) = self {
            let body = Response::build().status(status).header(ContentType::HTML).sized_body(page.len(), Cursor::new(page)).finalize();
            return Response::build_from(body).header(Header::new("Retry-After", seconds)).ok();
        }
        let (status, why) = self.parts();
        Ok(answer(request, status, &why))
    }
}

#[catch(default)]
fn anything(status: Status, request: &Request<'_>) -> Failure {
    let why = match status.code {
        404 => Refusal::new(code::NOT_FOUND),
        405 => Refusal::new(code::METHOD),
        401 | 403 => Refusal::new(code::LOGIN_NEEDED),
        413 => Refusal::new(code::TOO_LARGE).with("most", 1),
        400..=499 => Refusal::new(code::MALFORMED),
        503 => Refusal::new(shiyan_app::code::away()),
        _ => {
            let trace = format!("{:06x}", rand::random::<u32>() & 0xff_ffff);
            tracing::error!(trace, %status, uri = shown_address(&request.uri().to_string()), "unhandled");
            Refusal::new(code::FAULT).with("trace", trace)
        }
    };
    Failure::With(status, why)
}

/// The catchers.
#[must_use]
pub fn catchers() -> Vec<Catcher> {
    catch_all![anything]
}

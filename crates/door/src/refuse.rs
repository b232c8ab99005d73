//! 拒绝 what the door says when it sends somebody away: short, plain, in both languages.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::Full;

macro_rules! whys {
    ($($name:ident = $label:literal, $status:literal, $retry:literal, $zh:literal, $en:literal;)*) => {
        /// Why somebody was sent away or cut off.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Why {
            $(#[doc = $en] $name,)*
        }
        impl Why {
            /// Every reason.
            pub const ALL: &[Why] = &[$(Why::$name,)*];
            /// Its name among the metrics.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Why::$name => $label,)* }
            }
            /// Status, seconds after which to try again (0: do not), Chinese, English.
            fn parts(self) -> (u16, u32, &'static str, &'static str) {
                match self { $(Why::$name => ($status, $retry, $zh, $en),)* }
            }
        }
    };
}

whys! {
    Full = "full", 503, 5, "服务器的连接已满，请稍后再试。", "All connections of the server are taken; try again shortly.";
    FullEach = "full_address", 429, 5, "您的网络地址同时打开的连接太多，请稍后再试。", "Too many connections are open from your address; try again shortly.";
    Busy = "busy", 503, 5, "正在处理的请求太多，请稍后再试。", "Too many requests are in hand; try again shortly.";
    BusyEach = "busy_address", 429, 5, "您的网络地址正在处理的请求太多，请稍后再试。", "Too many requests from your address are in hand; try again shortly.";
    HeadSlow = "head_slow", 408, 0, "请求没有在规定时间内发完。", "The request did not arrive in time.";
    HeadLarge = "head_large", 431, 0, "请求头太大或太多。", "The headers of the request are too large or too many.";
    TargetLong = "target_long", 414, 0, "请求的地址太长。", "The address of the request is too long.";
    Malformed = "malformed", 400, 0, "请求不符合 HTTP/1.1 的写法。", "The request does not keep to HTTP/1.1.";
    Version = "version", 505, 0, "本服务器只接受 HTTP/1.1。", "This server speaks HTTP/1.1 only.";
    Method = "method", 405, 0, "这个地址不接受这种请求。", "This address does not take such a request.";
    BodyLarge = "body_large", 413, 0, "提交的内容太大。", "What was sent is too large.";
    BodySlow = "body_slow", 408, 0, "提交的内容传得太慢，已中断，什么都没有保存。", "What was sent came too slowly and was cut off; nothing of it was kept.";
    BodyBroken = "body_broken", 400, 0, "提交的内容没有传完或读不懂，什么都没有保存。", "What was sent did not arrive whole or cannot be read; nothing of it was kept.";
    NoAnswer = "no_answer", 502, 5, "服务正在启动或停止，请稍后再试。", "The service is starting or stopping; try again shortly.";
    Plain = "plain", 400, 0, "本端口只接受 HTTPS，请用 https:// 开头的地址。", "This port speaks HTTPS only; use an address that begins with https://.";
    Handshake = "handshake", 408, 0, "TLS 握手没有完成。", "The TLS handshake was not completed.";
    AnswerSlow = "answer_slow", 408, 0, "接收太慢，已中断。", "The answer was taken too slowly.";
    Idle = "idle", 408, 0, "连接空闲太久，已关闭。", "The connection was idle for too long.";
    Yielded = "yielded", 408, 0, "连接空闲，已让给他人。", "The idle connection was given to somebody else.";
}

impl Why {
    /// Its place in [`Why::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
    /// The status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.parts().0).unwrap_or(StatusCode::BAD_REQUEST)
    }
    fn text(self) -> String {
        let (_, _, zh, en) = self.parts();
        format!("{zh}\n{en}\n")
    }
    /// The answer; the connection ends with it.
    pub(crate) fn answer(self) -> Response<Full<Bytes>> {
        let mut answer = Response::new(Full::new(Bytes::from(self.text())));
        *answer.status_mut() = self.status();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        for (name, value) in SAFE {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        if self.parts().1 > 0 {
            headers.insert(RETRY_AFTER, HeaderValue::from(self.parts().1));
        }
        answer
    }
    /// The same as bytes, for who is not let in at all.
    pub(crate) fn raw(self) -> Vec<u8> {
        let text = self.text();
        let mut out =
            format!("HTTP/1.1 {}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\n", self.status(), text.len());
        for (name, value) in SAFE {
            out += &format!("{name}: {value}\r\n");
        }
        if self.parts().1 > 0 {
            out += &format!("retry-after: {}\r\n", self.parts().1);
        }
        out += "connection: close\r\n\r\n";
        out += &text;
        out.into_bytes()
    }
}

const SAFE: &[(&str, &str)] =
    &[("content-security-policy", "default-src 'none'; frame-ancestors 'none'"), ("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin")];

//! 收件 how much of a body is read, for whom, and how much of all bodies may be in memory at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use rocket::Request;
use rocket::data::{Data, DataStream, ToByteUnit};
use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::tokio::io::AsyncReadExt;
use shiyan_foundation::Refusal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::again::AGAIN;
use crate::failure::{Failure, code};
use crate::guard::{DEVICES, LOGIN, User};

/// Whoever is not signed in, and every public page, KiB.
pub const SMALL: u64 = 16;
/// Largest form with files, MiB.
pub const FORM: u64 = 20;
/// Largest JSON body, MiB.
pub const JSON: u64 = 1;
/// A sign-in that carries on what was typed before it, KiB.
const CARRIED: u64 = 1024;
/// All bodies above [`SMALL`] that are in memory together, KiB.
const TOGETHER: usize = 64 << 10;
/// The same of people whose login has ended, or who only say so: they take nothing from those who are signed in.
const OUTSIDE: usize = 16 << 10;
/// How much is read at once, bytes.
const PIECE: usize = 64 << 10;

static ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(TOGETHER)));
static ROOM_OUTSIDE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(OUTSIDE)));

/// Pages that anybody may post to.
fn public(path: &str) -> bool {
    carries_on(path) || path == "/setup" || path.starts_with("/setup/")
}

/// Pages of the way in: they may carry what was typed before a login ended.
fn carries_on(path: &str) -> bool {
    matches!(path, "/login" | "/login/code" | AGAIN)
}

/// Whether a browser says that somebody was signed in there: the cookie of a login, or the one that stays behind when it has ended.
fn was_in(cookies: &str) -> bool {
    cookies.split(';').filter_map(|cookie| cookie.split_once('=')).any(|(name, _)| is_of_login(name.trim()))
}

/// Whether a cookie is one of the two, with the prefix of HTTPS or without.
fn is_of_login(name: &str) -> bool {
    [LOGIN, DEVICES].contains(&name.strip_prefix("__Host-").unwrap_or(name))
}

/// Most of a body of somebody who is not signed in, bytes.
fn outside(path: &str, was_in: bool, most: u64) -> u64 {
    match (was_in, public(path)) {
        (true, false) => most,
        (true, true) if carries_on(path) => CARRIED << 10,
        _ => SMALL << 10,
    }
}

/// What the front door lets pass by the head alone: without anything that says who asks, and to a public page, no more than
/// anybody may send. Above what is allowed here a page of ours explains the refusal; the door only keeps out the absurd.
#[must_use]
pub fn let_pass(path: &str, cookies: &str, token: bool) -> u64 {
    outside(path, was_in(cookies) || token && !public(path), 64 << 20)
}

/// A share of the memory for bodies; it grows with what is read and is given back when nobody has it any more.
#[derive(Debug, Default)]
pub struct Held(Mutex<Option<OwnedSemaphorePermit>>);

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// Larger than this many KiB.
    Large(u64),
    /// Too much of others is in memory.
    Full,
    /// It did not arrive whole.
    Broken,
    /// It is packed.
    Packed,
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
impl std::error::Error for Unread {}

impl Unread {
    /// The refusal, with its status.
    pub fn refused(self) -> (Status, Failure) {
        let (status, refusal) = match self {
            Unread::Large(most) if most >= 1024 => (Status::PayloadTooLarge, Refusal::new(code::TOO_LARGE).with("most", most >> 10)),
            Unread::Large(most) => (Status::PayloadTooLarge, Refusal::new(code::SMALL_ONLY).with("most", most)),
            Unread::Full => (Status::ServiceUnavailable, Refusal::new(code::BODIES_FULL)),
            Unread::Broken => (Status::BadRequest, Refusal::new(code::MALFORMED)),
            Unread::Packed => (Status::UnsupportedMediaType, Refusal::new(code::PACKED)),
        };
        (status, Failure::With(status, refusal))
    }
}

/// A body that is read piece by piece, within the limit of who sends it and the room that is left.
#[allow(missing_debug_implementations)]
pub struct Incoming<'r> {
    stream: DataStream<'r>,
    most: u64,
    read: u64,
    let_go: Arc<AtomicU64>,
    held: Arc<Held>,
    room: Arc<Semaphore>,
    outside: bool,
}

impl<'r> Incoming<'r> {
    /// Opens a body. Who asks is known before a byte of it is read.
    pub async fn open(request: &'r Request<'_>, data: Data<'r>, most_mib: u64) -> Result<Self, Unread> {
        // Nothing here unpacks: half a megabyte that becomes 512 stays half a megabyte, and is refused rather than misread.
        if request.headers().get("Content-Encoding").any(|how| !matches!(how.trim(), "" | "identity")) {
            return Err(Unread::Packed);
        }
        let path = request.uri().path();
        // While the database is away nobody can say who asks; what was typed is read all the same, within the room for all.
        let inside = !public(path.as_str()) && !matches!(request.guard::<User>().await, Outcome::Forward(_));
        // What was typed outlives the login: whoever was in a moment ago is heard out, in a room of their own.
        let most = match inside {
            true => most_mib << 20,
            false => outside(path.as_str(), request.cookies().iter().any(|cookie| is_of_login(cookie.name())), most_mib << 20),
        };
        let told = request.headers().get_one("Content-Length").and_then(|n| n.parse::<u64>().ok());
        if told.is_some_and(|n| n > most) {
            return Err(Unread::Large(most >> 10));
        }
        // One byte more shows that there is more.
        let room = if inside { ROOM.clone() } else { ROOM_OUTSIDE.clone() };
        Ok(Self { stream: data.open((most + 1).bytes()), most, read: 0, let_go: Arc::default(), held: Arc::default(), room, outside: !inside })
    }
    /// Whether whoever sends it is not signed in: then no file of theirs is taken.
    pub fn from_outside(&self) -> bool {
        self.outside
    }
    /// How much of what was read is not kept, bytes: it takes no room.
    pub fn let_go(&self) -> Arc<AtomicU64> {
        self.let_go.clone()
    }
    /// The next piece; nothing at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Unread> {
        let mut piece = self.empty_piece();
        Ok(self.read_into(&mut piece).await?.then_some(piece))
    }
    fn empty_piece(&self) -> Vec<u8> {
        Vec::with_capacity(PIECE.min(usize::try_from(self.most + 1).unwrap_or(PIECE)))
    }
    /// Reads on into what is left of a piece; whether anything came.
    async fn read_into(&mut self, piece: &mut Vec<u8>) -> Result<bool, Unread> {
        let n = self.stream.read_buf(piece).await.map_err(|_| Unread::Broken)?;
        if n == 0 {
            return Ok(false);
        }
        self.read += n as u64;
        if self.read > self.most {
            return Err(Unread::Large(self.most >> 10));
        }
        self.make_room()?;
        Ok(true)
    }
    fn make_room(&mut self) -> Result<(), Unread> {
        let needed = usize::try_from(self.read.saturating_sub(self.let_go.load(Ordering::Relaxed)).div_ceil(1024).saturating_sub(SMALL)).unwrap_or(usize::MAX);
        let mut held = self.held.0.lock().unwrap_or_else(PoisonError::into_inner);
        let have = held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        if needed > have {
            // A step at a time, and never waiting: who waits while holding could wait for ever.
            let step = (needed - have).max(256);
            let more = self.room.clone().try_acquire_many_owned(u32::try_from(step).unwrap_or(u32::MAX)).map_err(|_| Unread::Full)?;
            match held.as_mut() {
                Some(held) => held.merge(more),
                None => *held = Some(more),
            }
        }
        Ok(())
    }
    /// The share of the memory that goes with what was read.
    pub fn held(&self) -> Arc<Held> {
        self.held.clone()
    }
    /// The whole body.
    pub async fn whole(&mut self) -> Result<Vec<u8>, Unread> {
        // Pieces of one size, each filled to its end: a text that doubles as it grows leaves behind, of sixty bodies that are all given
        // up, many times the room that was counted.
        let mut pieces = vec![self.empty_piece()];
        while let Some(last) = pieces.last_mut() {
            if last.len() == last.capacity() {
                pieces.push(self.empty_piece());
            } else if !self.read_into(last).await? {
                break;
            }
        }
        Ok(if pieces.len() == 1 { pieces.remove(0) } else { pieces.concat() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn whoever_says_nothing_of_who_asks_passes_with_little() {
        let little = SMALL << 10;
        for (path, cookies, token, most) in [
            ("/samples/new", "", false, little),
            ("/samples/new", "lang=en; shiyan_login_x=1", false, little),
            ("/samples/new", "lang=en; shiyan_login=abc", false, 64 << 20),
            ("/api/v1/judge", "", true, 64 << 20),
            ("/samples/new", "lang=en; __Host-shiyan_login=abc", false, 64 << 20),
            ("/samples/new", "shiyan_device=abc", false, 64 << 20),
            ("/login", "", true, little),
            ("/login", "shiyan_device=abc", false, 1 << 20),
            ("/-/again", "__Host-shiyan_device=abc", false, 1 << 20),
            ("/setup/abc", "shiyan_login=abc", false, little),
        ] {
            assert_eq!(let_pass(path, cookies, token), most, "{path} {cookies}");
        }
    }
}

//! 登录 who gets in: attempts are counted before they are looked at, so that many at once count as many; the waits are of the pair of
//! account and address, so that nobody locks a colleague out; a browser that the person signed in with before has a count of its own.

use std::net::IpAddr;
use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use chrono::TimeDelta;
use serde_json::json;
use shiyan_foundation::{Instant, Refusal};
use shiyan_store::people::accounts::{Login, OpenLogin, Purpose, Tries};
use shiyan_store::records::UserAccount;
use shiyan_store::{Error, Unit, Who, sha256_hex};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

use super::pace::{self, Pace};
use super::{passwords, second};
use crate::{App, code, token};

/// A login ends after so many minutes without a request.
const IDLE_MINUTES: i64 = 30;
/// A login ends after so many hours whatever happens.
const LOGIN_HOURS: i64 = 12;
/// A browser is known for so many days after the last sign-in.
pub const DEVICE_DAYS: i64 = 180;
/// Browsers of one person that are known at most.
const DEVICES: u64 = 20;
/// People whose browser is one: tokens that it carries at most.
const IN_BROWSER: usize = 4;
/// Minutes between the password and the code.
pub const TICKET_MINUTES: i64 = 5;
/// Who may stand before the door at once; each waits for a hash of some 30 ms, two at a time.
const SEATS: usize = 128;
/// Who is inside and types the password again, one at a time: a crowd at the door does not keep them waiting.
const SEATS_INSIDE: usize = 32;
/// Seconds after which somebody turned away for want of a seat comes again.
const COME_AGAIN: i64 = 3;

/// A hash to spend the time on when the name is unknown.
static NOBODY: std::sync::LazyLock<String> =
    std::sync::LazyLock::new(|| Argon2::default().hash_password(token().as_bytes()).map(|h| h.to_string()).unwrap_or_default());

/// 口令计算 the costly hashes, bounded: each takes 19 MiB and some 30 ms.
#[derive(Debug)]
pub(crate) struct Hashing {
    /// Before the door: hashes at once, and who may wait for one.
    door: Semaphore,
    seats: Semaphore,
    /// Inside: the same for those who are signed in.
    inside: Semaphore,
    seats_inside: Semaphore,
    /// Attempts on one account follow each other, so that those that are right are not taken for failures of one another.
    turns: Vec<Mutex<()>>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            door: Semaphore::new(2),
            seats: Semaphore::new(SEATS),
            inside: Semaphore::new(1),
            seats_inside: Semaphore::new(SEATS_INSIDE),
            turns: (0..SEATS).map(|_| Mutex::new(())).collect(),
        }
    }
}

/// Which of the two rooms pays for a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Door,
    Inside,
}

impl Hashing {
    fn seat(&self, room: Room) -> Result<SemaphorePermit<'_>, Error> {
        let seats = if room == Room::Door { &self.seats } else { &self.seats_inside };
        seats.try_acquire().map_err(|_| Refusal::new(code::BUSY).with("seconds", COME_AGAIN).into())
    }
    fn turn(&self, of: &str) -> Option<&Mutex<()>> {
        let sum = of.bytes().fold(0_usize, |sum, b| sum.wrapping_mul(31).wrapping_add(usize::from(b)));
        self.turns.get(sum % self.turns.len().max(1))
    }
}

/// 叩门 what was typed, from where, and the tokens of known browsers.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    /// 登录名
    pub username: &'a str,
    /// 密码
    pub password: &'a str,
    /// Address of the client.
    pub from: IpAddr,
    /// Value of the cookie of known browsers.
    pub devices: &'a str,
    /// Token of a login that the same browser still holds: it ends.
    pub before: &'a str,
}

impl<'a> Knock<'a> {
    /// From a browser that brings nothing.
    #[must_use]
    pub fn new(username: &'a str, password: &'a str, from: IpAddr) -> Self {
        Self { username, password, from, devices: "", before: "" }
    }
}

/// A login that was just opened.
#[derive(Clone)]
pub struct Opened {
    /// The token for the cookie; only its hash is kept.
    pub token: String,
    /// The new value of the cookie of known browsers.
    pub devices: String,
    /// The person.
    pub user: UserAccount,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("user", &self.user.username).finish_non_exhaustive()
    }
}

/// How far somebody came.
#[derive(Debug)]
pub enum Entered {
    /// In.
    In(Box<Opened>),
    /// The password was right; the code of the phone is asked for with this ticket.
    Code(Ticket),
}

impl Entered {
    /// The login, when no code is asked for.
    #[must_use]
    pub fn opened(self) -> Option<Opened> {
        match self {
            Entered::In(opened) => Some(*opened),
            Entered::Code(_) => None,
        }
    }
}

/// 待验证 the ticket between the password and the code.
#[derive(Clone)]
pub struct Ticket(pub String);

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket")
    }
}

/// What somebody must do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owes {
    /// Choose a password of their own.
    Password,
    /// Enrol the second factor.
    Second,
}

/// One count that an attempt stands under.
struct Count {
    id: String,
    pace: Pace,
}

/// The counts of an attempt: those that are charged before it is looked at, and the one that only failures are charged to.
struct Door {
    charged: Vec<Count>,
    network: Option<Count>,
    known: Option<String>,
}

fn name_hash(username: &str) -> String {
    sha256_hex(username.as_bytes()).chars().take(32).collect()
}

/// Beginnings of the ids of everything counted for an account.
fn counts_of(username: &str) -> [String; 4] {
    let name = name_hash(username);
    [format!("pair:{name}:"), format!("all:{name}"), format!("device:{name}:"), format!("code:{name}")]
}

impl Door {
    fn of(username: &str, from: IpAddr, known: Option<String>) -> Self {
        let name = name_hash(username);
        let network = pace::network(from);
        match &known {
            // Only by this browser: whoever hammers from elsewhere, or from beside it, does not shut it.
            Some(device) => Door { charged: vec![Count { id: format!("device:{name}:{device}"), pace: pace::PAIR }], network: None, known },
            None => Door {
                charged: vec![Count { id: format!("pair:{name}:{network}"), pace: pace::PAIR }, Count { id: format!("all:{name}"), pace: pace::ACCOUNT }],
                network: Some(Count { id: format!("net:{network}"), pace: pace::ADDRESS }),
                known,
            },
        }
    }
    fn ids(&self) -> Vec<String> {
        self.charged.iter().chain(&self.network).map(|c| c.id.clone()).collect()
    }
    fn wait(&self, found: &[(String, Tries)], now: Instant) -> Option<Instant> {
        self.charged.iter().chain(&self.network).filter_map(|c| c.pace.wait(tries_of(found, &c.id), now)).max()
    }
}

fn tries_of(found: &[(String, Tries)], id: &str) -> Option<Tries> {
    found.iter().find(|(known, _)| known == id).map(|(_, tries)| *tries)
}

/// 请等待 the refusal that says how long.
pub(crate) fn locked(until: Instant, now: Instant) -> Error {
    let seconds = (until - now).num_seconds().max(1);
    let (zh, en) = if seconds < 120 {
        (format!("{seconds} 秒"), format!("{seconds} seconds"))
    } else {
        (format!("{} 分钟", (seconds + 59) / 60), format!("{} minutes", (seconds + 59) / 60))
    };
    Refusal::new(code::LOCKED).with("wait", zh).with("wait_en", en).with("seconds", seconds).into()
}

impl App {
    /// argon2id off the request threads.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        let _seat = self.hashing.seat(Room::Inside)?;
        self.hashed(Room::Inside, move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| e.to_string())).await
    }
    async fn password_fits(&self, room: Room, password: &str, stored: &str) -> Result<bool, Error> {
        let (password, stored) = (password.to_owned(), stored.to_owned());
        self.hashed(room, move || {
            let parsed = PasswordHash::new(&stored).map_err(|e| e.to_string())?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
    }
    async fn hashed<T: Send + 'static>(&self, room: Room, work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, Error> {
        let stoves = if room == Room::Door { &self.hashing.door } else { &self.hashing.inside };
        let _permit = stoves.acquire().await.map_err(|e| Error::Fault(e.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::Fault(e.to_string()))?.map_err(Error::Fault)
    }
    /// Logs in. An unknown name costs the same time and gets the same answers as a wrong password.
    ///
    /// # Errors
    /// Wrong name or password; a wait after failures; too many before the door at once.
    pub async fn login(&self, knock: &Knock<'_>, now: Instant) -> Result<Entered, Error> {
        let username = knock.username.trim().to_lowercase();
        let wrong = || Error::from(Refusal::new(code::LOGIN));
        if username.is_empty() || username.len() > 128 || !passwords::possible(knock.password) {
            return Err(wrong());
        }
        let user = self.store.user_by_name(&username).await?.filter(|u| u.active && !u.password_hash.is_empty());
        let known = self.known_device(knock.devices, user.as_ref().map(|u| u.id.to_string()).unwrap_or_default().as_str(), now).await?;
        let door = Door::of(&username, knock.from, known);
        // Who has to wait is turned away without a seat and without taking the writer from others.
        if let Some(until) = door.wait(&self.store.tries(&door.ids()).await?, now) {
            return Err(locked(until, now));
        }
        // A crowd of strangers does not keep out those whose browser is known.
        let room = if door.known.is_some() { Room::Inside } else { Room::Door };
        let _seat = self.hashing.seat(room)?;
        let _turn = match self.hashing.turn(&username) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        self.charge(&door, now).await?;
        let fits = self.password_fits(room, knock.password, user.as_ref().map_or(NOBODY.as_str(), |u| &u.password_hash)).await?;

        let mut unit = self.store.begin(now).await?;
        // What the hash was compared with must still hold.
        let user = match &user {
            Some(then) if fits => unit.get::<UserAccount>(&then.id.to_string()).await?.filter(|u| u.active && u.password_hash == then.password_hash),
            _ => None,
        };
        let Some(user) = user else {
            // What is no account may be a password typed into the wrong field.
            let exists = self.store.user_by_name(&username).await?.is_some();
            failed(&mut unit, &door, exists.then_some(username.as_str()), now).await?;
            unit.commit().await?;
            return Err(wrong());
        };
        relieve(&mut unit, &door).await?;
        let entered = if user.second_factor().is_some() {
            let ticket = token();
            unit.keep_token(Purpose::Second, &sha256_hex(ticket.as_bytes()), &user.id.to_string(), now + TimeDelta::minutes(TICKET_MINUTES)).await?;
            Entered::Code(Ticket(ticket))
        } else {
            Entered::In(Box::new(open(&mut unit, user, &door, knock, now).await?))
        };
        unit.commit().await?;
        Ok(entered)
    }
    /// Takes the code of the phone, or a recovery code, after the password.
    ///
    /// # Errors
    /// The ticket is spent or too old; a wrong or used code; a wait after failures.
    pub async fn login_code(&self, ticket: &str, typed: &str, knock: &Knock<'_>, now: Instant) -> Result<Opened, Error> {
        let ticket = sha256_hex(ticket.as_bytes());
        let again = || Error::from(Refusal::new(code::TICKET));
        let found = self.store.token_open(Purpose::Second, std::slice::from_ref(&ticket), now).await?;
        let user_id = found.first().map(|t| t.user_id.clone()).ok_or_else(again)?;
        let known = self.known_device(knock.devices, &user_id, now).await?;
        let mut unit = self.store.begin(now).await?;
        let user = unit.get::<UserAccount>(&user_id).await?.filter(|u| u.active && u.second_factor().is_some()).ok_or_else(again)?;
        let name = name_hash(&user.username);
        let id = known.as_ref().map_or_else(|| format!("code:{name}"), |device| format!("code:{name}:{device}"));
        let door = Door { charged: vec![Count { id, pace: pace::CODE }], network: None, known };
        let tries = unit.tries(&door.ids()).await?;
        if let Some(until) = door.wait(&tries, now) {
            return Err(locked(until, now));
        }
        let Some((next, verb)) = second::used(&user, typed, now) else {
            for count in &door.charged {
                unit.keep_tries(&count.id, &count.pace.more(tries_of(&tries, &count.id), now)).await?;
            }
            note_failure(&mut unit, &door, "login.code_failed", &user.username, knock.from).await?;
            unit.commit().await?;
            return Err(Refusal::new(code::CODE_WRONG).on("code").into());
        };
        if !unit.spend_token(Purpose::Second, &ticket).await? {
            return Err(again());
        }
        relieve(&mut unit, &door).await?;
        unit.save(&next, &Who::from(&next.actor()), verb, json!({ "left": next.second_factor().map_or(0, |s| s.recovery.len()) })).await?;
        let opened = open(&mut unit, next, &door, knock, now).await?;
        unit.commit().await?;
        Ok(opened)
    }
    /// Whether a ticket still waits for its code.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ticket_open(&self, ticket: &str, now: Instant) -> Result<bool, Error> {
        Ok(!self.store.token_open(Purpose::Second, &[sha256_hex(ticket.as_bytes())], now).await?.is_empty())
    }
    /// Which of the tokens of a browser is one of this person, by its hash.
    async fn known_device(&self, devices: &str, user: &str, now: Instant) -> Result<Option<String>, Error> {
        let hashes: Vec<String> = tokens_in(devices).map(|t| sha256_hex(t.as_bytes())).collect();
        let found = self.store.token_open(Purpose::Device, &hashes, now).await?;
        Ok(found.into_iter().find(|t| !user.is_empty() && t.user_id == user).map(|t| t.token_hash))
    }
    /// Counts an attempt before it is looked at; it is taken back when it turns out right.
    async fn charge(&self, door: &Door, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin_aside(now).await?;
        let found = unit.tries(&door.ids()).await?;
        if let Some(until) = door.wait(&found, now) {
            return Err(locked(until, now));
        }
        unit.sweep_tries(now - TimeDelta::seconds(pace::LONGEST)).await?;
        for count in &door.charged {
            unit.keep_tries(&count.id, &count.pace.more(tries_of(&found, &count.id), now)).await?;
        }
        unit.commit().await?;
        Ok(())
    }
    /// Somebody signed in proves once more who they are. Wrong guesses count for this login alone, and end it.
    ///
    /// # Errors
    /// `wrong` as long as the login survives; then that it has ended.
    pub(crate) async fn prove(&self, user: &UserAccount, login: &str, password: &str, wrong: Refusal, now: Instant) -> Result<(), Error> {
        if !passwords::possible(password) {
            return Err(wrong.into());
        }
        let login = sha256_hex(login.as_bytes());
        let door = Door { charged: vec![Count { id: format!("login:{login}"), pace: pace::IN_LOGIN }], network: None, known: None };
        let _seat = self.hashing.seat(Room::Inside)?;
        let _turn = match self.hashing.turn(&login) {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        self.charge(&door, now).await?;
        let fits = self.password_fits(Room::Inside, password, &user.password_hash).await?;
        let mut unit = self.store.begin_aside(now).await?;
        if fits {
            relieve(&mut unit, &door).await?;
            unit.commit().await?;
            return Ok(());
        }
        let failures = unit.tries(&door.ids()).await?.first().map_or(0, |(_, t)| t.failures);
        if failures < pace::IN_LOGIN.free {
            return Err(wrong.into());
        }
        unit.close_login(&login).await?;
        unit.note(&Who::from(&user.actor()), "login.ended", format!("login:{}", user.username), json!({ "failures": failures })).await?;
        unit.commit().await?;
        Err(Refusal::new(code::LOGIN_ENDED).into())
    }
    /// Step-up: the person types the password once more before signing.
    ///
    /// # Errors
    /// It is not theirs; after five wrong ones the login has ended.
    pub async fn step_up(&self, user: &UserAccount, login: &str, password: &str, now: Instant) -> Result<(), Error> {
        self.prove(user, login, password, Refusal::new(code::STEP_UP).on("password"), now).await
    }
    /// Ends a login.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn logout(&self, token: &str, now: Instant) -> Result<(), Error> {
        let mut unit = self.store.begin(now).await?;
        unit.close_login(&sha256_hex(token.as_bytes())).await?;
        unit.commit().await?;
        Ok(())
    }
    /// The live logins of a person, this one marked.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn logins(&self, user: &UserAccount, token: &str, now: Instant) -> Result<Vec<(OpenLogin, bool)>, Error> {
        let here = sha256_hex(token.as_bytes());
        let all = self.store.logins_of(&user.id.to_string(), now, now - TimeDelta::minutes(IDLE_MINUTES)).await?;
        Ok(all.into_iter().map(|l| (l.token_hash == here, l)).map(|(mine, l)| (l, mine)).collect())
    }
    /// Ends every other login of a person and forgets the browsers they are known by; says how many ended.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_other_logins(&self, user: &UserAccount, token: &str, now: Instant) -> Result<u64, Error> {
        let mut unit = self.store.begin(now).await?;
        let ended = unit.close_other_logins(&user.id.to_string(), &sha256_hex(token.as_bytes())).await?;
        unit.drop_tokens(&user.id.to_string(), &[Purpose::Device, Purpose::Second]).await?;
        unit.note(&Who::from(&user.actor()), "login.end_others", format!("login:{}", user.username), json!({ "ended": ended })).await?;
        unit.commit().await?;
        Ok(ended)
    }
    /// The person behind a login token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn who_is(&self, token: &str, now: Instant) -> Result<Option<Login>, Error> {
        let hash = sha256_hex(token.as_bytes());
        let login = self.store.login(&hash, now, now - TimeDelta::minutes(IDLE_MINUTES)).await?;
        if let Some(login) = &login {
            let stale = chrono::DateTime::parse_from_rfc3339(&login.seen_at).is_ok_and(|seen| now - seen > TimeDelta::minutes(5));
            if stale {
                self.store.touch_login(&hash, now).await?;
            }
        }
        Ok(login)
    }
    /// What somebody signed in must do before anything else.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn owes(&self, user: &UserAccount) -> Result<Option<Owes>, Error> {
        if user.must_change {
            return Ok(Some(Owes::Password));
        }
        let owes = user.second_factor().is_none() && second::answers_for(&user.roles) && self.second_required().await?;
        Ok(owes.then_some(Owes::Second))
    }
    /// How many login names were guessed at five times or more since then.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn names_under_attack(&self, since: Instant) -> Result<u64, Error> {
        self.store.tried_hard("all:", pace::PAIR.free, since).await
    }
}

/// Takes the attempt back: the count of the pair begins anew, the slower one of the account loses only this one.
async fn relieve(unit: &mut Unit, door: &Door) -> Result<(), Error> {
    for (id, tries) in unit.tries(&door.ids()).await? {
        if door.network.as_ref().is_some_and(|n| n.id == id) {
            continue;
        }
        let failures = if id.starts_with("all:") { tries.failures - 1 } else { 0 };
        unit.keep_tries(&id, &Tries { failures, ..tries }).await?;
    }
    Ok(())
}

/// Charges the address as well, and notes the failure where it is a step.
async fn failed(unit: &mut Unit, door: &Door, shown: Option<&str>, now: Instant) -> Result<(), Error> {
    if let Some(network) = &door.network {
        let found = unit.tries(&door.ids()).await?;
        unit.keep_tries(&network.id, &network.pace.more(tries_of(&found, &network.id), now)).await?;
    }
    let from = door.network.as_ref().and_then(|n| n.id.strip_prefix("net:")).unwrap_or_default().to_owned();
    write_failure(unit, door, "login.failed", shown, &from).await
}

async fn note_failure(unit: &mut Unit, door: &Door, verb: &str, shown: &str, from: IpAddr) -> Result<(), Error> {
    write_failure(unit, door, verb, Some(shown), &pace::network(from)).await
}

async fn write_failure(unit: &mut Unit, door: &Door, verb: &str, shown: Option<&str>, from: &str) -> Result<(), Error> {
    let found = unit.tries(&door.ids()).await?;
    let Some(first) = door.charged.first() else { return Ok(()) };
    let failures = tries_of(&found, &first.id).map_or(0, |t| t.failures);
    let network = door.network.as_ref().map_or(0, |n| tries_of(&found, &n.id).map_or(0, |t| t.failures));
    // An address that guesses at one name after the other writes as few entries as one that stays with one.
    let quiet = network < pace::ADDRESS.free && shown.is_some();
    if pace::is_step(failures, first.pace.free) && (quiet || pace::is_step(network, pace::ADDRESS.free)) {
        unit.note(
            &Who::system("登录"),
            verb,
            format!("login:{}", shown.unwrap_or("?")),
            json!({ "failures": failures, "from": from, "known": door.known.is_some() }),
        )
        .await?;
    }
    Ok(())
}

fn tokens_in(devices: &str) -> impl Iterator<Item = &str> {
    devices.split('.').filter(|t| t.len() == 64 && t.bytes().all(|b| b.is_ascii_hexdigit())).take(IN_BROWSER)
}

/// What nobody can guess of a form token, as text; the rest says whose it is.
const UNGUESSED: usize = 40;

/// 表单令牌 of a login of this person: what nobody guesses, and a mark that tells whose it is long after the login has ended, when
/// nothing else does: its row is gone, and the browser may hold another login or none.
fn form_token(user: &str) -> String {
    let unguessed: String = token().chars().take(UNGUESSED).collect();
    format!("{unguessed}{}", mark(&unguessed, user))
}

fn mark(unguessed: &str, user: &str) -> String {
    sha256_hex(format!("form {unguessed} of {user}").as_bytes()).chars().take(24).collect()
}

/// Whether a form token is one of a login of this person, an open one or one that has ended.
#[must_use]
pub fn form_is_of(token: &str, user: &str) -> bool {
    token.is_ascii() && token.len() == UNGUESSED + 24 && token.split_at(UNGUESSED).1 == mark(token.split_at(UNGUESSED).0, user)
}

/// Opens the login: new tokens, whatever the browser brought.
async fn open(unit: &mut Unit, user: UserAccount, door: &Door, knock: &Knock<'_>, now: Instant) -> Result<Opened, Error> {
    let id = user.id.to_string();
    let (login, csrf, device) = (token(), form_token(&id), token());
    if !knock.before.is_empty() {
        unit.close_login(&sha256_hex(knock.before.as_bytes())).await?;
    }
    let from = pace::network(knock.from);
    unit.open_login(&sha256_hex(login.as_bytes()), &id, &csrf, &from, now + TimeDelta::hours(LOGIN_HOURS)).await?;
    if let Some(known) = &door.known {
        unit.drop_token(known).await?;
    }
    unit.keep_token(Purpose::Device, &sha256_hex(device.as_bytes()), &id, now + TimeDelta::days(DEVICE_DAYS)).await?;
    unit.trim_tokens(&id, Purpose::Device, DEVICES).await?;
    let known = door.known.as_deref();
    let others = tokens_in(knock.devices).filter(|t| known != Some(sha256_hex(t.as_bytes()).as_str())).take(IN_BROWSER - 1);
    let devices = std::iter::once(device.as_str()).chain(others).collect::<Vec<_>>().join(".");
    unit.note(&Who::from(&user.actor()), "login", format!("login:{}", user.username), json!({ "from": from, "known": door.known.is_some() })).await?;
    Ok(Opened { token: login, devices, user })
}

/// Forgets what is counted for an account; its logins, tickets, known browsers and the tokens of its programs end.
pub(crate) async fn shut_out(unit: &mut Unit, user: &UserAccount, also: &[Purpose]) -> Result<(), Error> {
    let id = user.id.to_string();
    unit.close_logins_of(&id).await?;
    unit.drop_tokens(&id, &[Purpose::Second, Purpose::Device, Purpose::Program]).await?;
    unit.drop_tokens(&id, also).await?;
    for prefix in counts_of(&user.username) {
        unit.forget_tries_of(&prefix).await?;
    }
    Ok(())
}

/// Shared by every copy of the application.
pub(crate) fn hashing() -> Arc<Hashing> {
    Arc::default()
}

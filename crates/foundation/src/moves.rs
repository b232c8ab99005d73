//! 状态表 the moves of a noun as one table: from, action, to, who, and what happens to its clocks. Decisions, buttons, lists, diagrams and tests ask
//! the same table, so that a list of open cases and the rule of what is still open cannot drift apart.

use std::convert::Infallible;

use crate::authority::Act;
use crate::refusal::CodeInfo;
use crate::{Actor, Label, Lang, Refusal, Role};

/// 时限动作 what a move does to the clock of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick<R> {
    /// 起算
    Starts(R),
    /// 停止
    Stops(R),
    /// 延长
    Extends(R),
    /// 撤销 every running clock of the noun.
    CancelsAll,
    /// 撤销 the running clocks of duties; the window of a right runs to its end.
    CancelsDuties,
}

/// 一步 one move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move<S: 'static, A: 'static, R: 'static = Infallible> {
    /// 起始状态
    pub from: S,
    /// 动作
    pub action: A,
    /// 到达状态
    pub to: S,
    /// 事项 in the table of duties, which says whose it is.
    pub act: Act,
    /// 时限 what it may do to clocks; facts of the noun decide which of them it does.
    pub ticks: &'static [Tick<R>],
}

impl<S: Copy, A: Copy, R> Move<S, A, R> {
    /// A move that touches no clock.
    pub const fn new(from: S, action: A, to: S, act: Act) -> Self {
        Self { from, action, to, act, ticks: &[] }
    }
    /// The same with what it does to clocks.
    #[must_use]
    pub const fn ticking(&self, ticks: &'static [Tick<R>]) -> Self {
        Self { from: self.from, action: self.action, to: self.to, act: self.act, ticks }
    }
}

/// 状态表 of a noun.
#[derive(Debug, Clone, Copy)]
pub struct Moves<S: 'static, A: 'static, R: 'static = Infallible> {
    /// 名称 of the noun, Chinese and English.
    pub noun: (&'static str, &'static str),
    /// 初始状态 in which it begins.
    pub begins: S,
    /// 时限 what may start when it begins.
    pub opening: &'static [Tick<R>],
    /// 了结状态 in which nobody has anything left to do; a move out of one reopens it or puts its record right.
    pub over: &'static [S],
    /// The table.
    pub table: &'static [Move<S, A, R>],
}

impl<S: Label + PartialEq, A: Label + PartialEq, R: Copy> Moves<S, A, R> {
    /// 在办 whether somebody still has something to do.
    #[must_use]
    pub fn is_open(&self, state: S) -> bool {
        !self.over.contains(&state)
    }
    /// 在办状态 in the order of the official list; what a query binds.
    pub fn open(&self) -> impl Iterator<Item = S> + Clone {
        let over = self.over;
        S::ALL.iter().copied().filter(move |s| !over.contains(s))
    }
    /// The codes of the states in which it is over; what a query binds.
    pub fn over_codes(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.over.iter().map(|s| s.code())
    }
    /// The moves of an action from a state: several when facts decide where it leads.
    pub fn of(&self, from: S, action: A) -> impl Iterator<Item = &'static Move<S, A, R>> {
        self.table.iter().filter(move |m| m.from == from && m.action == action)
    }
    /// Whether an action is on the table for a state.
    #[must_use]
    pub fn allows(&self, from: S, action: A) -> bool {
        self.of(from, action).next().is_some()
    }
    /// Where an action leads; the first place where facts decide.
    #[must_use]
    pub fn to(&self, from: S, action: A) -> Option<S> {
        self.of(from, action).next().map(|m| m.to)
    }
    /// The states from which an action is possible.
    #[must_use]
    pub fn before(&self, action: A) -> Vec<S> {
        let from: Vec<S> = self.table.iter().filter(|m| m.action == action).map(|m| m.from).collect();
        S::ALL.iter().copied().filter(|s| from.contains(s)).collect()
    }
    /// Whose duty an action is from a state.
    #[must_use]
    pub fn roles_in(&self, from: S, action: A) -> Vec<Role> {
        each(self.of(from, action).flat_map(|m| m.act.roles()))
    }
    /// Whose duty an action is, whatever the state.
    #[must_use]
    pub fn roles(&self, action: A) -> Vec<Role> {
        each(self.table.iter().filter(|m| m.action == action).flat_map(|m| m.act.roles()))
    }
    /// What an action may do to clocks from a state.
    #[must_use]
    pub fn ticks(&self, from: S, action: A) -> Vec<Tick<R>> {
        self.of(from, action).flat_map(|m| m.ticks.iter().copied()).collect()
    }
    /// 谁不可 whose duty an action is not, whatever the state.
    ///
    /// # Errors
    /// The code that is given, with the duties.
    pub fn duty(&self, actor: &Actor, action: A, role: &'static CodeInfo) -> Result<(), Refusal> {
        let roles = self.roles(action);
        if actor.has_any(&roles) { Ok(()) } else { Err(Refusal::new(role).for_roles(&roles, action)) }
    }
    /// 为何不可 the reasons of state and duty why somebody may not do this now: the first code is for the state, the second for the duty.
    #[must_use]
    pub fn why_not(&self, actor: &Actor, state: S, action: A, codes: (&'static CodeInfo, &'static CodeInfo)) -> Vec<Refusal> {
        let mut why = Vec::new();
        let mut roles = self.roles_in(state, action);
        if !self.allows(state, action) {
            why.push(Refusal::new(codes.0).in_state(state, action));
            roles = self.roles(action);
        }
        if !actor.has_any(&roles) {
            why.push(Refusal::new(codes.1).for_roles(&roles, action));
        }
        why
    }
    /// The states that can be reached from the beginning.
    #[must_use]
    pub fn reachable(&self) -> Vec<S> {
        let mut seen = vec![self.begins];
        let mut at = 0;
        while let Some(from) = seen.get(at).copied() {
            at += 1;
            for next in self.table.iter().filter(|m| m.from == from).map(|m| m.to) {
                if !seen.contains(&next) {
                    seen.push(next);
                }
            }
        }
        seen
    }
    /// What is wrong with the table itself: a state that nothing reaches, a move that stands twice, a state without a way on that is not over.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut out = Vec::new();
        let reached = self.reachable();
        for state in S::ALL {
            if !reached.contains(state) {
                out.push(format!("{}: nothing leads to {}", self.noun.1, state.code()));
            }
            if self.is_open(*state) && !self.table.iter().any(|m| m.from == *state && m.to != *state) {
                out.push(format!("{}: {} is open and nothing leads on", self.noun.1, state.code()));
            }
        }
        for (at, m) in self.table.iter().enumerate() {
            let named = format!("{}: {} {}", self.noun.1, m.from.code(), m.action.code());
            if self.table[..at].iter().any(|o| o.from == m.from && o.action == m.action && o.to == m.to) {
                out.push(format!("{named} stands twice"));
            }
        }
        for action in A::ALL {
            if !self.table.iter().any(|m| m.action == *action) {
                out.push(format!("{}: {} is never possible", self.noun.1, action.code()));
            }
        }
        out
    }
    /// 状态图 the table as a picture in the notation of mermaid.
    #[must_use]
    pub fn diagram(&self, lang: Lang) -> String {
        let mut out = String::from("stateDiagram-v2\n");
        for state in S::ALL {
            out.push_str(&format!("    state \"{}\" as {}\n", state.label(lang), state.code()));
        }
        out.push_str(&format!("    [*] --> {}\n", self.begins.code()));
        for m in self.table {
            let roles: Vec<&str> = m.act.roles().iter().map(|r| r.label(lang)).collect();
            out.push_str(&format!("    {} --> {}: {}（{}）\n", m.from.code(), m.to.code(), m.action.label(lang), roles.join(lang.pick("、", ", "))));
        }
        for state in self.over {
            out.push_str(&format!("    {} --> [*]\n", state.code()));
        }
        if lang == Lang::En { out.replace('（', " (").replace('）', ")") } else { out }
    }
}

fn each<'a>(roles: impl Iterator<Item = &'a Role>) -> Vec<Role> {
    let mut out = Vec::new();
    for role in roles {
        if !out.contains(role) {
            out.push(*role);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;
    use crate::{Scope, labels};
    use std::collections::BTreeSet;

    labels! {
        enum Door {
            Shut = "shut", "关", "Shut";
            Open = "open", "开", "Open";
            Walled = "walled", "砌死", "Walled up";
        }
    }
    labels! {
        enum Hand {
            Push = "push", "推", "Push";
            Wall = "wall", "砌", "Wall up";
        }
    }
    crate::codes! {
        STATE = "DOOR-STATE", zh "{state}：不能{action}", en "{state_en}: no {action_en}", next "看" / "look", article "";
        ROLE = "DOOR-ROLE", zh "{action}是{role}的事", en "to {action_en} is for the {role_en}", next "找" / "ask", article "";
    }
    const MOVES: Moves<Door, Hand, u8> = Moves {
        noun: ("门", "door"),
        begins: Door::Shut,
        opening: &[Tick::Starts(1)],
        over: &[Door::Walled],
        table: &[
            Move::new(Door::Shut, Hand::Push, Door::Open, Act::Sheet).ticking(&[Tick::Stops(1), Tick::Starts(2)]),
            Move::new(Door::Open, Hand::Push, Door::Shut, Act::SendToLab),
            Move::new(Door::Open, Hand::Wall, Door::Walled, Act::Users),
        ],
    };
    fn who(roles: &[Role]) -> Actor {
        Actor { id: UserId(uuid::Uuid::nil()), name: "甲".into(), roles: BTreeSet::from_iter(roles.iter().copied()), scope: Scope::District }
    }

    #[test]
    fn a_table_says_what_is_open_who_moves_it_and_where_it_leads() {
        assert_eq!(MOVES.problems(), Vec::<String>::new());
        assert_eq!((MOVES.is_open(Door::Open), MOVES.is_open(Door::Walled)), (true, false));
        assert_eq!(MOVES.open().map(Label::code).collect::<Vec<_>>(), ["shut", "open"]);
        assert_eq!(MOVES.over_codes().collect::<Vec<_>>(), ["walled"]);
        assert_eq!((MOVES.to(Door::Shut, Hand::Push), MOVES.to(Door::Shut, Hand::Wall)), (Some(Door::Open), None));
        assert_eq!(MOVES.roles(Hand::Push), [Role::Sampler, Role::Enforcer]);
        assert_eq!(MOVES.roles_in(Door::Shut, Hand::Push), [Role::Sampler]);
        assert_eq!((MOVES.before(Hand::Push), MOVES.before(Hand::Wall)), (vec![Door::Shut, Door::Open], vec![Door::Open]));
        assert_eq!(MOVES.ticks(Door::Shut, Hand::Push), [Tick::Stops(1), Tick::Starts(2)]);
        assert_eq!(MOVES.reachable(), [Door::Shut, Door::Open, Door::Walled]);
    }
    #[test]
    fn state_and_duty_are_two_reasons() {
        let codes = |roles: &[Role], state, action| MOVES.why_not(&who(roles), state, action, (STATE, ROLE)).iter().map(Refusal::code).collect::<Vec<_>>();
        assert_eq!(codes(&[Role::Sampler], Door::Shut, Hand::Push), Vec::<&str>::new());
        assert_eq!(codes(&[Role::Analyst], Door::Shut, Hand::Push), ["DOOR-ROLE"]);
        assert_eq!(codes(&[Role::Enforcer], Door::Walled, Hand::Push), ["DOOR-STATE"]);
        assert_eq!(codes(&[Role::Sampler], Door::Shut, Hand::Wall), ["DOOR-STATE", "DOOR-ROLE"]);
        assert_eq!(ALL.len(), 2);
        assert_eq!(MOVES.duty(&who(&[Role::Analyst]), Hand::Wall, ROLE).unwrap_err().what(Lang::Zh), "砌是系统管理员的事");
    }
    #[test]
    fn a_table_with_a_hole_is_named() {
        const HOLES: Moves<Door, Hand> =
            Moves { noun: ("门", "door"), begins: Door::Shut, opening: &[], over: &[], table: &[Move::new(Door::Shut, Hand::Push, Door::Open, Act::Sheet)] };
        let problems = HOLES.problems();
        for hole in ["nothing leads to walled", "open is open and nothing leads on", "wall is never possible"] {
            assert!(problems.iter().any(|p| p.contains(hole)), "{hole}: {problems:?}");
        }
    }
    #[test]
    fn the_picture_shows_every_move() {
        let picture = MOVES.diagram(Lang::Zh);
        assert!(picture.contains("[*] --> shut\n") && picture.contains("walled --> [*]\n"), "{picture}");
        assert!(picture.contains("    open --> shut: 推（监管所执法人员、抽样员）\n"), "{picture}");
        assert!(MOVES.diagram(Lang::En).contains("open --> walled: Wall up (Administrator)\n"));
    }
}

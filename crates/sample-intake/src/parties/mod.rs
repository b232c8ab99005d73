//! 主体名录 who was sampled, who made it, in which market and at which stall, as nouns of their own. They live in this room because a sampling sheet is
//! where they are met first; every room after it on the way may name them by id.
//!
//! A sheet keeps what is printed on it, for ever; beside that it carries the ids of those whom it is about ([`Linked`]). What makes two entries the same
//! is a rule ([`alike`]) that only ever offers: a credit code is proof, anything else a person decides.

pub mod alike;
pub mod card;
pub mod code;
pub mod credit;
pub mod linked;
pub mod market;
pub mod operator;
pub mod producer;

pub use alike::{Likeness, plain};
pub use credit::CreditCode;
pub use linked::{Chosen, Linked, settle};
pub use market::{Holder, Market, MarketKind, Stall, TypedMarket};
pub use operator::{Operator, TypedOperator};
pub use producer::{Producer, TypedProducer};

use serde::{Deserialize, Serialize};
use shiyan_foundation::{Label, Refusal, labels};

labels! {
    /// 在册状态 whether an entry of the register is in use.
    pub enum Standing {
        Active = "active", "在册", "On the register";
        Closed = "closed", "已停用", "Closed";
        Merged = "merged", "已并入", "Merged";
    }
}
labels! {
    /// 名录动作 what may be done with an entry beside changing what it says.
    pub enum Turn {
        Close = "close", "停用", "Close";
        Reopen = "reopen", "恢复", "Reopen";
        Merge = "merge", "并入另一条", "Merge into another";
    }
}

/// 在册情况 of an entry, why, and what it was merged into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand<I> {
    /// State.
    pub standing: Standing,
    /// 停用、并入的理由
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// 并入 the entry that stands for this one now.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub into: Option<I>,
}

fn none<I>() -> Option<I> {
    None
}

impl<I> Default for Stand<I> {
    fn default() -> Self {
        Self { standing: Standing::Active, why: String::new(), into: None }
    }
}

impl<I: Copy + PartialEq> Stand<I> {
    /// Whether an action is possible now.
    ///
    /// # Errors
    /// `PARTY-STATE`.
    pub fn allows(&self, turn: Turn) -> Result<Standing, Refusal> {
        match (self.standing, turn) {
            (Standing::Active, Turn::Close) => Ok(Standing::Closed),
            (Standing::Closed, Turn::Reopen) => Ok(Standing::Active),
            (Standing::Active | Standing::Closed, Turn::Merge) => Ok(Standing::Merged),
            _ => Err(Refusal::new(code::STATE).in_state(self.standing, turn)),
        }
    }
    /// 停用 or 恢复, with a reason.
    ///
    /// # Errors
    /// Not from this state; no reason.
    pub fn turned(&self, turn: Turn, why: &str) -> Result<Self, Refusal> {
        let standing = self.allows(turn)?;
        Ok(Self { standing, why: reason(why)?, into: None })
    }
    /// 并入 another entry, which must stand on its own.
    ///
    /// # Errors
    /// Not from this state; no reason; into itself, or into one that is merged itself.
    pub fn merged(&self, own: I, into: I, other: &Self, why: &str) -> Result<Self, Refusal> {
        let standing = self.allows(Turn::Merge)?;
        if own == into || other.standing == Standing::Merged {
            return Err(Refusal::new(code::MERGE).on("into"));
        }
        Ok(Self { standing, why: reason(why)?, into: Some(into) })
    }
    /// 改写 what an entry says may be put right as long as it stands for itself.
    ///
    /// # Errors
    /// `PARTY-STATE` of one that was merged.
    pub fn editable(&self) -> Result<(), Refusal> {
        if self.standing == Standing::Merged {
            let named = Refusal::new(code::STATE).with("state", self.standing.zh()).with("state_en", self.standing.en());
            return Err(named.with("action", "修改").with("action_en", "change it"));
        }
        Ok(())
    }
}

fn reason(why: &str) -> Result<String, Refusal> {
    let why = why.trim();
    if why.chars().count() < 4 { Err(Refusal::new(crate::code::REASON).on("reason")) } else { Ok(why.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_closed_reopened_and_merged_only_from_where_it_stands() {
        // written by hand, apart from `allows`
        let legal = [("active", "close"), ("closed", "reopen"), ("active", "merge"), ("closed", "merge")];
        for standing in Standing::ALL {
            for turn in Turn::ALL {
                let stand = Stand::<u8> { standing: *standing, ..Stand::default() };
                assert_eq!(stand.allows(*turn).is_ok(), legal.contains(&(standing.code(), turn.code())), "{standing:?} {turn:?}");
            }
        }
        assert_eq!(Stand::<u8>::default().turned(Turn::Close, " 关 ").unwrap_err().code(), "INTAKE-REASON");
    }
    #[test]
    fn nothing_is_merged_into_itself_or_into_what_is_merged() {
        let active = Stand::<u8>::default();
        assert_eq!(active.merged(1, 1, &active, "同一家店铺").unwrap_err().code(), "PARTY-MERGE");
        let merged = active.merged(1, 2, &active, "同一家店铺").unwrap();
        assert_eq!((merged.standing, merged.into), (Standing::Merged, Some(2)));
        assert_eq!(active.merged(3, 1, &merged, "同一家店铺").unwrap_err().code(), "PARTY-MERGE");
        assert_eq!(merged.editable().unwrap_err().code(), "PARTY-STATE");
    }
}

//! Money that the shop owes: gift cards, which whoever knows the code may spend, and the credit of customers.

mod adjust;
mod change;
mod code;
mod error;
mod events;
mod issue;
mod look_up;
mod model;
mod moves;
mod reveal;
mod store;

pub use adjust::{AdjustStoredValue, AdjustTarget, adjust, ensure_credit};
pub use change::{ChangeGiftCard, GiftCardPatch, change};
pub use code::GiftCardCode;
pub use error::StoredValueError;
pub use events::StoredValueFact;
pub use issue::{IssueGiftCard, NewGiftCard, NewGiftCardInput, SoldCard, issue, issue_blank, issue_sold};
pub use look_up::look_up;
pub use model::{AdjustReason, MoveKind, StoredMove, StoredValue, StoredValueKind};
pub(crate) use moves::{Change, move_by};
pub use moves::{call_off, restore};
pub use reveal::{code_of, reveal};
pub use store::{
    INVARIANTS, StoredValueQuery, credit_of, credits_of, find, find_all, find_by_code, list, lock_called_off_of, lock_paying,
    lock_unspent_of, moves_of, pieces_sold_by, sold_by,
};

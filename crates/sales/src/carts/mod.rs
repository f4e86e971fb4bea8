//! Carts: what a customer gathers before there is an order.

mod abandoned;
mod add_line;
mod change_line;
mod codes;
mod contents;
mod create;
mod draft_error;
mod draft_store;
mod drafts;
mod edit;
mod error;
mod merge;
mod model;
mod personal;
mod remove_line;
mod store;
mod stored_values;

pub use abandoned::{CartReader, QuietCart, find_open, note_reminder, open_order_by, recover, withdraw_consent};
pub use add_line::{AddLine, add_line};
pub use change_line::{ChangeLine, change_line};
pub use codes::{add_code, remove_code};
pub use contents::{CartContents, contents, price_source, with_lines};
pub use create::{CreateCart, CreateCartError, CreatedCart, create};
pub use draft_error::DraftError;
pub use draft_store::list_drafts;
pub use drafts::{Draft, DraftLine, create_draft, discard_draft, replace_draft};
pub use edit::{EditCart, edit};
pub use error::CartError;
pub use merge::{merge, own};
pub use model::{Cart, CartAccess, CartLine, CartLines, CartProof, CartStatus, CartToken, CustomOptions, DraftSummary, StaffDiscount};
pub use personal::PersonalCarts;
pub use remove_line::remove_line;
pub use store::{INVARIANTS, Locked, give_to, lock, mark_ordered, open, write_means};
pub use stored_values::{PaidWith, add_gift_card, is_by, pay_without, use_credit};

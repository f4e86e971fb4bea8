//! All rows and SQL of orders.

mod invariants;
mod list;
mod owner;
mod parts;
mod read;
mod write;

pub use invariants::INVARIANTS;
pub use list::{OrderFilter, OrderQuery, OrderSort, OrderSummary, Span, list};
pub use owner::{Bought, bought, has_open_orders};
pub(super) use owner::{forget_of, give_to, guest_orders, orders_of};
pub use parts::{count_refunded, count_restocked, record_fulfilment, update_fulfilment};
pub(super) use parts::{insert_note, notes_of, replace_tags};
pub(super) use read::states;
pub use read::{details, find, find_of_cart, lock, progress_of};
pub(super) use write::{cancel_lines, insert_transition};
pub use write::{choose_method, insert, next_number, update_state};

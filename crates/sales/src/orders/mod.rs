//! Orders: what was sold, in which state it is, and how it got there.

mod advance;
mod books;
mod cancel;
mod claim;
mod events;
mod expire;
mod gift_cards;
mod model;
mod note;
mod personal;
mod progress;
mod rebuild;
mod states;
mod store;
mod timeline;
mod update;
mod words;

pub use advance::{MAKE_GIFT_CARDS, advance, money_of, payment_fault};
pub use books::book_allowance;
pub use cancel::{CancelOrder, CancelOrderError, cancel};
pub use claim::claim;
pub use events::OrderFact;
pub use expire::{ExpireOrder, expire, expire_at, hold_until};
pub use gift_cards::{restore_gift_cards, take_back_gift_cards};
pub use model::{Adjustment, Contact, Fulfilment, Order, OrderDetails, OrderKey, OrderLine, OrderSource, OrderTaxLine, PaymentSummary};
pub use note::{Note, NoteError, add_note};
pub use personal::PersonalOrders;
pub use progress::{Facts, LineProgress, Settled, fulfilment_status, next_status, payment_status};
pub use rebuild::RebuildOrders;
pub use states::{FulfilmentStatus, OrderStatus, ParcelStatus, PaymentStatus};
pub use store::{
    Bought, INVARIANTS, OrderFilter, OrderQuery, OrderSort, OrderSummary, Span, bought, choose_method, count_refunded, count_restocked,
    details, find, find_of_cart, has_open_orders, insert, list, lock, next_number, progress_of, record_fulfilment, update_fulfilment,
    update_state,
};
pub use timeline::{Entry, timeline};
pub use update::{UpdateOrder, UpdateOrderError, update};

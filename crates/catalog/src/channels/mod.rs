//! Sales channels: where the shop sells, in which currency, and how it shows its prices.

mod events;
mod model;
mod store;
mod update;

pub use events::ChannelEvent;
pub use model::{Channel, ChannelChanges, ChannelInput, TaxDisplay};
pub use store::{ChannelQuery, ensure, find, find_by_code, find_default, fix_currency, list, standing};
pub use update::{UpdateChannel, UpdateChannelError, update, update_in};

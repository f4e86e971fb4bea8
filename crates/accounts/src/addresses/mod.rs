//! Addresses: where things are sent and who is billed, and the book in which customers keep theirs.

mod add;
mod book;
mod change;
mod model;
mod personal;
mod postcodes;
mod regions;
mod remove;
mod store;

pub use add::{AddAddress, add};
pub use book::{BookError, Defaults, SavedAddress};
pub use change::{ChangeAddress, change};
pub use model::{Address, RawAddress};
pub use personal::PersonalAddresses;
pub use regions::{Region, find_region, regions_of};
pub use remove::remove;
pub use store::{find, list};

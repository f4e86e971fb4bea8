//! Settings: what staff tell of their shop while it runs, by keys that are known.

mod change;
mod events;
mod invoicing;
mod known;
mod model;
mod returning;
mod store;
mod taxing;

pub use change::{ChangeSetting, ChangeSettingError, change, change_in};
pub use events::SettingEvent;
pub use invoicing::{Invoicing, IssueInvoices, Seller, invoicing};
pub use known::keys;
pub use model::{Profile, Setting, SettingQuery};
pub use returning::{Returning, returning};
pub use store::{find, list, profile};
pub use taxing::{TaxRounding, Taxing};

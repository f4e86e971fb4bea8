//! Tax zones: named sets of places that are taxed alike.

mod create;
mod delete;
mod events;
mod input;
mod model;
mod store;
mod update;

pub use create::{CreateTaxZoneError, create, create_in};
pub use delete::{DeleteTaxZone, DeleteTaxZoneError, delete, delete_in};
pub use events::TaxZoneEvent;
pub use input::{CreateTaxZone, TaxZoneChanges, TaxZoneChangesInput, TaxZoneInput};
pub use model::{TaxZone, TaxZonePreset};
pub use store::{TaxZoneQuery, all, find, list};
pub use update::{UpdateTaxZone, UpdateTaxZoneError, update, update_in};

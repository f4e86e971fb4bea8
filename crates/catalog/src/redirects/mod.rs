//! What leads elsewhere: slugs that products, categories and collections had before, and paths that staff say have moved.

mod create;
mod delete;
mod error;
mod events;
mod model;
mod store;
mod update;

pub use create::create;
pub use delete::{DeleteRedirect, delete};
pub use error::RedirectError;
pub use events::RedirectEvent;
pub use model::{Redirect, RedirectChanges, RedirectDetails, RedirectInput, ShopPath, Target};
pub use store::{RedirectQuery, Renamed, category_of, collection_of, find, keep, list, product_of, resolve};
pub use update::{UpdateRedirect, update};

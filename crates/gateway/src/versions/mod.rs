//! The API's versions: which there are, what is on its way out, and how an older one is spoken.
//!
//! The path names the generation (`/api/v1`); within it, `Tradewind-Version: <date>` asks for the forms of that day. Whoever names none
//! gets the newest forms and pays nothing. Handlers know the newest forms alone: an [`Adapter`] for each older version rewrites what
//! comes in and what goes out, one step at a time, at the edge.

mod adapt;
mod adapter;
mod lifecycle;
mod table;

pub use adapter::{Adapter, Route};
pub use lifecycle::Lifecycle;
pub(crate) use table::TRADEWIND_VERSION;
pub use table::Versions;

//! Asking other servers over HTTP: bounded in time and in bytes, privately, and never led elsewhere.

mod client;
mod endpoint;
mod guard;
mod public;

pub use client::{Excess, HttpBounds, HttpClient, HttpError};
pub use endpoint::endpoint_url;
pub use guard::Reach;
pub use public::is_public;

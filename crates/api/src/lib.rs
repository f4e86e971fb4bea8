//! The REST API: one file per resource, one router that serves it and describes itself as OpenAPI.

mod links;
mod openapi;
mod present;
mod rest;
mod router;
mod routes;
mod schema;
mod shop;
mod shown;
mod sparse;
mod unchanged;
mod versions;

pub use openapi::{COMMITTED, composed, document};
pub use present::ApiPresenter;
pub use rest::STREAMS;
pub use router::router;
pub use shop::Shop;
pub use versions::versions;

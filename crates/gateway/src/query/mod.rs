//! Query strings: the list parameters of the contract, read strictly against what a route declares.

mod document;
mod filters;
mod links;
mod pairs;
mod params;
mod parse;
mod spec;

pub use filters::Filters;
pub(crate) use pairs::parameter;
pub use params::{ListParams, NoParams, Params, ViewParams};
pub use parse::{ListQuery, SortKey, ViewQuery};
pub use spec::{FilterKind, ListRoute, ListSpec};

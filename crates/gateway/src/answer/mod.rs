//! What handlers answer: the envelope, the tag and the cache policy, with the JSON made once.

mod cache;
mod elsewhere;
mod fixed;
mod kept;
mod list;
mod one;
mod tag;

pub use cache::Cache;
pub use elsewhere::SeeOther;
pub use fixed::Fixed;
pub use kept::{Kept, NoContent, kept_answer};
pub use list::List;
pub use one::{Created, One};
pub use tag::entity_tag;

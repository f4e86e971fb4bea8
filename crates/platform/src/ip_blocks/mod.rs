//! Addresses that are refused before anything else is looked at.

mod block;
mod events;
mod model;
mod store;
mod unblock;
mod watch;

pub use block::{BlockIp, BlockIpError, block};
pub use events::IpBlockEvent;
pub use model::IpBlock;
pub use store::{IpBlockQuery, all, find, find_of, list};
pub use unblock::{UnblockIpError, unblock};
pub use watch::IpBlocks;

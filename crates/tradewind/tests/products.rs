//! Products, through their front door.

mod batching;
mod changing;
mod creating;
mod crowding;
mod deleting;
mod varying;

//! Products, through their front door.

mod batching;
mod changing;
mod creating;
mod deleting;
mod varying;

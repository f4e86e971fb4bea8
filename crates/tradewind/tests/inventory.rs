//! Stock, through its front door.

mod adjusting;
mod doubting;
mod holding;
mod locating;
mod shelf;
mod waiting;

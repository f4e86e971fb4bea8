//! Stock, through its front door.

mod adjusting;
mod holding;
mod locating;
mod shelf;

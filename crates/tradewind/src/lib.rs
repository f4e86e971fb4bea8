//! The shop put together: the parts of every floor, the command line and the server.

pub mod wiring;

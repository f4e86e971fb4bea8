//! The shop put together: the parts of every floor, the command line and the server.

pub mod cli;
pub mod demo;
pub mod matrix;
pub mod server;
pub mod set_up;
pub mod wiring;

/// The release.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was built: the revision that the builder named, or how it was compiled.
pub const BUILD: &str = match option_env!("TRADEWIND_BUILD") {
    Some(revision) => revision,
    None if cfg!(debug_assertions) => "debug",
    None => "release",
};

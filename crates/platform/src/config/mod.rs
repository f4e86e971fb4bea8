//! Configuration: `tradewind.toml`, then `TRADEWIND__*`, then flags; every value knows where it came from.

mod load;
mod model;

pub use load::{ConfigError, DEFAULTS, Flags, Loaded, Setting, load};
pub use model::{
    Auth, Cache, Config, Database, Log, LogFormat, Metrics, Mode, Orders, Payments, RateLimit, RateLimits, Role, Security, Server, Shop,
    SignInLimit,
};

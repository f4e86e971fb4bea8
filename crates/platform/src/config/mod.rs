//! Configuration: `tradewind.toml`, then `TRADEWIND__*`, then flags; every value knows where it came from.

mod carts;
mod currencies;
mod events;
mod inbound;
mod jobs;
mod load;
mod model;
mod providers;
mod push;
mod server;
mod streams;
mod stripe;
mod sync;

pub use carts::Carts;
pub use currencies::Currencies;
pub use events::Events;
pub use inbound::{INBOUND_KEYS, InboundScheme, InboundSource};
pub use jobs::Jobs;
pub use load::{ConfigError, DEFAULTS, Flags, Loaded, Setting, load};
pub use model::{
    Auth, AuthProvider, Cache, Config, Database, Log, LogFormat, Metrics, Mode, Orders, Payments, RateLimit, RateLimits, Redis, Role,
    Security, Shop, SignInLimit, Webhooks,
};
pub use providers::PROVIDER_KEYS;
pub use push::Push;
pub use server::Server;
pub use streams::Streams;
pub use stripe::{StripeCapture, StripeCheckout, StripeSettings};
pub use sync::{DataSync, SyncExport, SyncImport, SyncKind, SyncPlace, SyncTable};

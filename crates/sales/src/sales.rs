//! What the use cases of selling need beyond the context.

use payments::providers::Providers;
use platform::Context;

/// The context and the payment providers; built once in `wiring.rs`, and by tests with providers of their own.
#[derive(Debug, Clone)]
pub struct Sales {
    /// Database, clock and configuration.
    pub context: Context,
    /// Who moves the money.
    pub providers: Providers,
}

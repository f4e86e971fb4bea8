//! Exchange rates: what one currency is worth in others, now and before.

mod events;
mod input;
mod model;
mod publish;
mod store;

pub use events::ExchangeRateEvent;
pub use input::{ExchangeRateInput, ExchangeRatesInput, PublishRates};
pub use model::{ExchangeRate, Factor, Rate, RateError, RateTable};
pub use publish::{PublishRatesError, publish_in};
pub use store::{ExchangeRateQuery, current, list, lock};

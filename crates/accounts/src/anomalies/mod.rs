//! What is out of the ordinary: bursts of refusals, many accounts from one address, a country that is new to somebody.

mod events;
mod look;
mod model;
mod new_country;
mod personal;
mod store;

pub use events::AnomalyEvent;
pub use look::{LookForAnomalies, look_for_anomalies};
pub use model::AnomalyKind;
pub use new_country::seen_in;
pub use personal::PersonalCountries;

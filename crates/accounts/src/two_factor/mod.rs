//! The second factor: a code that changes every half minute, and recovery codes for who lost the device.

mod confirm;
mod error;
mod model;
mod personal;
mod renew;
mod start;
mod store;
mod turn_off;
mod verify;

pub use confirm::confirm;
pub use error::TwoFactorError;
pub use model::{RecoveryCodes, Started};
pub use personal::PersonalTwoFactor;
pub use renew::renew_recovery_codes;
pub use start::start;
pub use store::{TwoFactorState, state};
pub use turn_off::{forget_in, turn_off};
pub use verify::verify_in;

//! Who people and programs are.

mod accounts;
pub mod addresses;
pub mod anomalies;
pub mod api_keys;
pub mod oauth;
pub mod one_time;
pub mod passwords;
pub mod permissions;
pub mod roles;
pub mod sessions;
pub mod sign_in;
pub mod throttle;
pub mod tokens;
pub mod two_factor;
pub mod users;

use platform::migrate::Migration;

pub use accounts::Accounts;

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 201, name: "accounts", sql: include_str!("../migrations/0201_accounts.sql") },
    Migration { version: 202, name: "sign_in", sql: include_str!("../migrations/0202_sign_in.sql") },
    Migration { version: 203, name: "sessions", sql: include_str!("../migrations/0203_sessions.sql") },
    Migration { version: 204, name: "roles", sql: include_str!("../migrations/0204_roles.sql") },
    Migration { version: 205, name: "two_factor", sql: include_str!("../migrations/0205_two_factor.sql") },
    Migration { version: 206, name: "user_addresses", sql: include_str!("../migrations/0206_user_addresses.sql") },
    Migration { version: 207, name: "anomalies", sql: include_str!("../migrations/0207_anomalies.sql") },
    Migration { version: 209, name: "oauth", sql: include_str!("../migrations/0209_oauth.sql") },
];

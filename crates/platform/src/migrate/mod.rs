//! The schema's versions: forward only, one text for both databases, each in a transaction, checked by checksum.

mod apply;
mod dialect;

pub use apply::{Applied, MigrateError, MigrationStatus, status, up, verify};

/// One step of the schema, written in PostgreSQL's words; see [`dialect`] for what SQLite reads instead.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Orders the steps over all crates; the first digits are the crate's floor.
    pub version: i64,
    /// What it brings.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

/// The steps of this crate.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 101, name: "platform", sql: include_str!("../../migrations/0101_platform.sql") },
    Migration { version: 102, name: "audit", sql: include_str!("../../migrations/0102_audit.sql") },
    Migration { version: 103, name: "audit_sealing", sql: include_str!("../../migrations/0103_audit_sealing.sql") },
    Migration { version: 104, name: "ip_blocks", sql: include_str!("../../migrations/0104_ip_blocks.sql") },
    Migration { version: 105, name: "privacy", sql: include_str!("../../migrations/0105_privacy.sql") },
];

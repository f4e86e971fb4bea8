//! On which database a campaign is led.

use clap::ValueEnum;

/// Which database a shop stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    /// The embedded one.
    Sqlite,
    /// A server.
    Postgres,
}

/// Which databases a campaign breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Databases {
    /// The embedded one.
    Sqlite,
    /// A private server.
    Postgres,
    /// One after the other.
    Both,
}

impl Databases {
    /// One by one.
    pub(crate) fn each(self) -> Vec<Database> {
        match self {
            Self::Sqlite => vec![Database::Sqlite],
            Self::Postgres => vec![Database::Postgres],
            Self::Both => vec![Database::Sqlite, Database::Postgres],
        }
    }
}

impl Database {
    /// As tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

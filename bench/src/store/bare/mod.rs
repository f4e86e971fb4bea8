//! The bare SQL client: runs the statements of a whole checkout as the shop sends them, and nothing else.

mod list;
mod meaning;
mod postgres;
mod sqlite;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::load::{Load, Seen};

/// Statements of one request that stand in one transaction are tried again so often where the database asks for it.
const MOST_TRIES: usize = 20;

/// A client and the database that it works on, which is the shop's in all but that no shop works on it.
#[derive(Debug, Clone)]
pub(crate) enum BareClient {
    /// The file of an embedded database.
    Sqlite(PathBuf),
    /// The URL of a server's database.
    Postgres(String),
}

impl BareClient {
    /// One turn: so many customers, each buying over and over.
    pub(crate) async fn turn(&self, load: Load) -> Result<Seen> {
        match self {
            Self::Sqlite(file) => {
                let file = file.clone();
                tokio::task::spawn_blocking(move || sqlite::turn(&file, load)).await?
            }
            Self::Postgres(url) => postgres::turn(url, load).await,
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

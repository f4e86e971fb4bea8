//! A shop on one of the databases, and a last look at what is left of it.

use std::path::Path;

use anyhow::{Context, Result};

use super::database::Database;
use super::shop::{Settings, Shop};
use super::trial::Trial;
use crate::postgres::{self, Server};

/// Lines of the log that are shown.
const LINES: usize = 5;

/// A shop, and the server that it stands on.
pub(crate) struct Stage {
    /// The shop.
    pub(crate) shop: Shop,
    server: Option<Server>,
}

impl Stage {
    /// A fresh demo shop; its database server is its own.
    pub(crate) async fn open(binary: &Path, database: Database) -> Result<Self> {
        Self::open_with(binary, database, Settings::new()).await
    }

    /// The same with settings of its own.
    pub(crate) async fn open_with(binary: &Path, database: Database, settings: Settings) -> Result<Self> {
        let server = server_of(database)?;
        Ok(Self { shop: Shop::demo(binary, server.as_ref().map(Server::url), settings).await?, server })
    }

    /// A fresh shop that sells simple things and has no limits, with settings of its own.
    pub(crate) async fn bare(binary: &Path, database: Database, settings: Settings) -> Result<Self> {
        let server = server_of(database)?;
        Ok(Self { shop: Shop::open_with(binary, server.as_ref().map(Server::url), settings).await?, server })
    }

    /// Ends shop and server, after a look at process, log and data: no attack may have broken a rule of the data.
    pub(crate) fn close(mut self, trial: &mut Trial) -> Result<()> {
        if !self.shop.is_alive()? {
            trial.blame("the shop has died".to_owned());
        }
        for complaint in self.shop.complaints()? {
            trial.blame(complaint);
        }
        self.shop.kill()?;
        let log = self.shop.log();
        for line in log.lines().filter(|line| line.contains("\"ERROR\"") || line.contains("panicked")).take(LINES) {
            trial.blame(format!("the log says: {line}"));
        }
        match self.server.take() {
            Some(server) => server.stop().context("the server does not stop"),
            None => Ok(()),
        }
    }
}

fn server_of(database: Database) -> Result<Option<Server>> {
    match database {
        Database::Sqlite => Ok(None),
        Database::Postgres => postgres::start().map(Some),
    }
}

//! A shop of a certain size, made once and kept.

use std::path::PathBuf;
use std::time::Instant;
use std::{fs, io};

use anyhow::{Context, Result};

use crate::shop::Place;
use crate::store::{Server, ServerDatabase, Size, fill_postgres, fill_sqlite};

/// Stands in a folder whose shop is whole.
const MARK: &str = "filled";

/// Where shops are kept, and whose they are.
pub(crate) struct Kept {
    /// Of the embedded databases.
    pub(crate) folder: PathBuf,
    /// The shop's program.
    pub(crate) binary: PathBuf,
}

/// A shop of a certain size.
pub(crate) struct Ground {
    /// As tables call it.
    pub(crate) database: &'static str,
    /// Products and orders.
    pub(crate) size: i64,
    /// Its data.
    pub(crate) place: Place,
    /// Its database on a server.
    pub(crate) on_server: Option<ServerDatabase>,
}

impl Ground {
    /// The shop of this size, made if it is not there.
    pub(crate) async fn fill(kept: &Kept, server: Option<&Server>, size: i64) -> Result<Self> {
        let database = if server.is_some() { "PostgreSQL" } else { "SQLite" };
        let data = kept.folder.join(format!("{}-{size}", database.to_lowercase()));
        let name = format!("tradewind_bench_{size}");
        let existing = match server {
            Some(server) => server.existing(&name).await?,
            None => None,
        };
        let database_url = existing.as_ref().map(|database| database.url.clone());
        let known = Place { binary: kept.binary.clone(), data: data.clone(), database_url };
        // A shop of another schema is of no use.
        let is_there = data.join(MARK).is_file() && (server.is_none() || existing.is_some()) && known.run(&["migrate", "verify"]).is_ok();
        if !is_there && data.exists() {
            fs::remove_dir_all(&data).with_context(|| format!("cannot remove {}", data.display()))?;
        }
        fs::create_dir_all(&data).with_context(|| format!("cannot make {}", data.display()))?;
        let on_server = match server {
            Some(server) if !is_there => Some(server.create(&name).await?),
            _ => existing,
        };
        let database_url = on_server.as_ref().map(|database| database.url.clone());
        let place = Place { binary: kept.binary.clone(), data, database_url };
        let ground = Self { database, size, place, on_server };
        if !is_there {
            ground.make().await?;
        }
        Ok(ground)
    }

    /// Reads all data once, as a machine has it in memory whose shop has been open for a while: rows are compared, not disks.
    pub(crate) async fn read_through(&self) -> Result<()> {
        match &self.on_server {
            Some(database) => database.read_through().await,
            None => {
                let file = self.place.data.join("tradewind.db");
                let mut data = fs::File::open(&file).with_context(|| format!("cannot open {}", file.display()))?;
                io::copy(&mut data, &mut io::sink()).map(drop).context("cannot read the database")
            }
        }
    }

    /// Removes the shop with its database.
    pub(crate) async fn remove(&self, server: Option<&Server>) -> Result<()> {
        if let Some((server, database)) = server.zip(self.on_server.as_ref()) {
            server.remove(database).await?;
        }
        fs::remove_dir_all(&self.place.data).with_context(|| format!("cannot remove {}", self.place.data.display()))
    }

    async fn make(&self) -> Result<()> {
        let Self { database, size, place, .. } = self;
        let begin = Instant::now();
        place.run(&["migrate", "up"])?;
        let many = Size { products: *size, orders: *size };
        match &place.database_url {
            Some(url) => fill_postgres(url, many).await?,
            None => fill_sqlite(&place.data.join("tradewind.db"), many)?,
        }
        fs::write(place.data.join(MARK), "").context("cannot write the mark")?;
        eprintln!("{database}: {size} products and orders in {:.0} s", begin.elapsed().as_secs_f64());
        Ok(())
    }
}

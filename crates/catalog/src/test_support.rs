//! A fresh shop on SQLite for the tests beside the stores; the tests on both databases live with the program.

use std::sync::Arc;

use chrono::{TimeZone, Utc};
use kernel::{FixedClock, Origin};
use platform::Context;
use platform::config::{Flags, load};
use platform::db::Db;
use platform::migrate::{self, Migration};

/// A shop after its first start.
pub(crate) async fn shop() -> Context {
    let folder = std::env::temp_dir().join(format!("tradewind-catalog-{}", kernel::EventId::generate()));
    let data_dir = ("data_dir".to_owned(), folder.display().to_string());
    let config = load(&Flags { config: None, values: vec![data_dir] }).expect("configuration").config;
    let clock = FixedClock::at(Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).single().expect("a moment"));
    let db = Db::connect(&config.database, config.mode).await.expect("connected");
    let context = Context { db, clock: Arc::new(clock), config: Arc::new(config) };
    let steps: Vec<Migration> = [migrate::MIGRATIONS, crate::MIGRATIONS].concat();
    migrate::up(&context.db, &steps, context.now()).await.expect("migrated");
    let tx = context.begin(&Origin::system()).await.expect("begun");
    crate::first_start(&tx, &context.config.shop).await.expect("started");
    tx.commit().await.expect("committed");
    context
}

//! Schema versions: applied once, checked by text, refused when newer, copied aside before they change.

use platform::db::{DbBackend, execute, fetch_scalar};
use platform::migrate::{self, Applied, MigrateError, Migration};
use platform::values;
use test_macro::test_on_every_database;
use tradewind::wiring::migrations;

use crate::support::{TestResult, TestShop};

/// The template that every test starts from has the schema of this program, no more and no less; going up again is nothing.
#[test_on_every_database]
async fn a_migrated_database_has_every_step(shop: TestShop) -> TestResult {
    let db = &shop.context().db;
    let steps = migrate::verify(db, &migrations()).await?;

    assert!(!steps.is_empty());
    assert!(steps.iter().all(|step| step.state == Applied::Yes), "{steps:?}");
    assert_eq!(migrate::up(db, &migrations(), shop.now()).await?, None);
    Ok(())
}

/// A database that a newer program wrote is left alone, and the message says the way back.
#[test_on_every_database]
async fn a_newer_schema_is_refused(shop: TestShop) -> TestResult {
    let newer =
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (9901, 'later', $1, '2026-01-01T00:00:00+00:00')";
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, newer, values![vec![1_u8]]).await?;
    tx.commit().await?;
    let refused = migrate::up(&shop.context().db, &migrations(), shop.now()).await.expect_err("newer");

    assert!(matches!(refused, MigrateError::Newer { found: 9901, .. }), "{refused:?}");
    assert!(refused.to_string().contains("docs/guides/upgrade.md"));
    Ok(())
}

/// A step is a promise: its text never changes once it was applied.
#[test_on_every_database]
async fn a_changed_step_is_refused(shop: TestShop) -> TestResult {
    let mut changed = migrations();
    let last = changed.last_mut().ok_or("there are steps")?;
    last.sql = "SELECT 1;";
    let version = last.version;
    let refused = migrate::verify(&shop.context().db, &changed).await.expect_err("changed");

    assert!(matches!(refused, MigrateError::Changed(of) if of == version), "{refused:?}");
    Ok(())
}

/// Before an embedded shop changes its schema, the file is copied whole; PostgreSQL has backups of its own.
#[test_on_every_database]
async fn an_embedded_shop_is_copied_before_it_is_migrated(shop: TestShop) -> TestResult {
    let db = &shop.context().db;
    let copy = migrate::up(db, &with(9901, "CREATE TABLE later (\n    id BIGINT PRIMARY KEY\n);\n"), shop.now()).await?;

    if db.backend() == DbBackend::Sqlite {
        let settings = platform::config::Database { url: format!("sqlite:{}", copy.ok_or("a copy")?.display()).into(), max_connections: 1 };
        let copied = platform::db::Db::connect(&settings, platform::config::Mode::Demo).await?;
        assert!(migrate::verify(&copied, &migrations()).await.is_ok(), "the copy has the schema of before");
        copied.close().await;
    } else {
        assert_eq!(copy, None);
    }
    Ok(())
}

/// A step is all or nothing, on both databases.
#[test_on_every_database]
async fn a_step_that_fails_leaves_no_trace(shop: TestShop) -> TestResult {
    let db = &shop.context().db;
    let broken = with(9901, "CREATE TABLE half (\n    id BIGINT PRIMARY KEY\n);\nINSERT INTO nowhere (id) VALUES (1);\n");
    assert!(migrate::up(db, &broken, shop.now()).await.is_err());

    let tables = match db.backend() {
        DbBackend::Sqlite => "SELECT CAST(COUNT(*) AS BIGINT) FROM sqlite_master WHERE name = 'half'",
        _ => "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_tables WHERE tablename = 'half'",
    };
    assert_eq!(fetch_scalar::<i64>(db.reader(), tables, vec![]).await?, Some(0));
    assert!(migrate::verify(db, &migrations()).await.is_ok());
    Ok(())
}

/// What is marked append-only refuses to be changed or deleted, whoever asks.
#[test_on_every_database]
async fn an_append_only_table_takes_rows_and_keeps_them(shop: TestShop) -> TestResult {
    let sql = "-- append-only: diary\nCREATE TABLE diary (\n    id BIGINT PRIMARY KEY\n);\n";
    migrate::up(&shop.context().db, &with(9901, sql), shop.now()).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "INSERT INTO diary (id) VALUES (1), (2)", vec![]).await?;
    tx.commit().await?;

    for sql in ["UPDATE diary SET id = 3 WHERE id = 1", "DELETE FROM diary WHERE id = 1", "DELETE FROM diary"] {
        let tx = shop.context().begin(&shop.origin()).await?;
        let refused = execute(&tx, sql, vec![]).await.expect_err(sql);
        assert!(format!("{refused:?}").contains("diary is append-only"), "{refused:?}");
    }
    let rows = "SELECT CAST(COUNT(*) AS BIGINT) FROM diary";
    assert_eq!(fetch_scalar::<i64>(shop.context().db.reader(), rows, vec![]).await?, Some(2));
    Ok(())
}

/// Each mark in a migration has become triggers.
#[test_on_every_database]
async fn every_ledger_is_append_only(shop: TestShop) -> TestResult {
    let migrations = migrations();
    let marked: Vec<&str> =
        migrations.iter().flat_map(|step| step.sql.lines()).filter_map(|line| line.strip_prefix("-- append-only: ")).collect();
    assert!(marked.contains(&"ledger_entries") && marked.contains(&"stock_moves"), "{marked:?}");

    let db = &shop.context().db;
    let triggers = match db.backend() {
        DbBackend::Sqlite => "SELECT CAST(COUNT(*) AS BIGINT) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = $1",
        _ => "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_trigger WHERE tgrelid = CAST($1 AS TEXT)::regclass AND NOT tgisinternal",
    };
    for table in marked {
        assert_eq!(fetch_scalar::<i64>(db.reader(), triggers, values![table.trim()]).await?, Some(2), "{table}");
    }
    Ok(())
}

fn with(version: i64, sql: &'static str) -> Vec<Migration> {
    let mut steps = migrations();
    steps.push(Migration { version, name: "later", sql });
    steps
}

//! A full disk and a database that goes away: the shop says 503, keeps what it has, and goes on by itself.

use platform::config::Mode;
use platform::db::{Db, execute, fetch_scalar};
use serde_json::json;

use crate::support::{Reply, TestResult, TestShop, run_on_postgres, run_on_sqlite};

/// More carts than fit into the pages that a fresh database has to spare.
const MANY: usize = 500;

async fn new_cart(shop: &TestShop) -> TestResult<Reply> {
    shop.post("/api/v1/carts").anonymous().json(json!({})).await
}

fn is_unavailable(reply: &Reply) -> bool {
    (reply.status, reply.error_code()) == (503, "database_unavailable") && !reply.header("retry-after").is_empty()
}

async fn limit_pages(shop: &TestShop, pages: i64) -> TestResult {
    // A limit below what is there becomes what is there.
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, &format!("PRAGMA max_page_count = {pages}"), vec![]).await?;
    Ok(tx.commit().await?)
}

/// The disk is full: writes are refused, reads go on; there is room again: so is the shop.
#[test]
fn a_full_disk_refuses_writes_until_there_is_room_on_sqlite() -> TestResult {
    run_on_sqlite("a_full_disk_refuses_writes_until_there_is_room", async |shop| {
        new_cart(&shop).await?.expect(201)?;
        limit_pages(&shop, 1).await?;
        let mut refused = None;
        for _ in 0..MANY {
            let reply = new_cart(&shop).await?;
            if reply.status != 201 {
                refused = Some(reply);
                break;
            }
        }
        let refused = refused.ok_or("the disk never was full")?;
        assert!(is_unavailable(&refused), "{refused:?}");
        shop.get("/api/v1/orders").await?.expect(200)?;

        limit_pages(&shop, 1_000_000).await?;
        // What is acknowledged now is there for others, too: it was written for good.
        for _ in 0..10 {
            let cart = new_cart(&shop).await?.expect(201)?;
            shop.get(&format!("/api/v1/carts/{}", cart.text("id"))).cart(cart.text("token")).await?.expect(200)?;
        }
        Ok(())
    })
}

/// The database cuts all connections and takes no new ones, then takes them again.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_lost_database_is_found_again_on_postgres() -> TestResult {
    run_on_postgres("a_lost_database_is_found_again", async |shop| {
        new_cart(&shop).await?.expect(201)?;
        let name: Option<String> = fetch_scalar(shop.context().db.reader(), "SELECT CAST(current_database() AS TEXT)", vec![]).await?;
        let name = name.ok_or("a name")?;
        let admin = platform::config::Database { url: std::env::var("TRADEWIND_TEST_POSTGRES_URL")?.into(), max_connections: 1 };
        let admin = Db::connect(&admin, Mode::Development).await?;
        let connections = |allowed: bool| format!("ALTER DATABASE \"{name}\" WITH ALLOW_CONNECTIONS {allowed}");
        execute(admin.reader(), &connections(false), vec![]).await?;
        execute(admin.reader(), &format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"), vec![])
            .await?;

        let refused = new_cart(&shop).await?;
        assert!(is_unavailable(&refused), "{refused:?}");
        let health = shop.get("/health").anonymous().await?;
        assert_eq!((health.status, health.json["database"].as_str()), (503, Some("unavailable")), "{health:?}");
        shop.get("/health/live").anonymous().await?.expect(200)?;

        execute(admin.reader(), &connections(true), vec![]).await?;
        new_cart(&shop).await?.expect(201)?;
        shop.get("/health").anonymous().await?.expect(200)?;
        admin.close().await;
        Ok(())
    })
}

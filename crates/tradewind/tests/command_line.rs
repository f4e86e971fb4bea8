//! The program as people and scripts use it: answers, exit codes, and a server that starts and stops in order.

use platform::db::execute;
use platform::jobs::{self, JobKind, NewJob};
use platform::values;
use test_macro::test_on_every_database;

use crate::support::{Process, TestResult, TestShop, run};

/// A key made at the command line opens the API until it is revoked there.
#[test_on_every_database]
async fn a_key_is_made_listed_and_revoked(shop: TestShop) -> TestResult {
    let made = shop.run(&["--json", "api-key", "create", "--name", "Till", "--scopes", "orders:read", "--expires", "2099-01-31"]).await?;
    let made = made.expect(0)?.lines()?.remove(0);
    let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
    shop.get("/api/v1/orders").key(token).await?.expect(200)?;

    let listed = shop.run(&["api-key", "list", "--json"]).await?.expect(0)?.lines()?;
    let listed = listed.iter().find(|key| key["id"] == made["id"]).unwrap();
    assert_eq!((listed["state"].as_str(), listed.get("token")), (Some("live"), None));

    shop.run(&["api-key", "revoke", id]).await?.expect(0)?;
    // Another process did it, and nobody follows the events here: whoever is known is looked up again after a minute.
    shop.advance(chrono::TimeDelta::minutes(1));
    shop.get("/api/v1/orders").key(token).await?.expect(401)?;
    shop.run(&["api-key", "revoke", id]).await?.expect(4)?;
    shop.run(&["api-key", "create", "--name", "x", "--scopes", "orders:fly"]).await?.expect(2)?;
    Ok(())
}

/// A healthy shop, and one whose schema is newer than the program.
#[test_on_every_database]
async fn doctor_and_migrate_tell_what_is_wrong(shop: TestShop) -> TestResult {
    let report = shop.run(&["doctor", "--json"]).await?.expect(0)?.lines()?.remove(0);
    assert_eq!(report["healthy"], true, "{report}");
    shop.run(&["migrate", "verify"]).await?.expect(0)?;

    let newer =
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (9901, 'later', $1, '2026-01-01T00:00:00+00:00')";
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, newer, values![vec![1_u8]]).await?;
    tx.commit().await?;
    let report = shop.run(&["doctor", "--json"]).await?.expect(3)?.lines()?.remove(0);
    assert_eq!(report["healthy"], false, "{report}");
    for refused in [vec!["migrate", "verify"], vec!["migrate", "up"], vec!["jobs", "list"], vec!["serve", "--addr", "127.0.0.1:0"]] {
        let refused = shop.run(&refused).await?.expect(5)?;
        assert!(refused.stderr.contains("9901") && refused.stdout.is_empty(), "{refused:?}");
    }
    Ok(())
}

/// Lists are objects a line for programs and a table for people; nothing else is on standard output.
#[test_on_every_database]
async fn lists_are_tables_or_lines_of_json(shop: TestShop) -> TestResult {
    for list in [
        vec!["product", "list"],
        vec!["order", "list"],
        vec!["stock", "list"],
        vec!["jobs", "list"],
        vec!["events", "list"],
        vec!["migrate", "status"],
        vec!["config", "show"],
        vec!["routes"],
    ] {
        let table = shop.run(&list).await?.expect(0)?;
        let head = table.stdout.lines().next().unwrap_or_default().to_owned();
        assert!(!head.is_empty() && head == head.to_uppercase(), "{list:?}: {table:?}");
        let json = shop.run(&[list, vec!["--json"]].concat()).await?.expect(0)?;
        assert_eq!(json.lines()?.len() + 1, table.stdout.lines().count(), "{json:?}");
    }
    Ok(())
}

/// A list of jobs of any length is walked through page by page: each job once, the newest first, as many as asked for.
#[test_on_every_database]
async fn jobs_are_listed_page_by_page(shop: TestShop) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    for number in 0..230 {
        let run_at = shop.real_now() + chrono::TimeDelta::days(1);
        let kind = if number % 2 == 0 { "even" } else { "odd" };
        jobs::enqueue(&tx, NewJob::new(JobKind::new(kind), number.into(), run_at)).await?;
    }
    tx.commit().await?;
    let payloads = async |more: &[&str]| -> TestResult<Vec<i64>> {
        let ended = shop.run(&[&["jobs", "list", "--json"], more].concat()).await?.expect(0)?;
        Ok(ended.lines()?.iter().filter_map(|job| job["payload"].as_i64()).collect())
    };
    assert_eq!(payloads(&[]).await?, (0..230).rev().collect::<Vec<_>>());
    assert_eq!(payloads(&["--limit", "101"]).await?, (129..230).rev().collect::<Vec<_>>());
    assert_eq!(payloads(&["--kind", "odd", "--state", "available"]).await?, (0..230).rev().filter(|n| n % 2 == 1).collect::<Vec<_>>());
    assert_eq!(payloads(&["--state", "completed"]).await?, [0; 0]);
    Ok(())
}

/// What happened is listed by name and range, and a consumer is told of it once more.
#[test_on_every_database]
async fn events_are_listed_and_told_once_more(shop: TestShop) -> TestResult {
    for name in ["A", "B", "C"] {
        shop.post("/api/v1/customer-groups").json(serde_json::json!({"name": name})).await?.expect(201)?;
    }
    shop.settle().await?;
    let listed = async |more: &[&str]| -> TestResult<Vec<i64>> {
        let ended = shop.run(&[&["events", "list", "--json", "--type", "customer_group.created"], more].concat()).await?.expect(0)?;
        Ok(ended.lines()?.iter().filter_map(|event| event["seq"].as_i64()).collect())
    };
    let all = listed(&[]).await?;
    assert!(all.len() == 3 && all.is_sorted_by(|a, b| a > b), "{all:?}");
    let middle = all[1].to_string();
    assert_eq!(listed(&["--from", &middle]).await?, all[..2]);
    assert_eq!(listed(&["--from", &middle, "--to", &middle]).await?, all[1..2]);
    assert_eq!(listed(&["--to", "2026-03-02T09:29:59Z"]).await?, [0; 0]);
    shop.run(&["events", "replay", "--from", "1", "--to-consumer", "sales.product_metrics"]).await?.expect(0)?;
    shop.run(&["product", "recount"]).await?.expect(0)?;
    let told = shop.run(&["events", "replay", "--from", "1", "--to-consumer", "sales.customers"]).await?.expect(0)?;
    assert!(told.stderr.contains("sales.customers was told of"), "{told:?}");
    shop.run(&["events", "replay", "--from", "1", "--to-consumer", "nobody"]).await?.expect(4)?;
    shop.run(&["events", "replay", "--from", "yesterday", "--to-consumer", "webhooks"]).await?.expect(2)?;
    Ok(())
}

/// What is not there is exit code 4, what cannot be read is 2.
#[test_on_every_database]
async fn exit_codes_tell_what_happened(shop: TestShop) -> TestResult {
    for missing in [
        ["product", "show", "no-such"],
        ["order", "show", "12345"],
        ["stock", "show", "NO-SUCH"],
        ["jobs", "retry", "job_x"],
        ["jobs", "cancel", "job_x"],
        ["jobs", "show", "job_x"],
        ["api-key", "revoke", "key_x"],
    ] {
        let ended = shop.run(&missing).await?.expect(4)?;
        assert!(ended.stderr.starts_with("error: "), "{ended:?}");
    }
    for wrong in [vec!["nonsense"], vec!["order", "list", "--status", "sold"], vec!["--config", "/no/such/file.toml", "doctor"]] {
        shop.run(&wrong).await?.expect(2)?;
    }
    for fine in [vec!["--help"], vec!["version"], vec!["completions", "bash"], vec!["openapi"]] {
        assert!(!shop.run(&fine).await?.expect(0)?.stdout.is_empty());
    }
    Ok(())
}

/// A first glance makes the embedded shop; looking at its schema or health does not.
#[tokio::test]
async fn an_embedded_shop_is_made_where_there_is_none() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().join("shop");
    for look in [["migrate", "status"], ["config", "show"]] {
        run(&data_dir, &look).await?.expect(0)?;
    }
    run(&data_dir, &["doctor"]).await?.expect(0)?;
    run(&data_dir, &["migrate", "verify"]).await?.expect(3)?;
    assert!(!data_dir.exists());

    run(&data_dir, &["order", "list"]).await?.expect(0)?;
    run(&data_dir, &["migrate", "verify"]).await?.expect(0)?;
    Ok(())
}

/// Development mode is not open to others, and the test provider is the demo's alone.
#[tokio::test]
async fn unfit_configurations_are_refused() -> TestResult {
    let folder = tempfile::tempdir()?;
    let refused = run(folder.path(), &["serve", "--addr", "0.0.0.0:0"]).await?.expect(2)?;
    assert!(refused.stderr.contains("production"), "{refused:?}");
    Ok(())
}

/// A supervisor stops it and all is in order; a crash stops it and it comes back with what it had.
#[test_on_every_database]
async fn a_server_stops_when_told_and_comes_back_after_a_crash(shop: TestShop) -> TestResult {
    let client = reqwest::Client::new();
    let server = Process::serve(&shop).await?;
    let made: serde_json::Value =
        client.post(format!("{}/api/v1/carts", server.base)).json(&serde_json::json!({})).send().await?.error_for_status()?.json().await?;
    server.signal("KILL").await?;
    assert_eq!(server.ended().await?.0, None);

    let server = Process::serve(&shop).await?;
    let (id, token) = (made["data"]["id"].as_str().unwrap(), made["data"]["token"].as_str().unwrap());
    let cart = client.get(format!("{}/api/v1/carts/{id}", server.base)).header("X-Cart-Token", token).send().await?;
    assert_eq!(cart.status(), 200);
    server.signal("TERM").await?;
    let (code, log) = server.ended().await?;
    assert_eq!(code, Some(0), "{log:?}");
    Ok(())
}

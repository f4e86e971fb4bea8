//! Whoever the shop needs is not there, does not answer, answers slowly, breaks off: each time it says so or waits, loses nothing, does
//! nothing twice, and goes on by itself. For letters see the platform's `tests/smtp.rs`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use platform::db::fetch_scalar;
use raw_client::trouble::{Trouble, Way};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Receiver, TestResult, TestShop, run_on_postgres};
use crate::webhooks::{PATH, reaching};

/// A request is answered by then, whatever the database does: its own limit, and what is needed to give up.
const ANSWERED: Duration = Duration::from_secs(10);

/// The orders that there are.
async fn orders(shop: &TestShop) -> TestResult<i64> {
    Ok(fetch_scalar(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM orders", vec![]).await?.unwrap_or(0))
}

/// A checkout meets each trouble of the way to the database; asked again under its key when that is over, it has happened once.
#[test]
#[ignore = "needs PostgreSQL"]
fn a_checkout_outlives_a_troubled_database_on_postgres() -> TestResult {
    run_on_postgres("a_checkout_outlives_a_troubled_database", async |shop| {
        let mug = shop.mug(1_000, 100).await?;
        let (way, far) = shop.by_a_way().await?;
        for (number, trouble) in Trouble::ALL.into_iter().enumerate() {
            let cart = shop.cart(&[(&mug.id, 1)]).await?;
            // The way is in use when the trouble begins.
            far.read(&cart).await?.expect(200)?;
            way.meet(trouble).await?;
            let asked = Instant::now();
            let reply = far.pay(&cart, "manual", &format!("key-{number}")).await?;
            assert!(asked.elapsed() < ANSWERED, "{trouble:?}: {:?}", asked.elapsed());
            match trouble {
                Trouble::Slow => drop(reply.expect(201)?),
                _ => assert!(reply.status == 503 && !reply.header("retry-after").is_empty(), "{trouble:?}: {reply:?}"),
            }
            let health = far.get("/health/live").anonymous().await?;
            assert_eq!(health.status, 200, "{trouble:?}");
            way.meet(Trouble::None).await?;
            let order = far.insist(&cart, "manual", &format!("key-{number}")).await?.expect(201)?;
            let again = far.insist(&cart, "manual", &format!("key-{number}")).await?.expect(201)?;
            assert_eq!((order.text("id"), orders(&shop).await?), (again.text("id"), i64::try_from(number)? + 1), "{trouble:?}");
        }
        far.close().await;
        Ok(())
    })
}

/// A message meets each trouble of the way to its endpoint: it waits, its log says why, and it arrives when that is over.
#[test_on_every_database]
async fn a_message_outlives_a_troubled_endpoint(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let way = Way::to(receiver.base().trim_start_matches("http://").parse()?).await?;
    let endpoint = json!({"url": format!("http://{}/", way.address()), "events": ["customer_group.created"]});
    let endpoint = shop.post(PATH).json(endpoint).await?.expect(201)?;
    for trouble in Trouble::ALL {
        way.meet(trouble).await?;
        shop.post("/api/v1/customer-groups").json(json!({"name": format!("{trouble:?}")})).await?.expect(201)?;
        shop.settle().await?;
        let path = format!("{PATH}/{}/deliveries", endpoint.text("id"));
        let delivery = shop.get(&path).await?.expect(200)?.data()[0].clone();
        let told = shop.get(&format!("{PATH}/deliveries/{}", delivery["id"].as_str().unwrap_or_default())).await?.expect(200)?;
        let why = told.data()["log"][0]["error"].as_str().unwrap_or_default().to_owned();
        match trouble {
            Trouble::Slow => assert_eq!((&delivery["state"], why.as_str()), (&json!("delivered"), "")),
            _ => assert!(delivery["state"] == "queued" && !why.is_empty(), "{trouble:?}: {told:?}"),
        }
        way.meet(Trouble::None).await?;
        shop.advance(TimeDelta::seconds(6));
        shop.settle().await?;
        assert_eq!(shop.get(&path).await?.expect(200)?.data()[0]["state"], "delivered", "{trouble:?}");
        // What broke off in the answer had arrived, and comes again under the same id.
        let ids: BTreeSet<String> = receiver.take().iter().map(|message| message.header("webhook-id").to_owned()).collect();
        assert_eq!(ids, BTreeSet::from([delivery["event_id"].as_str().unwrap_or_default().to_owned()]), "{trouble:?}");
    }
    assert_ne!(shop.get(&format!("{PATH}/{}", endpoint.text("id"))).await?.expect(200)?.data()["last_delivered_at"], Value::Null);
    Ok(())
}

//! Where money, stock and requests meet, and could part: each test is a doubt that was looked into.

use catalog::inventory::Counting;
use chrono::TimeDelta;
use payments::payments::{OperationKind, Outcome, Start};
use payments::providers::{Call, Provider};
use platform::config::Config;
use platform::db;
use platform::idempotency::Key;
use platform::values;
use sales::Sales;
use sales::carts::CartAccess;
use sales::checkout::{self, PlaceOrder};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{Scripted, TestResult, TestShop};

fn refused() -> Outcome {
    Outcome::Failed { code: "try_later".to_owned() }
}

/// A key replays an order with its address: to whoever holds the cart, and to nobody who only knows its id.
#[test_on_every_database]
async fn a_key_answers_the_holder_of_its_cart_alone(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    shop.pay(&cart, "manual", "key").await?.expect(201)?;
    let stranger = shop.empty_cart().await?;
    let path = format!("/api/v1/carts/{}/checkout", cart.id);
    for method in ["manual", "test"] {
        let theirs = shop.post(&path).cart(&stranger.token).idempotency("key").json(json!({"payment_method": method})).await?;
        assert_eq!((theirs.status, theirs.error_code()), (404, "cart_not_found"));
    }
    Ok(())
}

/// What is refused leaves no trace: a cart that can have no total could never be looked at again.
#[test_on_every_database]
async fn a_line_that_makes_the_total_too_large_is_not_taken(shop: TestShop) -> TestResult {
    let palace = shop.mug(600_000_000_000, 5).await?;
    let cart = shop.empty_cart().await?;
    let refused = shop.add(&cart, &palace.id, 2).await?;
    assert_eq!((refused.status, refused.error_code()), (422, "total_too_large"));
    let empty = shop.read(&cart).await?.expect(200)?;
    assert_eq!((&empty.data()["version"], empty.data()["lines"].as_array().map(Vec::len)), (&json!(1), Some(0)));

    let one = shop.add(&cart, &palace.id, 1).await?.expect(201)?;
    let line = format!("/api/v1/carts/{}/lines/{}", cart.id, one.text("lines/0/id"));
    let refused = shop.patch(&line).cart(&cart.token).json(json!({"quantity": 2})).await?;
    assert_eq!((refused.status, refused.error_code()), (422, "total_too_large"));
    let after = shop.read(&cart).await?.expect(200)?;
    assert_eq!((&after.data()["lines"][0]["quantity"], &after.data()["version"]), (&json!(1), &json!(2)));
    Ok(())
}

/// Staff stop counting a variant while somebody orders it: the order either holds its piece or knows that it needs none.
#[test_on_every_database]
async fn a_variant_that_is_counted_no_more_meanwhile_is_sold_without_a_hold(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    db::fetch_scalar::<uuid::Uuid>(&tx, "SELECT id FROM variants WHERE id = $1 FOR UPDATE", values![mug.variant_id]).await?;
    let uncounted = Counting { tracked: false, backorder_limit: None, low_stock_threshold: None };
    catalog::inventory::set_tracking(&tx, mug.variant_id, uncounted).await?;
    db::execute(&tx, "UPDATE variants SET tracked = FALSE WHERE id = $1", values![mug.variant_id]).await?;
    let (buyer, theirs) = (shop.clone(), cart.clone());
    let bought = tokio::spawn(async move { buyer.insist(&theirs, "manual", "mine").await });
    shop.somebody_waits().await?;
    tx.commit().await?;
    bought.await??.expect(201)?;
    let lines = "SELECT CAST(COUNT(*) AS BIGINT) FROM order_lines WHERE tracked";
    assert_eq!(db::fetch_scalar::<i64>(shop.context().db.reader(), lines, vec![]).await?, Some(0));
    Ok(())
}

/// A provider that refuses a refund is asked again, but not in a circle: each pause is longer, up to a day.
#[test_on_every_database]
async fn a_refund_that_is_refused_is_asked_for_again_later(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    shop.provider().will_answer(Outcome::Unknown);
    let placed = shop.order(&mug.id, 2, "test").await?;
    let by_hand = json!({"amount": {"amount": 3_000, "currency": "USD"}});
    shop.post(&format!("/api/v1/orders/{}/payments", placed.text("id"))).idempotency("p").json(by_hand).await?.expect(201)?;
    let refunds = || shop.provider().calls().iter().filter(|call| call.kind == OperationKind::Refund).count();
    (0..4).for_each(|_| shop.provider().will_answer(refused()));
    shop.advance(TimeDelta::minutes(2));
    for (pause_minutes, asked) in [(0, 1), (1, 2), (1, 2), (1, 3), (3, 3), (1, 4), (8, 5), (60, 5)] {
        shop.advance(TimeDelta::minutes(pause_minutes));
        shop.settle().await?;
        assert_eq!(refunds(), asked, "after {pause_minutes} more minutes");
    }
    let order = shop.get(&format!("/api/v1/orders/{}", placed.text("id"))).await?.expect(200)?;
    assert_eq!(order.data()["totals"]["refunded"]["amount"], 3_000);
    Ok(())
}

/// Holds money until it is told to take it.
#[derive(Debug)]
struct Holding(Scripted);

#[async_trait::async_trait]
impl Provider for Holding {
    fn name(&self) -> &'static str {
        "test"
    }

    fn start(&self, _config: &Config) -> Start {
        Start::Authorise
    }

    fn patience(&self, config: &Config) -> TimeDelta {
        self.0.patience(config)
    }

    async fn execute(&self, call: &Call) -> Outcome {
        self.0.execute(call).await
    }

    async fn query(&self, call: &Call) -> Outcome {
        self.0.query(call).await
    }
}

/// Money that a provider holds and nobody needs is let go of: once, and later again where the provider refuses.
#[test_on_every_database]
async fn money_that_is_held_in_vain_is_let_go_of(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let sales = Sales { providers: shop.sales().providers.clone().with(Holding(shop.provider().clone())), ..shop.sales().clone() };
    shop.provider().will_answer(Outcome::Unknown);
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let access = CartAccess::by_token(cart.id.parse()?, cart.token.as_str());
    let wish =
        PlaceOrder { access, cart_version: None, payment_method: "test".to_owned(), pays_within: None, key: Key::new("cart", "k", &[]) };
    checkout::run(&sales, &shop.origin(), wish).await?;
    let asked = shop.provider().calls().pop().ok_or("nobody was asked")?;
    let order = shop.get("/api/v1/orders?limit=1").await?.expect(200)?.text("0/id").to_owned();
    let money = json!({"amount": {"amount": 3_000, "currency": "USD"}});
    shop.post(&format!("/api/v1/orders/{order}/payments")).idempotency("p").json(money).await?.expect(201)?;
    (0..2).for_each(|_| shop.provider().will_answer(refused()));
    let word = Outcome::succeeded("held");
    sales::settlement::settle(&sales, &shop.origin(), asked.operation_id, &word).await?;

    let voids = || shop.provider().calls().iter().filter(|call| call.kind == OperationKind::Void).count();
    for (pause_minutes, asked) in [(0, 1), (1, 2), (1, 2), (1, 3), (60, 3)] {
        shop.advance(TimeDelta::minutes(pause_minutes));
        shop.settle().await?;
        assert_eq!(voids(), asked, "after {pause_minutes} more minutes");
    }
    let order = shop.get(&format!("/api/v1/orders/{order}")).await?.expect(200)?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("confirmed", "paid"));
    assert!(order.data()["payments"].as_array().is_none_or(|all| all.iter().any(|payment| payment["status"] == "voided")));
    Ok(())
}

/// A clock that is set back must not make the job that expires an order believe that its work is done.
#[test_on_every_database]
async fn an_order_whose_time_is_not_up_is_looked_at_again(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let id: kernel::OrderId = shop.order(&mug.id, 1, "manual").await?.text("id").parse()?;
    assert!(sales::orders::expire(shop.context(), id).await?);
    shop.advance(TimeDelta::days(8));
    assert!(!sales::orders::expire(shop.context(), id).await?);
    assert!(!sales::orders::expire(shop.context(), id).await?);
    Ok(())
}

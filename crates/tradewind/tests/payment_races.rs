//! One payment, and four who bring the news of it at the same moment: one order, one capture, and no money that goes back, in whichever order
//! they come.
//!
//! `TRADEWIND_RACE_ROUNDS` says how often, as for all races; each of the 24 orders is run at least once.

use std::collections::BTreeSet;

use ::payments::payments::{OperationKind, Outcome};
use ::payments::providers::Message;
use axum::http::HeaderMap;
use chrono::TimeDelta;
use raw_client::random::Random;
use sales::settlement::hear_provider;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::races::rounds;
use crate::support::{Reply, TestCart, TestResult, TestShop};

/// As many orders are there of four.
const ORDERS: usize = 24;
/// What somebody waits for, in turns of the scheduler: up to some milliseconds.
const LONGEST_PAUSE: u64 = 3_000;

/// Who brings the news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bringer {
    CustomerComesBack,
    ProviderTells,
    ClientAsksAgain,
    ReconcilerAsks,
}

/// The four, in one of their orders.
fn order_of(mut number: usize) -> Vec<Bringer> {
    use Bringer::{ClientAsksAgain, CustomerComesBack, ProviderTells, ReconcilerAsks};
    let mut left = vec![CustomerComesBack, ProviderTells, ClientAsksAgain, ReconcilerAsks];
    let mut order = Vec::new();
    while !left.is_empty() {
        order.push(left.remove(number % left.len()));
        number /= left.len() + 1;
    }
    order
}

#[test]
fn four_come_in_twenty_four_orders() {
    let orders: BTreeSet<Vec<Bringer>> = (0..ORDERS).map(order_of).collect();
    assert_eq!(orders.len(), ORDERS);
}

/// What all of them know.
#[derive(Clone)]
struct Bought {
    cart: TestCart,
    placed: Reply,
}

impl Bought {
    async fn bring(&self, shop: &TestShop, who: Bringer) -> TestResult {
        let payment = self.placed.text("payment/id");
        match who {
            Bringer::CustomerComesBack => {
                shop.post(&format!("/api/v1/payments/{payment}/settle")).json(json!({})).await?.expect(200)?;
            }
            Bringer::ProviderTells => {
                let message = Message { headers: &HeaderMap::new(), body: payment.as_bytes(), now: shop.now() };
                hear_provider(shop.sales(), &shop.origin(), "test", &message).await?;
            }
            Bringer::ClientAsksAgain => {
                let again = shop.insist(&self.cart, "test", "mine").await?.expect(201)?;
                assert_eq!(again.bytes, self.placed.bytes, "one key, one answer");
            }
            Bringer::ReconcilerAsks => shop.settle().await?,
        }
        Ok(())
    }
}

async fn pause(turns: u64) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

#[test_on_every_database]
async fn whoever_brings_the_news_of_a_payment_it_is_booked_once(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 1_000_000).await?;
    let rounds = rounds().max(ORDERS);
    for round in 0..rounds {
        // In turn the customer has to agree first, and the answer to the first call is lost.
        let waits = Outcome::NeedsCustomer {
            reference: format!("there-{round}"),
            next_action: json!({"type": "redirect", "url": "https://pay.example"}),
        };
        shop.provider().will_answer(if round % 2 == 0 { waits } else { Outcome::Unknown });
        let cart = shop.cart(&[(&mug.id, 1)]).await?;
        let placed = shop.insist(&cart, "test", "mine").await?.expect(201)?;
        assert_eq!(placed.text("payment_status"), "unpaid", "round {round}");
        shop.advance(TimeDelta::minutes(6));
        let (bought, mut random) = (Bought { cart, placed }, Random::new(u64::try_from(round)?, "news"));
        let bringers = order_of(round / 2).into_iter().map(|who| {
            let (shop, bought, turns) = (shop.clone(), bought.clone(), random.between(0, LONGEST_PAUSE));
            tokio::spawn(async move {
                pause(turns).await;
                bought.bring(&shop, who).await
            })
        });
        for brought in futures_util::future::join_all(bringers.collect::<Vec<_>>()).await {
            brought??;
        }
        shop.settle().await?;
        let order = shop.get(&format!("/api/v1/orders/{}", bought.placed.text("id"))).await?.expect(200)?;
        let states = ["status", "payment_status", "payment/status"].map(|path| order.text(path).to_owned());
        assert_eq!(states, ["confirmed", "paid", "captured"], "round {round}");
        assert_eq!(
            (&order.data()["payment"]["refunded"]["amount"], order.data()["payments"].as_array().map(Vec::len)),
            (&Value::from(0), Some(1))
        );
    }
    let total = async |path: &str| -> TestResult<Value> { Ok(shop.get(path).await?.expect(200)?.json["meta"]["total"].clone()) };
    for (path, expected) in [("orders", rounds), ("orders?filter[status]=confirmed", rounds), ("payments", rounds), ("refunds", 0)] {
        assert_eq!(total(&format!("/api/v1/{path}")).await?, json!(expected), "{path}");
    }
    let calls = shop.provider().calls();
    assert_eq!(
        (calls.len(), calls.iter().all(|call| call.kind == OperationKind::Capture)),
        (rounds, true),
        "asked once each, and nothing went back"
    );
    Ok(())
}

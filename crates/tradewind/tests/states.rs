//! States and moves: what carts refuse, and which moves of the machines nothing in this release can cause.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use payments::payments::{MoveCause, OperationStatus, Outcome, PaymentStatus as PaymentState};
use platform::db::{self, FromQueryResult};
use sales::orders::{FulfilmentStatus, OrderStatus, PaymentStatus};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::orders::place;
use crate::support::{Reply, TestCart, TestResult, TestShop, address};

/// Moves of payments that no route, job or provider of this release causes; they are tried on the pure machine alone.
/// No provider holds money yet, none reports disputes, none speaks up unasked.
const UNREACHED_PAYMENT_MOVES: &[(&str, &str)] = &[
    ("authorised", "captured"),
    ("authorised", "expired"),
    ("authorised", "voided"),
    ("awaiting_customer", "expired"),
    ("awaiting_customer", "failed"),
    ("captured", "disputed"),
    ("created", "awaiting_customer"),
    ("created", "failed"),
    ("disputed", "lost"),
    ("disputed", "won"),
    ("expired", "captured"),
    ("failed", "captured"),
    ("processing", "authorised"),
    ("unknown", "authorised"),
];

/// What the money of an order cannot amount to yet: nothing is held, and nothing but money beyond the total goes back.
const UNREACHED_PAYMENT_WORDS: &[&str] = &["authorised", "part_refunded", "refunded"];

#[derive(FromQueryResult)]
struct MoveRow {
    from_status: String,
    to_status: String,
}

type Moves = BTreeSet<(String, String)>;

async fn moves_in(shop: &TestShop, table: &str) -> TestResult<Moves> {
    let sql = format!("SELECT DISTINCT from_status, to_status FROM {table} WHERE from_status IS NOT NULL");
    let rows: Vec<MoveRow> = db::fetch_all(shop.context().db.reader(), &sql, vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.from_status, row.to_status)).collect())
}

/// The moves of a machine that were not seen.
fn unseen<T: Copy + ToString>(all: &[T], may_become: impl Fn(T, T) -> bool, seen: &Moves) -> Vec<(String, String)> {
    let pairs = all.iter().flat_map(|from| all.iter().map(|to| (*from, *to)));
    let legal: Moves = pairs.filter(|(from, to)| may_become(*from, *to)).map(|(from, to)| (from.to_string(), to.to_string())).collect();
    assert!(seen.is_subset(&legal), "{:?}", seen.difference(&legal));
    legal.difference(seen).cloned().collect()
}

/// The words of a column of orders that no event has told, and the moves of operations as their events tell them.
async fn told(shop: &TestShop) -> TestResult<(BTreeSet<String>, BTreeSet<String>, Moves)> {
    shop.events_of("order").await?;
    let (mut money, mut parcels, mut operations, mut last) = (BTreeSet::new(), BTreeSet::new(), Moves::new(), BTreeMap::new());
    for event in platform::events::since(shop.context().db.reader(), 0, 10_000).await? {
        let word = |name: &str| event.payload[name].as_str().map(str::to_owned);
        money.extend(word("payment_status"));
        parcels.extend(word("fulfilment_status"));
        if let (Some(id), Some(status)) = (word("operation_id"), word("status"))
            && let Some(before) = last.insert(id, status.clone())
        {
            operations.insert((before, status));
        }
    }
    Ok((money, parcels, operations))
}

/// An order by the test provider that answers so, and tells so when it is asked again two minutes later.
async fn paid_by(shop: &TestShop, answer: Outcome, tells: Option<Outcome>) -> TestResult<Reply> {
    shop.provider().will_answer(answer);
    let id = place(shop, "test").await?.id;
    if let Some(outcome) = tells {
        shop.provider().will_tell(outcome);
        shop.advance(TimeDelta::minutes(2));
        shop.settle().await?;
    }
    shop.get(&format!("/api/v1/orders/{id}")).await?.expect(200)
}

/// Everything that can happen to orders and money in this release.
async fn everything(shop: &TestShop) -> TestResult {
    let yes = || Outcome::succeeded(kernel::EventId::generate().to_string());
    let no = || Outcome::Failed { code: "card_declined".to_owned() };
    let act = || Outcome::NeedsCustomer { reference: kernel::EventId::generate().to_string(), next_action: json!({"type": "redirect"}) };
    for (answer, tells) in [(no(), None), (Outcome::Unknown, Some(yes())), (Outcome::Unknown, Some(no())), (act(), Some(yes()))] {
        paid_by(shop, answer, tells).await?;
    }
    paid_by(shop, Outcome::Unknown, Some(act())).await?;
    shop.advance(TimeDelta::minutes(6));
    shop.settle().await?;
    shop.provider().will_answer(act());
    let acting = place(shop, "test").await?;
    assert_eq!(acting.read(shop).await?.text("payment/status"), "awaiting_customer");
    acting.pay(shop, 3_000).await?.expect(201)?;
    shop.advance(TimeDelta::minutes(2));
    shop.settle().await?;

    let shipped = place(shop, "manual").await?;
    shipped.pay(shop, 1_000).await?.expect(201)?;
    shipped.pay(shop, 2_000).await?.expect(201)?;
    let exact = place(shop, "manual").await?;
    exact.pay(shop, 3_000).await?.expect(201)?;
    let line = shipped.read(shop).await?.text("lines/0/id").to_owned();
    shipped.fulfil(shop, json!({"lines": [{"line_id": line, "quantity": 1}]})).await?.expect(201)?;
    let whole = shipped.fulfil(shop, json!({})).await?.expect(201)?;
    for parcel in 0..2 {
        let path = format!("/api/v1/orders/{}/fulfilments/{}", shipped.id, whole.text(&format!("fulfilments/{parcel}/id")));
        shop.patch(&path).version(1).json(json!({"delivered_at": "2026-03-05T10:00:00Z"})).await?.expect(200)?;
    }
    place(shop, "manual").await?.cancel(shop).await?.expect(200)?;
    let gift = shop.gift(5).await?;
    let free = shop.order(&gift.id, 1, "manual").await?;
    let version = free.data()["version"].as_i64().unwrap_or(0);
    shop.post(&format!("/api/v1/orders/{}/cancel", free.text("id")))
        .idempotency("c")
        .version(version)
        .json(json!({}))
        .await?
        .expect(200)?;
    place(shop, "manual").await?;
    shop.advance(TimeDelta::days(8));
    shop.settle().await
}

/// What the lists above name cannot be reached, and nothing else: a move that comes into reach has to be taken off, a new one
/// that nothing causes has to be put on.
#[test_on_every_database]
async fn every_move_is_reached_or_listed(shop: TestShop) -> TestResult {
    everything(&shop).await?;
    let legal = |from: PaymentState, to: PaymentState| MoveCause::ALL.iter().any(|cause| from.may_become(to, *cause));
    let payments = unseen(PaymentState::ALL, legal, &moves_in(&shop, "payment_transitions").await?);
    let listed = UNREACHED_PAYMENT_MOVES.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
    assert_eq!(payments, listed.collect::<Vec<_>>());
    assert_eq!(unseen(OrderStatus::ALL, OrderStatus::may_become, &moves_in(&shop, "order_transitions").await?), []);

    let (money, parcels, operations) = told(&shop).await?;
    let legal = |from: OperationStatus, to: OperationStatus| MoveCause::ALL.iter().any(|cause| from.may_become(to, *cause));
    assert_eq!(unseen(OperationStatus::ALL, legal, &operations), []);
    let untold = PaymentStatus::WORDS.iter().copied().filter(|word| !money.contains(*word)).collect::<Vec<_>>();
    assert_eq!(untold, UNREACHED_PAYMENT_WORDS);
    assert_eq!(parcels.len(), FulfilmentStatus::WORDS.len());
    Ok(())
}

async fn cart_in(shop: &TestShop, state: &str, mug: &str) -> TestResult<TestCart> {
    match state {
        "empty" => shop.empty_cart().await,
        "incomplete" => {
            let cart = shop.empty_cart().await?;
            shop.add(&cart, mug, 1).await?.expect(201)?;
            Ok(cart)
        }
        "ready" => shop.cart(&[(mug, 1)]).await,
        _ => {
            let cart = shop.cart(&[(mug, 1)]).await?;
            shop.checkout(&cart).await?.expect(201)?;
            Ok(cart)
        }
    }
}

async fn ask_cart(shop: &TestShop, cart: &TestCart, command: &str, mug: &str) -> TestResult<Reply> {
    let shown = shop.read(cart).await?.expect(200)?;
    let own = shown.text("lines/0/id");
    let line = if own.is_empty() { "cline_01h455vb4pex5vsknk084sn02q" } else { own };
    let path = format!("/api/v1/carts/{}/lines/{line}", cart.id);
    match command {
        "edit" => shop.edit(cart, json!({"billing_address": address()})).await,
        "add" => shop.add(cart, mug, 1).await,
        "change" => shop.patch(&path).cart(&cart.token).json(json!({"quantity": 2})).await,
        "remove" => shop.delete(&path).cart(&cart.token).await,
        _ => shop.checkout(cart).await,
    }
}

/// Every command on a cart in each of its states: an ordered cart takes none, and what is refused changes nothing.
#[test_on_every_database]
async fn what_a_carts_state_forbids_is_refused_and_changes_nothing(shop: TestShop) -> TestResult {
    let refused = |state: &str, command: &str| match (state, command) {
        ("ordered", _) => Some((409, "order_already_placed")),
        ("empty", "change" | "remove") => Some((404, "cart_line_not_found")),
        ("empty", "checkout") => Some((422, "cart_empty")),
        ("incomplete", "checkout") => Some((422, "cart_incomplete")),
        _ => None,
    };
    for state in ["empty", "incomplete", "ready", "ordered"] {
        for command in ["edit", "add", "change", "remove", "checkout"] {
            let mug = shop.mug(1_250, 5).await?;
            let cart = cart_in(&shop, state, &mug.id).await?;
            let (before, stock) = (shop.read(&cart).await?.expect(200)?, shop.stock_of(&mug).await?);
            let reply = ask_cart(&shop, &cart, command, &mug.id).await?;
            match refused(state, command) {
                None => assert!(reply.status < 300, "{command} of a cart that is {state}: {}", reply.json),
                Some(expected) => {
                    assert_eq!((reply.status, reply.error_code()), expected, "{command} of a cart that is {state}");
                    let after = shop.read(&cart).await?.expect(200)?;
                    assert_eq!((after.data(), shop.stock_of(&mug).await?), (before.data(), stock), "{command} of a cart that is {state}");
                }
            }
        }
    }
    Ok(())
}

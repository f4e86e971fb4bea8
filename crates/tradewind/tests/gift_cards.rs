//! Gift cards and credit: given away, spent in parts, given back, sold as goods; never overspent, and owed to the cent.

mod credit;
mod sold;
mod spending;
mod staff;

use serde_json::{Value, json};

use crate::orders::Placed;
use crate::support::{Reply, TestCart, TestResult, TestShop};

const PATH: &str = "/api/v1/gift-cards";

fn usd(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// A gift card: its id and its code.
struct Card {
    id: String,
    code: String,
}

impl Card {
    /// What staff give away.
    async fn of(shop: &TestShop, minor: i64) -> TestResult<Self> {
        let body = json!({ "amount": usd(minor), "reason": "goodwill" });
        let made = shop.post(PATH).idempotency(&kernel::EventId::generate().to_string()).json(body).await?.expect(201)?;
        let id = made.text("id").to_owned();
        let code = shop.post(&format!("{PATH}/{id}/reveal")).json(json!({})).await?.expect(200)?.text("code").to_owned();
        Ok(Self { id, code })
    }

    async fn read(&self, shop: &TestShop) -> TestResult<Reply> {
        shop.get(&format!("{PATH}/{}", self.id)).await?.expect(200)
    }

    async fn balance(&self, shop: &TestShop) -> TestResult<i64> {
        minor(&self.read(shop).await?.data()["balance"])
    }
}

fn minor(money: &Value) -> TestResult<i64> {
    money["amount"].as_i64().ok_or_else(|| format!("no amount: {money}").into())
}

/// An order for 30.00 that a gift card pays for, and the provider where so much is not on it.
pub(crate) async fn order_by_card(shop: &TestShop, minor: i64) -> TestResult<Placed> {
    let (card, mug) = (Card::of(shop, minor).await?, shop.mug(1_250, 5).await?);
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    pay_with(shop, &cart, &card.code).await?.expect(200)?;
    let order = shop.pay(&cart, "test", "once").await?.expect(201)?;
    Ok(Placed { mug, id: order.text("id").to_owned() })
}

async fn pay_with(shop: &TestShop, cart: &TestCart, code: &str) -> TestResult<Reply> {
    shop.post(&format!("/api/v1/carts/{}/gift-cards", cart.id)).cart(&cart.token).json(json!({ "code": code })).await
}

/// What is left to pay of a cart.
fn due(cart: &Reply) -> TestResult<i64> {
    minor(&cart.data()["totals"]["due"])
}

/// What an account of the ledger comes to.
async fn balance_of(shop: &TestShop, account: &str) -> TestResult<i64> {
    let balances = shop.get("/api/v1/ledger/balances").await?.expect(200)?;
    let lines = balances.data().as_array().cloned().unwrap_or_default();
    lines.iter().find(|line| line["account"] == account).map_or(Ok(0), |line| minor(&line["amount"]))
}

//! Prices in many currencies: rates are exact and plausible, derived prices follow them and the prices that they derive from.

mod deriving;
mod feed;
mod following;
mod rates;

use platform::db::{self, FromQueryResult};
use serde_json::{Value, json};

use crate::support::{Reply, TestResult, TestShop};

const RATES: &str = "/api/v1/exchange-rates";
const LISTS: &str = "/api/v1/price-lists";

/// Writes what a euro is worth.
async fn publish(shop: &TestShop, rates: &[(&str, &str)]) -> TestResult<Reply> {
    let rates: Vec<Value> = rates.iter().map(|(currency, rate)| json!({ "currency": currency, "rate": rate })).collect();
    shop.put(RATES).json(json!({ "base": "EUR", "rates": rates })).await
}

async fn default_list(shop: &TestShop) -> TestResult<String> {
    let lists = shop.get(LISTS).await?.expect(200)?;
    let all = lists.data().as_array().ok_or("lists")?;
    let default = all.iter().find(|list| list["code"] == "default").ok_or("the default list")?;
    Ok(default["id"].as_str().unwrap_or_default().to_owned())
}

/// A list that derives from the default one, with what is different about it: by nothing but the rate where nothing is said.
async fn derived(shop: &TestShop, code: &str, currency: &str, (rule, different): (Value, Value)) -> TestResult<Reply> {
    let mut derives_from = json!({ "price_list_id": default_list(shop).await? });
    let mut body = json!({ "code": code, "name": code, "currency": currency, "tax_included": false });
    merge(&mut derives_from, rule);
    merge(&mut body, json!({ "derives_from": derives_from }));
    merge(&mut body, different);
    shop.post(LISTS).json(body).await
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

/// A list in dollars, 10 % below the default one.
pub(crate) async fn outlet(shop: &TestShop, different: Value) -> TestResult<String> {
    let made = derived(shop, "outlet", "USD", (json!({ "margin_ppm": -100_000 }), different)).await?.expect(201)?;
    Ok(made.text("id").to_owned())
}

/// A list in euros by the rate alone.
async fn euros(shop: &TestShop) -> TestResult<String> {
    Ok(derived(shop, "euros", "EUR", (json!({}), json!({}))).await?.expect(201)?.text("id").to_owned())
}

#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
struct StoredPrice {
    sku: String,
    min_quantity: i64,
    amount_minor: i64,
    derived: bool,
}

/// SKU, from how many pieces, amount, and whether it is derived, of each price of a list.
async fn prices(shop: &TestShop, list: &str) -> TestResult<Vec<(String, i64, i64, bool)>> {
    const SELECT: &str = "SELECT v.sku, p.min_quantity, p.amount_minor, p.derived
        FROM prices p JOIN variants v ON v.id = p.variant_id JOIN price_lists l ON l.id = p.price_list_id
        WHERE l.code = $1 ORDER BY v.sku, p.min_quantity";
    let rows: Vec<StoredPrice> = db::fetch_all(shop.context().db.reader(), SELECT, platform::values![list]).await?;
    Ok(rows.into_iter().map(|price| (price.sku, price.min_quantity, price.amount_minor, price.derived)).collect())
}

/// Changes a price list as it is now.
async fn change_list(shop: &TestShop, id: &str, body: Value) -> TestResult<Reply> {
    let path = format!("{LISTS}/{id}");
    let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    shop.patch(&path).version(version).json(body).await
}

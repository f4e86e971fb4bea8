//! Many prices at once: what is planned is what is written, what is taken back is as it was, and what others wrote meanwhile is theirs.

mod choosing;
mod dying;
mod refusing;

use catalog::price_changes;
use catalog::variants::{PriceInput, VariantInput};
use chrono::TimeDelta;
use kernel::PriceChangeId;
use platform::db::{self, FromQueryResult};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

pub(crate) use dying::large_shop;

use crate::support::{Ask, Reply, TestResult, TestShop, usd, variant};

const PATH: &str = "/api/v1/prices/bulk";

fn dollars(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn ask(shop: &TestShop, key: &str, body: Value) -> Ask {
    shop.post(PATH).idempotency(key).json(body)
}

/// A change that is asked for under a key made of its text: the same one is asked for once.
async fn change(shop: &TestShop, body: Value) -> TestResult<Reply> {
    let key = body.to_string().bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    ask(shop, &key.to_string(), body).await?.expect(202)
}

/// Raises every price of the default list.
pub(crate) async fn everything_is_dearer(shop: &TestShop) -> TestResult {
    change(shop, json!({ "all": true, "dry_run": false, "change": { "rate_ppm": 100_000 } })).await.map(drop)
}

async fn read(shop: &TestShop, id: &str) -> TestResult<Reply> {
    shop.get(&format!("{PATH}/{id}")).await?.expect(200)
}

async fn command(shop: &TestShop, id: &str, verb: &str) -> TestResult<Reply> {
    shop.post(&format!("{PATH}/{id}/{verb}")).idempotency(&format!("{verb}-{id}")).json(json!({})).await
}

/// Has what is planned written, or written back, by its job.
async fn carry_out(shop: &TestShop, id: &str, verb: &str) -> TestResult<Reply> {
    command(shop, id, verb).await?.expect(202)?;
    shop.settle().await?;
    read(shop, id).await
}

/// Its state with these counts.
fn told<const N: usize>(change: &Reply, names: [&str; N]) -> (String, [i64; N]) {
    let count = |name: &str| change.data()["counts"].pointer(&format!("/{name}")).and_then(Value::as_i64).unwrap_or(-1);
    (change.text("state").to_owned(), names.map(count))
}

/// SKU, amounts before and after, and what became of it, of each row.
async fn rows(shop: &TestShop, id: &str, query: &str) -> TestResult<Vec<(String, i64, Option<i64>, String)>> {
    let listed = shop.get(&format!("{PATH}/{id}/rows?per_page=100{query}")).await?.expect(200)?;
    let row = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        (text("sku"), row["before"]["price"]["amount"].as_i64().unwrap_or(-1), row["after"]["price"]["amount"].as_i64(), text("outcome"))
    };
    let mut rows: Vec<_> = listed.data().as_array().ok_or("rows")?.iter().map(row).collect();
    rows.sort();
    Ok(rows)
}

#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
struct StoredPrice {
    sku: String,
    list: String,
    min_quantity: i64,
    amount_minor: i64,
    compare_at_minor: Option<i64>,
    starts_at: Option<kernel::Timestamp>,
    ends_at: Option<kernel::Timestamp>,
}

/// Every price of the shop.
async fn prices(shop: &TestShop) -> TestResult<Vec<StoredPrice>> {
    const SELECT: &str = "SELECT v.sku, l.code AS list, p.min_quantity, p.amount_minor, p.compare_at_minor, p.starts_at, p.ends_at
        FROM prices p JOIN variants v ON v.id = p.variant_id JOIN price_lists l ON l.id = p.price_list_id
        ORDER BY v.sku, l.code, p.min_quantity, p.amount_minor";
    Ok(db::fetch_all(shop.context().db.reader(), SELECT, vec![]).await?)
}

/// What one piece of each costs in the default list, by SKU.
async fn amounts(shop: &TestShop) -> TestResult<Vec<(String, i64)>> {
    let plain = |price: &StoredPrice| price.list == "default" && price.min_quantity == 1;
    Ok(prices(shop).await?.into_iter().filter(plain).map(|price| (price.sku, price.amount_minor)).collect())
}

/// Products with these SKUs and prices; their ids.
async fn products(shop: &TestShop, goods: &[(&str, i64)]) -> TestResult<Vec<(String, String)>> {
    let mut ids = Vec::new();
    for (sku, amount) in goods {
        let made = shop.product(sku).variant(VariantInput { tracked: Some(false), ..variant(sku, *amount) }).create().await?;
        ids.push((made.product.id.to_string(), made.variants.first().ok_or("a variant")?.variant.id.to_string()));
    }
    Ok(ids)
}

/// Gives a variant another plain price, by its own route.
async fn edit(shop: &TestShop, (product, variant): &(String, String), amount: i64) -> TestResult {
    let path = format!("/api/v1/products/{product}/variants/{variant}");
    let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    shop.patch(&path).version(version).json(json!({ "price": dollars(amount) })).await?.expect(200)?;
    Ok(())
}

/// A mug with prices for more pieces, for a time and in another list; its variant.
async fn mug(shop: &TestShop) -> TestResult<String> {
    let dealers = json!({ "code": "dealers", "name": "Dealers", "currency": "USD", "tax_included": false, "active": false });
    let dealers = shop.post("/api/v1/price-lists").json(dealers).await?.expect(201)?.text("id").to_owned();
    let price = |amount| PriceInput { amount: usd(amount), ..PriceInput::default() };
    let later = Some((shop.now() + TimeDelta::days(60)).to_rfc3339());
    let steps = vec![
        PriceInput { compare_at: Some(usd(2_400)), ..price(2_000) },
        PriceInput { min_quantity: Some(10), ..price(1_510) },
        PriceInput { starts_at: later, ..price(1_700) },
        PriceInput { price_list_id: Some(dealers.clone()), ..price(1_200) },
    ];
    let mug = shop.product("Mug").variant(VariantInput { price: None, prices: Some(steps), tracked: Some(false), ..variant("MUG", 0) });
    Ok(mug.create().await?.variants.first().ok_or("a variant")?.variant.id.to_string())
}

/// A mug with all kinds of prices, and a plate. What the plan says is what is written, to the last row, and
/// nothing before it is applied; taken back, every price is as it was, and the lowest price of thirty days tells what was charged meanwhile.
#[test_on_every_database]
async fn what_is_planned_is_what_is_written_and_what_is_undone_is_as_it_was(shop: TestShop) -> TestResult {
    let mug = mug(&shop).await?;
    products(&shop, &[("PLATE", 899), ("POT", 99)]).await?;
    let before = prices(&shop).await?;
    shop.advance(TimeDelta::days(1));

    let body = json!({ "all": true, "change": { "rate_ppm": -100_000, "rounding": { "ending": "99" } } });
    let made = change(&shop, body.clone()).await?;
    assert_eq!(
        (made.text("state"), &made.data()["dry_run"], &made.data()["change"]["rounding"]["ending"]),
        ("planning", &json!(true), &json!("99"))
    );
    let again = change(&shop, body).await?;
    assert_eq!((&again.bytes, again.header("idempotent-replayed")), (&made.bytes, "true"));
    shop.settle().await?;
    let id = made.text("id").to_owned();
    let planned = read(&shop, &id).await?;
    let counts = ["rows", "raised", "lowered", "same", "skipped/too_high", "applied"];
    assert_eq!(told(&planned, counts), ("planned".to_owned(), [5, 0, 4, 1, 0, 0]), "{planned:?}");
    assert_eq!((&planned.data()["greatest_fall"]["amount"], &planned.data()["greatest_rise"]["amount"]), (&json!(201), &json!(0)));
    assert_eq!(prices(&shop).await?, before, "a plan writes nothing");
    let rows_planned = rows(&shop, &id, "").await?;
    let of = |sku: &str, before, after, outcome: &str| (sku.to_owned(), before, Some(after), outcome.to_owned());
    let expected = [
        of("MUG", 1_510, 1_399, "planned"),
        of("MUG", 1_700, 1_499, "planned"),
        of("MUG", 2_000, 1_799, "planned"),
        of("PLATE", 899, 799, "planned"),
        of("POT", 99, 99, "same"),
    ];
    assert_eq!(rows_planned, expected);

    let applied = carry_out(&shop, &id, "apply").await?;
    assert_eq!(told(&applied, counts), ("applied".to_owned(), [5, 0, 4, 1, 0, 4]));
    assert_eq!((applied.text("finished_at").is_empty(), rows(&shop, &id, "&filter[outcome]=applied").await?.len()), (false, 4));
    let after: Vec<StoredPrice> = before
        .iter()
        .map(|price| {
            let row = expected.iter().find(|row| price.list == "default" && row.0 == price.sku && row.1 == price.amount_minor);
            StoredPrice { amount_minor: row.and_then(|row| row.2).unwrap_or(price.amount_minor), ..price.clone() }
        })
        .collect();
    assert_eq!(prices(&shop).await?, after);
    assert_eq!(shop.events_of("price_change").await?, ["price_change.applied"]);
    let shown = shop.get("/api/v1/products?sort=price").anonymous().await?.expect(200)?;
    assert_eq!(shown.data()[2]["price_min"]["amount"], 1_799, "the list of products follows");

    shop.advance(TimeDelta::days(1));
    let undone = carry_out(&shop, &id, "undo").await?;
    assert_eq!(told(&undone, ["applied", "undone", "changed_since"]), ("undone".to_owned(), [0, 4, 0]));
    assert_eq!(prices(&shop).await?, before, "every price is as it was");
    assert_eq!(shop.events_of("price_change").await?, ["price_change.applied", "price_change.undone"]);
    let tag = shop.get(&format!("/api/v1/prices?variant_ids={mug}")).anonymous().await?.expect(200)?;
    let tag = &tag.data()[0];
    assert_eq!((&tag["price"]["amount"], &tag["lowest_price_30_days"]["amount"]), (&json!(2_000), &json!(1_799)), "it did cost less");
    assert_eq!((&tag["since"], &tag["compare_at_price"]["amount"]), (&json!("2026-03-04T09:30:00Z"), &json!(2_400)));
    for verb in ["requested", "apply_requested", "undo_requested"] {
        let listed = shop.get(&format!("/api/v1/audit-log?filter[action]=price_change.{verb}")).await?.expect(200)?;
        assert_eq!(listed.data().as_array().map(Vec::len), Some(1), "{verb}");
    }
    Ok(())
}

/// Between plan and apply, and between apply and undo, somebody sets one price by hand: theirs stays, and the row says so.
#[test_on_every_database]
async fn what_others_changed_since_is_left_to_them(shop: TestShop) -> TestResult {
    let goods = products(&shop, &[("A", 1_000), ("B", 1_000), ("C", 1_000)]).await?;
    let made = change(&shop, json!({ "all": true, "change": { "amount": dollars(-100), "compare_at": "from_price" } })).await?;
    shop.settle().await?;
    edit(&shop, &goods[0], 1_234).await?;
    let id = made.text("id").to_owned();
    let applied = carry_out(&shop, &id, "apply").await?;
    assert_eq!(told(&applied, ["lowered", "applied", "changed_since"]), ("applied".to_owned(), [3, 2, 1]));
    let named = |amounts: [i64; 3]| ["A", "B", "C"].map(str::to_owned).into_iter().zip(amounts).collect::<Vec<_>>();
    assert_eq!(amounts(&shop).await?, named([1_234, 900, 900]));
    assert_eq!(prices(&shop).await?.iter().map(|price| price.compare_at_minor).collect::<Vec<_>>(), [None, Some(1_000), Some(1_000)]);

    edit(&shop, &goods[1], 950).await?;
    let undone = carry_out(&shop, &id, "undo").await?;
    assert_eq!(told(&undone, ["applied", "undone", "changed_since"]), ("undone".to_owned(), [0, 1, 2]));
    assert_eq!(amounts(&shop).await?, named([1_234, 950, 1_000]));
    let outcomes: Vec<String> = rows(&shop, &id, "").await?.into_iter().map(|row| row.3).collect();
    assert_eq!(outcomes, ["changed_since", "changed_since", "undone"]);
    // A variant that is gone is nobody's loss.
    let made = change(&shop, json!({ "all": true, "change": { "amount": dollars(1) } })).await?;
    shop.settle().await?;
    let product = format!("/api/v1/products/{}", goods[2].0);
    let version = shop.get(&product).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    shop.delete(&product).version(version).await?.expect(204)?;
    let applied = carry_out(&shop, made.text("id"), "apply").await?;
    assert_eq!(told(&applied, ["applied", "changed_since"]), ("applied".to_owned(), [2, 1]));
    let gone = shop.get(&format!("{PATH}/{}/rows?filter[outcome]=changed_since", made.text("id"))).await?.expect(200)?;
    assert_eq!((&gone.data()[0]["product_title"], &gone.data()[0]["sku"]), (&json!(null), &json!(null)));
    Ok(())
}

/// One change takes turns with nobody: of two for one list the second is refused, or waits where it is to be applied by itself; another list goes on.
#[test_on_every_database]
async fn one_change_at_a_time_writes_prices_of_a_list(shop: TestShop) -> TestResult {
    let goods = products(&shop, &[("A", 1_000), ("B", 2_000)]).await?;
    let more = |by: i64| json!({ "filter": { "product_ids": [goods[0].0] }, "change": { "amount": dollars(by) } });
    let (first, second) = (change(&shop, more(1)).await?, change(&shop, more(2)).await?);
    shop.settle().await?;
    let (first, second) = (first.text("id").to_owned(), second.text("id").to_owned());
    command(&shop, &first, "apply").await?.expect(202)?;
    let busy = command(&shop, &second, "apply").await?;
    assert_eq!((busy.status, busy.error_code()), (409, "price_list_busy"));

    let other = json!({ "code": "other", "name": "Other", "currency": "USD", "tax_included": false });
    let other = shop.post("/api/v1/price-lists").json(other).await?.expect(201)?.text("id").to_owned();
    let elsewhere = json!({ "price_list_id": other, "all": true, "dry_run": false, "change": { "rate_ppm": 1 } });
    let elsewhere: PriceChangeId = change(&shop, elsewhere).await?.text("id").parse()?;
    let own = json!({ "filter": { "product_ids": [goods[1].0] }, "dry_run": false, "change": { "amount": dollars(5) } });
    let own: PriceChangeId = change(&shop, own).await?.text("id").parse()?;
    while price_changes::work_piece(shop.context(), elsewhere).await?.is_some() {}
    assert_eq!(read(&shop, &elsewhere.to_string()).await?.text("state"), "applied");
    // It is planned, and its turn does not come before the first is done.
    price_changes::work_piece(shop.context(), own).await?.ok_or("a plan")?;
    let waits = price_changes::work_piece(shop.context(), own).await;
    assert!(matches!(waits, Err(price_changes::PriceChangeError::Busy)), "{waits:?}");
    shop.settle().await?;
    shop.advance(TimeDelta::hours(1));
    shop.settle().await?;
    assert_eq!(read(&shop, &own.to_string()).await?.text("state"), "applied");
    assert_eq!(amounts(&shop).await?, [("A".to_owned(), 1_001), ("B".to_owned(), 2_005)]);
    let late = carry_out(&shop, &second, "apply").await?;
    assert_eq!(told(&late, ["applied", "changed_since"]), ("applied".to_owned(), [0, 1]), "no edit of the first is lost");
    let nothing = command(&shop, &second, "undo").await?;
    assert_eq!((nothing.status, nothing.error_code()), (409, "price_change_nothing_to_undo"));
    Ok(())
}

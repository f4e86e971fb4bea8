//! No text of any route takes the number of a payment card, and nothing of it is kept.

use test_macro::test_on_every_database;
use tradewind::matrix::Ask;

use super::callers::Things;
use super::{bodies, document, method, permissions, rows};
use crate::support::{TestResult, TestShop, traces_of};

const CARD: &str = "4242 4242 4242 4242";
/// What other systems number, and what is never kept as it is.
const NUMBERS_OF_OTHERS: [&str; 12] = [
    "barcode",
    "code",
    "current_password",
    "id",
    "password",
    "refresh_token",
    "provider_reference",
    "sku",
    "token",
    "tracking_number",
    "tracking_url",
    "url",
];

#[test_on_every_database]
async fn no_member_of_any_body_takes_a_card(shop: TestShop) -> TestResult {
    let (things, document) = (Things::make(&shop).await?, document());
    let (_, person) = crate::me::somebody(&shop).await?;
    let mut tried = 0;
    for row in rows() {
        let Some(schema) = &row.body else { continue };
        let path = row.filled(|variable| things.existing(variable));
        let own = bodies::members(&document, schema).into_iter().filter(|member| !NUMBERS_OF_OTHERS.contains(&member.as_str()));
        for member in own {
            let mut body = bodies::sample(&document, schema);
            body[&member] = format!("for {CARD}, thanks").into();
            let ask = shop.ask(method(&row), &path).idempotency("once").version(1).json(body);
            let ask = if row.asks.contains(&Ask::CartToken) && permissions(&row).is_empty() { ask.cart(things.cart_token()) } else { ask };
            let ask = if row.asks == [Ask::SignedIn] { ask.key(&person) } else { ask };
            let refused = ask.await?;
            assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{} {path} {member}: {refused:?}", row.method);
            assert!(refused.json["error"]["details"].get(&member).is_some(), "{} {path} {member}: {refused:?}", row.method);
            // The id of the request is hexadecimal: four digits of a card stand in it by chance now and then.
            let told = [&refused.json["error"]["message"], &refused.json["error"]["details"]];
            assert!(told.iter().all(|told| !told.is_null() && !told.to_string().contains("4242")), "{refused:?}");
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried} members");
    assert_eq!(traces_of(&shop, &[CARD, "4242424242424242"]).await?, Vec::<String>::new());
    Ok(())
}

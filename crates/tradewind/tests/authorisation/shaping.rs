//! Every route that shows things takes `fields`, and keeps just what was asked for; no route is named here.

use serde_json::Value;
use test_macro::test_on_every_database;
use tradewind::matrix::Ask;

use super::callers::Things;
use super::{document, permissions, rows};
use crate::support::{TestResult, TestShop};

/// The names that the document gives for `fields`.
fn names(document: &Value, path: &str) -> Vec<String> {
    let parameters = document["paths"][path]["get"]["parameters"].as_array().into_iter().flatten();
    let fields = parameters.filter(|parameter| parameter["name"] == "fields");
    let names = fields.flat_map(|parameter| parameter["schema"]["items"]["enum"].as_array().into_iter().flatten());
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// The members of each thing that an answer shows.
fn shown(data: &Value) -> Vec<Vec<&str>> {
    let things = data.as_array().map_or_else(|| std::slice::from_ref(data), Vec::as_slice);
    things.iter().filter_map(Value::as_object).map(|members| members.keys().map(String::as_str).collect()).collect()
}

#[test_on_every_database]
async fn every_read_keeps_what_fields_asks_for(shop: TestShop) -> TestResult {
    let (things, document) = (Things::make(&shop).await?, document());
    let (_, person) = crate::me::somebody(&shop).await?;
    let mut kept = 0;
    for row in rows().into_iter().filter(|row| row.method == "GET" && row.path.starts_with("/api/")) {
        if document["paths"][&row.path]["get"]["responses"]["200"]["content"]["application/json"].is_null() {
            // It shows nothing, but leads elsewhere; or it goes on for ever.
            continue;
        }
        let names = names(&document, &row.path);
        let one = names.iter().find(|name| *name == "id").or(names.first()).ok_or_else(|| format!("{} takes no fields", row.path))?;
        let path = row.filled(|variable| things.existing(variable));
        let ask = |value: &str| {
            let ask = shop.get(&format!("{path}?fields={value}"));
            if row.asks == [Ask::SignedIn] {
                ask.key(&person)
            } else if row.asks.contains(&Ask::CartToken) && permissions(&row).is_empty() {
                ask.cart(things.cart_token())
            } else {
                ask
            }
        };
        let reply = ask(one).await?;
        if reply.status == 404 {
            continue;
        }
        let reply = reply.expect(200).map_err(|error| format!("{path}: {error}"))?;
        for members in shown(reply.data()) {
            assert_eq!(members, [one.as_str()], "{path}");
            kept += 1;
        }
        let refused = ask(&format!("{one},colour_of_the_moon")).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{path}");
        assert!(refused.json["error"]["details"].get("fields").is_some(), "{path}: {refused:?}");
    }
    assert!(kept > 40, "{kept} things were shown");
    Ok(())
}

#[test_on_every_database]
async fn what_has_no_members_takes_no_fields(shop: TestShop) -> TestResult {
    for path in ["/health", "/system/info", "/.well-known/jwks.json"] {
        let refused = shop.get(&format!("{path}?fields=status")).await?;
        assert_eq!((refused.status, refused.error_code()), (400, "unknown_parameter"), "{path}");
    }
    // Whoever writes gets the whole answer.
    let refused = shop.post("/api/v1/categories?fields=id").json(serde_json::json!({"name": "Mugs"})).await?;
    assert_ne!(refused.data().as_object().map(serde_json::Map::len), Some(1));
    Ok(())
}

/// The tag of a shortened answer is its own, its version is not.
#[test_on_every_database]
async fn a_shortened_answer_has_a_tag_of_its_own(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 1).await?;
    let path = format!("/api/v1/products/{}", mug.product_id);
    let (whole, short) = (shop.get(&path).await?.expect(200)?, shop.get(&format!("{path}?fields=title")).await?.expect(200)?);
    assert_ne!(whole.header("etag"), short.header("etag"));
    let version = |tag: &str| tag.split('-').next().map(str::to_owned);
    assert_eq!(version(whole.header("etag")), version(short.header("etag")));
    let known = shop.get(&format!("{path}?fields=title")).header("If-None-Match", short.header("etag")).await?;
    assert_eq!(known.status, 304);
    let next = shop.get("/api/v1/products?per_page=1&fields=title").await?.expect(200)?;
    assert!(next.json["links"]["self"].as_str().is_some_and(|link| link.contains("fields=title")), "{next:?}");
    Ok(())
}

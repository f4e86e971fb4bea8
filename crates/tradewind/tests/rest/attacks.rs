//! What `cargo xtask campaign inject` got through before it was stopped: bytes that no text has, wildcards, parameters behind parameters.

use kernel::Cursor;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

/// PostgreSQL takes no NUL in a text: a client that sends one has made a mistake, not the shop.
#[test_on_every_database]
async fn a_cursor_with_a_nul_in_it_is_none_of_ours(shop: TestShop) -> TestResult {
    for (path, sort) in [("categories", "name"), ("channels", "-code"), ("price-lists", "code"), ("products", "title")] {
        let forged = Cursor { sort: sort.to_owned(), value: Some("zq\0' OR 1=1--".to_owned()), id: kernel::ProductId::generate().uuid() };
        let reply = shop.get(&format!("/api/v1/{path}?sort={sort}&after={}", forged.encode())).await?;
        assert_eq!((reply.status, reply.error_code()), (400, "invalid_query"), "{path}: {reply:?}");
    }
    Ok(())
}

/// The same answer, whether a channel's code could be one or not.
#[test_on_every_database]
async fn a_cart_of_a_channel_that_cannot_be_is_refused_as_any_other(shop: TestShop) -> TestResult {
    let ask = async |channel: &str| shop.post("/api/v1/carts").json(json!({ "channel": channel })).await;
    let (unknown, impossible) = (ask("zq").await?, ask("zq\0").await?);
    assert!((400..500).contains(&unknown.status), "{unknown:?}");
    assert_eq!((impossible.status, impossible.error_code()), (unknown.status, unknown.error_code()), "{impossible:?}");
    Ok(())
}

/// Nothing stands for anything but itself, and what is no letter only parts words.
#[test_on_every_database]
async fn there_are_no_wildcards_to_whoever_looks_for_orders(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    shop.order(&mug.id, 1, "manual").await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    shop.edit(&cart, json!({ "email": "grace_hopper@example.com" })).await?.expect(200)?;
    let grace = shop.checkout(&cart).await?.expect(201)?;
    for (text, expected) in
        [("%25", vec![]), ("_", vec![]), ("g%25", vec![grace.text("id")]), ("grace_h", vec![grace.text("id")]), ("grace_%25per", vec![])]
    {
        let found = shop.get(&format!("/api/v1/orders?filter[text]={text}")).await?.expect(200)?;
        let ids: Vec<&str> = found.data().as_array().ok_or("no list")?.iter().filter_map(|order| order["id"].as_str()).collect();
        assert_eq!(ids, expected, "{text}");
    }
    Ok(())
}

/// An operator behind the name of an option is no part of that name.
#[test_on_every_database]
async fn an_option_has_no_operators(shop: TestShop) -> TestResult {
    let reply = shop.get("/api/v1/products?filter[option.Size][gte]=1").await?;
    assert_eq!((reply.status, reply.error_code()), (400, "unknown_parameter"), "{reply:?}");
    Ok(())
}

//! What staff do with gift cards.

use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

/// The code is in no list and in no answer that is kept; who reads it is in the audit log.
#[test_on_every_database]
async fn a_code_is_said_to_whoever_asks_for_it_alone(shop: TestShop) -> TestResult {
    let card = Card::of(&shop, 1_000).await?;
    assert_eq!(card.code.len(), 19);
    let listed = shop.get(PATH).await?.expect(200)?;
    assert!(!String::from_utf8_lossy(&listed.bytes).contains(&card.code));
    assert_eq!(listed.text("0/code_end"), &card.code[15..]);
    let found = shop.get(&format!("{PATH}?filter[code_end]={}&filter[active]=true", card.code[15..].to_lowercase())).await?.expect(200)?;
    assert_eq!(found.text("0/id"), card.id);
    let kept: Option<i64> = platform::db::fetch_scalar(
        shop.context().db.reader(),
        "SELECT COUNT(*) FROM idempotency_keys WHERE CAST(answer_body AS TEXT) LIKE $1",
        platform::values![format!("%{}%", card.code)],
    )
    .await?;
    assert_eq!(kept, Some(0));
    shop.settle().await?;
    let log = shop.get("/api/v1/audit-log?filter[action]=gift_card.code_read").await?.expect(200)?;
    assert_eq!(log.data().as_array().map(Vec::len), Some(1));

    let told = shop.post(&format!("{PATH}/balance")).anonymous().json(json!({ "code": card.code })).await?.expect(200)?;
    assert_eq!((minor(&told.data()["spendable"])?, told.text("code_end")), (1_000, &card.code[15..]));
    let wrong = shop.post(&format!("{PATH}/balance")).anonymous().json(json!({ "code": "AAAA-BBBB-CCCC" })).await?;
    assert_eq!((wrong.status, wrong.error_code()), (422, "gift_card_unknown"));
    Ok(())
}

/// A card of another shop keeps its code, which nobody can say again; no two cards have one.
#[test_on_every_database]
async fn a_code_that_is_given_is_known_by_its_digest(shop: TestShop) -> TestResult {
    let body = json!({ "amount": usd(700), "reason": "other", "code": "Other-Shop-1", "note": "moved" });
    let made = shop.post(PATH).idempotency("1").json(body.clone()).await?.expect(201)?;
    assert_eq!((made.text("code_end"), made.text("note")), ("HOP1", "moved"));
    let refused = shop.post(&format!("{PATH}/{}/reveal", made.text("id"))).json(json!({})).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "gift_card_code_unknown"));
    let twin = shop.post(PATH).idempotency("2").json(body).await?;
    assert_eq!((twin.status, twin.error_code()), (409, "gift_card_code_taken"));
    assert_eq!(balance_of(&shop, "gift_cards").await?, -700);
    for bad in [
        json!({ "amount": usd(0), "reason": "other" }),
        json!({ "amount": usd(1), "reason": "because" }),
        json!({ "amount": usd(1), "reason": "other", "code": "short" }),
        json!({ "amount": usd(1), "reason": "other", "expires_at": "2026-03-02T09:30:00Z" }),
        json!({ "amount": usd(1), "reason": "other", "note": "x".repeat(501) }),
    ] {
        let refused = shop.post(PATH).idempotency("bad").json(bad.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{bad}");
    }
    Ok(())
}

#[test_on_every_database]
async fn a_card_is_changed_at_the_version_that_was_seen_and_put_right_once(shop: TestShop) -> TestResult {
    let card = Card::of(&shop, 1_000).await?;
    let path = format!("{PATH}/{}", card.id);
    let stale = shop.patch(&path).version(1).json(json!({ "active": false })).await?;
    assert_eq!((stale.status, stale.error_code()), (409, "version_conflict"));
    let changed = shop.patch(&path).version(2).json(json!({ "active": false, "note": "lost" })).await?.expect(200)?;
    assert_eq!(
        (changed.data()["active"].as_bool(), changed.text("note"), changed.data()["version"].as_i64()),
        (Some(false), "lost", Some(3))
    );
    let adjust = || shop.post(&format!("{path}/adjustments")).idempotency("k").json(json!({ "amount": usd(-400), "reason": "correction" }));
    let first = adjust().await?.expect(201)?;
    assert_eq!(adjust().await?.expect(201)?.bytes, first.bytes);
    assert_eq!(card.balance(&shop).await?, 600);
    let foreign = json!({ "amount": { "amount": 1, "currency": "EUR" }, "reason": "correction" });
    let refused = shop.post(&format!("{path}/adjustments")).idempotency("e").json(foreign).await?;
    assert_eq!((refused.status, refused.error_code()), (422, "currency_mismatch"));
    let unknown = format!("{PATH}/{}", kernel::StoredValueId::generate());
    assert_eq!(shop.get(&unknown).await?.error_code(), "stored_value_not_found");
    assert_eq!(balance_of(&shop, "gift_cards").await?, -600);
    Ok(())
}

//! Gift cards as goods.

use catalog::variants::VariantInput;
use payments::payments::Outcome;
use payments::stored_values::{self, GiftCardCode};
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;
use crate::mail::{content, mails_of};
use crate::refunds::give_back;
use crate::support::variant;

/// An order of so many gift cards of 50.00, and of a mug for 10.00.
async fn order(shop: &TestShop, cards: i64, method: &str) -> TestResult<Placed> {
    let sku = format!("CARD-{}", kernel::ProductId::generate());
    let input = VariantInput { kind: Some("gift_card".to_owned()), ..variant(&sku, 5_000) };
    let made = shop.product("Gift card").variant(input).create().await?;
    let card = made.variants.first().ok_or("no variant")?.variant.id.to_string();
    let mug = shop.mug(1_000, 9).await?;
    let cart = shop.cart(&[(&card, cards), (&mug.id, 1)]).await?;
    let placed = shop.pay(&cart, method, "once").await?.expect(201)?;
    Ok(Placed { mug, id: placed.text("id").to_owned() })
}

/// The gift cards that there are, the oldest first.
async fn cards(shop: &TestShop) -> TestResult<Vec<(String, i64)>> {
    let listed = shop.get(&format!("{PATH}?sort=created_at")).await?.expect(200)?;
    let card = |card: &Value| Ok((card["id"].as_str().unwrap_or_default().to_owned(), minor(&card["balance"])?));
    listed.data().as_array().into_iter().flatten().map(card).collect()
}

/// Cards are made once they are paid, one for each piece, and are what the shop owes; the order is done but for the mug.
#[test_on_every_database]
async fn what_is_paid_is_on_cards_and_is_owed(shop: TestShop) -> TestResult {
    let placed = order(&shop, 2, "manual").await?;
    shop.settle().await?;
    assert_eq!(cards(&shop).await?, [], "nobody has paid");
    placed.pay(&shop, 11_500).await?.expect(201)?;
    for _ in 0..2 {
        shop.settle().await?;
        assert_eq!(cards(&shop).await?.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), [5_000, 5_000]);
    }
    assert_eq!((balance_of(&shop, "gift_cards").await?, balance_of(&shop, "revenue").await?), (-10_000, -1_000));
    let order = placed.read(&shop).await?;
    let shipped: Vec<Option<i64>> = [0, 1].map(|place| order.data()["lines"][place]["quantity_fulfilled"].as_i64()).to_vec();
    assert_eq!((order.text("status"), shipped), ("confirmed", vec![Some(2), Some(0)]));
    assert_eq!(shop.events_of("order").await?.iter().filter(|name| *name == "order.gift_cards_made").count(), 1);

    // The letter brings the codes, and they pay.
    let letters = mails_of(&shop, "gift_cards").await?;
    let letter = content(&shop, letters.first().ok_or("no letter")?).await?;
    let ids = cards(&shop).await?;
    for (id, _) in &ids {
        let value = stored_values::find(shop.context().db.reader(), id.parse()?).await?.ok_or("no card")?;
        let code = stored_values::code_of(&shop.context().secrets, &value)?.reveal();
        assert!(letter.contains(&code), "{letter}");
        assert_eq!(GiftCardCode::parse(&code).map(|code| code.reveal()), Ok(code));
    }
    assert_eq!((letters.len(), mails_of(&shop, "shipping_notice").await?.len()), (1, 0), "a code is no parcel");
    Ok(())
}

/// A card is money: neither tax nor promotions touch it, and no other card pays for it.
#[test_on_every_database]
async fn a_card_is_neither_taxed_nor_cheaper_nor_bought_with_a_card(shop: TestShop) -> TestResult {
    shop.post("/api/v1/tax-rates").json(json!({ "name": "Sales tax", "country": "US", "rate_ppm": 100_000 })).await?.expect(201)?;
    let tenth = json!({ "name": "Tenth", "effect": { "kind": "percent_off", "rate_ppm": 100_000 } });
    shop.post("/api/v1/promotions").json(tenth).await?.expect(201)?;
    let sku = format!("CARD-{}", kernel::ProductId::generate());
    let input = VariantInput { kind: Some("gift_card".to_owned()), ..variant(&sku, 5_000) };
    let made = shop.product("Gift card").variant(input).create().await?;
    let (card, mug) = (made.variants.first().ok_or("no variant")?.variant.id.to_string(), shop.mug(1_000, 9).await?);
    let cart = shop.cart(&[(&card, 1), (&mug.id, 1)]).await?;
    let other = Card::of(&shop, 50_000).await?;
    let shown = pay_with(&shop, &cart, &other.code).await?.expect(200)?;
    let line = |place: usize, name: &str| minor(&shown.data()["lines"][place][name]);
    assert_eq!((line(0, "tax")?, line(0, "discount")?, line(0, "total")?), (0, 0, 5_000));
    assert_eq!((line(1, "tax")?, line(1, "discount")?), (90, 100));
    assert_eq!(due(&shown)?, 5_000, "the card pays for the mug and its parcel alone");
    Ok(())
}

/// Whoever has the money back has no card any more; of a card that is spent in part nothing is paid back.
#[test_on_every_database]
async fn a_card_goes_back_with_its_money(shop: TestShop) -> TestResult {
    let placed = order(&shop, 2, "test").await?;
    shop.settle().await?;
    let made = cards(&shop).await?;
    let adjust = json!({ "amount": usd(-1), "reason": "correction" });
    shop.post(&format!("{PATH}/{}/adjustments", made[0].0)).idempotency("less").json(adjust).await?.expect(201)?;
    let refused = give_back(&shop, &placed, json!({ "lines": [[2, false]] })).await?;
    let details = &refused.json["error"]["details"]["lines.0.quantity"];
    assert_eq!((refused.status, details), (422, &json!(["only 1 of its gift cards are unspent"])));
    give_back(&shop, &placed, json!({ "lines": [[1, false]] })).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(cards(&shop).await?.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), [4_999, 0]);
    assert_eq!(balance_of(&shop, "gift_cards").await?, -4_999);
    Ok(())
}

/// What is paid back before its cards are made never becomes cards.
#[test_on_every_database]
async fn pieces_that_are_paid_back_first_bring_no_card(shop: TestShop) -> TestResult {
    let placed = order(&shop, 3, "test").await?;
    give_back(&shop, &placed, json!({ "lines": [[1, true]] })).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(cards(&shop).await?.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), [5_000, 5_000]);
    Ok(())
}

/// Goods leave before the money comes, cards do not: staff cannot send them, and they are made when the carrier has brought the cash.
#[test_on_every_database]
async fn cards_leave_once_they_are_paid_and_never_by_hand(shop: TestShop) -> TestResult {
    let shop = shop.configured(|config| config.payments.methods = vec!["cash_on_delivery".to_owned()])?;
    let placed = order(&shop, 1, "cash_on_delivery").await?;
    let line = placed.read(&shop).await?.text("lines/0/id").to_owned();
    let refused = placed.fulfil(&shop, json!({ "lines": [{ "line_id": line, "quantity": 1 }] })).await?;
    assert_eq!((refused.status, refused.json["error"]["details"]["lines.0.line_id"].is_array()), (422, true));
    let sent = placed.fulfil(&shop, json!({})).await?.expect(201)?;
    let gone: Vec<Option<i64>> = [0, 1].map(|place| sent.data()["lines"][place]["quantity_fulfilled"].as_i64()).to_vec();
    assert_eq!((gone, sent.text("status")), (vec![Some(0), Some(1)], "confirmed"));
    placed.pay(&shop, 6_500).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!((placed.read(&shop).await?.text("status"), cards(&shop).await?.len()), ("completed", 1));
    Ok(())
}

/// The provider refuses to give the money back: the card is there again, and can be paid back another time.
#[test_on_every_database]
async fn a_refund_that_is_refused_leaves_the_card(shop: TestShop) -> TestResult {
    let placed = order(&shop, 2, "test").await?;
    shop.settle().await?;
    let left = async || -> TestResult<Vec<i64>> { Ok(cards(&shop).await?.iter().map(|(_, minor)| *minor).collect()) };
    shop.provider().will_answer(Outcome::Failed { code: "expired_card".to_owned() });
    give_back(&shop, &placed, json!({ "lines": [[1, false]] })).await?.expect(201)?;
    assert_eq!(left().await?, [0, 5_000]);
    shop.settle().await?;
    assert_eq!(left().await?, [5_000, 5_000]);
    give_back(&shop, &placed, json!({ "lines": [[2, false]] })).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!((left().await?, balance_of(&shop, "gift_cards").await?), (vec![0, 0], 0));
    Ok(())
}

/// The same before there was a card: it is made once the refund has failed.
#[test_on_every_database]
async fn a_refund_that_is_refused_before_there_are_cards_brings_them(shop: TestShop) -> TestResult {
    let placed = order(&shop, 1, "test").await?;
    shop.provider().will_answer(Outcome::Failed { code: "expired_card".to_owned() });
    give_back(&shop, &placed, json!({ "lines": [[1, false]] })).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(cards(&shop).await?.iter().map(|(_, minor)| *minor).collect::<Vec<_>>(), [5_000]);
    Ok(())
}

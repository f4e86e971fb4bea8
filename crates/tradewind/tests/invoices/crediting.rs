//! What goes back is taken back on paper: once, with its taxes, and never more than was invoiced.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{by_hand, documents, issue, seller, sums, taxes, three_mugs};
use crate::orders::place;
use crate::refunds::give_back;
use crate::support::{TestResult, TestShop};

fn usd(minor: i64) -> Value {
    json!({"amount": minor, "currency": "USD"})
}

/// Piece by piece, the shipping, and an amount in between: each has its credit note, and all of them come to the invoice, rate by rate.
#[test_on_every_database]
async fn what_goes_back_in_parts_comes_to_the_invoice(shop: TestShop) -> TestResult {
    seller(&shop).await?;
    taxes(&shop).await?;
    let placed = three_mugs(&shop).await?;
    shop.settle().await?;
    for (place, body) in [
        json!({"lines": [[1, false]], "reason": "defective"}),
        json!({"amount": usd(100), "reason": "goodwill"}),
        json!({"lines": [[1, false]]}),
        json!({"shipping": usd(541)}),
        json!({"lines": [[1, false]], "amount": usd(3_785 - 1_081 - 100 - 1_081 - 541)}),
    ]
    .into_iter()
    .enumerate()
    {
        give_back(&shop, &placed, body).await?.expect(201)?;
        shop.settle().await?;
        assert_eq!(documents(&shop, &placed.id).await?.len(), place + 2);
    }
    let all = documents(&shop, &placed.id).await?;
    let (invoice, notes) = all.split_first().ok_or("no documents")?;
    let first = &notes[0];
    assert_eq!((&first["kind"], &first["number"], &first["reason"]), (&json!("credit_note"), &json!("CN-2026-0001"), &json!("defective")));
    assert_eq!((&first["credited_invoice_id"], &first["lines"][0]["credited_position"]), (&invoice["id"], &json!(1)));
    assert_eq!((sums(first), &first["lines"][0]["quantity"]), ([999, 82, 1_081], &json!(1)));
    assert_eq!(first["buyer"], invoice["buyer"]);
    let goodwill = &notes[1];
    assert_eq!((sums(goodwill)[2], goodwill["lines"].as_array().map(Vec::len)), (100, Some(2)), "{goodwill:#}");
    let total = |of: fn(&Value) -> i64| notes.iter().map(of).sum::<i64>();
    assert_eq!([total(|note| sums(note)[0]), total(|note| sums(note)[1]), total(|note| sums(note)[2])], sums(invoice));
    for name in ["State tax", "City tax"] {
        let of = |document: &Value| -> i64 {
            let rates = document["taxes"].as_array().into_iter().flatten();
            rates.filter(|tax| tax["name"] == name).filter_map(|tax| tax["amount"]["amount"].as_i64()).sum()
        };
        assert_eq!(notes.iter().map(of).sum::<i64>(), of(invoice), "{name}");
    }
    let numbers: Vec<&str> = notes.iter().filter_map(|note| note["number"].as_str()).collect();
    assert_eq!(numbers, ["CN-2026-0001", "CN-2026-0002", "CN-2026-0003", "CN-2026-0004", "CN-2026-0005"]);
    assert_eq!(shop.events_of("credit_note").await?, ["credit_note.issued"; 5]);
    Ok(())
}

/// What a provider refuses is not taken back; what went back before the invoice is taken back after it.
#[test_on_every_database]
async fn a_credit_note_follows_money_that_went_back_and_no_other(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let placed = place(&shop, "test").await?;
    shop.provider().will_answer(payments::payments::Outcome::Failed { code: "expired_card".to_owned() });
    give_back(&shop, &placed, json!({"amount": usd(1_000)})).await?.expect(201)?;
    shop.settle().await?;
    give_back(&shop, &placed, json!({"lines": [[2, false]], "amount": usd(2_000)})).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(documents(&shop, &placed.id).await?.len(), 0, "without an invoice there is nothing to take back");
    issue(&shop, &placed.id).await?.expect(201)?;
    shop.settle().await?;
    let all = documents(&shop, &placed.id).await?;
    assert_eq!((all.len(), sums(&all[1])), (2, [2_000, 0, 2_000]), "less than the pieces cost was kept back");
    assert_eq!((all[1]["lines"].as_array().map(Vec::len), &all[1]["lines"][0]["quantity"]), (Some(1), &json!(2)));
    Ok(())
}

/// Two payments, one of which its provider does not give back: the refund is over in parts, and its credit note is of what went.
#[test_on_every_database]
async fn a_refund_that_failed_in_part_is_credited_in_part(shop: TestShop) -> TestResult {
    seller(&shop).await?;
    let placed = place(&shop, "manual").await?;
    placed.pay(&shop, 1_000).await?.expect(201)?;
    placed.pay(&shop, 2_000).await?.expect(201)?;
    shop.settle().await?;
    let refund = give_back(&shop, &placed, json!({"amount": usd(2_500)})).await?.expect(201)?;
    // Neither went back yet: the first part is refused behind the shop's back, as a provider would.
    let operation: kernel::OperationId = refund.text("parts/1/operation_id").parse()?;
    let refused = payments::payments::Outcome::Failed { code: "closed".to_owned() };
    sales::settlement::settle(shop.sales(), &shop.origin(), operation, &refused).await?;
    shop.settle().await?;
    let status = shop.get(&format!("/api/v1/refunds/{}", refund.text("id"))).await?.expect(200)?;
    let all = documents(&shop, &placed.id).await?;
    assert_eq!((status.text("status"), all.len()), ("part_failed", 2));
    let kept: i64 = status.data()["parts"]
        .as_array()
        .ok_or("parts")?
        .iter()
        .filter(|part| part["status"] == "succeeded")
        .filter_map(|part| part["amount"]["amount"].as_i64())
        .sum();
    assert_eq!(sums(&all[1])[2], kept);
    Ok(())
}

/// An order that was invoiced before it was paid, and is called off: all of it is taken back, and nothing was paid back.
#[test_on_every_database]
async fn what_is_called_off_is_taken_back_whole(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    taxes(&shop).await?;
    shop.provider().will_hold();
    let placed = three_mugs(&shop).await?;
    let invoice = issue(&shop, &placed.id).await?.expect(201)?;
    assert_eq!((&invoice.data()["paid"]["amount"], &invoice.data()["due"]["amount"]), (&json!(0), &json!(3_785)));
    let payment = placed.read(&shop).await?.text("payments/0/id").to_owned();
    shop.post(&format!("/api/v1/payments/{payment}/void")).idempotency("void").json(json!({})).await?.expect(200)?;
    shop.settle().await?;
    placed.cancel(&shop).await?.expect(200)?;
    shop.settle().await?;
    let all = documents(&shop, &placed.id).await?;
    assert_eq!((all.len(), sums(&all[1]), &all[1]["paid"]["amount"]), (2, sums(invoice.data()), &json!(0)));
    assert_eq!((&all[1]["refund_id"], &all[1]["reason"]), (&Value::Null, &Value::Null));
    assert_eq!(all[1]["taxes"], all[0]["taxes"]);
    Ok(())
}

/// What goes back onto a gift card does so at once: each time it is credited, and so is what is called off, as paid back onto the card.
#[test_on_every_database]
async fn what_goes_back_onto_a_gift_card_is_credited_each_time(shop: TestShop) -> TestResult {
    seller(&shop).await?;
    let placed = crate::gift_cards::order_by_card(&shop, 3_000).await?;
    shop.settle().await?;
    for minor in [500, 300] {
        let amount = json!({ "amount": { "amount": minor, "currency": "USD" } });
        give_back(&shop, &placed, amount).await?.expect(201)?;
        shop.settle().await?;
    }
    placed.cancel(&shop).await?.expect(200)?;
    shop.settle().await?;
    let told: Vec<(i64, i64, String)> = documents(&shop, &placed.id)
        .await?
        .iter()
        .map(|of| {
            let minor = |name: &str| of[name]["amount"].as_i64().unwrap_or(-1);
            (minor("gross"), minor("paid"), of["payment_method"].as_str().unwrap_or_default().to_owned())
        })
        .collect();
    let by_card = |gross, paid| (gross, paid, "gift_card".to_owned());
    assert_eq!(told, [by_card(3_000, 3_000), by_card(500, 500), by_card(300, 300), by_card(2_200, 2_200)]);
    Ok(())
}

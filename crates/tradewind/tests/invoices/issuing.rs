//! Each order gets one invoice, when the shop wants it, with what the order says.

use serde_json::json;
use test_macro::test_on_every_database;

use super::{by_hand, documents, issue, seller, set, sums, taxes, three_mugs};
use crate::orders::place;
use crate::support::{TestResult, TestShop};

#[test_on_every_database]
async fn a_paid_order_gets_one_invoice_with_what_it_says(shop: TestShop) -> TestResult {
    seller(&shop).await?;
    set(&shop, "note", json!("Thank you.\nGoods stay ours until they are paid.")).await?;
    taxes(&shop).await?;
    let placed = three_mugs(&shop).await?;
    shop.settle().await?;
    let documents = documents(&shop, &placed.id).await?;
    let [invoice] = documents.as_slice() else { return Err(format!("{documents:#?}").into()) };
    let order = placed.read(&shop).await?;
    assert_eq!(
        (&invoice["kind"], &invoice["number"], &invoice["issued_on"]),
        (&json!("invoice"), &json!("INV-2026-0001"), &json!("2026-03-02"))
    );
    assert_eq!((&invoice["order_number"], &invoice["created_by"]), (&order.data()["number"], &json!("system")));
    assert_eq!(
        (&invoice["seller"]["vat_id"], &invoice["seller"]["address"]["company"]),
        (&json!("DE136695976"), &json!("Mugs & More GmbH"))
    );
    assert_eq!(invoice["buyer"]["address"]["name"], "Ada Lovelace");
    let line = &invoice["lines"][0];
    assert_eq!((&line["title"], &line["quantity"], &line["unit_price"]["amount"]), (&json!("Mug"), &json!(3), &json!(999)));
    assert_eq!((sums(line), invoice["lines"][1]["kind"].as_str()), ([2_997, 247, 3_244], Some("shipping")));
    assert_eq!((sums(&invoice["lines"][1]), sums(invoice)), ([500, 41, 541], [3_497, 288, 3_785]));
    assert_eq!(order.data()["totals"]["total"]["amount"], 3_785);
    let rates: Vec<_> = invoice["taxes"]
        .as_array()
        .ok_or("taxes")?
        .iter()
        .map(|tax| (tax["name"].as_str(), tax["base"]["amount"].as_i64(), tax["amount"]["amount"].as_i64()))
        .collect();
    assert_eq!(rates, [(Some("State tax"), Some(3_497), Some(218)), (Some("City tax"), Some(3_497), Some(70))]);
    assert_eq!(
        (&invoice["paid"]["amount"], &invoice["due"]["amount"], &invoice["note"]),
        (&json!(3_785), &json!(0), &json!("Thank you.\nGoods stay ours until they are paid."))
    );

    assert_eq!(shop.events_of("invoice").await?, ["invoice.issued"]);
    let told = shop.get(&format!("/api/v1/orders/{}/timeline", placed.id)).await?.expect(200)?;
    assert!(told.data().as_array().is_some_and(|entries| entries.iter().any(|entry| entry["kind"] == "invoice.issued")), "{}", told.json);
    Ok(())
}

/// The job that follows the payment and two members of staff, all at once: one invoice, and whoever comes late is told which.
#[test_on_every_database]
async fn an_order_is_invoiced_once_however_many_ask(shop: TestShop) -> TestResult {
    seller(&shop).await?;
    let placed = three_mugs(&shop).await?;
    let (settled, first, second) = tokio::join!(shop.settle(), issue(&shop, &placed.id), issue(&shop, &placed.id));
    settled?;
    let issued = documents(&shop, &placed.id).await?;
    assert_eq!(issued.len(), 1);
    let answers = [first?, second?];
    assert!(answers.iter().filter(|answer| answer.status == 201).count() <= 1);
    for late in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((late.status, late.error_code()), (409, "invoice_exists"));
        assert_eq!(late.json["error"]["details"]["invoice_id"], json!([issued[0]["id"]]));
    }
    shop.settle().await?;
    assert_eq!(documents(&shop, &placed.id).await?, issued);

    let other = place(&shop, "test").await?;
    let path = format!("/api/v1/orders/{}/invoices", other.id);
    let ask = || shop.post(&path).idempotency("once").json(json!({}));
    let made = ask().await?.expect(201)?;
    assert_eq!((ask().await?.expect(201)?.bytes, made.text("number")), (made.bytes.clone(), "INV-2026-0002"));
    let audited = shop.get("/api/v1/audit-log?filter[action]=invoice.issued").await?.expect(200)?;
    let by_hand = audited.data().as_array().ok_or("no list")?.iter().filter(|entry| entry["subject"] == made.text("id")).count();
    assert_eq!(by_hand, 1);
    Ok(())
}

#[test_on_every_database]
async fn what_is_not_sold_or_has_no_seller_is_not_invoiced(shop: TestShop) -> TestResult {
    let paid = place(&shop, "test").await?;
    shop.settle().await?;
    let refused = issue(&shop, &paid.id).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "invoice_seller_missing"));
    seller(&shop).await?;
    shop.settle().await?;
    assert_eq!(documents(&shop, &paid.id).await?.len(), 0, "what was sold before is invoiced by hand");

    let pending = place(&shop, "manual").await?;
    let refused = issue(&shop, &pending.id).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "order_not_invoiceable"));
    pending.cancel(&shop).await?.expect(200)?;
    assert_eq!(issue(&shop, &pending.id).await?.error_code(), "order_not_invoiceable");
    let nowhere = issue(&shop, &kernel::OrderId::generate().to_string()).await?;
    assert_eq!((nowhere.status, nowhere.error_code()), (404, "order_not_found"));
    assert_eq!(issue(&shop, &paid.id).await?.expect(201)?.text("number"), "INV-2026-0001", "refusals take no number");
    Ok(())
}

#[test_on_every_database]
async fn an_invoice_waits_for_what_the_shop_says(shop: TestShop) -> TestResult {
    set(&shop, "issue", json!("on_fulfilment")).await?;
    seller(&shop).await?;
    let placed = place(&shop, "test").await?;
    shop.settle().await?;
    assert_eq!(documents(&shop, &placed.id).await?.len(), 0);
    shop.advance(chrono::TimeDelta::days(2));
    placed.fulfil(&shop, json!({})).await?.expect(201)?;
    shop.settle().await?;
    let sent = documents(&shop, &placed.id).await?;
    assert_eq!((sent.len(), &sent[0]["supplied_on"]), (1, &json!("2026-03-04")));

    let now = json!({"value": "by_hand", "version": 1});
    shop.put("/api/v1/settings/invoices.issue").json(now).await?.expect(200)?;
    let other = place(&shop, "test").await?;
    other.fulfil(&shop, json!({})).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(documents(&shop, &other.id).await?.len(), 0);
    Ok(())
}

/// What is stored stays: neither a change of the seller nor one of the product shows in what was issued.
#[test_on_every_database]
async fn what_was_issued_never_changes(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let placed = place(&shop, "test").await?;
    let issued = issue(&shop, &placed.id).await?.expect(201)?;
    let moved = json!({"address": {"name": "Others", "line1": "Elsewhere 2", "city": "Wien", "postal_code": "1010", "country": "AT"}});
    shop.put("/api/v1/settings/invoices.seller").json(json!({"value": moved, "version": 1})).await?.expect(200)?;
    let product = format!("/api/v1/products/{}", placed.mug.product_id);
    let version = shop.get(&product).await?.data()["version"].as_i64().ok_or("a version")?;
    shop.patch(&product).json(json!({"title": "Cup", "version": version})).await?.expect(200)?;
    assert_eq!(&documents(&shop, &placed.id).await?[0], issued.data());
    for change in
        ["DELETE FROM invoices", "UPDATE invoices SET gross_minor = 0", "DELETE FROM invoice_lines", "UPDATE invoice_lines SET title = ''"]
    {
        let tx = shop.context().begin(&shop.origin()).await?;
        assert!(platform::db::execute(&tx, change, vec![]).await.is_err(), "{change}");
        tx.rollback().await?;
    }
    shop.settle().await?;
    Ok(())
}

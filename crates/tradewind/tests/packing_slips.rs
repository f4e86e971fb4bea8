//! Packing slips (`/api/v1/orders/{id}/packing-slip.html` and `.pdf`): what goes into a parcel, without prices.

use serde_json::json;
use test_macro::test_on_every_database;

use crate::invoices::paper::pages;
use crate::orders::Placed;
use crate::support::{Reply, TestResult, TestShop, address, make_key};

async fn page(shop: &TestShop, order: &str, query: &str) -> TestResult<Reply> {
    shop.get(&format!("/api/v1/orders/{order}/packing-slip.html{query}")).await
}

/// A paid order of five mugs for 12.34 each and of something that needs no parcel.
async fn paid(shop: &TestShop) -> TestResult<Placed> {
    let (mug, gift) = (shop.mug(1_234, 9).await?, shop.gift(3).await?);
    let cart = shop.cart(&[(&mug.id, 5), (&gift.id, 1)]).await?;
    let mut place = address();
    place["company"] = json!("<Mills> & Co");
    shop.edit(&cart, json!({ "shipping_address": place })).await?.expect(200)?;
    let id = shop.pay(&cart, "test", "once").await?.expect(201)?.text("id").to_owned();
    shop.settle().await?;
    Ok(Placed { mug, id })
}

/// What is left to be sent is on the slip, what was sent is on the slip of its parcel, and no price is on either.
#[test_on_every_database]
async fn a_slip_says_what_goes_into_a_parcel(shop: TestShop) -> TestResult {
    let order = paid(&shop).await?;
    let line = order.read(&shop).await?.text("lines/0/id").to_owned();
    let number = order.read(&shop).await?.data()["number"].to_string();
    let whole = page(&shop, &order.id, "").await?.expect(200)?;
    assert_eq!(whole.header("content-type"), "text/html; charset=utf-8");
    assert!(whole.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
    let text = String::from_utf8(whole.bytes)?;
    for expected in ["Packing slip", &number, "&lt;Mills&gt; &amp; Co", "12 Analytical Row", "MUG-", "<td>5</td>"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for price in ["12.34", "61.70", "USD", "$", "GIFT-", "totals"] {
        let body = &text[text.find("<body>").ok_or("a body")?..];
        assert!(!body.contains(price), "{price}: {body}");
    }

    let parcel = json!({ "lines": [{ "line_id": line, "quantity": 2 }], "carrier": "Pigeon", "tracking_number": "P-7" });
    let sent = order.fulfil(&shop, parcel).await?.expect(201)?;
    let parcel = sent.text("fulfilments/0/id").to_owned();
    assert!(String::from_utf8(page(&shop, &order.id, "").await?.expect(200)?.bytes)?.contains("<td>3</td>"));
    let of_parcel = String::from_utf8(page(&shop, &number, &format!("?fulfilment_id={parcel}")).await?.expect(200)?.bytes)?;
    for expected in ["<td>2</td>", "Pigeon", "P-7"] {
        assert!(of_parcel.contains(expected), "{expected}: {of_parcel}");
    }

    order.fulfil(&shop, json!({})).await?.expect(201)?;
    let over = page(&shop, &order.id, "").await?;
    assert_eq!((over.status, over.error_code()), (409, "nothing_to_fulfil"));
    page(&shop, &order.id, &format!("?fulfilment_id={parcel}")).await?.expect(200)?;
    Ok(())
}

/// The paper says what the page says, in the language of the channel and from whoever sells.
#[test_on_every_database]
async fn the_paper_is_in_the_language_of_the_channel(shop: TestShop) -> TestResult {
    crate::invoices::seller(&shop).await?;
    let channel = shop.get("/api/v1/channels/default").await?.expect(200)?;
    let german = json!({ "locale": "de-DE", "version": channel.data()["version"] });
    shop.patch(&format!("/api/v1/channels/{}", channel.text("id"))).json(german).await?.expect(200)?;
    let order = paid(&shop).await?;
    let number = order.read(&shop).await?.data()["number"].to_string();
    let file = shop.get(&format!("/api/v1/orders/{}/packing-slip.pdf", order.id)).await?.expect(200)?;
    let named = format!("inline; filename=\"packing-slip-{number}.pdf\"");
    assert_eq!((file.header("content-type"), file.header("content-disposition")), ("application/pdf", named.as_str()));
    let pages = pages(&file.bytes)?;
    assert_eq!(pages.len(), 1);
    for text in ["Lieferschein", &number, "Mugs & More GmbH", "Lieferung an", "<Mills> & Co", "02.03.2026", "Menge", "5", "Seite 1 von 1"] {
        assert!(pages[0].iter().any(|shown| shown == text), "{text}: {:?}", pages[0]);
    }
    assert!(!pages[0].iter().any(|shown| shown.contains("12,34") || shown.contains('$')), "{:?}", pages[0]);
    Ok(())
}

#[test_on_every_database]
async fn a_slip_is_for_staff_and_of_the_orders_own_parcels(shop: TestShop) -> TestResult {
    let (order, other) = (paid(&shop).await?, crate::orders::place(&shop, "test").await?);
    let parcel = other.fulfil(&shop, json!({})).await?.expect(201)?.text("fulfilments/0/id").to_owned();
    for query in [format!("?fulfilment_id={parcel}"), "?fulfilment_id=x".to_owned(), "?fulfilment_id=".to_owned()] {
        let reply = page(&shop, &order.id, &query).await?;
        assert_eq!((reply.status, reply.error_code()), (404, "fulfilment_not_found"), "{query}");
    }
    assert_eq!(page(&shop, "order_01h455vb4pex5vsknk084sn02q", "").await?.error_code(), "order_not_found");
    assert_eq!(page(&shop, &order.id, "?colour=red").await?.error_code(), "unknown_parameter");
    let path = format!("/api/v1/orders/{}/packing-slip.pdf", order.id);
    let writer = make_key(&shop, &["orders:write"]).await?;
    assert_eq!(shop.get(&path).key(&writer).await?.error_code(), "forbidden");
    assert_eq!(shop.get(&path).anonymous().await?.error_code(), "unauthenticated");
    Ok(())
}

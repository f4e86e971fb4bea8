//! Who may read documents, as pages that nobody else writes into, and for how long they name their buyer.

use chrono::TimeDelta;
use kernel::{Email, InvoiceId, Origin, UserId};
use platform::privacy;
use sales::invoices::{InvoiceDetails, InvoiceLine};
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use super::{by_hand, documents, issue, seller};
use crate::me::somebody;
use crate::orders::{Placed, place};
use crate::support::{TestResult, TestShop, make_key, traces_of};

#[test_on_every_database]
async fn whoever_may_read_the_order_may_read_its_invoice(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let mug = shop.mug(1_250, 5).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let placed = Placed { id: shop.pay(&cart, "test", "once").await?.expect(201)?.text("id").to_owned(), mug };
    let ((owner, mine), (_, other)) = (somebody(&shop).await?, somebody(&shop).await?);
    claim(&shop, owner).await?;
    let invoice = issue(&shop, &placed.id).await?.expect(201)?.text("id").to_owned();
    let (reader, blind) = (make_key(&shop, &["invoices:read"]).await?, make_key(&shop, &["orders:read"]).await?);
    let stranger = shop.empty_cart().await?.token;
    for end in ["", ".html", ".pdf"] {
        let (path, own) = (format!("/api/v1/invoices/{invoice}{end}"), format!("/api/v1/me/invoices/{invoice}{end}"));
        shop.get(&path).key(&reader).await?.expect(200)?;
        shop.get(&path).cart(&cart.token).await?.expect(200)?;
        shop.get(&own).key(&mine).await?.expect(200)?;
        for (refused, status, code) in [
            (shop.get(&path).anonymous().await?, 401, "unauthenticated"),
            (shop.get(&path).key(&blind).await?, 403, "forbidden"),
            (shop.get(&path).cart(&stranger).await?, 404, "invoice_not_found"),
            (shop.get(&own).key(&other).await?, 404, "invoice_not_found"),
            (shop.get(&format!("/api/v1/invoices/{}{end}", InvoiceId::generate())).await?, 404, "invoice_not_found"),
        ] {
            assert_eq!((refused.status, refused.error_code()), (status, code), "{path}");
        }
    }
    let lists = [format!("/api/v1/orders/{}/invoices", placed.id), format!("/api/v1/me/orders/{}/invoices", placed.id)];
    assert_eq!(shop.get(&lists[0]).cart(&cart.token).await?.expect(200)?.text("0/id"), invoice);
    assert_eq!(shop.get(&lists[1]).key(&mine).await?.expect(200)?.text("0/id"), invoice);
    assert_eq!(shop.get(&lists[0]).cart(&stranger).await?.error_code(), "order_not_found");
    assert_eq!(shop.get(&lists[1]).key(&other).await?.error_code(), "order_not_found");
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn documents_are_found_by_what_they_are(shop: TestShop) -> TestResult {
    seller(&shop).await?;
    let (first, second) = (place(&shop, "test").await?, place(&shop, "test").await?);
    shop.settle().await?;
    shop.advance(TimeDelta::days(1));
    crate::refunds::give_back(&shop, &first, json!({"lines": [[1, false]]})).await?.expect(201)?;
    shop.settle().await?;
    let found = async |query: &str| {
        let listed = shop.get(&format!("/api/v1/invoices?{query}")).await?.expect(200)?;
        let numbers = listed.data().as_array().into_iter().flatten().filter_map(|document| document["number"].as_str());
        TestResult::Ok(numbers.map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(found("").await?, ["CN-2026-0001", "INV-2026-0002", "INV-2026-0001"]);
    assert_eq!(found("sort=created_at&filter[kind]=invoice").await?, ["INV-2026-0001", "INV-2026-0002"]);
    assert_eq!(found(&format!("filter[order]={}", second.id)).await?.len(), 1);
    assert_eq!(found("filter[number]=CN-2026-0001").await?, ["CN-2026-0001"]);
    assert_eq!(found("filter[issued_since]=2026-03-03T00:00:00Z").await?, ["CN-2026-0001"]);
    assert_eq!(found("filter[issued_until]=2026-03-03T00:00:00Z").await?.len(), 2);
    assert_eq!(shop.get("/api/v1/invoices?filter[kind]=receipt").await?.error_code(), "invalid_query");
    Ok(())
}

/// Gives the orders that were placed under the address of tests to an account.
async fn claim(shop: &TestShop, by: UserId) -> TestResult {
    sales::orders::claim(shop.context(), &Origin::system(), by, &Email::parse("ada@example.com")?).await?;
    Ok(())
}

/// What breaks out of text, attributes, styles, scripts, comments and titles, each in the forms in which it is tried.
fn payloads() -> Vec<String> {
    let scripts = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<iframe src=javascript:alert(1)>",
        "<body onload=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<math><mi xlink:href=\"data:x,<script>alert(1)</script>\">",
        "<style>@import 'http://x'</style>",
        "<meta http-equiv=refresh content=0>",
        "<base href=//x>",
        "<object data=x>",
        "<embed src=x>",
        "<form action=//x><input autofocus>",
        "<details open ontoggle=alert(1)>",
        "<video><source onerror=alert(1)>",
        "<link rel=stylesheet href=//x>",
        "<marquee onstart=alert(1)>",
        "<template><script>1</script>",
        "{{ 1337 * 1337 }}",
        "{% for x in y %}",
    ];
    let frames = [
        ("", ""),
        ("\"", "\""),
        ("'", "'"),
        ("\">", "<\""),
        ("'>", "<'"),
        ("-->", "<!--"),
        ("</title>", ""),
        ("</style>", "<style>"),
        ("]]>", "<![CDATA["),
        ("`", "${1}"),
    ];
    scripts.iter().flat_map(|script| frames.iter().map(move |(before, behind)| format!("{before}{script}{behind}"))).collect()
}

async fn details_of(shop: &TestShop, placed: &Placed) -> TestResult<InvoiceDetails> {
    let id: InvoiceId = documents(shop, &placed.id).await?[0]["id"].as_str().ok_or("an id")?.parse()?;
    let db = shop.context().db.reader();
    let invoice = sales::invoices::find(db, id).await?.ok_or("an invoice")?;
    Ok(sales::invoices::details(db, invoice).await?)
}

/// Two hundred attacks in titles, SKUs and notes: the page has as many tags as one without, and its policy lets nothing but its style in.
#[test_on_every_database]
async fn whatever_somebody_wrote_is_text_on_the_page(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let placed = place(&shop, "test").await?;
    issue(&shop, &placed.id).await?.expect(201)?;
    shop.settle().await?;
    let mut details = details_of(&shop, &placed).await?;
    let plain = details.lines.first().cloned().ok_or("a line")?;
    let payloads = payloads();
    assert_eq!(payloads.len(), 200);
    let with = |text: &str| InvoiceLine { title: text.to_owned(), detail: text.to_owned(), sku: Some(text.to_owned()), ..plain.clone() };
    let tags = |details: &InvoiceDetails| -> TestResult<(usize, String)> {
        let text = sales::invoices::html(details)?.text;
        Ok((text.matches('<').count(), text))
    };
    details.lines = payloads.iter().map(|_| with("Mug")).collect();
    details.invoice.note = Some("Thanks".to_owned());
    let (harmless, _) = tags(&details)?;
    details.lines = payloads.iter().map(|payload| with(payload)).collect();
    details.invoice.note = payloads.first().cloned();
    let (attacked, text) = tags(&details)?;
    assert_eq!(attacked, harmless);
    assert!(!text.contains("1787569") && text.contains("&lt;script&gt;alert(1)"));

    let page =
        shop.get(&format!("/api/v1/invoices/{}.html", details.invoice.id)).header("accept", "text/html,*/*;q=0.8").await?.expect(200)?;
    assert_eq!((page.header("content-type"), page.header("x-content-type-options")), ("text/html; charset=utf-8", "nosniff"));
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe") && !policy.contains("script-src"),
        "{policy}"
    );
    Ok(())
}

/// The name stays for the years that the law asks for, and goes by itself then: of whoever was forgotten, and of nobody else.
#[test_on_every_database]
async fn a_buyer_who_was_erased_is_forgotten_when_the_years_are_over(shop: TestShop) -> TestResult {
    seller(&shop).await?;
    let erased = place(&shop, "test").await?;
    erased.fulfil(&shop, json!({})).await?.expect(201)?;
    let ada = shop.user().await?;
    claim(&shop, ada).await?;
    let kept = place(&shop, "test").await?;
    shop.settle().await?;
    let archive = wiring::personal_places();
    let told = archive.iter().find(|place| place.name() == "invoices").ok_or("no place")?.export(shop.context().db.reader(), ada).await?;
    assert_eq!((told.as_array().map(Vec::len), &told[0]["buyer"]["address"]["name"]), (Some(1), &json!("Ada Lovelace")));
    let tx = shop.context().begin(&shop.origin()).await?;
    privacy::erase_in(&tx, &archive, ada).await?;
    tx.commit().await?;
    let buyer = async |placed: &Placed| TestResult::Ok(documents(&shop, &placed.id).await?[0]["buyer"].clone());
    assert_eq!(buyer(&erased).await?["address"]["name"], "Ada Lovelace");

    shop.advance(TimeDelta::days(365 * 10));
    shop.sweep(sales::invoices::SWEEP).await?;
    assert_eq!(buyer(&erased).await?["address"]["name"], "Ada Lovelace", "the tenth year is not over");
    shop.advance(TimeDelta::days(365));
    shop.sweep(sales::invoices::SWEEP).await?;
    assert_eq!((buyer(&erased).await?, buyer(&kept).await?["address"]["name"].as_str()), (Value::Null, Some("Ada Lovelace")));
    assert!(traces_of(&shop, &["Ada Lovelace"]).await?.contains(&"invoice_buyers.buyer".to_owned()), "the other stays");
    let page = documents(&shop, &erased.id).await?;
    shop.get(page[0]["pdf_url"].as_str().ok_or("a paper")?).await?.expect(200)?;
    Ok(())
}

//! Listing and reading products.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{address, body, create, usd};
use crate::support::{Reply, TestResult, TestShop};

fn titles(reply: &Reply) -> Vec<&str> {
    reply.data().as_array().into_iter().flatten().filter_map(|product| product["title"].as_str()).collect()
}

/// Strangers see what is for sale, and of it neither costs nor numbers nor what programs keep there.
#[test_on_every_database]
async fn strangers_see_no_drafts_no_costs_and_no_quantities(shop: TestShop) -> TestResult {
    let mut mug = body("Mug", "MUG", 1000);
    mug["metadata"] = json!({"supplier": "Secret Ltd", "downloads": ["https://files.test/secret"]});
    mug["external_refs"] = json!([{"source": "secret", "id": "1"}]);
    mug["variants"][0]["cost"] = usd(123);
    mug["variants"][0]["metadata"] = json!({"supplier": "Secret Ltd"});
    mug["variants"][0]["backorder_limit"] = json!(77);
    let made = create(&shop, mug).await?;
    let draft = create(&shop, json!({"title": "Draft"})).await?;
    let mut old = body("Old", "OLD", 500);
    old["status"] = json!("archived");
    create(&shop, old).await?;

    for query in ["", "?filter[status]=draft,archived,active", "?include=variants,media,categories"] {
        let list = shop.get(&format!("/api/v1/products{query}")).anonymous().await?.expect(200)?;
        assert_eq!((titles(&list), list.json["meta"]["total"].as_i64()), (vec!["Mug"], Some(1)), "{query}");
        let text = String::from_utf8(list.bytes)?;
        assert!(!text.contains("ecret") && !text.contains("cost") && !text.contains(":123"), "{text}");
    }
    assert!(titles(&shop.get("/api/v1/products?filter[status]=draft").anonymous().await?.expect(200)?).is_empty());
    let hidden = shop.get(&address(&draft)).anonymous().await?;
    assert_eq!((hidden.status, hidden.error_code()), (404, "product_not_found"));
    assert_eq!(shop.get("/api/v1/products/No%20slug!").anonymous().await?.error_code(), "product_not_found");

    let seen = shop.get(&address(&made)).anonymous().await?.expect(200)?;
    let text = String::from_utf8(seen.bytes.clone())?;
    for secret in ["ecret", "cost", ":77", "backorder_limit", "threshold", "metadata", "tracked", "on_hand", "reserved"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(seen.text("availability"), "backorder");

    let staff = shop.get("/api/v1/products?filter[status]=draft,archived&sort=title").await?.expect(200)?;
    assert_eq!(titles(&staff), ["Draft", "Old"]);
    Ok(())
}

/// What strangers read may be stored by everybody for a minute, what staff read by nobody else; a copy is not sent again.
#[test_on_every_database]
async fn an_unchanged_answer_is_not_sent_again(shop: TestShop) -> TestResult {
    let made = create(&shop, body("Mug", "MUG", 1000)).await?;
    for path in ["/api/v1/products".to_owned(), address(&made)] {
        let first = shop.get(&path).anonymous().await?.expect(200)?;
        assert_eq!(first.header("cache-control"), "public, max-age=60", "{path}");
        let again = shop.get(&path).anonymous().header("If-None-Match", first.header("etag")).await?.expect(304)?;
        assert_eq!((again.bytes.len(), again.header("etag")), (0, first.header("etag")), "{path}");
        assert_eq!(shop.get(&path).await?.expect(200)?.header("cache-control"), "private, no-cache", "{path}");
    }
    let before = shop.get(&address(&made)).anonymous().await?.header("etag").to_owned();
    shop.patch(&address(&made)).version(1).json(json!({"title": "Cup"})).await?.expect(200)?;
    let after = shop.get(&address(&made)).anonymous().header("If-None-Match", &before).await?.expect(200)?;
    assert!(after.header("etag").starts_with("\"2-"), "{}", after.header("etag"));
    Ok(())
}

/// Every filter narrows the list to what it names.
#[test_on_every_database]
async fn every_filter_finds_what_it_names(shop: TestShop) -> TestResult {
    let mut mug = body("Mug", "MUG", 1000);
    (mug["brand"], mug["tags"]) = (json!("Acme"), json!(["Gift", "Clay"]));
    mug["variants"][0]["tracked"] = json!(false);
    create(&shop, mug).await?;
    let mut shirt = body("Shirt", "SHIRT", 2000);
    shirt["options"] = json!([{"name": "Color", "values": ["Red", "Blue"]}]);
    shirt["variants"] = json!([{"options": {"Color": "Red"}, "price": usd(2000)}, {"options": {"Color": "Blue"}, "price": usd(2500)}]);
    create(&shop, shirt).await?;
    create(&shop, json!({"title": "Idea", "brand": "Other"})).await?;
    let later = (shop.now() + chrono::TimeDelta::seconds(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let later = format!("filter[updated_since]={later}");

    let cases = [
        ("filter[brand]=acme", &["Mug"][..]),
        ("filter[brand]=Other,ACME", &["Idea", "Mug"]),
        ("filter[tag]=clay", &["Mug"]),
        ("filter[status]=draft", &["Idea"]),
        ("filter[in_stock]=true", &["Mug"]),
        ("filter[in_stock]=false", &["Idea", "Shirt"]),
        ("filter[option.color]=blue,green", &["Shirt"]),
        ("filter[price][gte]=1000&filter[price][lt]=2000", &["Mug"]),
        ("filter[price][gt]=1000", &["Shirt"]),
        ("filter[price][lte]=999", &[]),
        ("filter[category]=nowhere", &[]),
        ("filter[category]=No%20Slug", &[]),
        (later.as_str(), &[]),
        ("filter[updated_since]=2020-01-01T00:00:00Z&filter[brand]=Acme", &["Mug"]),
    ];
    for (query, expected) in cases {
        let list = shop.get(&format!("/api/v1/products?sort=title&{query}")).await?.expect(200)?;
        assert_eq!(titles(&list), expected, "{query}");
    }
    for (query, code) in [
        ("filter[price]=5", "unknown_parameter"),
        ("filter[colour]=red", "unknown_parameter"),
        ("filter[status]=sold", "invalid_query"),
        ("filter[price][gte]=cheap", "invalid_query"),
        ("sort=cost", "invalid_query"),
        ("sort=title,price", "invalid_query"),
        ("per_page=101", "invalid_query"),
        ("dry_run=true", "unknown_parameter"),
    ] {
        let refused = shop.get(&format!("/api/v1/products?{query}")).await?;
        assert_eq!((refused.status, refused.error_code()), (400, code), "{query}");
    }
    for (query, parameter) in [("include=stock", "include"), ("fields=cost", "fields")] {
        let refused = shop.get(&format!("/api/v1/products?{query}")).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{query}");
        assert!(refused.json["error"]["details"].get(parameter).is_some(), "{query}");
    }
    Ok(())
}

/// Pages by number and by cursor meet each product once, in every order.
#[test_on_every_database]
async fn pages_and_cursors_meet_each_product_once(shop: TestShop) -> TestResult {
    for (title, price) in [("D", 400), ("A", 300), ("C", 100), ("B", 200), ("E", 300)] {
        create(&shop, body(title, title, price)).await?;
        shop.advance(chrono::TimeDelta::seconds(1));
    }
    for (sort, order) in
        [("title", "ABCDE"), ("-title", "EDCBA"), ("created_at", "DACBE"), ("-created_at", "EBCAD"), ("-updated_at", "EBCAD")]
    {
        let (mut next, mut pages) = (Some(format!("/api/v1/products?sort={sort}&per_page=2")), Vec::new());
        while let Some(path) = next {
            let page = shop.get(&path).anonymous().await?.expect(200)?;
            pages.push(titles(&page).concat());
            assert_eq!((page.json["meta"]["total"].as_i64(), page.json["meta"]["per_page"].as_i64()), (Some(5), Some(2)));
            next = page.json["links"]["next"].as_str().map(str::to_owned);
        }
        assert_eq!((pages.concat().as_str(), pages.len()), (order, 3), "{sort}");

        let (mut cursor, mut seen) = (String::new(), String::new());
        loop {
            let page = shop.get(&format!("/api/v1/products?sort={sort}&limit=2{cursor}")).anonymous().await?.expect(200)?;
            seen.push_str(&titles(&page).concat());
            assert!(page.json["meta"].get("total").is_none());
            let Some(next) = page.json["meta"]["next_cursor"].as_str() else { break };
            cursor = format!("&after={next}");
        }
        assert_eq!(seen, order, "{sort}");
    }
    let prices = shop.get("/api/v1/products?sort=price&per_page=3").await?.expect(200)?;
    assert_eq!(titles(&prices)[..2], ["C", "B"]);
    let deep = shop.get("/api/v1/products?page=501").await?;
    assert_eq!((deep.status, deep.error_code()), (422, "page_too_deep"));
    Ok(())
}

/// `include` adds, `fields` takes away.
#[test_on_every_database]
async fn a_list_answers_what_is_asked_for(shop: TestShop) -> TestResult {
    let made = create(&shop, body("Mug", "MUG", 1000)).await?;
    let plain = shop.get("/api/v1/products").anonymous().await?.expect(200)?;
    let plain = &plain.data()[0];
    assert!(["variants", "media", "categories"].iter().all(|name| plain.get(name).is_none()), "{plain}");
    assert_eq!((plain["price_min"]["formatted"].as_str(), plain["availability"].as_str()), (Some("$10.00"), Some("out")));

    let more = shop.get("/api/v1/products?include=variants,media,categories").anonymous().await?.expect(200)?;
    let more = &more.data()[0];
    assert_eq!((more["variants"][0]["sku"].as_str(), more["variants"][0]["price"]["amount"].as_i64()), (Some("MUG"), Some(1000)));
    assert_eq!((&more["media"], &more["categories"]), (&json!([]), &json!([])));

    let names = |value: &Value| value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let fewer = shop.get("/api/v1/products?fields=title,slug").anonymous().await?.expect(200)?;
    assert_eq!(names(&fewer.data()[0]), ["id", "slug", "title"]);
    let fewer = shop.get(&format!("{}?fields=title,price_min", address(&made))).anonymous().await?.expect(200)?;
    assert_eq!(names(fewer.data()), ["id", "title", "price_min"]);
    Ok(())
}

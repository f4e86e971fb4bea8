//! Staff who rewrite what letters say.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop, make_key};

const PATH: &str = "/api/v1/mail-templates";

fn content(subject: &str) -> Value {
    json!({"subject": subject, "text": "Danke, {{ order.number }}.\n", "html": "<p>Danke, {{ order.customer_name }}.</p>"})
}

async fn shown(shop: &TestShop, locale: &str) -> TestResult<(String, String, i64, String)> {
    let reply = shop.get(&format!("{PATH}/order_confirmation/{locale}")).await?.expect(200)?;
    let version = reply.data()["version"].as_i64().unwrap_or(-1);
    Ok((reply.text("origin").to_owned(), reply.text("written_for").to_owned(), version, reply.text("subject").to_owned()))
}

#[test_on_every_database]
async fn what_the_shop_writes_is_used_until_it_takes_it_back(shop: TestShop) -> TestResult {
    let told = |origin: &str, written_for: &str, version| (origin.to_owned(), written_for.to_owned(), version);
    let where_from = async |locale| shown(&shop, locale).await.map(|(origin, written_for, version, _)| (origin, written_for, version));
    assert_eq!(where_from("de").await?, told("built_in", "de", 0));
    assert_eq!(where_from("de-CH").await?, told("inherited", "de", 0));
    assert_eq!(where_from("ja").await?, told("inherited", "en", 0));

    let path = format!("{PATH}/order_confirmation/de-CH");
    let put = shop.put(&path).json(content("Grüezi")).await?.expect(200)?;
    assert_eq!((put.text("origin"), put.text("subject"), &put.data()["version"]), ("edited", "Grüezi", &json!(1)));
    assert_eq!(where_from("de-CH").await?, told("edited", "de-CH", 1));
    assert_eq!(where_from("de").await?, told("built_in", "de", 0));
    assert_eq!(shop.put(&path).json(content("Zwei")).await?.error_code(), "version_required");
    assert_eq!(shop.put(&path).version(7).json(content("Zwei")).await?.error_code(), "version_conflict");
    assert_eq!(shop.put(&path).version(1).json(content("Zwei")).await?.expect(200)?.text("subject"), "Zwei");

    assert_eq!(shop.delete(&path).version(1).await?.error_code(), "version_conflict");
    shop.delete(&path).version(2).await?.expect(204)?;
    assert_eq!(where_from("de-CH").await?, told("inherited", "de", 3));
    assert_eq!(shop.delete(&path).version(3).await?.error_code(), "mail_template_not_found");
    assert_eq!(shop.put(&path).version(2).json(content("Drei")).await?.error_code(), "version_conflict");
    shop.put(&path).version(3).json(content("Drei")).await?.expect(200)?;
    let events = ["changed", "changed", "reset", "changed"].map(|what| format!("mail_template.{what}"));
    assert_eq!(shop.events_of("mail_template").await?, events);
    let audited = shop.get("/api/v1/audit-log?filter[action]=mail_template.reset").await?.expect(200)?;
    assert_eq!(audited.data().as_array().map(Vec::len), Some(1));
    Ok(())
}

#[test_on_every_database]
async fn the_list_has_every_letter_in_every_language(shop: TestShop) -> TestResult {
    shop.put(&format!("{PATH}/welcome/fr")).json(json!({"subject": "Bienvenue", "text": "x", "html": "x"})).await?.expect(200)?;
    let mut walked = Vec::new();
    let mut page = shop.get(&format!("{PATH}?limit=4")).await?.expect(200)?;
    loop {
        let rows = page.data().as_array().cloned().unwrap_or_default();
        walked.extend(
            rows.iter().map(|row| format!("{} {}", row["name"].as_str().unwrap_or_default(), row["locale"].as_str().unwrap_or_default())),
        );
        match page.json["meta"]["next_cursor"].as_str() {
            Some(next) => page = shop.get(&format!("{PATH}?limit=4&after={next}")).await?.expect(200)?,
            None => break,
        }
    }
    assert!(walked.is_sorted() && walked.len() == 27 && walked.contains(&"welcome fr".to_owned()), "{walked:?}");
    Ok(())
}

/// What is wrong is told where it stands, and nothing is stored.
#[test_on_every_database]
async fn a_template_that_makes_no_letters_is_refused_with_its_line(shop: TestShop) -> TestResult {
    let path = format!("{PATH}/order_confirmation/de");
    for (field, source, said) in [
        ("html", "<p>\n{{ order.totl }}</p>", "line 2"),
        ("text", "{% if order %}", "line 1"),
        ("subject", "{{ nobody }}", "undefined"),
        ("text", "{% set a = 'x' %}", "`set` is not part"),
        ("text", "{{ 'x' * 100000000 }}", "arithmetic"),
        ("html", "{{ order.number|safe }}", "no filter `safe`"),
        ("text", "{% for a in order.lines %}{% for b in order.lines %}{{ b.nothing }}{% endfor %}{% endfor %}", "line 1"),
        // It may be absent.
        ("text", "{{ order.customer_name[0] }}", "line 1"),
        ("text", " ", "must say something"),
    ] {
        let mut body = content("Hallo");
        body[field] = source.into();
        for reply in [shop.put(&path).json(body.clone()).await?, preview_of(&shop, &path, field, source).await?] {
            // A preview tells of everything there is, and shows what is blank.
            if reply.status == 200 && (source.contains("customer_name") || source == " ") {
                continue;
            }
            assert_eq!((reply.status, reply.error_code()), (422, "validation_failed"), "{source}: {reply:?}");
            let details = reply.json["error"]["details"][field][0].as_str().unwrap_or_default();
            assert!(details.contains(said), "{source}: {details}");
        }
    }
    assert_eq!(shown(&shop, "de").await?.0, "built_in");
    for missing in ["order_confirmation/x", "order_confirmation/de_CH", "farewell/de"] {
        let refused = shop.put(&format!("{PATH}/{missing}")).json(content("x")).await?;
        assert_eq!((refused.status, refused.error_code()), (404, "mail_template_not_found"), "{missing}");
    }
    Ok(())
}

async fn preview_of(shop: &TestShop, path: &str, field: &str, source: &str) -> TestResult<Reply> {
    shop.post(&format!("{path}/preview")).json(json!({ field: source })).await
}

#[test_on_every_database]
async fn a_preview_tells_of_an_order_to_whoever_may_see_orders(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let order = shop.order(&mug.id, 2, "manual").await?.text("id").to_owned();
    let path = format!("{PATH}/order_confirmation/de/preview");
    let shown = shop.post(&path).json(json!({"order_id": order})).await?.expect(200)?;
    assert!(shown.text("text").contains("Ada Lovelace") && shown.text("text").contains("25,00\u{a0}$"), "{}", shown.text("text"));
    assert!(shown.text("html").contains("12 Analytical Row") && shown.text("subject").starts_with("Ihre Bestellung"));
    let made_up = shop.post(&path).json(json!({"html": "<p>{{ order.lines[0].title }} & {{ shop.name }}"})).await?.expect(200)?;
    assert_eq!(made_up.text("html"), "<p>Stoneware mug & Tradewind");

    let writer = make_key(&shop, &["mail:write"]).await?;
    shop.post(&path).key(&writer).json(json!({})).await?.expect(200)?;
    let refused = shop.post(&path).key(&writer).json(json!({"order_id": order})).await?;
    assert_eq!((refused.status, refused.error_code()), (403, "forbidden"));
    for (letter, order_id) in
        [("welcome", order.as_str()), ("shipping_notice", &order), ("order_confirmation", &shop.user().await?.to_string())]
    {
        let refused = shop.post(&format!("{PATH}/{letter}/de/preview")).json(json!({"order_id": order_id})).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{letter}");
    }
    Ok(())
}

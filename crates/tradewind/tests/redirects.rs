//! Redirects over HTTP (`/api/v1/redirects`): paths of the storefront that lead elsewhere.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use crate::rest::{refuses_deletions_of_no_or_another_version, refuses_edits_of_no_or_another_version};
use crate::support::{Reply, TestResult, TestShop, make_key};

const PATH: &str = "/api/v1/redirects";

async fn lead(shop: &TestShop, from: &str, to: &str) -> TestResult<Reply> {
    shop.post(PATH).json(json!({ "from": from, "to": to })).await?.expect(201)
}

/// Where a page would send somebody, as anybody may ask.
async fn leads(shop: &TestShop, path: &str) -> TestResult<Option<String>> {
    let reply = shop.get(&format!("{PATH}/resolve?path={path}")).anonymous().await?;
    if reply.status == 404 {
        assert_eq!(reply.error_code(), "redirect_not_found");
        return Ok(None);
    }
    Ok(Some(reply.expect(200)?.text("to").to_owned()))
}

/// What staff lead elsewhere is led there at once, in whichever form somebody writes it; and no longer than staff want.
#[test_on_every_database]
async fn a_path_leads_where_staff_say(shop: TestShop) -> TestResult {
    let made = shop.post(PATH).json(json!({ "from": "/old//café/", "to": "/new?from=old", "status": 302 })).await?.expect(201)?;
    let expected = json!({
        "id": made.text("id"), "version": 1, "from": "/old/caf%C3%A9", "to": "/new?from=old", "status": 302,
        "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    let path = made.header("location").to_owned();
    assert_eq!((made.data(), shop.get(&path).await?.data()), (&expected, &expected));
    let resolved = shop.get(&format!("{PATH}/resolve?path=/old/café?utm=1")).anonymous().await?.expect(200)?;
    assert_eq!(*resolved.data(), json!({ "from": "/old/caf%C3%A9", "to": "/new?from=old", "status": 302 }));
    assert_eq!(resolved.header("cache-control"), "public, max-age=60");
    assert_eq!(leads(&shop, "/old/caf%25c3%25a9/").await?.as_deref(), Some("/new?from=old"));
    for nothing in ["/old", "/old/CAF%C3%89", "/", "old", "//evil.example", ""] {
        assert_eq!(leads(&shop, nothing).await?, None, "{nothing}");
    }
    assert_eq!(shop.get(&format!("{PATH}/resolve")).anonymous().await?.error_code(), "redirect_not_found");

    let change = json!({ "to": "https://example.com/elsewhere", "status": 301 });
    let changed = shop.patch(&path).version(1).json(change).await?.expect(200)?;
    assert_eq!((&changed.data()["version"], &changed.data()["status"]), (&json!(2), &json!(301)));
    assert_eq!(leads(&shop, "/old/café").await?.as_deref(), Some("https://example.com/elsewhere"));
    shop.delete(&path).version(2).await?.expect(204)?;
    assert_eq!(leads(&shop, "/old/café").await?, None);
    assert_eq!(shop.get(&path).await?.error_code(), "redirect_not_found");
    assert_eq!(shop.events_of("redirect").await?, ["redirect.created", "redirect.updated", "redirect.deleted"]);
    Ok(())
}

/// One step leads to where somebody is to be: what would lead on is refused, and what led to a path that moves goes with it.
#[test_on_every_database]
async fn there_are_neither_circles_nor_chains(shop: TestShop) -> TestResult {
    let first = lead(&shop, "/a", "/b").await?.header("location").to_owned();
    for (from, to) in [("/b", "/a"), ("/c", "/a"), ("/c", "/a?x=1#y"), ("/c", "/c"), ("/c", "/c/")] {
        let refused = shop.post(PATH).json(json!({ "from": from, "to": to })).await?;
        assert_eq!((refused.status, refused.error_code()), (409, "redirect_leads_on"), "{from} {to}");
    }
    assert_eq!(shop.post(PATH).json(json!({ "from": "/a/", "to": "/c" })).await?.error_code(), "redirect_path_taken");

    let second = lead(&shop, "/b", "/c?kept=1").await?.header("location").to_owned();
    assert_eq!((leads(&shop, "/a").await?.as_deref(), leads(&shop, "/b").await?.as_deref()), (Some("/c?kept=1"), Some("/c?kept=1")));
    assert_eq!(shop.get(&first).await?.data()["version"], 2);
    let refused = shop.patch(&second).version(1).json(json!({ "from": "/c" })).await?;
    assert_eq!(refused.error_code(), "redirect_leads_on");
    let third = lead(&shop, "/d", "/e").await?.header("location").to_owned();
    shop.patch(&third).version(1).json(json!({ "from": "/c", "to": "https://example.com" })).await?.expect(200)?;
    for path in ["/a", "/b", "/c"] {
        assert_eq!(leads(&shop, path).await?.as_deref(), Some("https://example.com/"), "{path}");
    }
    assert_eq!(leads(&shop, "/d").await?, None);

    // Two who lead two paths to each other at the same moment do not both get their way.
    let (one, other) = (json!({ "from": "/x", "to": "/y" }), json!({ "from": "/y", "to": "/x" }));
    let (one, other) = tokio::join!(shop.post(PATH).json(one).into_future(), shop.post(PATH).json(other).into_future());
    let mut statuses = [one?.status, other?.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    Ok(())
}

#[test_on_every_database]
async fn a_bad_redirect_is_refused(shop: TestShop) -> TestResult {
    let path = lead(&shop, "/a", "/b").await?.header("location").to_owned();
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({ "to": "/c" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, &path).await?;
    for (body, field) in [
        (json!({ "from": "old", "to": "/b" }), "from"),
        (json!({ "from": "/", "to": "/b" }), "from"),
        (json!({ "from": "/old?a=1", "to": "/b" }), "from"),
        (json!({ "from": "//evil.example", "to": "/b" }), "from"),
        (json!({ "from": "/old", "to": "//evil.example" }), "to"),
        (json!({ "from": "/old", "to": "/\\evil.example" }), "to"),
        (json!({ "from": "/old", "to": "http://example.com" }), "to"),
        (json!({ "from": "/old", "to": "javascript:alert(1)" }), "to"),
        (json!({ "from": "/old", "to": "/b", "status": 307 }), "status"),
        (json!({ "from": "/old", "to": "/b", "hits": 1 }), "hits"),
    ] {
        for reply in [shop.post(PATH).json(body.clone()).await?, shop.patch(&path).version(1).json(body.clone()).await?] {
            assert_eq!((reply.status, reply.error_code()), (422, "validation_failed"), "{body}");
            assert!(reply.json["error"]["details"].get(field).is_some(), "{body}: {reply:?}");
        }
    }
    assert_eq!(shop.post(PATH).json(json!({ "from": "/old" })).await?.error_code(), "validation_failed");
    let reader = make_key(&shop, &["products:read"]).await?;
    assert_eq!(shop.post(PATH).key(&reader).json(json!({ "from": "/x", "to": "/y" })).await?.error_code(), "forbidden");
    Ok(())
}

#[test_on_every_database]
async fn redirects_are_listed_by_age_and_by_how_they_begin(shop: TestShop) -> TestResult {
    for number in 0..5 {
        lead(&shop, &format!("/old/{number}"), "/new").await?;
        lead(&shop, &format!("/other/{number}"), "/new").await?;
    }
    let (mut walked, mut next) = (Vec::new(), Some(format!("{PATH}?limit=3&filter[from]=/old/&sort=created_at")));
    while let Some(page) = next {
        let list = shop.get(&page).await?.expect(200)?;
        walked.extend(list.data().as_array().into_iter().flatten().filter_map(|row| row["from"].as_str()).map(str::to_owned));
        next = list.json["links"]["next"].as_str().map(str::to_owned);
    }
    assert_eq!(walked, ["/old/0", "/old/1", "/old/2", "/old/3", "/old/4"]);
    let newest = shop.get(&format!("{PATH}?per_page=1")).await?.expect(200)?;
    assert_eq!((newest.text("0/from"), &newest.json["meta"]["total"]), ("/other/4", &json!(10)));
    Ok(())
}

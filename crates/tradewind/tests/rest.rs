//! The REST resources of staff and storefronts, over HTTP: what each can do, and the rules that all of them share.

mod attacks;
mod categories;
mod channels;
mod refusals;
mod settings;
mod shipping_methods;
mod stock;
mod tax_rates;
mod tax_zones;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Reply, TestResult, TestShop, make_key};

/// An edit needs to say which version it means: absent is 428, stale 409 with the version that holds, unreadable 400, and two
/// that differ 422. `body` would be a good edit.
pub(crate) async fn refuses_edits_of_no_or_another_version(shop: &TestShop, method: Method, path: &str, body: &Value) -> TestResult {
    let ask = || shop.ask(method.clone(), path).json(body.clone());
    let version = shop.get(path).await?.expect(200)?.data()["version"].as_i64().ok_or("no version")?;
    let with = |version: i64| {
        let mut body = body.clone();
        body["version"] = version.into();
        body
    };

    for (reply, status, code) in [
        (ask().await?, 428, "version_required"),
        (ask().version(version + 1).await?, 409, "version_conflict"),
        (ask().json(with(version + 1)).await?, 409, "version_conflict"),
        (ask().header("If-Match", "nonsense").await?, 400, "version_invalid"),
        (ask().version(version).json(with(version + 1)).await?, 422, "validation_failed"),
    ] {
        assert_eq!((reply.status, reply.error_code()), (status, code), "{method} {path}: {reply:?}");
        if status == 409 {
            assert_eq!(reply.json["error"]["context"], json!({ "current_version": version }));
        }
    }
    assert_eq!(shop.get(path).await?.data()["version"], version, "{method} {path}");
    Ok(())
}

/// The same for a deletion, whose version may stand in the query.
pub(crate) async fn refuses_deletions_of_no_or_another_version(shop: &TestShop, path: &str) -> TestResult {
    let version = shop.get(path).await?.expect(200)?.data()["version"].as_i64().ok_or("no version")?;
    for (reply, status, code) in [
        (shop.delete(path).await?, 428, "version_required"),
        (shop.delete(path).version(version + 1).await?, 409, "version_conflict"),
        (shop.delete(&format!("{path}?version={}", version + 1)).await?, 409, "version_conflict"),
        (shop.delete(&format!("{path}?version=x")).await?, 400, "invalid_query"),
        (shop.delete(&format!("{path}?colour=red")).await?, 400, "unknown_parameter"),
    ] {
        assert_eq!((reply.status, reply.error_code()), (status, code), "DELETE {path}: {reply:?}");
    }
    shop.get(path).await?.expect(200)?;
    Ok(())
}

/// Each body is refused with 422 and names this field.
async fn refuses_bodies(shop: &TestShop, method: Method, path: &str, cases: &[(Value, &str)]) -> TestResult {
    for (body, field) in cases {
        let reply = shop.ask(method.clone(), path).version(1).json(body.clone()).await?;
        assert_eq!((reply.status, reply.error_code()), (422, "validation_failed"), "{method} {path} {body}: {reply:?}");
        assert!(reply.json["error"]["details"].get(field).is_some(), "{method} {path} {body}: {reply:?}");
    }
    Ok(())
}

/// Strangers get 401 and staff without the permission 403, whether or not the thing exists.
async fn refuses_others(shop: &TestShop, method: Method, path: &str, resource: &str) -> TestResult {
    let stranger = shop.ask(method.clone(), path).anonymous().await?;
    assert_eq!((stranger.status, stranger.error_code()), (401, "unauthenticated"), "{method} {path}");
    let verb = match method {
        Method::GET => "read",
        Method::DELETE => "delete",
        _ => "write",
    };
    let scope = format!("{resource}:{verb}");
    let others: Vec<&str> = gateway::Permission::NAMES.iter().copied().filter(|name| *name != scope).collect();
    let refused = shop.ask(method.clone(), path).key(&make_key(shop, &others).await?).await?;
    assert_eq!((refused.status, refused.error_code()), (403, "forbidden"), "{method} {path}");
    Ok(())
}

/// The list by numbered pages and by cursor, one row at a time, forwards and backwards: the same rows each time.
async fn is_paged(shop: &TestShop, path: &str, sort: &str, member: &str) -> TestResult {
    let all = shop.get(&format!("{path}?sort={sort}")).await?.expect(200)?;
    let wanted = members(&all, member);
    assert_eq!(all.json["meta"]["total"], wanted.len(), "{path}");
    let (mut seen, mut next) = (Vec::new(), Some(format!("{path}?sort={sort}&limit=1")));
    while let Some(page) = next {
        let reply = shop.get(&page).await?.expect(200)?;
        seen.extend(members(&reply, member));
        next = reply.json["links"]["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, wanted, "{path}");

    let reverse = sort.strip_prefix('-').map_or_else(|| format!("-{sort}"), str::to_owned);
    let (mut seen, mut next) = (Vec::new(), Some(format!("{path}?sort={reverse}&limit=1")));
    while let Some(page) = next {
        let reply = shop.get(&page).await?.expect(200)?;
        seen.extend(members(&reply, member));
        next = reply.json["links"]["next"].as_str().map(str::to_owned);
    }
    seen.reverse();
    assert_eq!(seen, wanted, "{path} backwards");

    for (query, status, code) in [
        ("page=0", 400, "invalid_query"),
        ("per_page=101", 400, "invalid_query"),
        ("after=nonsense", 400, "invalid_query"),
        ("sort=colour", 400, "invalid_query"),
        ("colour=red", 400, "unknown_parameter"),
        ("filter[colour]=red", 400, "unknown_parameter"),
        ("page=101&per_page=100", 422, "page_too_deep"),
    ] {
        let reply = shop.get(&format!("{path}?{query}")).await?;
        assert_eq!((reply.status, reply.error_code()), (status, code), "{path}?{query}");
    }
    Ok(())
}

/// One member of each row.
fn members(reply: &Reply, member: &str) -> Vec<Value> {
    reply.data().as_array().into_iter().flatten().map(|row| row[member].clone()).collect()
}

/// What was read is answered 304 until it changes.
async fn is_fresh_until_it_changes(shop: &TestShop, path: &str) -> TestResult<String> {
    let tag = shop.get(path).await?.expect(200)?.header("etag").to_owned();
    shop.get(path).header("If-None-Match", &tag).await?.expect(304)?;
    Ok(tag)
}

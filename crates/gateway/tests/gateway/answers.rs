//! What handlers answer: envelopes, tags, links, cache policies; and who gets an answer at all.

use http::Method;
use kernel::{CartId, CartLineId};
use serde_json::json;

use crate::support::{get_plain, get_with, send};

#[tokio::test]
async fn a_numbered_page_tells_its_place_and_its_neighbours() {
    let reply = get_plain("/api/v1/mugs?per_page=10&filter%5Bbrand%5D=a&page=2").await.json();
    assert_eq!(reply["data"][0]["title"], "Mug");
    let meta = &reply["meta"];
    assert_eq!((&meta["page"], &meta["per_page"], &meta["total"]), (&json!(2), &json!(10), &json!(101)));
    assert_eq!((&meta["total_is_estimate"], &meta["has_next"]), (&json!(false), &json!(true)));
    assert!(meta["next_cursor"].is_string());
    assert_eq!(
        reply["links"],
        json!({
            "self": "/api/v1/mugs?per_page=10&filter%5Bbrand%5D=a&page=2",
            "next": "/api/v1/mugs?page=3&per_page=10&filter%5Bbrand%5D=a",
            "prev": "/api/v1/mugs?page=1&per_page=10&filter%5Bbrand%5D=a",
            "first": "/api/v1/mugs?page=1&per_page=10&filter%5Bbrand%5D=a",
            "last": "/api/v1/mugs?page=11&per_page=10&filter%5Bbrand%5D=a",
        })
    );
}

#[tokio::test]
async fn a_cursor_page_has_neither_total_nor_ends_and_its_next_link_works() {
    let reply = get_plain("/api/v1/mugs?limit=5&sort=title").await.json();
    let members = |part: &str| reply[part].as_object().map(|part| part.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    assert_eq!(members("meta"), ["per_page", "has_next", "next_cursor"]);
    assert_eq!(members("links"), ["self", "next", "prev"]);
    assert!(reply["links"]["prev"].is_null());
    let next = reply["links"]["next"].as_str().unwrap_or_default();
    assert!(next.contains("limit=5") && next.contains("sort=title") && next.contains("after="), "{next}");
    assert_eq!(get_plain(next).await.status, 200);
}

#[tokio::test]
async fn below_the_deepest_numbered_page_a_cursor_goes_on() {
    let reply = get_plain("/api/v1/mugs?page=100&per_page=100").await.json();
    assert!(reply["links"]["next"].as_str().is_some_and(|next| next.contains("after=")));
}

#[tokio::test]
async fn a_tag_is_the_version_and_the_hash_of_the_bytes() {
    let one = get_plain("/api/v1/mugs/one").await;
    let hash = xxhash_rust::xxh3::xxh3_64(&one.bytes);
    assert_eq!(one.header("etag"), format!("\"7-{hash:016x}\""));
    let view = json!({ "id": "prod_1", "title": "Mug", "price": 1_999 });
    assert_eq!(gateway::entity_tag(&view, 7).expect("serialises"), one.header("etag").trim_matches('"'));
    let list = get_plain("/api/v1/mugs").await;
    assert_eq!(list.header("etag"), format!("\"{:016x}\"", xxhash_rust::xxh3::xxh3_64(&list.bytes)));
}

#[tokio::test]
async fn only_an_anonymous_answer_may_be_stored_by_everybody() {
    let anonymous = get_plain("/api/v1/mugs/one").await;
    assert_eq!(anonymous.header("cache-control"), "public, max-age=300");
    let named = get_with("/api/v1/mugs/one", &[("authorization", "Bearer twk_all")]).await;
    assert_eq!(named.header("cache-control"), "private, no-cache");
    for reply in [anonymous, named] {
        assert_eq!(reply.header("vary"), "Authorization, Cookie, X-Cart-Token, Accept-Encoding, Tradewind-Version");
    }
}

#[tokio::test]
async fn fields_keep_what_was_asked_for_and_the_id() {
    assert_eq!(get_plain("/api/v1/mugs/one?fields=price").await.json()["data"], json!({ "id": "prod_1", "price": 1_999 }));
    assert_eq!(get_plain("/api/v1/mugs?fields=title").await.json()["data"], json!([{ "id": "prod_1", "title": "Mug" }]));
    assert_eq!(get_plain("/api/v1/mugs?fields=cost").await.refusal(), (422, "validation_failed".to_owned()));
    let refused = get_plain("/api/v1/mugs/one?fields=price,").await;
    let told = refused.json()["error"]["details"]["fields"][0].as_str().unwrap_or_default().to_owned();
    assert!(told.starts_with("must be of id, ") && told.contains("price") && told.contains("title"), "{told}");
    // Where nothing has members there is nothing to choose.
    assert_eq!(get_plain("/api/v1/long?fields=id").await.refusal(), (400, "unknown_parameter".to_owned()));
    assert_eq!(get_plain("/api/v1/bare?fields=id").await.status, 204);
    let unknown = get_plain("/api/v1/mugs/one?fields=id&x=1").await;
    assert_eq!(unknown.json()["error"]["details"], json!({ "x": ["is not a parameter of this route"] }));
}

#[tokio::test]
async fn a_new_thing_is_201_with_its_address_and_tag() {
    let reply = send(Method::POST, "/api/v1/mugs", &[], "{\"title\": \"Mug\"}").await;
    assert_eq!((reply.status, reply.header("location"), reply.header("cache-control")), (201, "/m/1", "no-store"));
    assert!(reply.header("etag").starts_with("\"1-"));
    assert_eq!(reply.json(), json!({ "data": "Mug" }));
}

#[tokio::test]
async fn a_permission_is_401_without_a_credential_and_403_without_the_scope() {
    let patch = |token: &'static str| async move {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend((!token.is_empty()).then_some(("authorization", token)));
        crate::support::ask(Method::PATCH, "/api/v1/mugs/nonsense", &headers, "").await
    };
    for token in ["", "Bearer twk_unknown", "Basic twk_all", "Bearer"] {
        let reply = patch(token).await;
        assert_eq!((reply.refusal(), reply.header("www-authenticate")), ((401, "unauthenticated".to_owned()), "Bearer"), "{token}");
    }
    assert_eq!(patch("Bearer twk_products").await.refusal(), (404, "product_not_found".to_owned()));
    assert_eq!(patch("Bearer twk_broken").await.refusal(), (503, "unavailable".to_owned()));
    let reader = get_with("/api/v1/order", &[("authorization", "Bearer twk_products")]).await;
    assert_eq!(reader.refusal(), (403, "forbidden".to_owned()));
    assert_eq!(reader.json()["error"]["message"], "this needs the permission orders:read");
}

#[tokio::test]
async fn a_bad_credential_is_401_even_where_anybody_may() {
    let reply = get_with("/api/v1/mugs", &[("authorization", "Bearer twk_revoked")]).await;
    assert_eq!(reply.refusal(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn an_order_is_read_by_staff_or_by_the_holder_of_its_cart() {
    let order = |headers: &'static [(&'static str, &'static str)]| async move { get_with("/api/v1/order", headers).await };
    assert_eq!(order(&[("authorization", "Bearer twk_all")]).await.bytes, b"staff");
    assert_eq!(order(&[("x-cart-token", "t")]).await.bytes, b"holder");
    assert_eq!(order(&[("x-cart-token", "t"), ("authorization", "Bearer twk_products")]).await.bytes, b"holder");
    assert_eq!(order(&[]).await.refusal(), (401, "unauthenticated".to_owned()));
}

#[tokio::test]
async fn the_holder_of_a_cart_acts_as_its_guest() {
    let (cart, line) = (CartId::generate(), CartLineId::generate());
    let path = format!("/api/v1/carts/{cart}/lines/{line}");
    let reply = get_with(&path, &[("x-cart-token", "token")]).await.json();
    assert_eq!((&reply["data"]["actor"], &reply["data"]["token"]), (&json!(cart.to_string()), &json!("token")));
    assert_eq!(get_plain(&path).await.refusal(), (401, "unauthenticated".to_owned()));
}

//! What handlers take: bodies, ids, keys, versions, parameters, files.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use gateway::{Gateway, GatewayRules};
use http::{Method, Request};
use kernel::{CartId, CartLineId, OrderId, ProductId};

use crate::support::{answer, ask, gateway, get_plain, get_with, send};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_body_has_to_be_json_of_bounded_size_and_known_shape() {
    let post = |media_type: &'static str, body: Vec<u8>| async move {
        ask(Method::POST, "/api/v1/mugs", &[("content-type", media_type)], body).await.refusal()
    };
    assert_eq!(post("application/json; charset=utf-8", b"{\"title\": \"Mug\"}".to_vec()).await.0, 201);
    assert_eq!(post("text/plain", b"{}".to_vec()).await, refused(415, "unsupported_media_type"));
    assert_eq!(post("application/json", b"{".to_vec()).await, refused(400, "malformed_body"));
    assert_eq!(post("application/json", b"{\"title\": \"\xff\"}".to_vec()).await, refused(400, "malformed_body"));
    assert_eq!(post("application/json", b"{\"title\": 5}".to_vec()).await, refused(422, "validation_failed"));
    assert_eq!(post("application/json", b"{\"titel\": \"Mug\"}".to_vec()).await, refused(422, "validation_failed"));
    assert_eq!(post("application/json", vec![b' '; 1_048_577]).await, refused(413, "body_too_large"));
    assert_eq!(ask(Method::POST, "/api/v1/mugs", &[], "{}").await.refusal(), refused(415, "unsupported_media_type"));
}

#[tokio::test]
async fn a_body_that_does_not_say_how_long_it_is_is_cut_at_the_limit() {
    let chunks = futures_util::stream::iter((0..4).map(|_| Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"        "))));
    let reply = send(Method::POST, "/api/v1/small", &[], Body::from_stream(chunks)).await;
    assert_eq!(reply.refusal(), refused(413, "body_too_large"));
    assert_eq!(send(Method::POST, "/api/v1/small", &[], "{\"a\": 1}").await.status, 200);
}

#[tokio::test]
async fn the_rules_limit_the_bodies_of_routes_without_a_limit_of_their_own() {
    let rules = GatewayRules { max_body_bytes: 20, ..GatewayRules::default() };
    let gateway = Gateway::new(crate::support::router(), rules, Arc::new(kernel::SystemClock));
    let post = |path: &'static str, text: &'static str, announced: bool| {
        let gateway = &gateway;
        async move {
            let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(text.as_bytes()))]);
            let request = Request::post(path).header("content-type", "application/json").header("idempotency-key", "first");
            let request = if announced { request.header("content-length", text.len()) } else { request };
            answer(gateway, request.body(Body::from_stream(chunks)).expect("a request")).await.refusal()
        }
    };
    for announced in [true, false] {
        assert_eq!(post("/api/v1/mugs", "{\"title\": \"Big mug\"}", announced).await.0, 201);
        assert_eq!(post("/api/v1/mugs", "{\"title\": \"Large mug\"}", announced).await, refused(413, "body_too_large"));
        assert_eq!(post("/api/v1/checkout", "{\"currency\": \"USD\"  }", announced).await, refused(413, "body_too_large"));
        assert_eq!(post("/api/v1/small", "{\"a\": \"12345678\"}", announced).await, refused(413, "body_too_large"));
    }
}

#[tokio::test]
async fn an_optional_body_may_be_absent_but_not_wrong() {
    let key = ("idempotency-key", "k1");
    let absent = ask(Method::POST, "/api/v1/checkout", &[key], Body::empty()).await;
    assert_eq!((absent.status, absent.json()["data"]["currency"].is_null()), (201, true));
    assert_eq!(send(Method::POST, "/api/v1/checkout", &[key], "null").await.status, 201);
    assert_eq!(send(Method::POST, "/api/v1/checkout", &[key], "{\"x\": 1}").await.refusal(), refused(422, "validation_failed"));
    assert_eq!(ask(Method::POST, "/api/v1/checkout", &[key], "{}").await.refusal(), refused(415, "unsupported_media_type"));
}

#[tokio::test]
async fn an_id_that_does_not_parse_is_a_thing_that_is_not_there() {
    for id in ["1", "%FF", "cart_01h455vb4pex5vsknk084sn02q", "prod_01H455VB4PEX5VSKNK084SN02Q"] {
        let reply = send(Method::PATCH, &format!("/api/v1/mugs/{id}"), &[], "{\"title\": \"x\", \"version\": 1}").await;
        assert_eq!(reply.refusal(), refused(404, "product_not_found"), "{id}");
        assert_eq!(reply.json()["error"]["message"], "product not found");
    }
    let (cart, token) = (CartId::generate(), [("x-cart-token", "t")]);
    let line = get_with(&format!("/api/v1/carts/{cart}/lines/nonsense"), &token).await;
    assert_eq!(line.refusal(), refused(404, "cart_line_not_found"));
    let line = get_with(&format!("/api/v1/carts/nonsense/lines/{}", CartLineId::generate()), &token).await;
    assert_eq!(line.refusal(), refused(404, "cart_not_found"));
}

#[tokio::test]
async fn a_path_may_hold_an_id_or_another_name() {
    let id = OrderId::generate();
    assert_eq!(get_plain(&format!("/api/v1/orders/{id}")).await.bytes, format!("id {id}").into_bytes());
    assert_eq!(get_plain("/api/v1/orders/T-1001").await.bytes, b"name T-1001");
    for name in ["%00", "a%0Ab", &"x".repeat(256), "%FF"] {
        assert_eq!(get_plain(&format!("/api/v1/orders/{name}")).await.refusal(), refused(404, "order_not_found"), "{name}");
    }
}

#[tokio::test]
async fn a_command_needs_one_sane_key() {
    let with =
        |keys: &'static [(&'static str, &'static str)]| async move { ask(Method::POST, "/api/v1/checkout", keys, Body::empty()).await };
    assert_eq!(with(&[]).await.refusal(), refused(400, "idempotency_key_missing"));
    for keys in [&[("idempotency-key", "")][..], &[("idempotency-key", "a b")], &[("idempotency-key", "a"), ("idempotency-key", "b")]] {
        assert_eq!(with(keys).await.refusal(), refused(400, "idempotency_key_invalid"));
    }
    let long = "x".repeat(256);
    let reply = ask(Method::POST, "/api/v1/checkout", &[("idempotency-key", &long)], Body::empty()).await;
    assert_eq!(reply.refusal(), refused(400, "idempotency_key_invalid"));
}

#[tokio::test]
async fn a_replay_says_that_it_is_one_and_has_the_same_bytes() {
    let first = ask(Method::POST, "/api/v1/checkout", &[("idempotency-key", "first")], Body::empty()).await;
    let again = ask(Method::POST, "/api/v1/checkout?known=1", &[("idempotency-key", "first")], Body::empty()).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (201, ""));
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!((&again.bytes, again.header("cache-control")), (&first.bytes, "no-store"));
}

#[tokio::test]
async fn an_edit_says_which_version_it_means() {
    let path = format!("/api/v1/mugs/{}", ProductId::generate());
    let patch = |if_match: Option<&'static str>, body: &'static str| {
        let path = path.clone();
        async move {
            let headers: Vec<(&str, &str)> = if_match.map(|tag| ("if-match", tag)).into_iter().collect();
            send(Method::PATCH, &path, &headers, body).await
        }
    };
    let by_header = patch(Some("\"7-abc\""), "{\"title\": \"x\"}").await;
    assert!(by_header.status == 200 && by_header.header("etag").starts_with("\"8-"), "{}", by_header.header("etag"));
    assert_eq!(patch(None, "{\"title\": \"x\", \"version\": 7}").await.status, 200);
    assert_eq!(patch(None, "{\"title\": \"x\"}").await.refusal(), refused(428, "version_required"));
    assert_eq!(patch(Some("seven"), "{\"title\": \"x\"}").await.refusal(), refused(400, "version_invalid"));

    let delete = |query: &'static str| {
        let path = format!("{path}{query}");
        async move { send(Method::DELETE, &path, &[], Body::empty()).await.refusal() }
    };
    assert_eq!(delete("?version=3").await.0, 204);
    assert_eq!(delete("").await, refused(428, "version_required"));
    assert_eq!(delete("?version=x").await, refused(400, "invalid_query"));
    assert_eq!(delete("?version=3&force=true").await, refused(400, "unknown_parameter"));
}

#[tokio::test]
async fn parameters_outside_a_list_are_strict_as_well() {
    assert_eq!(get_plain("/api/v1/bare").await.status, 204);
    assert_eq!(get_plain("/api/v1/bare?x=1").await.refusal(), refused(400, "unknown_parameter"));
    let dry = |query: &'static str| async move { send(Method::POST, &format!("/api/v1/dry{query}"), &[], Body::empty()).await };
    assert_eq!(dry("?dry_run=true").await.json()["data"], true);
    for (query, code, parameter) in [
        ("?dry_run=maybe", "invalid_query", "dry_run"),
        ("", "invalid_query", "dry_run"),
        ("?dry_run=true&dry_run=true", "invalid_query", "dry_run"),
        ("?dry_run=true&x=%00", "invalid_query", "x"),
        ("?dry_run=true&x=1", "unknown_parameter", "x"),
    ] {
        let reply = dry(query).await;
        assert_eq!(reply.refusal(), refused(400, code), "{query}");
        assert!(reply.json()["error"]["details"].get(parameter).is_some(), "{query}: {}", reply.json());
    }
}

fn form(parts: &[(&str, Option<&str>, &str)]) -> String {
    let part = |(name, file, body): &(&str, Option<&str>, &str)| {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{body}\r\n")
    };
    parts.iter().map(part).collect::<String>() + "--b--\r\n"
}

#[tokio::test]
async fn an_upload_is_one_file_of_bounded_size_with_texts() {
    let multipart = [("content-type", "multipart/form-data; boundary=b")];
    let upload = |body: String| async move { ask(Method::POST, "/api/v1/upload", &multipart, body).await };
    let reply = upload(form(&[("file", Some("mug.png"), "12345"), ("alt_text", None, "A mug")])).await;
    assert_eq!(reply.json()["data"], serde_json::json!({ "bytes": 5, "name": "mug.png", "texts": { "alt_text": "A mug" } }));
    assert_eq!(upload(form(&[("file", Some("a"), &"x".repeat(1_025))])).await.refusal(), refused(413, "body_too_large"));
    assert_eq!(upload(form(&[("file", Some("a"), &"x".repeat(1_000_000))])).await.refusal(), refused(413, "body_too_large"));
    assert_eq!(upload(form(&[("alt_text", None, "A mug")])).await.refusal(), refused(422, "validation_failed"));
    assert_eq!(upload(form(&[("file", None, "1"), ("file", None, "2")])).await.refusal(), refused(422, "validation_failed"));
    assert_eq!(upload("--b\r\nnonsense".to_owned()).await.refusal(), refused(400, "malformed_body"));
    let no_boundary = ask(Method::POST, "/api/v1/upload", &[("content-type", "multipart/form-data")], "x").await;
    assert_eq!(no_boundary.refusal(), refused(400, "malformed_body"));
    assert_eq!(send(Method::POST, "/api/v1/upload", &[], "{}").await.refusal(), refused(415, "unsupported_media_type"));
}

/// A client that sends its body byte by byte costs no more memory than the bytes.
#[tokio::test]
async fn a_body_in_many_pieces_holds_none_of_them() {
    struct Piece(Arc<AtomicUsize>);
    impl AsRef<[u8]> for Piece {
        fn as_ref(&self) -> &[u8] {
            b" "
        }
    }
    impl Drop for Piece {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let held = Arc::new(AtomicUsize::new(0));
    let sent = Arc::clone(&held);
    let pieces = futures_util::stream::iter(0..500).map(move |_| {
        sent.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from_owner(Piece(Arc::clone(&sent))))
    });
    let body = Body::from_stream(pieces.chain(futures_util::stream::pending()));
    let request = Request::post("/api/v1/mugs").header("authorization", "Bearer twk_all").header("content-type", "application/json");
    let (gateway, request) = (gateway(Duration::from_secs(60)), request.body(body).expect("a request"));
    let answer = gateway.answer(request, None);
    tokio::pin!(answer);
    for _ in 0..20 {
        assert!(answer.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    assert_eq!(held.load(Ordering::Relaxed), 0);
}

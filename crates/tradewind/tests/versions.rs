//! Versions of the API: the newest forms for whoever names none, older ones for whoever names their day.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use gateway::{Adapter, Gateway, Lifecycle, OutBody, Route, Versions};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop, make_key};

const NEWEST: &str = "2026-11-21";
const OLD: &str = "2026-06-01";
const OLDEST: &str = "2026-01-01";
const GROUPS: &str = "/api/v1/customer-groups";
const GROUP: &str = "/api/v1/customer-groups/{customer_group_id}";

/// What was called otherwise on some day: a member of groups of customers.
#[derive(Debug)]
struct Renamed {
    then: &'static str,
    now: &'static str,
}

impl Renamed {
    fn concerns(route: Route<'_>) -> bool {
        route.is(GROUPS) || route.is(GROUP)
    }

    fn rename(thing: &mut Value, from: &str, to: &str) {
        if let Some(members) = thing.as_object_mut()
            && let Some(value) = members.remove(from)
        {
            members.insert(to.to_owned(), value);
        }
    }
}

impl Adapter for Renamed {
    fn request(&self, route: Route<'_>, body: &mut Value) {
        if Self::concerns(route) {
            Self::rename(body, self.then, self.now);
        }
    }

    fn answer(&self, route: Route<'_>, _status: StatusCode, body: &mut Value) {
        if !Self::concerns(route) {
            return;
        }
        match &mut body["data"] {
            Value::Array(things) => things.iter_mut().for_each(|thing| Self::rename(thing, self.now, self.then)),
            thing => Self::rename(thing, self.now, self.then),
        }
    }

    fn field(&self, route: Route<'_>, field: &str) -> String {
        if Self::concerns(route) && field == self.now { self.then.to_owned() } else { field.to_owned() }
    }
}

/// A shop in whose oldest days groups had a `title`, then a `label`; the oldest will be gone.
struct Older {
    gateway: Gateway,
    key: String,
}

struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    json: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Older {
    async fn of(shop: &TestShop) -> TestResult<Self> {
        let ending = Lifecycle::deprecated("2026-07-01T00:00:00Z".parse()?).until("2027-01-01T00:00:00Z".parse()?);
        let versions = Versions::newest(NEWEST)
            .before(OLD, Lifecycle::lasting(), Renamed { then: "label", now: "name" })
            .before(OLDEST, ending, Renamed { then: "title", now: "label" })
            .route(Method::GET, "/api/v1/price-lists", Lifecycle::deprecated("2026-11-01T00:00:00Z".parse()?).explained_at("/docs"));
        let gateway = wiring::gateway(&wiring::shop(shop.sales().clone(), shop.accounts().clone())?).versioned(versions);
        Ok(Self { gateway, key: make_key(shop, &["admin:*"]).await? })
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> TestResult<Answer> {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.key));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string()))?,
            None => request.body(Body::empty())?,
        };
        let (parts, body): (_, OutBody) = self.gateway.answer(request, None).await.into_parts();
        let bytes = body.collect().await?.to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, json })
    }
}

#[test_on_every_database]
async fn an_older_version_is_spoken_in_both_directions(shop: TestShop) -> TestResult {
    let older = Older::of(&shop).await?;
    let by = |day| [("tradewind-version", day)];
    let made = older.ask("POST", GROUPS, &by(OLDEST), Some(json!({"title": "Dealers"}))).await?;
    assert_eq!((made.status, &made.json["data"]["title"], made.header("tradewind-version")), (201, &json!("Dealers"), OLDEST));
    assert_eq!((&made.json["data"]["name"], &made.json["data"]["label"]), (&Value::Null, &Value::Null));
    let path = made.header("location").to_owned();
    for (headers, member) in [(vec![], "name"), (by(NEWEST).to_vec(), "name"), (by(OLD).to_vec(), "label"), (by(OLDEST).to_vec(), "title")]
    {
        let one = older.ask("GET", &path, &headers, None).await?;
        assert_eq!((one.status, &one.json["data"][member]), (200, &json!("Dealers")), "{member}");
        let list = older.ask("GET", GROUPS, &headers, None).await?;
        assert_eq!(list.json["data"][0][member], "Dealers", "{member}");
        assert_eq!(one.header("vary"), "Authorization, Cookie, X-Cart-Token, Accept-Encoding, Tradewind-Version");
    }
    // Names of another day are as unknown as ever, and a refusal speaks the client's version, too.
    let strange = older.ask("POST", GROUPS, &by(OLDEST), Some(json!({"label": "Press"}))).await?;
    assert_eq!((strange.status, strange.header("location").is_empty()), (201, false), "a name between two days is a step of the way");
    let strange = older.ask("POST", GROUPS, &by(OLD), Some(json!({"title": "Press"}))).await?;
    assert_eq!((strange.status, &strange.json["error"]["code"]), (422, &json!("validation_failed")));
    let refused = older.ask("PATCH", &path, &by(OLD), Some(json!({"label": " ", "version": 1}))).await?;
    assert_eq!(refused.status, 422);
    assert!(refused.json["error"]["details"]["label"].is_array(), "{}", refused.json);
    let changed = older.ask("PATCH", &path, &by(OLD), Some(json!({"label": "Trade", "version": 1}))).await?;
    assert_eq!((changed.status, &changed.json["data"]["label"]), (200, &json!("Trade")));
    let broken = older.ask("PATCH", &path, &[("tradewind-version", OLD), ("content-type", "application/json")], None).await?;
    assert_eq!(broken.json["error"]["code"], "malformed_body");
    Ok(())
}

#[test_on_every_database]
async fn a_tag_belongs_to_a_version_and_its_edit_to_the_thing(shop: TestShop) -> TestResult {
    let older = Older::of(&shop).await?;
    let made = older.ask("POST", GROUPS, &[], Some(json!({"name": "Dealers"}))).await?;
    let path = made.header("location").to_owned();
    let (new, old) = (older.ask("GET", &path, &[], None).await?, older.ask("GET", &path, &[("tradewind-version", OLD)], None).await?);
    assert_ne!(new.header("etag"), old.header("etag"));
    let again = older.ask("GET", &path, &[("tradewind-version", OLD), ("if-none-match", old.header("etag"))], None).await?;
    assert_eq!(again.status, 304);
    let other = older.ask("GET", &path, &[("if-none-match", old.header("etag"))], None).await?;
    assert_eq!(other.status, 200);
    let headers = [("tradewind-version", OLD), ("if-match", old.header("etag"))];
    let changed = older.ask("PATCH", &path, &headers, Some(json!({"label": "Trade"}))).await?;
    assert_eq!((changed.status, &changed.json["data"]["version"]), (200, &json!(2)));
    Ok(())
}

#[test_on_every_database]
async fn what_will_not_stay_says_so(shop: TestShop) -> TestResult {
    let older = Older::of(&shop).await?;
    let oldest = older.ask("GET", GROUPS, &[("tradewind-version", OLDEST)], None).await?;
    assert_eq!((oldest.header("deprecation"), oldest.header("sunset")), ("@1782864000", "Fri, 01 Jan 2027 00:00:00 GMT"));
    let lasting = older.ask("GET", GROUPS, &[("tradewind-version", OLD)], None).await?;
    assert_eq!((lasting.header("deprecation"), lasting.header("sunset")), ("", ""));
    let route = older.ask("GET", "/api/v1/price-lists", &[], None).await?;
    assert_eq!((route.header("deprecation"), route.header("link")), ("@1793491200", "</docs>; rel=\"deprecation\"; type=\"text/html\""));
    assert_eq!(older.ask("GET", "/api/v1/channels", &[], None).await?.header("deprecation"), "");
    Ok(())
}

#[test_on_every_database]
async fn an_unknown_version_is_refused_and_none_costs_nothing(shop: TestShop) -> TestResult {
    let refused = shop.get("/api/v1/products").anonymous().header("Tradewind-Version", "2020-01-01").await?;
    assert_eq!((refused.status, refused.error_code()), (400, "api_version_unknown"));
    assert_eq!(refused.json["error"]["details"]["Tradewind-Version"][0], format!("must be of {NEWEST}"));
    let named = shop.get("/api/v1/products").anonymous().header("Tradewind-Version", NEWEST).await?.expect(200)?;
    let plain = shop.get("/api/v1/products").anonymous().await?.expect(200)?;
    assert_eq!((&named.bytes, named.header("tradewind-version")), (&plain.bytes, NEWEST));
    assert_eq!(plain.header("tradewind-version"), "");
    Ok(())
}

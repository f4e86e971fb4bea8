//! A tiny shop behind the real gateway, for tests through the front door.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::routing::{get, patch, post};
use gateway::{
    Anyone, Authenticator, Cache, CartHolder, Command, Created, ExpectedVersion, FilterKind, Gateway, GatewayRules, IdOr, Identity, Kept,
    List, ListParams, ListRoute, ListSpec, NoContent, NoParams, One, Optional, OutBody, Params, PathId, PathIdOr, PathIds, Permission,
    PermissionSet, Permitted, Problem, Proof, RequiredVersion, StaffOrHolder, Upload, Valid, ViewParams, kept_answer, permission,
};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use kernel::{
    Actor, ApiKeyId, CartLineTag, CartTag, Clock, Cursor, DomainError, ErrorKind, FixedClock, OrderTag, Page, Position, ProductTag,
};
use platform::idempotency::Keyed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;
use utoipa::ToSchema;

/// What tests return.
pub(crate) type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// The moment at which the tiny shop stands still.
pub(crate) const NOW: &str = "2026-11-20T23:03:22.310642Z";

#[derive(Clone, FromRef)]
struct Shop {
    keys: Arc<dyn Authenticator>,
}

/// Knows three keys.
pub(crate) struct Keys;

#[async_trait]
impl Authenticator for Keys {
    async fn authenticate(&self, bearer: &str) -> Result<Option<Identity>, Problem> {
        let permissions = match bearer {
            "twk_all" => PermissionSet::all(),
            "twk_products" => [Permission::ProductsWrite].into_iter().collect(),
            "twk_same" => return Ok(Some(Identity::of(Actor::ApiKey(ApiKeyId::from_uuid(uuid::Uuid::from_u128(7)))))),
            "twk_broken" => return Err(Problem::unavailable("unavailable", "the database is away")),
            _ => return Ok(None),
        };
        Ok(Some(Identity { permissions, ..Identity::of(Actor::ApiKey(ApiKeyId::generate())) }))
    }
}

/// An error of some use case, by its kind.
#[derive(Debug, thiserror::Error)]
#[error("secret text of {0:?}")]
struct Refused(ErrorKind);

impl DomainError for Refused {
    fn code(&self) -> &'static str {
        "some_code"
    }

    fn kind(&self) -> ErrorKind {
        self.0
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        [("field".to_owned(), vec!["is wrong".to_owned()])].into()
    }

    fn retry_after_s(&self) -> Option<u32> {
        Some(7)
    }

    fn context(&self) -> Option<String> {
        Some(r#"{"version":7}"#.to_owned())
    }
}

#[derive(Serialize, ToSchema)]
struct MugView {
    id: &'static str,
    title: String,
    price: u32,
}

fn mug(title: impl Into<String>) -> MugView {
    MugView { id: "prod_1", title: title.into(), price: 1_999 }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MugPatch {
    title: String,
    version: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CartIn {
    currency: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DryRun {
    dry_run: bool,
}

/// The list of mugs.
pub(crate) struct Mugs;

impl ListRoute for Mugs {
    const SPEC: ListSpec = ListSpec { sorts: &["created_at", "title"], filters: &[("brand", FilterKind::Words)], ..ListSpec::PLAIN };
}

async fn list_mugs(caller: Anyone, query: ListParams<Mugs>) -> List<MugView> {
    let counted = matches!(query.page.position, Position::Number(_));
    let next = Cursor { sort: query.sort_text.clone(), value: Some("mug".to_owned()), id: uuid::Uuid::from_u128(7) };
    let page = Page { items: vec![mug("Mug")], has_next: true, next: Some(next), total: counted.then_some(101), total_is_estimate: false };
    List::of(page, &query).cache(caller.cache(60))
}

async fn show_mug(caller: Anyone, _view: ViewParams<Mugs>) -> One<MugView> {
    One::versioned(mug("Mug"), 7).cache(caller.cache(300))
}

async fn patch_mug(
    _staff: Permitted<permission::ProductsWrite>,
    PathId(_id): PathId<ProductTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<MugPatch>,
) -> Result<One<MugView>, Problem> {
    let version = expected.or(body.version)?;
    Ok(One::versioned(mug(body.title), version + 1))
}

async fn delete_mug(_staff: Permitted<permission::ProductsWrite>, _id: PathId<ProductTag>, version: RequiredVersion) -> NoContent {
    let RequiredVersion(_version) = version;
    NoContent
}

async fn name_of(PathIdOr(name): PathIdOr<OrderTag>) -> String {
    match name {
        IdOr::Id(id) => format!("id {id}"),
        IdOr::Name(name) => format!("name {name}"),
    }
}

async fn line(PathIds(cart, line): PathIds<CartTag, CartLineTag>, holder: CartHolder) -> One<Value> {
    One::plain(
        json!({ "cart": cart, "line": line, "actor": holder.origin(cart).actor.to_string(), "token": match holder.proof() { Proof::Token(token) => token.reveal(), Proof::SignedIn(_) => "none" } }),
    )
}

async fn checkout(Params(memory): Params<BTreeMap<String, String>>, Command { key, body }: Command<Optional<CartIn>>) -> Kept {
    let Optional(cart) = body;
    let answer = kept_answer(201, &json!({ "currency": cart.currency }));
    let _key = key.of(Actor::System);
    let is_known = memory.contains_key("known");
    Kept::from(if is_known { Keyed::Replayed(answer) } else { Keyed::New(answer) })
}

async fn order(reader: StaffOrHolder<permission::OrdersRead>) -> &'static str {
    match reader {
        StaffOrHolder::Staff(_) => "staff",
        StaffOrHolder::Holder(_) => "holder",
    }
}

async fn refuse(Params(params): Params<BTreeMap<String, String>>) -> Result<NoContent, Problem> {
    let kinds = [
        ("malformed", ErrorKind::Malformed),
        ("unauthenticated", ErrorKind::Unauthenticated),
        ("forbidden", ErrorKind::Forbidden),
        ("not_found", ErrorKind::NotFound),
        ("conflict", ErrorKind::Conflict),
        ("rule", ErrorKind::Rule),
        ("version", ErrorKind::VersionRequired),
        ("large", ErrorKind::TooLarge),
        ("media", ErrorKind::UnsupportedMedia),
        ("often", ErrorKind::TooMany),
        ("unavailable", ErrorKind::Unavailable),
        ("internal", ErrorKind::Internal),
    ];
    let kind = kinds.iter().find(|(name, _)| params.get("kind").is_some_and(|kind| kind == name));
    Err(Refused(kind.map_or(ErrorKind::Internal, |(_, kind)| *kind)).into())
}

async fn size_of(Upload { file, texts }: Upload<1_024>) -> One<Value> {
    One::plain(json!({ "bytes": file.bytes.len(), "name": file.file_name, "texts": texts }))
}

async fn panic_now() -> NoContent {
    panic!("secret text of a panic")
}

/// Lets the handler of `/untimed` answer.
pub(crate) static MAY_ANSWER: Notify = Notify::const_new();

async fn when_told() -> NoContent {
    MAY_ANSWER.notified().await;
    NoContent
}

/// The tiny shop's router.
pub(crate) fn router() -> Router {
    Router::new()
        .route(
            "/api/v1/mugs",
            get(list_mugs).post(|Valid(mug): Valid<MugPatch>| async move { Created::versioned(mug.title, 1).at("/m/1") }),
        )
        .route("/api/v1/mugs/one", get(show_mug))
        .route("/api/v1/mugs/{id}", patch(patch_mug).delete(delete_mug))
        .route("/api/v1/orders/{id}", get(name_of))
        .route("/api/v1/carts/{id}/lines/{line_id}", get(line))
        .route("/api/v1/checkout", post(checkout))
        .route("/api/v1/order", get(order))
        .route("/api/v1/refuse", get(refuse))
        .route("/api/v1/upload", post(size_of))
        .route("/api/v1/small", post(|Valid(body): Valid<Value, 16>| async move { One::plain(body) }))
        .route("/api/v1/dry", post(|Params(params): Params<DryRun>| async move { One::plain(params.dry_run) }))
        .route("/api/v1/bare", get(|_: NoParams| async { NoContent }))
        .route("/api/v1/long", get(|| async { One::plain("mug ".repeat(1_000)).cache(Cache::Public { max_age_seconds: 5 }) }))
        .route("/api/v1/panic", get(panic_now))
        .route("/late", get(std::future::pending::<NoContent>))
        .route("/untimed", get(when_told))
        .route("/health", get(|| async { (StatusCode::SERVICE_UNAVAILABLE, axum::Json(json!({ "status": "down" }))) }))
        .route("/docs/", get(|| async { axum::response::Html("<p>docs</p>") }))
        .route("/export.csv", get(|State(_): State<Shop>| async { "id,title\n" }))
        .with_state(Shop { keys: Arc::new(Keys) })
}

/// The tiny shop behind its gateway, with this time limit and a clock that stands still.
pub(crate) fn gateway(request_timeout: Duration) -> Gateway {
    let rules = GatewayRules { request_timeout, untimed_paths: vec!["/untimed".to_owned()], ..GatewayRules::default() };
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(NOW.parse().expect("a time")));
    Gateway::new(router(), rules, clock)
}

/// A whole answer.
pub(crate) struct Reply {
    /// Its status.
    pub(crate) status: u16,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// A header's text, empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or("(not text)"))
    }

    /// The body as JSON, null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The code of a refusal, empty where it is none.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.code())
    }
}

/// Asks the tiny shop, without a socket.
pub(crate) async fn ask(method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let request = headers.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
    answer(&gateway(Duration::from_secs(30)), request.body(body.into()).expect("a request")).await
}

/// The whole answer of a gateway.
pub(crate) async fn answer(gateway: &Gateway, request: Request<Body>) -> Reply {
    let (parts, body): (_, OutBody) = gateway.answer(request, None).await.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
    Reply { status: parts.status.as_u16(), headers: parts.headers, bytes }
}

/// A GET of the tiny shop.
pub(crate) async fn get_with(path: &str, headers: &[(&str, &str)]) -> Reply {
    ask(Method::GET, path, headers, Body::empty()).await
}

/// A plain GET of the tiny shop.
pub(crate) async fn get_plain(path: &str) -> Reply {
    get_with(path, &[]).await
}

/// JSON sent to the tiny shop by somebody who may do everything.
pub(crate) async fn send(method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let mut all = vec![("content-type", "application/json"), ("authorization", "Bearer twk_all")];
    all.extend_from_slice(headers);
    ask(method, path, &all, body).await
}

//! The envelopes every answer comes in, as Rust types and as OpenAPI schemas.

use std::collections::BTreeMap;

use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr};
use utoipa::{IntoResponses, ToSchema};

/// A single resource.
#[derive(Debug, Serialize, ToSchema)]
pub struct Envelope<T> {
    /// The resource.
    pub data: T,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListEnvelope<T> {
    /// The rows, in the order asked for.
    pub data: Vec<T>,
    /// Where this page lies.
    pub meta: ListMeta,
    /// Ready addresses of this page and its neighbours.
    pub links: ListLinks,
}

/// Where a page lies in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListMeta {
    /// The page's number; absent where the page was asked for by cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// How many rows a page holds at most.
    pub per_page: u32,
    /// How many rows the list has; absent where the page was asked for by cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// True where `total` stopped counting and is an estimate; absent where `total` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_is_estimate: Option<bool>,
    /// True where more rows follow.
    pub has_next: bool,
    /// What to hand to `after` to go on; null at the end.
    pub next_cursor: Option<String>,
}

/// Ready addresses of a page and its neighbours, as paths with a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListLinks {
    /// This page.
    #[serde(rename = "self")]
    pub this: String,
    /// The next page; null at the end.
    pub next: Option<String>,
    /// The page before; null at the start and where the page was asked for by cursor.
    pub prev: Option<String>,
    /// The first page; absent where the page was asked for by cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The last page that can be reached by number; absent where the page was asked for by cursor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// Every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorView,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorView {
    /// Stable, in `lower_snake`; a program decides by this.
    pub code: String,
    /// For a person.
    pub message: String,
    /// Messages by field path (`lines.0.quantity`) or parameter.
    pub details: BTreeMap<String, Vec<String>>,
    /// What goes with the error, by code: the current version, the changed cart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Value>,
    /// When it went wrong.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// What to name when asking for help; also in `X-Request-Id`.
    pub request_id: String,
}

/// Why one item of a batch was refused.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ItemError {
    /// Stable, in `lower_snake`; a program decides by this.
    pub code: String,
    /// For a person.
    pub message: String,
    /// Messages by field path.
    pub details: BTreeMap<String, Vec<String>>,
    /// What goes with the error, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub context: Option<Value>,
}

/// The refusals that any route may give, for `responses(CommonProblems, …)`. The document has to register [`ErrorBody`].
#[derive(Debug, Clone, Copy)]
pub struct CommonProblems;

const COMMON: &[(&str, &str)] = &[
    (
        "400",
        "Unreadable: `malformed_body`, `malformed_request`, `invalid_query`, `unknown_parameter`, `idempotency_key_missing`, `idempotency_key_invalid`, `version_invalid`, `api_version_unknown`",
    ),
    ("401", "`unauthenticated`: no credential, or one that is unknown, expired or revoked"),
    (
        "403",
        "`forbidden`: the credential lacks the route's permission; `two_factor_required`: staff show a second factor first; `ip_blocked`, `cross_site_request`: the gateway refuses all of them",
    ),
    ("405", "`method_not_allowed`: `Allow` lists what the path knows"),
    ("406", "`not_acceptable`: answers are `application/json`"),
    ("413", "`body_too_large`"),
    ("415", "`unsupported_media_type`"),
    ("429", "`rate_limited`: more requests than the limit allows"),
    ("431", "`request_head_too_large`: the address or the headers are too long"),
    ("500", "`internal`: our fault; name the request id when asking for help"),
    ("503", "`database_unavailable`, `files_unavailable`, `request_timed_out`, `unavailable`: trying again later helps"),
];

impl IntoResponses for CommonProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        COMMON.iter().map(|(status, description)| ((*status).to_owned(), RefOr::T(common_response(status, description)))).collect()
    }
}

fn common_response(status: &str, description: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
    let response = ResponseBuilder::new().description(description).content("application/json", body);
    let header = |kind: Type, about: &str| {
        HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind).build())).description(Some(about)).build()
    };
    match status {
        "401" => response.header("WWW-Authenticate", header(Type::String, "The scheme to use")).build(),
        "405" => response.header("Allow", header(Type::String, "The methods this path knows")).build(),
        "429" | "503" => response.header("Retry-After", header(Type::Integer, "Seconds to wait")).build(),
        _ => response.build(),
    }
}

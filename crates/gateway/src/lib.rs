//! The HTTP edge of the shop: what every request gets, what handlers take, what they answer, and how refusals read.
//!
//! A route's policy stands in its handler's signature, and the handler does four things: extract, authorise, call one use case,
//! present.
//!
//! ```
//! use std::sync::Arc;
//!
//! use axum::extract::{FromRef, State};
//! use axum::routing::{get, patch};
//! use gateway::{
//!     Anyone, Authenticator, ExpectedVersion, FilterKind, Gateway, GatewayRules, Identity, List, ListParams, ListRoute, ListSpec, One,
//!     PathId, Permitted, Problem, Valid, permission,
//! };
//! use kernel::{Page, ProductTag, SystemClock};
//! use serde::{Deserialize, Serialize};
//! use utoipa::ToSchema;
//!
//! #[derive(Clone, FromRef)]
//! struct Shop {
//!     keys: Arc<dyn Authenticator>,
//! }
//!
//! #[derive(Serialize, ToSchema)]
//! struct ProductView {
//!     id: String,
//!     title: String,
//! }
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct ProductPatch {
//!     title: Option<String>,
//!     version: Option<i64>,
//! }
//!
//! /// What `GET /api/v1/products` understands; `params(ListParams<Products>)` documents it.
//! struct Products;
//!
//! impl ListRoute for Products {
//!     const SPEC: ListSpec = ListSpec {
//!         sorts: &["created_at", "title"],
//!         filters: &[("brand", FilterKind::Words), ("price", FilterKind::Range)],
//!         ..ListSpec::PLAIN
//!     };
//! }
//!
//! // Public: anybody may, and an anonymous caller's answer may be stored by everybody for a minute.
//! async fn list_products(State(_shop): State<Shop>, caller: Anyone, query: ListParams<Products>) -> Result<List<ProductView>, Problem> {
//!     let page = Page { items: Vec::new(), has_next: false, next: None, total: Some(0), total_is_estimate: false };
//!     Ok(List::of(page, &query).cache(caller.cache(60)))
//! }
//!
//! // Staff: 401, 403, 404, 415, 413, 400, 422, 400 and 428 are all decided before the first line.
//! async fn change_product(
//!     State(_shop): State<Shop>,
//!     staff: Permitted<permission::ProductsWrite>,
//!     PathId(id): PathId<ProductTag>,
//!     expected: ExpectedVersion,
//!     Valid(body): Valid<ProductPatch>,
//! ) -> Result<One<ProductView>, Problem> {
//!     let version = expected.or(body.version)?;
//!     let _origin = staff.origin(); // goes into the use case: actor, request id and trace
//!     let view = ProductView { id: id.to_string(), title: body.title.unwrap_or_default() };
//!     Ok(One::versioned(view, version + 1))
//! }
//!
//! struct Nobody;
//!
//! #[async_trait::async_trait]
//! impl Authenticator for Nobody {
//!     async fn authenticate(&self, _bearer: &str) -> Result<Option<Identity>, Problem> {
//!         Ok(None)
//!     }
//! }
//!
//! let router = axum::Router::new()
//!     .route("/api/v1/products", get(list_products))
//!     .route("/api/v1/products/{id}", patch(change_product))
//!     .with_state(Shop { keys: Arc::new(Nobody) });
//! let gateway = Gateway::new(router, GatewayRules::default(), Arc::new(SystemClock));
//! // gateway::serve(listener, gateway, ServeLimits::default(), stop).await
//! # drop(gateway);
//! ```
//!
//! [`Credentials`] is the authenticator of a real shop; what is a person's own asks for [`SignedIn`]. A command under an `Idempotency-Key` is taken by [`Command`] and answered by
//! [`Kept`]; a cart's routes take a [`CartHolder`], what staff and a cart's holder both see a [`StaffOrHolder`],
//! what staff and whoever bought both do a [`StaffOrBuyer`].
//!
//! A use case's error becomes its answer by `?`: [`Problem`] is made of anything that is a [`kernel::DomainError`].

mod accept;
mod access_log;
mod answer;
mod asked;
mod body;
mod client_address;
mod compress;
mod conditional;
mod cookies;
mod cors;
mod credentials;
mod cross_site;
mod envelope;
mod extract;
mod facts;
mod head;
mod headers;
mod holder;
mod identity;
mod limits;
mod lingering;
mod memory;
mod metrics;
mod pages;
mod patient;
mod problem;
mod query;
mod redirect;
mod refusal;
mod refusals;
mod request_id;
mod routed;
mod rules;
mod schema;
mod serve;
mod service;
mod signed_in;
mod sparse;
mod standing;
mod tls;
mod two_lengths;
mod versions;

pub use accounts::permissions::{Permission, PermissionSet, RequiredPermission, permission};
pub use answer::{Cache, Created, Fixed, Kept, List, NoContent, One, SeeOther, entity_tag, kept_answer};
pub use body::OutBody;
pub use client_address::TrustedProxies;
pub use cookies::{Cookies, SESSION_COOKIE, SetCookie};
pub use cors::Cors;
pub use credentials::Credentials;
pub use extract::{
    Command, CommandKey, ExpectedVersion, IdOr, JsonBody, ORDINARY_BODY, Optional, PathId, PathIdOr, PathIds, Raw, RequiredVersion, Rows,
    Thing, Upload, UploadedFile, Valid,
};
pub use facts::{Facts, RequestFacts};
pub use holder::{CartHolder, CartToken, Proof, StaffOrBuyer, StaffOrHolder};
pub use identity::{Anyone, Authenticator, Identity, Permitted};
pub use limits::{Limits, quotas};
pub use memory::Memory;
pub use metrics::Metrics;
pub use pages::{Asker, Pages};
pub use problem::Problem;
pub use query::{FilterKind, Filters, ListParams, ListQuery, ListRoute, ListSpec, NoParams, Params, SortKey, ViewParams, ViewQuery};
pub use redirect::Redirect;
pub use refusals::{RefusalWriter, Refusals, refusals};
pub use rules::GatewayRules;
pub use schema::{CommonProblems, Envelope, ErrorBody, ErrorView, ItemError, ListEnvelope, ListLinks, ListMeta};
pub use serve::{ServeLimits, serve, serve_redirect, serve_tls};
pub use service::Gateway;
pub use signed_in::SignedIn;
pub use sparse::{FIELDS, members};
pub use standing::Standing;
pub use tls::{Certificate, CertificateError};
pub use versions::{Adapter, Lifecycle, Route, Versions};

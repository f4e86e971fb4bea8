//! What others know one by.

use accounts::oauth::{self, Identity, Providers};
use accounts::sign_in;
use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoContent, NoParams, PathId,
    Problem, SignedIn, Valid,
};
use kernel::{IdentityTag, Timestamp};
use platform::db;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::auth::secret;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_my_identities, link_my_identity, unlink_my_identity]
}

/// The list of identities.
struct Identities;

impl ListRoute for Identities {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// What somebody else knows one by.
#[derive(Debug, Serialize, ToSchema)]
struct IdentityView {
    /// Its id.
    #[schema(value_type = schema::IdentityId)]
    id: String,
    /// The provider's name in the routes; null where it is not configured any more.
    provider: Option<String>,
    /// What people call it.
    label: String,
    /// When it was linked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last signed in with.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
}

/// What proves that somebody else knows one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityIn {
    /// The code behind the `#`, as a provider's visitor comes back with it.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 4096)]
    code: SecretString,
    /// The text whose SHA-256 was the challenge.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 128)]
    verifier: SecretString,
}

impl IdentityView {
    fn of(identity: Identity, providers: &Providers) -> Self {
        let Identity { id, issuer, last_used_at, created_at, .. } = identity;
        let shown = providers.by_issuer(&issuer);
        let (provider, label) = shown.map_or((None, issuer), |shown| (Some(shown.name), shown.label));
        Self { id: id.to_string(), provider, label, created_at, last_used_at }
    }
}

/// List what others know one by.
#[utoipa::path(
    get, path = "/api/v1/me/identities", tag = "me", operation_id = "list_my_identities", security(("bearer" = [])),
    params(ListParams<Identities>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of identities", body = ListEnvelope<IdentityView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_my_identities(State(shop): State<Shop>, me: SignedIn, list: ListParams<Identities>) -> Result<List<IdentityView>, Problem> {
    let all = oauth::list(shop.context().db.reader(), me.user()).await?;
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let page = db::page_of_short(all, &list.page, descending, |identity| identity.id.uuid())?;
    Ok(List::of(page.map(|identity| IdentityView::of(identity, &shop.accounts.providers)), &list))
}

/// Link what a provider knows one by, so that one signs in by way of it. A letter tells of it.
#[utoipa::path(
    post, path = "/api/v1/me/identities", tag = "me", operation_id = "link_my_identity", security(("bearer" = [])),
    request_body = IdentityIn,
    responses(
        CommonProblems,
        (status = 201, description = "It is linked", body = Envelope<IdentityView>),
        (status = 401, description = "`unauthenticated`, `credentials_invalid`", body = ErrorBody),
        (status = 409, description = "`identity_taken`: it is linked already, here or elsewhere", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `oauth_code_invalid`", body = ErrorBody),
    ),
)]
async fn link_my_identity(
    State(shop): State<Shop>,
    me: SignedIn,
    Valid(body): Valid<IdentityIn>,
) -> Result<Created<IdentityView>, Problem> {
    let proof = oauth::read_proof(shop.context(), body.code.expose_secret(), body.verifier.expose_secret())?;
    let identity = sign_in::link_identity(&shop.accounts, &me.origin(), me.user(), &proof).await?;
    Ok(Created::plain(IdentityView::of(identity, &shop.accounts.providers)).at("/api/v1/me/identities"))
}

/// Take away what a provider knows one by.
#[utoipa::path(
    delete, path = "/api/v1/me/identities/{identity_id}", tag = "me", operation_id = "unlink_my_identity", security(("bearer" = [])),
    params(("identity_id" = schema::IdentityId, Path, description = "The identity (`ident_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "Nobody signs in with it any more"),
        (status = 404, description = "`identity_not_found`: also for another's", body = ErrorBody),
        (status = 409, description = "`identity_needed`: there would be no way to sign in", body = ErrorBody),
    ),
)]
async fn unlink_my_identity(
    State(shop): State<Shop>,
    me: SignedIn,
    PathId(id): PathId<IdentityTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    sign_in::unlink_identity(shop.context(), &me.origin(), me.user(), id).await?;
    Ok(NoContent)
}

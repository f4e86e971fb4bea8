//! The routes of webhook endpoints.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::WebhookEndpointTag;
use notify::webhooks::{self, ChangeEndpoint, Endpoint, RotateEndpoint};

use super::wire::{
    SecretRotationIn, WebhookIn, WebhookPatch, WebhookReplayIn, WebhookReplayView, WebhookSecretView, WebhookView, Webhooks,
};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_webhooks, create_webhook, get_webhook, update_webhook, delete_webhook, rotate_webhook_secret, test_webhook, replay_webhook]
}

fn show(endpoint: Endpoint) -> One<WebhookView> {
    let version = endpoint.version;
    One::versioned(endpoint.into(), version)
}

/// List webhook endpoints.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "list_webhooks", security(("bearer" = ["webhooks:read"])),
    params(ListParams<Webhooks>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of endpoints", body = ListEnvelope<WebhookView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_webhooks(
    State(shop): State<Shop>,
    _staff: Permitted<permission::WebhooksRead>,
    list: ListParams<Webhooks>,
) -> Result<List<WebhookView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = webhooks::list(shop.context().db.reader(), newest_first, &list.page).await?;
    Ok(List::of(page.map(WebhookView::from), &list))
}

/// Have an address told of what happens from now on. Messages are those of Standard Webhooks: `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`. The secret is shown now and never again.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "create_webhook", security(("bearer" = ["webhooks:write"])),
    request_body = WebhookIn,
    responses(
        CommonProblems,
        (status = 201, description = "The endpoint and its secret", body = Envelope<WebhookSecretView>),
        (status = 409, description = "`too_many_webhooks`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_webhook(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksWrite>,
    Valid(body): Valid<WebhookIn>,
) -> Result<Created<WebhookSecretView>, Problem> {
    let created = webhooks::create(&shop.notify, &staff.origin(), body.into()).await?;
    let (path, version) = (format!("/api/v1/webhooks/{}", created.endpoint.id), created.endpoint.version);
    Ok(Created::versioned(created.into(), version).at(path))
}

/// Read a webhook endpoint; nobody can read its secret.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook_id}", tag = "webhooks", operation_id = "get_webhook",
    security(("bearer" = ["webhooks:read"])),
    params(("webhook_id" = schema::WebhookEndpointId, Path, description = "The endpoint (`whe_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The endpoint", body = Envelope<WebhookView>),
        (status = 404, description = "`webhook_not_found`", body = ErrorBody),
    ),
)]
async fn get_webhook(
    State(shop): State<Shop>,
    _staff: Permitted<permission::WebhooksRead>,
    PathId(id): PathId<WebhookEndpointTag>,
    _none: NoParams,
) -> Result<One<WebhookView>, Problem> {
    let endpoint = webhooks::find(shop.context().db.reader(), id).await?;
    endpoint.map(show).ok_or_else(|| Problem::not_found("webhook_not_found"))
}

/// Change a webhook endpoint, end telling it, or tell it again; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{webhook_id}", tag = "webhooks", operation_id = "update_webhook",
    security(("bearer" = ["webhooks:write"])),
    params(
        ("webhook_id" = schema::WebhookEndpointId, Path, description = "The endpoint (`whe_…`)"),
        ExpectedVersion,
    ),
    request_body = WebhookPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The endpoint as it is now", body = Envelope<WebhookView>),
        (status = 404, description = "`webhook_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_webhook(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksWrite>,
    PathId(id): PathId<WebhookEndpointTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<WebhookPatch>,
) -> Result<One<WebhookView>, Problem> {
    let version = expected.or(body.version)?;
    let command = ChangeEndpoint { id, version, changes: body.into() };
    Ok(show(webhooks::change(&shop.notify, &staff.origin(), command).await?))
}

/// Remove a webhook endpoint, with what is known of its messages. The shop itself never does.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{webhook_id}", tag = "webhooks", operation_id = "delete_webhook",
    security(("bearer" = ["webhooks:delete"])),
    params(
        ("webhook_id" = schema::WebhookEndpointId, Path, description = "The endpoint (`whe_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is told no more"),
        (status = 404, description = "`webhook_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_webhook(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksDelete>,
    PathId(id): PathId<WebhookEndpointTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    webhooks::remove(&shop.notify, &staff.origin(), id, version).await?;
    Ok(NoContent)
}

/// Give a webhook endpoint another secret and key pair. For a while each message is signed with both.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/rotate-secret", tag = "webhooks", operation_id = "rotate_webhook_secret",
    security(("bearer" = ["webhooks:write"])),
    params(("webhook_id" = schema::WebhookEndpointId, Path, description = "The endpoint (`whe_…`)")),
    request_body = SecretRotationIn,
    responses(
        CommonProblems,
        (status = 200, description = "The endpoint and its new secret", body = Envelope<WebhookSecretView>),
        (status = 404, description = "`webhook_not_found`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn rotate_webhook_secret(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksWrite>,
    PathId(id): PathId<WebhookEndpointTag>,
    Valid(body): Valid<SecretRotationIn>,
) -> Result<One<WebhookSecretView>, Problem> {
    let command = RotateEndpoint { id, grace: body.parse()? };
    let rotated = webhooks::rotate(&shop.notify, &staff.origin(), command).await?;
    let version = rotated.endpoint.version;
    Ok(One::versioned(rotated.into(), version))
}

/// Send a webhook endpoint, and nobody else, `webhook_endpoint.tested`. What becomes of it stands among its deliveries a second later.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/test", tag = "webhooks", operation_id = "test_webhook",
    security(("bearer" = ["webhooks:write"])),
    params(("webhook_id" = schema::WebhookEndpointId, Path, description = "The endpoint (`whe_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "It is on its way"),
        (status = 404, description = "`webhook_not_found`", body = ErrorBody),
        (status = 409, description = "`webhook_disabled`", body = ErrorBody),
    ),
)]
async fn test_webhook(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksWrite>,
    PathId(id): PathId<WebhookEndpointTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    webhooks::send_test(&shop.notify, &staff.origin(), id).await?;
    Ok(NoContent)
}

/// Tell a webhook endpoint once more what happened within a range, of all that it asks for today. It goes on for a while; messages keep their
/// `webhook-id`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{webhook_id}/replay", tag = "webhooks", operation_id = "replay_webhook",
    security(("bearer" = ["webhooks:write"])),
    params(("webhook_id" = schema::WebhookEndpointId, Path, description = "The endpoint (`whe_…`)")),
    request_body = WebhookReplayIn,
    responses(
        CommonProblems,
        (status = 200, description = "What is on its way", body = Envelope<WebhookReplayView>),
        (status = 404, description = "`webhook_not_found`", body = ErrorBody),
        (status = 409, description = "`webhook_disabled`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: also where nothing happened within the range", body = ErrorBody),
    ),
)]
async fn replay_webhook(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksWrite>,
    PathId(id): PathId<WebhookEndpointTag>,
    Valid(body): Valid<WebhookReplayIn>,
) -> Result<One<WebhookReplayView>, Problem> {
    let replaying = webhooks::replay(&shop.notify, &staff.origin(), id, body.parse()?).await?;
    Ok(One::plain(replaying.into()))
}

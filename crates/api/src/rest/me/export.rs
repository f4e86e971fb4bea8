//! What the shop knows of whoever asks.

use axum::extract::State;
use gateway::{CommonProblems, Created, Envelope, ErrorBody, NoParams, One, Problem, SignedIn};
use kernel::Timestamp;
use platform::privacy::{self, Export};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![request_my_export, get_my_export]
}

/// An archive of what the shop knows of a person.
#[derive(Serialize, ToSchema)]
pub(in crate::rest) struct ExportView {
    /// `pending` until it is put together, then `ready`.
    #[schema(value_type = schema::ExportStatus)]
    status: &'static str,
    /// The archive, once it is ready: every place of the shop that knows of the person, by name.
    #[schema(value_type = Option<Object>)]
    archive: Option<Value>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was ready.
    #[schema(value_type = Option<String>, format = DateTime)]
    ready_at: Option<Timestamp>,
    /// It is forgotten then.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Export> for ExportView {
    fn from(export: Export) -> Self {
        Self {
            status: export.status.as_str(),
            archive: export.archive.and_then(|archive| serde_json::from_str(&archive).ok()),
            created_at: export.created_at,
            ready_at: export.ready_at,
            expires_at: export.expires_at,
        }
    }
}

/// Have an archive put together of all that the shop knows of oneself. One that is under way is answered again.
#[utoipa::path(
    post, path = "/api/v1/me/export", tag = "me", operation_id = "request_my_export", security(("bearer" = [])),
    responses(CommonProblems, (status = 201, description = "It is being put together", body = Envelope<ExportView>)),
)]
async fn request_my_export(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<Created<ExportView>, Problem> {
    let export = privacy::request_export(shop.context(), &me.origin(), me.user()).await?;
    Ok(Created::plain(ExportView::from(export)).at("/api/v1/me/export"))
}

/// Read the archive that one asked for last; it is kept for a week.
#[utoipa::path(
    get, path = "/api/v1/me/export", tag = "me", operation_id = "get_my_export", security(("bearer" = [])),
    responses(
        CommonProblems,
        (status = 200, description = "The archive, or that it is being put together", body = Envelope<ExportView>),
        (status = 404, description = "`export_not_found`: none was asked for, or it was forgotten", body = ErrorBody),
    ),
)]
async fn get_my_export(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<One<ExportView>, Problem> {
    let export = privacy::latest_export(shop.context().db.reader(), me.user(), shop.context().now()).await?;
    Ok(One::plain(export.ok_or_else(|| Problem::not_found("export_not_found"))?.into()))
}

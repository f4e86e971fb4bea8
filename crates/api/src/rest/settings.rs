//! Settings: what staff tell of their shop while it runs.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use gateway::{
    CommonProblems, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoParams, One, Permitted,
    Problem, Valid, permission,
};
use kernel::Timestamp;
use sales::settings::{self, ChangeSetting, Setting, SettingQuery};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::carts::present;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_settings, get_setting, put_setting]
}

/// The list of settings.
struct Settings;

impl ListRoute for Settings {
    const SPEC: ListSpec = ListSpec { sorts: &["key"], default_sort: "key", ..ListSpec::PLAIN };
}

/// A setting's new value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SettingPut {
    /// What it is to be, in the form that the setting's `about` tells.
    #[serde(deserialize_with = "present")]
    #[schema(value_type = Value, example = "Mugs & More")]
    value: Option<Value>,
    /// Its version, where no `If-Match` is sent; needed once it was set.
    version: Option<i64>,
}

/// A setting with the value that holds.
#[derive(Debug, Serialize, ToSchema)]
struct SettingView {
    /// Its name.
    #[schema(value_type = schema::SettingKey)]
    key: &'static str,
    /// What it says and which values it takes.
    about: &'static str,
    /// The value: the default until somebody sets one.
    #[schema(value_type = Value)]
    value: Value,
    /// Grows with each change; 0 until somebody sets it.
    version: i64,
    /// When it was changed last; null where it never was.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    /// By whom.
    updated_by: Option<String>,
}

impl From<Setting> for SettingView {
    fn from(setting: Setting) -> Self {
        let Setting { key, about, value, version, updated } = setting;
        let (updated_at, updated_by) = updated.unzip();
        Self { key, about, value, version, updated_at, updated_by }
    }
}

fn show(setting: Setting) -> One<SettingView> {
    let version = setting.version;
    One::versioned(setting.into(), version)
}

/// A key that cannot be read is a setting that is not there.
fn missing() -> Problem {
    Problem::not_found("setting_not_found")
}

/// List all settings with the values that hold.
#[utoipa::path(
    get, path = "/api/v1/settings", tag = "settings", operation_id = "list_settings", security(("bearer" = ["settings:read"])),
    params(ListParams<Settings>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of settings", body = ListEnvelope<SettingView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_settings(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    list: ListParams<Settings>,
) -> Result<List<SettingView>, Problem> {
    let descending = list.sort.first().is_some_and(|key| key.descending);
    let page = settings::list(shop.context(), &SettingQuery { descending, page: list.page.clone() }).await?;
    Ok(List::of(page.map(SettingView::from), &list))
}

/// Read a setting.
#[utoipa::path(
    get, path = "/api/v1/settings/{key}", tag = "settings", operation_id = "get_setting", security(("bearer" = ["settings:read"])),
    params(("key" = schema::SettingKey, Path, description = "The setting (`shop.name`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The setting", body = Envelope<SettingView>),
        (status = 404, description = "`setting_not_found`", body = ErrorBody),
    ),
)]
async fn get_setting(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    key: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<SettingView>, Problem> {
    let Path(key) = key.map_err(|_| missing())?;
    settings::find(shop.context(), &key).await?.map(show).ok_or_else(missing)
}

/// Set a setting. The first value needs no version, every later one does.
#[utoipa::path(
    put, path = "/api/v1/settings/{key}", tag = "settings", operation_id = "put_setting", security(("bearer" = ["settings:write"])),
    params(
        ("key" = schema::SettingKey, Path, description = "The setting (`shop.name`)"),
        ExpectedVersion,
    ),
    request_body = SettingPut,
    responses(
        CommonProblems,
        (status = 200, description = "The setting as it is now", body = Envelope<SettingView>),
        (status = 404, description = "`setting_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`: it was set before", body = ErrorBody),
    ),
)]
async fn put_setting(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    key: Result<Path<String>, PathRejection>,
    expected: ExpectedVersion,
    Valid(body): Valid<SettingPut>,
) -> Result<One<SettingView>, Problem> {
    let Path(key) = key.map_err(|_| missing())?;
    let command = ChangeSetting { key, version: expected.if_any(body.version)?, value: body.value.unwrap_or_default() };
    Ok(show(settings::change(shop.context(), &staff.origin(), command).await?))
}

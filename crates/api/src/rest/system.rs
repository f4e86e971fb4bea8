//! Health and build: for load balancers, monitors and people who wonder what runs there.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use gateway::{Anyone, CommonProblems, Envelope, ErrorBody, NoParams, One, Problem};
use http::StatusCode;
use sales::settings::{self, Profile};
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![health, live, ready, system_info]
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Health {
    /// It answers.
    Ok,
    /// It does not answer, or cannot do without something that does not.
    Unavailable,
    /// It finishes what it began and takes nothing new.
    Stopping,
}

/// How the program was built.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Build {
    /// With checks, slow.
    Debug,
    /// For use.
    Release,
}

/// How the shop is.
#[derive(Debug, Serialize, ToSchema)]
struct HealthView {
    /// The whole.
    status: Health,
    /// The database.
    database: Health,
}

impl HealthView {
    async fn of(shop: &Shop) -> (StatusCode, Self) {
        if shop.context().db.answers().await {
            (StatusCode::OK, Self { status: Health::Ok, database: Health::Ok })
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, Self { status: Health::Unavailable, database: Health::Unavailable })
        }
    }
}

/// Tell how each dependency is.
#[utoipa::path(
    get, path = "/health", tag = "system", operation_id = "health", security(()),
    responses(
        (status = 200, description = "Everything answers", body = HealthView),
        (status = 400, description = "`unknown_parameter`: it takes none", body = ErrorBody),
        (status = 401, description = "`unauthenticated`: a credential that is not good", body = ErrorBody),
        (status = 503, description = "The database is away", body = HealthView),
    ),
)]
async fn health(State(shop): State<Shop>, _caller: Anyone, _none: NoParams) -> Response {
    let (status, view) = HealthView::of(&shop).await;
    (status, Json(view)).into_response()
}

/// Whether the process is alive; asks nobody.
#[derive(Debug, Serialize, ToSchema)]
struct LiveView {
    /// It answers, so it is well.
    status: Health,
}

/// Tell that the process is alive.
#[utoipa::path(
    get, path = "/health/live", tag = "system", operation_id = "health_live", security(()),
    responses(
        (status = 200, description = "The process answers", body = LiveView),
        (status = 400, description = "`unknown_parameter`: it takes none", body = ErrorBody),
        (status = 401, description = "`unauthenticated`: a credential that is not good", body = ErrorBody),
    ),
)]
async fn live(_caller: Anyone, _none: NoParams) -> Json<LiveView> {
    Json(LiveView { status: Health::Ok })
}

/// Tell whether new requests are welcome: the database answers and the process is not stopping.
#[utoipa::path(
    get, path = "/health/ready", tag = "system", operation_id = "health_ready", security(()),
    responses(
        (status = 200, description = "Send requests here", body = HealthView),
        (status = 400, description = "`unknown_parameter`: it takes none", body = ErrorBody),
        (status = 401, description = "`unauthenticated`: a credential that is not good", body = ErrorBody),
        (status = 503, description = "Send them elsewhere", body = HealthView),
    ),
)]
async fn ready(State(shop): State<Shop>, _caller: Anyone, _none: NoParams) -> Response {
    let (status, view) = HealthView::of(&shop).await;
    if shop.is_welcoming() {
        return (status, Json(view)).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, Json(HealthView { status: Health::Stopping, ..view })).into_response()
}

/// What runs here.
#[derive(Debug, Serialize, ToSchema)]
struct SystemInfoView {
    /// The shop's name.
    name: String,
    /// Where customers write to.
    support_email: Option<String>,
    /// Where customers call.
    support_phone: Option<String>,
    /// Where the terms of sale are.
    terms_url: Option<String>,
    /// Where the shop says what it does with personal data.
    privacy_url: Option<String>,
    /// Version of Tradewind.
    version: &'static str,
    /// How it was built.
    build: Build,
    /// Seconds since the process began to answer.
    uptime_s: i64,
}

/// Tell what runs here, and what the shop says of itself.
#[utoipa::path(
    get, path = "/system/info", tag = "system", operation_id = "system_info", security(()),
    responses(CommonProblems, (status = 200, description = "Name, version, build, uptime, and where customers turn to", body = Envelope<SystemInfoView>)),
)]
async fn system_info(State(shop): State<Shop>, _caller: Anyone, _none: NoParams) -> Result<One<SystemInfoView>, Problem> {
    let Profile { name, support_email, support_phone, terms_url, privacy_url } = settings::profile(shop.context()).await?;
    Ok(One::plain(SystemInfoView {
        name,
        support_email,
        support_phone,
        terms_url,
        privacy_url,
        version: env!("CARGO_PKG_VERSION"),
        build: if cfg!(debug_assertions) { Build::Debug } else { Build::Release },
        uptime_s: (shop.context().now() - shop.started_at()).num_seconds(),
    }))
}

//! Limits on requests: what they are, who has used the most of them, and forgetting what somebody has used.

use axum::extract::State;
use gateway::{CommonProblems, Envelope, ErrorBody, NoContent, NoParams, One, Permitted, Problem, Valid, permission};
use kernel::{FieldErrors, Timestamp};
use platform::rate_limits::{self, Quota, Standing, Who};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::shop::Shop;

/// So many of those who have used the most are shown.
const MOST_STANDINGS: usize = 100;

pub(super) fn routes() -> Routes {
    routes![show_rate_limits, reset_rate_limits]
}

/// The limits of this node.
#[derive(Debug, Serialize, ToSchema)]
struct RateLimitsView {
    /// What each class of requests allows.
    classes: Vec<RateLimitClassView>,
    /// Who has used the most, 100 at most; nobody who has not asked of late.
    standings: Vec<RateLimitStandingView>,
}

/// What a class of requests allows, to each address and to each account or key.
#[derive(Debug, Serialize, ToSchema)]
struct RateLimitClassView {
    /// `reads`, `writes` or `sign_in`.
    class: &'static str,
    /// So many requests.
    limit: u64,
    /// In so many seconds.
    window_seconds: u64,
    /// And no more than so many at once.
    per_second: u64,
}

/// What somebody has used of a class.
#[derive(Debug, Serialize, ToSchema)]
struct RateLimitStandingView {
    /// Which class.
    class: &'static str,
    /// An address, a net of IPv6, or the id of a user or API key.
    subject: String,
    /// How many requests the class allows.
    limit: u64,
    /// How many of them are left.
    left: u64,
    /// When all of them are there again.
    #[schema(value_type = String, format = DateTime)]
    full_at: Timestamp,
}

/// Whose limits to reset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RateLimitResetIn {
    /// An address, or the id of a user or API key. Absent: everybody's.
    #[schema(min_length = 2, max_length = 64, example = "192.0.2.7")]
    subject: Option<String>,
}

impl RateLimitResetIn {
    fn parse(self) -> Result<Option<Who>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let who = errors.take_optional("subject", self.subject, |raw| raw.parse::<Who>());
        errors.finish(|| Some(who))
    }
}

impl From<&Quota> for RateLimitClassView {
    fn from(quota: &Quota) -> Self {
        let Quota { class, sustained, burst } = quota;
        Self { class, limit: sustained.limit(), window_seconds: sustained.window_s(), per_second: burst.limit() }
    }
}

impl From<Standing> for RateLimitStandingView {
    fn from(standing: Standing) -> Self {
        let Standing { class, who, limit, left, full_at } = standing;
        Self { class, subject: who.to_string(), limit, left, full_at }
    }
}

/// Show the limits on requests, and who has used the most of them on this node.
#[utoipa::path(
    get, path = "/api/v1/rate-limits", tag = "security", operation_id = "show_rate_limits", security(("bearer" = ["security:read"])),
    responses(CommonProblems, (status = 200, description = "The limits", body = Envelope<RateLimitsView>)),
)]
async fn show_rate_limits(State(shop): State<Shop>, _staff: Permitted<permission::SecurityRead>, _none: NoParams) -> One<RateLimitsView> {
    let limiter = shop.limits().limiter();
    let standings = limiter.standings(MOST_STANDINGS, shop.context().now()).await;
    One::plain(RateLimitsView {
        classes: limiter.quotas().iter().map(RateLimitClassView::from).collect(),
        standings: standings.into_iter().map(RateLimitStandingView::from).collect(),
    })
}

/// Forget what somebody, or everybody, has used of the limits; every node does within a second.
#[utoipa::path(
    post, path = "/api/v1/rate-limits/reset", tag = "security", operation_id = "reset_rate_limits",
    security(("bearer" = ["security:write"])),
    request_body = RateLimitResetIn,
    responses(
        CommonProblems,
        (status = 204, description = "It is forgotten"),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn reset_rate_limits(
    State(shop): State<Shop>,
    staff: Permitted<permission::SecurityWrite>,
    Valid(body): Valid<RateLimitResetIn>,
) -> Result<NoContent, Problem> {
    rate_limits::reset(shop.context(), &staff.origin(), body.parse()?).await?;
    Ok(NoContent)
}

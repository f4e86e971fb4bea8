//! What was sold of a product, day by day, for staff.

use axum::extract::State;
use chrono::NaiveDate;
use gateway::{CommonProblems, Envelope, ErrorBody, One, Params, Permitted, Problem, permission};
use kernel::{Currency, FieldErrors, Money};
use sales::product_metrics::{self, ProductDay, ProductMetrics, Sums, WantedDays};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::path::ProductPath;
use crate::rest::money::MoneyView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![get_product_metrics]
}

/// Of which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MetricsParams {
    /// The first day, in the shop's time zone. Absent: thirty days in all.
    #[param(value_type = String, format = Date, required = false, nullable = false, example = "2026-03-01")]
    from: Option<String>,
    /// The last day; at most 366 days in all. Absent: today.
    #[param(value_type = String, format = Date, required = false, nullable = false, example = "2026-03-31")]
    to: Option<String>,
}

impl MetricsParams {
    fn parse(self) -> Result<WantedDays, FieldErrors> {
        let mut errors = FieldErrors::new();
        let day = |raw: String| raw.parse::<NaiveDate>().map_err(|_| "must be a day like 2026-03-31");
        let from = errors.take_optional("from", self.from, day);
        let to = errors.take_optional("to", self.to, day);
        errors.finish(|| Some(WantedDays { from, to }))
    }
}

/// What was sold of a product over some days.
#[derive(Debug, Serialize, ToSchema)]
struct ProductMetricsView {
    /// The product.
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    /// The first day.
    #[schema(format = Date)]
    from: String,
    /// The last day.
    #[schema(format = Date)]
    to: String,
    /// Whose days these are.
    time_zone: String,
    /// The days with figures, the first first; one on which orders were paid in several currencies is there for each of them.
    days: Vec<ProductDayView>,
    /// The sums of them by currency.
    totals: Vec<ProductSumsView>,
}

/// What was sold on a day.
#[derive(Debug, Serialize, ToSchema)]
struct ProductDayView {
    /// The day on which the orders were placed.
    #[schema(format = Date)]
    day: String,
    #[serde(flatten)]
    sums: ProductSumsView,
}

/// What was sold.
#[derive(Debug, Serialize, ToSchema)]
struct ProductSumsView {
    /// Orders that are confirmed or completed.
    orders: i64,
    /// The pieces in them, without those that were called off.
    units: i64,
    /// Pieces that were called off, with their order or out of it, or whose order was not paid in time.
    cancelled_units: i64,
    /// What the pieces cost without tax.
    net: MoneyView,
    /// What they cost with tax.
    gross: MoneyView,
}

impl ProductSumsView {
    fn of(sums: Sums, currency: Currency) -> Self {
        let Sums { orders, units, cancelled_units, net_minor, gross_minor } = sums;
        let money = |minor| MoneyView::from(Money::new(minor, currency));
        Self { orders, units, cancelled_units, net: money(net_minor), gross: money(gross_minor) }
    }
}

impl From<ProductMetrics> for ProductMetricsView {
    fn from(metrics: ProductMetrics) -> Self {
        let day = |day: ProductDay| ProductDayView { day: day.day.to_string(), sums: ProductSumsView::of(day.sums, day.currency) };
        Self {
            product_id: metrics.product_id.to_string(),
            from: metrics.from_day.to_string(),
            to: metrics.to_day.to_string(),
            time_zone: metrics.time_zone,
            days: metrics.days.into_iter().map(day).collect(),
            totals: metrics.totals.into_iter().map(|(currency, sums)| ProductSumsView::of(sums, currency)).collect(),
        }
    }
}

/// Read what was sold of a product, day by day. An order that is placed, paid or called off is counted about a second later, in the day on
/// which it was placed.
#[utoipa::path(
    get, path = "/api/v1/products/{product_id}/metrics", tag = "products", operation_id = "get_product_metrics",
    security(("bearer" = ["reports:read"])),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"), MetricsParams),
    responses(
        CommonProblems,
        (status = 200, description = "The days, and their sums", body = Envelope<ProductMetricsView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn get_product_metrics(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ReportsRead>,
    ProductPath(product): ProductPath,
    Params(params): Params<MetricsParams>,
) -> Result<One<ProductMetricsView>, Problem> {
    let metrics = product_metrics::read(shop.context(), &product, params.parse()?).await?;
    Ok(One::plain(metrics.into()))
}

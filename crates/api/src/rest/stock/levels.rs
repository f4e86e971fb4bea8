//! Stock levels: what lies where, for staff.

use axum::extract::State;
use catalog::inventory::{self, LevelFilter, StockLevel};
use gateway::{
    CommonProblems, ErrorBody, FilterKind, Filters, List, ListEnvelope, ListParams, ListRoute, ListSpec, Permitted, Problem, permission,
};
use kernel::{FieldErrors, Prefixed, ProductTag, StockLocationTag, Timestamp, VariantTag};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::id_of;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_stock_levels]
}

/// The list of levels.
struct StockLevels;

impl ListRoute for StockLevels {
    const SPEC: ListSpec = ListSpec {
        sorts: &[StockLevel::SORT],
        default_sort: StockLevel::SORT,
        filters: &[
            ("variant", FilterKind::Id(VariantTag::PREFIX)),
            ("product", FilterKind::Id(ProductTag::PREFIX)),
            ("location", FilterKind::Id(StockLocationTag::PREFIX)),
            ("sku", FilterKind::Text),
            ("low", FilterKind::Flag),
        ],
        ..ListSpec::PLAIN
    };
}

fn filter(filters: &Filters) -> Result<LevelFilter, FieldErrors> {
    let mut errors = FieldErrors::new();
    let variant_id = id_of(filters, "variant", &mut errors);
    let product_id = id_of(filters, "product", &mut errors);
    let location_id = id_of(filters, "location", &mut errors);
    let (sku, low) = (filters.text("sku").map(str::to_owned), filters.flag("low"));
    errors.finish(|| Some(LevelFilter { variant_id, product_id, sku, location_id, low }))
}

/// What one location has of one variant.
#[derive(Debug, Serialize, ToSchema)]
struct StockLevelView {
    /// The variant.
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// Its product.
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    /// The product's title.
    product_title: String,
    /// Stock keeping unit.
    sku: Option<String>,
    /// `{"Color": "Red"}`.
    #[schema(value_type = Object)]
    options: Value,
    /// Where.
    #[schema(value_type = schema::StockLocationId)]
    location_id: String,
    /// What programs call the location.
    location_code: String,
    /// Pieces that lie there.
    on_hand: i64,
    /// Pieces that are promised to orders, those on backorder included.
    reserved: i64,
    /// Pieces that can still be promised; null: without limit.
    available: Option<i64>,
    /// How many pieces may be promised beyond those on hand; null: without limit.
    backorder_limit: Option<i64>,
    /// From how many ready pieces on the variant counts as low.
    low_stock_threshold: Option<i64>,
    /// Grows with each change.
    version: i64,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<StockLevel> for StockLevelView {
    fn from(row: StockLevel) -> Self {
        Self {
            variant_id: row.variant_id.to_string(),
            product_id: row.product_id.to_string(),
            product_title: row.product_title,
            sku: row.sku,
            options: row.options,
            location_id: row.location_id.to_string(),
            location_code: row.location_code,
            on_hand: row.level.on_hand,
            reserved: row.level.reserved,
            available: row.level.available(),
            backorder_limit: row.level.backorder_limit,
            low_stock_threshold: row.low_stock_threshold,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

/// List what lies where of the variants whose stock is tracked.
///
/// `filter[sku]` is how a stock keeping unit begins, in capital letters or small ones.
#[utoipa::path(
    get, path = "/api/v1/stock-levels", tag = "stock", operation_id = "list_stock_levels", security(("bearer" = ["stock:read"])),
    params(ListParams<StockLevels>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of levels; with `filter[low]=true` only where no more than the threshold is ready (nothing, where there is no threshold), with `false` only the others", body = ListEnvelope<StockLevelView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_stock_levels(
    State(shop): State<Shop>,
    _staff: Permitted<permission::StockRead>,
    list: ListParams<StockLevels>,
) -> Result<List<StockLevelView>, Problem> {
    let descending = list.sort.first().is_some_and(|key| key.descending);
    let page = inventory::list_levels(shop.context().db.reader(), &filter(&list.filters)?, descending, &list.page).await?;
    Ok(List::of(page.map(StockLevelView::from), &list))
}

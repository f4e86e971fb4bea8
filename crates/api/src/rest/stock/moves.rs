//! Stock moves: the ledger of what came and went, for staff.

use axum::extract::State;
use catalog::inventory::{self, MoveCause, MoveFilter, MoveReason, StockMove};
use gateway::{
    CommonProblems, ErrorBody, FilterKind, Filters, List, ListEnvelope, ListParams, ListRoute, ListSpec, Permitted, Problem, permission,
};
use kernel::{FieldErrors, FulfilmentId, Prefixed, StockAdjustmentId, StockLocationTag, Timestamp, VariantTag};
use serde::Serialize;
use utoipa::ToSchema;

use super::id_of;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_stock_moves]
}

/// The list of moves.
struct StockMoves;

impl ListRoute for StockMoves {
    const SPEC: ListSpec = ListSpec {
        filters: &[
            ("variant", FilterKind::Id(VariantTag::PREFIX)),
            ("location", FilterKind::Id(StockLocationTag::PREFIX)),
            ("reason", FilterKind::OneOf(MoveReason::WORDS)),
            ("created_at", FilterKind::Period),
        ],
        ..ListSpec::PLAIN
    };
}

fn filter(filters: &Filters) -> Result<MoveFilter, FieldErrors> {
    let mut errors = FieldErrors::new();
    let variant_id = id_of(filters, "variant", &mut errors);
    let location_id = id_of(filters, "location", &mut errors);
    let reasons = filters.parsed("reason").unwrap_or_default();
    let created_at = filters.period("created_at");
    errors.finish(|| Some(MoveFilter { variant_id, location_id, reasons, created_at }))
}

/// An entry of the stock ledger; it never changes.
#[derive(Debug, Serialize, ToSchema)]
struct StockMoveView {
    /// Its id (`move_…`).
    #[schema(value_type = schema::StockMoveId)]
    id: String,
    /// What moved.
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// Its stock keeping unit.
    sku: Option<String>,
    /// Where.
    #[schema(value_type = schema::StockLocationId)]
    location_id: String,
    /// What programs call the location.
    location_code: String,
    /// How many pieces came; negative where they went.
    delta: i64,
    /// What lay there afterwards.
    on_hand_after: i64,
    /// Why: `initial`, `received`, `returned`, `damaged`, `lost`, `correction`, `counted`, `imported`, `fulfilled` or `transferred`.
    #[schema(value_type = schema::StockMoveReason)]
    reason: MoveReason,
    /// What kind of thing caused it: `adjustment` or `fulfilment`.
    #[schema(value_type = schema::StockMoveCause)]
    cause_type: MoveCause,
    /// Which one (`sadj_…`, `ful_…`).
    #[schema(value_type = schema::StockMoveCauseId)]
    cause_id: String,
    /// What staff noted.
    note: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl From<StockMove> for StockMoveView {
    fn from(entry: StockMove) -> Self {
        let cause_id = match entry.cause_type {
            MoveCause::Adjustment => StockAdjustmentId::from_uuid(entry.cause_id).to_string(),
            MoveCause::Fulfilment => FulfilmentId::from_uuid(entry.cause_id).to_string(),
        };
        Self {
            id: entry.id.to_string(),
            variant_id: entry.variant_id.to_string(),
            sku: entry.sku,
            location_id: entry.location_id.to_string(),
            location_code: entry.location_code,
            delta: entry.delta,
            on_hand_after: entry.on_hand_after,
            reason: entry.reason,
            cause_type: entry.cause_type,
            cause_id,
            note: entry.note,
            created_at: entry.created_at,
            created_by: entry.created_by,
        }
    }
}

/// List what came and went, the newest first.
#[utoipa::path(
    get, path = "/api/v1/stock-moves", tag = "stock", operation_id = "list_stock_moves", security(("bearer" = ["stock:read"])),
    params(ListParams<StockMoves>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of moves", body = ListEnvelope<StockMoveView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_stock_moves(
    State(shop): State<Shop>,
    _staff: Permitted<permission::StockRead>,
    list: ListParams<StockMoves>,
) -> Result<List<StockMoveView>, Problem> {
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let page = inventory::list_moves(shop.context().db.reader(), &filter(&list.filters)?, descending, &list.page).await?;
    Ok(List::of(page.map(StockMoveView::from), &list))
}

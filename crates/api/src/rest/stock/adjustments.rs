//! Stock adjustments: staff put figures right, by a difference or by what they counted.

use axum::extract::State;
use catalog::inventory::{self, AdjustStock, Adjusted, AdjustedItem, Adjustment, AdjustmentItem, CountChange, MoveReason};
use gateway::{Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, Permitted, Problem, Valid, kept_answer, permission};
use kernel::{FieldErrors, Timestamp};
use platform::idempotency::Answer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![adjust_stock]
}

/// A correction of one or many figures: all or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StockAdjustmentIn {
    /// Why: `received`, `returned`, `damaged`, `lost`, `correction`, `counted` or `imported`.
    #[schema(value_type = schema::ManualReason)]
    reason: String,
    /// What else is to be known of it.
    #[schema(min_length = 1, max_length = 1_000)]
    note: Option<String>,
    /// The figures.
    #[schema(min_items = 1, max_items = 250)]
    items: Vec<StockAdjustmentItemIn>,
}

/// One figure: either a `delta`, or what was counted (`on_hand`) together with what the shop said before (`expected_on_hand`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StockAdjustmentItemIn {
    /// Of what (`var_…`).
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// Where (`loc_…`). Absent: at the active location of first priority.
    #[schema(value_type = Option<schema::StockLocationId>)]
    location_id: Option<String>,
    /// How many pieces come; negative: go.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    delta: Option<i64>,
    /// How many pieces lie there.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    on_hand: Option<i64>,
    /// How many the caller thinks that the shop knows of: where it knows of others, nothing is corrected.
    expected_on_hand: Option<i64>,
}

impl StockAdjustmentIn {
    fn parse(self) -> Result<Adjustment, FieldErrors> {
        let mut errors = FieldErrors::new();
        let reason = errors.take("reason", self.reason.parse::<MoveReason>());
        let item = |(place, item): (usize, StockAdjustmentItemIn)| item.parse(place, &mut errors);
        let items: Vec<AdjustmentItem> = self.items.into_iter().enumerate().filter_map(item).collect();
        let (reason, items) = errors.finish(|| Some((reason?, items)))?;
        Adjustment::parse(reason, self.note.as_deref(), items)
    }
}

impl StockAdjustmentItemIn {
    fn parse(self, place: usize, errors: &mut FieldErrors) -> Option<AdjustmentItem> {
        let field = |name: &str| format!("items.{place}.{name}");
        let variant_id = errors.take(field("variant_id"), self.variant_id.parse());
        let location_id = self.location_id.map(|raw| errors.take(field("location_id"), raw.parse()));
        let change = match (self.delta, self.on_hand, self.expected_on_hand) {
            (Some(delta), None, None) => Some(CountChange::By(delta)),
            (None, Some(on_hand), Some(expected)) => Some(CountChange::To { expected: Some(expected), on_hand }),
            _ => {
                errors.add(format!("items.{place}"), "must have either delta or both on_hand and expected_on_hand");
                None
            }
        };
        // A location that cannot be read must not turn into the default one.
        let location_id = location_id.map_or(Some(None), |known| known.map(Some))?;
        Some(AdjustmentItem { variant_id: variant_id?, location_id, change: change? })
    }
}

/// A correction that was made.
#[derive(Debug, Serialize, ToSchema)]
struct StockAdjustmentView {
    /// Its id (`sadj_…`): the cause of its moves.
    #[schema(value_type = schema::StockAdjustmentId)]
    id: String,
    /// Why.
    #[schema(value_type = schema::ManualReason)]
    reason: MoveReason,
    /// What else is to be known of it.
    note: Option<String>,
    /// The figures, in the order of the request.
    items: Vec<StockAdjustmentItemView>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

/// A corrected figure.
#[derive(Debug, Serialize, ToSchema)]
struct StockAdjustmentItemView {
    /// Of what.
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// Where.
    #[schema(value_type = schema::StockLocationId)]
    location_id: String,
    /// How many pieces came or went; 0 where the figure was right.
    delta: i64,
    /// How many lie there now.
    on_hand: i64,
    /// How many of them are promised to orders.
    reserved: i64,
}

impl From<&Adjusted> for StockAdjustmentView {
    fn from(adjusted: &Adjusted) -> Self {
        let item = |item: &AdjustedItem| StockAdjustmentItemView {
            variant_id: item.variant_id.to_string(),
            location_id: item.location_id.to_string(),
            delta: item.delta,
            on_hand: item.level.on_hand,
            reserved: item.level.reserved,
        };
        Self {
            id: adjusted.id.to_string(),
            reason: adjusted.reason,
            note: adjusted.note.clone(),
            items: adjusted.items.iter().map(item).collect(),
            created_at: adjusted.created_at,
            created_by: adjusted.created_by.clone(),
        }
    }
}

fn answer(adjusted: &Adjusted) -> Answer {
    kept_answer(201, &StockAdjustmentView::from(adjusted))
}

/// Correct what lies somewhere: all figures or none.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/stock-adjustments", tag = "stock", operation_id = "adjust_stock", security(("bearer" = ["stock:write"])),
    params(CommandKey),
    request_body = StockAdjustmentIn,
    responses(
        CommonProblems,
        (status = 201, description = "The figures are corrected", body = Envelope<StockAdjustmentView>),
        (status = 409, description = "`stock_changed`, `stock_below_zero`, `stock_is_reserved`, with the figures as they are; `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn adjust_stock(
    State(shop): State<Shop>,
    staff: Permitted<permission::StockWrite>,
    Command { key, body: Valid(body) }: Command<Valid<StockAdjustmentIn>>,
) -> Result<Kept, Problem> {
    let command = AdjustStock { adjustment: body.parse()?, key: key.of(staff.actor()), present: &answer };
    let adjusted = inventory::adjust(shop.context(), &staff.origin(), command).await?;
    Ok(adjusted.into())
}

//! The route that writes many products at once.

use std::collections::BTreeMap;

use axum::extract::State;
use catalog::assortment::{self, BatchError, BatchItem, ChangeProducts};
use gateway::{CommonProblems, Envelope, ErrorBody, One, Params, Permission, Permitted, Problem, Valid, permission};
use serde::Deserialize;
use utoipa::IntoParams;

use super::batch_wire::{BatchIn, BatchView, parse};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

/// A hundred products with descriptions of full length.
const BATCH_BYTES: usize = 8 * 1_024 * 1_024;

pub(super) fn routes() -> Routes {
    routes![change_products]
}

/// Whether a batch is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct BatchParams {
    /// True: nothing is kept, the answer says what would change.
    #[serde(default)]
    dry_run: bool,
}

/// Make, change and delete up to a hundred products in one transaction.
///
/// Each item is done or refused for itself and carries its own version; later items see what earlier ones did. The answer is
/// 200 whatever became of them. What changed, costs included, is told to whoever may also read products; to others only that
/// it was done. Items that delete need `products:delete` as well.
#[utoipa::path(
    post, path = "/api/v1/products/batch", tag = "products", operation_id = "change_products",
    security(("bearer" = ["products:write"])),
    params(BatchParams),
    request_body = BatchIn,
    responses(
        CommonProblems,
        (status = 200, description = "What became of each item", body = Envelope<BatchView>),
        (status = 422, description = "`validation_failed`: no items, or too many", body = ErrorBody),
    ),
)]
async fn change_products(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    Params(BatchParams { dry_run }): Params<BatchParams>,
    Valid(body): Valid<BatchIn, BATCH_BYTES>,
) -> Result<One<BatchView>, Problem> {
    let (items, unread) = read(body, staff.may(Permission::ProductsDelete))?;
    let outcomes = match items.is_empty() {
        true => Vec::new(),
        false => assortment::batch(shop.context(), &staff.origin(), ChangeProducts { items, dry_run }).await?,
    };
    let view = BatchView::of(outcomes, unread, dry_run);
    Ok(One::plain(if staff.may(Permission::ProductsRead) { view } else { view.without_changes() }))
}

/// The items that can be read, and why the others, by their places, cannot.
fn read(body: BatchIn, may_delete: bool) -> Result<(Vec<BatchItem>, BTreeMap<usize, Problem>), Problem> {
    if body.items.is_empty() || body.items.len() > ChangeProducts::MOST_ITEMS {
        return Err(BatchError::Size.into());
    }
    let (mut items, mut unread) = (Vec::new(), BTreeMap::new());
    for (place, item) in body.items.into_iter().enumerate() {
        match parse(item) {
            Ok(BatchItem::Delete(_)) if !may_delete => drop(unread.insert(place, Problem::forbidden(Permission::ProductsDelete.name()))),
            Ok(item) => items.push(item),
            Err(problem) => drop(unread.insert(place, problem)),
        }
    }
    Ok((items, unread))
}

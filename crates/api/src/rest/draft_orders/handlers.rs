//! The routes of draft orders.

use axum::extract::State;
use gateway::{
    Command, CommandKey, CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, Kept, List, ListEnvelope, ListParams, NoContent,
    NoParams, One, PathId, Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::{CartId, CartTag};
use sales::carts::{self, Cart, CartAccess, CartProof};
use sales::checkout::{self, PlaceOrder};
use sales::pricing;

use super::wire::{DraftIn, DraftOrders, DraftSummaryView, PlaceDraftIn, pays_within, whose};
use crate::rest::carts::{CartView, show};
use crate::rest::orders::OrderView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_draft_orders, create_draft_order, get_draft_order, replace_draft_order, delete_draft_order, place_draft_order]
}

fn access(cart_id: CartId) -> CartAccess {
    CartAccess { cart_id, proof: CartProof::Staff }
}

/// A draft; one that is placed is none.
async fn find(shop: &Shop, id: CartId) -> Result<Cart, Problem> {
    Ok(carts::open(shop.context().db.reader(), &access(id)).await?)
}

/// List draft orders, the newest first.
#[utoipa::path(
    get, path = "/api/v1/draft-orders", tag = "draft-orders", operation_id = "list_draft_orders",
    security(("bearer" = ["orders:read"])),
    params(ListParams<DraftOrders>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of drafts", body = ListEnvelope<DraftSummaryView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_draft_orders(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    list: ListParams<DraftOrders>,
) -> Result<List<DraftSummaryView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = carts::list_drafts(shop.context().db.reader(), whose(&list)?, newest_first, &list.page).await?;
    Ok(List::of(page.map(DraftSummaryView::from), &list))
}

/// Begin a draft order. It costs what a cart would, except where staff agree on other prices, and holds no stock until it is placed.
#[utoipa::path(
    post, path = "/api/v1/draft-orders", tag = "draft-orders", operation_id = "create_draft_order",
    security(("bearer" = ["orders:write"])),
    request_body = DraftIn,
    responses(
        CommonProblems,
        (status = 201, description = "The draft", body = Envelope<CartView>),
        (status = 422, description = "`validation_failed`, `total_too_large`", body = ErrorBody),
    ),
)]
async fn create_draft_order(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    Valid(body): Valid<DraftIn>,
) -> Result<Created<CartView>, Problem> {
    let contents = carts::create_draft(&shop.sales, &staff.origin(), body.parse()?).await?;
    let priced = pricing::price(shop.context().db.reader(), contents).await?;
    Ok(Created::versioned(CartView::from(&priced), priced.cart.version))
}

/// Read a draft order, priced as of now.
#[utoipa::path(
    get, path = "/api/v1/draft-orders/{cart_id}", tag = "draft-orders", operation_id = "get_draft_order",
    security(("bearer" = ["orders:read"])),
    params(("cart_id" = schema::CartId, Path, description = "The draft (`cart_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The draft; its ETag is what `cart_version` takes", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`: also for one that is placed", body = ErrorBody),
    ),
)]
async fn get_draft_order(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    PathId(id): PathId<CartTag>,
    _none: NoParams,
) -> Result<One<CartView>, Problem> {
    let (context, cart) = (shop.context(), find(&shop, id).await?);
    show(&shop, carts::contents(context.db.reader(), cart, context.now()).await?).await
}

/// Write a draft order anew: what is absent is empty.
#[utoipa::path(
    put, path = "/api/v1/draft-orders/{cart_id}", tag = "draft-orders", operation_id = "replace_draft_order",
    security(("bearer" = ["orders:write"])),
    params(("cart_id" = schema::CartId, Path, description = "The draft (`cart_…`)"), ExpectedVersion),
    request_body = DraftIn,
    responses(
        CommonProblems,
        (status = 200, description = "The draft as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `total_too_large`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_draft_order(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathId(id): PathId<CartTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<DraftIn>,
) -> Result<One<CartView>, Problem> {
    find(&shop, id).await?;
    let version = expected.or(body.version)?;
    show(&shop, carts::replace_draft(&shop.sales, &staff.origin(), (id, version), body.parse()?).await?).await
}

/// Throw a draft order away.
#[utoipa::path(
    delete, path = "/api/v1/draft-orders/{cart_id}", tag = "draft-orders", operation_id = "delete_draft_order",
    security(("bearer" = ["orders:write"])),
    params(("cart_id" = schema::CartId, Path, description = "The draft (`cart_…`)"), RequiredVersion),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_draft_order(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathId(id): PathId<CartTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    carts::discard_draft(&shop.sales, &staff.origin(), (id, version)).await?;
    Ok(NoContent)
}

/// Make an order of a draft: its stock is held, and it waits for its money. A method by which a provider is asked is asked when the customer
/// pays, by the link of `POST /api/v1/orders/{order_id}/payment-link`.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/draft-orders/{cart_id}/place", tag = "draft-orders", operation_id = "place_draft_order",
    security(("bearer" = ["orders:write"])),
    params(("cart_id" = schema::CartId, Path, description = "The draft (`cart_…`)"), CommandKey),
    request_body = PlaceDraftIn,
    responses(
        CommonProblems,
        (status = 201, description = "The order", body = Envelope<OrderView>),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`out_of_stock`, `variant_unavailable`, `cart_changed`, `promotion_not_applied`, `promotion_used_up`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`cart_empty`, `cart_incomplete`, `payment_method_unavailable`, `total_too_large`, `idempotency_key_reused`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn place_draft_order(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathId(id): PathId<CartTag>,
    Command { key, body: Valid(body) }: Command<Valid<PlaceDraftIn>>,
) -> Result<Kept, Problem> {
    let pays_within = Some(pays_within(body.pays_within_hours)?);
    let (access, key) = (access(id), key.of(staff.actor()));
    let request = PlaceOrder { access, cart_version: body.cart_version, payment_method: body.payment_method, pays_within, key };
    Ok(checkout::run(&shop.sales, &staff.origin(), request).await?.into())
}

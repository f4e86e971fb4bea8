//! What goes into a parcel, for whoever packs it.

use axum::extract::State;
use axum::response::Response;
use gateway::{CommonProblems, ErrorBody, Params, PathIdOr, Permitted, Problem, permission};
use kernel::OrderTag;
use sales::packing_slips::{self, PackingSlip, PackingSlipError};
use serde::Deserialize;

use super::handlers::find;
use crate::rest::documents::{self, PaperFile};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![get_packing_slip_page, get_packing_slip_paper]
}

/// Of which parcel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parcel {
    fulfilment_id: Option<String>,
}

async fn slip(shop: &Shop, PathIdOr(name): PathIdOr<OrderTag>, Parcel { fulfilment_id }: Parcel) -> Result<PackingSlip, Problem> {
    let order = find(shop, name).await?;
    let parcel = fulfilment_id.map(|raw| raw.parse().map_err(|_| PackingSlipError::FulfilmentNotFound)).transpose()?;
    Ok(packing_slips::slip(shop.context().db.reader(), order, parcel, shop.context().now()).await?)
}

/// Read the packing slip of an order as a page: what is still to be sent, without prices.
///
/// With `fulfilment_id` it says what is in that parcel.
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}/packing-slip.html", tag = "orders", operation_id = "get_packing_slip_page",
    security(("bearer" = ["orders:read"])),
    params(
        ("order_id" = String, Path, description = "The order, by id (`order_…`) or number"),
        ("fulfilment_id" = Option<String>, Query, nullable = false, description = "A parcel (`ful_…`); absent: what is still to be sent"),
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 404, description = "`order_not_found`, `fulfilment_not_found`", body = ErrorBody),
        (status = 409, description = "`nothing_to_fulfil`: nothing is left to be sent", body = ErrorBody),
    ),
)]
async fn get_packing_slip_page(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    order: PathIdOr<OrderTag>,
    Params(parcel): Params<Parcel>,
) -> Result<Response, Problem> {
    let page = slip(&shop, order, parcel).await?.html().map_err(Problem::internal)?;
    Ok(documents::page(page.text, page.style_digest))
}

/// Read the packing slip of an order on paper: what is still to be sent, without prices.
///
/// With `fulfilment_id` it says what is in that parcel.
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}/packing-slip.pdf", tag = "orders", operation_id = "get_packing_slip_paper",
    security(("bearer" = ["orders:read"])),
    params(
        ("order_id" = String, Path, description = "The order, by id (`order_…`) or number"),
        ("fulfilment_id" = Option<String>, Query, nullable = false, description = "A parcel (`ful_…`); absent: what is still to be sent"),
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The file", body = PaperFile, content_type = "application/pdf"),
        (status = 404, description = "`order_not_found`, `fulfilment_not_found`", body = ErrorBody),
        (status = 409, description = "`nothing_to_fulfil`: nothing is left to be sent", body = ErrorBody),
    ),
)]
async fn get_packing_slip_paper(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    order: PathIdOr<OrderTag>,
    Params(parcel): Params<Parcel>,
) -> Result<Response, Problem> {
    let slip = slip(&shop, order, parcel).await?;
    let bytes = slip.pdf().map_err(Problem::internal)?;
    Ok(documents::paper(bytes, &format!("packing-slip-{}", slip.number())))
}

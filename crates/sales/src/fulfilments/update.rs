//! What staff learn of a parcel after it left.

use kernel::{FulfilmentId, OrderId, Origin, Timestamp};
use platform::{Context, audit, outbox};
use serde_json::json;

use super::error::FulfilError;
use super::fulfil::Tracking;
use crate::orders::{self, OrderDetails, OrderFact, OrderKey, ParcelStatus};

/// The changes; a field that is `None` stays, `Some(None)` clears it.
#[derive(Debug, Clone)]
pub struct UpdateFulfilment {
    /// Of which order.
    pub order_id: OrderId,
    /// Which parcel.
    pub fulfilment_id: FulfilmentId,
    /// The parcel's version that the caller saw.
    pub version: i64,
    /// Who carries it.
    pub carrier: Option<Option<String>>,
    /// The carrier's number.
    pub tracking_number: Option<Option<String>>,
    /// Where the customer follows it.
    pub tracking_url: Option<Option<String>>,
    /// When it arrived; a parcel that arrived stays so.
    pub delivered_at: Option<Timestamp>,
}

/// Changes a parcel; the first `delivered_at` makes it delivered, with the order's state following.
///
/// # Errors
/// `FulfilError`; nothing is written then.
pub async fn update(context: &Context, origin: &Origin, request: UpdateFulfilment) -> Result<OrderDetails, FulfilError> {
    let new = Tracking::parse(
        request.carrier.clone().flatten(),
        request.tracking_number.clone().flatten(),
        request.tracking_url.clone().flatten(),
    )?;
    let tx = context.begin(origin).await?;
    let mut order = orders::lock(&tx, OrderKey::Id(request.order_id)).await?.ok_or(FulfilError::NotFound)?;
    let parcels = orders::details(&tx, order.clone()).await?.fulfilments;
    let mut parcel = parcels.into_iter().find(|parcel| parcel.id == request.fulfilment_id).ok_or(FulfilError::FulfilmentNotFound)?;
    if parcel.version != request.version {
        return Err(FulfilError::VersionConflict { current: parcel.version });
    }
    if request.carrier.is_some() {
        parcel.carrier = new.carrier;
    }
    if request.tracking_number.is_some() {
        parcel.tracking_number = new.number;
    }
    if request.tracking_url.is_some() {
        parcel.tracking_url = new.url;
    }
    let arrives = request.delivered_at.filter(|_| parcel.delivered_at.is_none());
    if let Some(at) = arrives {
        parcel.delivered_at = Some(at);
        parcel.status = ParcelStatus::Delivered;
    }
    orders::update_fulfilment(&tx, parcel.id, &parcel).await?;
    let progress = orders::progress_of(&tx, order.id).await?;
    orders::advance(&tx, &mut order, &progress, false).await?;
    if arrives.is_some() {
        outbox::record(&tx, &OrderFact::delivered(&order, parcel.id)).await?;
    }
    let state = json!({ "fulfilment_id": parcel.id, "status": parcel.status, "version": request.version + 1 });
    audit::record(&tx, &audit::Entry::of("fulfilment.updated", order.id).after(&state)).await?;
    let details = orders::details(&tx, order).await?;
    tx.commit().await?;
    Ok(details)
}

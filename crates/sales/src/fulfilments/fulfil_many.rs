//! Shipping what is left of many orders.

use std::collections::HashSet;

use kernel::{FieldErrors, Origin};
use platform::idempotency::Keyed;

use super::error::FulfilError;
use super::fulfil::{FulfilOrder, fulfil};
use crate::Sales;

/// What became of one order of many.
pub type Fulfilled = Result<Keyed, FulfilError>;

/// Writes a parcel down for each of these orders, one after the other, each in a transaction of its own: what is refused of one changes
/// nothing of the others. Each has its own key, so that whoever repeats the request after it was cut off goes on where it ended.
pub async fn fulfil_many(sales: &Sales, origin: &Origin, requests: Vec<FulfilOrder>) -> Vec<Fulfilled> {
    let (mut seen, mut fulfilled) = (HashSet::new(), Vec::with_capacity(requests.len()));
    for request in requests {
        fulfilled.push(match seen.insert(request.order_id) {
            true => fulfil(sales, origin, request).await,
            false => Err(FieldErrors::of("order_id", "is named more than once").into()),
        });
    }
    fulfilled
}

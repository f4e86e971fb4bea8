//! The whole checkout: place the order, ask its provider, settle.

use kernel::Origin;
use platform::idempotency::{self, Keyed};

use super::error::PlaceOrderError;
use super::place::{PlaceOrder, Placed, place};
use crate::Sales;
use crate::settlement::{ask, settle};

/// Orders a cart. Safe to repeat under the same key: the first answer is given again, byte for byte.
///
/// When the process dies between the steps, the order stands and the reconciler asks the provider a minute later, settles,
/// and stores the answer under the key.
///
/// # Errors
/// `PlaceOrderError` before anything stands; afterwards only what a retry under the same key resolves.
#[tracing::instrument(skip_all, fields(cart.id = %request.access.cart_id))]
pub async fn run(sales: &Sales, origin: &Origin, request: PlaceOrder) -> Result<Keyed, PlaceOrderError> {
    match place(sales, origin, &request).await? {
        Placed::Answered(answer) => Ok(Keyed::New(answer)),
        Placed::Replayed(answer) => Ok(Keyed::Replayed(answer)),
        Placed::InProgress => Ok(Keyed::Replayed(idempotency::wait(&sales.context.db, &request.key).await?)),
        Placed::Paying(asked) => {
            platform::failpoint("checkout.placed");
            let (operation, payment) = *asked;
            let outcome = ask(sales, &operation, &payment).await;
            Ok(Keyed::New(settle(sales, origin, operation.id, &outcome).await?))
        }
    }
}

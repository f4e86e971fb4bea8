//! The whole checkout: place the order, ask its provider, settle.

use ::payments::payments::{Operation, Payment};
use kernel::Origin;
use platform::idempotency::{self, Answer, IdempotencyError, Key, Keyed};

use super::error::PlaceOrderError;
use super::place::{PlaceOrder, place};
use crate::Sales;
use crate::settlement::{SettleError, ask, settle};

/// What the first transaction of a command came to.
pub(super) enum Begun {
    /// It stands and nobody has to be asked: this is the answer.
    Answered(Answer),
    /// It stands and its provider has to be asked for this.
    Paying(Box<(Operation, Payment)>),
    /// It was done before: answer this again.
    Replayed(Answer),
    /// It was begun before, and the first request still asks the provider.
    InProgress,
}

/// Orders a cart. Safe to repeat under the same key: the first answer is given again, byte for byte.
///
/// When the process dies between the steps, the order stands and the reconciler asks the provider a minute later, settles,
/// and stores the answer under the key.
///
/// # Errors
/// `PlaceOrderError` before anything stands; afterwards only what a retry under the same key resolves.
#[tracing::instrument(skip_all, fields(cart.id = %request.access.cart_id))]
pub async fn run(sales: &Sales, origin: &Origin, request: PlaceOrder) -> Result<Keyed, PlaceOrderError> {
    let begun = place(sales, origin, &request).await?;
    carry_out(sales, origin, &request.key, begun).await
}

/// What follows the commit: the provider is asked, and its word is settled.
pub(super) async fn carry_out<E>(sales: &Sales, origin: &Origin, key: &Key, begun: Begun) -> Result<Keyed, E>
where
    E: From<IdempotencyError> + From<SettleError>,
{
    match begun {
        Begun::Answered(answer) => Ok(Keyed::New(answer)),
        Begun::Replayed(answer) => Ok(Keyed::Replayed(answer)),
        Begun::InProgress => Ok(Keyed::Replayed(idempotency::wait(&sales.context.db, key).await?)),
        Begun::Paying(asked) => {
            platform::failpoint("checkout.placed");
            let (operation, payment) = *asked;
            let outcome = ask(sales, &operation, &payment).await;
            Ok(Keyed::New(settle(sales, origin, operation.id, &outcome).await?))
        }
    }
}

//! Orders that somebody placed as a guest become theirs.

use kernel::{Email, Origin, UserId};
use platform::Context;
use platform::db::DatabaseError;
use platform::outbox;

use super::events::OrderFact;
use super::model::OrderKey;
use super::store;
use crate::carts;

/// So many orders are locked together at most.
const BATCH: i64 = 100;

/// Gives a customer the orders that were placed by a guest under this address, which the customer has shown to read. How many
/// there were; doing it again finds none.
///
/// # Errors
/// `DatabaseError`, by what went wrong; what was given is given, and the next call goes on.
pub async fn claim(context: &Context, origin: &Origin, user: UserId, email: &Email) -> Result<u64, DatabaseError> {
    let mut claimed = 0;
    loop {
        let found = claim_some(context, origin, user, email).await?;
        claimed += found;
        if i64::try_from(found).is_ok_and(|found| found < BATCH) {
            return Ok(claimed);
        }
    }
}

async fn claim_some(context: &Context, origin: &Origin, user: UserId, email: &Email) -> Result<u64, DatabaseError> {
    let tx = context.begin(origin).await?;
    let ids = store::guest_orders(&tx, email, BATCH).await?;
    let mut claimed = 0;
    for id in ids {
        let Some(mut order) = store::lock(&tx, OrderKey::Id(id)).await?.filter(|order| order.user_id.is_none()) else { continue };
        order.user_id = Some(user);
        store::give_to(&tx, &order, user).await?;
        if let Some(cart) = order.cart_id {
            carts::give_to(&tx, cart, user, None).await?;
        }
        outbox::record(&tx, &OrderFact::claimed(&order)).await?;
        claimed += 1;
    }
    tx.commit().await?;
    Ok(claimed)
}

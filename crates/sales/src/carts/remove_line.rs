//! Taking a line out of a cart.

use kernel::{CartLineId, Origin};

use super::model::{Cart, CartAccess, CartError};
use super::store;
use crate::Sales;

/// Removes a line under the cart's lock.
///
/// # Errors
/// `LineNotFound` for a line of another cart, too.
pub async fn remove_line(sales: &Sales, origin: &Origin, access: &CartAccess, line_id: CartLineId) -> Result<Cart, CartError> {
    let tx = sales.context.begin(origin).await?;
    let mut cart = store::lock(&tx, access).await?.into_cart();
    if !store::delete_line(&tx, cart.id, line_id).await? {
        return Err(CartError::LineNotFound);
    }
    store::touch(&tx, &mut cart).await?;
    tx.commit().await?;
    Ok(cart)
}

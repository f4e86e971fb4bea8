//! Taking a line out of a cart.

use kernel::{CartLineId, Origin};

use super::contents::{CartContents, with_lines};
use super::error::CartError;
use super::model::CartAccess;
use super::store::{self, Locked};
use crate::Sales;

/// Removes a line under the cart's lock.
///
/// # Errors
/// `LineNotFound` for a line of another cart, too.
pub async fn remove_line(sales: &Sales, origin: &Origin, access: &CartAccess, line_id: CartLineId) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, mut lines } = store::lock(&tx, access).await?;
    if !store::delete_line(&tx, cart.id, line_id).await? {
        return Err(CartError::LineNotFound);
    }
    store::touch(&tx, &mut cart).await?;
    tx.commit().await?;
    lines.lines.retain(|line| line.id != line_id);
    Ok(with_lines(sales.context.db.reader(), cart, lines, sales.context.now()).await?)
}

//! Changing what a cart says of its customer and its way.

use accounts::addresses::Address;
use kernel::{Email, Origin, ShippingMethodId, Timestamp};
use platform::db::OnBroken;

use super::contents::{CartContents, with_lines};
use super::error::CartError;
use super::model::{Cart, CartAccess};
use super::store::{self, Locked};
use crate::Sales;
use crate::shipping::ShippingMethods;

/// What changes; a field that is `None` stays, `Some(None)` clears it.
#[derive(Debug, Clone, Default)]
pub struct EditCart {
    /// Where the confirmation goes.
    pub email: Option<Option<Email>>,
    /// Whether the customer wants news.
    pub accepts_marketing: Option<bool>,
    /// Where the parcel goes.
    pub shipping_address: Option<Option<Address>>,
    /// Who is billed.
    pub billing_address: Option<Option<Address>>,
    /// How the parcel goes.
    pub shipping_method_id: Option<Option<ShippingMethodId>>,
}

/// Changes the cart under its lock. A shipping method that does not exist is refused here; whether it goes to the address
/// is judged whenever the cart is priced, because either may change later.
///
/// # Errors
/// `CartError`, by what went wrong.
pub async fn edit(sales: &Sales, origin: &Origin, access: &CartAccess, change: EditCart) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, lines } = store::lock(&tx, access).await?;
    if let Some(Some(id)) = change.shipping_method_id {
        let offered = ShippingMethods::standing(&tx, &lines.rules).await?;
        if !offered.has(id) {
            return Err(CartError::ShippingMethodUnavailable);
        }
    }
    apply(&mut cart, change, tx.now());
    cart.version += 1;
    cart.updated_at = tx.now();
    // Staff may delete the method between the look and the write; nothing else that the cart names can be absent.
    store::update(&tx, &cart, &access.proof).await.on_foreign(|| CartError::ShippingMethodUnavailable)?;
    tx.commit().await.on_foreign(|| CartError::ShippingMethodUnavailable)?;
    Ok(with_lines(sales.context.db.reader(), cart, lines, sales.context.now()).await?)
}

fn apply(cart: &mut Cart, change: EditCart, now: Timestamp) {
    if let Some(email) = change.email {
        cart.email = email;
    }
    if let Some(accepts) = change.accepts_marketing {
        // A box that stays ticked keeps its time: a no that was said elsewhere since is the newer word.
        cart.accepts_marketing_at = accepts.then(|| cart.accepts_marketing_at.unwrap_or(now));
    }
    if let Some(address) = change.shipping_address {
        cart.shipping_address = address;
    }
    if let Some(address) = change.billing_address {
        cart.billing_address = address;
    }
    if let Some(method) = change.shipping_method_id {
        cart.shipping_method_id = method;
    }
}

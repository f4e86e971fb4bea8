//! A guest's cart becomes part of the customer's.

use kernel::{CartId, CartLineId, Origin, Quantity, UserId};
use platform::db::WriteTx;

use super::add_line::MOST_LINES;
use super::codes;
use super::contents::{self, CartContents, with_lines};
use super::create::address_of;
use super::error::CartError;
use super::model::{Cart, CartAccess, CartLine, CartProof, CartStatus};
use super::store::{self, Locked};
use super::stored_values;
use crate::Sales;

/// The cart that a customer filled last and did not order.
///
/// # Errors
/// `NotFound` where there is none.
pub async fn own(sales: &Sales, user: UserId) -> Result<CartContents, CartError> {
    let reader = sales.context.db.reader();
    let cart_id = store::open_cart_of(reader, user, None).await?.ok_or(CartError::NotFound)?;
    let cart = store::open(reader, &CartAccess { cart_id, proof: CartProof::SignedIn(user) }).await?;
    Ok(contents::contents(reader, cart, sales.context.now()).await?)
}

/// Makes what somebody put into a cart before they signed in part of what they had: its lines go into the open cart that
/// the customer filled last, pieces of the same thing are added up, and what that cart does not say of its way it takes from the
/// other. Where there is no such cart, the guest's becomes the customer's. Both are locked, in the order of their ids;
/// doing it again answers the same cart.
///
/// # Errors
/// `NotFound` for a wrong token or another customer's cart; what [`super::add_line`] says of the lines.
pub async fn merge(sales: &Sales, origin: &Origin, user: UserId, guest: &CartAccess) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let found = store::open(&tx, guest).await?;
    if found.user_id.is_some_and(|owner| owner != user) {
        return Err(CartError::NotFound);
    }
    let own = match found.status {
        CartStatus::Merged => store::merged_into(&tx, found.id).await?,
        CartStatus::Ordered => return Err(CartError::AlreadyOrdered),
        CartStatus::Draft => return Err(CartError::NotFound),
        CartStatus::Open => store::open_cart_of(&tx, user, Some(found.id)).await?,
    };
    let contents = match own {
        Some(own) if found.status == CartStatus::Open => merge_into(&tx, user, guest, own).await?,
        Some(own) => open_own(&tx, user, own).await?,
        None => adopt(&tx, user, guest).await?,
    };
    tx.commit().await?;
    Ok(contents)
}

async fn open_own(tx: &WriteTx, user: UserId, cart_id: CartId) -> Result<CartContents, CartError> {
    let cart = store::open(tx, &CartAccess { cart_id, proof: CartProof::SignedIn(user) }).await?;
    Ok(contents::contents(tx, cart, tx.now()).await?)
}

async fn adopt(tx: &WriteTx, user: UserId, guest: &CartAccess) -> Result<CartContents, CartError> {
    let Locked { mut cart, lines } = store::lock(tx, guest).await?;
    if cart.user_id != Some(user) {
        store::give_to(tx, cart.id, user, Some(&guest.proof)).await?;
        if cart.email.is_none() {
            cart.email = address_of(tx, user).await?;
        }
        (cart.user_id, cart.version, cart.updated_at) = (Some(user), cart.version + 1, tx.now());
        store::update(tx, &cart, &guest.proof).await?;
    }
    Ok(with_lines(tx, cart, lines, tx.now()).await?)
}

async fn merge_into(tx: &WriteTx, user: UserId, guest: &CartAccess, own: CartId) -> Result<CartContents, CartError> {
    let access = CartAccess { cart_id: own, proof: CartProof::SignedIn(user) };
    let (own, other) = if own < guest.cart_id {
        let own = store::lock(tx, &access).await?;
        (own, store::lock(tx, guest).await?)
    } else {
        let other = store::lock(tx, guest).await?;
        (store::lock(tx, &access).await?, other)
    };
    let Locked { cart, mut lines } = own;
    let mut cart = with_the_way_of(cart, &other.cart);
    let mut changed = Vec::new();
    for line in other.lines.lines {
        changed.push(put(&mut lines.lines, line)?);
    }
    store::mark_merged(tx, other.cart.id, cart.id, &guest.proof).await?;
    for line in &changed {
        store::put_line(tx, cart.id, line).await?;
    }
    (cart.version, cart.updated_at) = (cart.version + 1, tx.now());
    store::update(tx, &cart, &access.proof).await?;
    let contents = with_lines(tx, cart, lines, tx.now()).await?;
    contents.refuse_too_large()?;
    Ok(contents)
}

/// The line as it is with the pieces of another cart: as many as one line may have, where both together are more.
fn put(lines: &mut Vec<CartLine>, line: CartLine) -> Result<CartLine, CartError> {
    let same = lines.iter_mut().find(|own| own.variant_id == line.variant_id && own.custom_options == line.custom_options);
    if let Some(own) = same {
        own.quantity = own.quantity.plus(line.quantity).unwrap_or(Quantity::LARGEST);
        return Ok(own.clone());
    }
    if lines.len() >= MOST_LINES {
        return Err(CartError::TooManyLines(MOST_LINES.try_into().unwrap_or(i64::MAX)));
    }
    let line = CartLine { id: CartLineId::generate(), ..line };
    lines.push(line.clone());
    Ok(line)
}

fn with_the_way_of(own: Cart, guest: &Cart) -> Cart {
    Cart {
        accepts_marketing_at: own.accepts_marketing_at.max(guest.accepts_marketing_at),
        email: own.email.or_else(|| guest.email.clone()),
        shipping_address: own.shipping_address.or_else(|| guest.shipping_address.clone()),
        billing_address: own.billing_address.or_else(|| guest.billing_address.clone()),
        shipping_method_id: own.shipping_method_id.or(guest.shipping_method_id),
        codes: codes::together(own.codes, &guest.codes),
        stored_values: stored_values::together(own.stored_values, &guest.stored_values),
        ..own
    }
}

//! Codes of promotions in a cart. What they come to, its price says.

use accounts::throttle::{self, Door, Who};
use kernel::Origin;

use super::contents::{CartContents, with_lines};
use super::error::CartError;
use super::model::CartAccess;
use super::store::{self, Locked};
use crate::Sales;
use crate::promotions;

/// More than anybody types in; each is looked up whenever the cart is priced.
pub(super) const MOST_CODES: usize = 5;

/// Gives a cart a code, once, whether its promotion holds now or not: it may when more is in the cart, or the address is known. What is no
/// code counts as a guess, by cart and by network, and guessing becomes slow.
///
/// # Errors
/// `UnknownCode`, `TooManyCodes`, `Guessing`, or what [`store::lock`] says of the cart.
pub async fn add_code(sales: &Sales, origin: &Origin, access: &CartAccess, typed: &str) -> Result<CartContents, CartError> {
    store::open(sales.context.db.reader(), access).await?;
    let holder = access.cart_id.to_string();
    let attempt = throttle::begin(&sales.context, origin, Door::PromotionCode, Who::Typed(&holder, None)).await?;
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, lines } = store::lock(&tx, access).await?;
    let code = promotions::usable_code(&tx, typed).await?.ok_or(CartError::UnknownCode)?;
    attempt.succeeded_in(&tx).await?;
    let is_new = !cart.codes.contains(&code);
    if is_new && cart.codes.len() >= MOST_CODES {
        tx.commit().await?;
        return Err(CartError::TooManyCodes(MOST_CODES.try_into().unwrap_or(i64::MAX)));
    }
    if is_new {
        cart.codes.push(code);
        store::write_means(&tx, &mut cart).await?;
    }
    tx.commit().await?;
    Ok(with_lines(sales.context.db.reader(), cart, lines, sales.context.now()).await?)
}

/// Takes a code from a cart, however its letters are written.
///
/// # Errors
/// `CodeNotFound`, or what [`store::lock`] says of the cart.
pub async fn remove_code(sales: &Sales, origin: &Origin, access: &CartAccess, typed: &str) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, lines } = store::lock(&tx, access).await?;
    let count = cart.codes.len();
    cart.codes.retain(|code| kernel::fold(code) != kernel::fold(typed));
    if cart.codes.len() == count {
        return Err(CartError::CodeNotFound);
    }
    store::write_means(&tx, &mut cart).await?;
    tx.commit().await?;
    Ok(with_lines(sales.context.db.reader(), cart, lines, sales.context.now()).await?)
}

/// The codes of both carts, as many as one takes.
pub(super) fn together(own: Vec<String>, guest: &[String]) -> Vec<String> {
    let more: Vec<String> = guest.iter().filter(|code| !own.contains(code)).cloned().collect();
    own.into_iter().chain(more).take(MOST_CODES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_carts_have_the_codes_of_both_and_each_once() {
        let codes = |codes: &[&str]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(together(codes(&["A", "B"]), &codes(&["B", "C"])), ["A", "B", "C"]);
        assert_eq!(together(codes(&["A", "B", "C"]), &codes(&["D", "E", "F"])), ["A", "B", "C", "D", "E"]);
    }
}

//! Gift cards and credit that a cart is paid with. How much each pays, its price says.

use ::payments::stored_values::{self, GiftCardCode, StoredValue, StoredValueKind};
use accounts::throttle::{self, Door, Who};
use kernel::{Actor, Origin, StoredValueId, UserId};

use super::contents::{CartContents, with_lines};
use super::error::CartError;
use super::model::CartAccess;
use super::store::{self, Locked};
use crate::Sales;

/// More than anybody has; each is looked up whenever the cart is priced.
const MOST_GIFT_CARDS: usize = 5;

/// Has a cart paid with a gift card, once. A code that is none counts as a guess, by cart and by network, and guessing becomes slow.
///
/// # Errors
/// `UnknownGiftCard`, `TooManyGiftCards`, `Guessing`, or what [`store::lock`] says of the cart.
pub async fn add_gift_card(sales: &Sales, origin: &Origin, access: &CartAccess, typed: &str) -> Result<CartContents, CartError> {
    store::open(sales.context.db.reader(), access).await?;
    let holder = access.cart_id.to_string();
    let attempt = throttle::begin(&sales.context, origin, Door::GiftCard, Who::Typed(&holder, None)).await?;
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, lines } = store::lock(&tx, access).await?;
    let code = GiftCardCode::parse(typed).map_err(|_| CartError::UnknownGiftCard)?;
    let card = stored_values::find_by_code(&tx, &code).await?;
    let pays = |card: &StoredValue| card.balance.currency() == cart.currency && card.spendable(tx.now()).minor() > 0;
    let card = card.filter(pays).ok_or(CartError::UnknownGiftCard)?;
    attempt.succeeded_in(&tx).await?;
    let is_new = !cart.stored_values.contains(&card.id);
    let named = stored_values::find_all(&tx, &cart.stored_values).await?;
    if is_new && named.iter().filter(|value| value.kind == StoredValueKind::GiftCard).count() >= MOST_GIFT_CARDS {
        tx.commit().await?;
        return Err(CartError::TooManyGiftCards(MOST_GIFT_CARDS.try_into().unwrap_or(i64::MAX)));
    }
    if is_new {
        cart.stored_values.push(card.id);
        store::write_means(&tx, &mut cart).await?;
    }
    tx.commit().await?;
    Ok(with_lines(sales.context.db.reader(), cart, lines, sales.context.now()).await?)
}

/// Has a cart paid with what its owner has on account, after the gift cards.
///
/// # Errors
/// `CreditOfAnother` unless its owner is signed in, `NoCredit`, or what [`store::lock`] says of the cart.
pub async fn use_credit(sales: &Sales, origin: &Origin, access: &CartAccess) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, lines } = store::lock(&tx, access).await?;
    let owner = cart.user_id.filter(|owner| is_by(origin, *owner)).ok_or(CartError::CreditOfAnother)?;
    let credit = stored_values::credit_of(&tx, owner, cart.currency).await?.ok_or(CartError::NoCredit)?;
    if !cart.stored_values.contains(&credit.id) {
        cart.stored_values.push(credit.id);
        store::write_means(&tx, &mut cart).await?;
    }
    tx.commit().await?;
    Ok(with_lines(sales.context.db.reader(), cart, lines, sales.context.now()).await?)
}

/// True where this customer is the one who asks.
#[must_use]
pub fn is_by(origin: &Origin, owner: UserId) -> bool {
    origin.actor == Actor::User(owner)
}

/// What a cart is not to be paid with any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidWith {
    /// This gift card.
    GiftCard(StoredValueId),
    /// The credit of its owner.
    Credit,
}

/// Has a cart paid without a gift card or without credit.
///
/// # Errors
/// `StoredValueNotFound`, or what [`store::lock`] says of the cart.
pub async fn pay_without(sales: &Sales, origin: &Origin, access: &CartAccess, which: PaidWith) -> Result<CartContents, CartError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, lines } = store::lock(&tx, access).await?;
    let of = stored_values::find_all(&tx, &cart.stored_values).await?;
    let is_it = |value: &&StoredValue| match which {
        PaidWith::GiftCard(id) => value.id == id && value.kind == StoredValueKind::GiftCard,
        PaidWith::Credit => value.kind == StoredValueKind::StoreCredit,
    };
    let found = of.iter().find(is_it).map(|value| value.id).ok_or(CartError::StoredValueNotFound)?;
    cart.stored_values.retain(|id| *id != found);
    store::write_means(&tx, &mut cart).await?;
    tx.commit().await?;
    Ok(with_lines(sales.context.db.reader(), cart, lines, sales.context.now()).await?)
}

/// What both carts are paid with, as much as one takes: five gift cards, and one's own credit.
pub(super) fn together(own: Vec<StoredValueId>, guest: &[StoredValueId]) -> Vec<StoredValueId> {
    let more: Vec<StoredValueId> = guest.iter().filter(|id| !own.contains(id)).copied().collect();
    own.into_iter().chain(more).take(MOST_GIFT_CARDS + 1).collect()
}

//! Carts that were left behind: who is reminded of them, and how they are opened again.

use kernel::{CartId, ChannelId, Email, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, WriteTx};
use platform::values;

use super::model::{Cart, CartLine, CartToken};
use super::store;

/// A cart that nobody has touched for a while.
#[derive(Debug, Clone)]
pub struct QuietCart {
    /// Which one.
    pub id: CartId,
    /// Whose it is, once somebody signed in.
    pub user_id: Option<UserId>,
    /// Where it was filled.
    pub channel_id: ChannelId,
    /// Where its holder is written to.
    pub email: Email,
    /// Since when it is quiet.
    pub updated_at: Timestamp,
}

/// Notes that the holder of a cart is reminded of it; false where that was done before, or the cart is quiet no more. It is no change of the
/// cart.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn note_reminder(tx: &WriteTx, cart: &QuietCart) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET reminded_at = $1 WHERE id = $2 AND status = 'open' AND reminded_at IS NULL AND updated_at = $3";
    Ok(db::execute(tx, UPDATE, values![tx.now(), cart.id, cart.updated_at]).await? == 1)
}

/// A cart that can still be ordered, with its lines, for whoever writes about it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_open(db: &impl ConnectionTrait, id: CartId) -> Result<Option<(Cart, Vec<CartLine>)>, DatabaseError> {
    let Some(cart) = store::find_open(db, id).await? else { return Ok(None) };
    let lines = store::lines_of(db, id).await?.lines;
    Ok(Some((cart, lines)).filter(|(_, lines)| !lines.is_empty()))
}

/// Who reads a letter about a cart: the account that had the cart when it was written, and the address.
#[derive(Debug, Clone, Copy)]
pub struct CartReader<'a> {
    /// The account; a guest's cart has none.
    pub user_id: Option<UserId>,
    /// Where the letter goes.
    pub email: &'a Email,
}

/// Lets a token open the cart beside its holder's own, for the link of a letter to this reader. False where the cart is ordered, or is not
/// this reader's any more: the letter must not leave then. Another address or owner takes it back.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn recover(tx: &WriteTx, id: CartId, reader: CartReader<'_>, token: &CartToken) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET recovery_hash = $1
        WHERE id = $2 AND status = 'open' AND email_key = $3 AND user_id IS NOT DISTINCT FROM $4";
    Ok(db::execute(tx, UPDATE, values![token.hash(), id, reader.email.key(), reader.user_id]).await? == 1)
}

/// Lets a token open the order that came of a cart beside its holder's own, for the link that its customer pays by.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn open_order_by(tx: &WriteTx, id: CartId, token: &CartToken) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET order_link_hash = $1 WHERE id = $2 AND status = 'ordered'";
    db::execute(tx, UPDATE, values![token.hash(), id]).await.map(drop)
}

/// Takes back the wish for news that carts of this address hold, however it was typed, so that no checkout tells it anew.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn withdraw_consent(tx: &WriteTx, email: &Email) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET accepts_marketing = FALSE, accepts_marketing_at = NULL
        WHERE status = 'open' AND email_key = $1 AND accepts_marketing";
    db::execute(tx, UPDATE, values![email.key()]).await.map(drop)
}

//! Carts that were left behind: who is reminded of them, and how they are opened again.

use kernel::{CartId, ChannelId, Email, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

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

#[derive(FromQueryResult)]
struct QuietRow {
    id: Uuid,
    user_id: Option<Uuid>,
    channel_id: Uuid,
    email: String,
    updated_at: Timestamp,
}

/// Open carts with lines and an address that became quiet within this time and of which nobody was reminded, the longest quiet first, from
/// behind this one on.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn quiet(
    db: &impl ConnectionTrait,
    (since, until): (Timestamp, Timestamp),
    behind: Option<&QuietCart>,
    most: i64,
) -> Result<Vec<QuietCart>, DatabaseError> {
    const SELECT: &str = "SELECT c.id, c.user_id, c.channel_id, c.email, c.updated_at FROM carts c
        WHERE c.status = 'open' AND c.email IS NOT NULL AND c.reminded_at IS NULL AND c.updated_at <= $2 AND (c.updated_at, c.id) > ($1, $3)
            AND EXISTS (SELECT 1 FROM cart_lines l WHERE l.cart_id = c.id)
        ORDER BY c.updated_at, c.id LIMIT $4";
    let (since, id) = behind.map_or((since, Uuid::nil()), |behind| (behind.updated_at, behind.id.uuid()));
    let rows: Vec<QuietRow> = db::fetch_all(db, SELECT, values![since, until, id, most]).await?;
    let cart = |row: QuietRow| {
        Ok(QuietCart {
            id: CartId::from_uuid(row.id),
            user_id: row.user_id.map(UserId::from_uuid),
            channel_id: ChannelId::from_uuid(row.channel_id),
            email: Email::parse(&row.email).map_err(|_| DatabaseError::corrupt("carts.email"))?,
            updated_at: row.updated_at,
        })
    };
    rows.into_iter().map(cart).collect()
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

/// Another token that opens the cart beside its holder's own, for the link of a letter; the one of the letter before opens nothing more.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn recover(tx: &WriteTx, id: CartId) -> Result<CartToken, DatabaseError> {
    let token = CartToken::generate();
    db::execute(tx, "UPDATE carts SET recovery_hash = $1 WHERE id = $2", values![token.hash(), id]).await?;
    Ok(token)
}

/// Takes back the wish for news that carts of this address hold, so that no checkout tells it anew.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn withdraw_consent(tx: &WriteTx, email: &Email) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET accepts_marketing = FALSE, accepts_marketing_at = NULL
        WHERE status = 'open' AND email = $1 AND accepts_marketing";
    db::execute(tx, UPDATE, values![email.as_str()]).await.map(drop)
}

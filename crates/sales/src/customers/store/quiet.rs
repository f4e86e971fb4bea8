//! Reading carts that were left behind by whoever wants to hear of them.

use kernel::{CartId, ChannelId, Email, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use platform::values;
use uuid::Uuid;

use crate::carts::QuietCart;

#[derive(FromQueryResult)]
struct QuietRow {
    id: Uuid,
    user_id: Option<Uuid>,
    channel_id: Uuid,
    email: String,
    updated_at: Timestamp,
}

impl TryFrom<QuietRow> for QuietCart {
    type Error = DatabaseError;

    fn try_from(row: QuietRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: CartId::from_uuid(row.id),
            user_id: row.user_id.map(UserId::from_uuid),
            channel_id: ChannelId::from_uuid(row.channel_id),
            email: Email::parse(&row.email).map_err(|_| DatabaseError::corrupt("carts.email"))?,
            updated_at: row.updated_at,
        })
    }
}

/// Open carts with lines that became quiet within this time and of which nobody was reminded, of whoever wants advertising as
/// `consenting` tells it; the longest quiet first, from behind this one on. Consent is asked for here, so that those without it,
/// however many, keep nobody else waiting.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn quiet_carts(
    db: &impl ConnectionTrait,
    (since, until): (Timestamp, Timestamp),
    behind: Option<&QuietCart>,
    most: i64,
) -> Result<Vec<QuietCart>, DatabaseError> {
    const SELECT: &str = "SELECT c.id, c.user_id, c.channel_id, c.email, c.updated_at FROM carts c
        WHERE c.status = 'open' AND c.email IS NOT NULL AND c.reminded_at IS NULL AND c.updated_at <= $2 AND (c.updated_at, c.id) > ($1, $3)
            AND EXISTS (SELECT 1 FROM cart_lines l WHERE l.cart_id = c.id)
            AND (SELECT p.accepts_marketing FROM customers p WHERE p.email_key = c.email_key
                ORDER BY CASE WHEN p.user_id IS NULL THEN 1 ELSE 0 END, p.accepts_marketing, p.id DESC LIMIT 1)
        ORDER BY c.updated_at, c.id LIMIT $4";
    let (since, id) = behind.map_or((since, Uuid::nil()), |behind| (behind.updated_at, behind.id.uuid()));
    let rows: Vec<QuietRow> = db::fetch_all(db, SELECT, values![since, until, id, most]).await?;
    rows.into_iter().map(QuietCart::try_from).collect()
}

//! Rows of drafts.

use kernel::{CartId, ChannelId, Email, Page, PageRequest, Timestamp, UserId};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::contents::CartContents;
use super::model::DraftSummary;
use super::store::{address_json, put_lines};

/// Writes all that is said of a draft, and its lines anew.
pub(super) async fn write(tx: &WriteTx, contents: &CartContents) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET user_id = $1, email = $2, email_key = $3, shipping_address = $4, billing_address = $5,
        shipping_method_id = $6, codes = $7, discount_minor = $8, discount_label = $9, version = $10, updated_at = $11, updated_by = $12
        WHERE id = $13";
    let cart = &contents.cart;
    let (email, email_key) = (cart.email.as_ref().map(Email::as_str), cart.email.as_ref().map(Email::key));
    let (minor, label) = cart.discount.as_ref().map(|discount| (discount.minor, discount.label.as_str())).unzip();
    let values = values![
        cart.user_id,
        email,
        email_key,
        address_json(cart.shipping_address.as_ref())?,
        address_json(cart.billing_address.as_ref())?,
        cart.shipping_method_id,
        serde_json::json!(cart.codes),
        minor,
        label,
        cart.version,
        cart.updated_at,
        tx.actor().to_string(),
        cart.id,
    ];
    db::execute(tx, UPDATE, values).await?;
    db::execute(tx, "DELETE FROM cart_lines WHERE cart_id = $1", values![cart.id]).await?;
    put_lines(tx, cart.id, &contents.lines).await
}

/// Throws a draft away with its lines.
pub(super) async fn delete(tx: &WriteTx, id: CartId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM carts WHERE id = $1", values![id]).await.map(drop)
}

#[derive(FromQueryResult)]
struct DraftRow {
    id: Uuid,
    channel_id: Uuid,
    user_id: Option<Uuid>,
    email: Option<String>,
    currency: String,
    line_count: i64,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<DraftRow> for DraftSummary {
    type Error = DatabaseError;

    fn try_from(row: DraftRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: CartId::from_uuid(row.id),
            channel_id: ChannelId::from_uuid(row.channel_id),
            user_id: row.user_id.map(UserId::from_uuid),
            email: row.email,
            currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("carts.currency"))?,
            line_count: row.line_count,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Lists drafts, those of one customer where one is named, in the order in which they were begun.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list_drafts(
    db: &impl ConnectionTrait,
    of: Option<UserId>,
    newest_first: bool,
    request: &PageRequest,
) -> Result<Page<DraftSummary>, ListError> {
    const COLUMNS: &str = "c.id, c.channel_id, c.user_id, c.email, c.currency,
        (SELECT COUNT(*) FROM cart_lines l WHERE l.cart_id = c.id) AS line_count, c.version, c.created_at, c.updated_at";
    let mut narrowed = Conditions::default();
    narrowed.add("c.status = 'draft'".to_owned());
    narrowed.is("c.user_id", of);
    let drafts = ById { columns: COLUMNS, source: "carts c", id: "c.id" };
    drafts.page::<DraftRow, DraftSummary>(db, narrowed, (request, newest_first), |draft| draft.id.uuid()).await
}

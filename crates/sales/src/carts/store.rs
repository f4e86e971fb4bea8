//! Rows of carts and their lines.

use accounts::addresses::Address;
use kernel::{CartId, CartLineId, ChannelId, Email, Quantity, ShippingMethodId, Timestamp, UserId, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, RulesStamp, WriteTx};
use platform::values;
use uuid::Uuid;

use super::error::CartError;
use super::model::{Cart, CartAccess, CartLine, CartLines, CartProof, CartStatus, CartToken, CustomOptions, StaffDiscount};

/// What always holds of carts.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "e01",
    says: "a cart is ordered exactly when one order names it",
    sql: "SELECT c.status AS culprit FROM carts c WHERE (c.status = 'ordered') <> (EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = c.id))",
    grace_s: None,
}];

#[derive(FromQueryResult)]
struct CartRow {
    id: Uuid,
    token_hash: Vec<u8>,
    recovery_hash: Option<Vec<u8>>,
    order_link_hash: Option<Vec<u8>>,
    user_id: Option<Uuid>,
    channel_id: Uuid,
    currency: String,
    status: String,
    email: Option<String>,
    accepts_marketing_at: Option<Timestamp>,
    shipping_address: Option<serde_json::Value>,
    billing_address: Option<serde_json::Value>,
    shipping_method_id: Option<Uuid>,
    codes: serde_json::Value,
    stored_values: serde_json::Value,
    discount_minor: Option<i64>,
    discount_label: Option<String>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str =
    "id, token_hash, recovery_hash, order_link_hash, user_id, channel_id, currency, status, email, accepts_marketing_at, shipping_address,
    billing_address, shipping_method_id, codes, stored_values, discount_minor, discount_label, version, created_at, updated_at";

impl TryFrom<CartRow> for Cart {
    type Error = DatabaseError;

    fn try_from(row: CartRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: CartId::from_uuid(row.id),
            user_id: row.user_id.map(UserId::from_uuid),
            channel_id: ChannelId::from_uuid(row.channel_id),
            currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("carts.currency"))?,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("carts.status"))?,
            email: row.email.as_deref().map(Email::parse).transpose().map_err(|_| DatabaseError::corrupt("carts.email"))?,
            accepts_marketing_at: row.accepts_marketing_at,
            shipping_address: address(row.shipping_address)?,
            billing_address: address(row.billing_address)?,
            shipping_method_id: row.shipping_method_id.map(ShippingMethodId::from_uuid),
            codes: serde_json::from_value(row.codes).map_err(|_| DatabaseError::corrupt("carts.codes"))?,
            stored_values: serde_json::from_value(row.stored_values).map_err(|_| DatabaseError::corrupt("carts.stored_values"))?,
            discount: row.discount_minor.zip(row.discount_label).map(|(minor, label)| StaffDiscount { minor, label }),
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn address(stored: Option<serde_json::Value>) -> Result<Option<Address>, DatabaseError> {
    stored.map(serde_json::from_value).transpose().map_err(|_| DatabaseError::corrupt("an address of a cart"))
}

pub(super) fn address_json(address: Option<&Address>) -> Result<Option<serde_json::Value>, DatabaseError> {
    address.map(serde_json::to_value).transpose().map_err(|_| DatabaseError::corrupt("an address of a cart"))
}

/// A cart that is locked, open, and opened by its token, with its lines: what every edit works on.
#[derive(Debug)]
pub struct Locked {
    /// The cart as it stands under the lock.
    pub cart: Cart,
    /// Its lines, and the rules that hold.
    pub lines: CartLines,
}

/// Reads a cart for its holder.
///
/// # Errors
/// `NotFound` for a missing cart and a wrong token alike.
pub async fn open(db: &impl ConnectionTrait, access: &CartAccess) -> Result<Cart, CartError> {
    let row = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM carts WHERE id = $1"), values![access.cart_id]).await?;
    opened(row, &access.proof)
}

/// Locks a cart for an edit or the checkout; every change of a cart holds this lock, so lines and totals stand still. Two statements
/// in one round trip: the second is behind the lock that the first one takes, however long that waited.
///
/// # Errors
/// `NotFound` for a missing cart and a wrong token alike, `AlreadyOrdered` and `AlreadyMerged` for one that cannot change.
pub async fn lock(tx: &WriteTx, access: &CartAccess) -> Result<Locked, CartError> {
    let sql = format!("SELECT {COLUMNS} FROM carts WHERE id = $1 FOR UPDATE");
    let (row, lines) = tokio::try_join!(biased; db::fetch_optional(tx, &sql, values![access.cart_id]), lines_of(tx, access.cart_id))?;
    let cart = opened(row, &access.proof)?;
    match cart.status {
        CartStatus::Open | CartStatus::Draft => Ok(Locked { cart, lines }),
        CartStatus::Ordered => Err(CartError::AlreadyOrdered),
        CartStatus::Merged => Err(CartError::AlreadyMerged),
    }
}

/// An open cart, whoever asks.
pub(super) async fn find_open(db: &impl ConnectionTrait, id: CartId) -> Result<Option<Cart>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM carts WHERE id = $1 AND status = 'open'");
    let row: Option<CartRow> = db::fetch_optional(db, &sql, values![id]).await?;
    row.map(Cart::try_from).transpose()
}

fn opened(row: Option<CartRow>, proof: &CartProof) -> Result<Cart, CartError> {
    let is_draft = |row: &CartRow| row.status == CartStatus::Draft.as_str();
    let opens = |row: &CartRow| match proof {
        CartProof::Staff => is_draft(row),
        _ if is_draft(row) => false,
        CartProof::Token(token) => {
            let links = [&row.recovery_hash, &row.order_link_hash];
            token.opens(&row.token_hash) || links.into_iter().flatten().any(|hash| token.opens(hash))
        }
        CartProof::SignedIn(user) => row.user_id == Some(user.uuid()),
    };
    Ok(Cart::try_from(row.filter(opens).ok_or(CartError::NotFound)?)?)
}

pub(super) async fn insert(tx: &WriteTx, cart: &Cart, token: &CartToken) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO carts (id, token_hash, user_id, channel_id, currency, status, tags, metadata, version,
        created_at, updated_at, created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $11)";
    let (tags, metadata) = (serde_json::json!([]), serde_json::json!({}));
    let actor = tx.actor().to_string();
    let (status, currency) = (cart.status.as_str(), cart.currency);
    let values = values![
        cart.id,
        token.hash(),
        cart.user_id,
        cart.channel_id,
        currency,
        status,
        tags,
        metadata,
        cart.version,
        cart.created_at,
        actor
    ];
    db::execute_later(tx, INSERT, values).await
}

/// Writes what `edit` may change, and the next version. The link of a letter opens nothing more once the address is another's: it may have
/// gone to a wrong one. Whoever came by it goes on by it.
pub(super) async fn update(tx: &WriteTx, cart: &Cart, by: &CartProof) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET email = $1, email_key = $2, accepts_marketing = $3, accepts_marketing_at = $4,
        shipping_address = $5, billing_address = $6, shipping_method_id = $7, version = $8, updated_at = $9, updated_by = $10,
        recovery_hash = CASE WHEN email_key = $2 OR recovery_hash = $11 THEN recovery_hash END, codes = $12, stored_values = $13
        WHERE id = $14";
    let (email, email_key) = (cart.email.as_ref().map(Email::as_str), cart.email.as_ref().map(Email::key));
    let (accepts, accepts_at) = (cart.accepts_marketing_at.is_some(), cart.accepts_marketing_at);
    let shipping = address_json(cart.shipping_address.as_ref())?;
    let billing = address_json(cart.billing_address.as_ref())?;
    let actor = tx.actor().to_string();
    let (method, version) = (cart.shipping_method_id, cart.version);
    let (codes, stored) = (serde_json::json!(cart.codes), serde_json::json!(cart.stored_values));
    let by = by.hash();
    let values =
        values![email, email_key, accepts, accepts_at, shipping, billing, method, version, tx.now(), actor, by, codes, stored, cart.id];
    db::execute_later(tx, UPDATE, values).await
}

/// Writes what makes the cart cheaper or pays for it, and its next version.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn write_means(tx: &WriteTx, cart: &mut Cart) -> Result<(), DatabaseError> {
    let (codes, stored) = (serde_json::json!(cart.codes), serde_json::json!(cart.stored_values));
    db::execute_later(tx, "UPDATE carts SET codes = $1, stored_values = $2 WHERE id = $3", values![codes, stored, cart.id]).await?;
    touch(tx, cart).await
}

/// Gives the cart its next version after a change of its lines.
pub(super) async fn touch(tx: &WriteTx, cart: &mut Cart) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET version = $1, updated_at = $2, updated_by = $3 WHERE id = $4";
    cart.version += 1;
    cart.updated_at = tx.now();
    db::execute_later(tx, UPDATE, values![cart.version, tx.now(), tx.actor().to_string(), cart.id]).await
}

/// Closes the cart; `orders.cart_id` and this status change in one transaction.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn mark_ordered(tx: &WriteTx, id: CartId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET status = 'ordered', version = version + 1, updated_at = $1, updated_by = $2 WHERE id = $3";
    db::execute_later(tx, UPDATE, values![tx.now(), tx.actor().to_string(), id]).await
}

/// The cart that the customer filled last and did not order, where there is one beside this.
pub(super) async fn open_cart_of(db: &impl ConnectionTrait, user: UserId, except: Option<CartId>) -> Result<Option<CartId>, DatabaseError> {
    const SELECT: &str = "SELECT id FROM carts WHERE user_id = $1 AND status = 'open' AND ($2 IS NULL OR id <> $2)
        ORDER BY updated_at DESC, id DESC LIMIT 1";
    Ok(db::fetch_scalar(db, SELECT, values![user, except]).await?.map(CartId::from_uuid))
}

/// Gives a cart that is nobody's to a customer. What opens it by the link of a letter opens it no more, unless that is what the customer shows.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn give_to(tx: &WriteTx, cart: CartId, user: UserId, by: Option<&CartProof>) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET user_id = $1, recovery_hash = CASE WHEN recovery_hash = $2 THEN recovery_hash END
        WHERE id = $3 AND user_id IS NULL";
    db::execute(tx, UPDATE, values![user, by.and_then(CartProof::hash), cart]).await.map(drop)
}

/// Closes a cart whose lines went into another one.
pub(super) async fn mark_merged(tx: &WriteTx, id: CartId, into: CartId, by: &CartProof) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE carts SET status = 'merged', merged_into = $1, version = version + 1, updated_at = $2, updated_by = $3,
        recovery_hash = CASE WHEN recovery_hash = $4 THEN recovery_hash END WHERE id = $5";
    db::execute(tx, "DELETE FROM cart_lines WHERE cart_id = $1", values![id]).await?;
    db::execute(tx, UPDATE, values![into, tx.now(), tx.actor().to_string(), by.hash(), id]).await.map(drop)
}

/// Where the lines of a cart went.
pub(super) async fn merged_into(db: &impl ConnectionTrait, id: CartId) -> Result<Option<CartId>, DatabaseError> {
    let into: Option<Option<Uuid>> = db::fetch_scalar(db, "SELECT merged_into FROM carts WHERE id = $1", values![id]).await?;
    Ok(into.flatten().map(CartId::from_uuid))
}

#[derive(FromQueryResult)]
struct CartLineRow {
    id: Uuid,
    variant_id: Uuid,
    quantity: i64,
    custom_options: serde_json::Value,
    unit_price_minor: Option<i64>,
}

/// A line, or none where the cart has no lines.
#[derive(FromQueryResult)]
struct LineUnderRules {
    stamp: String,
    #[row(nested)]
    line: Option<CartLineRow>,
}

impl TryFrom<CartLineRow> for CartLine {
    type Error = DatabaseError;

    fn try_from(row: CartLineRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: CartLineId::from_uuid(row.id),
            variant_id: VariantId::from_uuid(row.variant_id),
            quantity: Quantity::try_from(row.quantity).map_err(|_| DatabaseError::corrupt("cart_lines.quantity"))?,
            custom_options: CustomOptions::stored(row.custom_options)?,
            unit_price_minor: row.unit_price_minor,
        })
    }
}

/// The lines of a cart, and the stamp of the rules that hold in the same moment.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub(super) async fn lines_of(db: &impl ConnectionTrait, cart_id: CartId) -> Result<CartLines, DatabaseError> {
    const SELECT: &str = "SELECT r.stamp, l.id, l.variant_id, l.quantity, l.custom_options, l.unit_price_minor
        FROM standing_rules r LEFT JOIN cart_lines l ON l.cart_id = $1 ORDER BY l.position, l.id";
    let rows: Vec<LineUnderRules> = db::fetch_all(db, SELECT, values![cart_id]).await?;
    let stamp = rows.first().map(|row| row.stamp.clone()).ok_or_else(|| DatabaseError::corrupt("no row of standing_rules"))?;
    let lines = rows.into_iter().filter_map(|row| row.line).map(CartLine::try_from).collect::<Result<_, _>>()?;
    Ok(CartLines { lines, rules: RulesStamp::stored(stamp) })
}

/// Adds a line behind the others, or writes the new quantity of one that is there.
pub(super) async fn put_line(tx: &WriteTx, cart_id: CartId, line: &CartLine) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO cart_lines (id, cart_id, variant_id, quantity, custom_options, options_key, position, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, (SELECT COALESCE(MAX(position), 0) + 1 FROM cart_lines WHERE cart_id = $2), $7, $7)
        ON CONFLICT (cart_id, variant_id, options_key) DO UPDATE SET quantity = excluded.quantity, updated_at = excluded.updated_at";
    let options = line.custom_options.to_json();
    let values = values![line.id, cart_id, line.variant_id, line.quantity, options, line.custom_options.key(), tx.now()];
    db::execute_later(tx, INSERT, values).await
}

/// Writes the lines of a cart that has none yet, in this order.
pub(super) async fn put_lines(tx: &WriteTx, cart_id: CartId, lines: &[CartLine]) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO cart_lines (id, cart_id, variant_id, quantity, custom_options, options_key, unit_price_minor, position,
        created_at, updated_at) VALUES";
    let rows = (1_i64..).zip(lines).map(|(position, line)| {
        let (options, options_key) = (line.custom_options.to_json(), line.custom_options.key());
        values![line.id, cart_id, line.variant_id, line.quantity, options, options_key, line.unit_price_minor, position, tx.now(), tx.now()]
    });
    db::insert_many_later(tx, INSERT, rows.collect(), "").await
}

pub(super) async fn delete_line(tx: &WriteTx, cart_id: CartId, line_id: CartLineId) -> Result<bool, DatabaseError> {
    Ok(db::execute(tx, "DELETE FROM cart_lines WHERE cart_id = $1 AND id = $2", values![cart_id, line_id]).await? == 1)
}

/// The carts of a customer with their lines, the oldest first.
pub(super) async fn all_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<(Cart, Vec<CartLine>)>, DatabaseError> {
    let rows: Vec<CartRow> =
        db::fetch_all(db, &format!("SELECT {COLUMNS} FROM carts WHERE user_id = $1 ORDER BY id"), values![user]).await?;
    let mut carts = Vec::new();
    for row in rows {
        let cart = Cart::try_from(row)?;
        let lines = lines_of(db, cart.id).await?.lines;
        carts.push((cart, lines));
    }
    Ok(carts)
}

/// Empties the carts of a customer, and takes from them all that tells whose they were.
pub(super) async fn forget_of(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE carts SET email = NULL, email_key = NULL, recovery_hash = NULL, order_link_hash = NULL, accepts_marketing = FALSE,
        accepts_marketing_at = NULL, shipping_address = NULL, billing_address = NULL, codes = $2, stored_values = $2, discount_minor = NULL,
        discount_label = NULL, tags = $2, metadata = $3,
        version = version + 1, updated_at = $4 WHERE user_id = $1";
    db::execute(tx, "DELETE FROM cart_lines WHERE cart_id IN (SELECT id FROM carts WHERE user_id = $1)", values![user]).await?;
    let values = values![user, serde_json::json!([]), serde_json::json!({}), tx.now()];
    db::execute(tx, UPDATE, values).await.map(drop)
}

//! What has to be known of goods and of whoever buys them before promotions can be judged: only what a promotion asks for is read.

use std::collections::{BTreeSet, HashMap};

use catalog::inventory;
use catalog::products::{self, Placement};
use catalog::variants::{self, PriceSource, Sellable};
use kernel::{CustomerGroupId, Email, ProductId, PromotionId, UserId, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters};
use platform::values;
use uuid::Uuid;

use super::basket::{BasketLine, Customer};
use super::model::{Effect, Items, Promotion};
use super::store::{self, Counted};

/// Whose goods they are, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Buyer {
    /// The account.
    pub user_id: Option<UserId>,
    /// Where the confirmation goes.
    pub email: Option<Email>,
}

impl Buyer {
    /// The key of the account, and of the address.
    pub(super) fn keys(&self) -> [Option<String>; 2] {
        [self.user_id.map(|user| format!("user:{user}")), self.email.as_ref().map(|email| format!("email:{}", email.key()))]
    }
}

/// How often promotions were had that limit it; those that do not are not asked about.
pub(super) async fn had(db: &impl ConnectionTrait, promotions: &[&Promotion]) -> Result<HashMap<PromotionId, Counted>, DatabaseError> {
    let is_limited = |promotion: &&&Promotion| promotion.limits.uses.is_some() || promotion.limits.budget_minor.is_some();
    let limited: Vec<PromotionId> = promotions.iter().filter(is_limited).map(|promotion| promotion.id).collect();
    let counted = store::counted(db, &limited).await?;
    Ok(limited.into_iter().zip(counted).collect())
}

#[derive(FromQueryResult)]
struct HadRow {
    promotion_id: Uuid,
    uses: i64,
}

/// How often this buyer had those of the promotions that limit it: by account or by address, whichever is more.
pub(super) async fn had_by(
    db: &impl ConnectionTrait,
    buyer: &Buyer,
    promotions: &[&Promotion],
) -> Result<HashMap<PromotionId, i64>, DatabaseError> {
    let is_limited = |promotion: &&&Promotion| promotion.uses_per_customer().is_some();
    let limited: Vec<PromotionId> = promotions.iter().filter(is_limited).map(|promotion| promotion.id).collect();
    let keys: Vec<String> = buyer.keys().into_iter().flatten().collect();
    if limited.is_empty() || keys.is_empty() {
        return Ok(HashMap::new());
    }
    let mut parameters = Parameters::default();
    let (ids, keys) = (parameters.bind_all(limited), parameters.bind_all(keys));
    let sql = format!(
        "SELECT promotion_id, CAST(MAX(uses) AS BIGINT) AS uses FROM promotion_customers
         WHERE promotion_id IN ({ids}) AND customer_key IN ({keys}) GROUP BY promotion_id"
    );
    let rows: Vec<HadRow> = db::fetch_all(db, &sql, parameters.0).await?;
    Ok(rows.into_iter().map(|row| (PromotionId::from_uuid(row.promotion_id), row.uses)).collect())
}

/// The groups that somebody with an account belongs to. An address can be typed in by anybody, so a guest belongs to none.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn groups_of(db: &impl ConnectionTrait, user: UserId) -> Result<BTreeSet<CustomerGroupId>, DatabaseError> {
    let group: Option<Option<Uuid>> = db::fetch_scalar(db, "SELECT group_id FROM customers WHERE user_id = $1", values![user]).await?;
    Ok(group.flatten().map(CustomerGroupId::from_uuid).into_iter().collect())
}

/// What promotions ask about whoever buys.
pub(super) async fn customer(db: &impl ConnectionTrait, buyer: &Buyer, promotions: &[&Promotion]) -> Result<Customer, DatabaseError> {
    let asks_for_groups = promotions.iter().any(|promotion| !promotion.conditions.customer_groups.is_empty());
    let asks_for_first = promotions.iter().any(|promotion| promotion.conditions.first_order);
    let groups = match buyer.user_id {
        Some(user) if asks_for_groups => groups_of(db, user).await?,
        _ => BTreeSet::new(),
    };
    let is_new = if asks_for_first { is_new(db, buyer).await? } else { None };
    Ok(Customer { groups, is_new })
}

/// Whether account and address have ordered nothing that was not called off; nobody knows before there is one of them.
async fn is_new(db: &impl ConnectionTrait, buyer: &Buyer) -> Result<Option<bool>, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) AS one FROM orders WHERE user_id = $1 AND status NOT IN ('cancelled', 'expired')
        UNION ALL
        SELECT CAST(1 AS BIGINT) FROM order_contacts c JOIN orders o ON o.id = c.order_id
        WHERE c.email_key = $2 AND o.status NOT IN ('cancelled', 'expired') LIMIT 1";
    if buyer.user_id.is_none() && buyer.email.is_none() {
        return Ok(None);
    }
    let ordered: Option<i64> = db::fetch_scalar(db, SELECT, values![buyer.user_id, buyer.email.as_ref().map(Email::key)]).await?;
    Ok(Some(ordered.is_none()))
}

/// Tells the lines where their products stand, where a promotion asks for it.
pub(super) async fn place(db: &impl ConnectionTrait, lines: &mut [BasketLine], promotions: &[&Promotion]) -> Result<(), DatabaseError> {
    if !promotions.iter().any(|promotion| asks_for_placement(promotion)) {
        return Ok(());
    }
    let products: BTreeSet<ProductId> = lines.iter().map(|line| line.product_id).collect();
    let placements = products::placements(db, &Vec::from_iter(products)).await?;
    for line in lines {
        let Placement { categories, tags } = placements.get(&line.product_id).cloned().unwrap_or_default();
        (line.categories, line.tags) = (categories, tags);
    }
    Ok(())
}

fn asks_for_placement(promotion: &Promotion) -> bool {
    let cheaper = match &promotion.effect {
        Effect::BuyGet(offer) => offer.of.as_ref(),
        _ => None,
    };
    promotion.conditions.items.asks_for_placement() || cheaper.is_some_and(Items::asks_for_placement)
}

/// A present as it would be sold, and how many pieces of it are to be had.
#[derive(Debug, Clone)]
pub(super) struct Present {
    pub(super) variant: Sellable,
    pub(super) pieces: i64,
}

/// The presents of promotions, as far as they are for sale.
pub(super) async fn presents(
    db: &impl ConnectionTrait,
    source: &PriceSource,
    promotions: &[&Promotion],
) -> Result<HashMap<VariantId, Present>, DatabaseError> {
    let gift = |promotion: &&Promotion| if let Effect::Gift(gift) = promotion.effect { Some(gift.variant_id) } else { None };
    let ids: BTreeSet<VariantId> = promotions.iter().filter_map(gift).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids = Vec::from_iter(ids);
    let sold = variants::sellable(db, &ids, source).await?;
    let ready = inventory::availability(db, &ids).await?;
    let present = |variant: Sellable| {
        let (_, _, pieces) = ready.iter().find(|(id, ..)| *id == variant.variant_id)?;
        variant.live.then(|| (variant.variant_id, Present { variant, pieces: *pieces }))
    };
    Ok(sold.into_iter().filter_map(present).collect())
}

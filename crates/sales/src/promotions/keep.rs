//! Making, changing and deleting promotions.

use kernel::{FieldErrors, Origin, PromotionId, Timestamp};
use platform::db::WriteTx;
use platform::{Context, audit, outbox};

use super::error::{MOST_AUTOMATIC, PromotionError};
use super::events::PromotionEvent;
use super::input::{PromotionInput, Rules};
use super::model::{Promotion, Trigger};
use super::store::{self, Counted};
use super::words::{ConditionsInput, EffectInput};

/// Makes a promotion and records `promotion.changed`. Carts have it from their next look on.
///
/// # Errors
/// `PromotionError` names what is wrong; nothing is written then.
pub async fn create(context: &Context, origin: &Origin, rules: Rules) -> Result<Promotion, PromotionError> {
    let tx = context.begin(origin).await?;
    let promotion = rules.into_promotion(tx.now());
    refuse_too_many(&tx, &promotion).await?;
    store::insert(&tx, &promotion).await?;
    outbox::record(&tx, &PromotionEvent::Changed { promotion_id: promotion.id }).await?;
    audit::record(&tx, &audit::Entry::of("promotion.created", promotion.id).after(&PromotionInput::from(&promotion))).await?;
    tx.commit().await?;
    Ok(promotion)
}

/// What is to change of a promotion; absent stays.
#[derive(Debug, Clone, Default)]
pub struct PromotionChanges {
    /// 1 to 120 characters.
    pub name: Option<String>,
    /// Whether it holds.
    pub active: Option<bool>,
    /// `automatic` or `code`.
    pub trigger: Option<String>,
    /// 0 to 1,000,000.
    pub priority: Option<i64>,
    /// Whether it goes with others.
    pub combinable: Option<bool>,
    /// ISO 4217.
    pub currency: Option<Option<String>>,
    /// What the caller takes the currency of all amounts for.
    pub amounts_in: Option<String>,
    /// It holds from then on.
    pub starts_at: Option<Option<Timestamp>>,
    /// It holds no more from then on.
    pub ends_at: Option<Option<Timestamp>>,
    /// Who has it.
    pub conditions: Option<ConditionsInput>,
    /// What it does.
    pub effect: Option<EffectInput>,
    /// By how many orders.
    pub uses_limit: Option<Option<i64>>,
    /// By how many of one customer's.
    pub uses_per_customer: Option<Option<i64>>,
    /// Until so much was taken off.
    pub budget_minor: Option<Option<i64>>,
}

impl PromotionChanges {
    /// The promotion with these changes, in words.
    ///
    /// # Errors
    /// `currency` where new amounts are in another than those that stay.
    fn onto(self, before: PromotionInput) -> Result<PromotionInput, FieldErrors> {
        let amounts_stay = (self.conditions.is_none() && before.conditions.min_subtotal_minor.is_some())
            || (self.effect.is_none() && before.effect.has_amounts())
            || (self.budget_minor.is_none() && before.budget_minor.is_some());
        if amounts_stay && self.currency.as_ref().is_some_and(|currency| *currency != before.currency) {
            return Err(FieldErrors::of("currency", "stays where amounts do: give them anew as well"));
        }
        let currency = self.currency.unwrap_or(before.currency);
        if self.amounts_in.is_some() && currency.is_some() && self.amounts_in != currency {
            return Err(FieldErrors::of("currency", "must be given where amounts are in another one than before"));
        }
        Ok(PromotionInput {
            name: self.name.unwrap_or(before.name),
            active: self.active.unwrap_or(before.active),
            trigger: self.trigger.unwrap_or(before.trigger),
            priority: self.priority.unwrap_or(before.priority),
            combinable: self.combinable.unwrap_or(before.combinable),
            currency: currency.or(self.amounts_in),
            starts_at: self.starts_at.unwrap_or(before.starts_at),
            ends_at: self.ends_at.unwrap_or(before.ends_at),
            conditions: self.conditions.unwrap_or(before.conditions),
            effect: self.effect.unwrap_or(before.effect),
            uses_limit: self.uses_limit.unwrap_or(before.uses_limit),
            uses_per_customer: self.uses_per_customer.unwrap_or(before.uses_per_customer),
            budget_minor: self.budget_minor.unwrap_or(before.budget_minor),
        })
    }
}

/// Which promotion, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct ChangePromotion {
    /// Which one.
    pub id: PromotionId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: PromotionChanges,
}

/// Changes a promotion and records `promotion.changed`; orders keep what they had.
///
/// # Errors
/// `PromotionError` names what is wrong: also a limit below what was had so far. Nothing is changed then.
pub async fn change(context: &Context, origin: &Origin, command: ChangePromotion) -> Result<Promotion, PromotionError> {
    let tx = context.begin(origin).await?;
    let before = lock(&tx, command.id, command.version).await?;
    let words = PromotionInput::from(&before);
    let entry = audit::Entry::of("promotion.updated", before.id).before(&words);
    let changed = Rules::parse(command.changes.onto(words)?)?.into_promotion(tx.now());
    let promotion = Promotion { id: before.id, version: before.version + 1, created_at: before.created_at, ..changed };
    if !(before.active && before.trigger == Trigger::Automatic) {
        refuse_too_many(&tx, &promotion).await?;
    }
    refuse_less_than_was_had(&before, &promotion, store::lock_counter(&tx, before.id).await?)?;
    store::update(&tx, &promotion).await?;
    outbox::record(&tx, &PromotionEvent::Changed { promotion_id: promotion.id }).await?;
    audit::record(&tx, &entry.after(&PromotionInput::from(&promotion))).await?;
    tx.commit().await?;
    Ok(promotion)
}

/// Which promotion, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeletePromotion {
    /// Which one.
    pub id: PromotionId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Deletes a promotion that no order had, with its codes, and records `promotion.changed`.
///
/// # Errors
/// `PromotionError` names what is wrong; nothing is deleted then.
pub async fn delete(context: &Context, origin: &Origin, command: DeletePromotion) -> Result<(), PromotionError> {
    let tx = context.begin(origin).await?;
    let before = lock(&tx, command.id, command.version).await?;
    store::delete(&tx, before.id, || PromotionError::InUse).await?;
    outbox::record(&tx, &PromotionEvent::Changed { promotion_id: before.id }).await?;
    audit::record(&tx, &audit::Entry::of("promotion.deleted", before.id).before(&PromotionInput::from(&before))).await?;
    Ok(tx.commit().await?)
}

async fn lock(tx: &WriteTx, id: PromotionId, version: i64) -> Result<Promotion, PromotionError> {
    let promotion = store::lock(tx, id).await?.ok_or(PromotionError::NotFound)?;
    if promotion.version == version { Ok(promotion) } else { Err(PromotionError::VersionConflict { current: promotion.version }) }
}

/// Several at once may go beyond the limit by as many, which does no harm.
async fn refuse_too_many(tx: &WriteTx, promotion: &Promotion) -> Result<(), PromotionError> {
    let is_looked_through = promotion.active && promotion.trigger == Trigger::Automatic;
    if is_looked_through && store::count_automatic(tx).await? >= MOST_AUTOMATIC { Err(PromotionError::TooMany) } else { Ok(()) }
}

fn refuse_less_than_was_had(before: &Promotion, after: &Promotion, had: Counted) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::new();
    if after.limits.uses.is_some_and(|limit| limit < had.uses) {
        errors.add("uses_limit", format!("{} orders had it already", had.uses));
    }
    if had.spent_minor > 0 && after.currency != before.currency {
        errors.add("currency", "stays: something was taken off in it already");
    } else if after.limits.budget_minor.is_some_and(|budget| budget < had.spent_minor) {
        errors.add("budget", format!("{} minor units were taken off already", had.spent_minor));
    }
    errors.finish(|| Some(()))
}

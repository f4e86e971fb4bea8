//! Which promotions a basket has, and what they take off.

use super::basket::{Applied, Basket, Candidate, Evaluation, PassedOver, Reason};
use super::effects::{self, Goods};
use super::model::{Conditions, Effect, Promotion};

/// Goes through the candidates by priority, each on what the ones before it left of the goods. Equal input gives an equal answer,
/// in whichever order lines and candidates come; no line falls below zero.
#[must_use]
pub fn evaluate(basket: &Basket<'_>, candidates: &[Candidate<'_>]) -> Evaluation {
    let mut by_priority: Vec<&Candidate<'_>> = candidates.iter().collect();
    by_priority.sort_by_key(|candidate| (candidate.promotion.priority, candidate.promotion.id, candidate.code));
    let mut goods = Goods::of(basket.lines);
    let mut so_far = SoFar::default();
    for candidate in by_priority {
        let promotion = candidate.promotion;
        match so_far.take(basket, candidate, &mut goods) {
            Ok(applied) => {
                so_far.one_is_alone |= !promotion.combinable;
                so_far.evaluation.applied.push(applied);
            }
            Err(reason) => so_far.evaluation.passed_over.push(PassedOver {
                promotion_id: Some(promotion.id),
                name: Some(promotion.name.clone()),
                code: candidate.code.map(|code| code.text.clone()),
                reason,
            }),
        }
    }
    so_far.evaluation
}

#[derive(Default)]
struct SoFar {
    evaluation: Evaluation,
    one_is_alone: bool,
}

impl SoFar {
    fn take(&self, basket: &Basket<'_>, candidate: &Candidate<'_>, goods: &mut Goods<'_>) -> Result<Applied, Reason> {
        let promotion = candidate.promotion;
        refuse_out_of_time(basket, promotion)?;
        refuse_others(basket, promotion)?;
        let conditions = &promotion.conditions;
        refuse_too_little(goods, conditions)?;
        refuse_used_up(candidate)?;
        self.refuse_gone(candidate)?;
        if self.evaluation.applied.iter().any(|applied| applied.promotion_id == promotion.id) {
            return Err(Reason::AlreadyApplied);
        }
        if self.one_is_alone || (!promotion.combinable && !self.evaluation.applied.is_empty()) {
            return Err(Reason::NotCombinable);
        }
        let off = effects::off(&promotion.effect, goods, &conditions.items)?;
        let total = off.iter().fold(0, |sum, off| i64::saturating_add(sum, *off));
        let sends_nothing = matches!(promotion.effect, Effect::FreeShipping(_)) && !basket.ships;
        if sends_nothing || (total == 0 && promotion.effect.takes_off()) {
            return Err(Reason::NothingLeft);
        }
        if candidate.left.budget_minor.is_some_and(|left| left < total) {
            return Err(Reason::BudgetSpent);
        }
        let off_minor = goods.take(&off);
        Ok(Applied {
            promotion_id: promotion.id,
            name: promotion.name.clone(),
            code: candidate.code.cloned(),
            uses_per_customer: promotion.uses_per_customer(),
            version: promotion.version,
            off_minor,
            ships_free: if let Effect::FreeShipping(by) = &promotion.effect { Some(by.clone()) } else { None },
            gift: if let Effect::Gift(gift) = promotion.effect { Some(gift) } else { None },
        })
    }
}

impl SoFar {
    /// What others give of the same is given.
    fn refuse_gone(&self, candidate: &Candidate<'_>) -> Result<(), Reason> {
        let Effect::Gift(gift) = candidate.promotion.effect else { return Ok(()) };
        let given = self.evaluation.applied.iter().filter_map(|applied| applied.gift).filter(|given| given.variant_id == gift.variant_id);
        let given: i64 = given.map(|given| i64::from(given.quantity)).sum();
        let is_gone = candidate.left.presents.is_some_and(|left| left - given < i64::from(gift.quantity));
        if is_gone { Err(Reason::GiftGone) } else { Ok(()) }
    }
}

fn refuse_out_of_time(basket: &Basket<'_>, promotion: &Promotion) -> Result<(), Reason> {
    let weekdays = &promotion.conditions.weekdays;
    if !promotion.active {
        Err(Reason::Inactive)
    } else if promotion.starts_at.is_some_and(|start| basket.now < start) {
        Err(Reason::NotStarted)
    } else if promotion.ends_at.is_some_and(|end| end <= basket.now) {
        Err(Reason::Ended)
    } else if !weekdays.is_empty() && !weekdays.contains(&basket.weekday) {
        Err(Reason::OtherWeekday)
    } else {
        Ok(())
    }
}

/// Other channels, countries, customers than it is for.
fn refuse_others(basket: &Basket<'_>, promotion: &Promotion) -> Result<(), Reason> {
    let Conditions { channels, countries, customer_groups, first_order, .. } = &promotion.conditions;
    if !channels.is_empty() && !channels.contains(&basket.channel_id) {
        return Err(Reason::OtherChannel);
    }
    if promotion.currency.is_some_and(|currency| currency != basket.currency) {
        return Err(Reason::OtherCurrency);
    }
    // Before all that can be told: what is for a group is told to nobody else.
    if !customer_groups.is_empty() && customer_groups.is_disjoint(&basket.customer.groups) {
        return Err(Reason::OtherCustomers);
    }
    if !countries.is_empty() {
        let country = basket.country.ok_or(Reason::CountryUnknown)?;
        if !countries.contains(&country) {
            return Err(Reason::OtherCountry);
        }
    }
    match basket.customer.is_new {
        None if *first_order => Err(Reason::CustomerUnknown),
        Some(false) if *first_order => Err(Reason::NotFirstOrder),
        _ => Ok(()),
    }
}

fn refuse_too_little(goods: &Goods<'_>, conditions: &Conditions) -> Result<(), Reason> {
    let (quantity, subtotal_minor) = goods.sums_of(&conditions.items);
    if quantity == 0 {
        Err(Reason::NoSuchItems)
    } else if conditions.min_quantity.is_some_and(|least| quantity < least) {
        Err(Reason::TooFewItems)
    } else if conditions.min_subtotal_minor.is_some_and(|least| subtotal_minor < least) {
        Err(Reason::SubtotalTooLow)
    } else {
        Ok(())
    }
}

fn refuse_used_up(candidate: &Candidate<'_>) -> Result<(), Reason> {
    let left = &candidate.left;
    if left.uses.is_some_and(|uses| uses <= 0) {
        Err(Reason::UsedUp)
    } else if left.uses_of_customer.is_some_and(|uses| uses <= 0) {
        Err(Reason::UsedByCustomer)
    } else if left.budget_minor.is_some_and(|budget| budget <= 0) {
        Err(Reason::BudgetSpent)
    } else {
        Ok(())
    }
}

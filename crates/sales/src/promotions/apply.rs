//! What promotions come to for goods that somebody is about to buy.

use std::collections::HashMap;

use catalog::channels::Channel;
use catalog::variants::{PriceSource, Sellable};
use chrono::Datelike;
use chrono_tz::Tz;
use kernel::{Country, PromotionId, Timestamp, VariantId};
use platform::db::{ConnectionTrait, DatabaseError, RulesStamp};

use super::basket::{Basket, BasketLine, Candidate, CodeRef, Evaluation, Left, PassedOver, Reason};
use super::code_store;
use super::codes::{PromotionCode, key_of};
use super::evaluate::evaluate;
use super::facts::{self, Buyer, Present};
use super::model::{Effect, Promotion};
use super::store::{self, AutomaticPromotions, Counted};

/// Goods, whose they are, and what their holder typed in.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// The rules that hold.
    pub rules: &'a RulesStamp,
    /// Where they are bought.
    pub channel: &'a Channel,
    /// Where the parcel goes, once somebody has said it.
    pub country: Option<Country>,
    /// The moment.
    pub now: Timestamp,
    /// Whose they are.
    pub buyer: Buyer,
    /// The goods; where their products stand is read here.
    pub lines: Vec<BasketLine>,
    /// True where some of them are sent.
    pub ships: bool,
    /// The codes.
    pub codes: &'a [String],
    /// A promotion that nobody keeps, to see what it would do.
    pub trial: Option<&'a Promotion>,
}

/// What promotions come to, and the presents among it as they would be sold.
#[derive(Debug, Clone, Default)]
pub struct Granted {
    /// What holds and what does not.
    pub evaluation: Evaluation,
    presents: HashMap<VariantId, Present>,
}

impl Granted {
    /// A present as it would be sold.
    #[must_use]
    pub fn present(&self, id: VariantId) -> Option<&Sellable> {
        self.presents.get(&id).map(|present| &present.variant)
    }
}

/// Finds the promotions that these goods may have, and judges them. No statement where the shop has none and no code was typed in.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn apply(db: &impl ConnectionTrait, wish: Wish<'_>) -> Result<Granted, DatabaseError> {
    let automatic = AutomaticPromotions::standing(db, wish.rules).await?;
    let codes = code_store::typed(db, wish.codes).await?;
    let coded = by_code(db, &codes).await?;
    let uncoded = |promotion| Offer { promotion, code: None, left_of_code: None };
    let by_itself = automatic.0.iter().filter(|promotion| may_hold(promotion, &wish)).chain(wish.trial).map(uncoded);
    let usable = codes.iter().filter(|code| code.active);
    let offers: Vec<Offer<'_>> = by_itself.chain(usable.filter_map(|code| Offer::by(code, &coded))).collect();
    let mut granted = if offers.is_empty() { Granted::default() } else { judge(db, &wish, &offers).await? };
    granted.evaluation.passed_over.extend(wish.codes.iter().filter_map(|typed| refuse_code(typed, &codes)));
    Ok(granted)
}

/// A promotion that the goods may have, and how.
struct Offer<'a> {
    promotion: &'a Promotion,
    code: Option<CodeRef>,
    left_of_code: Option<i64>,
}

impl<'a> Offer<'a> {
    fn by(code: &PromotionCode, promotions: &'a HashMap<PromotionId, Promotion>) -> Option<Self> {
        let refer = CodeRef { text: code.code.clone(), id: code.id };
        let left_of_code = code.uses_limit.map(|limit| limit - code.uses);
        Some(Self { promotion: promotions.get(&code.promotion_id)?, code: Some(refer), left_of_code })
    }
}

async fn by_code(db: &impl ConnectionTrait, codes: &[PromotionCode]) -> Result<HashMap<PromotionId, Promotion>, DatabaseError> {
    if codes.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<PromotionId> = codes.iter().map(|code| code.promotion_id).collect();
    Ok(store::all_of(db, &ids).await?.into_iter().map(|promotion| (promotion.id, promotion)).collect())
}

/// What can be told without asking anybody: the promotions of other days, channels and currencies cost no statement.
fn may_hold(promotion: &Promotion, wish: &Wish<'_>) -> bool {
    let channels = &promotion.conditions.channels;
    promotion.starts_at.is_none_or(|start| start <= wish.now)
        && promotion.ends_at.is_none_or(|end| wish.now < end)
        && (channels.is_empty() || channels.contains(&wish.channel.id))
        && promotion.currency.is_none_or(|currency| currency == wish.channel.currency)
}

async fn judge(db: &impl ConnectionTrait, wish: &Wish<'_>, offers: &[Offer<'_>]) -> Result<Granted, DatabaseError> {
    let promotions: Vec<&Promotion> = offers.iter().map(|offer| offer.promotion).collect();
    let mut lines = wish.lines.clone();
    let source = PriceSource::of_channel(wish.channel, wish.now);
    let (had, had_by_buyer, customer, (), presents) = tokio::try_join!(biased;
        facts::had(db, &promotions),
        facts::had_by(db, &wish.buyer, &promotions),
        facts::customer(db, &wish.buyer, &promotions),
        facts::place(db, &mut lines, &promotions),
        facts::presents(db, &source, &promotions),
    )?;
    let left = |offer: &Offer<'_>| {
        let counted = had.get(&offer.promotion.id).copied().unwrap_or_default();
        let of_buyer = had_by_buyer.get(&offer.promotion.id).copied().unwrap_or(0);
        left_of(offer, (counted, of_buyer), pieces_of_present(offer.promotion, wish, &presents))
    };
    let candidates: Vec<Candidate<'_>> =
        offers.iter().map(|offer| Candidate { promotion: offer.promotion, code: offer.code.as_ref(), left: left(offer) }).collect();
    let basket = Basket {
        currency: wish.channel.currency,
        channel_id: wish.channel.id,
        country: wish.country,
        now: wish.now,
        weekday: weekday(wish.now, &wish.channel.time_zone),
        customer: &customer,
        lines: &lines,
        ships: wish.ships,
    };
    Ok(Granted { evaluation: evaluate(&basket, &candidates), presents })
}

/// How many pieces of its present are to be had beside what is in the cart: none where it would have to be sent and nothing else is.
fn pieces_of_present(promotion: &Promotion, wish: &Wish<'_>, presents: &HashMap<VariantId, Present>) -> Option<i64> {
    let Effect::Gift(gift) = promotion.effect else { return None };
    let wanted: i64 = wish.lines.iter().filter(|line| line.variant_id == gift.variant_id).map(|line| line.quantity).sum();
    let ready = presents
        .get(&gift.variant_id)
        .filter(|present| present.variant.unit_price(gift.quantity).is_some() && (wish.ships || !present.variant.requires_shipping));
    Some(ready.map_or(0, |present| present.pieces - wanted))
}

fn left_of(offer: &Offer<'_>, (had, of_buyer): (Counted, i64), presents: Option<i64>) -> Left {
    let promotion = offer.promotion;
    let of_all = promotion.limits.uses.map(|limit| limit - had.uses);
    Left {
        uses: offer.left_of_code.into_iter().chain(of_all).min(),
        uses_of_customer: promotion.uses_per_customer().map(|limit| limit - of_buyer),
        budget_minor: promotion.limits.budget_minor.map(|budget| budget - had.spent_minor),
        presents,
    }
}

/// Why what was typed in gives nothing, where it is no code that may be used.
fn refuse_code(typed: &str, codes: &[PromotionCode]) -> Option<PassedOver> {
    let key = key_of(typed);
    let code = codes.iter().find(|code| key_of(&code.code) == key);
    let reason = match code {
        Some(code) if code.active => return None,
        Some(_) => Reason::Inactive,
        None => Reason::UnknownCode,
    };
    Some(PassedOver { promotion_id: code.map(|code| code.promotion_id), name: None, code: Some(typed.to_owned()), reason })
}

/// The day of the week where the channel is; Monday is 1.
fn weekday(now: Timestamp, time_zone: &str) -> u8 {
    let zone: Tz = time_zone.parse().unwrap_or(Tz::UTC);
    u8::try_from(now.with_timezone(&zone).weekday().number_from_monday()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_channel_is() {
        let sunday_night: Timestamp = "2026-03-01T23:30:00Z".parse().expect("a time");
        assert_eq!(weekday(sunday_night, "UTC"), 7);
        assert_eq!(weekday(sunday_night, "Europe/Berlin"), 1);
        assert_eq!(weekday(sunday_night, "America/New_York"), 7);
    }
}

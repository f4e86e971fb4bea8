//! What each effect takes off which line.

use kernel::{CartLineId, Ppm, apportion, round_half_up_div};

use super::basket::{BasketLine, Reason};
use super::model::{BuyGet, Effect, Items, Tier, TierBasis, TierOff};

/// The goods, and what earlier promotions left of each line's price. Lines are by their ids, whichever way they were added.
#[derive(Debug)]
pub(super) struct Goods<'a>(Vec<Good<'a>>);

#[derive(Debug)]
struct Good<'a> {
    line: &'a BasketLine,
    left_minor: i64,
}

impl<'a> Goods<'a> {
    pub(super) fn of(lines: &'a [BasketLine]) -> Self {
        let mut goods: Vec<Good<'a>> = lines.iter().map(|line| Good { line, left_minor: line.subtotal_minor() }).collect();
        goods.sort_by_key(|good| good.line.line_id);
        Self(goods)
    }

    /// How many pieces of these, and what they cost before anything is taken off.
    pub(super) fn sums_of(&self, items: &Items) -> (i64, i64) {
        let meant = self.0.iter().filter(|good| good.line.is_one_of(items));
        meant
            .fold((0, 0), |(quantity, minor), good| (quantity + good.line.quantity, i64::saturating_add(minor, good.line.subtotal_minor())))
    }

    /// Takes so much off each; the lines that are touched.
    pub(super) fn take(&mut self, off: &[i64]) -> Vec<(CartLineId, i64)> {
        for (good, off) in self.0.iter_mut().zip(off) {
            good.left_minor -= off;
        }
        let touched = self.0.iter().zip(off).filter(|(_, off)| **off > 0);
        touched.map(|(good, off)| (good.line.line_id, *off)).collect()
    }

    /// What each line has left where it is meant, else nothing.
    fn left_of(&self, items: &Items) -> Vec<i64> {
        self.0.iter().map(|good| if good.line.is_one_of(items) { good.left_minor } else { 0 }).collect()
    }
}

/// What comes off each line, at most what it has left.
pub(super) fn off(effect: &Effect, goods: &Goods<'_>, items: &Items) -> Result<Vec<i64>, Reason> {
    match effect {
        Effect::PercentOff(rate) => Ok(percent(goods, items, *rate)),
        Effect::AmountOff(minor) => Ok(amount(goods, items, *minor)),
        Effect::AmountOffEach(minor) => Ok(amount_each(goods, items, *minor)),
        Effect::BuyGet(offer) => buy_get(goods, items, offer),
        Effect::Tiers { by, steps } => tiers(goods, items, (*by, steps)),
        Effect::FreeShipping(_) | Effect::Gift(_) => Ok(vec![0; goods.0.len()]),
    }
}

fn percent(goods: &Goods<'_>, items: &Items, rate: Ppm) -> Vec<i64> {
    goods.0.iter().map(|good| if good.line.is_one_of(items) { part_of(good, good.line.quantity, rate) } else { 0 }).collect()
}

/// A rate of what so many pieces of a line have left, rounded half up.
fn part_of(good: &Good<'_>, pieces: i64, rate: Ppm) -> i64 {
    let whole = good.line.quantity.saturating_mul(Ppm::WHOLE);
    let part = round_half_up_div(good.left_minor, pieces.saturating_mul(rate.get()), whole);
    part.unwrap_or(0).clamp(0, good.left_minor)
}

/// In proportion to what the lines have left.
fn amount(goods: &Goods<'_>, items: &Items, minor: i64) -> Vec<i64> {
    let left = goods.left_of(items);
    let most = left.iter().fold(0, |sum, left| i64::saturating_add(sum, *left));
    apportion(minor.min(most), &left).unwrap_or_else(|| vec![0; left.len()])
}

fn amount_each(goods: &Goods<'_>, items: &Items, minor: i64) -> Vec<i64> {
    let of = |good: &Good<'_>| minor.saturating_mul(good.line.quantity).min(good.left_minor);
    goods.0.iter().map(|good| if good.line.is_one_of(items) { of(good) } else { 0 }).collect()
}

fn tiers(goods: &Goods<'_>, items: &Items, (by, steps): (TierBasis, &[Tier])) -> Result<Vec<i64>, Reason> {
    let (quantity, subtotal_minor) = goods.sums_of(items);
    let (reached, too_little) = match by {
        TierBasis::Quantity => (quantity, Reason::TooFewItems),
        TierBasis::Subtotal => (subtotal_minor, Reason::SubtotalTooLow),
    };
    let step = steps.iter().filter(|step| step.from <= reached).max_by_key(|step| step.from).ok_or(too_little)?;
    Ok(match step.off {
        TierOff::Percent(rate) => percent(goods, items, rate),
        TierOff::Amount(minor) => amount(goods, items, minor),
    })
}

/// Pieces that are bought and pieces that become cheaper are different pieces, though they may be of the same goods. Of what may
/// become cheaper the cheapest does.
fn buy_get(goods: &Goods<'_>, items: &Items, offer: &BuyGet) -> Result<Vec<i64>, Reason> {
    let cheaper = offer.of.as_ref().unwrap_or(items);
    let (buy, get) = (i64::from(offer.buy), i64::from(offer.get));
    let pieces = |wanted: fn(bool, bool) -> bool| -> i64 {
        let kinds = goods.0.iter().filter(|good| wanted(good.line.is_one_of(items), good.line.is_one_of(cheaper)));
        kinds.map(|good| good.line.quantity).sum()
    };
    let (bought_only, got_only, both) = (pieces(|buy, get| buy && !get), pieces(|buy, get| !buy && get), pieces(|buy, get| buy && get));
    let sets = [(bought_only + both) / buy, (got_only + both) / get, (bought_only + got_only + both) / (buy + get)];
    let sets = sets.into_iter().min().unwrap_or(0);
    if sets == 0 {
        return Err(Reason::TooFewItems);
    }
    let mut wanted = sets * get;
    // What is needed to buy with cannot be got as well.
    let mut of_both = both - (sets * buy - bought_only).max(0);
    let mut off = vec![0; goods.0.len()];
    let mut by_price: Vec<(&Good<'_>, &mut i64)> = goods.0.iter().zip(&mut off).filter(|(good, _)| good.line.is_one_of(cheaper)).collect();
    by_price.sort_by_key(|(good, _)| (good.line.unit_minor, good.line.line_id));
    for (good, off) in by_price {
        let is_bought = good.line.is_one_of(items);
        let most = if is_bought { of_both } else { i64::MAX };
        let taken = good.line.quantity.min(wanted).min(most);
        *off = part_of(good, taken, offer.rate);
        wanted -= taken;
        if is_bought {
            of_both -= taken;
        }
    }
    Ok(off)
}

//! Promotions as shops have them, with what they come to.

use std::collections::BTreeSet;

use kernel::{CartLineId, CategoryId, ChannelId, Currency, Ppm, ProductId, PromotionCodeId, PromotionId, Quantity, Timestamp, VariantId};
use proptest::prelude::*;

use super::*;

pub(super) fn promotion(effect: Effect) -> Promotion {
    Promotion {
        id: PromotionId::generate(),
        name: "Spring".to_owned(),
        active: true,
        trigger: Trigger::Automatic,
        priority: 0,
        combinable: true,
        currency: None,
        starts_at: None,
        ends_at: None,
        conditions: Conditions::default(),
        effect,
        limits: Limits::default(),
        version: 1,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

pub(super) fn goods(quantity: i64, unit_minor: i64) -> BasketLine {
    BasketLine {
        line_id: CartLineId::generate(),
        variant_id: VariantId::generate(),
        product_id: ProductId::generate(),
        quantity,
        unit_minor,
        categories: BTreeSet::new(),
        tags: BTreeSet::new(),
    }
}

pub(super) fn percent(whole: i64) -> Ppm {
    Ppm::try_from(whole * 10_000).expect("a rate")
}

fn quantity(pieces: i64) -> Quantity {
    Quantity::try_from(pieces).expect("a quantity")
}

fn buy_get(buy: i64, get: i64, of: Option<Items>) -> Effect {
    Effect::BuyGet(BuyGet { buy: quantity(buy), get: quantity(get), rate: percent(100), of })
}

fn these(lines: &[&BasketLine]) -> Items {
    Items { variants: lines.iter().map(|line| line.variant_id).collect(), ..Items::default() }
}

/// A guest in Germany on a Wednesday.
fn look<'a>(lines: &'a [BasketLine], customer: &'a Customer) -> Basket<'a> {
    Basket {
        currency: Currency::EUR,
        channel_id: ChannelId::generate(),
        country: "DE".parse().ok(),
        now: Timestamp::default(),
        weekday: 3,
        customer,
        lines,
        ships: true,
    }
}

fn evaluated(lines: &[BasketLine], promotions: &[Promotion]) -> Evaluation {
    let candidates: Vec<_> = promotions.iter().map(|promotion| Candidate { promotion, code: None, left: Left::default() }).collect();
    evaluate(&look(lines, &Customer::default()), &candidates)
}

/// What is taken off each line, by all promotions together.
fn off(lines: &[BasketLine], promotions: &[Promotion]) -> Vec<i64> {
    let evaluation = evaluated(lines, promotions);
    let of = |line: &BasketLine| {
        evaluation.applied.iter().flat_map(|applied| &applied.off_minor).filter(|(id, _)| *id == line.line_id).map(|(_, off)| off).sum()
    };
    lines.iter().map(of).collect()
}

fn reason(lines: &[BasketLine], promotion: Promotion) -> Option<Reason> {
    evaluated(lines, &[promotion]).passed_over.first().map(|passed| passed.reason)
}

#[test]
fn fifteen_percent_of_everything() {
    let lines = [goods(2, 1_250), goods(1, 999)];
    assert_eq!(off(&lines, &[promotion(Effect::PercentOff(percent(15)))]), [375, 150]);
}

#[test]
fn ten_euros_off_are_divided_by_price() {
    let lines = [goods(1, 2_000), goods(1, 1_000)];
    assert_eq!(off(&lines, &[promotion(Effect::AmountOff(1_000))]), [667, 333]);
    assert_eq!(off(&lines, &[promotion(Effect::AmountOff(5_000))]), [2_000, 1_000], "no more than there is");
}

#[test]
fn a_euro_off_each_piece() {
    let lines = [goods(3, 500), goods(2, 80)];
    assert_eq!(off(&lines, &[promotion(Effect::AmountOffEach(100))]), [300, 160]);
}

#[test]
fn three_for_the_price_of_two_gives_the_cheapest() {
    let offer = || promotion(buy_get(2, 1, None));
    assert_eq!(off(&[goods(3, 1_000)], &[offer()]), [1_000]);
    assert_eq!(off(&[goods(2, 900), goods(1, 400)], &[offer()]), [0, 400]);
    assert_eq!(off(&[goods(5, 900), goods(1, 400)], &[offer()]), [900, 400]);
    assert_eq!(off(&[goods(2, 900)], &[offer()]), [0]);
    assert_eq!(reason(&[goods(2, 900)], offer()), Some(Reason::TooFewItems));
}

#[test]
fn who_buys_a_machine_gets_coffee_for_nothing() {
    let (machine, coffee) = (goods(1, 30_000), goods(3, 700));
    let conditions = Conditions { items: these(&[&machine]), ..Conditions::default() };
    let offer = Promotion { conditions, ..promotion(buy_get(1, 2, Some(these(&[&coffee])))) };
    assert_eq!(off(&[machine, coffee], &[offer]), [0, 1_400]);
}

/// Pieces that are bought are not got as well, though they are of goods that might be.
#[test]
fn who_buys_a_pair_of_shoes_gets_socks_or_shoes() {
    let (shoes, socks) = (goods(2, 8_000), goods(1, 900));
    let conditions = Conditions { items: these(&[&shoes]), ..Conditions::default() };
    let offer = Promotion { conditions, ..promotion(buy_get(1, 1, Some(these(&[&shoes, &socks])))) };
    assert_eq!(
        off(&[shoes.clone(), socks.clone()], std::slice::from_ref(&offer)),
        [0, 900],
        "one pair buys the socks, and one alone is no set"
    );
    let lone = BasketLine { quantity: 1, ..shoes };
    assert_eq!(off(&[lone.clone(), socks], std::slice::from_ref(&offer)), [0, 900]);
    assert_eq!(off(&[lone], &[offer]), [0]);
}

#[test]
fn the_more_the_cheaper() {
    let steps = [(3, 5), (10, 10)].map(|(from, rate)| Tier { from, off: TierOff::Percent(percent(rate)) });
    let offer = promotion(Effect::Tiers { by: TierBasis::Quantity, steps: steps.to_vec() });
    for (pieces, expected) in [(2, 0), (3, 150), (9, 450), (10, 1_000), (11, 1_100)] {
        assert_eq!(off(&[goods(pieces, 1_000)], std::slice::from_ref(&offer)), [expected], "{pieces}");
    }
    let steps = [(5_000, 500), (10_000, 1_500)].map(|(from, minor)| Tier { from, off: TierOff::Amount(minor) });
    let offer = promotion(Effect::Tiers { by: TierBasis::Subtotal, steps: steps.to_vec() });
    for (minor, expected) in [(4_999, 0), (5_000, 500), (9_999, 500), (10_000, 1_500)] {
        assert_eq!(off(&[goods(1, minor)], std::slice::from_ref(&offer)), [expected], "{minor}");
    }
}

#[test]
fn each_takes_its_part_of_what_the_one_before_left() {
    let half = Promotion { priority: 1, ..promotion(Effect::PercentOff(percent(50))) };
    let tenth = Promotion { priority: 2, ..promotion(Effect::PercentOff(percent(10))) };
    assert_eq!(off(&[goods(1, 1_000)], &[tenth, half]), [550]);
}

#[test]
fn one_that_stands_alone_keeps_the_others_away_or_stays_away() {
    let alone = |priority| Promotion { priority, combinable: false, ..promotion(Effect::PercentOff(percent(50))) };
    let tenth = || Promotion { priority: 5, ..promotion(Effect::PercentOff(percent(10))) };
    assert_eq!(off(&[goods(1, 1_000)], &[alone(1), tenth()]), [500]);
    assert_eq!(off(&[goods(1, 1_000)], &[alone(9), tenth()]), [100]);
    let evaluation = evaluated(&[goods(1, 1_000)], &[alone(9), tenth()]);
    assert_eq!(evaluation.passed_over.first().map(|passed| passed.reason), Some(Reason::NotCombinable));
}

#[test]
fn only_some_goods_count_and_get_cheaper() {
    let shirts = CategoryId::generate();
    let shirt = BasketLine { categories: BTreeSet::from([shirts]), ..goods(1, 2_000) };
    let sale = BasketLine { tags: BTreeSet::from(["sale".to_owned()]), ..goods(1, 1_000) };
    let lines = [shirt, sale, goods(1, 5_000)];
    let of = |items| Promotion { conditions: Conditions { items, ..Conditions::default() }, ..promotion(Effect::PercentOff(percent(10))) };
    let shirts = Items { categories: BTreeSet::from([shirts]), ..Items::default() };
    let sale = Items { tags: BTreeSet::from(["sale".to_owned()]), ..Items::default() };
    assert_eq!(off(&lines, &[of(shirts.clone())]), [200, 0, 0]);
    assert_eq!(off(&lines, &[of(sale.clone())]), [0, 100, 0]);
    assert_eq!(off(&lines, &[of(Items { tags: sale.tags, ..shirts })]), [200, 100, 0]);
    let nothing = Items { products: BTreeSet::from([ProductId::generate()]), ..Items::default() };
    assert_eq!(reason(&lines, of(nothing)), Some(Reason::NoSuchItems));
}

#[test]
fn every_condition_that_is_not_met_is_named() {
    let with = |conditions| Promotion { conditions, ..promotion(Effect::PercentOff(percent(10))) };
    let any = Conditions::default;
    let lines = [goods(2, 1_000)];
    let french = "FR".parse().expect("a country");
    for (conditions, expected) in [
        (Conditions { channels: BTreeSet::from([ChannelId::generate()]), ..any() }, Reason::OtherChannel),
        (Conditions { countries: BTreeSet::from([french]), ..any() }, Reason::OtherCountry),
        (Conditions { customer_groups: BTreeSet::from([kernel::CustomerGroupId::generate()]), ..any() }, Reason::OtherCustomers),
        (Conditions { first_order: true, ..any() }, Reason::CustomerUnknown),
        (Conditions { weekdays: BTreeSet::from([1, 2]), ..any() }, Reason::OtherWeekday),
        (Conditions { min_quantity: Some(3), ..any() }, Reason::TooFewItems),
        (Conditions { min_subtotal_minor: Some(2_001), ..any() }, Reason::SubtotalTooLow),
    ] {
        assert_eq!(reason(&lines, with(conditions)), Some(expected));
    }
    let plain = || promotion(Effect::PercentOff(percent(10)));
    let soon = Some(Timestamp::default() + chrono::TimeDelta::seconds(1));
    assert_eq!(reason(&lines, Promotion { active: false, ..plain() }), Some(Reason::Inactive));
    assert_eq!(reason(&lines, Promotion { starts_at: soon, ..plain() }), Some(Reason::NotStarted));
    assert_eq!(reason(&lines, Promotion { ends_at: Some(Timestamp::default()), ..plain() }), Some(Reason::Ended));
    assert_eq!(reason(&lines, Promotion { currency: Some(Currency::USD), ..plain() }), Some(Reason::OtherCurrency));
    assert_eq!(reason(&[goods(1, 0)], plain()), Some(Reason::NothingLeft));
    assert_eq!(reason(&lines, Promotion { ends_at: soon, starts_at: Some(Timestamp::default()), ..plain() }), None);
}

#[test]
fn what_is_used_up_or_spent_is_passed_over() {
    let lines = [goods(2, 1_000)];
    let tenth = promotion(Effect::PercentOff(percent(10)));
    let code = CodeRef { text: "SPRING".to_owned(), id: PromotionCodeId::generate() };
    let with = |left| {
        let candidates = [Candidate { promotion: &tenth, code: Some(&code), left }];
        evaluate(&look(&lines, &Customer::default()), &candidates).passed_over.first().map(|passed| passed.reason)
    };
    assert_eq!(with(Left { uses: Some(0), ..Left::default() }), Some(Reason::UsedUp));
    assert_eq!(with(Left { uses_of_customer: Some(0), ..Left::default() }), Some(Reason::UsedByCustomer));
    assert_eq!(with(Left { budget_minor: Some(199), ..Left::default() }), Some(Reason::BudgetSpent));
    assert_eq!(with(Left { uses: Some(1), uses_of_customer: Some(1), budget_minor: Some(200), presents: Some(0) }), None);
}

fn effects() -> impl Strategy<Value = Effect> {
    let rate = (1_i64..=1_000_000).prop_map(|ppm| Ppm::try_from(ppm).expect("a rate"));
    let tier = (0_i64..100, rate.clone()).prop_map(|(from, rate)| Tier { from, off: TierOff::Percent(rate) });
    prop_oneof![
        rate.clone().prop_map(Effect::PercentOff),
        (1_i64..1_000_000).prop_map(Effect::AmountOff),
        (1_i64..10_000).prop_map(Effect::AmountOffEach),
        (1_i64..5, 1_i64..5, rate).prop_map(|(buy, get, rate)| Effect::BuyGet(BuyGet {
            buy: quantity(buy),
            get: quantity(get),
            rate,
            of: None
        })),
        proptest::collection::vec(tier, 1..4).prop_map(|steps| Effect::Tiers { by: TierBasis::Quantity, steps }),
        Just(Effect::FreeShipping(ShipsFree::default())),
        Just(Effect::Gift(Gift { variant_id: VariantId::generate(), quantity: quantity(1) })),
    ]
}

pub(crate) fn offers() -> impl Strategy<Value = Vec<Promotion>> {
    let offer = (effects(), 0_i64..3, any::<bool>());
    let promotion = offer.prop_map(|(effect, priority, combinable)| Promotion { priority, combinable, ..promotion(effect) });
    proptest::collection::vec(promotion, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 2_000 } else { 1_000_000 }))]

    #[test]
    fn nothing_costs_less_than_nothing_and_no_order_matters(
        lines in proptest::collection::vec((1_i64..40, 0_i64..100_000), 0..6),
        promotions in offers(),
        turn in 0_usize..6,
    ) {
        let mut lines: Vec<BasketLine> = lines.into_iter().map(|(quantity, unit)| goods(quantity, unit)).collect();
        let evaluation = evaluated(&lines, &promotions);
        for (line, off) in lines.iter().zip(off(&lines, &promotions)) {
            prop_assert!((0..=line.quantity * line.unit_minor).contains(&off));
        }
        prop_assert_eq!(evaluation.applied.len() + evaluation.passed_over.len(), promotions.len());
        let mut others = promotions.clone();
        others.reverse();
        let turn = turn.min(lines.len());
        lines.rotate_left(turn);
        prop_assert_eq!(evaluated(&lines, &others), evaluation);
    }

    #[test]
    fn no_number_makes_a_promotion_panic(quantity in 1_i64..9_999, unit in 0_i64..=i64::MAX, minor in 1_i64..=i64::MAX, effect in effects()) {
        let lines = [goods(quantity, unit), goods(9_999, i64::MAX)];
        for effect in [effect, Effect::AmountOff(minor), Effect::AmountOffEach(minor)] {
            prop_assert!(off(&lines, &[promotion(effect)]).iter().all(|off| *off >= 0));
        }
    }
}

//! Promotions that shops and help pages explain in figures.

use std::collections::BTreeSet;

use kernel::{ChannelId, Ppm, ProductId, PromotionId, Timestamp};

use super::*;
use crate::promotions::{
    Basket, BasketLine, BuyGet, Candidate, Conditions, Customer, Effect, Evaluation, Items, Left, Limits, Promotion, ShipsFree, Tier,
    TierBasis, TierOff, Trigger, evaluate,
};
use crate::shipping::{ShippingKind, ShippingMethod, ShippingRate, quote};

const CALQORA: &str = "https://calqora.pages.dev/guides/discount/stacked-discounts-calculator-guide/";
const DYNAMICWEB: &str = "https://doc.dynamicweb.dev/manual/dynamicweb10/commerce/promotions/discountsv2/discount2_3for2.html";
const FIXED_OR_PERCENT: &str = "https://bulkdiscountsnow.zendesk.com/hc/en-us/articles/20849952776219";
const MAESTRA: &str = "https://help.maestra.io/en/articles/13316509-how-discounts-are-distributed-across-order-line-items";
const NETSUITE: &str = "https://wp.jjknowledgebase.com/how-discount-values-are-calculated-and-fetched-in-saved-searches-and-reports";
const ORACLE: &str = "https://docs.oracle.com/en/cloud/saas/cx-commerce/uoccs/understand-volume-pricing.html";
const SALESFORCE: &str = "https://help.salesforce.com/s/articleView?id=cc.b2c_promotion_proration_logic.htm&language=ja&type=5";
const SQUARE: &str = "https://developer.squareup.com/forums/t/discount-calculation-problem/5068";
const STACKING: &str = "https://basicfreetools.com/blog/how-discount-stacking-works";
const STACKED: &str = "https://boneyardtools.com/ecommerce/discount-chain-calculator/stacked-vs-additive-discounts";
const TAXJAR: &str = "https://www.taxjar.com/blog/calculations/2021-12-sales-tax-discounts-coupons-promotions";
const WEST_VIRGINIA: &str = "https://regulations.justia.com/states/west-virginia/agency-110/title-110/series-110-15f/section-110-15f-5";

fn promotion(effect: Effect) -> Promotion {
    Promotion {
        id: PromotionId::generate(),
        name: "Offer".to_owned(),
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

fn ppm(whole: i64) -> Ppm {
    Ppm::try_from(whole * 10_000).expect("a rate")
}

fn percent(whole: i64) -> Promotion {
    promotion(Effect::PercentOff(ppm(whole)))
}

fn amount(minor: i64) -> Promotion {
    promotion(Effect::AmountOff(minor))
}

/// Who buys so many gets so many of the cheapest for this much less.
fn buy_get(buy: i64, get: i64, off: i64) -> Promotion {
    let [buy, get] = [buy, get].map(|pieces| Quantity::try_from(pieces).expect("a quantity"));
    promotion(Effect::BuyGet(BuyGet { buy, get, rate: ppm(off), of: None }))
}

fn tiers(steps: &[(i64, i64)]) -> Promotion {
    let steps = steps.iter().map(|(from, off)| Tier { from: *from, off: TierOff::Percent(ppm(*off)) }).collect();
    promotion(Effect::Tiers { by: TierBasis::Quantity, steps })
}

/// Only where goods of this worth are there.
fn from_subtotal(minor: i64, mut promotion: Promotion) -> Promotion {
    promotion.conditions.min_subtotal_minor = Some(minor);
    promotion
}

/// Only where so many pieces are there.
fn from_pieces(pieces: i64, mut promotion: Promotion) -> Promotion {
    promotion.conditions.min_quantity = Some(pieces);
    promotion
}

/// Only for what is in these lines.
fn only_for(lines: &[BasketLine], mut promotion: Promotion) -> Promotion {
    promotion.conditions.items = these(lines);
    promotion
}

/// It does not go with others.
fn alone(promotion: Promotion) -> Promotion {
    Promotion { combinable: false, ..promotion }
}

fn these(lines: &[BasketLine]) -> Items {
    Items { variants: lines.iter().map(|line| line.variant_id).collect(), ..Items::default() }
}

/// Lines of so much each, so many pieces.
fn goods(lines: &[(i64, i64)]) -> Vec<BasketLine> {
    let line = |(unit_minor, quantity): &(i64, i64)| BasketLine {
        line_id: CartLineId::generate(),
        variant_id: VariantId::generate(),
        product_id: ProductId::generate(),
        quantity: *quantity,
        unit_minor: *unit_minor,
        categories: BTreeSet::new(),
        tags: BTreeSet::new(),
    };
    lines.iter().map(line).collect()
}

/// The promotions apply in the order in which they stand.
fn evaluated(lines: &[BasketLine], promotions: Vec<Promotion>) -> Evaluation {
    let in_order = (0..).zip(promotions).map(|(priority, promotion)| Promotion { priority, ..promotion }).collect::<Vec<_>>();
    let candidates: Vec<_> = in_order.iter().map(|promotion| Candidate { promotion, code: None, left: Left::default() }).collect();
    let basket = Basket {
        currency: Currency::USD,
        channel_id: ChannelId::generate(),
        country: Some(country()),
        now: Timestamp::default(),
        weekday: 3,
        customer: &Customer::default(),
        lines,
        ships: true,
    };
    evaluate(&basket, &candidates)
}

/// What comes off each line, by all promotions together.
fn off(lines: &[BasketLine], promotions: Vec<Promotion>) -> Vec<i64> {
    let evaluation = evaluated(lines, promotions);
    let parts: Vec<(CartLineId, i64)> = evaluation.applied.into_iter().flat_map(|applied| applied.off_minor).collect();
    lines.iter().map(|line| parts.iter().filter(|(id, _)| *id == line.line_id).map(|(_, off)| off).sum()).collect()
}

/// The cheapest of several goods go for less, or for nothing. Source: at each case.
#[test]
fn whoever_buys_some_gets_the_cheapest_for_less() {
    for (source, lines, offer, expected) in [
        (
            "https://platform.fynd.com/help/docs/marketing/coupons/buy-x-items-get-y-items-free",
            goods(&[(200_000, 1), (150_000, 1), (300_000, 1), (100_000, 1)]),
            buy_get(2, 2, 100),
            vec![0, 150_000, 0, 100_000],
        ),
        (DYNAMICWEB, goods(&[(10_000, 1), (7_500, 1), (5_000, 1)]), buy_get(2, 1, 100), vec![0, 0, 5_000]),
        (DYNAMICWEB, goods(&[(10_000, 3)]), buy_get(2, 1, 100), vec![10_000]),
        (
            "https://docs.litium.com/platform/areas/data-modelling/sales-data-modeling/discounts",
            goods(&[(10_000, 3)]),
            buy_get(2, 1, 100),
            vec![10_000],
        ),
        (MAESTRA, goods(&[(1_000, 1), (6_000, 1), (3_000, 1)]), buy_get(2, 1, 100), vec![1_000, 0, 0]),
        (WEST_VIRGINIA, goods(&[(15_000, 2)]), buy_get(1, 1, 100), vec![15_000]),
        (WEST_VIRGINIA, goods(&[(14_000, 2)]), buy_get(1, 1, 50), vec![7_000]),
        (
            "https://math.answers.com/Q/Why_is_a_50_percent_discount_is_different_from_a_second_one_for_half",
            goods(&[(1_000, 2)]),
            buy_get(1, 1, 50),
            vec![500],
        ),
    ] {
        assert_eq!(off(&lines, vec![offer]), expected, "{source}");
    }
}

/// Every two T-shirts of 10 dollars make one dress of 20 cheaper by a tenth.
/// Source: NetSuite's help, `section_1517906645.html`, at `oracle.hydrogen.sagittarius.connect.product.adaptavist.com`, below
/// `/en/cloud/saas/netsuite/ns-online-help`
#[test]
fn every_two_shirts_make_a_dress_cheaper() {
    for (shirts, dresses, expected) in [(1, 1, 0), (2, 1, 200), (2, 2, 200), (4, 2, 400)] {
        let lines = goods(&[(1_000, shirts), (2_000, dresses)]);
        let mut offer = only_for(&lines[..1], buy_get(2, 1, 10));
        if let Effect::BuyGet(offer) = &mut offer.effect {
            offer.of = Some(these(&lines[1..]));
        }
        assert_eq!(off(&lines, vec![offer]), [0, expected], "{shirts} and {dresses}");
    }
}

/// The step that the pieces reach sets the price of all of them. Source: at each case.
#[test]
fn all_pieces_have_the_price_of_the_step_that_they_reach() {
    for (source, lines, offer, due) in [
        (ORACLE, goods(&[(200, 25)]), tiers(&[(11, 5), (21, 10), (51, 15)]), 25 * 180),
        (
            "https://zuplo.com/docs/articles/monetization/pricing-models",
            goods(&[(10, 15_000)]),
            tiers(&[(1_001, 50), (10_001, 90)]),
            15_000,
        ),
    ] {
        let whole: i64 = lines.iter().map(|line| line.unit_minor * line.quantity).sum();
        assert_eq!(whole - off(&lines, vec![offer]).iter().sum::<i64>(), due, "{source}");
    }
}

/// One percentage, or one amount, off all goods or off each piece. Source: at each case.
#[test]
fn one_discount_takes_off_what_others_say() {
    for (source, lines, offer, expected) in [
        (TAXJAR, goods(&[(10_000, 1)]), percent(50), vec![5_000]),
        (TAXJAR, goods(&[(3_000, 1)]), percent(5), vec![150]),
        (TAXJAR, goods(&[(3_000, 1)]), amount(500), vec![500]),
        ("https://docs.saleor.io/developer/discounts/sales.md", goods(&[(900, 1)]), percent(10), vec![90]),
        (FIXED_OR_PERCENT, goods(&[(10_000, 1)]), percent(5), vec![500]),
        (FIXED_OR_PERCENT, goods(&[(2_000, 4)]), promotion(Effect::AmountOffEach(500)), vec![2_000]),
        (NETSUITE, goods(&[(2_000, 1), (2_900, 1), (7_999, 10)]), percent(6), vec![120, 174, 4_799]),
        (NETSUITE, goods(&[(2_000, 1), (2_900, 1), (7_999, 10)]), amount(600), vec![14, 21, 565]),
        (MAESTRA, goods(&[(20_000, 2), (10_000, 1)]), amount(10_000), vec![8_000, 2_000]),
        (SALESFORCE, goods(&[(6_000, 1), (5_000, 1)]), from_subtotal(10_001, percent(15)), vec![900, 750]),
    ] {
        assert_eq!(off(&lines, vec![offer]), expected, "{source}");
    }
}

/// Fifteen percent off an order, after ten dollars off one of its goods or but for one of them. Source: `SALESFORCE`.
#[test]
fn a_percentage_comes_after_an_amount_and_spares_what_it_is_not_for() {
    let lines = goods(&[(6_000, 1), (5_000, 1)]);
    let off_one = only_for(&lines[..1], amount(1_000));
    assert_eq!(off(&lines, vec![off_one, from_subtotal(10_001, percent(15))]), [1_000 + 750, 750], "{SALESFORCE}");
    let lines = goods(&[(6_000, 1), (5_000, 1), (4_000, 1)]);
    let offer = only_for(&lines[..2], from_subtotal(10_001, percent(15)));
    assert_eq!(off(&lines, vec![offer]), [900, 750, 0], "{SALESFORCE}");
}

/// Several discounts, each on what the one before left; the last column is what is due. Source: at each case; of `SYLIUS` the files
/// `receiving_discount_in_order_of_promotions_priority.feature`, `receiving_fixed_discount_distributed_on_item_units.feature` and
/// `complex_promotions.feature` below `promotion`.
#[test]
fn discounts_follow_one_another() {
    let pug = || goods(&[(10_000, 1)]);
    for (source, lines, offers, due) in [
        (STACKING, pug(), vec![percent(20), percent(10)], 7_200),
        (STACKING, pug(), vec![percent(10), percent(10)], 8_100),
        (STACKING, pug(), vec![percent(50), percent(50)], 2_500),
        (STACKED, pug(), vec![percent(20), percent(20)], 6_400),
        (STACKED, pug(), vec![percent(50), percent(20)], 4_000),
        (CALQORA, goods(&[(50_000, 1)]), vec![percent(30), percent(20)], 28_000),
        (CALQORA, goods(&[(100_000, 1)]), vec![percent(50), percent(10)], 45_000),
        (SYLIUS, pug(), vec![percent(20), amount(1_000)], 7_000),
        (SYLIUS, pug(), vec![amount(1_000), percent(20)], 7_200),
        (SYLIUS, pug(), vec![alone(amount(1_000)), alone(percent(20))], 9_000),
        (SYLIUS, goods(&[(1_056, 3), (6_000, 1)]), vec![amount(8_000), amount(2_000)], 0),
        (SYLIUS, goods(&[(10_000, 7)]), vec![from_subtotal(50_000, percent(20)), from_subtotal(50_000, amount(5_000))], 51_000),
    ] {
        let whole: i64 = lines.iter().map(|line| line.unit_minor * line.quantity).sum();
        assert_eq!(whole - off(&lines, offers).iter().sum::<i64>(), due, "{source} {due}");
    }
}

/// What is only for some goods comes before what is for all. Source: `SQUARE` (goods of 5 and 10 dollars, of which the latter are a
/// present), and Sylius, `promotion/complex_promotions.feature` (trousers and a jacket).
#[test]
fn an_order_costs_less_after_its_goods_do() {
    let lines = goods(&[(500, 100), (1_000, 1)]);
    let present = only_for(&lines[1..], amount(1_000));
    assert_eq!(off(&lines, vec![present, amount(10_000)]), [10_000, 1_000], "{SQUARE}");
    let lines = goods(&[(8_000, 1), (10_000, 1)]);
    let jackets = only_for(&lines[1..], percent(10));
    assert_eq!(off(&lines, vec![jackets, amount(2_000)]).iter().sum::<i64>(), 3_000, "{SYLIUS}");
}

/// Twenty percent off each order, however its price is made up. Source: Sylius,
/// `promotion/receiving_discount/receiving_percentage_discount_promotion_on_order.feature`
#[test]
fn a_fifth_off_is_a_fifth_of_any_goods() {
    for (lines, expected) in
        [(vec![(10_000, 1)], 2_000), (vec![(10_000, 1), (100_000, 1)], 22_000), (vec![(10_000, 11), (10_000, 1)], 24_000)]
    {
        assert_eq!(off(&goods(&lines), vec![percent(20)]).iter().sum::<i64>(), expected, "{SYLIUS}");
    }
}

/// Ten dollars off from a price or a number of pieces on. Source: Sylius, `receiving_discount_based_on_items_total.feature` and
/// `receiving_discount_based_on_cart_quantity.feature` below `promotion/applying_promotion_rules`
#[test]
fn a_discount_begins_at_its_threshold() {
    for (lines, offer, expected) in [
        (vec![(8_000, 1)], from_subtotal(8_000, amount(1_000)), 1_000),
        (vec![(8_000, 2)], from_subtotal(9_000, amount(1_000)), 1_000),
        (vec![(8_000, 1)], from_subtotal(10_000, amount(1_000)), 0),
        (vec![(8_000, 2), (6_000, 1)], from_subtotal(20_000, amount(1_000)), 1_000),
        (vec![(10_000, 4)], from_pieces(3, amount(1_000)), 1_000),
        (vec![(10_000, 4)], from_pieces(4, amount(1_000)), 1_000),
        (vec![(10_000, 2)], from_pieces(5, amount(1_000)), 0),
        (vec![(10_000, 2), (5_000, 2)], from_pieces(3, amount(1_000)), 1_000),
    ] {
        assert_eq!(off(&goods(&lines), vec![offer]).iter().sum::<i64>(), expected, "{SYLIUS} {lines:?}");
    }
}

/// A percentage comes off, then tax is put on what is left: the percentage, the rate, the goods, then tax and total. Source: at each case.
#[test]
fn what_a_promotion_takes_off_is_not_taxed() {
    for (source, offer, rate, lines, due) in [
        ("https://github.com/woocommerce/woocommerce/issues/16305", percent(40), 82_500, vec![(5_186, 1)], (257, 3_369)),
        ("https://github.com/craftcms/commerce/discussions/3101", percent(30), 200_000, vec![(12_000, 1)], (1_680, 10_080)),
        ("https://github.com/magento/magento2/issues/38455", percent(10), 220_000, vec![(73_361, 3), (56_967, 2)], (66_136, 366_752)),
    ] {
        let new = Cart::new(TaxMode::Excluded, "USD");
        let cart = lines.iter().fold(new, |cart, (unit, quantity)| cart.line(&[rate], *unit, *quantity));
        let parts = off(&goods(&lines), vec![offer]);
        let totals = parts.iter().enumerate().fold(cart, |cart, (place, off)| cart.less(Some(place), *off)).price();
        assert_eq!((totals.tax_total.minor(), totals.total.minor()), due, "{source}");
    }
}

/// A promotion pays for the parcel by what the goods cost before discounts. The source gives both readings of the second case.
/// Source: at each case.
#[test]
fn a_promotion_sends_for_nothing_by_the_price_before_discounts() {
    for (source, threshold, worth, coupon) in [
        (
            "https://help.pangobooks.com/en/articles/6744935-how-do-discounts-seller-sales-impact-the-free-shipping-minimum-i-ve-set",
            2_000,
            2_100,
            300,
        ),
        ("https://support.advancedshippingmanager.com/article/29-free-shipping-over-x", 10_000, 11_000, 2_000),
    ] {
        let free = from_subtotal(threshold, promotion(Effect::FreeShipping(ShipsFree::default())));
        let evaluation = evaluated(&goods(&[(worth, 1)]), vec![amount(coupon), free]);
        assert!(evaluation.applied.iter().any(|applied| applied.ships_free.is_some()), "{source}");
    }
}

/// A tariff sends for nothing by what the goods cost after discounts: none of these orders is worth enough. Source: at each case.
#[test]
fn a_tariff_sends_for_nothing_by_the_price_after_discounts() {
    for (source, threshold, lines, coupon, worth) in [
        (
            "https://proteinco.zendesk.com/hc/en-us/articles/220611987-Free-Shipping-Threshold",
            4_900,
            vec![(1_995, 1), (3_495, 1)],
            percent(20),
            4_392,
        ),
        ("https://support.advancedshippingmanager.com/article/29-free-shipping-over-x", 10_000, vec![(11_000, 1)], amount(2_000), 9_000),
    ] {
        let new = Cart::new(TaxMode::Excluded, "USD");
        let cart = lines.iter().fold(new, |cart, (unit, quantity)| cart.line(&[], *unit, *quantity));
        let parts = off(&goods(&lines), vec![coupon]);
        let totals = parts.iter().enumerate().fold(cart, |cart, (place, off)| cart.less(Some(place), *off)).price();
        let parcel = totals.parcel(country()).expect("a parcel");
        assert_eq!(parcel.total.minor(), worth, "{source}");
        assert_eq!(quote(&free_from(threshold), &parcel).map(Money::minor), Some(500), "{source}");
    }
}

/// Five dollars, and nothing from this worth on.
fn free_from(minor: i64) -> ShippingMethod {
    let rate = |from, amount_minor| ShippingRate { country: None, from, amount_minor };
    ShippingMethod {
        id: ShippingMethodId::generate(),
        code: "standard".to_owned(),
        name: "Standard".to_owned(),
        kind: ShippingKind::ByTotal,
        countries: Vec::new(),
        tax_class: "standard".to_owned(),
        active: true,
        position: 0,
        currency: Currency::USD,
        rates: vec![rate(0, 500), rate(minor, 0)],
        version: 1,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

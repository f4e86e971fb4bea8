//! What a shop sells, where and at which prices; as chance has it.

use catalog::inventory::{Level, PlacedLevel, Stock};
use kernel::{Currency, Money, Ppm, ProductId, ShippingMethodId, StockLocationId, TaxRateId, Timestamp, VariantId};
use sales::places::{Destination, Place};
use sales::pricing::ShippingCharge;
use sales::settings::TaxRounding;
use sales::tax::{TaxMode, TaxPlace, TaxRate};
use uuid::Uuid;

use crate::chance::Chance;

/// One thing that is sold.
#[derive(Debug)]
pub(crate) struct Goods {
    pub(crate) unit_minor: i64,
    pub(crate) tax_class: &'static str,
    pub(crate) ships: bool,
}

/// What stays as it is while a shop runs.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) currency: Currency,
    pub(crate) tax_mode: TaxMode,
    pub(crate) destination: Option<Destination>,
    pub(crate) tax_rates: Vec<TaxRate>,
    pub(crate) tax_rounding: TaxRounding,
    pub(crate) shipping: Option<ShippingCharge>,
    pub(crate) goods: Vec<Goods>,
}

/// How many things it sells, and at how many places they lie.
const GOODS: u128 = 5;
const LOCATIONS: u128 = 3;

impl Setting {
    /// A shop, and the stock that it opens with. Currencies have 0, 2 or 3 decimals.
    pub(crate) fn of(chance: &mut Chance) -> (Self, Vec<Stock>) {
        let currency: Currency = chance.one_of(&["JPY", "USD", "BHD"]).parse().expect("a currency");
        let shipping = chance.percent(80).then(|| ShippingCharge {
            method_id: ShippingMethodId::from_uuid(Uuid::from_u128(1)),
            label: "Standard".to_owned(),
            amount: Money::new(chance.between(0, 2_000), currency),
            tax_class: "standard".to_owned(),
        });
        let goods = (0..GOODS).map(|_| Goods {
            unit_minor: chance.one_of(&[0, 1, 999, 1_250, 33_333, 104_729]),
            tax_class: chance.one_of(&["standard", "standard", "reduced", "none"]),
            ships: chance.percent(70),
        });
        let goods = goods.collect();
        let tax_rates = [("standard", 1), ("standard", 2), ("reduced", 3)].map(|(class, number)| rate(chance, class, number)).into();
        let place = || Destination { country: "CA".parse().expect("a country"), region: Some("qc".to_owned()) };
        let tax_mode = chance.one_of(&[TaxMode::Included, TaxMode::Excluded]);
        let tax_rounding = chance.one_of(&[TaxRounding::Line, TaxRounding::Order]);
        let setting = Self { currency, tax_mode, destination: chance.percent(85).then(place), tax_rates, tax_rounding, shipping, goods };
        let stocks = (0..GOODS).map(|number| stock(chance, number)).collect();
        (setting, stocks)
    }
}

fn rate(chance: &mut Chance, tax_class: &str, number: u128) -> TaxRate {
    TaxRate {
        id: TaxRateId::from_uuid(Uuid::from_u128(number)),
        name: format!("tax {number}"),
        place: TaxPlace::In(Place {
            country: chance.one_of(&["CA", "CA", "US"]).parse().expect("a country"),
            region: chance.one_of(&[None, None, Some("QC"), Some("BC")]).map(str::to_owned),
        }),
        tax_class: tax_class.to_owned(),
        rate: Ppm::try_from(chance.one_of(&[0, 50_000, 99_750, 190_000, 333_333, 1_500_000])).expect("a rate"),
        compound: chance.percent(30),
        position: 0,
        shipping_taxed: chance.percent(60),
        version: 1,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

fn stock(chance: &mut Chance, number: u128) -> Stock {
    let backorder_limit = chance.one_of(&[Some(0), Some(0), Some(3), None]);
    let mut placed = |location: u128| PlacedLevel {
        location_id: StockLocationId::from_uuid(Uuid::from_u128(location)),
        active: chance.percent(80),
        level: Level { on_hand: chance.between(0, 40), reserved: 0, backorder_limit },
    };
    Stock {
        variant_id: VariantId::from_uuid(Uuid::from_u128(number)),
        product_id: ProductId::from_uuid(Uuid::from_u128(number)),
        levels: (0..LOCATIONS).map(&mut placed).collect(),
        tracked: chance.percent(85),
        archived: false,
        low_stock_threshold: None,
    }
}

//! Rates for tests.

use kernel::{Country, Ppm, TaxRateId, Timestamp};

use super::model::{TaxPlace, TaxRate};
use crate::places::Place;

pub(crate) fn country(code: &str) -> Country {
    code.parse().expect("a country")
}

/// A plain rate of Germany that taxes shipping, too.
pub(crate) fn rate(name: &str, tax_class: &str, ppm: i64) -> TaxRate {
    TaxRate {
        id: TaxRateId::generate(),
        name: name.to_owned(),
        place: TaxPlace::In(Place::of(country("DE"))),
        tax_class: tax_class.to_owned(),
        rate: Ppm::try_from(ppm).expect("a rate"),
        compound: false,
        position: 0,
        shipping_taxed: true,
        version: 1,
        created_at: Timestamp::default(),
        updated_at: Timestamp::default(),
    }
}

/// The same rate elsewhere.
pub(crate) fn in_place(rate: TaxRate, code: &str, region: Option<&str>) -> TaxRate {
    TaxRate { place: TaxPlace::In(Place { country: country(code), region: region.map(str::to_owned) }), ..rate }
}

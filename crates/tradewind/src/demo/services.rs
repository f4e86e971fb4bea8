//! What the demo charges beyond its goods: tax by place and class, and ways to send things.

use platform::db::WriteTx;
use sales::shipping::{self, CreateShippingMethod, ShippingMethodInput, ShippingRateInput};
use sales::tax::{self, CreateTaxRate, TaxRateInput};

/// Country, region, class, name, parts per million.
type Rate = (&'static str, Option<&'static str>, &'static str, &'static str, i64);

/// Illustrative: close to what was true when this was written, and no advice.
const RATES: [Rate; 14] = [
    ("US", Some("CA"), "standard", "CA sales tax", 72_500),
    ("US", Some("NY"), "standard", "NY sales tax", 40_000),
    ("US", Some("TX"), "standard", "TX sales tax", 62_500),
    ("CA", None, "standard", "GST", 50_000),
    ("GB", None, "standard", "VAT", 200_000),
    ("DE", None, "standard", "USt", 190_000),
    ("DE", None, "food", "USt", 70_000),
    ("DE", None, "digital", "USt", 70_000),
    ("FR", None, "standard", "TVA", 200_000),
    ("FR", None, "food", "TVA", 55_000),
    ("FR", None, "digital", "TVA", 55_000),
    ("AT", None, "standard", "USt", 200_000),
    ("AT", None, "food", "USt", 100_000),
    ("AU", None, "standard", "GST", 100_000),
];

/// Makes the tax rates, and two methods beside the one that every shop starts with.
pub(super) async fn create(tx: &WriteTx) -> anyhow::Result<()> {
    for (country, region, class, name, rate_ppm) in RATES {
        let input = TaxRateInput {
            name: name.to_owned(),
            country: Some(country.to_owned()),
            region: region.map(str::to_owned),
            tax_class: class.to_owned(),
            rate_ppm,
            shipping_taxed: region.is_none(),
            ..TaxRateInput::default()
        };
        tax::create_in(tx, CreateTaxRate::parse(input)?).await?;
    }
    for method in [by_weight(), express()] {
        shipping::create_in(tx, CreateShippingMethod::parse(method)?).await?;
    }
    Ok(())
}

/// Cheap where parcels are light; dearer abroad.
fn by_weight() -> ShippingMethodInput {
    let home = [(0, 390), (500, 590), (2_000, 890), (10_000, 1_990)].map(|(from, price)| step(Some("US"), from, price));
    let abroad = [(0, 1_290), (500, 1_990), (2_000, 3_490), (10_000, 6_900)].map(|(from, price)| step(None, from, price));
    method("parcel", "Parcel, 3 to 7 days", "by_weight", home.into_iter().chain(abroad).collect())
}

/// At a flat price, within the country.
fn express() -> ShippingMethodInput {
    ShippingMethodInput { countries: vec!["US".to_owned()], ..method("express", "Express, tomorrow", "flat", vec![step(None, 0, 2_400)]) }
}

fn method(code: &str, name: &str, kind: &str, rates: Vec<ShippingRateInput>) -> ShippingMethodInput {
    ShippingMethodInput {
        code: code.to_owned(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        currency: super::CURRENCY.to_owned(),
        countries: Vec::new(),
        tax_class: tax::STANDARD_CLASS.to_owned(),
        active: true,
        position: 1,
        rates,
    }
}

fn step(country: Option<&str>, from: i64, amount_minor: i64) -> ShippingRateInput {
    ShippingRateInput { country: country.map(str::to_owned), from, amount_minor }
}

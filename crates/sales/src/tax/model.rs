//! Tax rates, and what they make of amounts. Pure.

use kernel::{Ppm, TaxRateId, TaxZoneId, Timestamp, text_enum};
use serde::{Serialize, Serializer};

use crate::places::Place;

/// Where a rate applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum TaxPlace {
    /// In a country, or in one region of it.
    In(Place),
    /// Wherever the zone is.
    Zone {
        /// Which one.
        zone_id: TaxZoneId,
    },
}

/// One rate of one place for one tax class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxRate {
    /// Its id.
    pub id: TaxRateId,
    /// What the customer reads: `VAT 20 %`.
    pub name: String,
    /// Where it applies.
    #[serde(flatten)]
    pub place: TaxPlace,
    /// The class of goods it applies to.
    pub tax_class: String,
    /// How much.
    #[serde(serialize_with = "millionths")]
    pub rate: Ppm,
    /// True where it is taken of the amount and the taxes before it, not of the amount alone.
    pub compound: bool,
    /// Its place among the rates that apply together, lower first.
    pub position: i64,
    /// True where shipping of this class is taxed, too.
    pub shipping_taxed: bool,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

fn millionths<S: Serializer>(rate: &Ppm, serializer: S) -> Result<S::Ok, S::Error> {
    rate.get().serialize(serializer)
}

text_enum! {
    /// Whether the amounts of a price list contain their tax.
    pub enum TaxMode {
        /// Prices are gross.
        Included = "included",
        /// Prices are net.
        Excluded = "excluded",
    }
}

/// What one rate takes of one amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// The rate's name at that time.
    pub rate_name: String,
    /// The rate at that time.
    pub rate_ppm: Ppm,
    /// The amount that it is taken of, in minor units: the net amount, and of a compound rate the taxes before it as well.
    pub base_minor: i64,
    /// The tax, in minor units.
    pub amount_minor: i64,
}

/// An amount with its tax worked out, in minor units: gross = net + tax, and the lines sum to the tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxedAmount {
    /// Without tax.
    pub net_minor: i64,
    /// The tax.
    pub tax_minor: i64,
    /// With tax.
    pub gross_minor: i64,
    /// The tax by rate.
    pub lines: Vec<TaxLine>,
}

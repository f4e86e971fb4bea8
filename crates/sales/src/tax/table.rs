//! Which rates apply where. Pure.
//!
//! The rates of a country, of a region and of zones apply wherever their place contains the destination, and those that apply add up
//! (Canada: GST for the country, QST for Quebec). What a country says of itself is more exact than what a zone says of it: where it, or the
//! region, has a rate of its own for the tax class, no zone's rate for that class applies there.

use std::collections::HashMap;

use kernel::{Country, TaxZoneId};

use super::model::{TaxPlace, TaxRate};
use crate::places::Destination;
use crate::tax_zones::TaxZone;

/// All rates of the shop, of every place and tax class.
#[derive(Debug, Clone, Default)]
pub struct TaxRates {
    own: HashMap<Country, Vec<TaxRate>>,
    zones: Vec<ZoneRates>,
}

#[derive(Debug, Clone)]
struct ZoneRates {
    zone: TaxZone,
    rates: Vec<TaxRate>,
}

impl TaxRates {
    /// These rates; those of a zone that is not among the zones apply nowhere.
    #[must_use]
    pub fn of(rates: Vec<TaxRate>, zones: Vec<TaxZone>) -> Self {
        let mut own: HashMap<Country, Vec<TaxRate>> = HashMap::new();
        let mut by_zone: HashMap<TaxZoneId, Vec<TaxRate>> = HashMap::new();
        for rate in rates {
            match &rate.place {
                TaxPlace::In(place) => own.entry(place.country).or_default().push(rate),
                TaxPlace::Zone { zone_id } => by_zone.entry(*zone_id).or_default().push(rate),
            }
        }
        let zones = zones.into_iter().map(|zone| ZoneRates { rates: by_zone.remove(&zone.id).unwrap_or_default(), zone });
        Self { own, zones: zones.collect() }
    }

    /// The rates that apply to a tax class at a destination, in the order in which they are taken: by position, at the same one plain rates
    /// before compound ones, then a country's before its region's, then by name.
    #[must_use]
    pub fn select(&self, destination: &Destination, tax_class: &str) -> Vec<&TaxRate> {
        let own = self.own.get(&destination.country).into_iter().flatten();
        let is_there = |rate: &&TaxRate| matches!(&rate.place, TaxPlace::In(place) if place.contains(destination));
        let of_class = |rate: &&TaxRate| rate.tax_class == tax_class;
        let mut selected: Vec<&TaxRate> = own.filter(of_class).filter(is_there).collect();
        if selected.is_empty() {
            let zones = self.zones.iter().filter(|of| of.zone.contains(destination));
            selected = zones.flat_map(|of| &of.rates).filter(of_class).collect();
        }
        let is_regional = |rate: &TaxRate| matches!(&rate.place, TaxPlace::In(place) if place.region.is_some());
        selected.sort_by_key(|rate| (rate.position, rate.compound, is_regional(rate), &rate.name, rate.id));
        selected
    }
}

#[cfg(test)]
mod tests {
    use kernel::{TaxZoneId, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::places::Place;
    use crate::tax::sample::{country, in_place, rate};

    fn zone(codes: &[&str]) -> TaxZone {
        let places = codes.iter().map(|code| Place::of(country(code))).collect();
        let (id, name) = (TaxZoneId::generate(), codes.join(" "));
        TaxZone { id, name, places, version: 1, created_at: Timestamp::default(), updated_at: Timestamp::default() }
    }

    fn of_zone(zone: &TaxZone, rate: TaxRate) -> TaxRate {
        TaxRate { place: TaxPlace::Zone { zone_id: zone.id }, ..rate }
    }

    fn names(rates: &TaxRates, code: &str, region: Option<&str>, tax_class: &str) -> Vec<String> {
        let destination = Destination { country: country(code), region: region.map(str::to_owned) };
        rates.select(&destination, tax_class).into_iter().map(|rate| rate.name.clone()).collect()
    }

    #[test]
    fn a_country_and_its_region_both_tax() {
        let rates = vec![
            in_place(rate("QST", "standard", 99_750), "CA", Some("QC")),
            in_place(rate("GST", "standard", 50_000), "CA", None),
            in_place(rate("GST zero", "food", 0), "CA", None),
            rate("VAT", "standard", 190_000),
        ];
        let rates = TaxRates::of(rates, Vec::new());
        assert_eq!(names(&rates, "CA", Some("qc"), "standard"), ["GST", "QST"]);
        assert_eq!(names(&rates, "CA", Some("AB"), "standard"), ["GST"]);
        assert_eq!(names(&rates, "CA", None, "standard"), ["GST"]);
        assert_eq!(names(&rates, "CA", Some("QC"), "food"), ["GST zero"]);
        assert_eq!(names(&rates, "FR", None, "standard"), [""; 0]);
        assert_eq!(names(&rates, "DE", None, "books"), [""; 0]);
    }

    #[test]
    fn what_a_country_says_of_itself_stands_before_what_a_zone_says() {
        let (union, north) = (zone(&["DE", "DK", "ES"]), zone(&["DK", "NO"]));
        let rates = vec![
            of_zone(&union, rate("Union", "standard", 200_000)),
            of_zone(&union, rate("Union books", "books", 70_000)),
            of_zone(&north, rate("North", "standard", 10_000)),
            rate("VAT", "standard", 190_000),
            in_place(rate("IGIC", "standard", 70_000), "ES", Some("Canarias")),
        ];
        let rates = TaxRates::of(rates, vec![union, north]);
        assert_eq!(names(&rates, "DE", None, "standard"), ["VAT"]);
        assert_eq!(names(&rates, "DE", None, "books"), ["Union books"]);
        assert_eq!(names(&rates, "ES", Some("Madrid"), "standard"), ["Union"]);
        assert_eq!(names(&rates, "ES", Some("canarias"), "standard"), ["IGIC"]);
        assert_eq!(names(&rates, "DK", None, "standard"), ["North", "Union"], "zones that overlap both tax");
        assert_eq!(names(&rates, "NO", None, "standard"), ["North"]);
    }

    #[test]
    fn rates_are_taken_by_position_and_compound_ones_last() {
        let compound = |rate: TaxRate| TaxRate { compound: true, ..rate };
        let rates = vec![
            compound(rate("A", "standard", 1)),
            rate("B", "standard", 1),
            TaxRate { position: 2, ..rate("C", "standard", 1) },
            compound(TaxRate { position: 1, ..rate("D", "standard", 1) }),
        ];
        assert_eq!(names(&TaxRates::of(rates, Vec::new()), "DE", None, "standard"), ["B", "A", "D", "C"]);
    }

    proptest! {
        #[test]
        fn the_order_in_which_rates_were_made_does_not_matter(
            kinds in proptest::collection::vec((0_i64..3, any::<bool>(), 0_usize..3, any::<bool>()), 0..8), turn in 0_usize..8,
        ) {
            let union = zone(&["DE", "AT"]);
            let rates: Vec<TaxRate> = kinds.iter().map(|(position, compound, name, zoned)| {
                let rate = TaxRate { position: *position, compound: *compound, ..rate(["A", "B", "C"][*name], "standard", 1) };
                if *zoned { of_zone(&union, rate) } else { rate }
            }).collect();
            let mut turned = rates.clone();
            turned.rotate_left(turn.min(rates.len()));
            let ids = |rates: Vec<TaxRate>| -> Vec<_> {
                let rates = TaxRates::of(rates, vec![union.clone()]);
                rates.select(&Destination::of(country("DE")), "standard").into_iter().map(|rate| rate.id).collect()
            };
            let selected = ids(rates.clone());
            prop_assert_eq!(&selected, &ids(turned));
            let own = rates.iter().filter(|rate| matches!(rate.place, TaxPlace::In(_))).count();
            prop_assert_eq!(selected.len(), if own > 0 { own } else { rates.len() });
        }
    }
}

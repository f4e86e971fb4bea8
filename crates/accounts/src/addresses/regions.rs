//! Regions of countries whose addresses name them by code (ISO 3166-2 without the country's prefix).

use kernel::{Country, fold};

/// A state, province or territory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Its code, as addresses have it: `CA`.
    pub code: &'static str,
    /// Its English name.
    pub name: &'static str,
}

const fn region(code: &'static str, name: &'static str) -> Region {
    Region { code, name }
}

/// The regions that an address in this country has to name one of; `None` where a region is free text.
#[must_use]
pub fn regions_of(country: Country) -> Option<&'static [Region]> {
    match country.code() {
        "AU" => Some(AUSTRALIA),
        "CA" => Some(CANADA),
        "US" => Some(UNITED_STATES),
        _ => None,
    }
}

/// The region of this country that a text means by its code or its name; `None` for any other text, and where regions are
/// free text.
#[must_use]
pub fn find_region(country: Country, raw: &str) -> Option<Region> {
    find(country, regions_of(country)?, raw)
}

/// The region that a customer means by its code (`ca`, `US-CA`) or its name (`California`).
pub(super) fn find(country: Country, regions: &'static [Region], raw: &str) -> Option<Region> {
    let wanted = raw.trim();
    let prefix = format!("{}-", country.code());
    let upper = wanted.to_uppercase();
    let code = upper.strip_prefix(&prefix).unwrap_or(&upper);
    let name = fold(wanted);
    regions.iter().find(|region| region.code == code || fold(region.name) == name).copied()
}

const AUSTRALIA: &[Region] = &[
    region("ACT", "Australian Capital Territory"),
    region("NSW", "New South Wales"),
    region("NT", "Northern Territory"),
    region("QLD", "Queensland"),
    region("SA", "South Australia"),
    region("TAS", "Tasmania"),
    region("VIC", "Victoria"),
    region("WA", "Western Australia"),
];

const CANADA: &[Region] = &[
    region("AB", "Alberta"),
    region("BC", "British Columbia"),
    region("MB", "Manitoba"),
    region("NB", "New Brunswick"),
    region("NL", "Newfoundland and Labrador"),
    region("NS", "Nova Scotia"),
    region("NT", "Northwest Territories"),
    region("NU", "Nunavut"),
    region("ON", "Ontario"),
    region("PE", "Prince Edward Island"),
    region("QC", "Quebec"),
    region("SK", "Saskatchewan"),
    region("YT", "Yukon"),
];

/// The subdivisions of ISO 3166-2:US and the three codes of military mail, which are addressed like states.
const UNITED_STATES: &[Region] = &[
    region("AA", "Armed Forces Americas"),
    region("AE", "Armed Forces Europe"),
    region("AK", "Alaska"),
    region("AL", "Alabama"),
    region("AP", "Armed Forces Pacific"),
    region("AR", "Arkansas"),
    region("AS", "American Samoa"),
    region("AZ", "Arizona"),
    region("CA", "California"),
    region("CO", "Colorado"),
    region("CT", "Connecticut"),
    region("DC", "District of Columbia"),
    region("DE", "Delaware"),
    region("FL", "Florida"),
    region("GA", "Georgia"),
    region("GU", "Guam"),
    region("HI", "Hawaii"),
    region("IA", "Iowa"),
    region("ID", "Idaho"),
    region("IL", "Illinois"),
    region("IN", "Indiana"),
    region("KS", "Kansas"),
    region("KY", "Kentucky"),
    region("LA", "Louisiana"),
    region("MA", "Massachusetts"),
    region("MD", "Maryland"),
    region("ME", "Maine"),
    region("MI", "Michigan"),
    region("MN", "Minnesota"),
    region("MO", "Missouri"),
    region("MP", "Northern Mariana Islands"),
    region("MS", "Mississippi"),
    region("MT", "Montana"),
    region("NC", "North Carolina"),
    region("ND", "North Dakota"),
    region("NE", "Nebraska"),
    region("NH", "New Hampshire"),
    region("NJ", "New Jersey"),
    region("NM", "New Mexico"),
    region("NV", "Nevada"),
    region("NY", "New York"),
    region("OH", "Ohio"),
    region("OK", "Oklahoma"),
    region("OR", "Oregon"),
    region("PA", "Pennsylvania"),
    region("PR", "Puerto Rico"),
    region("RI", "Rhode Island"),
    region("SC", "South Carolina"),
    region("SD", "South Dakota"),
    region("TN", "Tennessee"),
    region("TX", "Texas"),
    region("UM", "U.S. Minor Outlying Islands"),
    region("UT", "Utah"),
    region("VA", "Virginia"),
    region("VI", "U.S. Virgin Islands"),
    region("VT", "Vermont"),
    region("WA", "Washington"),
    region("WI", "Wisconsin"),
    region("WV", "West Virginia"),
    region("WY", "Wyoming"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_countries_have_regions_by_code() {
        let listed: Vec<_> = Country::ALL.iter().filter_map(|country| Some((country.code(), regions_of(*country)?.len()))).collect();
        assert_eq!(listed, [("AU", 8), ("CA", 13), ("US", 60)]);
        for country in Country::ALL {
            let regions = regions_of(*country).unwrap_or_default();
            assert!(regions.is_sorted_by(|a, b| a.code < b.code));
        }
    }

    #[test]
    fn a_region_is_known_by_code_and_by_name() {
        let us: Country = "US".parse().expect("a country");
        let code = |raw| find(us, UNITED_STATES, raw).map(|region| region.code);
        for raw in ["CA", "ca", " US-CA ", "california"] {
            assert_eq!(code(raw), Some("CA"), "{raw}");
        }
        for raw in ["", "XX", "US-", "CA-CA", "Bavaria"] {
            assert_eq!(code(raw), None, "{raw}");
        }
    }
}

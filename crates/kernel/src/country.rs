//! Countries of ISO 3166-1.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A country by its ISO 3166-1 alpha-2 code; the order is the order of the codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country {
    code: &'static str,
    name: &'static str,
}

/// Not one of the 249 codes of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a country code of ISO 3166-1, like DE or US")]
pub struct UnknownCountry;

impl Country {
    /// Every country, by code.
    pub const ALL: &'static [Self] = COUNTRIES;

    /// The upper-case code of two letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// The English name in common use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(code: &str) -> Result<Self, UnknownCountry> {
        let place = COUNTRIES.binary_search_by_key(&code, |country| country.code).map_err(|_| UnknownCountry)?;
        COUNTRIES.get(place).copied().ok_or(UnknownCountry)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<str>::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

const fn country(code: &'static str, name: &'static str) -> Country {
    Country { code, name }
}

/// Sorted by code, because it is searched by halves.
const COUNTRIES: &[Country] = &[
    country("AD", "Andorra"),
    country("AE", "United Arab Emirates"),
    country("AF", "Afghanistan"),
    country("AG", "Antigua and Barbuda"),
    country("AI", "Anguilla"),
    country("AL", "Albania"),
    country("AM", "Armenia"),
    country("AO", "Angola"),
    country("AQ", "Antarctica"),
    country("AR", "Argentina"),
    country("AS", "American Samoa"),
    country("AT", "Austria"),
    country("AU", "Australia"),
    country("AW", "Aruba"),
    country("AX", "Åland Islands"),
    country("AZ", "Azerbaijan"),
    country("BA", "Bosnia and Herzegovina"),
    country("BB", "Barbados"),
    country("BD", "Bangladesh"),
    country("BE", "Belgium"),
    country("BF", "Burkina Faso"),
    country("BG", "Bulgaria"),
    country("BH", "Bahrain"),
    country("BI", "Burundi"),
    country("BJ", "Benin"),
    country("BL", "Saint Barthélemy"),
    country("BM", "Bermuda"),
    country("BN", "Brunei"),
    country("BO", "Bolivia"),
    country("BQ", "Bonaire, Sint Eustatius and Saba"),
    country("BR", "Brazil"),
    country("BS", "Bahamas"),
    country("BT", "Bhutan"),
    country("BV", "Bouvet Island"),
    country("BW", "Botswana"),
    country("BY", "Belarus"),
    country("BZ", "Belize"),
    country("CA", "Canada"),
    country("CC", "Cocos (Keeling) Islands"),
    country("CD", "Congo (Kinshasa)"),
    country("CF", "Central African Republic"),
    country("CG", "Congo (Brazzaville)"),
    country("CH", "Switzerland"),
    country("CI", "Côte d'Ivoire"),
    country("CK", "Cook Islands"),
    country("CL", "Chile"),
    country("CM", "Cameroon"),
    country("CN", "China"),
    country("CO", "Colombia"),
    country("CR", "Costa Rica"),
    country("CU", "Cuba"),
    country("CV", "Cape Verde"),
    country("CW", "Curaçao"),
    country("CX", "Christmas Island"),
    country("CY", "Cyprus"),
    country("CZ", "Czechia"),
    country("DE", "Germany"),
    country("DJ", "Djibouti"),
    country("DK", "Denmark"),
    country("DM", "Dominica"),
    country("DO", "Dominican Republic"),
    country("DZ", "Algeria"),
    country("EC", "Ecuador"),
    country("EE", "Estonia"),
    country("EG", "Egypt"),
    country("EH", "Western Sahara"),
    country("ER", "Eritrea"),
    country("ES", "Spain"),
    country("ET", "Ethiopia"),
    country("FI", "Finland"),
    country("FJ", "Fiji"),
    country("FK", "Falkland Islands"),
    country("FM", "Micronesia"),
    country("FO", "Faroe Islands"),
    country("FR", "France"),
    country("GA", "Gabon"),
    country("GB", "United Kingdom"),
    country("GD", "Grenada"),
    country("GE", "Georgia"),
    country("GF", "French Guiana"),
    country("GG", "Guernsey"),
    country("GH", "Ghana"),
    country("GI", "Gibraltar"),
    country("GL", "Greenland"),
    country("GM", "Gambia"),
    country("GN", "Guinea"),
    country("GP", "Guadeloupe"),
    country("GQ", "Equatorial Guinea"),
    country("GR", "Greece"),
    country("GS", "South Georgia and the South Sandwich Islands"),
    country("GT", "Guatemala"),
    country("GU", "Guam"),
    country("GW", "Guinea-Bissau"),
    country("GY", "Guyana"),
    country("HK", "Hong Kong"),
    country("HM", "Heard Island and McDonald Islands"),
    country("HN", "Honduras"),
    country("HR", "Croatia"),
    country("HT", "Haiti"),
    country("HU", "Hungary"),
    country("ID", "Indonesia"),
    country("IE", "Ireland"),
    country("IL", "Israel"),
    country("IM", "Isle of Man"),
    country("IN", "India"),
    country("IO", "British Indian Ocean Territory"),
    country("IQ", "Iraq"),
    country("IR", "Iran"),
    country("IS", "Iceland"),
    country("IT", "Italy"),
    country("JE", "Jersey"),
    country("JM", "Jamaica"),
    country("JO", "Jordan"),
    country("JP", "Japan"),
    country("KE", "Kenya"),
    country("KG", "Kyrgyzstan"),
    country("KH", "Cambodia"),
    country("KI", "Kiribati"),
    country("KM", "Comoros"),
    country("KN", "Saint Kitts and Nevis"),
    country("KP", "North Korea"),
    country("KR", "South Korea"),
    country("KW", "Kuwait"),
    country("KY", "Cayman Islands"),
    country("KZ", "Kazakhstan"),
    country("LA", "Laos"),
    country("LB", "Lebanon"),
    country("LC", "Saint Lucia"),
    country("LI", "Liechtenstein"),
    country("LK", "Sri Lanka"),
    country("LR", "Liberia"),
    country("LS", "Lesotho"),
    country("LT", "Lithuania"),
    country("LU", "Luxembourg"),
    country("LV", "Latvia"),
    country("LY", "Libya"),
    country("MA", "Morocco"),
    country("MC", "Monaco"),
    country("MD", "Moldova"),
    country("ME", "Montenegro"),
    country("MF", "Saint Martin (French part)"),
    country("MG", "Madagascar"),
    country("MH", "Marshall Islands"),
    country("MK", "North Macedonia"),
    country("ML", "Mali"),
    country("MM", "Myanmar"),
    country("MN", "Mongolia"),
    country("MO", "Macao"),
    country("MP", "Northern Mariana Islands"),
    country("MQ", "Martinique"),
    country("MR", "Mauritania"),
    country("MS", "Montserrat"),
    country("MT", "Malta"),
    country("MU", "Mauritius"),
    country("MV", "Maldives"),
    country("MW", "Malawi"),
    country("MX", "Mexico"),
    country("MY", "Malaysia"),
    country("MZ", "Mozambique"),
    country("NA", "Namibia"),
    country("NC", "New Caledonia"),
    country("NE", "Niger"),
    country("NF", "Norfolk Island"),
    country("NG", "Nigeria"),
    country("NI", "Nicaragua"),
    country("NL", "Netherlands"),
    country("NO", "Norway"),
    country("NP", "Nepal"),
    country("NR", "Nauru"),
    country("NU", "Niue"),
    country("NZ", "New Zealand"),
    country("OM", "Oman"),
    country("PA", "Panama"),
    country("PE", "Peru"),
    country("PF", "French Polynesia"),
    country("PG", "Papua New Guinea"),
    country("PH", "Philippines"),
    country("PK", "Pakistan"),
    country("PL", "Poland"),
    country("PM", "Saint Pierre and Miquelon"),
    country("PN", "Pitcairn"),
    country("PR", "Puerto Rico"),
    country("PS", "Palestine"),
    country("PT", "Portugal"),
    country("PW", "Palau"),
    country("PY", "Paraguay"),
    country("QA", "Qatar"),
    country("RE", "Réunion"),
    country("RO", "Romania"),
    country("RS", "Serbia"),
    country("RU", "Russia"),
    country("RW", "Rwanda"),
    country("SA", "Saudi Arabia"),
    country("SB", "Solomon Islands"),
    country("SC", "Seychelles"),
    country("SD", "Sudan"),
    country("SE", "Sweden"),
    country("SG", "Singapore"),
    country("SH", "Saint Helena, Ascension and Tristan da Cunha"),
    country("SI", "Slovenia"),
    country("SJ", "Svalbard and Jan Mayen"),
    country("SK", "Slovakia"),
    country("SL", "Sierra Leone"),
    country("SM", "San Marino"),
    country("SN", "Senegal"),
    country("SO", "Somalia"),
    country("SR", "Suriname"),
    country("SS", "South Sudan"),
    country("ST", "São Tomé and Príncipe"),
    country("SV", "El Salvador"),
    country("SX", "Sint Maarten (Dutch part)"),
    country("SY", "Syria"),
    country("SZ", "Eswatini"),
    country("TC", "Turks and Caicos Islands"),
    country("TD", "Chad"),
    country("TF", "French Southern Territories"),
    country("TG", "Togo"),
    country("TH", "Thailand"),
    country("TJ", "Tajikistan"),
    country("TK", "Tokelau"),
    country("TL", "Timor-Leste"),
    country("TM", "Turkmenistan"),
    country("TN", "Tunisia"),
    country("TO", "Tonga"),
    country("TR", "Türkiye"),
    country("TT", "Trinidad and Tobago"),
    country("TV", "Tuvalu"),
    country("TW", "Taiwan"),
    country("TZ", "Tanzania"),
    country("UA", "Ukraine"),
    country("UG", "Uganda"),
    country("UM", "United States Minor Outlying Islands"),
    country("US", "United States"),
    country("UY", "Uruguay"),
    country("UZ", "Uzbekistan"),
    country("VA", "Vatican City"),
    country("VC", "Saint Vincent and the Grenadines"),
    country("VE", "Venezuela"),
    country("VG", "British Virgin Islands"),
    country("VI", "U.S. Virgin Islands"),
    country("VN", "Vietnam"),
    country("VU", "Vanuatu"),
    country("WF", "Wallis and Futuna"),
    country("WS", "Samoa"),
    country("YE", "Yemen"),
    country("YT", "Mayotte"),
    country("ZA", "South Africa"),
    country("ZM", "Zambia"),
    country("ZW", "Zimbabwe"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_has_249_codes_in_order() {
        assert_eq!(COUNTRIES.len(), 249);
        assert!(COUNTRIES.is_sorted_by(|a, b| a.code < b.code));
        for country in Country::ALL {
            assert_eq!(country.to_string().parse(), Ok(*country));
            assert!(country.code().len() == 2 && !country.name().is_empty());
        }
    }

    #[test]
    fn what_is_no_country_is_refused() {
        for code in ["", "D", "de", "ZZ", "UK", "EU", "DEU", "D\u{c9}"] {
            assert_eq!(code.parse::<Country>(), Err(UnknownCountry), "{code}");
        }
        assert_eq!("CI".parse::<Country>().map(Country::name), Ok("Côte d'Ivoire"));
    }
}

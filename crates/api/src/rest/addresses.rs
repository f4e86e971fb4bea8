//! Addresses on the wire.

use crate::schema;
use accounts::addresses::{Address, RawAddress};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address as a client sends it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressIn {
    /// Who receives; required.
    #[schema(max_length = 255)]
    name: Option<String>,
    /// The firm.
    #[schema(max_length = 255)]
    company: Option<String>,
    /// Street and number; required.
    #[schema(max_length = 255)]
    line1: Option<String>,
    /// Flat, floor, post box.
    #[schema(max_length = 255)]
    line2: Option<String>,
    /// Town; required.
    #[schema(max_length = 255)]
    city: Option<String>,
    /// State or province; required in AU, CA and US.
    #[schema(max_length = 255)]
    region: Option<String>,
    /// Postcode, in the form of the country.
    #[schema(max_length = 32)]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2; required.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<String>,
    /// Telephone number.
    #[schema(max_length = 32)]
    phone: Option<String>,
}

impl From<AddressIn> for RawAddress {
    fn from(raw: AddressIn) -> Self {
        let AddressIn { name, company, line1, line2, city, region, postal_code, country, phone } = raw;
        Self { name, company, line1, line2, city, region, postal_code, country, phone }
    }
}

/// A postal address.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AddressView {
    /// Who receives.
    name: String,
    /// The firm.
    company: Option<String>,
    /// Street and number.
    line1: String,
    /// Flat, floor, post box.
    line2: Option<String>,
    /// Town.
    city: String,
    /// State or province: a code in AU, CA and US.
    region: Option<String>,
    /// Postcode, as the country writes it.
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = schema::CountryCode)]
    country: &'static str,
    /// Telephone number.
    phone: Option<String>,
}

impl From<&Address> for AddressView {
    fn from(address: &Address) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            name: address.name().to_owned(),
            company: owned(address.company()),
            line1: address.line1().to_owned(),
            line2: owned(address.line2()),
            city: address.city().to_owned(),
            region: owned(address.region()),
            postal_code: owned(address.postal_code()),
            country: address.country().code(),
            phone: owned(address.phone()),
        }
    }
}

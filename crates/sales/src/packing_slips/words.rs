//! The words of packing slips, in the languages that the shop has.

use chrono::NaiveDate;

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    /// BCP 47.
    pub(super) language: &'static str,
    pub(super) packing_slip: &'static str,
    pub(super) ship_to: &'static str,
    pub(super) order: &'static str,
    pub(super) ordered_on: &'static str,
    pub(super) packed_on: &'static str,
    pub(super) shipping: &'static str,
    pub(super) carrier: &'static str,
    pub(super) tracking: &'static str,
    pub(super) pieces: &'static str,
    pub(super) description: &'static str,
    pub(super) sku: &'static str,
    pub(super) quantity: &'static str,
    pub(super) page: &'static str,
    pub(super) of: &'static str,
    day: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    packing_slip: "Packing slip",
    ship_to: "Ship to",
    order: "Order",
    ordered_on: "Ordered on",
    packed_on: "Packed on",
    shipping: "Shipping",
    carrier: "Carrier",
    tracking: "Tracking number",
    pieces: "Pieces",
    description: "Description",
    sku: "SKU",
    quantity: "Qty",
    page: "Page",
    of: "of",
    day: "%Y-%m-%d",
};

const GERMAN: Words = Words {
    language: "de",
    packing_slip: "Lieferschein",
    ship_to: "Lieferung an",
    order: "Bestellung",
    ordered_on: "Bestellt am",
    packed_on: "Gepackt am",
    shipping: "Versand",
    carrier: "Versender",
    tracking: "Sendungsnummer",
    pieces: "Stück",
    description: "Bezeichnung",
    sku: "Art.-Nr.",
    quantity: "Menge",
    page: "Seite",
    of: "von",
    day: "%d.%m.%Y",
};

/// The words of a locale's language; English where the shop has none.
pub(super) fn words_of(locale: &str) -> &'static Words {
    if locale.split(['-', '_']).next() == Some("de") { &GERMAN } else { &ENGLISH }
}

impl Words {
    pub(super) fn day(&self, day: NaiveDate) -> String {
        day.format(self.day).to_string()
    }
}

//! What a variant is.

use kernel::text_enum;

text_enum! {
    /// What kind of thing a variant is.
    pub enum VariantKind {
        /// A thing that lies on a shelf and is shipped.
        Physical = "physical",
        /// A file or licence.
        Digital = "digital",
        /// Work that is done for the customer.
        Service = "service",
        /// Money to be spent later.
        GiftCard = "gift_card",
        /// Sold somewhere else: a link, never in a cart.
        External = "external",
    }
}

impl VariantKind {
    /// True for what needs an address unless a variant says otherwise.
    #[must_use]
    pub const fn is_shipped(self) -> bool {
        matches!(self, Self::Physical)
    }
}

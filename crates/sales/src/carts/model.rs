//! A cart, its lines, and who may see it.

use std::collections::BTreeMap;
use std::fmt;

use accounts::addresses::Address;
use kernel::{
    CartId, CartLineId, ChannelId, Currency, Email, FieldErrors, Quantity, ShippingMethodId, StoredValueId, Timestamp, UserId, VariantId,
    text, text_enum,
};
use platform::db::{DatabaseError, RulesStamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

text_enum! {
    /// Whether a cart can still change.
    pub enum CartStatus {
        /// It can.
        Open = "open",
        /// It can, by staff alone: an order in the making.
        Draft = "draft",
        /// It became an order and stays as it was.
        Ordered = "ordered",
        /// Its lines went into another cart of the same customer.
        Merged = "merged",
    }
}

/// What opens a cart: 256 random bits, known to its holder alone.
#[derive(Clone, PartialEq, Eq)]
pub struct CartToken(String);

impl CartToken {
    const PREFIX: &'static str = "twct_";

    /// A new token from the system's random source.
    #[must_use]
    pub fn generate() -> Self {
        Self::of_bits(rand::random())
    }

    /// The token of these bits, which nobody else must be able to tell.
    #[must_use]
    pub fn of_bits(bits: [u8; 32]) -> Self {
        let digits: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("{}{digits}", Self::PREFIX))
    }

    /// What a client sent as token; whether it opens anything is for the cart to say.
    #[must_use]
    pub fn presented(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The token itself, for its holder.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }

    /// True where this token has that hash; takes the same time for every token.
    #[must_use]
    pub fn opens(&self, hash: &[u8]) -> bool {
        self.hash().ct_eq(hash).into()
    }
}

impl fmt::Debug for CartToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CartToken(…)")
    }
}

/// What somebody shows to use a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CartProof {
    /// A token, which may be the cart's.
    Token(CartToken),
    /// That they are signed in, which may be as the cart's owner.
    SignedIn(UserId),
    /// That they may make orders for customers: it opens drafts, and no cart of a customer.
    Staff,
}

impl CartProof {
    /// What is stored of the token that is shown, where one is.
    pub(super) fn hash(&self) -> Option<Vec<u8>> {
        match self {
            Self::Token(token) => Some(token.hash()),
            Self::SignedIn(_) | Self::Staff => None,
        }
    }
}

/// A wish to use a cart: its id and what came with the request. A wrong token, or another's cart, is the same as no such cart.
#[derive(Debug, Clone)]
pub struct CartAccess {
    /// Which cart.
    pub cart_id: CartId,
    /// What is shown.
    pub proof: CartProof,
}

impl CartAccess {
    /// The wish of whoever sent this text as the cart's token.
    #[must_use]
    pub fn by_token(cart_id: CartId, token: impl Into<String>) -> Self {
        Self { cart_id, proof: CartProof::Token(CartToken::presented(token)) }
    }

    /// In whose name a key stands: that of the cart and of what opens it, because a stored answer is given before the cart is
    /// looked at, and must not be given to somebody who knows the cart's id alone.
    #[must_use]
    pub fn owner(&self) -> String {
        match &self.proof {
            CartProof::Token(token) => {
                let digits: String = token.hash().iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{}:{digits}", self.cart_id)
            }
            CartProof::SignedIn(user) => format!("{}:{user}", self.cart_id),
            CartProof::Staff => format!("{}:staff", self.cart_id),
        }
    }
}

/// A cart without its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Cart {
    /// Its id.
    pub id: CartId,
    /// Whose it is, once somebody signed in.
    pub user_id: Option<UserId>,
    /// Where it was filled.
    pub channel_id: ChannelId,
    /// All its amounts are in it.
    pub currency: Currency,
    /// Whether it can still change.
    pub status: CartStatus,
    /// Where the confirmation goes.
    pub email: Option<Email>,
    /// When the customer said that news are wanted, where they are.
    pub accepts_marketing_at: Option<Timestamp>,
    /// Where the parcel goes.
    pub shipping_address: Option<Address>,
    /// Who is billed; absent: as the shipping address.
    pub billing_address: Option<Address>,
    /// How the parcel goes.
    pub shipping_method_id: Option<ShippingMethodId>,
    /// The codes of promotions that its holder typed in, as the shop writes them.
    pub codes: Vec<String>,
    /// The gift cards and the credit that its holder pays with, in this order.
    pub stored_values: Vec<StoredValueId>,
    /// What staff take off a draft.
    pub discount: Option<StaffDiscount>,
    /// Grows with each change.
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// What staff take off a draft, divided over its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffDiscount {
    /// How much, in minor units of the cart's currency; above zero. What exceeds the lines is dropped.
    pub minor: i64,
    /// What the customer reads.
    pub label: String,
}

/// A draft in the list of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSummary {
    /// Its id.
    pub id: CartId,
    /// Where it is sold.
    pub channel_id: ChannelId,
    /// For whom it is, where they have an account.
    pub user_id: Option<UserId>,
    /// Where the confirmation goes.
    pub email: Option<String>,
    /// All its amounts are in it.
    pub currency: Currency,
    /// How many lines it has.
    pub line_count: i64,
    /// Grows with each change.
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The lines of a cart at one moment, and what names the shop's rules that hold then.
#[derive(Debug, Clone)]
pub struct CartLines {
    /// The lines, in the order in which they were added.
    pub lines: Vec<CartLine>,
    /// The rules' stamp.
    pub rules: RulesStamp,
}

/// One line of a cart.
#[derive(Debug, Clone, PartialEq)]
pub struct CartLine {
    /// Its id.
    pub id: CartLineId,
    /// What.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
    /// What the customer asked for beyond the variant.
    pub custom_options: CustomOptions,
    /// What staff agreed that a piece of a draft costs, in minor units of the cart's currency; absent: what the price lists say.
    pub unit_price_minor: Option<i64>,
}

/// What a customer asks for beyond the variant: an engraving, a gift note. Lines that differ in it stay apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomOptions(BTreeMap<String, String>);

impl CustomOptions {
    /// A form with more fields than this is no wish about one line.
    const MOST: usize = 10;

    /// Reads the wishes: up to ten, names of 64 and texts of 500 characters.
    ///
    /// # Errors
    /// `FieldErrors` by the wish's name.
    pub fn parse(raw: BTreeMap<String, String>) -> Result<Self, FieldErrors> {
        if raw.len() > Self::MOST {
            return Err(FieldErrors::of("", "at most 10 custom options"));
        }
        let mut errors = FieldErrors::new();
        let mut options = BTreeMap::new();
        for (name, value) in raw {
            let value = text(&value, 500).map_err(|error| error.to_string());
            let value = value.and_then(|text| {
                if kernel::contains_card_number(&text) { Err("must not contain a payment card number".to_owned()) } else { Ok(text) }
            });
            if let (Some(key), Some(value)) = (errors.take(&name, text(&name, 64)), errors.take(&name, value)) {
                options.insert(key, value);
            }
        }
        errors.finish(|| Some(Self(options)))
    }

    pub(super) fn stored(value: serde_json::Value) -> Result<Self, DatabaseError> {
        serde_json::from_value(value).map(Self).map_err(|_| DatabaseError::corrupt("cart_lines.custom_options"))
    }

    /// As JSON, names sorted.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        self.0.iter().map(|(name, value)| (name.clone(), serde_json::Value::from(value.as_str()))).collect()
    }

    /// What tells two lines of one variant apart.
    pub(super) fn key(&self) -> String {
        self.to_json().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_cart_only_and_is_never_printed() {
        let token = CartToken::generate();
        assert!(CartToken::presented(token.reveal()).opens(&token.hash()));
        assert!(!CartToken::generate().opens(&token.hash()));
        assert!(token.reveal().strip_prefix("twct_").is_some_and(|digits| digits.len() == 64));
        assert_eq!(CartToken::presented("twct_x").reveal(), "twct_x");
        assert_eq!(format!("{token:?}"), "CartToken(…)");
    }

    #[test]
    fn wishes_are_bounded_and_free_of_card_numbers() {
        let one = |name: &str, value: &str| CustomOptions::parse([(name.to_owned(), value.to_owned())].into());
        assert!(one("Engraving", "For Ada").is_ok());
        assert!(one("Engraving", &"x".repeat(501)).is_err());
        assert!(one("Engraving", "4242 4242 4242 4242").is_err());
        assert!(one("", "x").is_err());
        let many = |count: usize| CustomOptions::parse((0..count).map(|place| (format!("Wish {place}"), "x".to_owned())).collect());
        assert!(many(10).is_ok_and(|options| options.0.len() == 10));
        for count in [11, 30] {
            assert_eq!(many(count), Err(FieldErrors::of("", "at most 10 custom options")));
        }
    }

    #[test]
    fn wishes_survive_the_database_and_tell_lines_apart() {
        let wish = |value: &str| CustomOptions::parse([("Engraving".to_owned(), value.to_owned())].into()).expect("a wish");
        let ada = wish("Ada");
        assert_eq!(ada.to_json(), serde_json::json!({"Engraving": "Ada"}));
        assert_eq!(CustomOptions::stored(ada.to_json()).expect("readable"), ada);
        assert!(CustomOptions::stored(serde_json::json!({"Engraving": 7})).is_err());
        assert_eq!((ada.key().as_str(), CustomOptions::default().key().as_str()), (r#"{"Engraving":"Ada"}"#, "{}"));
        assert_ne!(ada.key(), wish("Grace").key());
    }

    /// Whoever knows a cart's id alone, or another cart's token, is somebody else.
    #[test]
    fn a_key_stands_in_the_name_of_cart_and_token() {
        let (cart_id, other) = (CartId::generate(), CartId::generate());
        let owner = |cart_id, token: &str| CartAccess::by_token(cart_id, token).owner();
        assert_eq!(owner(cart_id, "twct_x"), owner(cart_id, "twct_x"));
        assert!(owner(cart_id, "twct_x") != owner(cart_id, "twct_y") && owner(cart_id, "twct_x") != owner(other, "twct_x"));
        assert!(!owner(cart_id, "twct_x").contains("twct_x"), "the token itself is not stored");
    }
}

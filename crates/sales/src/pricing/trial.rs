//! Pricing a cart that nobody has, to see what promotions would do.

use std::collections::BTreeMap;

use catalog::channels::{self, Channel};
use kernel::{
    CartId, CartLineId, Country, DomainError, Email, ErrorKind, FieldErrors, Quantity, ShippingMethodId, Timestamp, UserId, VariantId,
};
use platform::Context;
use platform::db::{DatabaseError, RulesStamp};

use super::price::{PricedCart, RepriceError, Supposed, price_supposing};
use crate::carts::{self, Cart, CartLine, CartLines, CartStatus, CustomOptions};
use crate::promotions::Promotion;

/// A cart that nobody has.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// The channel's code; absent: the default channel.
    pub channel: Option<String>,
    /// When; absent: now.
    pub at: Option<Timestamp>,
    /// Whose it would be.
    pub user_id: Option<UserId>,
    /// Where the confirmation would go.
    pub email: Option<Email>,
    /// Where the parcel would go.
    pub country: Option<Country>,
    /// How.
    pub shipping_method_id: Option<ShippingMethodId>,
    /// What would be in it.
    pub lines: Vec<(VariantId, Quantity)>,
    /// The codes that would be typed in.
    pub codes: Vec<String>,
    /// A promotion that nobody keeps, or that is held back.
    pub promotion: Option<Promotion>,
}

/// Why a trial has no price.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// No channel of this code.
    #[error("unknown channel")]
    UnknownChannel,
    /// No such variant.
    #[error("no such variant")]
    UnknownVariant(usize),
    /// Its price.
    #[error(transparent)]
    Price(#[from] RepriceError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for TrialError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownChannel | Self::UnknownVariant(_) => "validation_failed",
            Self::Price(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownChannel | Self::UnknownVariant(_) => ErrorKind::Rule,
            Self::Price(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::UnknownChannel => FieldErrors::of("channel", self).into_map(),
            Self::UnknownVariant(place) => FieldErrors::of(format!("lines.{place}.variant_id"), self).into_map(),
            Self::Price(_) | Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// What the cart would cost. Nothing is written.
///
/// # Errors
/// `TrialError` names what does not fit.
pub async fn try_out(context: &Context, trial: Trial) -> Result<PricedCart, TrialError> {
    let reader = context.db.reader();
    let rules = RulesStamp::read(reader).await?;
    let code = trial.channel.as_deref().unwrap_or(Channel::DEFAULT_CODE);
    let channel = channels::standing(reader, &rules, |channel| channel.code == code).await?.ok_or(TrialError::UnknownChannel)?;
    let now = trial.at.unwrap_or_else(|| context.now());
    let cart = Cart {
        id: CartId::generate(),
        user_id: trial.user_id,
        channel_id: channel.id,
        currency: channel.currency,
        status: CartStatus::Open,
        email: trial.email,
        accepts_marketing_at: None,
        shipping_address: None,
        billing_address: None,
        shipping_method_id: trial.shipping_method_id,
        codes: trial.codes,
        stored_values: Vec::new(),
        discount: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let line = |(variant_id, quantity): &(VariantId, Quantity)| CartLine {
        id: CartLineId::generate(),
        variant_id: *variant_id,
        quantity: *quantity,
        custom_options: CustomOptions::default(),
        unit_price_minor: None,
    };
    let lines = CartLines { lines: trial.lines.iter().map(line).collect(), rules };
    let contents = carts::with_lines(reader, cart, lines, now).await?;
    if let Some(place) = contents.lines.iter().position(|line| contents.variant(line.variant_id).is_none()) {
        return Err(TrialError::UnknownVariant(place));
    }
    let supposed = Supposed { promotion: trial.promotion.as_ref(), country: trial.country };
    Ok(price_supposing(reader, contents, &supposed).await?)
}

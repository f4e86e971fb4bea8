//! Beginning a cart.

use std::collections::BTreeMap;

use accounts::users;
use catalog::channels::{self, Channel};
use kernel::{Actor, CartId, Currency, DomainError, Email, ErrorKind, FieldErrors, Origin, UserId};
use platform::db::{DatabaseError, RulesStamp, WriteTx};

use super::contents::CartContents;
use super::model::{Cart, CartStatus, CartToken};
use super::store;
use crate::Sales;

/// Where the cart is filled; both may be left to the shop.
#[derive(Debug, Clone, Default)]
pub struct CreateCart {
    /// The channel's code; absent: the default channel.
    pub channel: Option<String>,
    /// Must be the channel's currency; absent: the channel's.
    pub currency: Option<Currency>,
}

/// A new cart and the token that opens it.
#[derive(Debug)]
pub struct CreatedCart {
    /// The cart, empty.
    pub contents: CartContents,
    /// Its token, shown now and never again.
    pub token: CartToken,
}

/// Why no cart is begun.
#[derive(Debug, thiserror::Error)]
pub enum CreateCartError {
    /// No channel of this code.
    #[error("unknown channel")]
    UnknownChannel,
    /// The channel sells in another currency.
    #[error("this channel sells in {0}")]
    CurrencyMismatch(Currency),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateCartError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownChannel => "validation_failed",
            Self::CurrencyMismatch(_) => "currency_mismatch",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownChannel | Self::CurrencyMismatch(_) => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::UnknownChannel => FieldErrors::of("channel", self).into_map(),
            Self::CurrencyMismatch(_) => FieldErrors::of("currency", self).into_map(),
            Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// Begins an empty cart in a channel and its currency; a signed-in customer's is theirs from the start, with the address of their account.
///
/// # Errors
/// `CreateCartError` names what does not fit.
pub async fn create(sales: &Sales, origin: &Origin, request: CreateCart) -> Result<CreatedCart, CreateCartError> {
    let (channel, rules) = channel_of(sales, &request).await?;
    let tx = sales.context.begin(origin).await?;
    let channel = fix_currency(&tx, channel, &request).await?;
    let user_id = if let Actor::User(user) = origin.actor { Some(user) } else { None };
    let cart = Cart {
        id: CartId::generate(),
        user_id,
        channel_id: channel.id,
        currency: channel.currency,
        status: CartStatus::Open,
        email: match user_id {
            Some(user) => address_of(&tx, user).await?,
            None => None,
        },
        accepts_marketing_at: None,
        shipping_address: None,
        billing_address: None,
        shipping_method_id: None,
        codes: Vec::new(),
        stored_values: Vec::new(),
        discount: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let token = CartToken::generate();
    store::insert(&tx, &cart, &token).await?;
    tx.commit().await?;
    Ok(CreatedCart {
        contents: CartContents { now: cart.created_at, cart, channel, lines: Vec::new(), rules, variants: Vec::new() },
        token,
    })
}

/// Where it is filled, and the rules that hold.
pub(super) async fn channel_of(sales: &Sales, request: &CreateCart) -> Result<(Channel, RulesStamp), CreateCartError> {
    let reader = sales.context.db.reader();
    let rules = RulesStamp::read(reader).await?;
    let code = request.channel.as_deref().unwrap_or(Channel::DEFAULT_CODE);
    let channel = channels::standing(reader, &rules, |channel| channel.code == code).await?.ok_or(CreateCartError::UnknownChannel)?;
    Ok((channel, rules))
}

/// The channel with the currency that it sells in for good.
pub(super) async fn fix_currency(tx: &WriteTx, channel: Channel, request: &CreateCart) -> Result<Channel, CreateCartError> {
    let channel = channels::fix_currency(tx, channel).await?;
    match request.currency {
        Some(currency) if currency != channel.currency => Err(CreateCartError::CurrencyMismatch(channel.currency)),
        _ => Ok(channel),
    }
}

/// Where mail reaches somebody who has an account: no need to say it again in each cart.
pub(super) async fn address_of(tx: &WriteTx, user: UserId) -> Result<Option<Email>, DatabaseError> {
    Ok(users::find(tx, user).await?.and_then(|user| user.email))
}

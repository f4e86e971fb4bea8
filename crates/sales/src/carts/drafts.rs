//! Drafts: carts that staff fill for a customer, at prices of their own where they like. What is in one costs what it would cost in a cart, and it
//! becomes an order as a cart does.

use std::collections::HashSet;

use accounts::addresses::Address;
use accounts::users;
use catalog::channels::Channel;
use catalog::variants::VariantKind;
use kernel::{CartId, CartLineId, Email, FieldErrors, Money, Origin, Quantity, ShippingMethodId, Timestamp, UserId, VariantId};
use platform::audit;
use platform::db::WriteTx;
use serde_json::json;

use super::add_line::MOST_LINES;
use super::codes::MOST_CODES;
use super::contents::{CartContents, with_lines};
use super::create::{CreateCart, channel_of, fix_currency};
use super::draft_error::DraftError;
use super::draft_store;
use super::model::{Cart, CartAccess, CartLine, CartLines, CartProof, CartStatus, CartToken, CustomOptions, StaffDiscount};
use super::store::{self, Locked};
use crate::Sales;
use crate::promotions;
use crate::shipping::ShippingMethods;

/// What staff write into a draft.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The channel's code; absent: the default channel, or that which it has.
    pub channel: Option<String>,
    /// For whom, where they have an account.
    pub user_id: Option<UserId>,
    /// Where the confirmation goes; absent: the address of the account.
    pub email: Option<Email>,
    /// Where the parcel goes.
    pub shipping_address: Option<Address>,
    /// Who is billed; absent: as the shipping address.
    pub billing_address: Option<Address>,
    /// How the parcel goes.
    pub shipping_method_id: Option<ShippingMethodId>,
    /// Codes of promotions.
    pub codes: Vec<String>,
    /// What is taken off.
    pub discount: Option<(Money, String)>,
    /// What is ordered.
    pub lines: Vec<DraftLine>,
}

/// A line of a draft.
#[derive(Debug, Clone)]
pub struct DraftLine {
    /// What.
    pub variant_id: VariantId,
    /// How many.
    pub quantity: Quantity,
    /// What the customer asks for beyond the variant.
    pub custom_options: CustomOptions,
    /// What a piece costs; absent: what the price lists say.
    pub unit_price: Option<Money>,
}

/// Begins a draft.
///
/// # Errors
/// `DraftError` names what does not fit; nothing is written then.
pub async fn create_draft(sales: &Sales, origin: &Origin, draft: Draft) -> Result<CartContents, DraftError> {
    let place = CreateCart { channel: draft.channel.clone(), currency: None };
    let (channel, rules) = channel_of(sales, &place).await?;
    let tx = sales.context.begin(origin).await?;
    let channel = fix_currency(&tx, channel, &place).await?;
    let mut cart = empty(&channel, tx.now());
    // Nobody has its token; the link to pay makes another one.
    store::insert(&tx, &cart, &CartToken::generate()).await?;
    let contents = write(&tx, &mut cart, CartLines { lines: Vec::new(), rules }, draft).await?;
    audit::record(&tx, &audit::Entry::of("draft_order.created", cart.id).after(&told(&contents))).await?;
    tx.commit().await?;
    Ok(contents)
}

/// Writes a draft anew: all that is said of it.
///
/// # Errors
/// `DraftError` names what does not fit; nothing is written then.
pub async fn replace_draft(sales: &Sales, origin: &Origin, (id, version): (CartId, i64), draft: Draft) -> Result<CartContents, DraftError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { mut cart, lines } = lock(&tx, id, version).await?;
    let before = told(&with_lines(&tx, cart.clone(), lines.clone(), tx.now()).await?);
    let contents = write(&tx, &mut cart, lines, draft).await?;
    audit::record(&tx, &audit::Entry::of("draft_order.changed", id).before(&before).after(&told(&contents))).await?;
    tx.commit().await?;
    Ok(contents)
}

/// Throws a draft away.
///
/// # Errors
/// `DraftError`, by what went wrong.
pub async fn discard_draft(sales: &Sales, origin: &Origin, (id, version): (CartId, i64)) -> Result<(), DraftError> {
    let tx = sales.context.begin(origin).await?;
    let Locked { cart, lines } = lock(&tx, id, version).await?;
    let before = told(&with_lines(&tx, cart, lines, tx.now()).await?);
    draft_store::delete(&tx, id).await?;
    audit::record(&tx, &audit::Entry::of("draft_order.discarded", id).before(&before)).await?;
    Ok(tx.commit().await?)
}

fn empty(channel: &Channel, now: Timestamp) -> Cart {
    Cart {
        id: CartId::generate(),
        user_id: None,
        channel_id: channel.id,
        currency: channel.currency,
        status: CartStatus::Draft,
        email: None,
        accepts_marketing_at: None,
        shipping_address: None,
        billing_address: None,
        shipping_method_id: None,
        codes: Vec::new(),
        stored_values: Vec::new(),
        discount: None,
        version: 0,
        created_at: now,
        updated_at: now,
    }
}

async fn lock(tx: &WriteTx, id: CartId, version: i64) -> Result<Locked, DraftError> {
    let locked = store::lock(tx, &CartAccess { cart_id: id, proof: CartProof::Staff }).await?;
    if locked.cart.version == version { Ok(locked) } else { Err(DraftError::VersionConflict { current: locked.cart.version }) }
}

async fn write(tx: &WriteTx, cart: &mut Cart, before: CartLines, draft: Draft) -> Result<CartContents, DraftError> {
    let mut errors = FieldErrors::new();
    let address = match draft.user_id {
        Some(id) => match users::find(tx, id).await? {
            Some(user) => user.email,
            None => {
                errors.add("user_id", "unknown account");
                None
            }
        },
        None => None,
    };
    let lines = read_lines(cart, draft.lines, &mut errors);
    cart.discount = draft.discount.and_then(|discount| read_discount(cart, discount, &mut errors));
    cart.codes = read_codes(tx, draft.codes, &mut errors).await?;
    if let Some(id) = draft.shipping_method_id
        && !ShippingMethods::standing(tx, &before.rules).await?.has(id)
    {
        errors.add("shipping_method_id", "there is no such shipping method");
    }
    errors.finish(|| Some(()))?;
    cart.user_id = draft.user_id;
    cart.email = draft.email.or(address);
    cart.shipping_address = draft.shipping_address;
    cart.billing_address = draft.billing_address;
    cart.shipping_method_id = draft.shipping_method_id;
    cart.version += 1;
    cart.updated_at = tx.now();
    let contents = with_lines(tx, cart.clone(), CartLines { lines, rules: before.rules }, tx.now()).await?;
    refuse_unfit(&contents, draft.channel.as_deref())?;
    contents.refuse_too_large()?;
    draft_store::write(tx, &contents).await?;
    Ok(contents)
}

fn read_lines(cart: &Cart, wanted: Vec<DraftLine>, errors: &mut FieldErrors) -> Vec<CartLine> {
    if wanted.len() > MOST_LINES {
        errors.add("lines", format!("must be at most {MOST_LINES} lines"));
    }
    let mut seen = HashSet::new();
    let line = |(place, line): (usize, DraftLine)| {
        let DraftLine { variant_id, quantity, custom_options, unit_price } = line;
        if unit_price.is_some_and(|price| price.currency() != cart.currency) {
            errors.add(format!("lines.{place}.unit_price"), format!("must be in {}", cart.currency));
        }
        if !seen.insert((variant_id, custom_options.key())) {
            errors.add(format!("lines.{place}.variant_id"), "is in the draft already, with the same options");
        }
        CartLine { id: CartLineId::generate(), variant_id, quantity, custom_options, unit_price_minor: unit_price.map(Money::minor) }
    };
    wanted.into_iter().take(MOST_LINES).enumerate().map(line).collect()
}

fn read_discount(cart: &Cart, (amount, label): (Money, String), errors: &mut FieldErrors) -> Option<StaffDiscount> {
    if amount.currency() != cart.currency {
        errors.add("discount.amount", format!("must be in {}", cart.currency));
    }
    if amount.minor() <= 0 {
        errors.add("discount.amount", "must be above zero");
    }
    Some(StaffDiscount { minor: amount.minor(), label })
}

async fn read_codes(tx: &WriteTx, typed: Vec<String>, errors: &mut FieldErrors) -> Result<Vec<String>, DraftError> {
    if typed.len() > MOST_CODES {
        errors.add("codes", format!("must be at most {MOST_CODES} codes"));
    }
    let mut codes = Vec::new();
    for (place, code) in typed.iter().take(MOST_CODES).enumerate() {
        match promotions::usable_code(tx, code).await? {
            Some(code) if codes.contains(&code) => {}
            Some(code) => codes.push(code),
            None => errors.add(format!("codes.{place}"), "no promotion has this code"),
        }
    }
    Ok(codes)
}

/// Each line is for sale at some price. Gift cards are money: they cost what they are worth.
fn refuse_unfit(contents: &CartContents, channel: Option<&str>) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::new();
    if channel.is_some_and(|code| code != contents.channel.code) {
        errors.add("channel", format!("stays {}", contents.channel.code));
    }
    for (place, line) in contents.lines.iter().enumerate() {
        let is_card = contents.variant(line.variant_id).is_some_and(|variant| variant.kind == VariantKind::GiftCard);
        if contents.unit_price(line).is_none() {
            errors.add(format!("lines.{place}.variant_id"), "is not for sale, or has no price here");
        }
        if is_card && line.unit_price_minor.is_some() {
            errors.add(format!("lines.{place}.unit_price"), "a gift card costs what it is worth");
        }
        if is_card && contents.cart.discount.is_some() {
            errors.add("discount", "gift cards are never cheaper: order them by themselves");
        }
    }
    errors.finish(|| Some(()))
}

/// What the audit log tells of it: nothing that tells who somebody is.
fn told(contents: &CartContents) -> serde_json::Value {
    let line = |line: &CartLine| json!({ "variant_id": line.variant_id, "quantity": i64::from(line.quantity), "unit_price_minor": line.unit_price_minor });
    let cart = &contents.cart;
    json!({
        "user_id": cart.user_id, "currency": cart.currency, "codes": cart.codes, "shipping_method_id": cart.shipping_method_id,
        "discount_minor": cart.discount.as_ref().map(|discount| discount.minor), "lines": contents.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

//! What a letter tells, looked up when it is made.

use accounts::users::{self, User};
use catalog::channels;
use catalog::variants::{self, PriceSource};
use kernel::{CartId, Email, OrderId, ProductId, ReturnId, UserId, VariantId, WebhookEndpointId};
use payments::stored_values::{self, StoredValue};
use platform::Context;
use platform::db::DatabaseError;
use sales::carts::{self, CartLine, CartToken};
use sales::checkout;
use sales::customers;
use sales::gift_cards;
use sales::orders::{self, OrderDetails, OrderKey};
use sales::returns::{self, ReturnStatus};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::model::Mail;
use super::unsubscribe::link;
use crate::mail_templates::{
    CartWords, CustomerWords, EndpointWords, GiftCardWords, LetterWords, PaymentWords, PieceWords, StockWords, TemplateName, Words, moment,
    money, order_words, parcel_words, returned_words, shop_words,
};
use crate::webhooks;

/// What links to carts are made for: only this shop can tell one.
const CART_LINK: &str = "the link to a cart";

/// What a letter tells, and where its reader says that such letters are not wanted.
pub(super) struct Told {
    pub(super) words: LetterWords,
    pub(super) unsubscribe: Option<String>,
    /// What its link opens a cart with, once somebody has noted that it does.
    pub(super) opens: Option<(CartId, CartToken)>,
}

/// What is known of a shipping notice beside its order.
#[derive(Debug, Deserialize)]
struct Parcel {
    fulfilment_id: kernel::FulfilmentId,
}

/// What is known of a return beside its order: which one, and where it stood.
#[derive(Debug, Deserialize)]
struct Returned {
    return_id: ReturnId,
    status: ReturnStatus,
}

/// What is known of a low stock beside the variant.
#[derive(Debug, Deserialize)]
struct Low {
    product_id: ProductId,
    ready: i64,
}

/// What a letter tells; `None` where what it tells of is no more.
pub(super) async fn told_in(context: &Context, mail: &Mail) -> Result<Option<Told>, DatabaseError> {
    let (mut unsubscribe, mut opens) = (None, None);
    let about = match mail.template {
        TemplateName::OrderConfirmation => ordered(context, mail).await?,
        TemplateName::ShippingNotice => shipped(context, mail).await?,
        TemplateName::GiftCards => gift_cards(context, mail).await?,
        TemplateName::PaymentRequest => to_pay(context, mail).await?,
        TemplateName::ReturnRequested | TemplateName::ReturnApproved | TemplateName::ReturnRejected | TemplateName::ReturnReceived => {
            returned(context, mail).await?
        }
        TemplateName::Welcome => welcomed(context, mail).await?,
        TemplateName::LowStock => low(context, mail).await?,
        TemplateName::WebhookFailing | TemplateName::WebhookDisabled => unwell(context, mail).await?,
        TemplateName::AbandonedCart => {
            unsubscribe = mail.to.as_ref().map(|to| link(context, to)).transpose()?;
            let token = token_of(context, mail)?;
            opens = Some((CartId::from_uuid(mail.about.id), token.clone()));
            left_behind(context, mail, unsubscribe.clone(), &token).await?
        }
    };
    let Some(about) = about else { return Ok(None) };
    let words = LetterWords { locale: mail.locale.clone(), shop: shop_words(context).await?, about };
    Ok(Some(Told { words, unsubscribe, opens }))
}

fn detail<T: DeserializeOwned>(mail: &Mail) -> Result<T, DatabaseError> {
    serde_json::from_value(mail.detail.clone()).map_err(|_| DatabaseError::corrupt("mails.detail"))
}

async fn order(context: &Context, mail: &Mail) -> Result<Option<OrderDetails>, DatabaseError> {
    let reader = context.db.reader();
    let Some(order) = orders::find(reader, OrderKey::Id(OrderId::from_uuid(mail.about.id))).await? else { return Ok(None) };
    Ok(Some(orders::details(reader, order).await?))
}

async fn ordered(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let details = order(context, mail).await?;
    Ok(details.map(|details| Words::Ordered { order: Box::new(order_words(&details, &mail.locale)) }))
}

async fn shipped(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let Parcel { fulfilment_id } = detail(mail)?;
    let Some(details) = order(context, mail).await? else { return Ok(None) };
    let Some(parcel) = details.fulfilments.iter().find(|parcel| parcel.id == fulfilment_id) else { return Ok(None) };
    let order = Box::new(order_words(&details, &mail.locale));
    Ok(Some(Words::Shipped { order, parcel: parcel_words(&details, parcel) }))
}

async fn returned(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let Returned { return_id, status } = detail(mail)?;
    let Some(details) = order(context, mail).await? else { return Ok(None) };
    let Some(back) = returns::find(context.db.reader(), return_id).await? else { return Ok(None) };
    let order = Box::new(order_words(&details, &mail.locale));
    Ok(Some(Words::Returned { order, returned: returned_words(&details, &back, status) }))
}

/// Codes are told where the shop can still say them, and something is on the card.
async fn gift_cards(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let Some(details) = order(context, mail).await? else { return Ok(None) };
    let made = gift_cards::of_order(context.db.reader(), &details.lines).await?;
    let card = |value: &StoredValue| {
        let code = stored_values::code_of(&context.secrets, value).ok().filter(|_| value.balance.minor() > 0)?;
        Some(GiftCardWords { code: code.reveal(), amount: money(value.balance, &mail.locale) })
    };
    let cards: Vec<GiftCardWords> = made.iter().filter_map(card).collect();
    let order = Box::new(order_words(&details, &mail.locale));
    Ok((!cards.is_empty()).then_some(Words::GiftCards { order, cards }))
}

/// The link is made for the address that the order has: where that became another one, this reader may not pay any more.
async fn to_pay(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let (Some(to), Some(details)) = (&mail.to, order(context, mail).await?) else { return Ok(None) };
    let order = &details.order;
    let Ok(due_minor) = checkout::due_of(order, context.now()) else { return Ok(None) };
    if details.contact.email.key() != to.key() {
        return Ok(None);
    }
    let token = checkout::payment_token(context, order.id, to)?;
    let payment = PaymentWords {
        url: checkout::payment_url(context, order.id, &token),
        due: money(order.money(due_minor), &mail.locale),
        until: order.expires_at.map(|at| moment(at, &mail.locale)),
    };
    Ok(Some(Words::Pay { order: Box::new(order_words(&details, &mail.locale)), payment }))
}

async fn welcomed(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let user = users::find(context.db.reader(), UserId::from_uuid(mail.about.id)).await?.filter(User::is_active);
    Ok(user.map(|user| Words::Customer { customer: CustomerWords { name: user.name } }))
}

async fn low(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let Low { product_id, ready } = detail(mail)?;
    let (reader, variant_id) = (context.db.reader(), VariantId::from_uuid(mail.about.id));
    let channel = channels::find_default(reader).await?;
    let sold = variants::sellable(reader, &[variant_id], &PriceSource::of_channel(&channel, context.now())).await?.pop();
    let variants = variants::of_products(reader, &[product_id]).await?;
    let threshold = variants.iter().find(|variant| variant.id == variant_id).and_then(|variant| variant.content.low_stock_threshold);
    Ok(sold.map(|sold| {
        let variant = Some(sold.variant_title).filter(|title| !title.is_empty());
        Words::Stock { product: StockWords { title: sold.product_title, variant, sku: sold.sku, ready, threshold } }
    }))
}

/// The same in every try of a letter: mailboxes keep the first of two under one `Message-ID`, and its link has to open the cart as well.
fn token_of(context: &Context, mail: &Mail) -> Result<CartToken, DatabaseError> {
    let bits = context.secrets.mac(CART_LINK, mail.id.uuid().as_bytes()).map_err(|_| DatabaseError::corrupt("the master key"))?;
    Ok(CartToken::of_bits(bits))
}

/// The cart as it is now, for whoever still wants to be told; its link opens it on any device.
async fn left_behind(
    context: &Context,
    mail: &Mail,
    unsubscribe: Option<String>,
    token: &CartToken,
) -> Result<Option<Words>, DatabaseError> {
    let (Some(to), Some(unsubscribe_url)) = (&mail.to, unsubscribe) else { return Ok(None) };
    let (reader, id) = (context.db.reader(), CartId::from_uuid(mail.about.id));
    let Some((cart, lines)) = carts::find_open(reader, id).await? else { return Ok(None) };
    let Some(channel) = channels::find(reader, cart.channel_id).await? else { return Ok(None) };
    if cart.email.as_ref().map(Email::key) != Some(to.key()) || customers::consenting(reader, &[to]).await?.is_empty() {
        return Ok(None);
    }
    let ids: Vec<VariantId> = lines.iter().map(|line| line.variant_id).collect();
    let sold = variants::sellable(reader, &ids, &PriceSource::of_channel(&channel, context.now())).await?;
    let piece = |line: &CartLine| {
        let sold = sold.iter().find(|sold| sold.variant_id == line.variant_id && sold.live)?;
        let variant = Some(sold.variant_title.clone()).filter(|title| !title.is_empty());
        Some(PieceWords { title: sold.product_title.clone(), variant, quantity: i64::from(line.quantity) })
    };
    let lines: Vec<PieceWords> = lines.iter().filter_map(piece).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    // Behind the `#`, so that no server logs it.
    let url = format!("{}/cart?id={id}#token={}", context.config.server.base_url(), token.reveal());
    Ok(Some(Words::Cart { cart: CartWords { url, lines }, unsubscribe_url }))
}

/// Of the address only where it leads: the rest of it may open something.
async fn unwell(context: &Context, mail: &Mail) -> Result<Option<Words>, DatabaseError> {
    let (reader, id) = (context.db.reader(), WebhookEndpointId::from_uuid(mail.about.id));
    let Some(endpoint) = webhooks::find(reader, id).await? else { return Ok(None) };
    let url = Url::parse(&endpoint.url).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let failing_since = endpoint.failing_since.map(|since| moment(since, &mail.locale));
    let last = webhooks::last_attempt(reader, id).await?;
    let last_answer = last.and_then(|attempt| attempt.status.map(|status| status.to_string()).or(attempt.error));
    Ok(Some(Words::Endpoint { endpoint: EndpointWords { url, failing_since, last_answer } }))
}

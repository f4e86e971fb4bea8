//! Exchanging goods of one order for those of a draft, in one transaction.

use ::payments::refunds::RefundReason;
use chrono::TimeDelta;
use kernel::{CartId, ExchangeId, FieldErrors, Money, OrderId, Origin, ReturnId, UserId, text};
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::{audit, outbox};
use serde_json::json;

use super::error::ExchangeError;
use super::events::ExchangeFact;
use super::model::Exchange;
use super::store;
use crate::Sales;
use crate::carts::{self, CartAccess, CartContents, CartProof, Locked};
use crate::checkout::{self, Terms};
use crate::orders::{self, Order, OrderDetails, OrderKey, OrderSource};
use crate::pricing;
use crate::refunds::{self, Exchanged, ExchangedPieces, RefundLine, RefundOrderError};
use crate::returns::{self, ExchangeTerms, ReturnError};

/// A note is a remark, not a document.
const MOST_NOTE: usize = 500;

/// What is given for other goods.
#[derive(Debug, Clone)]
pub enum Given {
    /// What came by a return.
    Return(ReturnId),
    /// Pieces of an order.
    Pieces(OrderId, Vec<RefundLine>),
}

/// What is given, and what is had instead.
#[derive(Debug, Clone)]
pub struct ExchangeGoods {
    /// What is given.
    pub given: Given,
    /// The draft of what is had instead.
    pub draft_id: CartId,
    /// By what the customer pays the difference, where there is one.
    pub payment_method: String,
    /// How long the new order waits for that.
    pub pays_within: TimeDelta,
    /// What of the worth counts.
    pub terms: ExchangeTerms,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Exchange) -> Answer,
}

/// Has goods of one order pay for another, all or nothing: their worth is refunded onto a gift card that only the new order knows, the draft becomes
/// that order and is paid by the card, and what the draft does not cost goes back to where it came from. Where it costs more, the new order
/// waits for the difference.
///
/// # Errors
/// `ExchangeError`; nothing is written then.
pub async fn exchange(sales: &Sales, origin: &Origin, mut request: ExchangeGoods) -> Result<Keyed, ExchangeError> {
    let note = request.terms.note.take().map(|note| text(&note, MOST_NOTE)).transpose();
    request.terms.note = note.map_err(|error| FieldErrors::of("note", error))?;
    let key = request.key.clone();
    idempotency::once(&sales.context, origin, &key, async |tx| {
        let present = request.present;
        Ok(present(&exchange_in(sales, tx, request).await?))
    })
    .await
}

/// The order whose goods are given is locked first, as in every act on it, then the draft, then stock.
async fn exchange_in(sales: &Sales, tx: &WriteTx, request: ExchangeGoods) -> Result<Exchange, ExchangeError> {
    let ExchangeGoods { given, draft_id, payment_method, pays_within, terms, .. } = request;
    let old = lock_order_of(tx, &given).await?;
    let contents = open_draft(tx, draft_id, &old).await?;
    let most = price_of(tx, contents.clone()).await?;
    let (return_id, exchanged) = give(sales, tx, given, (terms, most)).await?;
    let terms = Terms { payment_method: &payment_method, pays_within: Some(pays_within), source: OrderSource::Exchange };
    let new = place(sales, tx, (contents, &exchanged), terms).await?;
    let exchange = Exchange {
        id: ExchangeId::generate(),
        order_id: old.id,
        return_id,
        new_order_id: new.order.id,
        refund_id: exchanged.refund.refund.id,
        surplus_refund_id: exchanged.surplus.map(|surplus| surplus.refund.id),
        stored_value_id: exchanged.stored_value,
        value: exchanged.value,
        credited: exchanged.credited,
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    store::insert(tx, &exchange).await?;
    outbox::record(tx, &ExchangeFact::made(&exchange)).await?;
    let said = json!({
        "order_id": exchange.order_id, "return_id": exchange.return_id, "new_order_id": exchange.new_order_id,
        "currency": exchange.value.currency(), "value_minor": exchange.value.minor(), "credited_minor": exchange.credited.minor(),
    });
    audit::record(tx, &audit::Entry::of("exchange.made", exchange.id).after(&said)).await?;
    Ok(exchange)
}

async fn lock_order_of(tx: &WriteTx, given: &Given) -> Result<Order, ExchangeError> {
    let id = match given {
        Given::Return(id) => returns::find(tx, *id).await?.ok_or(ReturnError::NotFound)?.order_id,
        Given::Pieces(id, _) => *id,
    };
    Ok(orders::lock(tx, OrderKey::Id(id)).await?.ok_or(RefundOrderError::OrderNotFound)?)
}

/// The draft behind its lock. It is for whoever gives the goods: money of one customer does not pay for another's.
async fn open_draft(tx: &WriteTx, id: CartId, old: &Order) -> Result<CartContents, ExchangeError> {
    let Locked { cart, lines } = carts::lock(tx, &CartAccess { cart_id: id, proof: CartProof::Staff }).await?;
    let contents = carts::with_lines(tx, cart, lines, tx.now()).await?;
    let mut errors = FieldErrors::new();
    if contents.cart.user_id != old.user_id {
        errors.add("draft_id", told_of_owner(old.user_id));
    }
    if contents.cart.currency != old.currency {
        errors.add("draft_id", format!("is not in {}", old.currency));
    }
    errors.finish(|| Some(contents)).map_err(Into::into)
}

fn told_of_owner(owner: Option<UserId>) -> String {
    match owner {
        Some(owner) => format!("is not for the customer of the order: `user_id` must be {owner}"),
        None => "is for an account, and the order is of a guest".to_owned(),
    }
}

/// What the draft costs, which is what of the worth it can use.
async fn price_of(tx: &WriteTx, contents: CartContents) -> Result<Money, ExchangeError> {
    let priced = pricing::price(tx, contents).await?;
    checkout::refuse_unready(&priced)?;
    if let Some(code) = priced.promotions.passed_over.iter().find_map(|passed| passed.code.clone()) {
        return Err(FieldErrors::of("draft_id", format!("the code `{code}` gives nothing: take it out of the draft")).into());
    }
    let payable = priced.payable_by_stored_value();
    if payable.minor() == 0 {
        return Err(FieldErrors::of("draft_id", "holds nothing that the worth of goods can pay for: give the money back instead").into());
    }
    Ok(payable)
}

async fn give(
    sales: &Sales,
    tx: &WriteTx,
    given: Given,
    (terms, most): (ExchangeTerms, Money),
) -> Result<(Option<ReturnId>, Exchanged), ExchangeError> {
    match given {
        Given::Return(id) => {
            let (back, exchanged) = returns::exchange(&sales.context, tx, id, (terms, most)).await?;
            Ok((Some(back.id), exchanged))
        }
        Given::Pieces(id, lines) => {
            let order = orders::lock(tx, OrderKey::Id(id)).await?.ok_or(RefundOrderError::OrderNotFound)?;
            let ExchangeTerms { with_shipping, fee, note } = terms;
            let pieces = ExchangedPieces { lines, with_shipping, fee, reason: RefundReason::Requested, note };
            Ok((None, refunds::refund_exchanged(tx, &sales.context.secrets, order, (pieces, most)).await?))
        }
    }
}

/// The draft as an order that the card has paid, as far as it goes.
async fn place(
    sales: &Sales,
    tx: &WriteTx,
    (mut contents, exchanged): (CartContents, &Exchanged),
    terms: Terms<'_>,
) -> Result<OrderDetails, ExchangeError> {
    contents.cart.stored_values = vec![exchanged.stored_value];
    carts::write_means(tx, &mut contents.cart).await?;
    let priced = pricing::price(tx, contents).await?;
    let paid: i64 = priced.tender.paying().map(|part| part.amount.minor()).sum();
    if paid != exchanged.credited.minor() {
        return Err(DatabaseError::corrupt("the price of a draft that is exchanged").into());
    }
    // Whoever pays later is asked later: no provider waits for a call.
    Ok(checkout::place_in(sales, tx, &priced, terms).await?.0)
}

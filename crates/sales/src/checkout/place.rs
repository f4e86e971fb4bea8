//! Turning a cart into an order, in one transaction.

use ::payments::payments::{self, Operation, Payment, Redeem, Start};
use ::payments::providers::Provider;
use catalog::inventory::{self, ReserveError};
use chrono::TimeDelta;
use kernel::{OrderId, OrderLineId, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, Claim, Key};
use platform::outbox;
use uuid::Uuid;

use super::build::{Built, Placing, build, demand};
use super::error::{PlaceOrderError, ShortLine};
use super::ready::refuse_unready;
use super::run::Begun;
use crate::Sales;
use crate::carts::{self, CartAccess, CartError, CartStatus, Locked};
use crate::orders::{self, OrderDetails, OrderFact, OrderSource, PaymentSummary};
use crate::pricing::{self, PricedCart, Tender, TenderPart};
use crate::promotions::{self, Buyer};
use crate::settlement;

/// A wish to order a cart.
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    /// Which cart, and the token that opens it.
    pub access: CartAccess,
    /// The text of the ETag of the cart that the customer saw; the order is refused where the cart is another now.
    pub cart_version: Option<String>,
    /// The payment provider.
    pub payment_method: String,
    /// How long the order waits for its money, where its customer pays by a link: a provider that has to be asked is asked then, because
    /// nobody is here to answer it. Absent: as long as the method has, and the provider is asked now.
    pub pays_within: Option<TimeDelta>,
    /// The request's key.
    pub key: Key,
}

/// Turns a cart into a pending order, with its stock held, its payment written down and `order.placed` recorded: all or nothing.
///
/// The cart row is locked while its lines are read, and every cart edit takes the same lock, so the total cannot go stale
/// before the commit; of two concurrent calls for one cart, one answers `order_already_placed`.
/// Stock is taken last, because its rows are what other buyers wait for, and then promotions are counted. The provider is *not* called here: no network
/// call may happen while a transaction is open.
pub(super) async fn place(sales: &Sales, origin: &Origin, request: &PlaceOrder) -> Result<Begun, PlaceOrderError> {
    let tx = sales.context.begin(origin).await?;
    let (claimed, locked) = tokio::join!(biased; idempotency::claim(&tx, &request.key), carts::lock(&tx, &request.access));
    match claimed? {
        Claim::New => {}
        Claim::Done(answer) => {
            tx.commit().await?;
            return Ok(Begun::Replayed(answer));
        }
        Claim::InProgress(_) => {
            tx.commit().await?;
            return Ok(Begun::InProgress);
        }
    }
    let Locked { cart, lines } = locked?;
    let source = if cart.status == CartStatus::Draft { OrderSource::Draft } else { OrderSource::Cart };
    let priced = pricing::price(&tx, carts::with_lines(&tx, cart, lines, tx.now()).await?).await?;
    refuse_unready(&priced)?;
    refuse_changed(sales, &priced, request.cart_version.as_deref())?;
    refuse_idle_codes(&priced, request.cart_version.is_some())?;
    refuse_idle_values(&priced, origin, request.cart_version.is_some())?;
    let terms = Terms { payment_method: &request.payment_method, pays_within: request.pays_within, source };
    let (details, operation) = place_in(sales, &tx, &priced, terms).await?;
    let placed = match operation {
        Some(asked) => {
            idempotency::bind(&tx, &request.key, asked.1.id.uuid()).await?;
            Begun::Paying(Box::new(asked))
        }
        None => {
            let answer = Answer { status: 201, body: sales.present.order(&details) };
            idempotency::finish(&tx, &request.key, &answer).await?;
            Begun::Answered(answer)
        }
    };
    tx.commit().await?;
    Ok(placed)
}

/// On what terms a cart becomes an order.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The payment provider.
    pub payment_method: &'a str,
    /// As in [`PlaceOrder`].
    pub pays_within: Option<TimeDelta>,
    /// How the order comes about.
    pub source: OrderSource,
}

/// Writes the order of a cart that is locked, priced and ready, with all that it takes and holds. What is answered is for the provider to be
/// asked after the commit.
///
/// # Errors
/// `PlaceOrderError`; the transaction must be rolled back then.
pub async fn place_in(
    sales: &Sales,
    tx: &WriteTx,
    priced: &PricedCart,
    terms: Terms<'_>,
) -> Result<(OrderDetails, Option<(Operation, Payment)>), PlaceOrderError> {
    let provider = sales.providers.get(terms.payment_method).ok_or(PlaceOrderError::PaymentMethod)?;
    let Built { mut details, cart_lines } = write_order(sales, tx, priced, (provider.as_ref(), terms)).await?;
    redeem(tx, &mut details, &priced.tender).await?;
    let start = provider.start(&sales.context.config);
    let operation = match start {
        Start::Capture | Start::Authorise if terms.pays_within.is_some() => None,
        _ => open_payment(tx, &mut details, (provider.as_ref(), start)).await?,
    };
    let expires_at = details.order.expires_at;
    let demand = demand(&details);
    let reserved = inventory::reserve(tx, details.order.id.uuid(), details.order.user_id, &demand, expires_at).await;
    let held = reserved.map_err(|error| short_lines(error, |line| cart_lines.get(&line).copied()))?;
    if demand.iter().any(|line| !held.contains(&line.line_id)) {
        return Err(DatabaseError::raced("staff switched the counting of a variant while it was ordered").into());
    }
    let buyer = Buyer { user_id: priced.cart.user_id, email: priced.cart.email.clone() };
    promotions::take(tx, details.order.id, &buyer, &priced.promotions.applied).await?;
    move_on(tx, &mut details, provider.ships_before_payment()).await?;
    Ok((details, operation))
}

fn refuse_changed(sales: &Sales, priced: &PricedCart, seen: Option<&str>) -> Result<(), PlaceOrderError> {
    let Some(seen) = seen else { return Ok(()) };
    let now = sales.present.cart(priced);
    // Clients hand back the header as it came: quoted, and marked weak where the answer was compressed.
    if seen.trim_start_matches("W/").trim_matches('"') == now.etag { Ok(()) } else { Err(PlaceOrderError::CartChanged { cart: now.body }) }
}

/// Whoever typed in a code means to pay less. Where it gives nothing, the order is placed only for somebody who says which cart they saw.
fn refuse_idle_codes(priced: &PricedCart, has_seen: bool) -> Result<(), PlaceOrderError> {
    let idle = priced.promotions.passed_over.iter().find_map(|passed| Some((passed.code.clone()?, passed.reason)));
    match idle {
        Some((code, reason)) if !has_seen => Err(PlaceOrderError::CodeGivesNothing { code, reason }),
        _ => Ok(()),
    }
}

/// Whoever added a gift card means to pay less by other means; and credit pays only while its owner is the one who orders.
fn refuse_idle_values(priced: &PricedCart, origin: &Origin, has_seen: bool) -> Result<(), PlaceOrderError> {
    let named = priced.cart.stored_values.len();
    let is_spendable = |part: &&TenderPart| part.spendable.minor() > 0;
    if priced.tender.parts.iter().filter(is_spendable).count() < named && !has_seen {
        return Err(PlaceOrderError::StoredValueSpent);
    }
    let mut owners = priced.tender.paying().filter_map(|part| part.value.user_id);
    if owners.any(|owner| !carts::is_by(origin, owner)) {
        return Err(CartError::CreditOfAnother.into());
    }
    Ok(())
}

async fn write_order(
    sales: &Sales,
    tx: &WriteTx,
    priced: &PricedCart,
    (provider, terms): (&dyn Provider, Terms<'_>),
) -> Result<Built, PlaceOrderError> {
    let id = OrderId::generate();
    let patience = terms.pays_within.unwrap_or_else(|| provider.patience(&sales.context.config));
    let placing = Placing {
        id,
        number: orders::next_number(tx, id).await?,
        source: terms.source,
        payment_method: provider.name().to_owned(),
        now: tx.now(),
        expires_at: tx.now() + patience,
    };
    let expires_at = placing.expires_at;
    let built = build(priced, placing)?;
    orders::insert(tx, &built.details).await?;
    outbox::record(tx, &OrderFact::moved(&built.details.order)).await?;
    orders::expire_at(tx, id, expires_at).await?;
    carts::mark_ordered(tx, priced.cart.id).await?;
    Ok(built)
}

/// Takes what gift cards and credit pay: it is refused where another order was faster.
async fn redeem(tx: &WriteTx, details: &mut OrderDetails, tender: &Tender) -> Result<(), PlaceOrderError> {
    let mut paying: Vec<&TenderPart> = tender.paying().collect();
    // In one order for all, so that two orders by the same cards do not wait for each other.
    paying.sort_by_key(|part| part.value.id);
    for TenderPart { value, amount, .. } in paying {
        let (reference_id, user_id) = (details.order.id.uuid(), details.order.user_id);
        let payment = payments::redeem(tx, Redeem { reference_id, user_id, kind: value.kind, id: value.id, amount: *amount }).await?;
        details.payments.push(PaymentSummary::from(&payment));
        details.order.settled.captured_minor += payment.captured_minor;
    }
    Ok(())
}

/// An order of which nothing is due has no payment by its method.
async fn open_payment(
    tx: &WriteTx,
    details: &mut OrderDetails,
    by: (&dyn Provider, Start),
) -> Result<Option<(Operation, Payment)>, DatabaseError> {
    let order = &details.order;
    let due_minor = order.settled.total_minor - order.settled.captured_minor;
    if due_minor == 0 {
        return Ok(None);
    }
    let (payment, asked) = settlement::open_payment(tx, order, by, due_minor).await?;
    details.payments.push(payment);
    Ok(asked)
}

/// An order is confirmed at once where nothing is due of it, or where goods leave before the money comes.
async fn move_on(tx: &WriteTx, details: &mut OrderDetails, ships_before_payment: bool) -> Result<(), PlaceOrderError> {
    let settled = details.order.settled;
    if settled.nothing_left_to_pay() || settled.captured_minor > 0 || ships_before_payment {
        let lines = orders::progress_of(tx, details.order.id).await?;
        orders::advance(tx, &mut details.order, &lines, ships_before_payment).await?;
    }
    Ok(())
}

/// Stock speaks of the order's lines, the customer knows the cart's.
fn short_lines(error: ReserveError, cart_line: impl Fn(OrderLineId) -> Option<kernel::CartLineId>) -> PlaceOrderError {
    match error {
        ReserveError::Database(error) => error.into(),
        ReserveError::OutOfStock(lines) => {
            let line_of = |line: Uuid| cart_line(OrderLineId::from_uuid(line));
            let short = lines.into_iter().filter_map(|line| {
                let line_id = line_of(line.line_id)?;
                Some(ShortLine { line_id, variant_id: line.variant_id, wanted: line.wanted, available: line.available })
            });
            PlaceOrderError::OutOfStock(short.collect())
        }
    }
}

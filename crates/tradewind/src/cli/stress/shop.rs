//! The shop under stress: its goods, and what its customers and staff ask of it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use accounts::addresses::{Address, RawAddress};
use anyhow::Context as _;
use catalog::assortment::{self, CreateProduct};
use catalog::inventory::{self, MoveReason};
use catalog::products::{ProductChanges, ProductInput};
use catalog::variants::{MoneyInput, VariantChanges, VariantInput};
use catalog::{channels, inventory::LevelFilter};
use chrono::TimeDelta;
use kernel::{Currency, Email, OrderId, PageRequest, ProductId, Quantity, ShippingMethodId, VariantId};
use payments::payments::ByHand;
use payments::providers::{Manual, Providers};
use platform::config::Config;
use platform::db::RulesStamp;
use platform::idempotency::{Key, Keyed};
use platform::{jobs, outbox};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use sales::Sales;
use sales::carts::{self, AddLine, CartAccess, CartProof, CreateCart, CustomOptions, EditCart};
use sales::checkout::{self, PlaceOrder, PlaceOrderError};
use sales::fulfilments::{self, FulfilError, FulfilOrder};
use sales::orders::{self, CancelOrder, CancelOrderError, Order};
use sales::settlement::{self, RecordPayment, RecordPaymentError};
use sales::shipping::ShippingMethods;

use super::clock::ForwardClock;
use super::till::Till;
use crate::cli::setup::origin;
use crate::wiring;

/// Longer than the worker needs for what any phase leaves to it.
const REST_PATIENCE: Duration = Duration::from_secs(60);
/// How often a shop that comes to rest is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// One shop; clones are the same one.
#[derive(Debug, Clone)]
pub(super) struct StressShop {
    sales: Sales,
    clock: Arc<ForwardClock>,
    till: Till,
    seed: u64,
    chance: Arc<Mutex<StdRng>>,
    currency: Currency,
    method: ShippingMethodId,
    address: Address,
    email: Email,
}

impl StressShop {
    /// A shop as it is at its first start, on an empty database.
    pub(super) async fn open(mut config: Config, seed: u64) -> anyhow::Result<Self> {
        // Its customers live in one place, wherever the user's own do.
        config.shop.countries.clear();
        let clock = Arc::new(ForwardClock::default());
        let context = wiring::context(config, clock.clone()).await?;
        wiring::bring_up(&context).await?;
        let till = Till::default();
        // Whatever the user's shop offers: nobody's money is moved here.
        let providers = Providers::default().with(Manual(ByHand::Manual)).with(till.clone());
        let sales = Sales { providers, ..wiring::sales(context) };
        let reader = sales.context.db.reader();
        let currency = channels::find_default(reader).await?.currency;
        let method =
            ShippingMethods::standing(reader, &RulesStamp::read(reader).await?).await?.of(currency).next().context("a new shop ships")?.id;
        let (address, email) = (address()?, Email::parse("ada@example.com")?);
        let chance = Arc::new(Mutex::new(StdRng::seed_from_u64(seed)));
        Ok(Self { sales, clock, till, seed, chance, currency, method, address, email })
    }

    /// What the use cases of selling are given.
    pub(super) const fn sales(&self) -> &Sales {
        &self.sales
    }

    /// Who takes imaginary money.
    pub(super) const fn till(&self) -> &Till {
        &self.till
    }

    /// What all chance comes of.
    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    /// A number of this range, by chance.
    pub(super) fn pick(&self, range: std::ops::RangeInclusive<u32>) -> u32 {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner).random_range(range)
    }

    /// One of the payment methods, by chance.
    pub(super) fn pick_method(&self) -> &'static str {
        if self.pick(0..=1) == 0 { "manual" } else { "test" }
    }

    /// Puts things into an order that chance decides.
    pub(super) fn shuffle<T>(&self, things: &mut [T]) {
        things.shuffle(&mut *self.chance.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Sets the clock forward.
    pub(super) fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// A new thing at this price, so many pieces of it; what costs nothing needs no parcel either.
    pub(super) async fn goods(&self, price_minor: i64, pieces: i64) -> anyhow::Result<VariantId> {
        let price = MoneyInput { amount: price_minor, currency: self.currency.code().to_owned() };
        let sku = format!("STRESS-{}", ProductId::generate());
        let requires_shipping = Some(price_minor > 0);
        let variant = VariantInput { sku: Some(Some(sku)), price: Some(Some(price)), requires_shipping, ..VariantInput::default() };
        let product = ProductInput { title: Some("Mug".to_owned()), status: Some("active".to_owned()), ..ProductInput::default() };
        let command = CreateProduct { product: ProductChanges::parse_whole(product)?, variants: vec![VariantChanges::parse(variant)?] };
        let made = assortment::create(&self.sales.context, &origin(), command).await?;
        let variant_id = made.variants.first().context("a product has a variant")?.variant.id;
        let tx = self.sales.context.begin(&origin()).await?;
        inventory::set_on_hand(&tx, MoveReason::Initial, &[(variant_id, None, pieces)]).await?;
        tx.commit().await?;
        Ok(variant_id)
    }

    /// A cart that only has to be ordered.
    pub(super) async fn cart(&self, variant_id: VariantId, pieces: i64) -> anyhow::Result<CartAccess> {
        let created = carts::create(&self.sales, &origin(), CreateCart::default()).await?;
        let access = CartAccess { cart_id: created.contents.cart.id, proof: CartProof::Token(created.token) };
        let line = AddLine { variant_id, quantity: Quantity::try_from(pieces)?, custom_options: CustomOptions::default() };
        carts::add_line(&self.sales, &origin(), &access, line).await?;
        let said = EditCart {
            email: Some(Some(self.email.clone())),
            shipping_address: Some(Some(self.address.clone())),
            shipping_method_id: Some(Some(self.method)),
            ..EditCart::default()
        };
        carts::edit(&self.sales, &origin(), &access, said).await?;
        Ok(access)
    }

    /// Orders a cart, always under one key.
    pub(super) async fn checkout(&self, access: CartAccess, method: &'static str) -> Result<Keyed, PlaceOrderError> {
        let key = Key::new(access.owner(), "stress", &[method.as_bytes()]);
        let request = PlaceOrder { access, cart_version: None, payment_method: method.to_owned(), pays_within: None, key };
        checkout::run(&self.sales, &origin(), request).await
    }

    /// Calls an order off as it was seen.
    pub(super) async fn cancel(&self, seen: &Order, key: Key) -> Result<Keyed, CancelOrderError> {
        orders::cancel(&self.sales, &origin(), CancelOrder { order_id: seen.id, version: seen.version, reason: None, key }).await
    }

    /// Packs all that is left of an order.
    pub(super) async fn fulfil(&self, order_id: OrderId, key: Key) -> Result<Keyed, FulfilError> {
        let (carrier, tracking_number, tracking_url) = (None, None, None);
        let request = FulfilOrder { order_id, lines: Vec::new(), carrier, tracking_number, tracking_url, key };
        fulfilments::fulfil(&self.sales, &origin(), request).await
    }

    /// Writes down that the whole order was paid.
    pub(super) async fn pay(&self, seen: &Order, key: Key) -> Result<Keyed, RecordPaymentError> {
        let request = RecordPayment { order_id: seen.id, amount: seen.money(seen.settled.total_minor), note: None, key };
        settlement::record_payment(&self.sales, &origin(), request).await
    }

    /// The order that came of a cart.
    pub(super) async fn order_of(&self, access: &CartAccess) -> anyhow::Result<Option<Order>> {
        Ok(orders::find_of_cart(self.sales.context.db.reader(), access.cart_id).await?)
    }

    /// Pieces on hand and reserved.
    pub(super) async fn stock_of(&self, variant_id: VariantId) -> anyhow::Result<(i64, i64)> {
        let filter = LevelFilter { variant_id: Some(variant_id), ..LevelFilter::default() };
        let levels = inventory::list_levels(self.sales.context.db.reader(), &filter, false, &PageRequest::first(100)).await?.items;
        Ok((levels.iter().map(|row| row.level.on_hand).sum(), levels.iter().map(|row| row.level.reserved).sum()))
    }

    /// Waits until the worker has done what is due. What it cannot do is for the checks to tell.
    pub(super) async fn rest(&self) -> anyhow::Result<()> {
        let (context, begun) = (&self.sales.context, Instant::now());
        while begun.elapsed() < REST_PATIENCE {
            let reader = context.db.reader();
            let due = jobs::unfinished(reader, context.now()).await?.iter().any(|job| job.state != jobs::JobState::Discarded);
            if !due && outbox::backlog(reader).await?.waiting == 0 {
                break;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}

fn address() -> anyhow::Result<Address> {
    let said = |text: &str| Some(text.to_owned());
    Ok(Address::parse(RawAddress {
        name: said("Ada Lovelace"),
        line1: said("12 Analytical Row"),
        city: said("Springfield"),
        region: said("IL"),
        postal_code: said("62701"),
        country: said("US"),
        ..RawAddress::default()
    })?)
}

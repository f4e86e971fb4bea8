//! Where the parts of all floors meet: schema, sentences that always hold, job handlers, and what every use case is given.

mod facts;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use accounts::Accounts;
use accounts::anomalies::LookForAnomalies;
use accounts::sign_in::SendAccountMail;
use api::{ApiPresenter, Shop};
use catalog::FirstStartError;
use catalog::channels;
use catalog::listing::RefreshListing;
use catalog::price_changes::WorkPriceChange;
use catalog::stock_imports::WorkStockImport;
use gateway::{Cors, Gateway, GatewayRules, ServeLimits, TrustedProxies};
use kernel::Clock;
use notify::Notify;
use notify::inbound::ProcessInbound;
use notify::mails::{PersonalMails, RemindOfCarts, SendMail, WriteLetters, WriteMail};
use notify::push::{PersonalPush, SendPush, TellBrowsers, TellNews};
use notify::sync::{ExportChanges, ImportFiles};
use notify::webhooks::{FanOut, ReplayEvents};
use payments::payments::RebuildPayments;
use payments::providers::Providers;
use platform::audit::ExportHead;
use platform::cache::Purges;
use platform::config::Config;
use platform::db::{ConnectError, ConnectionTrait, DatabaseError, Db, Invariant, Reader};
use platform::events::{self, Difference, Subscriber, SweepEvents};
use platform::http_client::HttpError;
use platform::ip_blocks::IpBlockEvent;
use platform::jobs::{Handlers, Home, Schedule, Schedules, Sweep, TimetableError};
use platform::migrate::Migration;
use platform::outbox::Fact;
use platform::privacy::{ExportPersonalData, Places};
use platform::rate_limits::{ForgetShared, RateLimitEvent};
use platform::redis::Redis;
use platform::{Context, Secrets, audit, idempotency, jobs, migrate, outbox};
use sales::Sales;
use sales::customers::{ClaimOrders, KeepCustomers};
use sales::gift_cards::MakeGiftCards;
use sales::invoices::{FollowOrders, IssueDocuments};
use sales::orders::{ExpireOrder, RebuildOrders};
use sales::product_metrics::CountProducts;
use sales::reports::MakeReport;
use sales::settlement::{AskAboutUnsettled, ExecuteOperation, ReconcileOperation, ReconcilePayments};

pub use facts::facts;

/// The schema's steps of every crate, floor by floor.
const MIGRATIONS: [&[Migration]; 6] =
    [platform::migrate::MIGRATIONS, accounts::MIGRATIONS, catalog::MIGRATIONS, payments::MIGRATIONS, sales::MIGRATIONS, notify::MIGRATIONS];

/// The sentences of every slice that has some, floor by floor.
const INVARIANTS: &[&[Invariant]] = &[
    outbox::INVARIANTS,
    jobs::INVARIANTS,
    idempotency::INVARIANTS,
    audit::INVARIANTS,
    accounts::roles::INVARIANTS,
    accounts::sessions::INVARIANTS,
    catalog::categories::INVARIANTS,
    catalog::media::INVARIANTS,
    catalog::inventory::INVARIANTS,
    catalog::listing::INVARIANTS,
    catalog::currencies::INVARIANTS,
    catalog::price_changes::INVARIANTS,
    payments::ledger::INVARIANTS,
    payments::stored_values::INVARIANTS,
    payments::payments::INVARIANTS,
    payments::refunds::INVARIANTS,
    sales::promotions::INVARIANTS,
    sales::carts::INVARIANTS,
    sales::orders::INVARIANTS,
    sales::refunds::INVARIANTS,
    sales::returns::INVARIANTS,
    sales::exchanges::INVARIANTS,
    sales::customers::INVARIANTS,
    sales::product_metrics::INVARIANTS,
    sales::invoices::INVARIANTS,
    notify::mails::INVARIANTS,
    notify::push::INVARIANTS,
    notify::webhooks::INVARIANTS,
];

/// The facts that change what anybody may see, who they are, who is blocked and what is left of limits, and so purge it from memory,
/// in every process.
const PURGING: &[&str] = &[
    <IpBlockEvent as Fact>::AGGREGATE,
    <RateLimitEvent as Fact>::AGGREGATE,
    <accounts::api_keys::ApiKeyEvent as Fact>::AGGREGATE,
    <accounts::roles::RoleEvent as Fact>::AGGREGATE,
    <accounts::sessions::SessionEvent as Fact>::AGGREGATE,
    <catalog::categories::CategoryEvent as Fact>::AGGREGATE,
    <catalog::channels::ChannelEvent as Fact>::AGGREGATE,
    <catalog::collections::CollectionEvent as Fact>::AGGREGATE,
    <catalog::price_lists::PriceListEvent as Fact>::AGGREGATE,
    <catalog::products::ProductEvent as Fact>::AGGREGATE,
    <catalog::media::MediaEvent as Fact>::AGGREGATE,
    <catalog::redirects::RedirectEvent as Fact>::AGGREGATE,
    <catalog::inventory::StockFact as Fact>::AGGREGATE,
    <catalog::inventory::LocationFact as Fact>::AGGREGATE,
    <accounts::users::UserEvent as Fact>::AGGREGATE,
];

/// Of how many orders and payments the events tell what the tables say, and of which they do not.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn rebuilt(db: &impl ConnectionTrait) -> Result<(usize, Vec<Difference>), DatabaseError> {
    let (orders, mut differences) = events::compare::<RebuildOrders>(db).await?;
    let (payments, of_payments) = events::compare::<RebuildPayments>(db).await?;
    differences.extend(of_payments);
    Ok((orders + payments, differences))
}

/// The schema that this program knows, in the order in which it is applied.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    MIGRATIONS.concat()
}

/// What always holds of the data; `doctor` asks for all of it, and so does every test when it ends.
#[must_use]
pub fn invariants() -> Vec<Invariant> {
    INVARIANTS.concat()
}

/// Connects to the database and puts together what every use case is given first.
///
/// # Errors
/// `ConnectError` says what to change.
pub async fn context(config: Config, clock: Arc<dyn Clock>) -> Result<Context, ConnectError> {
    let purges = Purges::by(PURGING, Arc::clone(&clock));
    let db = Db::connect(&config.database, config.mode).await?.remembering(&purges);
    let (secrets, redis) = (Secrets::of(&config), Redis::of(&config.redis).await);
    Ok(Context { db, clock, config: Arc::new(config), purges, secrets, redis })
}

/// Every place that knows of persons: what an export asks and an erasure empties, in this order.
#[must_use]
pub fn personal_places() -> Places {
    Places::new(vec![
        Box::new(accounts::users::PersonalUsers),
        Box::new(accounts::sessions::PersonalSessions),
        Box::new(accounts::anomalies::PersonalCountries),
        Box::new(accounts::oauth::PersonalIdentities),
        Box::new(accounts::two_factor::PersonalTwoFactor),
        Box::new(accounts::addresses::PersonalAddresses),
        Box::new(sales::carts::PersonalCarts),
        Box::new(sales::promotions::PersonalPromotions),
        Box::new(sales::orders::PersonalOrders),
        Box::new(sales::returns::PersonalReturns),
        Box::new(sales::invoices::PersonalInvoices),
        Box::new(sales::customers::PersonalCustomers),
        Box::new(PersonalMails),
        Box::new(PersonalPush),
    ])
}

/// Everything that jobs can do, by kind.
#[must_use]
pub fn handlers(sales: &Sales, accounts: &Accounts, notify: &Notify) -> Handlers {
    let handlers = Handlers::default();
    #[cfg(feature = "failpoints")]
    let handlers = handlers.with(jobs::TrialJob(sales.context.clone()));
    sweeps()
        .into_iter()
        .fold(handlers, |handlers, sweep| handlers.with(sweep.of(&sales.context)))
        .with(RefreshListing::new(sales.context.clone()))
        .with(ExpireOrder::new(sales.context.clone()))
        .with(ExecuteOperation(sales.clone()))
        .with(ReconcileOperation(sales.clone()))
        .with(AskAboutUnsettled(sales.clone()))
        .with(ReconcilePayments(sales.clone()))
        .with(MakeGiftCards(sales.clone()))
        .with(ClaimOrders(sales.context.clone()))
        .with(MakeReport(sales.context.clone()))
        .with(IssueDocuments(sales.context.clone()))
        .with(WorkStockImport(sales.context.clone()))
        .with(catalog::currencies::DerivePrices(sales.context.clone()))
        .with(catalog::currencies::TakeRates::new(sales.context.clone()))
        .with(WorkPriceChange(sales.context.clone()))
        .with(ExportPersonalData::new(sales.context.clone(), personal_places()))
        .with(SendAccountMail(accounts.clone()))
        .with(ExportHead(sales.context.clone()))
        .with(LookForAnomalies(sales.context.clone()))
        .with(WriteMail(notify.clone()))
        .with(SendMail(notify.clone()))
        .with(RemindOfCarts(notify.clone()))
        .with(TellBrowsers(notify.clone()))
        .with(SendPush(notify.clone()))
        .with(ReplayEvents(notify.clone()))
        .with(SweepEvents::new(sales.context.clone(), &facts(), subscribers().iter().map(|subscriber| subscriber.name()).collect()))
        .with(ProcessInbound(notify.clone()))
        .with(ExportChanges(notify.clone()))
        .with(ImportFiles(notify.clone()))
        .with(ForgetShared::new(sales.context.clone(), limited_classes(&sales.context.config)))
}

/// What forgets what is long over.
const fn sweeps() -> [Sweep; 12] {
    [
        accounts::sessions::SWEEP,
        accounts::sign_in::SWEEP,
        catalog::price_changes::SWEEP,
        catalog::stock_imports::SWEEP,
        idempotency::SWEEP,
        jobs::SWEEP,
        notify::inbound::SWEEP,
        notify::mails::SWEEP,
        notify::push::SWEEP,
        notify::webhooks::SWEEP,
        sales::invoices::SWEEP,
        sales::reports::SWEEP,
    ]
}

/// The names of what shares a limit.
fn limited_classes(config: &Config) -> Vec<&'static str> {
    gateway::quotas(&config.rate_limits).into_iter().map(|quota| quota.class).collect()
}

/// Who follows the events, each with a cursor of its own.
#[must_use]
pub fn subscribers() -> Vec<Arc<dyn Subscriber>> {
    vec![
        Arc::new(KeepCustomers),
        Arc::new(CountProducts),
        Arc::new(FollowOrders),
        Arc::new(WriteLetters),
        Arc::new(TellNews),
        Arc::new(FanOut::of(&facts())),
    ]
}

/// The shop lives where its default channel does.
struct DefaultChannel;

#[async_trait::async_trait]
impl Home for DefaultChannel {
    async fn time_zone(&self, db: &Reader) -> Result<String, DatabaseError> {
        Ok(channels::find_default(db).await?.time_zone)
    }
}

/// What starts by itself, and when: in UTC, or by the shop's own clocks.
///
/// # Errors
/// `TimetableError` for a time-table that is none.
pub fn schedules(config: &Config) -> Result<Schedules, TimetableError> {
    let of = |kind, cron| Schedule::new(kind, cron, serde_json::Value::Null);
    let mut all = vec![
        of(ExportHead::KIND, "5 0 * * *")?,
        of(accounts::sessions::SWEEP.kind(), "20 2 * * *")?.at_home(),
        of(accounts::sign_in::SWEEP.kind(), "40 * * * *")?,
        of(LookForAnomalies::KIND, "* * * * *")?,
        of(notify::webhooks::SWEEP.kind(), "10 * * * *")?,
        of(sales::reports::SWEEP.kind(), "50 3 * * *")?,
        of(sales::invoices::SWEEP.kind(), "45 3 * * *")?,
        of(catalog::stock_imports::SWEEP.kind(), "55 3 * * *")?,
        of(catalog::price_changes::SWEEP.kind(), "45 3 * * *")?,
        of(notify::mails::SWEEP.kind(), "35 * * * *")?,
        of(notify::push::SWEEP.kind(), "15 * * * *")?,
        of(AskAboutUnsettled::KIND, "* * * * *")?,
        of(ReconcilePayments::KIND, "5 4 * * *")?,
        of(RemindOfCarts::KIND, "*/10 * * * *")?,
        of(notify::inbound::SWEEP.kind(), "50 * * * *")?,
        of(jobs::SWEEP.kind(), "30 * * * *")?,
        of(idempotency::SWEEP.kind(), "25 * * * *")?,
        of(SweepEvents::KIND, "10 3 * * *")?,
    ];
    if !config.currencies.feed_url.is_empty() {
        all.push(of(catalog::currencies::TakeRates::KIND, &config.currencies.feed_cron)?);
    }
    if config.sync.export.target.is_some() {
        all.push(of(ExportChanges::KIND, &config.sync.export.cron)?);
    }
    if !config.sync.import.source.is_empty() {
        all.push(of(ImportFiles::KIND, &config.sync.import.cron)?);
    }
    Ok(Schedules::new(all, DefaultChannel))
}

/// What selling needs: the providers that the configuration names, and the API's form of answers.
#[must_use]
pub fn sales(context: Context) -> Sales {
    let providers = Providers::from_config(&context.config);
    Sales { context, providers, present: Arc::new(ApiPresenter) }
}

/// What signing in needs: who hashes, signs and sends letters. There is one of it in a process, for its places to hash are few.
#[must_use]
pub fn accounts(context: Context) -> Accounts {
    Accounts::new(context, personal_places())
}

/// What telling others needs.
///
/// # Errors
/// `HttpError` where the system cannot speak privately.
pub fn notify(context: Context) -> Result<Notify, HttpError> {
    Notify::new(context, facts())
}

/// The shop of this process, of the parts that answer and the part that tells others.
///
/// # Errors
/// Where the system cannot speak privately, or a time-table of ours is none.
pub fn shop(sales: Sales, accounts: Accounts) -> anyhow::Result<Shop> {
    let (notify, schedules) = (notify(sales.context.clone())?, schedules(&sales.context.config)?);
    Ok(Shop::new(sales, accounts, notify, schedules))
}

/// The front door: the API's router with what every request gets around it.
#[must_use]
pub fn gateway(shop: &Shop) -> Gateway {
    let server = &shop.context().config.server;
    let rules = GatewayRules {
        request_timeout: Duration::from_millis(server.request_timeout_ms),
        max_body_bytes: server.max_body_bytes,
        other_media_paths: api::STREAMS.map(str::to_owned).to_vec(),
        trusted_proxies: TrustedProxies::new(server.trusted_proxies.clone(), server.country_header.parse().ok()),
        cors: Cors::new(&server.cors_origins),
        by_https: server.is_reached_by_https(),
        ..GatewayRules::default()
    };
    let gateway = Gateway::new(api::router(shop.clone()), rules, Arc::clone(&shop.context().clock)).writing_to(shop.context().db.clone());
    let gateway = gateway.versioned(api::versions()).limited_by(Arc::clone(shop.limits())).refusing(Arc::clone(shop.blocks()));
    gateway.counting(Arc::clone(shop.metrics())).remembering(shop.memory().cloned()).knowing(Arc::clone(shop.credentials()))
}

/// The bounds of the accept loop, as configured.
#[must_use]
pub fn serve_limits(config: &Config) -> ServeLimits {
    ServeLimits {
        max_connections: config.server.max_connections,
        header_read_timeout: Duration::from_millis(config.server.header_timeout_ms),
        drain_timeout: Duration::from_millis(config.server.drain_timeout_ms),
        ..ServeLimits::default()
    }
}

/// Brings the database to the schema of this program and writes what a shop cannot be without: a channel, a price list, a
/// place for its stock, a way to send things. Doing it again changes nothing. The path is that of the copy of an embedded
/// database that was migrated.
///
/// # Errors
/// `MigrateError` where the schema cannot be ours, `DatabaseError` where the database refuses.
pub async fn bring_up(context: &Context) -> anyhow::Result<Option<PathBuf>> {
    let copy = migrate::up(&context.db, &migrations(), context.now()).await?;
    first_start(context).await?;
    Ok(copy)
}

/// Writes what a shop cannot be without: roles, a channel, a price list, a place for its stock, a way to send things. Doing it
/// again changes nothing.
///
/// # Errors
/// `FirstStartError`; nothing was written then.
pub async fn first_start(context: &Context) -> Result<(), FirstStartError> {
    let tx = context.begin(&kernel::Origin::system()).await?;
    accounts::roles::first_start(&tx).await?;
    catalog::first_start(&tx, &context.config.shop).await?;
    sales::first_start(&tx).await?;
    Ok(tx.commit().await?)
}

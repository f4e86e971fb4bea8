//! Subscribing a browser.

use accounts::permissions::PermissionSet;
use aws_lc_rs::digest::{SHA256, digest};
use catalog::channels;
use kernel::{FieldErrors, Origin, PushSubscriptionId, SessionId, UserId};
use platform::config::Mode;
use platform::db;
use platform::http_client::endpoint_url;
use url::Url;

use super::encrypt::BrowserKeys;
use super::error::PushError;
use super::keys;
use super::model::{PushSubscription, PushTopic, Target};
use super::store::{self, SubscriptionRow};
use crate::Notify;
use crate::mail_templates::MailLocale;

/// More browsers than anybody uses.
const MOST: i64 = 20;

/// A browser to be told of things, as it describes itself (`PushSubscription.toJSON()`).
#[derive(Clone)]
pub struct Subscribe {
    /// Whose it is.
    pub user: UserId,
    /// Where they are signed in: signing out there ends it.
    pub session: SessionId,
    /// What they may do.
    pub held: PermissionSet,
    /// Where it is reached.
    pub endpoint: String,
    /// Its public key.
    pub p256dh: String,
    /// Its secret.
    pub auth: String,
    /// What it is to be told of.
    pub topics: Vec<PushTopic>,
    /// In which language; absent: that of the default channel.
    pub locale: Option<String>,
}

/// Where the browser is reached stays out of logs.
impl std::fmt::Debug for Subscribe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscribe").field("user", &self.user).field("topics", &self.topics).finish_non_exhaustive()
    }
}

/// The subscription as it is now.
#[derive(Debug)]
pub struct Subscribed {
    /// What it is.
    pub subscription: PushSubscription,
    /// False where the browser was theirs before.
    pub is_new: bool,
}

/// Subscribes a browser to what happens from now on. One that is subscribed is known by its address and replaced: what it asked for before and
/// asks for again goes on without a gap. One that was somebody else's is theirs no more.
///
/// # Errors
/// `PushError` names what is wrong.
pub async fn subscribe(notify: &Notify, origin: &Origin, request: Subscribe) -> Result<Subscribed, PushError> {
    let context = &notify.context;
    let (target, locale) = parse(notify, &request)?;
    if let Some(topic) = request.topics.iter().find(|topic| topic.permission().is_some_and(|needed| !request.held.has(needed))) {
        return Err(PushError::TopicForbidden(*topic));
    }
    let hash = digest(&SHA256, target.endpoint.as_bytes()).as_ref().to_vec();
    let sealed = serde_json::to_vec(&target).map_err(|_| PushError::Key(None))?;
    let sealed_target = context.secrets.seal(Target::SEAL, &sealed)?;
    let key = keys::current(context).await?;
    let locale = match locale {
        Some(locale) => locale,
        None => MailLocale::of_channel(&channels::find_default(context.db.reader()).await?.locale),
    };
    let tx = context.begin(origin).await?;
    let user = request.user;
    db::lock_names(&tx, &[format!("push-subscriptions {user}"), format!("push-endpoint {}", hex(&hash))]).await?;
    let before = store::find_by_endpoint(&tx, &hash).await?;
    if before.as_ref().is_some_and(|before| before.user_id != user.uuid()) {
        store::forget_endpoint(&tx, &hash).await?;
    }
    let before = before.filter(|before| before.user_id == user.uuid());
    if before.is_none() && store::count(&tx, user).await? >= MOST {
        return Err(PushError::Full(MOST));
    }
    let since = |topic: PushTopic| {
        let asked_before = before.as_ref().and_then(|before| before.since(topic));
        request.topics.contains(&topic).then(|| asked_before.unwrap_or_else(|| tx.now()))
    };
    let row = SubscriptionRow {
        id: before.as_ref().map_or_else(|| PushSubscriptionId::generate().uuid(), |before| before.id),
        user_id: user.uuid(),
        origin: origin_of(&target.endpoint),
        locale: locale.as_str().to_owned(),
        orders_since: since(PushTopic::Orders),
        new_orders_since: since(PushTopic::NewOrders),
        low_stock_since: since(PushTopic::LowStock),
        created_at: before.as_ref().map_or_else(|| tx.now(), |before| before.created_at),
        updated_at: tx.now(),
    };
    let is_new = before.is_none();
    store::write(&tx, &row, store::Reached { session: request.session, hash, sealed_target, public_key: key.public().to_vec() }).await?;
    tx.commit().await?;
    Ok(Subscribed { subscription: row.try_into()?, is_new })
}

fn parse(notify: &Notify, request: &Subscribe) -> Result<(Target, Option<MailLocale>), FieldErrors> {
    let mut errors = FieldErrors::new();
    let strict = notify.context.config.mode == Mode::Production;
    let endpoint = errors.take("endpoint", endpoint_url(&request.endpoint, strict, &notify.reach));
    let public = errors.take("keys.p256dh", BrowserKeys::parse_point(&request.p256dh));
    let auth = errors.take("keys.auth", BrowserKeys::parse_auth(&request.auth));
    let locale = errors.take_optional("locale", request.locale.as_deref(), str::parse::<MailLocale>);
    if request.topics.is_empty() {
        errors.add("topics", format!("must name at least one of {}", PushTopic::WORDS.join(", ")));
    }
    errors.finish(|| Some((Target { endpoint: endpoint?, keys: BrowserKeys::new(public?, auth?) }, locale)))
}

/// Where an address leads, without what opens something.
pub(super) fn origin_of(endpoint: &str) -> String {
    Url::parse(endpoint).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

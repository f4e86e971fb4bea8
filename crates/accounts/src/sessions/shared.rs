//! Sessions that some node looked up a moment ago, for the others: in Redis, sealed, for half a minute.
//!
//! It is never the only copy, and a session that was ended is never believed from there: every process hears within a second of what
//! happens to sessions, and asks the database for each one of which it heard anything within some minutes, which is longer than anything
//! is kept in Redis. So nothing has to be taken out of Redis in time, and a Redis that lost or kept too much lets nobody in.

use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use kernel::{Client, SessionId, Timestamp, UserId};
use platform::Context;
use platform::cache::Tag;
use serde::{Deserialize, Serialize};

use super::events::SessionEvent;
use super::model::{Kind, RefreshToken, Session};
use crate::users::UserEvent;

/// What is kept is over then: with what a process itself remembers it makes no more than a minute.
const KEPT: Duration = Duration::from_secs(30);
/// For so long nothing is believed of what something happened to: longer than it is kept, and than a request that read it before takes
/// to keep it.
const QUIET: TimeDelta = TimeDelta::minutes(2);
/// What it is sealed for: whoever writes into Redis makes no sessions.
const SEAL: &str = "shared_session";

#[derive(Serialize, Deserialize)]
struct Stored {
    /// Under what it is kept, so that none stands for another.
    name: String,
    id: SessionId,
    user_id: UserId,
    kind: Kind,
    ip: Option<IpAddr>,
    user_agent: Option<String>,
    two_factor_at: Option<Timestamp>,
    last_used_at: Timestamp,
    expires_at: Timestamp,
    created_at: Timestamp,
}

/// The name of a session for whoever shows an access token.
pub(super) fn by_id(id: SessionId) -> String {
    format!("session:{}", id.uuid().simple())
}

/// The name of a session for whoever shows a cookie.
pub(super) fn by_cookie(token: &RefreshToken) -> String {
    let digits: String = token.hash().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("cookie:{digits}")
}

/// What some node looked up a moment ago, where this one heard of nothing that happened to it since.
pub(super) async fn find(context: &Context, name: &str) -> Option<Session> {
    let redis = context.redis.as_ref()?;
    let sealed = redis.get(&redis.key(name)).await?;
    let plain = context.secrets.open(SEAL, &sealed).ok()?;
    let stored: Stored = serde_json::from_slice(&plain).ok()?;
    let session = (stored.name == name).then(|| Session::from(stored))?;
    let tags = [Tag::thing::<SessionEvent>(session.id), Tag::thing::<UserEvent>(session.user_id)];
    context.purges.spared_for(&tags, QUIET).then_some(session)
}

/// Keeps for the others what was looked up.
pub(super) async fn keep(context: &Context, name: String, session: &Session) {
    let Some(redis) = context.redis.as_ref().filter(|redis| redis.is_there()) else { return };
    let key = redis.key(&name);
    let plain = serde_json::to_vec(&Stored::of(name, session)).unwrap_or_default();
    if let Ok(sealed) = context.secrets.seal(SEAL, &plain) {
        redis.set(&key, &sealed, KEPT).await;
    }
}

impl Stored {
    fn of(name: String, session: &Session) -> Self {
        Self {
            name,
            id: session.id,
            user_id: session.user_id,
            kind: session.kind,
            ip: session.client.ip,
            user_agent: session.client.user_agent.clone(),
            two_factor_at: session.two_factor_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            created_at: session.created_at,
        }
    }
}

impl From<Stored> for Session {
    fn from(stored: Stored) -> Self {
        Self {
            id: stored.id,
            user_id: stored.user_id,
            kind: stored.kind,
            client: Client { ip: stored.ip, user_agent: stored.user_agent, ..Client::default() },
            two_factor_at: stored.two_factor_at,
            last_used_at: stored.last_used_at,
            expires_at: stored.expires_at,
            // Those that were ended are not kept.
            revoked_at: None,
            created_at: stored.created_at,
        }
    }
}

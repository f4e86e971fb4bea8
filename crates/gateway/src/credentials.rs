//! The shop's credentials: access tokens and cookies of people who signed in, and API keys of programs.

use std::time::Duration;

use accounts::api_keys::{self, ApiKeyEvent, Uses};
use accounts::permissions::PermissionSet;
use accounts::roles::{self, RoleEvent};
use accounts::sessions::{self, RefreshToken, Session, SessionEvent};
use accounts::tokens::Tokens;
use accounts::users::UserEvent;
use async_trait::async_trait;
use kernel::{Actor, Timestamp};
use platform::Context;
use platform::cache::{Cache, Tag, Turn, Weighed};
use platform::config::Mode;
use sha2::{Digest, Sha256};

use crate::identity::{Authenticator, Identity};
use crate::problem::Problem;

/// Room for some ten thousand callers; whoever is forgotten is looked up again.
const MEMORY_BYTES: u64 = 8 * 1_024 * 1_024;
/// Whoever is known is looked up again after that at the latest: it bounds what a process does that hears of no events.
const LIFETIME: Duration = Duration::from_secs(60);
/// What API keys begin with. A token that does and is no key is not tried as anything else.
const API_KEY_PREFIX: &str = "twk_";

/// What a credential is shown as: the same text as something else is nothing.
#[derive(Debug, Clone, Copy)]
enum As {
    Bearer,
    Cookie,
}

/// Knows API keys, access tokens and the cookies of sessions.
///
/// Whoever was looked up is remembered by the hash of what they showed, so that the next request asks no database and verifies no
/// signature. What happens to a key, a session or an account is purged from that memory by the facts that tell it: by the commit in the
/// same process, within a second in every other one.
#[derive(Debug, Clone)]
pub struct Credentials {
    context: Context,
    tokens: Tokens,
    uses: Uses,
    known: Cache<Identity>,
}

/// Whose a credential is, what that depends on, and until when it is so.
struct Found {
    identity: Identity,
    tags: Vec<Tag>,
    until: Option<Timestamp>,
}

impl Weighed for Identity {
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

impl Credentials {
    /// Nobody is known yet. That a key was used is noted there when it is looked up, so at least once a minute.
    #[must_use]
    pub fn new(context: Context, tokens: Tokens, uses: Uses) -> Self {
        let known = Cache::new(context.purges.clone(), MEMORY_BYTES);
        Self { context, tokens, uses, known }
    }

    async fn look_up(&self, bearer: &str) -> Result<Option<Found>, Problem> {
        if bearer.starts_with(API_KEY_PREFIX) { self.look_up_key(bearer).await } else { self.look_up_session(bearer).await }
    }

    async fn look_up_key(&self, bearer: &str) -> Result<Option<Found>, Problem> {
        let key = api_keys::authenticate(&self.context, bearer).await?;
        Ok(key.map(|key| {
            self.uses.note(key.id, self.context.now());
            let identity = Identity { permissions: key.scopes.permissions(), ..Identity::of(Actor::ApiKey(key.id)) };
            Found { identity, tags: vec![Tag::thing::<ApiKeyEvent>(key.id)], until: key.expires_at }
        }))
    }

    async fn look_up_session(&self, bearer: &str) -> Result<Option<Found>, Problem> {
        let Some(claims) = self.tokens.verify(bearer).await? else { return Ok(None) };
        let session = sessions::find_live(&self.context, claims.sid).await?;
        let Some(session) = session.filter(|session| session.user_id == claims.sub) else { return Ok(None) };
        let until = Timestamp::from_timestamp(claims.exp, 0);
        self.found(&session, until).await.map(Some)
    }

    async fn look_up_cookie(&self, cookie: &str) -> Result<Option<Found>, Problem> {
        let Some(token) = RefreshToken::parse(cookie) else { return Ok(None) };
        let Some(session) = sessions::find_live_by_cookie(&self.context, &token).await? else { return Ok(None) };
        self.found(&session, None).await.map(Some)
    }

    async fn found(&self, session: &Session, until: Option<Timestamp>) -> Result<Found, Problem> {
        let identity = self.identity_of(session).await?;
        let tags = vec![Tag::thing::<SessionEvent>(session.id), Tag::thing::<UserEvent>(session.user_id), Tag::every::<RoleEvent>()];
        let idle_until = session.idle_until(&self.context.config.auth);
        Ok(Found { identity, tags, until: Some(until.map_or(idle_until, |until| until.min(idle_until))) })
    }

    /// How long somebody is remembered: not beyond what they showed. What other nodes looked up may be half as old already.
    fn lifetime(&self, until: Option<Timestamp>, now: Timestamp) -> Duration {
        let most = if self.context.redis.is_some() { LIFETIME / 2 } else { LIFETIME };
        lifetime(until, now).min(most)
    }

    fn recall(&self, shown: As, text: &str) -> Option<Identity> {
        self.known.find(&key_of(shown, text), self.context.now()).map(|kept| *kept.value())
    }

    async fn resolve(&self, shown: As, text: &str) -> Result<Option<Identity>, Problem> {
        let now = self.context.now();
        let lead = match self.known.turn(&key_of(shown, text), now).await {
            Turn::Made(kept) => return Ok(Some(*kept.value())),
            Turn::Yours(lead) => Some(lead),
            Turn::Alone => None,
        };
        let found = match shown {
            As::Bearer => self.look_up(text).await?,
            As::Cookie => self.look_up_cookie(text).await?,
        };
        match (lead, &found) {
            (Some(lead), Some(found)) => drop(lead.keep(found.identity, found.tags.clone(), now, self.lifetime(found.until, now))),
            (Some(lead), None) => lead.decline(),
            (None, _) => {}
        }
        Ok(found.map(|found| found.identity))
    }

    /// Whose session it is and what their roles allow: in production nothing while no second factor was shown in it.
    async fn identity_of(&self, session: &Session) -> Result<Identity, Problem> {
        let held = roles::permissions_of(self.context.db.reader(), session.user_id).await?;
        let lacks_two_factor = self.context.config.mode == Mode::Production && session.two_factor_at.is_none() && !held.is_empty();
        let permissions = if lacks_two_factor { PermissionSet::NONE } else { held };
        Ok(Identity { permissions, lacks_two_factor, session: Some(session.id), ..Identity::of(Actor::User(session.user_id)) })
    }
}

#[async_trait]
impl Authenticator for Credentials {
    fn remembered(&self, bearer: &str) -> Option<Identity> {
        self.recall(As::Bearer, bearer)
    }

    async fn authenticate(&self, bearer: &str) -> Result<Option<Identity>, Problem> {
        self.resolve(As::Bearer, bearer).await
    }

    fn remembered_by_cookie(&self, cookie: &str) -> Option<Identity> {
        self.recall(As::Cookie, cookie)
    }

    async fn authenticate_by_cookie(&self, cookie: &str) -> Result<Option<Identity>, Problem> {
        self.resolve(As::Cookie, cookie).await
    }
}

/// How long somebody is remembered: not beyond what they showed.
fn lifetime(until: Option<Timestamp>, now: Timestamp) -> Duration {
    until.map_or(LIFETIME, |until| (until - now).to_std().unwrap_or_default().min(LIFETIME))
}

/// What stands for a credential in memory, where the credential itself is not kept.
fn key_of(shown: As, text: &str) -> String {
    let kind = match shown {
        As::Bearer => 'b',
        As::Cookie => 'c',
    };
    let hash = Sha256::digest(text.as_bytes());
    // Half of it: nobody finds another text with the same 128 bits, either.
    let half = hash.first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
    format!("{kind}{half:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_credential_does_not_hold_it() {
        let key = key_of(As::Bearer, "twk_1");
        assert_eq!((key.len(), key == key_of(As::Bearer, "twk_1"), key == key_of(As::Bearer, "twk_2")), (33, true, false));
        assert_ne!(key, key_of(As::Cookie, "twk_1"), "what a cookie opens, no bearer does");
    }

    #[test]
    fn nobody_is_remembered_beyond_what_they_showed() {
        let now = Timestamp::default();
        let seconds = |seconds| Some(now + chrono::TimeDelta::seconds(seconds));
        assert_eq!((lifetime(None, now), lifetime(seconds(900), now)), (LIFETIME, LIFETIME));
        assert_eq!((lifetime(seconds(5), now), lifetime(seconds(-5), now)), (Duration::from_secs(5), Duration::ZERO));
    }
}

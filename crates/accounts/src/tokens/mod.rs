//! Access tokens: short-lived proofs of a session, signed with keys of our own (RFC 9068, RFC 8725).

mod claims;
mod keys;
mod rotate;
mod sign;
mod store;
mod verify;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use platform::Context;
use platform::db::DatabaseError;

pub use claims::Claims;
use keys::KeySet;
pub use sign::{AccessToken, SignError};

/// The keys that others made are looked for as often; a new key is shown for longer than that before it signs.
const FRESH: Duration = Duration::from_secs(60);
/// A token of a key that nobody knows makes us look again, but strangers cannot make us look more often.
const PATIENCE: Duration = Duration::from_secs(1);

/// Signs and verifies; clones share the keys.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    context: Context,
    issuer: String,
    loaded: RwLock<Loaded>,
    /// Who holds it loads; the others wait for what it finds.
    loading: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct Loaded {
    keys: Arc<KeySet>,
    at: Option<Instant>,
}

impl Loaded {
    /// A shop without keys gets its first one any moment.
    fn is_within(&self, age: Duration) -> bool {
        !self.keys.is_empty() && self.at.is_some_and(|at| at.elapsed() < age)
    }
}

impl Tokens {
    /// The tokens of this shop. Keys are read, and made, when they are first needed.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let issuer = context.config.server.base_url();
        Self(Arc::new(Inner { context, issuer, loaded: RwLock::default(), loading: tokio::sync::Mutex::default() }))
    }

    /// What others verify our tokens with: a JSON Web Key Set (RFC 7517, RFC 8037).
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn jwks(&self) -> Result<serde_json::Value, DatabaseError> {
        Ok(self.keys(FRESH).await?.to_jwks(self.0.context.now()))
    }

    fn loaded(&self) -> Loaded {
        self.0.loaded.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The keys as they were no longer ago than this.
    async fn keys(&self, age: Duration) -> Result<Arc<KeySet>, DatabaseError> {
        let loaded = self.loaded();
        if loaded.is_within(age) {
            return Ok(loaded.keys);
        }
        let _alone = self.0.loading.lock().await;
        let loaded = self.loaded();
        if loaded.is_within(age) { Ok(loaded.keys) } else { self.load().await }
    }

    async fn load(&self) -> Result<Arc<KeySet>, DatabaseError> {
        let at = Some(Instant::now());
        let rows = store::all(self.0.context.db.reader()).await?;
        let keys = Arc::new(KeySet::open(rows, &self.0.context.secrets));
        *self.0.loaded.write().unwrap_or_else(PoisonError::into_inner) = Loaded { keys: Arc::clone(&keys), at };
        Ok(keys)
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("issuer", &self.0.issuer).finish_non_exhaustive()
    }
}

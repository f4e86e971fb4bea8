//! Standing rules: what hardly ever changes and is needed for every price (channels, taxes, shipping), read once and kept.
//!
//! Any change of a table that a migration marks with `-- standing rules: <table>` gives the one row of `standing_rules` a new random
//! stamp, in the transaction of the change. The statement that reads a cart's lines, behind the cart's lock, reads the stamp with
//! them, and rules kept under another stamp are read anew: so they are exact in every process, at no statement's cost. A change that is rolled back
//! takes its stamp with it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::broken::DatabaseError;
use super::connection::ConnectionTrait;
use super::query::fetch_scalar;

/// Names the rules that hold at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesStamp(String);

impl RulesStamp {
    /// What was read of `standing_rules.stamp`.
    #[must_use]
    pub const fn stored(stamp: String) -> Self {
        Self(stamp)
    }

    /// That of this moment. One statement.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        let stamp: Option<String> = fetch_scalar(db, "SELECT stamp FROM standing_rules", vec![]).await?;
        stamp.map(Self).ok_or_else(|| DatabaseError::corrupt("no row of standing_rules"))
    }
}

/// All rules of one kind, small enough to be kept whole.
pub trait StandingRules: Send + Sync + Sized + 'static {
    /// Reads them all.
    fn read(db: &impl ConnectionTrait) -> impl Future<Output = Result<Self, DatabaseError>> + Send;
}

/// What a process keeps of each kind, and under which stamp it was read.
#[derive(Debug, Default)]
pub struct KeptRules(RwLock<HashMap<TypeId, Kept>>);

type Kept = (RulesStamp, Arc<dyn Any + Send + Sync>);

impl KeptRules {
    fn get<R: StandingRules>(&self, stamp: &RulesStamp) -> Option<Arc<R>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (_, rules) = kept.get(&TypeId::of::<R>()).filter(|(under, _)| under == stamp)?;
        Arc::clone(rules).downcast().ok()
    }

    fn keep<R: StandingRules>(&self, stamp: &RulesStamp, rules: &Arc<R>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.insert(TypeId::of::<R>(), (stamp.clone(), Arc::clone(rules) as _));
    }
}

/// The rules that hold under the stamp, which was read before: no statement where they are kept.
///
/// Stamp and rules come through the same `db`, or the stamp through a transaction that is committed by now: what a transaction sees
/// of its own changes under their stamp, a reader does not see yet.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn standing_rules<R: StandingRules>(db: &impl ConnectionTrait, stamp: &RulesStamp) -> Result<Arc<R>, DatabaseError> {
    if let Some(rules) = db.kept_rules().get(stamp) {
        return Ok(rules);
    }
    let rules = Arc::new(R::read(db).await?);
    db.kept_rules().keep(stamp, &rules);
    Ok(rules)
}

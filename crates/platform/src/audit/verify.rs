//! Whether the audit log still says what it said.

use std::collections::{BTreeMap, HashMap};

use super::chain::{self, hex, name};
use super::error::AuditError;
use super::head::{self, Exported, Head};
use super::store;
use crate::Context;

/// Links that are read at a time.
const PAGE: i64 = 1_000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many seals were checked.
    pub sealed: i64,
    /// How many records no seal stands for: those of the last second, or records whose seals are gone.
    pub unsealed: i64,
    /// How many exported heads were checked.
    pub heads: usize,
    /// The first thing that is not as it was; what lies behind it is not looked at.
    pub finding: Option<Finding>,
}

/// What is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where in the chain.
    pub seq: i64,
    /// The record's id, where it is known.
    pub record: Option<String>,
    /// What is wrong there.
    pub says: String,
}

/// Walks the whole chain from its first link, in pages, and compares it with every head that was exported.
///
/// # Errors
/// `AuditError` where it cannot be read; what was altered is no error but a [`Finding`].
pub async fn verify(context: &Context) -> Result<Verdict, AuditError> {
    let heads = head::exported(context)?;
    let mut walk = Walk { last: 0, hash: Vec::new(), marks: marks(&heads) };
    let broken = walk.run(context).await?;
    let finding = broken.or_else(|| by_heads(&heads, &walk));
    let unsealed = store::count_unsealed(context.db.reader()).await?;
    Ok(Verdict { sealed: walk.last, unsealed, heads: heads.len(), finding })
}

/// What the chain has at the places that heads speak of.
type Marks = BTreeMap<i64, Option<String>>;

fn marks(heads: &[Exported]) -> Marks {
    heads.iter().filter_map(|exported| Some((exported.head.as_ref()?.seq, None))).collect()
}

struct Walk {
    last: i64,
    hash: Vec<u8>,
    marks: Marks,
}

impl Walk {
    async fn run(&mut self, context: &Context) -> Result<Option<Finding>, AuditError> {
        let db = context.db.reader();
        loop {
            let seals = store::seals_after(db, self.last, PAGE).await?;
            let (Some(first), Some(last)) = (seals.first(), seals.last()) else { return Ok(None) };
            let records = store::records_sealed(db, first.seq, last.seq).await?;
            let records: HashMap<_, _> = records.into_iter().map(|record| (record.id, record)).collect();
            for seal in seals {
                let found = |says: &str| Finding { seq: seal.seq, record: Some(name(seal.record_id)), says: says.to_owned() };
                if seal.seq != self.last + 1 {
                    let says = "the seal with this number is gone".to_owned();
                    return Ok(Some(Finding { seq: self.last + 1, record: None, says }));
                }
                let Some(record) = records.get(&seal.record_id) else { return Ok(Some(found("its record is gone"))) };
                if !chain::holds(&context.secrets, &self.hash, &seal, record)? {
                    return Ok(Some(found("the record or its seal was altered")));
                }
                if let Some(mark) = self.marks.get_mut(&seal.seq) {
                    *mark = Some(hex(&seal.hash));
                }
                (self.last, self.hash) = (seal.seq, seal.hash);
            }
        }
    }
}

/// What the heads say that the chain does not.
fn by_heads(heads: &[Exported], walk: &Walk) -> Option<Finding> {
    let says = |exported: &Exported, head: &Head| {
        let there = walk.marks.get(&head.seq).and_then(Option::as_ref);
        match there {
            Some(hash) if *hash == head.hash => None,
            Some(_) => Some(format!("the chain is not the one whose head is {}", exported.name)),
            None => Some(format!("the end of the chain was cut off: {} was signed when it reached this far", exported.name)),
        }
    };
    heads.iter().find_map(|exported| match &exported.head {
        Some(head) => says(exported, head).map(|says| Finding { seq: walk.last.min(head.seq) + 1, record: None, says }),
        None => Some(Finding { seq: walk.last, record: None, says: format!("{} is not a head that this shop signed", exported.name) }),
    })
}

//! What became of one record.

use kernel::{CategoryId, ProductId, Slug, text_enum};
use platform::db::WriteTx;

use super::error::ApplyError;
use super::prices::PriceScope;
use super::session::Session;
use super::stock::{self, Count};
use crate::assortment::{FieldChange, Saved};
use crate::import::outcome::{Note, SourcedRecord};
use crate::import::record::{Reference, Relations};

text_enum! {
    /// What a record did to the shop.
    pub enum Change {
        /// A new product.
        Created = "created",
        /// A product is another one now.
        Updated = "updated",
        /// The product was like this already; nothing was written.
        Unchanged = "unchanged",
    }
}

/// What became of a record that is in the shop now.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The product.
    pub product_id: ProductId,
    /// Its part of the URL.
    pub slug: Slug,
    /// What was done.
    pub change: Change,
    /// What changed, field by field.
    pub changes: Vec<FieldChange>,
    /// What was not taken as it stands.
    pub notes: Vec<Note>,
}

/// Products that a record points at and that are not there yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PendingLinks {
    pub(super) row: u64,
    pub(super) relations: Relations,
    pub(super) unresolved: Vec<Reference>,
    /// True where the product can be sold only once they are there.
    pub(super) activate: bool,
}

/// A record that was written, with what is left to do for it.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) applied: Applied,
    pub(super) saved: Saved,
    /// Figures to be set.
    pub(super) counts: Vec<Count>,
    pub(super) links: Option<PendingLinks>,
    /// Categories that it found or made.
    pub(super) categories: Vec<(Vec<String>, CategoryId)>,
}

/// Puts one record into the shop inside a transaction of the caller: the product with its variants, prices, categories,
/// pictures and stock, made or changed. Prices outside of `scope` stay. Putting the same record in again changes nothing. Products that
/// it points at and that are not there are named in the notes.
///
/// # Errors
/// `Refused` with what cannot be, by the paths of the record; `Database`. The transaction must be rolled back then.
pub async fn apply_in(tx: &WriteTx, read: &SourcedRecord, scope: PriceScope) -> Result<Applied, ApplyError> {
    let session = Session::open(tx, scope, &[read]).await?;
    let found = session.find(read)?;
    let put = session.put(tx, read, found).await?;
    stock::set(tx, &put.counts).await.map_err(|error| stock::refused(error, &put.counts))?;
    let mut applied = put.applied;
    let missing = put.links.iter().flat_map(|links| &links.unresolved);
    let note = |reference: &Reference| {
        Note::cell(read.rows.first_row, "relations", &reference.to_string(), "waits for products that are not in the shop")
    };
    applied.notes.extend(missing.map(note));
    Ok(applied)
}

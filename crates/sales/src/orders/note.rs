//! What staff write to each other about an order.

use kernel::{DomainError, ErrorKind, NoteId, OrderId, Origin, TextError, Timestamp};
use platform::db::DatabaseError;
use platform::{Context, audit};

use super::model::OrderKey;
use super::store;

/// A staff note.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// What it says.
    pub body: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// Why a note is not taken.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// No such order.
    #[error("no such order")]
    NotFound,
    /// Empty, too long, or with a card number in it.
    #[error("body: {0}")]
    Body(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for NoteError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order_not_found",
            Self::Body(_) => "validation_failed",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Body(_) => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::Body(message) => kernel::FieldErrors::of("body", message).into_map(),
            Self::NotFound | Self::Database(_) => std::collections::BTreeMap::new(),
        }
    }
}

/// Longer texts belong elsewhere.
const MOST_CHARACTERS: usize = 5_000;

/// Adds a note; it is shown in the timeline and to nobody but staff.
///
/// # Errors
/// `NoteError`, by what went wrong.
pub async fn add_note(context: &Context, origin: &Origin, order_id: OrderId, body: &str) -> Result<Note, NoteError> {
    let body = parse(body)?;
    let tx = context.begin(origin).await?;
    store::lock(&tx, OrderKey::Id(order_id)).await?.ok_or(NoteError::NotFound)?;
    let note = Note { id: NoteId::generate(), body, created_at: tx.now(), created_by: tx.actor().to_string() };
    store::insert_note(&tx, order_id, &note).await?;
    // What a note says may be about anybody.
    audit::record(&tx, &audit::Entry::of("order.noted", order_id).after(&serde_json::json!({ "note_id": note.id }))).await?;
    tx.commit().await?;
    Ok(note)
}

/// Notes may have several lines, unlike titles.
fn parse(body: &str) -> Result<String, NoteError> {
    let body = body.trim();
    if body.is_empty() {
        return Err(NoteError::Body(TextError::Empty.to_string()));
    }
    if body.chars().count() > MOST_CHARACTERS {
        return Err(NoteError::Body(TextError::TooLong(MOST_CHARACTERS).to_string()));
    }
    if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(NoteError::Body(TextError::Control.to_string()));
    }
    if kernel::contains_card_number(body) {
        return Err(NoteError::Body("must not contain a payment card number".to_owned()));
    }
    Ok(body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_may_have_lines_but_no_card_number() {
        assert_eq!(parse(" call\nback ").expect("a note"), "call\nback");
        for body in ["", " \n ", "a\u{1b}[0m", "4242 4242 4242 4242"] {
            assert!(parse(body).is_err(), "{body:?}");
        }
    }
}

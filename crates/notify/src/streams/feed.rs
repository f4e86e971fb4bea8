//! The events that a stream still owes its reader: read from their table page by page, never kept in a queue.

use kernel::{DomainError, ErrorKind, PageRequest, Position};
use platform::Context;
use platform::db::{DatabaseError, ListError, Span};
use platform::events::{self, Event, EventFilter, EventHead};

use super::model::Told;

/// Events that are read, and held, at a time.
const PAGE: u32 = 100;

/// Where a reader stands in the stream of events, and which of them it wants.
///
/// A number is given to an event only when every lower one is visible, so that reading above the last number never skips one.
#[derive(Debug)]
pub struct Feed {
    context: Context,
    filter: EventFilter,
    /// All that is wanted up to here was read.
    cursor: i64,
    /// There may be something up to here.
    head: i64,
}

/// Why a reader cannot go on from where it says.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// No event has that number yet: it is another shop's, or a database was put back.
    #[error("there is no event {0} yet; begin anew from what the API says now")]
    BeyondTheEnd(i64),
    /// The database refuses.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for FeedError {
    fn code(&self) -> &'static str {
        match self {
            Self::BeyondTheEnd(_) => "event_not_yet",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::BeyondTheEnd(_) => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }
}

impl Feed {
    /// What follows this event, or what happens from now on. Its place among the streams is taken before, so that nothing comes in between.
    ///
    /// # Errors
    /// `FeedError`: there is no such event, or the database refuses.
    pub async fn start(context: Context, filter: EventFilter, after: Option<i64>) -> Result<Self, FeedError> {
        let head = events::last_seq(context.db.reader()).await?;
        match after {
            Some(after) if after > head => Err(FeedError::BeyondTheEnd(after)),
            after => Ok(Self { context, filter, cursor: after.unwrap_or(head), head }),
        }
    }

    /// The event that whoever comes back names: everything up to it was read.
    #[must_use]
    pub const fn cursor(&self) -> i64 {
        self.cursor
    }

    /// True where there may be something to read.
    #[must_use]
    pub const fn is_behind(&self) -> bool {
        self.cursor < self.head
    }

    /// Takes what all streams are told. What is of no interest is passed by without asking the database.
    pub fn hear(&mut self, told: &Told) {
        let was_behind = self.is_behind();
        let Some(heads) = told.heads.as_ref().filter(|_| !was_behind) else {
            self.head = self.head.max(told.last);
            return;
        };
        // What is told once is told whole, so that nothing lies between the head and the first of these.
        let is_news = heads.iter().any(|head| head.seq > self.cursor && self.wants(head));
        self.head = self.head.max(told.last);
        if !is_news {
            self.cursor = self.head;
        }
    }

    /// The next events, at most a hundred of them; none where nothing of what happened is wanted.
    ///
    /// # Errors
    /// `ListError` where the database refuses; the same is read again the next time.
    pub async fn page(&mut self) -> Result<Vec<Event>, ListError> {
        let seq = Span { above: Some(self.cursor), at_most: Some(self.head), ..Span::default() };
        let filter = EventFilter { seq, ..self.filter.clone() };
        let request = PageRequest { position: Position::After(None), size: PAGE };
        let page = events::list(self.context.db.reader(), &filter, false, &request).await?;
        self.cursor = match page.items.last() {
            Some(last) if page.has_next => last.seq,
            _ => self.head,
        };
        Ok(page.items)
    }

    fn wants(&self, head: &EventHead) -> bool {
        let EventFilter { types, aggregates, aggregate_id, .. } = &self.filter;
        (types.is_empty() || types.contains(&head.r#type))
            && (aggregates.is_empty() || aggregates.contains(&head.aggregate_type.as_str()))
            && aggregate_id.is_none_or(|id| id == head.aggregate_id)
    }
}

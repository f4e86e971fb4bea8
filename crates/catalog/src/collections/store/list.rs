//! Pages of collections.

use kernel::{Cursor, CursorError, Page, PageRequest, Position, Timestamp, fold, text_enum};
use platform::db::{self, Bind, Conditions, ConnectionTrait, ListError, Value};

use super::{CollectionRow, SELECT};
use crate::collections::model::{Collection, CollectionKind, CollectionStatus};

text_enum! {
    /// In which order, as in `?sort=`.
    pub enum CollectionSort {
        /// As staff placed them.
        Position = "position",
        /// The other way round.
        PositionDescending = "-position",
        /// By name.
        Name = "name",
        /// By name, from the end.
        NameDescending = "-name",
        /// Oldest first.
        CreatedAt = "created_at",
        /// Newest first.
        CreatedAtDescending = "-created_at",
        /// Longest unchanged first.
        UpdatedAt = "updated_at",
        /// Last changed first.
        UpdatedAtDescending = "-updated_at",
    }
}

/// Which collections are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionQuery {
    /// Anybody asks, who sees those only that are active.
    pub is_public: bool,
    /// In one of these states; empty: in any.
    pub statuses: Vec<CollectionStatus>,
    /// Of one of these kinds; empty: of any.
    pub kinds: Vec<CollectionKind>,
    /// In which order; ties by id, in the same direction.
    pub sort: CollectionSort,
    /// Which page.
    pub page: PageRequest,
}

impl CollectionSort {
    const fn column(self) -> &'static str {
        match self {
            Self::Position | Self::PositionDescending => "c.position",
            Self::Name | Self::NameDescending => "c.name_key",
            Self::CreatedAt | Self::CreatedAtDescending => "c.created_at",
            Self::UpdatedAt | Self::UpdatedAtDescending => "c.updated_at",
        }
    }

    const fn is_descending(self) -> bool {
        matches!(self, Self::PositionDescending | Self::NameDescending | Self::CreatedAtDescending | Self::UpdatedAtDescending)
    }

    /// What a cursor remembers of the last row of a page.
    fn value_of(self, collection: &Collection) -> String {
        match self {
            Self::Position | Self::PositionDescending => collection.position.to_string(),
            Self::Name | Self::NameDescending => fold(&collection.name),
            Self::CreatedAt | Self::CreatedAtDescending => collection.created_at.to_rfc3339(),
            Self::UpdatedAt | Self::UpdatedAtDescending => collection.updated_at.to_rfc3339(),
        }
    }

    /// The same, as the statement takes it.
    fn bound(self, text: &str) -> Result<Value, CursorError> {
        match self {
            Self::Position | Self::PositionDescending => text.parse::<i64>().map(Bind::bind).map_err(|_| CursorError),
            Self::Name | Self::NameDescending => Ok(text.bind()),
            Self::CreatedAt | Self::CreatedAtDescending | Self::UpdatedAt | Self::UpdatedAtDescending => {
                text.parse::<Timestamp>().map(Bind::bind).map_err(|_| CursorError)
            }
        }
    }
}

/// One page of collections: one statement, and one for the total of a numbered page.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(db: &impl ConnectionTrait, query: &CollectionQuery) -> Result<Page<Collection>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let mut narrowed = Conditions::default();
    narrowed.is("c.status", query.is_public.then_some(CollectionStatus::Active.as_str()));
    narrowed.is_among("c.status", query.statuses.iter().map(|status| status.as_str()));
    narrowed.is_among("c.kind", query.kinds.iter().map(|kind| kind.as_str()));
    let counted = format!("collections c WHERE {}", narrowed.text());
    let total = db::total_of(db, &query.page, &counted, narrowed.clone().into_values()).await?;
    if let Position::After(Some(cursor)) = &query.page.position {
        begin_after(&mut narrowed, query.sort, cursor)?;
    }
    let (column, direction) = (query.sort.column(), if query.sort.is_descending() { "DESC" } else { "ASC" });
    let end = db::limited((limit, offset), |offset| narrowed.parameters.bind(offset));
    let sql = format!("{SELECT} WHERE {} ORDER BY {column} {direction}, c.id {direction} {end}", narrowed.text());
    let rows: Vec<CollectionRow> = db::fetch_all(db, &sql, narrowed.into_values()).await?;
    let rows = rows.into_iter().map(Collection::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(db::page_of(rows, &query.page, total, |last| Cursor {
        sort: query.sort.as_str().to_owned(),
        value: Some(query.sort.value_of(last)),
        id: last.id.uuid(),
    }))
}

/// Rows have to lie behind the cursor.
fn begin_after(narrowed: &mut Conditions, sort: CollectionSort, cursor: &Cursor) -> Result<(), CursorError> {
    let sign = if sort.is_descending() { "<" } else { ">" };
    let value = sort.bound(cursor.value.as_deref().ok_or(CursorError)?)?;
    let (value, id) = (narrowed.parameters.bind(value), narrowed.parameters.bind(cursor.id));
    narrowed.add(format!("({}, c.id) {sign} ({value}, {id})", sort.column()));
    Ok(())
}

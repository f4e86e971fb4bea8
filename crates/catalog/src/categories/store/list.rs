//! Pages of categories.

use std::collections::BTreeMap;

use kernel::{
    CategoryId, Cursor, CursorError, DomainError, ErrorKind, FieldErrors, Page, PageRequest, PageTooDeep, Position, Timestamp, fold,
    text_enum,
};
use platform::db::{self, ConnectionTrait, DatabaseError, Value};
use platform::values;

use super::many;
use crate::categories::model::Category;

/// Which level is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parent {
    /// Every level.
    #[default]
    Any,
    /// What hangs under nothing.
    None,
    /// What hangs right under this category.
    Of(CategoryId),
}

text_enum! {
    /// In which order, as in `?sort=`.
    pub enum CategorySort {
        /// As staff placed them among their siblings.
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

/// Which categories are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryQuery {
    /// Which level.
    pub parent: Parent,
    /// In which order; ties by id, in the same direction.
    pub sort: CategorySort,
    /// Which page.
    pub page: PageRequest,
}

/// Why a page cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ListCategoriesError {
    /// The page lies too deep.
    #[error(transparent)]
    TooDeep(#[from] PageTooDeep),
    /// The cursor is not one of this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ListCategoriesError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooDeep(_) => "page_too_deep",
            Self::Cursor(_) => "invalid_query",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooDeep(_) => ErrorKind::Rule,
            Self::Cursor(_) => ErrorKind::Malformed,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::TooDeep(error) => FieldErrors::of("page", error).into_map(),
            Self::Cursor(error) => FieldErrors::of("after", error).into_map(),
            Self::Database(_) => BTreeMap::new(),
        }
    }
}

impl CategorySort {
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
    fn value_of(self, category: &Category) -> String {
        match self {
            Self::Position | Self::PositionDescending => category.position.to_string(),
            Self::Name | Self::NameDescending => fold(&category.name),
            Self::CreatedAt | Self::CreatedAtDescending => category.created_at.to_rfc3339(),
            Self::UpdatedAt | Self::UpdatedAtDescending => category.updated_at.to_rfc3339(),
        }
    }

    /// The same, as the statement takes it.
    fn bound(self, text: &str) -> Result<Vec<Value>, CursorError> {
        match self {
            Self::Position | Self::PositionDescending => text.parse::<i64>().map(|position| values![position]).map_err(|_| CursorError),
            Self::Name | Self::NameDescending => Ok(values![text]),
            Self::CreatedAt | Self::CreatedAtDescending | Self::UpdatedAt | Self::UpdatedAtDescending => {
                text.parse::<Timestamp>().map(|time| values![time]).map_err(|_| CursorError)
            }
        }
    }
}

/// One page of categories: one statement, and one for the total of a numbered page.
///
/// # Errors
/// `ListCategoriesError` names what is wrong.
pub async fn list(db: &impl ConnectionTrait, query: &CategoryQuery) -> Result<Page<Category>, ListCategoriesError> {
    let offset = query.page.offset()?;
    let (level, values) = match query.parent {
        Parent::Any => ("TRUE", vec![]),
        Parent::None => ("c.parent_id IS NULL", vec![]),
        Parent::Of(parent) => ("c.parent_id = $1", values![parent]),
    };
    let (total, rows) = match &query.page.position {
        Position::Number(_) => (Some(count(db, level, values.clone()).await?), rows(db, query, (level, values), offset).await?),
        Position::After(None) => (None, rows(db, query, (level, values), 0).await?),
        Position::After(Some(cursor)) => (None, rows(db, query, after(query.sort, cursor, level, values)?, 0).await?),
    };
    let has_next = rows.len() > query.page.size as usize;
    let items: Vec<Category> = rows.into_iter().take(query.page.size as usize).collect();
    let next = items.last().filter(|_| has_next).map(|last| Cursor {
        sort: query.sort.as_str().to_owned(),
        value: Some(query.sort.value_of(last)),
        id: last.id.uuid(),
    });
    let counted = u64::from(PageRequest::DEEPEST_ROW);
    Ok(Page {
        items,
        has_next,
        next,
        total: total.map(|total| total.min(counted)),
        total_is_estimate: total.is_some_and(|total| total > counted),
    })
}

/// Adds to the condition that rows lie behind the cursor.
fn after(sort: CategorySort, cursor: &Cursor, level: &str, mut values: Vec<Value>) -> Result<(String, Vec<Value>), CursorError> {
    let sign = if sort.is_descending() { "<" } else { ">" };
    let first = values.len() + 1;
    let condition = format!("{level} AND ({}, c.id) {sign} (${first}, ${})", sort.column(), first + 1);
    values.extend(sort.bound(cursor.value.as_deref().ok_or(CursorError)?)?);
    values.extend(values![cursor.id]);
    Ok((condition, values))
}

async fn rows(
    db: &impl ConnectionTrait,
    query: &CategoryQuery,
    (condition, values): (impl AsRef<str>, Vec<Value>),
    offset: u32,
) -> Result<Vec<Category>, DatabaseError> {
    let direction = if query.sort.is_descending() { "DESC" } else { "ASC" };
    let rest = format!(
        "WHERE {} ORDER BY {} {direction}, c.id {direction} LIMIT {} OFFSET {offset}",
        condition.as_ref(),
        query.sort.column(),
        query.page.size + 1,
    );
    many(db, &rest, values).await
}

/// Counts up to one row beyond what is counted exactly.
async fn count(db: &impl ConnectionTrait, level: &str, values: Vec<Value>) -> Result<u64, DatabaseError> {
    let most = PageRequest::DEEPEST_ROW + 1;
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM (SELECT 1 FROM categories c WHERE {level} LIMIT {most}) AS counted");
    let counted: i64 = db::fetch_scalar(db, &sql, values).await?.unwrap_or(0);
    Ok(u64::try_from(counted).unwrap_or(0))
}

//! Pages of categories.

use kernel::{CategoryId, Cursor, CursorError, Page, PageRequest, Position, Timestamp, fold, text_enum};
use platform::db::{self, Bind, Conditions, ConnectionTrait, ListError, Value};

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

/// One page of categories: one statement, and one for the total of a numbered page.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(db: &impl ConnectionTrait, query: &CategoryQuery) -> Result<Page<Category>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let mut narrowed = Conditions::default();
    match query.parent {
        Parent::Any => {}
        Parent::None => narrowed.add("c.parent_id IS NULL"),
        Parent::Of(parent) => narrowed.is("c.parent_id", Some(parent)),
    }
    let counted = format!("categories c WHERE {}", narrowed.text());
    let total = db::total_of(db, &query.page, &counted, narrowed.clone().into_values()).await?;
    if let Position::After(Some(cursor)) = &query.page.position {
        begin_after(&mut narrowed, query.sort, cursor)?;
    }
    let (column, direction) = (query.sort.column(), if query.sort.is_descending() { "DESC" } else { "ASC" });
    let end = db::limited((limit, offset), |offset| narrowed.parameters.bind(offset));
    let rest = format!("WHERE {} ORDER BY {column} {direction}, c.id {direction} {end}", narrowed.text());
    let rows = many(db, &rest, narrowed.into_values()).await?;
    Ok(db::page_of(rows, &query.page, total, |last| Cursor {
        sort: query.sort.as_str().to_owned(),
        value: Some(query.sort.value_of(last)),
        id: last.id.uuid(),
    }))
}

/// Rows have to lie behind the cursor.
fn begin_after(narrowed: &mut Conditions, sort: CategorySort, cursor: &Cursor) -> Result<(), CursorError> {
    let sign = if sort.is_descending() { "<" } else { ">" };
    let value = sort.bound(cursor.value.as_deref().ok_or(CursorError)?)?;
    let (value, id) = (narrowed.parameters.bind(value), narrowed.parameters.bind(cursor.id));
    narrowed.add(format!("({}, c.id) {sign} ({value}, {id})", sort.column()));
    Ok(())
}

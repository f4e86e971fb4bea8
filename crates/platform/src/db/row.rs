//! Reading rows into structs: each column is looked up once for a statement, then read by its place.

use chrono::{DateTime, Utc};
use rusqlite::types::ValueRef;
use tokio_postgres::types::{FromSql, Type, WasNull};
use uuid::Uuid;

use super::broken::DatabaseError;
use super::postgres::Row;

/// A struct that a row can be read into; derived, never written by hand outside of this folder.
pub trait FromQueryResult: Sized + Send {
    /// How many columns it has, those of nested structs included.
    const WIDTH: usize;

    /// Looks up the columns of the struct, in the order of its fields.
    ///
    /// # Errors
    /// `RowError` for a column that the statement does not have.
    fn find(columns: &mut Columns<'_>) -> Result<(), RowError>;

    /// Reads the struct from what [`FromQueryResult::find`] has looked up.
    ///
    /// # Errors
    /// `RowError` for a value of another type.
    fn read(row: &mut RowReader<'_>) -> Result<Self, RowError>;
}

/// A row that is not what its struct says.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// A null where the struct has none.
    #[error("column {0} is null")]
    Null(usize),
    /// A value of another type.
    #[error("column {0} is of another type")]
    Type(usize),
    /// The statement has no such column.
    #[error("no column {0}")]
    Absent(String),
    /// PostgreSQL's value does not decode.
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
}

impl From<RowError> for DatabaseError {
    fn from(error: RowError) -> Self {
        Self::corrupt(&error.to_string())
    }
}

/// The columns of a statement while they are looked up.
pub struct Columns<'r> {
    row: Source<'r>,
    places: Vec<usize>,
}

/// One row, read column by column in the order in which they were looked up.
pub struct RowReader<'r> {
    row: Source<'r>,
    places: std::slice::Iter<'r, usize>,
}

#[derive(Clone, Copy)]
pub(super) enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r Row),
}

impl Columns<'_> {
    /// Looks a column up; the next one that is read is the next one that was looked up.
    ///
    /// # Errors
    /// `RowError` for a column that the statement does not have.
    pub fn find(&mut self, name: &str) -> Result<(), RowError> {
        // A statement mostly names its columns in the order of the struct; searching among all costs the square of their number.
        let next = self.places.last().map_or(0, |last| last + 1);
        let place = if self.row.column_name(next) == Some(name) { Some(next) } else { self.row.column(name) };
        self.places.push(place.ok_or_else(|| RowError::Absent(name.to_owned()))?);
        Ok(())
    }

    pub(super) fn first(&mut self) {
        self.places.push(0);
    }
}

impl Source<'_> {
    fn column_name(&self, place: usize) -> Option<&str> {
        match self {
            Self::Sqlite(row) => row.as_ref().column_name(place).ok(),
            Self::Postgres(row) => row.columns().get(place).map(tokio_postgres::Column::name),
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        match self {
            Self::Sqlite(row) => row.as_ref().column_index(name).ok(),
            Self::Postgres(row) => row.columns().iter().position(|column| column.name() == name),
        }
    }
}

/// Where the columns of `R` stand in the rows of the statement that this row is of.
pub(super) fn places_of<R: FromQueryResult>(row: Source<'_>) -> Result<Vec<usize>, RowError> {
    let mut columns = Columns { row, places: Vec::new() };
    R::find(&mut columns)?;
    Ok(columns.places)
}

/// Reads one row.
pub(super) fn read<'r, R: FromQueryResult>(row: Source<'r>, places: &'r [usize]) -> Result<R, RowError> {
    R::read(&mut RowReader { row, places: places.iter() })
}

impl RowReader<'_> {
    /// The next column.
    ///
    /// # Errors
    /// `RowError` for a null or a value of another type.
    // Not an iterator: every column has a type of its own.
    #[expect(clippy::should_implement_trait, reason = "each call has another type")]
    pub fn next<T: Column>(&mut self) -> Result<T, RowError> {
        let place = *self.places.next().ok_or_else(|| RowError::Absent("beyond the last".to_owned()))?;
        match self.row {
            Source::Sqlite(row) => {
                let value = row.get_ref(place).map_err(|_| RowError::Absent(place.to_string()))?;
                T::of_sqlite(value).ok_or(if value == ValueRef::Null { RowError::Null(place) } else { RowError::Type(place) })
            }
            Source::Postgres(row) => T::of_postgres(row, place).map_err(|error| null_or_wrong(error, place)),
        }
    }
}

fn null_or_wrong(error: tokio_postgres::Error, place: usize) -> RowError {
    let is_null = std::error::Error::source(&error).is_some_and(|cause| cause.is::<WasNull>());
    if is_null { RowError::Null(place) } else { RowError::Postgres(error) }
}

/// A type that a column can be read as.
pub trait Column: Sized + Send {
    #[doc(hidden)]
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self>;
    #[doc(hidden)]
    fn of_postgres(row: &Row, place: usize) -> Result<Self, tokio_postgres::Error>;
}

macro_rules! column {
    ($($type:ty => |$value:ident| $of_sqlite:expr;)*) => {
        $(impl Column for $type {
            fn of_sqlite($value: ValueRef<'_>) -> Option<Self> {
                $of_sqlite
            }
            fn of_postgres(row: &Row, place: usize) -> Result<Self, tokio_postgres::Error> {
                row.try_get(place)
            }
        })*
    };
}

column! {
    i64 => |value| value.as_i64().ok();
    bool => |value| value.as_i64().ok().map(|number| number != 0);
    String => |value| value.as_str().ok().map(str::to_owned);
    Vec<u8> => |value| value.as_blob().ok().map(<[u8]>::to_vec);
    Uuid => |value| Uuid::from_slice(value.as_blob().ok()?).ok();
    DateTime<Utc> => |value| Some(DateTime::parse_from_rfc3339(value.as_str().ok()?).ok()?.to_utc());
    serde_json::Value => |value| serde_json::from_str(value.as_str().ok()?).ok();
}

impl<T: Column> Column for Option<T> {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        if value == ValueRef::Null { Some(None) } else { T::of_sqlite(value).map(Some) }
    }

    fn of_postgres(row: &Row, place: usize) -> Result<Self, tokio_postgres::Error> {
        if row.try_get::<_, IsNull>(place)?.0 { Ok(None) } else { T::of_postgres(row, place).map(Some) }
    }
}

/// Whether there is a null, whatever the type.
struct IsNull(bool);

impl FromSql<'_> for IsNull {
    fn from_sql(_: &Type, _: &[u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(false))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(true))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A struct of the same row that may be absent, as behind a LEFT JOIN: a null in a column that has none says so.
impl<R: FromQueryResult> FromQueryResult for Option<R> {
    const WIDTH: usize = R::WIDTH;

    fn find(columns: &mut Columns<'_>) -> Result<(), RowError> {
        R::find(columns)
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, RowError> {
        // What stands behind it starts after all of its columns, however many of them were read.
        let mut own = RowReader { row: row.row, places: row.places.clone() };
        row.places.by_ref().take(R::WIDTH).for_each(drop);
        match R::read(&mut own) {
            Ok(found) => Ok(Some(found)),
            Err(RowError::Null(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The first column alone.
pub(super) struct Scalar<T>(pub(super) T);

impl<T: Column> FromQueryResult for Scalar<T> {
    const WIDTH: usize = 1;

    fn find(columns: &mut Columns<'_>) -> Result<(), RowError> {
        columns.first();
        Ok(())
    }

    fn read(row: &mut RowReader<'_>) -> Result<Self, RowError> {
        row.next().map(Self)
    }
}

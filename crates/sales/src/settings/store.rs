//! Reading settings: the table has those that were set, the rest has its defaults.

use kernel::{Cursor, CursorError, Page, Position};
use platform::Context;
use platform::db::{self, DatabaseError, ListError};

use super::known::known;
use super::model::{Profile, Setting, SettingQuery};

/// One setting; `None` for a key that the shop does not know.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(context: &Context, key: &str) -> Result<Option<Setting>, DatabaseError> {
    let Some(known) = known(key) else { return Ok(None) };
    let stored = platform::settings::get(context.db.reader(), known.key).await?;
    Ok(Some(Setting::of(known, stored, &context.config)))
}

/// A page of the settings, by key: one statement, whatever the page, because there are few.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(context: &Context, query: &SettingQuery) -> Result<Page<Setting>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let mut settings = Setting::all(platform::settings::all(context.db.reader()).await?, &context.config);
    if query.descending {
        settings.reverse();
    }
    let rows = u64::try_from(settings.len()).unwrap_or(u64::MAX);
    let total = matches!(query.page.position, Position::Number(_)).then_some(db::Total { rows, is_estimate: false });
    if let Position::After(Some(cursor)) = &query.page.position {
        let last = cursor.value.as_deref().ok_or(CursorError)?;
        settings.retain(|setting| if query.descending { setting.key < last } else { setting.key > last });
    }
    let size = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
    let rows = settings.into_iter().skip(size(offset)).take(size(limit)).collect();
    let sort = if query.descending { "-key" } else { "key" };
    let place = |last: &Setting| Cursor { sort: sort.to_owned(), value: Some(last.key.to_owned()), id: uuid::Uuid::nil() };
    Ok(db::page_of(rows, &query.page, total, place))
}

/// What the shop tells everybody of itself. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn profile(context: &Context) -> Result<Profile, DatabaseError> {
    Ok(Profile::of(&Setting::all(platform::settings::all(context.db.reader()).await?, &context.config)))
}

//! Finding people at the command line, by whatever name somebody types.

use accounts::users::{self, Login, User};
use platform::Context;

use super::Stop;

/// The account of this id, address or username, whatever became of it.
pub(super) async fn find(context: &Context, name: &str) -> anyhow::Result<User> {
    let db = context.db.reader();
    let found = match name.parse() {
        Ok(id) => users::find(db, id).await,
        Err(_) => users::find_by_login(db, &Login::parse(name)).await.map(|found| found.map(|found| found.user)),
    };
    let found = found.map_err(|error| Stop::of(&error))?;
    let unknown =
        || Stop::not_found(format!("no user {name}: name one by id, e-mail address or username; `tradewind user list` shows them"));
    Ok(found.ok_or_else(unknown)?)
}

//! The roles that every shop has.

use platform::db::{self, DatabaseError, WriteTx};

use super::model::{BuiltIn, Role};
use super::store;

/// Makes the built-in roles where they are absent, and brings them to what this program says of them: a newer one may know
/// more permissions. Safe to repeat and to run from several nodes at once.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn first_start(tx: &WriteTx) -> Result<(), DatabaseError> {
    db::lock_name(tx, "roles.first_start").await?;
    for built_in in BuiltIn::ALL {
        let wanted = Role {
            id: kernel::RoleId::generate(),
            name: built_in.as_str().to_owned(),
            description: Some(built_in.description().to_owned()),
            built_in: true,
            permissions: built_in.permissions(),
            version: 1,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        match store::find_by_name(tx, built_in.as_str()).await? {
            None => store::insert(tx, &wanted, || DatabaseError::corrupt("roles.name_key")).await?,
            Some(known) if known.permissions == wanted.permissions && known.description == wanted.description => {}
            Some(known) => {
                let brought_up = Role { id: known.id, version: known.version + 1, ..wanted };
                store::update(tx, &brought_up, || DatabaseError::corrupt("roles.name_key")).await?;
            }
        }
    }
    Ok(())
}

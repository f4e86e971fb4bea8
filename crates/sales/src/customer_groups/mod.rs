//! Groups of customers that staff make: regulars, dealers, the press.

mod change;
mod create;
mod delete;
mod events;
mod input;
mod model;
mod store;

pub use change::{ChangeGroup, ChangeGroupError, change, change_in};
pub use create::{CreateGroupError, create, create_in};
pub use delete::{DeleteGroup, DeleteGroupError, delete, delete_in};
pub use events::GroupEvent;
pub use input::{CreateGroup, GroupChanges, GroupInput};
pub use model::Group;
pub use store::{GroupQuery, count_members, find, list, lock};

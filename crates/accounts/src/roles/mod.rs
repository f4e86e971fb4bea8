//! Roles: what groups of people may do. Some are built in, others are the shop's own.

mod assign;
mod change;
mod create;
mod delete;
mod events;
mod first_admin;
mod first_start;
mod input;
mod model;
mod store;

pub use assign::{AssignRoles, AssignRolesError, assign, assign_in, demand_over, grant_in, keep_an_admin_in, revoke_in};
pub use change::{ChangeRole, ChangeRoleError, change, change_in};
pub use create::{CreateRoleError, create, create_in};
pub use delete::{DeleteRole, DeleteRoleError, delete, delete_in};
pub use events::RoleEvent;
pub use first_admin::{appoint_first_in, has_admin};
pub use first_start::first_start;
pub use input::{CreateRole, RoleChanges, RoleInput};
pub use model::{BuiltIn, Role};
pub use store::{INVARIANTS, RoleQuery, find, find_by_name, list, of_user, of_users, permissions_of};

//! People: who they are, what they sign in with, and what became of their account.

mod change_profile;
mod create;
mod events;
mod model;
mod personal;
mod store;

pub use change_profile::{ChangeProfile, ChangeProfileError, ProfileChanges, change_profile, change_profile_in};
pub use create::{CreateUserError, NewUser, create_in};
pub use events::UserEvent;
pub use model::{Consent, Login, StatusReason, User, UserStatus, Username, UsernameError};
pub use personal::PersonalUsers;
pub use store::{
    TakenError, UserFilter, UserQuery, WithPassword, change_status, find, find_all, find_by_login, find_with_password, keep_email,
    keep_password, list, lock, propose_email, verify_email,
};

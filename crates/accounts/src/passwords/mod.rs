//! Passwords: which are let in, and how they are kept so that nobody can read them back.

mod guesses;
mod hashing;
mod model;

pub use hashing::{Passwords, PasswordsError, Verdict};
pub use model::{Password, PasswordError};

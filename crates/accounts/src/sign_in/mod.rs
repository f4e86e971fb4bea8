//! Getting in: accounts are made, signed in to, proven, recovered and closed. This slice joins all the others.

mod change_email;
mod change_password;
mod deactivate;
mod error;
mod forgot_password;
mod jobs;
mod letters;
mod log_in;
mod prove;
mod refresh;
mod register;
mod reset_password;
mod signed_in;
mod verify_email;

pub use change_email::{ChangeEmail, change_email};
pub use change_password::{ChangePassword, change_password};
pub use deactivate::{ChangeStatus, deactivate, deactivate_in, deactivate_own, reactivate, reactivate_in};
pub use error::SignInError;
pub use forgot_password::forgot_password;
pub use jobs::{EMAIL_VERIFIED, LetterKind, SendAccountMail, SweepSignIn, write_letter_in};
pub use log_in::{LogIn, log_in};
pub use prove::{Proven, prove};
pub use refresh::refresh;
pub use register::{Register, register};
pub use reset_password::{ResetPassword, reset_password};
pub use signed_in::SignedIn;
pub use verify_email::{resend_verification, verify_email};

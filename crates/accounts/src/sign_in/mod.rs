//! Getting in: accounts are made, signed in to, proven, recovered and closed. This slice joins all the others.

mod change_account;
mod change_email;
mod change_password;
mod create_account;
mod deactivate;
mod error;
mod forgot_password;
mod jobs;
mod letters;
mod log_in;
mod make_reset_link;
mod prove;
mod refresh;
mod register;
mod reset_password;
mod set_up;
mod signed_in;
mod verify_email;

pub use change_account::{ChangeAccount, change_account, end_session, end_sessions, forget_two_factor};
pub use change_email::{ChangeEmail, change_email};
pub use change_password::{ChangePassword, change_password};
pub use create_account::{CreateAccount, CreatedAccount, Opening, create_account};
pub use deactivate::{ChangeStatus, deactivate, deactivate_in, deactivate_own, reactivate, reactivate_in};
pub use error::SignInError;
pub use forgot_password::forgot_password;
pub use jobs::{EMAIL_VERIFIED, LetterKind, SendAccountMail, SweepSignIn, write_letter_in};
pub use log_in::{LogIn, log_in};
pub use make_reset_link::make_reset_link;
pub use prove::{Proven, prove};
pub use refresh::refresh;
pub use register::{Register, register};
pub use reset_password::{ResetPassword, reset_password};
pub use set_up::{SetUp, offer_set_up, set_up};
pub use signed_in::SignedIn;
pub use verify_email::{resend_verification, verify_email};

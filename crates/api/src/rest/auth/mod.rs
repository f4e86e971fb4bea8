//! Signing in and out, and what leads there: registration, verification, a forgotten password.

mod oauth;
mod password;
mod sessions;
mod set_up;
mod sign_in;
mod wire;

pub(super) use wire::secret;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    sign_in::routes().merge(set_up::routes()).merge(sessions::routes()).merge(password::routes()).merge(oauth::routes())
}

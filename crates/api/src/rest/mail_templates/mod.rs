//! What letters say: `/api/v1/mail-templates`.

mod handlers;
mod wire;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes()
}

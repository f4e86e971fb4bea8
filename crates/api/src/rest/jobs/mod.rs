//! What the shop has to do, did and gave up; the queues that it waits in; what starts by the clock.

mod handlers;
mod queues;
mod schedules;
mod wire;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes().merge(queues::routes()).merge(schedules::routes())
}

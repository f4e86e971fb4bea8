//! Stock: where it lies, how much of it, why it moved, and corrections by staff.

mod adjustments;
mod import_wire;
mod imports;
mod levels;
mod location_wire;
mod locations;
mod moves;

use gateway::Filters;
use kernel::{FieldErrors, Id, Prefixed};

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    locations::routes().merge(levels::routes()).merge(moves::routes()).merge(adjustments::routes()).merge(imports::routes())
}

/// The one id that a filter names.
fn id_of<T: Prefixed>(filters: &Filters, name: &str, errors: &mut FieldErrors) -> Option<Id<T>> {
    errors.take_optional(format!("filter[{name}]"), filters.text(name), str::parse)
}

//! Places: countries and their regions, as the rules of tax and shipping name them.

mod model;

pub use model::{Destination, Place, PlaceInput, parse_places, parse_region};

//! All rows and SQL of customers.

mod consent;
mod invariants;
mod keep;
mod list;
mod quiet;
mod read;
mod write;

pub(super) use consent::{consenting, willing};
pub use invariants::INVARIANTS;
pub(super) use keep::{
    Contribution, Key, Person, Spend, add_spend, contributions, deserted_guests, forget_sums, insert_people, lock_people, recount,
    update_people, write_contributions,
};
pub use list::{CustomerFilter, CustomerQuery, CustomerSort, list};
pub use quiet::quiet_carts;
pub use read::find;
pub(super) use read::{find_of_user, lock};
pub(super) use write::{add_tags, delete, forget, replace_tags, update};

/// The name of the cursor up to which the events are in the sums.
pub(super) const CONSUMER: &str = "sales.customers";

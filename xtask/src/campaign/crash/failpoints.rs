//! The places at which the shop can be ended on purpose.

#[path = "../../../../crates/platform/src/failpoints/names.rs"]
mod names;

pub(super) use names::NAMES;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{project, tidy};

    /// A name without a place would be waited for in vain, a place without a name never be tried.
    #[test]
    fn every_name_is_a_place_in_the_code_and_every_place_has_its_name() {
        let placed: BTreeSet<String> = tidy::arguments_of(project::root(), "failpoint").unwrap().into_iter().collect();
        let named: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();

        assert_eq!(placed, named);
        assert_eq!(named.len(), NAMES.len(), "a name stands twice in the list");
    }
}

//! The names of all failpoints, in the order in which a checkout meets them; the crash campaign includes this file and walks it.

/// Every name; a test of the campaign holds them against the code.
pub(crate) const NAMES: &[&str] = &[
    "commit.before",
    "group.before",
    "group.after",
    "commit.after",
    "checkout.placed",
    "provider.before",
    "provider.after",
    "answer.before",
    "relay.before",
    "relay.after",
    "job.before",
    "job.after",
];

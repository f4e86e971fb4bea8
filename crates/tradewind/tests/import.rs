//! Product files in the shop: single records, whole files, interruptions, bad rows.

mod records;

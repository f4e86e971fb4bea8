//! Product files in the shop: single records, whole files, interruptions, bad rows.

mod formats;
mod interruptions;
mod records;
mod rows;

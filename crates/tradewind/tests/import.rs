//! Product files in the shop: single records, whole files, interruptions, bad rows.

mod formats;
mod interruptions;
mod odd_files;
mod records;
mod rows;

//! Files by the hash of their content, in the data directory.

mod disk;

pub use disk::{FileError, FileStore};

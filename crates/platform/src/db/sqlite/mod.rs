//! The embedded database: readers and one writer, run in place.
//!
//! A statement on SQLite takes microseconds, which is less than handing it to another thread and waiting for the answer.
//! So statements run on the thread that asks; only what waits for the disk, the commit, goes to a thread of its own.

mod connection;
mod group;
mod log;
mod readers;

pub(super) use group::{Member, Writer};
pub(super) use readers::Readers;

//! Asking other servers over HTTP: bounded in time and in bytes, privately, and never led elsewhere.

mod client;

pub use client::{HttpClient, HttpError};

//! Extractors: raw input becomes typed values, or the refusal of the contract.

mod card_numbers;
mod command;
mod document;
mod json;
mod path;
mod raw;
mod read;
mod rows;
mod shaped;
mod strict;
mod things;
mod upload;
mod version;

pub use command::{Command, CommandKey};
pub use json::{JsonBody, Optional, Valid};
pub use path::{IdOr, PathId, PathIdOr, PathIds};
pub use raw::Raw;
pub use read::ORDINARY_BODY;
pub(crate) use read::{DEFAULT_BODY_BYTES, OrdinaryBody, is_media_type, whole as whole_body};
pub use rows::Rows;
pub(crate) use strict::Strict;
pub use things::Thing;
pub use upload::{Upload, UploadedFile};
pub use version::{ExpectedVersion, RequiredVersion};

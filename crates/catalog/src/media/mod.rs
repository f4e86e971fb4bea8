//! Pictures of products: addresses elsewhere, or files of our own that were looked at before they were kept.

mod add;
mod delete;
mod events;
mod model;
mod picture;
mod reorder;
mod store;
mod sync_remote;
mod update;

pub use add::{AddMedia, AddMediaError, UploadMedia, add, add_in, upload};
pub use delete::{DeleteMedia, DeleteMediaError, delete, delete_in};
pub use events::MediaEvent;
pub use model::{MAX_PER_PRODUCT, Media, MediaDetails, MediaInput, MediaSource, NewSource, RemoteUrl, RemoteUrlError};
pub use picture::{MAX_BYTES, MAX_PIXELS, PictureError, PictureFormat, StoredPicture, keep};
pub use reorder::{ReorderMedia, ReorderMediaError, reorder, reorder_in};
pub use store::{INVARIANTS, find, list_for_products};
pub use sync_remote::{RemotePicture, add_remote_to_all_new, add_remote_to_new, sync_remote};
pub use update::{MediaChanges, UpdateMedia, UpdateMediaError, update, update_in};

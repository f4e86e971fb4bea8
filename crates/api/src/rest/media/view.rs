//! Pictures on the wire.

use catalog::media::{Media, MediaSource};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// A picture of a product.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct MediaView {
    /// Its id (`media_…`).
    #[schema(value_type = schema::MediaId)]
    id: String,
    /// Grows with each change of its own.
    version: i64,
    /// Its product (`prod_…`).
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    /// Its place among the product's pictures, from 0; the first is shown in lists.
    position: i64,
    /// Where it is: an address elsewhere, or a path of this shop.
    url: String,
    /// What it shows, for those who do not see it; empty: decoration.
    alt: String,
    /// Its media type; null for a picture elsewhere, of which nothing is known.
    #[schema(value_type = Option<schema::PictureType>)]
    content_type: Option<String>,
    /// How long the file is.
    byte_size: Option<i64>,
    /// How wide it is.
    width_px: Option<i64>,
    /// How high it is.
    height_px: Option<i64>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// Where a file of the shop is served.
pub(in crate::rest) fn address(file_key: &str) -> String {
    format!("/media/{file_key}")
}

impl From<Media> for MediaView {
    fn from(media: Media) -> Self {
        let (url, content_type, sizes) = match media.source {
            MediaSource::Remote(url) => (url, None, None),
            MediaSource::File { key, content_type, byte_size, width_px, height_px } => {
                (address(&key), Some(content_type), Some((byte_size, width_px, height_px)))
            }
        };
        Self {
            id: media.id.to_string(),
            version: media.version,
            product_id: media.product_id.to_string(),
            position: media.position,
            url,
            alt: media.alt,
            content_type,
            byte_size: sizes.map(|(bytes, _, _)| bytes),
            width_px: sizes.map(|(_, width, _)| width),
            height_px: sizes.map(|(_, _, height)| height),
            created_at: media.created_at,
            updated_at: media.updated_at,
        }
    }
}

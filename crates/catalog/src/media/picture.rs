//! Uploaded pictures: looked at from the outside in, so that nothing large is decoded before its size is known.

use std::io::Cursor;

use image::{ImageError, ImageFormat, ImageReader, Limits};
use kernel::{DomainError, ErrorKind, text_enum};
use platform::Context;
use platform::files::{FileError, FileStore};
use tokio::sync::Semaphore;

use super::model::MediaSource;

/// What a camera or a designer hands over, with room; larger ones fill disks and starve decoders.
pub const MAX_BYTES: usize = 20 * 1_024 * 1_024;
/// More than any camera of a shop takes; a file of a few kilobytes can claim thousands of millions.
pub const MAX_PIXELS: u64 = 40_000_000;
/// 40 million pixels of four bytes, with room for the decoder's own rows.
const MAX_DECODED_BYTES: u64 = 256 * 1_024 * 1_024;

/// A decoded picture takes up to `MAX_DECODED_BYTES`: one at a time per process, the others wait.
static DECODER: Semaphore = Semaphore::const_new(1);

text_enum! {
    /// What kinds of pictures are kept, by their media types.
    pub enum PictureFormat {
        /// Photographs.
        Jpeg = "image/jpeg",
        /// Drawings and screenshots.
        Png = "image/png",
        /// Little animations.
        Gif = "image/gif",
        /// Either, smaller.
        WebP = "image/webp",
    }
}

impl PictureFormat {
    const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Gif => "gif",
            Self::WebP => "webp",
        }
    }

    const fn decoder(self) -> ImageFormat {
        match self {
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Png => ImageFormat::Png,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
        }
    }

    /// What a file of this key holds: `keep` names it so.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        let (_, extension) = key.rsplit_once('.')?;
        Self::ALL.iter().copied().find(|format| format.extension() == extension)
    }

    /// By the first bytes; names and claims of the sender count for nothing.
    fn of(content: &[u8]) -> Option<Self> {
        let guessed = image::guess_format(content).ok()?;
        Self::ALL.iter().copied().find(|format| format.decoder() == guessed)
    }
}

/// Why a picture is not kept.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Too many bytes.
    #[error("a picture may have at most 20 MiB")]
    TooLarge,
    /// None of the formats, or broken.
    #[error("not a picture: JPEG, PNG, GIF or WebP, and whole")]
    NotAPicture,
    /// Too many pixels.
    #[error("a picture may have at most 40 million pixels")]
    TooManyPixels,
    /// The file store.
    #[error(transparent)]
    Files(#[from] FileError),
}

impl DomainError for PictureError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "media_too_large",
            Self::NotAPicture => "media_not_a_picture",
            Self::TooManyPixels => "media_too_many_pixels",
            Self::Files(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooLarge => ErrorKind::TooLarge,
            Self::NotAPicture | Self::TooManyPixels => ErrorKind::Rule,
            Self::Files(error) => error.kind(),
        }
    }
}

/// A picture that was looked at and lies in the file store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPicture {
    key: String,
    format: PictureFormat,
    byte_size: i64,
    width_px: u32,
    height_px: u32,
}

impl StoredPicture {
    pub(super) fn into_source(self) -> MediaSource {
        MediaSource::File {
            key: self.key,
            content_type: self.format.as_str().to_owned(),
            byte_size: self.byte_size,
            width_px: i64::from(self.width_px),
            height_px: i64::from(self.height_px),
        }
    }
}

/// Makes sure that this is a picture and keeps it as a file named by its content: the same picture twice is one file.
/// No transaction is open meanwhile. A file that no row comes to name is harmless.
///
/// # Errors
/// `PictureError` names what is wrong; nothing is kept then.
pub async fn keep(context: &Context, content: impl AsRef<[u8]> + Send + 'static) -> Result<StoredPicture, PictureError> {
    if content.as_ref().len() > MAX_BYTES {
        return Err(PictureError::TooLarge);
    }
    // The semaphore is never closed.
    let turn = DECODER.acquire().await.ok();
    let looked_at = tokio::task::spawn_blocking(move || look(content.as_ref()).map(|looks| (content, looks)));
    // A decoder that panics has met something that is no picture.
    let (content, looks) = looked_at.await.map_err(|_| PictureError::NotAPicture)??;
    drop(turn);
    let content = content.as_ref();
    let key = FileStore::in_data_dir(&context.config.data_dir).put(content, looks.format.extension()).await?;
    let byte_size = i64::try_from(content.len()).map_err(|_| PictureError::TooLarge)?;
    Ok(StoredPicture { key, format: looks.format, byte_size, width_px: looks.width_px, height_px: looks.height_px })
}

#[derive(Debug, PartialEq, Eq)]
struct Looks {
    format: PictureFormat,
    width_px: u32,
    height_px: u32,
}

/// First bytes, then header, then all of it.
fn look(content: &[u8]) -> Result<Looks, PictureError> {
    let format = PictureFormat::of(content).ok_or(PictureError::NotAPicture)?;
    let (width_px, height_px) = reader(content, format).into_dimensions().map_err(refuse)?;
    match u64::from(width_px) * u64::from(height_px) {
        0 => return Err(PictureError::NotAPicture),
        1..=MAX_PIXELS => {}
        _ => return Err(PictureError::TooManyPixels),
    }
    reader(content, format).decode().map_err(refuse)?;
    Ok(Looks { format, width_px, height_px })
}

fn reader(content: &[u8], format: PictureFormat) -> ImageReader<Cursor<&[u8]>> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(content), format.decoder());
    reader.limits(limits);
    reader
}

fn refuse(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooManyPixels,
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => PictureError::NotAPicture,
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut content = Cursor::new(Vec::new());
        RgbImage::from_pixel(8, 5, image::Rgb([30, 50, 90])).write_to(&mut content, format).expect("encoded");
        content.into_inner()
    }

    /// A PNG's header that claims this size; its checksum is right and nothing follows.
    fn claiming(width: u32, height: u32) -> Vec<u8> {
        let mut png = encoded(ImageFormat::Png);
        png[16..20].copy_from_slice(&width.to_be_bytes());
        png[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = png[12..29].iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
        });
        png[29..33].copy_from_slice(&(!crc).to_be_bytes());
        png
    }

    #[test]
    fn each_format_is_known_by_its_content() {
        for (format, known) in [
            (ImageFormat::Jpeg, PictureFormat::Jpeg),
            (ImageFormat::Png, PictureFormat::Png),
            (ImageFormat::Gif, PictureFormat::Gif),
            (ImageFormat::WebP, PictureFormat::WebP),
        ] {
            assert_eq!(look(&encoded(format)).expect("a picture"), Looks { format: known, width_px: 8, height_px: 5 });
        }
    }

    #[test]
    fn what_only_begins_like_a_picture_is_none() {
        let png = encoded(ImageFormat::Png);
        let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;
        for broken in [&png[..png.len() / 2], &png[..8], b"\x89PNG\r\n\x1a\n<html>", svg, b"BM", b""] {
            assert!(matches!(look(broken), Err(PictureError::NotAPicture)), "{broken:?}");
        }
        assert!(matches!(look(&encoded(ImageFormat::Jpeg)[..40]), Err(PictureError::NotAPicture)));
    }

    #[test]
    fn pixels_are_counted_before_they_are_decoded() {
        for (width, height) in [(50_000, 50_000), (8_000, 5_001), (40_000_001, 1)] {
            assert!(matches!(look(&claiming(width, height)), Err(PictureError::TooManyPixels)), "{width}x{height}");
        }
        assert!(matches!(look(&claiming(800, 600)), Err(PictureError::NotAPicture)), "the rest is missing");
    }
}

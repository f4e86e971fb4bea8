//! What a picture of a product is, and the order in which pictures are shown.

use kernel::{FieldErrors, MediaId, ProductId, TextError, Timestamp, text};
use url::Url;

use super::picture::StoredPicture;

/// More pictures than any product page shows; bounds what a product can weigh.
pub const MAX_PER_PRODUCT: usize = 250;

/// The longest alternative text; a longer one is a description.
const MAX_ALT: usize = 512;

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// Whose picture.
    pub product_id: ProductId,
    /// Its place among the product's pictures, from 0; the first is shown in lists.
    pub position: i64,
    /// Where it is.
    pub source: MediaSource,
    /// What it shows, for those who do not see it; empty: decoration.
    pub alt: String,
    /// Grows with each change of its own.
    pub version: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaSource {
    /// Somewhere else; nothing is known of it but its address.
    Remote(String),
    /// A file of ours.
    File {
        /// Its key in the file store.
        key: String,
        /// Its media type.
        content_type: String,
        /// How long it is.
        byte_size: i64,
        /// How wide it is.
        width_px: i64,
        /// How high it is.
        height_px: i64,
    },
}

/// Where a new picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewSource {
    /// Somewhere else.
    Remote(RemoteUrl),
    /// A file that was kept by `keep`.
    Stored(StoredPicture),
}

impl From<NewSource> for MediaSource {
    fn from(source: NewSource) -> Self {
        match source {
            NewSource::Remote(url) => Self::Remote(url.into_string()),
            NewSource::Stored(picture) => picture.into_source(),
        }
    }
}

/// The address of a picture elsewhere: http or https, without credentials, at most 2,048 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteUrl(String);

/// Not an address of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RemoteUrlError {
    /// Not an absolute http or https address.
    #[error("must be an http or https address")]
    NotHttp,
    /// User name or password: an address that customers see would tell them.
    #[error("must not hold a user name or password")]
    Credentials,
    /// Longer than browsers and caches take.
    #[error("must be at most 2048 characters long")]
    TooLong,
}

impl RemoteUrl {
    const MAX: usize = 2_048;

    /// Reads an address; spaces and the like are escaped.
    ///
    /// # Errors
    /// `RemoteUrlError` names the rule that is broken.
    pub fn parse(raw: &str) -> Result<Self, RemoteUrlError> {
        if raw.len() > Self::MAX {
            return Err(RemoteUrlError::TooLong);
        }
        let url = Url::parse(raw.trim()).map_err(|_| RemoteUrlError::NotHttp)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(RemoteUrlError::NotHttp);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RemoteUrlError::Credentials);
        }
        let text = String::from(url);
        if text.len() > Self::MAX { Err(RemoteUrlError::TooLong) } else { Ok(Self(text)) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn into_string(self) -> String {
        self.0
    }
}

/// What goes with a picture, as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct MediaInput {
    /// Up to 512 characters.
    pub alt: Option<String>,
    /// Its place, from 0; absent: the last.
    pub position: Option<i64>,
}

/// What goes with a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaDetails {
    pub(super) alt: Option<String>,
    pub(super) position: Option<usize>,
}

impl MediaDetails {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: MediaInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let alt = errors.take_optional("alt", input.alt.as_deref(), alt);
        let position = errors.take_optional("position", input.position, |raw| usize::try_from(raw).map_err(|_| "must not be negative"));
        errors.finish(|| Some(Self { alt, position }))
    }
}

/// An alternative text; the empty one is one.
pub(super) fn alt(raw: &str) -> Result<String, TextError> {
    match text(raw, MAX_ALT) {
        Err(TextError::Empty) => Ok(String::new()),
        other => other,
    }
}

/// Puts a picture in its place; beyond the end is the end, and no place is the end, too.
pub(super) fn place(order: &mut Vec<MediaId>, id: MediaId, position: Option<usize>) {
    order.retain(|other| *other != id);
    let place = position.unwrap_or(usize::MAX).min(order.len());
    order.insert(place, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_and_tells_no_secret() {
        for fine in ["https://cdn.example.com/a.jpg?v=1", " http://example.com/a b.png ", "https://例え.jp/画像.webp"] {
            let url = RemoteUrl::parse(fine).expect("fine");
            assert_eq!(RemoteUrl::parse(url.as_str()), Ok(url.clone()), "reading it again changes nothing");
        }
        for (raw, error) in [
            ("", RemoteUrlError::NotHttp),
            ("/a.png", RemoteUrlError::NotHttp),
            ("ftp://example.com/a.png", RemoteUrlError::NotHttp),
            ("javascript:alert(1)", RemoteUrlError::NotHttp),
            ("data:image/png;base64,AA", RemoteUrlError::NotHttp),
            ("https://user@example.com/a.png", RemoteUrlError::Credentials),
            ("https://:secret@example.com/a.png", RemoteUrlError::Credentials),
        ] {
            assert_eq!(RemoteUrl::parse(raw), Err(error), "{raw}");
        }
        assert_eq!(RemoteUrl::parse(&format!("https://example.com/{}", "a".repeat(2_048))), Err(RemoteUrlError::TooLong));
        assert_eq!(RemoteUrl::parse(&format!("https://example.com/{}", "ä".repeat(900))), Err(RemoteUrlError::TooLong));
    }

    #[test]
    fn an_address_has_2048_characters_as_it_comes_and_as_it_is_kept() {
        let of = |length: usize| format!("https://example.com/{}", "a".repeat(length - "https://example.com/".len()));
        assert_eq!(RemoteUrl::parse(&of(2_048)).map(RemoteUrl::into_string), Ok(of(2_048)));
        let padded = |length: usize| format!("{}{}", of(100), " ".repeat(length - 100));
        assert_eq!(RemoteUrl::parse(&padded(2_048)).map(RemoteUrl::into_string), Ok(of(100)));
        for length in [2_049, 3_000] {
            assert_eq!(RemoteUrl::parse(&padded(length)), Err(RemoteUrlError::TooLong), "{length} with blanks");
        }
        // A blank inside is escaped by three characters.
        let blank_inside = |length: usize| of(length - 2).replacen("aaa", "a a", 1);
        assert_eq!(RemoteUrl::parse(&blank_inside(2_048)).map(|url| url.as_str().len()), Ok(2_048));
        assert_eq!(RemoteUrl::parse(&blank_inside(2_049)), Err(RemoteUrlError::TooLong));
        assert_eq!(RemoteUrl::parse(&blank_inside(2_050)), Err(RemoteUrlError::TooLong));
    }

    #[test]
    fn a_picture_goes_where_it_is_put_and_the_others_close_ranks() {
        let ids: Vec<MediaId> = (0..4).map(|_| MediaId::generate()).collect();
        let mut order = vec![ids[0], ids[1], ids[2]];
        place(&mut order, ids[2], Some(0));
        assert_eq!(order, [ids[2], ids[0], ids[1]]);
        place(&mut order, ids[3], Some(99));
        place(&mut order, ids[2], None);
        assert_eq!(order, [ids[0], ids[1], ids[3], ids[2]]);
    }

    #[test]
    fn an_empty_alternative_text_is_one_and_a_long_one_is_none() {
        assert_eq!(alt("  "), Ok(String::new()));
        assert_eq!((alt(&"a".repeat(512)), alt(&"a".repeat(513))), (Ok("a".repeat(512)), Err(TextError::TooLong(512))));
        let input = MediaInput { alt: Some(" A mug ".to_owned()), position: Some(2) };
        assert_eq!(MediaDetails::parse(input), Ok(MediaDetails { alt: Some("A mug".to_owned()), position: Some(2) }));
        let input = MediaInput { alt: Some("a\u{7}".to_owned()), position: Some(-1) };
        let fields: Vec<String> = MediaDetails::parse(input).expect_err("refused").into_map().into_keys().collect();
        assert_eq!(fields, ["alt", "position"]);
    }
}

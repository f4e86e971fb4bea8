//! Paths of the storefront, and where they lead.

use kernel::{FieldErrors, RedirectId, Timestamp};
use serde::Serialize;
use url::{Position, Url};

/// What browsers and proxies pass on.
const LONGEST: usize = 2_048;
/// Paths are put together as addresses of a shop that is nowhere.
const NOWHERE: &str = "https://shop.invalid";

/// Why a text is no path or target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not begin like a path, or has characters that none has.
    #[error("must be a path of this shop, such as /old-page")]
    NotAPath,
    /// It is more than a path.
    #[error("must have neither a query nor a fragment")]
    MoreThanAPath,
    /// Everybody begins there.
    #[error("must not be the first page")]
    FirstPage,
    /// It is neither a path nor a page elsewhere that may be led to.
    #[error("must be a path of this shop or an https URL without a user")]
    NotATarget,
    /// Nobody passes it on.
    #[error("must be at most {LONGEST} bytes long")]
    TooLong,
}

/// A path of the storefront in its one form (RFC 3986, 6.2.2): without empty and dotted segments, escaped where it has to be and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct ShopPath(String);

impl ShopPath {
    /// Reads a path.
    ///
    /// # Errors
    /// `AddressError`: what is no path of this shop, or more than one.
    pub fn parse(raw: &str) -> Result<Self, AddressError> {
        let has_stranger = raw.chars().any(|c| c == '\\' || c.is_control());
        if !raw.starts_with('/') || raw.starts_with("//") || has_stranger {
            return Err(AddressError::NotAPath);
        }
        if raw.contains(['?', '#']) {
            return Err(AddressError::MoreThanAPath);
        }
        let mut address = Url::parse(NOWHERE).and_then(|shop| shop.join(raw)).map_err(|_| AddressError::NotAPath)?;
        let segments = address.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty());
        let segments: Vec<String> = segments.map(|segment| unescaped(segment).ok_or(AddressError::NotAPath)).collect::<Result<_, _>>()?;
        address.path_segments_mut().map_err(|()| AddressError::NotAPath)?.clear().extend(&segments);
        if address.path().len() > LONGEST { Err(AddressError::TooLong) } else { Ok(Self(address.path().to_owned())) }
    }

    /// The same of what may be redirected from: the first page is always there.
    fn parse_source(raw: &str) -> Result<Self, AddressError> {
        Self::parse(raw).and_then(|path| if path.0 == "/" { Err(AddressError::FirstPage) } else { Ok(path) })
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A segment as it was before it was escaped, if it is a text.
fn unescaped(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { digit(rest.next()?)? << 4 | digit(rest.next()?)? } else { byte });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Where somebody is led.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Target {
    address: String,
    #[serde(skip)]
    path: Option<ShopPath>,
}

impl Target {
    /// Reads a path of this shop, perhaps with a query and a fragment, or an absolute `https` URL.
    ///
    /// # Errors
    /// `AddressError`, by what it is not.
    pub fn parse(raw: &str) -> Result<Self, AddressError> {
        let raw = raw.trim();
        let target = if raw.starts_with('/') { Self::here(raw)? } else { Self::elsewhere(raw)? };
        if target.address.len() > LONGEST { Err(AddressError::TooLong) } else { Ok(target) }
    }

    fn here(raw: &str) -> Result<Self, AddressError> {
        let (path, rest) = raw.split_at(raw.find(['?', '#']).unwrap_or(raw.len()));
        let path = ShopPath::parse(path)?;
        let whole = Url::parse(NOWHERE).and_then(|shop| shop.join(&format!("{}{rest}", path.0))).map_err(|_| AddressError::NotATarget)?;
        Ok(Self { address: whole[Position::BeforePath..].to_owned(), path: Some(path) })
    }

    fn elsewhere(raw: &str) -> Result<Self, AddressError> {
        let url = Url::parse(raw).map_err(|_| AddressError::NotATarget)?;
        let is_plain = url.scheme() == "https" && url.host().is_some() && url.username().is_empty() && url.password().is_none();
        if is_plain { Ok(Self { address: url.into(), path: None }) } else { Err(AddressError::NotATarget) }
    }

    /// The path with what follows it, or the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The path, where it is one of this shop.
    #[must_use]
    pub const fn path(&self) -> Option<&ShopPath> {
        self.path.as_ref()
    }
}

/// A path that leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redirect {
    /// Its id.
    pub id: RedirectId,
    /// Where somebody comes by.
    pub from: ShopPath,
    /// Where they are led.
    pub to: Target,
    /// For good (301), or for now (302).
    pub is_permanent: bool,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A redirect as it comes from outside, whole or in part: what is absent has its default, or stays.
#[derive(Debug, Clone, Default)]
pub struct RedirectInput {
    /// A path of the storefront.
    pub from: Option<String>,
    /// A path of the storefront or an `https` URL.
    pub to: Option<String>,
    /// 301 or 302; 301 by default.
    pub status: Option<i64>,
}

/// What a new redirect is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectDetails {
    pub(super) from: ShopPath,
    pub(super) to: Target,
    pub(super) is_permanent: bool,
}

impl RedirectDetails {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: RedirectInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        for (field, is_absent) in [("from", input.from.is_none()), ("to", input.to.is_none())] {
            if is_absent {
                errors.add(field, "is required");
            }
        }
        let RedirectChanges { from, to, is_permanent } = RedirectChanges::read(input, &mut errors);
        errors.finish(|| Some(Self { from: from?, to: to?, is_permanent: is_permanent.unwrap_or(true) }))
    }
}

/// What is to change of a redirect; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RedirectChanges {
    from: Option<ShopPath>,
    to: Option<Target>,
    is_permanent: Option<bool>,
}

impl RedirectChanges {
    /// Changes what is given.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: RedirectInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let changes = Self::read(input, &mut errors);
        errors.finish(|| Some(changes))
    }

    fn read(input: RedirectInput, errors: &mut FieldErrors) -> Self {
        Self {
            from: errors.take_optional("from", input.from, |raw| ShopPath::parse_source(raw.trim())),
            to: errors.take_optional("to", input.to, |raw| Target::parse(&raw)),
            is_permanent: errors.take_optional("status", input.status, |status| match status {
                301 => Ok(true),
                302 => Ok(false),
                _ => Err("must be 301 or 302"),
            }),
        }
    }

    /// The redirect with these changes under its next version.
    pub(super) fn apply(self, redirect: Redirect, now: Timestamp) -> Redirect {
        Redirect {
            from: self.from.unwrap_or(redirect.from),
            to: self.to.unwrap_or(redirect.to),
            is_permanent: self.is_permanent.unwrap_or(redirect.is_permanent),
            version: redirect.version + 1,
            updated_at: now,
            ..redirect
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_form() {
        for (raw, path) in [
            ("/", "/"),
            ("/old-page", "/old-page"),
            ("/old//page/", "/old/page"),
            ("/a/./b/../c", "/a/c"),
            ("/../../a", "/a"),
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/café", "/caf%C3%A9"),
            ("/%6Fld", "/old"),
            ("/50%25", "/50%25"),
            ("/a%2Fb", "/a%2Fb"),
            ("/a b", "/a%20b"),
            ("/A", "/A"),
        ] {
            let parsed = ShopPath::parse(raw);
            assert_eq!(parsed.as_ref().map(ShopPath::as_str), Ok(path), "{raw}");
            assert_eq!(ShopPath::parse(path), parsed, "{raw}");
        }
    }

    #[test]
    fn what_is_no_path_of_this_shop_is_refused() {
        for (raw, error) in [
            ("", AddressError::NotAPath),
            ("old", AddressError::NotAPath),
            ("//evil.example/a", AddressError::NotAPath),
            ("/\\evil.example", AddressError::NotAPath),
            ("https://evil.example", AddressError::NotAPath),
            ("/%ff", AddressError::NotAPath),
            ("/%2", AddressError::NotAPath),
            ("/%00", AddressError::NotAPath),
            ("/a\nb", AddressError::NotAPath),
            ("/a?b=1", AddressError::MoreThanAPath),
            ("/a#b", AddressError::MoreThanAPath),
        ] {
            assert_eq!(ShopPath::parse(raw), Err(error), "{raw}");
        }
        assert_eq!(ShopPath::parse(&format!("/{}", "x".repeat(2_048))), Err(AddressError::TooLong));
        assert_eq!(ShopPath::parse_source("/"), Err(AddressError::FirstPage));
        assert!(ShopPath::parse_source(&format!("/{}", "x".repeat(2_047))).is_ok());
    }

    #[test]
    fn a_target_is_a_path_here_or_a_page_elsewhere() {
        for (raw, address, path) in [
            ("/", "/", Some("/")),
            ("/new//page/?a=ü#top", "/new/page?a=%C3%BC#top", Some("/new/page")),
            ("https://example.com", "https://example.com/", None),
            (" https://example.com/a?b ", "https://example.com/a?b", None),
        ] {
            let target = Target::parse(raw).expect("a target");
            assert_eq!((target.as_str(), target.path().map(ShopPath::as_str)), (address, path), "{raw}");
            assert_eq!(Target::parse(address), Ok(target), "{raw}");
        }
        let refused = ["", "new", "http://example.com", "javascript:alert(1)", "https://user@example.com", "https://:x@example.com"];
        for raw in refused {
            assert_eq!(Target::parse(raw), Err(AddressError::NotATarget), "{raw}");
        }
        assert_eq!(Target::parse("//evil.example"), Err(AddressError::NotAPath));
    }

    #[test]
    fn every_bad_field_is_named() {
        let input = RedirectInput { from: Some("/".to_owned()), to: None, status: Some(307) };
        let refused = RedirectDetails::parse(input).expect_err("refused").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["from", "status", "to"]);
        let input = RedirectInput { from: Some("/a".to_owned()), to: Some("/b".to_owned()), status: None };
        assert_eq!(RedirectDetails::parse(input).map(|details| details.is_permanent), Ok(true));
    }
}

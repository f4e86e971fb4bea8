//! Pictures of products as clients send them: an address as JSON, or the file itself in a form.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use catalog::media::{MediaChanges, MediaDetails, MediaInput, NewSource, RemoteUrl};
use gateway::{Problem, Upload, Valid};
use http::header;
use kernel::{FieldErrors, MediaId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// A picture that is kept elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MediaIn {
    /// Where it is: an `http` or `https` address without credentials.
    #[schema(max_length = 2048, example = "https://cdn.example.com/mug.jpg")]
    url: String,
    /// What it shows, for those who do not see it. Absent: decoration.
    #[schema(max_length = 512)]
    alt: Option<String>,
    /// Its place among the product's pictures, from 0. Absent: the last.
    #[schema(minimum = 0)]
    position: Option<i64>,
}

/// A picture that the shop is to keep.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "documents the form, which is read part by part")]
pub(super) struct MediaUploadIn {
    /// JPEG, PNG, GIF or WebP: at most 20 MiB and 40 million pixels. What it is, is told by its content alone.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What it shows, for those who do not see it. Absent: decoration.
    #[schema(max_length = 512)]
    alt: Option<String>,
    /// Its place among the product's pictures, from 0. Absent: the last.
    #[schema(minimum = 0)]
    position: Option<i64>,
}

/// What changes of a picture; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MediaPatch {
    /// What it shows, for those who do not see it; empty: decoration.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 512)]
    alt: Option<String>,
    /// Its place among the product's pictures, from 0.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0)]
    position: Option<i64>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

/// The pictures of a product in another order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MediaOrderIn {
    /// Each of them once (`media_…`).
    #[schema(value_type = Vec<schema::MediaId>, max_items = 250)]
    media_ids: Vec<String>,
}

/// A new picture, in whichever of the two forms.
pub(super) enum NewMedia {
    /// An address.
    Remote(NewSource, MediaDetails),
    /// A file.
    File(Bytes, MediaDetails),
}

impl<S: Send + Sync> FromRequest<S> for NewMedia {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
            let upload: Upload = Upload::from_request(request, state).await?;
            of_form(upload)
        } else {
            let Valid(body) = Valid::<MediaIn>::from_request(request, state).await?;
            Ok(body.parse()?)
        }
    }
}

fn of_form(upload: Upload) -> Result<NewMedia, Problem> {
    let Upload { file, texts } = upload.allow(&["alt", "position"])?;
    let mut errors = FieldErrors::new();
    let position = texts.get("position").map(String::as_str).filter(|text| !text.is_empty());
    let position = errors.take_optional("position", position, |raw| raw.parse().map_err(|_| "must be a whole number"));
    let details = details(&mut errors, texts.get("alt").cloned(), position);
    Ok(errors.finish(|| Some(NewMedia::File(file.bytes, details?)))?)
}

impl MediaIn {
    fn parse(self) -> Result<NewMedia, FieldErrors> {
        let mut errors = FieldErrors::new();
        let url = errors.take("url", RemoteUrl::parse(&self.url));
        let details = details(&mut errors, self.alt, self.position);
        errors.finish(|| Some(NewMedia::Remote(NewSource::Remote(url?), details?)))
    }
}

fn details(errors: &mut FieldErrors, alt: Option<String>, position: Option<i64>) -> Option<MediaDetails> {
    MediaDetails::parse(MediaInput { alt, position }).map_err(|inner| errors.nest("", inner)).ok()
}

impl MediaPatch {
    pub(super) fn parse(self) -> Result<MediaChanges, FieldErrors> {
        let Self { alt, position, version: _ } = self;
        MediaChanges::parse(MediaInput { alt, position })
    }
}

impl MediaOrderIn {
    pub(super) fn parse(&self) -> Result<Vec<MediaId>, FieldErrors> {
        let mut errors = FieldErrors::new();
        let read = |(place, raw): (usize, &String)| errors.take(format!("media_ids.{place}"), raw.parse());
        let order: Vec<Option<MediaId>> = self.media_ids.iter().enumerate().map(read).collect();
        errors.finish(|| order.into_iter().collect())
    }
}

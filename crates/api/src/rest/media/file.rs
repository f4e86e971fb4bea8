//! The route that serves the pictures that the shop keeps itself.

use axum::body::Body;
use axum::extract::{FromRequestParts, RawPathParams, State};
use axum::response::Response;
use catalog::media::PictureFormat;
use gateway::{Anyone, CommonProblems, ErrorBody, NoParams, Problem};
use http::request::Parts;
use http::{HeaderName, HeaderValue, header};
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::shop::Shop;

/// A file is named by the hash of its content, so that what is behind a name never changes.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Storefronts elsewhere show our pictures.
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

pub(in crate::rest) fn routes() -> Routes {
    routes![get_media_file]
}

/// The key of a picture's file; anything else is a file that is not there.
struct FilePath(String, PictureFormat);

impl<S: Send + Sync> FromRequestParts<S> for FilePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let key = params.as_ref().and_then(|params| params.iter().next()).map(|(_, text)| text);
        let picture = key.and_then(|key| Some(Self(key.to_owned(), PictureFormat::of_key(key)?)));
        picture.ok_or_else(|| Problem::not_found("file_not_found"))
    }
}

/// The bytes of a picture.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "documents bytes")]
struct PictureFile(Vec<u8>);

/// Read the file of a picture, as `url` of a product's media names it. It never changes and may be kept for a year.
#[utoipa::path(
    get, path = "/media/{file_key}", tag = "media", operation_id = "get_media_file", security(()),
    params(("file_key" = String, Path, description = "The file's key: hash and extension")),
    responses(
        CommonProblems,
        (
            status = 200,
            description = "The picture",
            content((PictureFile = "image/jpeg"), (PictureFile = "image/png"), (PictureFile = "image/gif"), (PictureFile = "image/webp")),
        ),
        (status = 404, description = "`file_not_found`", body = ErrorBody),
    ),
)]
async fn get_media_file(
    State(shop): State<Shop>,
    _caller: Anyone,
    FilePath(key, format): FilePath,
    _none: NoParams,
) -> Result<Response, Problem> {
    let content = shop.files.get(&key).await?;
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.as_str()));
    headers.insert(header::CACHE_CONTROL, FOREVER);
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    headers.extend(HeaderValue::from_str(&format!("\"{key}\"")).ok().map(|tag| (header::ETAG, tag)));
    Ok(response)
}

//! The document that describes the API: composed from the routes themselves, so that none is missing, and served as it is committed.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use gateway::ErrorBody;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

use crate::{links, rest, sparse, unchanged, versions};

/// The committed document, packed by `build.rs`. A static, because the program holds a constant once a use.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json.gz"));

/// The committed document, which `GET /openapi.json` answers with; unpacked when it is asked for first.
pub static COMMITTED: LazyLock<String> = LazyLock::new(|| {
    let mut document = String::new();
    match GzDecoder::new(PACKED).read_to_string(&mut document) {
        Ok(_) => document,
        Err(error) => {
            tracing::error!(%error, "the packed document of the API cannot be read");
            String::new()
        }
    }
});

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tradewind",
        description = "The back end of a shop. Amounts are in minor units, times are RFC 3339 in UTC, ids are TypeIDs. \
                       Every refusal has the same envelope; its `code` is a promise. `Tradewind-Version: <day>` asks for the forms \
                       of that day, where they are still spoken; whoever names none gets the newest. What will not stay says so on \
                       each answer, by `Deprecation` and `Sunset`.",
        license(name = "MIT OR Apache-2.0"),
    ),
    components(schemas(ErrorBody)),
    modifiers(&Schemes),
)]
struct Base;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut OpenApi) {
        let Some(components) = &mut document.components else { return };
        crate::schema::register(components);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key (`twk_…`). Scopes are the permissions it needs."));
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
        let token = ApiKeyValue::with_description("X-Cart-Token", "The token of a cart, as `POST /api/v1/carts` answered it.");
        components.add_security_scheme("cart_token", SecurityScheme::ApiKey(ApiKey::Header(token)));
    }
}

/// The whole document, composed from the routes themselves; in a release build they say nothing.
#[must_use]
pub fn document() -> OpenApi {
    let mut document = Base::openapi();
    rest::routes().describe(&mut document);
    links::add(&mut document);
    sparse::add(&mut document);
    unchanged::add(&mut document);
    versions::add(&mut document);
    document
}

/// [`document`] as it is committed, with line breaks.
///
/// # Errors
/// Where it does not serialise.
pub fn composed() -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(&document())? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_what_the_routes_say() {
        let composed = composed().expect("JSON");
        assert!(composed == *COMMITTED, "`cargo xtask contracts` writes contracts/openapi.json anew");
    }
}

//! The document that describes the API: made by the router itself, so that no route is missing from it.

use gateway::ErrorBody;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

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

/// The document without routes; the router adds its own.
pub(crate) fn base() -> OpenApi {
    Base::openapi()
}

/// The whole document, as `GET /openapi.json` answers it.
#[must_use]
pub fn document() -> OpenApi {
    crate::rest::routes().into_openapi()
}

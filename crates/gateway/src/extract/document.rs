//! The headers that extractors read, in OpenAPI, so that no route writes them down by hand.

use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use super::command::MAX_LENGTH;
use super::{CommandKey, ExpectedVersion, RequiredVersion};

/// A tag of ours: the version alone counts.
const TAG: &str = "^(W/)?\"[0-9]{1,18}(-[^\"]*)?\"$";
/// Visible ASCII.
const KEY: &str = "^[!-~]+$";

impl IntoParams for ExpectedVersion {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![if_match("body")]
    }
}

impl IntoParams for RequiredVersion {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let version = ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
        let about = "The version that is meant, where no `If-Match` is sent";
        vec![if_match("query"), parameter("version", ParameterIn::Query, Required::False, (about, version.build()))]
    }
}

impl IntoParams for CommandKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let key = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(MAX_LENGTH)).pattern(Some(KEY));
        let about = "1 to 255 visible ASCII characters; the same for every retry";
        vec![parameter("Idempotency-Key", ParameterIn::Header, Required::True, (about, key.build()))]
    }
}

fn if_match(elsewhere: &str) -> Parameter {
    let about = format!(
        "The `ETag` of what is edited, of which the part before the dash counts; or `version` in the {elsewhere}. Neither is 428 `version_required`, another than the present one 409 `version_conflict`"
    );
    let tag = ObjectBuilder::new().schema_type(Type::String).pattern(Some(TAG)).examples(["\"7-0123456789abcdef\""]);
    parameter("If-Match", ParameterIn::Header, Required::False, (&about, tag.build()))
}

fn parameter(name: &str, place: ParameterIn, required: Required, (about, schema): (&str, Object)) -> Parameter {
    ParameterBuilder::new().name(name).parameter_in(place).required(required).description(Some(about)).schema(Some(schema)).build()
}

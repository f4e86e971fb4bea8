//! The parameters of a route in OpenAPI, from the same declaration that reads them.

use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use super::params::{ListParams, ViewParams};
use super::spec::{FilterKind, ListRoute, ListSpec};

impl<R: ListRoute> IntoParams for ListParams<R> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let spec = R::SPEC;
        let default_size = kernel::PageRequest::DEFAULT_SIZE;
        let size = || whole(1, kernel::PageRequest::MAX_SIZE).default(Some(default_size.into())).build();
        let sorts = format!("Columns to sort by, `-` for descending: {}", spec.sorts.join(", "));
        let mut all = vec![
            parameter(
                "page",
                "The page's number; reaches down to row 10,000. Not together with `after` and `limit`",
                whole(1, u32::MAX).build(),
            ),
            parameter("per_page", "Rows on a page; goes with `page`", size()),
            parameter("after", "The place to go on from: `meta.next_cursor` of the page before", text().build()),
            parameter("limit", "Rows to answer; goes with `after`", size()),
            parameter("sort", &sorts, text().default(Some(spec.default_sort.into())).build()),
        ];
        all.extend(spec.filters.iter().flat_map(|(name, kind)| filter(name, *kind)));
        all.extend(view(&spec));
        all
    }
}

impl<R: ListRoute> IntoParams for ViewParams<R> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        view(&R::SPEC)
    }
}

fn view(spec: &ListSpec) -> Vec<Parameter> {
    let named = |name: &str, about: &str, allowed: &[&str]| {
        (!allowed.is_empty()).then(|| parameter(name, &format!("{about}, comma-separated: {}", allowed.join(", ")), text().build()))
    };
    let fields = named("fields", "Members to keep", spec.fields);
    let include = named("include", "What to add", spec.includes);
    fields.into_iter().chain(include).collect()
}

fn filter(name: &str, kind: FilterKind) -> Vec<Parameter> {
    let one = |about: &str, schema: Object| vec![parameter(&format!("filter[{name}]"), about, schema)];
    let bounds = |about: &str, schema: fn() -> Object| {
        let bound = |bound: &&str| parameter(&format!("filter[{name}][{bound}]"), &format!("{about} ({bound})"), schema());
        ["gte", "lte", "gt", "lt"].iter().map(bound).collect()
    };
    match kind {
        FilterKind::Words => one("Any of these, comma-separated", text().build()),
        FilterKind::OneOf(allowed) => one(&format!("Any of these, comma-separated: {}", allowed.join(", ")), text().build()),
        FilterKind::Text => one("A text to look for", text().build()),
        FilterKind::Flag => one("True: only these; false: only the others", ObjectBuilder::new().schema_type(Type::Boolean).build()),
        FilterKind::Time => one("Since this moment", moment()),
        FilterKind::Range => bounds("A bound", || ObjectBuilder::new().schema_type(Type::Integer).build()),
        FilterKind::Period => bounds("A moment", moment),
        FilterKind::Family => vec![parameter(
            &format!("filter[{name}.<name>]"),
            &format!("Any of these values of the {name} that stands for `<name>`, comma-separated"),
            text().build(),
        )],
    }
}

fn parameter(name: &str, about: &str, schema: Object) -> Parameter {
    ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).description(Some(about)).schema(Some(schema)).build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(1))
}

fn whole(least: u32, most: u32) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(least)).maximum(Some(most))
}

fn moment() -> Object {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))).build()
}

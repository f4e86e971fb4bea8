//! The parameters of a route in OpenAPI, from the same declaration that reads them.

use kernel::id_pattern;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};

use super::filters::{BOUNDS, MAX_CHARACTERS, MAX_WORDS};
use super::params::{ListParams, ViewParams};
use super::parse::MAX_SORT_KEYS;
use super::spec::{FilterKind, ListRoute, ListSpec};

impl<R: ListRoute> IntoParams for ListParams<R> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let spec = R::SPEC;
        let default_size = kernel::PageRequest::DEFAULT_SIZE;
        let size = || whole(1, kernel::PageRequest::MAX_SIZE).default(Some(default_size.into())).build();
        let mut all = vec![
            parameter(
                "page",
                "The page's number; reaches down to row 10,000, deeper is 422 `page_too_deep`. Not together with `after` and `limit`",
                whole(1, kernel::PageRequest::DEEPEST_ROW).default(Some(1.into())).build(),
            ),
            parameter("per_page", "Rows on a page; goes with `page`", size()),
            parameter("after", "The place to go on from: `meta.next_cursor` of the page before", text().build()),
            parameter("limit", "Rows to answer; goes with `after`", size()),
            sorts(&spec),
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

fn sorts(spec: &ListSpec) -> Parameter {
    let words = spec.sorts.iter().flat_map(|name| [(*name).to_owned(), format!("-{name}")]);
    let default = spec.default_sort.split(',').collect::<Vec<_>>();
    let keys = ArrayBuilder::new().items(text().enum_values(Some(words))).unique_items(true).default(Some(default.into()));
    let keys = keys.min_items(Some(1)).max_items(Some(MAX_SORT_KEYS.min(spec.sorts.len())));
    list("sort", "What to sort by, up to three columns, each once; `-` for descending", keys)
}

fn view(spec: &ListSpec) -> Vec<Parameter> {
    let named = |name: &str, about: &str, allowed: &[&str]| {
        let of = ArrayBuilder::new().items(text().enum_values(Some(allowed.iter().copied()))).min_items(Some(1));
        (!allowed.is_empty()).then(|| list(name, about, of))
    };
    named("include", "What to add", spec.includes).into_iter().collect()
}

fn filter(name: &str, kind: FilterKind) -> Vec<Parameter> {
    let one = |about: &str, schema: Object| vec![parameter(&format!("filter[{name}]"), about, schema)];
    let any = |items: ObjectBuilder| ArrayBuilder::new().items(items).min_items(Some(1)).max_items(Some(MAX_WORDS));
    let bounds = |about: &str, schema: fn() -> Object| {
        let bound = |bound: &&str| parameter(&format!("filter[{name}][{bound}]"), &format!("{about} ({bound})"), schema());
        BOUNDS.iter().map(bound).collect()
    };
    match kind {
        FilterKind::Words => vec![list(&format!("filter[{name}]"), "Any of these", any(word()))],
        FilterKind::OneOf(allowed) => {
            vec![list(&format!("filter[{name}]"), "Any of these", any(text().enum_values(Some(allowed.iter().copied()))))]
        }
        FilterKind::Text => one("A text to look for", text().max_length(Some(MAX_CHARACTERS)).build()),
        FilterKind::Id(prefix) => one("An id", text().pattern(Some(id_pattern(prefix))).build()),
        FilterKind::Email => one("An e-mail address", text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).build()),
        FilterKind::Flag => one("True: only these; false: only the others", ObjectBuilder::new().schema_type(Type::Boolean).build()),
        FilterKind::Time => one("Since this moment", moment()),
        FilterKind::Range => bounds("A bound", || {
            ObjectBuilder::new().schema_type(Type::Integer).format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))).build()
        }),
        FilterKind::Period => bounds("A moment", moment),
        FilterKind::Family => vec![list(
            &format!("filter[{name}.<name>]"),
            &format!("Any of these values of the {name} that stands for `<name>`"),
            any(word()),
        )],
    }
}

/// Several words in one parameter, joined by commas.
fn list(name: &str, about: &str, words: ArrayBuilder) -> Parameter {
    let parameter =
        ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query).description(Some(about)).schema(Some(words.build()));
    parameter.style(Some(ParameterStyle::Form)).explode(Some(false)).build()
}

/// A word among others: without the comma that parts them.
fn word() -> ObjectBuilder {
    text().max_length(Some(MAX_CHARACTERS)).pattern(Some("^[^,]*$"))
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

//! The operations of the contract, and every place of theirs into which a client can write.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::sample::{Extent, Sampler};
use crate::campaign::exhibits::Exhibits;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// An operation.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    /// The method, in capitals.
    pub(super) method: String,
    /// Its path, with parameters in braces.
    pub(super) path: String,
    /// What it takes beside a body.
    pub(super) parameters: Vec<Parameter>,
    /// What it takes as JSON.
    pub(super) body: Option<Body>,
    /// The fields of a form that it takes instead.
    pub(super) form: Vec<String>,
    /// The statuses that the contract knows.
    pub(super) statuses: BTreeSet<u16>,
}

/// A parameter.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// Its name.
    pub(super) name: String,
    /// `path`, `query` or `header`.
    pub(super) place: String,
    /// A value that is right.
    pub(super) right: String,
    /// The words that it allows, where they are told.
    pub(super) words: Vec<String>,
}

/// A JSON body.
#[derive(Debug, Clone)]
pub(super) struct Body {
    /// The least that is right.
    pub(super) least: Value,
    /// All that can be said.
    pub(super) most: Value,
    /// Every member, by its JSON pointer, with a body that has it.
    pub(super) members: Vec<(String, Value)>,
}

impl Body {
    fn of(sampler: &Sampler<'_>, schema: &Value) -> Self {
        let (mut pointers, most) = (Vec::new(), sampler.value(schema, Extent::Most));
        walk(&most, "", &mut pointers);
        let along = |pointer: String| {
            let path: Vec<&str> = pointer.split('/').skip(1).collect();
            let body = sampler.value(schema, Extent::Along(&path));
            (pointer, body)
        };
        let members = pointers.into_iter().map(along).collect();
        Self { least: sampler.value(schema, Extent::Least), most, members }
    }
}

/// The pointers of all members; of a list, those of its first item.
fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (format!("{at}/{name}"), member)).collect(),
        Value::Array(items) => items.first().map(|item| (format!("{at}/0"), item)).into_iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
    };
    for (pointer, member) in members {
        walk(member, &pointer, found);
        found.push(pointer);
    }
}

impl Operation {
    /// As messages call it.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The parameters of a place.
    pub(super) fn at<'a>(&'a self, place: &'a str) -> impl Iterator<Item = &'a Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// Whether it has such a header.
    pub(super) fn takes_header(&self, name: &str) -> bool {
        self.at("header").any(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }
}

/// Reads all operations.
pub(super) fn read(document: &Value, exhibits: &Exhibits) -> Result<Vec<Operation>> {
    let sampler = Sampler { document, exhibits };
    let paths = document.get("paths").and_then(Value::as_object).context("a contract without paths")?;
    let mut operations = Vec::new();
    for (path, item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get(method).and_then(Value::as_object) {
                operations.push(one(&sampler, (method, path), operation)?);
            }
        }
    }
    Ok(operations)
}

fn one(sampler: &Sampler<'_>, (method, path): (&str, &str), operation: &Map<String, Value>) -> Result<Operation> {
    let mut parameters = Vec::new();
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| parameter.get(name).and_then(Value::as_str).map(str::to_owned);
        let (name, place) = (text("name").context("a parameter without a name")?, text("in").context("a parameter without a place")?);
        let schema = parameter.get("schema").cloned().unwrap_or_default();
        let words = sampler.words(&schema);
        // The name stands for the name of any option.
        let name = name.replace("<name>", "Size");
        let right = sampler.parameter(&name, &schema);
        parameters.push(Parameter { name, place, right, words });
    }
    let content = operation.get("requestBody").and_then(|body| body.get("content"));
    let schema_of = |kind: &str| content.and_then(|content| content.get(kind)).and_then(|media| media.get("schema"));
    let body = schema_of("application/json").map(|schema| Body::of(sampler, schema));
    let form = schema_of("multipart/form-data").map_or_else(Vec::new, |schema| sampler.members(schema));
    let statuses = operation.get("responses").and_then(Value::as_object).context("an operation without answers")?;
    let statuses = statuses.keys().filter_map(|status| status.parse().ok()).collect();
    Ok(Operation { method: method.to_uppercase(), path: path.to_owned(), parameters, body, form, statuses })
}

//! Values that a schema allows, as plain as possible.

use serde_json::{Map, Value, json};

use crate::campaign::exhibits::Exhibits;

/// In a sampled text: another number in each request, because names and codes may not come twice.
pub(super) const UNIQUE: &str = "uniquenumber";
/// Deeper members are left to the schema campaign.
const DEEPEST: usize = 6;

/// How much of a value is made.
#[derive(Debug, Clone, Copy)]
pub(super) enum Extent<'p> {
    /// What is required.
    Least,
    /// All that can be said.
    Most,
    /// What is required, and what leads to this place.
    Along(&'p [&'p str]),
}

impl Extent<'_> {
    fn wants(self, member: &str) -> bool {
        match self {
            Self::Least => false,
            Self::Most => true,
            Self::Along(path) => path.first() == Some(&member),
        }
    }

    fn below(self, member: &str) -> Self {
        match self {
            Self::Along([first, rest @ ..]) if *first == member => Self::Along(rest),
            Self::Along(_) | Self::Least => Self::Least,
            Self::Most => Self::Most,
        }
    }
}

/// Makes values.
#[derive(Clone, Copy)]
pub(super) struct Sampler<'a> {
    /// Where references lead.
    pub(super) document: &'a Value,
    /// What exists.
    pub(super) exhibits: &'a Exhibits,
}

impl<'a> Sampler<'a> {
    /// A value of this schema.
    pub(super) fn value(&self, schema: &Value, extent: Extent<'_>) -> Value {
        self.at("", schema, extent, DEEPEST)
    }

    /// The text of a parameter.
    pub(super) fn parameter(&self, name: &str, schema: &Value) -> String {
        let plain = name.trim_start_matches("filter[").trim_end_matches(']');
        if let Some(known) = self.exhibits.first(name).or_else(|| self.exhibits.first(&format!("{plain}_id"))) {
            return known.to_owned();
        }
        match self.at(name, schema, Extent::Least, DEEPEST) {
            Value::String(text) => text,
            Value::Array(items) => items.first().and_then(Value::as_str).unwrap_or("zq").to_owned(),
            other => other.to_string(),
        }
    }

    /// The words that a text or a list of texts may say.
    pub(super) fn words(&self, schema: &Value) -> Vec<String> {
        let of = schema.get("items").unwrap_or(schema);
        let texts = self.follow(of).0.get("enum").and_then(Value::as_array).into_iter().flatten();
        texts.filter_map(|word| word.as_str().map(str::to_owned)).collect()
    }

    /// The names of an object's members.
    pub(super) fn members(&self, schema: &Value) -> Vec<String> {
        let members = self.follow(schema).0.get("properties").and_then(Value::as_object);
        members.map_or_else(Vec::new, |members| members.keys().cloned().collect())
    }

    /// Where a schema leads at last, and what it is called there.
    fn follow<'s>(&self, schema: &'s Value) -> (&'s Value, Option<&'s str>)
    where
        'a: 's,
    {
        let (mut schema, mut name) = (schema, None);
        for _ in 0..DEEPEST {
            let either = ["oneOf", "anyOf", "allOf"].iter().find_map(|word| schema.get(word)).and_then(Value::as_array);
            let first = either.and_then(|parts| parts.iter().find(|part| part.get("type").is_none_or(|kind| kind != "null")));
            if let Some(part) = first {
                schema = part;
            } else if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                name = reference.rsplit('/').next();
                let target = self.document.pointer(reference.trim_start_matches('#'));
                schema = target.unwrap_or(schema);
            } else {
                break;
            }
        }
        (schema, name)
    }

    fn at(&self, member: &str, schema: &Value, extent: Extent<'_>, depth: usize) -> Value {
        let (schema, name) = self.follow(schema);
        // `VariantId` is what parameters call `variant_id`.
        let known = name.and_then(|name| name.strip_suffix("Id")).map(|name| format!("{}_id", snake(name)));
        if let Some(known) = known.as_deref().and_then(|known| self.exhibits.first(known)).or_else(|| self.exhibits.first(member)) {
            return known.into();
        }
        let told = schema.get("example").or_else(|| schema.pointer("/examples/0")).or_else(|| schema.pointer("/enum/0"));
        let told = told.or_else(|| schema.get("const"));
        let kind = schema.get("type").map(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()).unwrap_or_default()).unwrap_or_default();
        match kind {
            "object" if depth == 0 => json!({}),
            "object" => self.object(schema, extent, depth - 1),
            "array" => self.array(member, schema, extent, depth.saturating_sub(1)),
            "integer" | "number" => schema.get("minimum").and_then(Value::as_i64).unwrap_or(1).max(1).into(),
            "boolean" => true.into(),
            "string" => match (told, schema.get("format").and_then(Value::as_str)) {
                // An example of a name that may not come twice would be refused the second time.
                (Some(told), _) if !["code", "slug", "sku"].contains(&member) => told.clone(),
                (_, Some("date-time")) => "2026-01-02T03:04:05Z".into(),
                _ => format!("zq{UNIQUE}").into(),
            },
            _ => told.cloned().unwrap_or_else(|| format!("zq{UNIQUE}").into()),
        }
    }

    fn object(&self, schema: &Value, extent: Extent<'_>, depth: usize) -> Value {
        let required: Vec<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let chosen = members.filter(|(name, _)| extent.wants(name) || required.contains(&name.as_str()));
        chosen.map(|(name, schema)| (name.clone(), self.at(name, schema, extent.below(name), depth))).collect::<Map<_, _>>().into()
    }

    fn array(&self, member: &str, schema: &Value, extent: Extent<'_>, depth: usize) -> Value {
        let wanted = extent.wants("0") || schema.get("minItems").and_then(Value::as_u64).is_some_and(|least| least > 0);
        let item = schema.get("items").filter(|_| wanted);
        item.map_or_else(|| json!([]), |item| json!([self.at(member.trim_end_matches('s'), item, extent.below("0"), depth)]))
    }
}

/// `StockLocation` as `stock_location`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_members_are_given_and_references_followed() {
        let document = json!({"components": {"schemas": {"StockLocationId": {"type": "string", "pattern": "^loc_"}}}});
        let schema = json!({"type": "object", "required": ["at", "name"], "properties": {
            "at": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/StockLocationId"}]},
            "name": {"type": "string"}, "lines": {"type": ["array", "null"], "items": {"type": "integer", "minimum": 3}},
        }});
        let mut exhibits = Exhibits::default();
        exhibits.values.insert("stock_location_id".to_owned(), vec!["loc_1".to_owned()]);
        let sampler = Sampler { document: &document, exhibits: &exhibits };

        assert_eq!(sampler.value(&schema, Extent::Least), json!({"at": "loc_1", "name": "zquniquenumber"}));
        assert_eq!(sampler.value(&schema, Extent::Most), json!({"at": "loc_1", "name": "zquniquenumber", "lines": [3]}));
        assert_eq!(sampler.value(&schema, Extent::Along(&["lines", "0"])), sampler.value(&schema, Extent::Most));
    }
}

//! Errors by field, gathered while raw input is parsed.

use std::collections::BTreeMap;
use std::fmt;

use crate::{DomainError, ErrorKind};

/// Messages by field path (`variants.0.sku`); parsing goes on after a bad field, so that one answer names them all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<String, Vec<String>>);

impl FieldErrors {
    /// No errors yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One message on one field.
    #[must_use]
    pub fn of(field: impl Into<String>, message: impl fmt::Display) -> Self {
        let mut errors = Self::new();
        errors.add(field, message);
        errors
    }

    /// Notes a message on a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl fmt::Display) {
        self.0.entry(field.into()).or_default().push(message.to_string());
    }

    /// The parsed value, or a noted error.
    pub fn take<T, E: fmt::Display>(&mut self, field: impl Into<String>, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.add(field, error)).ok()
    }

    /// The parsed value of an optional field; absent stays absent.
    pub fn take_optional<R, T, E: fmt::Display>(
        &mut self,
        field: impl Into<String>,
        raw: Option<R>,
        parse: impl FnOnce(R) -> Result<T, E>,
    ) -> Option<T> {
        raw.and_then(|raw| self.take(field, parse(raw)))
    }

    /// Takes over the errors of a nested value, under its path; an empty path leaves the fields as they are.
    pub fn nest(&mut self, prefix: &str, inner: Self) {
        for (field, messages) in inner.0 {
            let path = match (prefix, field.as_str()) {
                (_, "") => prefix.to_owned(),
                ("", _) => field,
                _ => format!("{prefix}.{field}"),
            };
            self.0.entry(path).or_default().extend(messages);
        }
    }

    /// True while no field was refused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `Ok` when every field was accepted; `build` may rely on it.
    ///
    /// # Errors
    /// The gathered errors, or `incomplete input` where `build` finds a hole that no message explains.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, Self> {
        if self.is_empty() { build().ok_or_else(|| Self::of("", "incomplete input")) } else { Err(self) }
    }

    /// The messages by field path.
    #[must_use]
    pub fn into_map(self) -> BTreeMap<String, Vec<String>> {
        self.0
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<String> = self.0.iter().map(|(field, messages)| format!("{field}: {}", messages.join(", "))).collect();
        f.write_str(&fields.join("; "))
    }
}

impl std::error::Error for FieldErrors {}

impl DomainError for FieldErrors {
    fn code(&self) -> &'static str {
        "validation_failed"
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Rule
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_is_named_with_its_path() {
        let mut errors = FieldErrors::new();
        assert_eq!(errors.take("title", Err::<u8, _>("is missing")), None);
        errors.nest("variants.0", FieldErrors::of("sku", "is too long"));
        errors.nest("", FieldErrors::of("slug", "is taken"));
        errors.nest("lines.3", FieldErrors::of("", "is empty"));
        assert_eq!(errors.to_string(), "lines.3: is empty; slug: is taken; title: is missing; variants.0.sku: is too long");
        assert_eq!((errors.code(), errors.kind(), errors.details()), ("validation_failed", ErrorKind::Rule, errors.clone().into_map()));
        let map = errors.into_map();
        assert_eq!(map.keys().collect::<Vec<_>>(), ["lines.3", "slug", "title", "variants.0.sku"]);
    }

    #[test]
    fn what_is_absent_is_no_error_and_what_is_there_is_parsed() {
        let mut errors = FieldErrors::new();
        assert_eq!(errors.take_optional("rank", None, str::parse::<u8>), None);
        assert_eq!(errors.take_optional("rank", Some("7"), str::parse::<u8>), Some(7));
        assert!(errors.is_empty());
        assert_eq!(errors.take_optional("rank", Some("x"), str::parse::<u8>), None);
        assert!(!errors.is_empty());
    }

    #[test]
    fn only_input_without_a_bad_field_is_built() {
        assert_eq!(FieldErrors::new().finish(|| Some(7)), Ok(7));
        let bad = FieldErrors::of("rank", "is missing");
        assert_eq!(bad.clone().finish(|| Some(7)), Err(bad));
        assert_eq!(FieldErrors::new().finish(|| None::<u8>), Err(FieldErrors::of("", "incomplete input")));
    }
}

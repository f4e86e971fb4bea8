//! A document as a page: whole in itself, and fit to be printed.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};
use sha2::{Digest as _, Sha256};

use crate::sheet::Sheet;

const TEMPLATE: &str = include_str!("sheet.html");
const STYLE: &str = include_str!("sheet.css");

/// What a browser is told of the style, so that no other is heard: its SHA-256 in base64.
static STYLE_DIGEST: LazyLock<String> = LazyLock::new(|| BASE64_STANDARD.encode(Sha256::digest(STYLE)));

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// HTML.
    pub text: String,
    /// The SHA-256 of the one style in it, in base64: for the policy that lets in nothing else.
    pub style_digest: &'static str,
}

/// Why there is no page: a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("the template of pages is none: {0}")]
pub struct PageError(#[from] Error);

/// A document as a page. Everything in it that somebody wrote is text.
///
/// # Errors
/// `PageError` where the template is none of its language: a fault of ours.
pub fn html(sheet: &Sheet) -> Result<Page, PageError> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let (title, style) = (sheet.title(), Value::from_safe_string(STYLE.to_owned()));
    let words = context! { sheet => Value::from(Serde(sheet)), title, style };
    Ok(Page { text: environment.template_from_str(TEMPLATE)?.render(words)?, style_digest: &STYLE_DIGEST })
}

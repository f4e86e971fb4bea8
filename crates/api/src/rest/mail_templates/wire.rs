//! Templates of letters on the wire.

use gateway::{ListRoute, ListSpec};
use kernel::{FieldErrors, OrderId, Timestamp};
use notify::mail_templates::{MailLocale, Preview, PutTemplate, Rendered, Template, TemplateName, TemplateText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of templates.
pub(super) struct MailTemplates;

impl ListRoute for MailTemplates {
    const SPEC: ListSpec = ListSpec { sorts: &["name"], default_sort: "name", ..ListSpec::PLAIN };
}

/// What a letter is to say. Values stand as `{{ order.number }}`, conditions as `{% if order.discount %}…{% endif %}`, loops as
/// `{% for line in order.lines %}…{% endfor %}`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MailTemplatePut {
    /// The subject.
    #[schema(min_length = 1, max_length = 500, example = "Your order {{ order.number }}")]
    subject: String,
    /// The letter in plain text.
    #[schema(min_length = 1, max_length = 50_000, example = "Thank you.")]
    text: String,
    /// The same for programs that show HTML; values are escaped.
    #[schema(min_length = 1, max_length = 100_000, example = "<p>Thank you.</p>")]
    html: String,
    /// Its version, where no `If-Match` is sent; needed once it was written.
    pub(super) version: Option<i64>,
}

impl MailTemplatePut {
    pub(super) fn into_command(self, (name, locale): (TemplateName, MailLocale), version: Option<i64>) -> PutTemplate {
        let Self { subject, text, html, version: _ } = self;
        PutTemplate { name, locale, version, content: TemplateText { subject, text, html } }
    }
}

/// What is shown: the template as it is, but for what stands here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MailPreviewIn {
    /// Another subject.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 500)]
    subject: Option<String>,
    /// Another text.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 50_000)]
    text: Option<String>,
    /// Other HTML.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 100_000)]
    html: Option<String>,
    /// The order that it tells of, for whoever may see orders; else one that is made up.
    #[schema(value_type = Option<schema::OrderId>)]
    pub(super) order_id: Option<String>,
}

impl MailPreviewIn {
    pub(super) fn parse(self, (name, locale): (TemplateName, MailLocale)) -> Result<Preview, FieldErrors> {
        let Self { subject, text, html, order_id } = self;
        let order_id = order_id.map(|raw| raw.parse::<OrderId>().map_err(|_| FieldErrors::of("order_id", "no such order"))).transpose()?;
        Ok(Preview { name, locale, subject, text, html, order_id })
    }
}

/// A letter as it would be.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MailPreviewView {
    /// The subject.
    subject: String,
    /// Plain text.
    text: String,
    /// HTML.
    html: String,
}

impl From<Rendered> for MailPreviewView {
    fn from(Rendered { subject, text, html }: Rendered) -> Self {
        Self { subject, text, html }
    }
}

/// What a letter is made of for readers of one locale.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MailTemplateView {
    /// Which letter.
    #[schema(value_type = schema::MailTemplateName)]
    name: &'static str,
    /// For whom.
    #[schema(value_type = schema::MailLocale)]
    locale: MailLocale,
    /// Where it comes from.
    #[schema(value_type = schema::MailTemplateOrigin)]
    origin: &'static str,
    /// For whom it was written: another locale where it is inherited.
    #[schema(value_type = schema::MailLocale)]
    written_for: MailLocale,
    /// The subject.
    subject: String,
    /// The letter in plain text.
    text: String,
    /// The same for programs that show HTML.
    html: String,
    /// Grows with each change; 0 until somebody wrote one for this locale.
    version: i64,
    /// When it was changed last; null where it never was.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    /// By whom.
    updated_by: Option<String>,
}

impl From<Template> for MailTemplateView {
    fn from(template: Template) -> Self {
        let Template { name, locale, origin, written_for, content, version, updated } = template;
        let TemplateText { subject, text, html } = content;
        let (updated_at, updated_by) = updated.unzip();
        Self { name: name.as_str(), locale, origin: origin.as_str(), written_for, subject, text, html, version, updated_at, updated_by }
    }
}

//! Writing what a letter says.

use kernel::{FieldErrors, MailTemplateId, Origin};
use platform::audit::{self, Entry};
use platform::outbox;

use super::error::MailTemplateError;
use super::events::MailTemplateEvent;
use super::find::find;
use super::locale::MailLocale;
use super::model::{Stored, Template, TemplateName, TemplateText};
use super::render::render;
use super::samples::{samples, shop};
use super::store;
use super::words::LetterWords;
use crate::Notify;

/// Every letter in seventy locales.
const MOST_TEMPLATES: i64 = 500;
/// Templates are a little longer than what they become.
const LONGEST_SUBJECT: usize = 500;
const LONGEST_TEXT: usize = 50_000;
const LONGEST_HTML: usize = 100_000;

/// Which letter for whom, as which version the caller knows it, and what it is to say.
#[derive(Debug, Clone)]
pub struct PutTemplate {
    /// Which letter.
    pub name: TemplateName,
    /// For whom.
    pub locale: MailLocale,
    /// The version that the caller has seen. May be absent, or 0, as long as nobody wrote one.
    pub version: Option<i64>,
    /// What it is to say.
    pub content: TemplateText,
}

/// Writes what a letter says in one locale and records `mail_template.changed`. It is tried before with everything that it could tell and
/// with as little as it could.
///
/// # Errors
/// `MailTemplateError` names what is wrong, by part and line; nothing is changed then.
pub async fn put(notify: &Notify, origin: &Origin, command: PutTemplate) -> Result<Template, MailTemplateError> {
    let PutTemplate { name, locale, version, content } = command;
    let content = checked(name, &locale, content)?;
    let tx = notify.context.begin(origin).await?;
    let before = store::lock(&tx, name, &locale).await?;
    let current = before.as_ref().map_or(0, |before| before.version);
    match version {
        None if current > 0 => return Err(MailTemplateError::VersionRequired),
        Some(seen) if seen != current => return Err(MailTemplateError::VersionConflict { current }),
        None | Some(_) => {}
    }
    let id = before.as_ref().map_or_else(MailTemplateId::generate, |before| before.id);
    let (updated_at, updated_by) = (tx.now(), tx.actor().to_string());
    let stored = Stored { id, name, locale: locale.clone(), content: Some(content), version: current + 1, updated_at, updated_by };
    match &before {
        Some(_) => store::update(&tx, &stored).await?,
        None if store::count(&tx).await? >= MOST_TEMPLATES => return Err(MailTemplateError::TooMany(MOST_TEMPLATES)),
        None if store::insert(&tx, &stored).await? => {}
        None => return Err(MailTemplateError::VersionConflict { current: 1 }),
    }
    outbox::record(&tx, &MailTemplateEvent::Changed { mail_template_id: id, name, locale: locale.clone() }).await?;
    let entry = Entry::of("mail_template.changed", id).before(&before.as_ref().map(Stored::recorded)).after(&stored.recorded());
    audit::record(&tx, &entry).await?;
    let template = find(&tx, name, &locale).await?;
    tx.commit().await?;
    Ok(template)
}

/// The template with line ends of one kind, where letters can be made of it.
pub(super) fn checked(name: TemplateName, locale: &MailLocale, content: TemplateText) -> Result<TemplateText, FieldErrors> {
    let mut errors = FieldErrors::new();
    let subject = errors.take("subject", fitting(&content.subject, LONGEST_SUBJECT));
    let text = errors.take("text", fitting(&content.text, LONGEST_TEXT));
    let html = errors.take("html", fitting(&content.html, LONGEST_HTML));
    let content = errors.finish(|| Some(TemplateText { subject: subject?, text: text?, html: html? }))?;
    for about in samples(name, locale) {
        render(&content, &LetterWords { locale: locale.clone(), shop: shop(), about })?;
    }
    Ok(content)
}

fn fitting(raw: &str, longest: usize) -> Result<String, String> {
    let text = raw.replace("\r\n", "\n");
    if text.trim().is_empty() {
        return Err("must say something".to_owned());
    }
    if text.chars().count() > longest {
        return Err(format!("must not be longer than {longest} characters"));
    }
    if text.chars().any(|sign| sign.is_control() && !matches!(sign, '\n' | '\t')) {
        return Err("must not hold control characters".to_owned());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(subject: &str, text: &str, html: &str) -> Result<TemplateText, Vec<String>> {
        let content = TemplateText { subject: subject.to_owned(), text: text.to_owned(), html: html.to_owned() };
        checked(TemplateName::ShippingNotice, &MailLocale::last_resort(), content).map_err(|errors| errors.into_map().into_keys().collect())
    }

    #[test]
    fn a_template_is_tried_with_everything_and_with_little() {
        assert_eq!(tried("{{ order.number }}", "a\r\nb", "<p>").map(|content| content.text).as_deref(), Ok("a\nb"));
        // The number of a parcel may be absent: whoever asks what it begins with has not thought of that.
        assert_eq!(tried("x", "{{ parcel.tracking_number[0] }}", "x"), Err(vec!["text".to_owned()]));
        assert_eq!(tried("{{ nobody }}", "x", "{% if %}"), Err(vec!["html".to_owned(), "subject".to_owned()]));
        assert_eq!(tried(" ", "a\0", &"x".repeat(LONGEST_HTML + 1)), Err(["html", "subject", "text"].map(str::to_owned).to_vec()));
    }
}

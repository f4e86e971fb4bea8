//! Taking back what the shop wrote.

use kernel::Origin;
use platform::audit::{self, Entry};
use platform::outbox;

use super::error::MailTemplateError;
use super::events::MailTemplateEvent;
use super::locale::MailLocale;
use super::model::{Stored, TemplateName};
use super::store;
use crate::Notify;

/// Takes back what the shop wrote for one locale and records `mail_template.reset`: the letter says what is built in, or what the next locale
/// says.
///
/// # Errors
/// `NotFound` where the shop wrote nothing, `VersionConflict` where it is another version.
pub async fn reset(
    notify: &Notify,
    origin: &Origin,
    name: TemplateName,
    locale: &MailLocale,
    version: i64,
) -> Result<(), MailTemplateError> {
    let tx = notify.context.begin(origin).await?;
    let before = store::lock(&tx, name, locale).await?.filter(|stored| stored.content.is_some()).ok_or(MailTemplateError::NotFound)?;
    if before.version != version {
        return Err(MailTemplateError::VersionConflict { current: before.version });
    }
    let (updated_at, updated_by) = (tx.now(), tx.actor().to_string());
    let stored = Stored { content: None, version: before.version + 1, updated_at, updated_by, ..before.clone() };
    store::update(&tx, &stored).await?;
    outbox::record(&tx, &MailTemplateEvent::Reset { mail_template_id: before.id, name, locale: locale.clone() }).await?;
    audit::record(&tx, &Entry::of("mail_template.reset", before.id).before(&before.recorded())).await?;
    Ok(tx.commit().await?)
}

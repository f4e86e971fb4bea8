//! What happened to templates.

use kernel::{MailTemplateId, MailTemplateTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::locale::MailLocale;
use super::model::TemplateName;

/// A fact about what letters are made of. What they say is not told.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MailTemplateEvent {
    /// The shop wrote its own.
    Changed {
        /// Which one.
        mail_template_id: MailTemplateId,
        /// Which letter.
        name: TemplateName,
        /// For whom.
        locale: MailLocale,
    },
    /// It is what the program or another locale has.
    Reset {
        /// Which one.
        mail_template_id: MailTemplateId,
        /// Which letter.
        name: TemplateName,
        /// For whom.
        locale: MailLocale,
    },
}

impl Fact for MailTemplateEvent {
    type Subject = MailTemplateTag;
    const AGGREGATE: &'static str = "mail_template";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("mail_template.changed", "the shop wrote what a letter says in one language"),
        ("mail_template.reset", "a letter says again what is built in"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "mail_template.changed",
            Self::Reset { .. } => "mail_template.reset",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Changed { mail_template_id: id, .. } | Self::Reset { mail_template_id: id, .. } => id.uuid(),
        }
    }
}

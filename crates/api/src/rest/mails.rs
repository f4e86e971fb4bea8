//! Letters: which were sent to whom, and what became of them.

use axum::extract::State;
use gateway::{
    CommonProblems, Envelope, ErrorBody, FilterKind, List, ListEnvelope, ListParams, ListQuery, ListRoute, ListSpec, NoParams, One, PathId,
    Permitted, Problem, permission,
};
use kernel::{CartId, EventId, MailTag, OrderId, Timestamp, UserId, VariantId, WebhookEndpointId};
use notify::mail_templates::{MailLocale, TemplateName};
use notify::mails::{self, About, AboutKind, Mail, MailFilter, MailState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_mails, get_mail, get_mail_content]
}

/// The list of letters.
struct Mails;

impl ListRoute for Mails {
    const SPEC: ListSpec = ListSpec {
        filters: &[
            ("state", FilterKind::OneOf(MailState::WORDS)),
            ("template", FilterKind::OneOf(TemplateName::WORDS)),
            ("to", FilterKind::Email),
        ],
        ..ListSpec::PLAIN
    };
}

fn filter(list: &ListQuery) -> MailFilter {
    let filters = &list.filters;
    MailFilter {
        states: filters.parsed("state").unwrap_or_default(),
        templates: filters.parsed("template").unwrap_or_default(),
        to: filters.text("to").and_then(|email| kernel::Email::parse(email).ok()),
    }
}

/// A letter that was or is to be sent; what it says is not kept.
#[derive(Debug, Serialize, ToSchema)]
struct MailView {
    /// Its id (`mail_…`).
    #[schema(value_type = schema::MailId)]
    id: String,
    /// Which letter.
    #[schema(value_type = schema::MailTemplateName)]
    template: &'static str,
    /// For whom it is written.
    #[schema(value_type = schema::MailLocale)]
    locale: MailLocale,
    /// Who reads it; null once nobody may know.
    to: Option<String>,
    /// The reader's account, where there is one.
    #[schema(value_type = Option<schema::UserId>)]
    user_id: Option<String>,
    /// The event that it tells of, where it is one.
    #[schema(value_type = Option<schema::EventId>)]
    event_id: Option<String>,
    /// What it is about.
    about: MailAboutView,
    /// Where it stands.
    #[schema(value_type = schema::MailState)]
    state: &'static str,
    /// How often it was tried.
    attempts: i64,
    /// Why the last try did not succeed.
    error: Option<String>,
    /// When it was sent or given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// Since when it is on its way.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What a letter is about.
#[derive(Debug, Serialize, ToSchema)]
struct MailAboutView {
    /// What kind of thing.
    #[schema(value_type = schema::MailAboutKind)]
    r#type: &'static str,
    /// Which one.
    #[schema(value_type = schema::EventSubjectId)]
    id: String,
}

impl From<About> for MailAboutView {
    fn from(About { kind, id }: About) -> Self {
        let text = match kind {
            AboutKind::Order => OrderId::from_uuid(id).to_string(),
            AboutKind::User => UserId::from_uuid(id).to_string(),
            AboutKind::Cart => CartId::from_uuid(id).to_string(),
            AboutKind::Variant => VariantId::from_uuid(id).to_string(),
            AboutKind::WebhookEndpoint => WebhookEndpointId::from_uuid(id).to_string(),
        };
        Self { r#type: kind.as_str(), id: text }
    }
}

impl From<Mail> for MailView {
    fn from(mail: Mail) -> Self {
        Self {
            id: mail.id.to_string(),
            template: mail.template.as_str(),
            event_id: mail.event_id().map(|id| EventId::from_uuid(id).to_string()),
            locale: mail.locale,
            to: mail.to.map(|to| to.as_str().to_owned()),
            user_id: mail.user_id.map(|id| id.to_string()),
            about: mail.about.into(),
            state: mail.state.as_str(),
            attempts: mail.attempts,
            error: mail.error,
            finished_at: mail.finished_at,
            created_at: mail.created_at,
        }
    }
}

/// A letter as it was written to a file.
#[derive(Debug, Serialize, ToSchema)]
struct MailContentView {
    /// The letter with its head, as a mail program reads it.
    message: String,
}

/// List letters, the newest first.
#[utoipa::path(
    get, path = "/api/v1/mails", tag = "mail", operation_id = "list_mails", security(("bearer" = ["mail:read"])),
    params(ListParams<Mails>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of letters", body = ListEnvelope<MailView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_mails(
    State(shop): State<Shop>,
    _staff: Permitted<permission::MailRead>,
    list: ListParams<Mails>,
) -> Result<List<MailView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = mails::list(shop.context().db.reader(), &filter(&list), newest_first, &list.page).await?;
    Ok(List::of(page.map(MailView::from), &list))
}

/// Read what became of a letter.
#[utoipa::path(
    get, path = "/api/v1/mails/{mail_id}", tag = "mail", operation_id = "get_mail", security(("bearer" = ["mail:read"])),
    params(("mail_id" = schema::MailId, Path, description = "The letter (`mail_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The letter", body = Envelope<MailView>),
        (status = 404, description = "`mail_not_found`", body = ErrorBody),
    ),
)]
async fn get_mail(
    State(shop): State<Shop>,
    _staff: Permitted<permission::MailRead>,
    PathId(id): PathId<MailTag>,
    _none: NoParams,
) -> Result<One<MailView>, Problem> {
    let mail = mails::find(shop.context().db.reader(), id).await?;
    mail.map(|mail| One::plain(mail.into())).ok_or_else(|| Problem::not_found("mail_not_found"))
}

/// Read a letter as it was written to a file: where `mail.url` is empty, and never in production.
#[utoipa::path(
    get, path = "/api/v1/mails/{mail_id}/content", tag = "mail", operation_id = "get_mail_content",
    security(("bearer" = ["mail:read"])),
    params(("mail_id" = schema::MailId, Path, description = "The letter (`mail_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The letter", body = Envelope<MailContentView>),
        (status = 404, description = "`mail_not_found`: also where no file was written", body = ErrorBody),
    ),
)]
async fn get_mail_content(
    State(shop): State<Shop>,
    _staff: Permitted<permission::MailRead>,
    PathId(id): PathId<MailTag>,
    _none: NoParams,
) -> Result<One<MailContentView>, Problem> {
    let missing = || Problem::not_found("mail_not_found");
    mails::find(shop.context().db.reader(), id).await?.ok_or_else(missing)?;
    let message = mails::content(&shop.notify, id).await?;
    message.map(|message| One::plain(MailContentView { message })).ok_or_else(missing)
}

//! Rows of letters.

use kernel::{Cursor, Email, MailId, Page, PageRequest, Position, Timestamp, UserId};
use platform::db::{self, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{About, AboutKind, Mail, MailState, NewMail};
use crate::mail_templates::TemplateName;

/// What always holds of letters.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "e15",
    says: "no letter is on its way for more than four days",
    sql: "SELECT template AS culprit FROM mails WHERE state = 'queued' AND created_at < $1",
    grace_s: Some(4 * 86_400),
}];

#[derive(FromQueryResult)]
struct MailRow {
    id: Uuid,
    template: String,
    locale: String,
    to_email: Option<String>,
    user_id: Option<Uuid>,
    cause_id: Uuid,
    about_kind: String,
    about_id: Uuid,
    detail: serde_json::Value,
    state: String,
    attempts: i64,
    error: Option<String>,
    finished_at: Option<Timestamp>,
    created_at: Timestamp,
}

const COLUMNS: &str =
    "id, template, locale, to_email, user_id, cause_id, about_kind, about_id, detail, state, attempts, error, finished_at,
    created_at";

impl TryFrom<MailRow> for Mail {
    type Error = DatabaseError;

    fn try_from(row: MailRow) -> Result<Self, DatabaseError> {
        let kind: AboutKind = row.about_kind.parse().map_err(|_| DatabaseError::corrupt("mails.about_kind"))?;
        Ok(Self {
            id: MailId::from_uuid(row.id),
            template: row.template.parse().map_err(|_| DatabaseError::corrupt("mails.template"))?,
            locale: row.locale.parse().map_err(|_| DatabaseError::corrupt("mails.locale"))?,
            to: row.to_email.as_deref().map(Email::parse).transpose().map_err(|_| DatabaseError::corrupt("mails.to_email"))?,
            user_id: row.user_id.map(UserId::from_uuid),
            cause_id: row.cause_id,
            about: About { kind, id: row.about_id },
            detail: row.detail,
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("mails.state"))?,
            attempts: row.attempts,
            error: row.error,
            finished_at: row.finished_at,
            created_at: row.created_at,
        })
    }
}

/// One letter.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: MailId) -> Result<Option<Mail>, DatabaseError> {
    let row: Option<MailRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM mails WHERE id = $1"), values![id]).await?;
    row.map(Mail::try_from).transpose()
}

/// Which letters are listed; every filter that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct MailFilter {
    /// In any of these states.
    pub states: Vec<MailState>,
    /// Any of these letters.
    pub templates: Vec<TemplateName>,
    /// To this address.
    pub to: Option<Email>,
}

/// One page of letters, the newest first or the oldest. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &MailFilter,
    newest_first: bool,
    request: &PageRequest,
) -> Result<Page<Mail>, ListError> {
    let (limit, offset) = db::window(request)?;
    let mut narrowed = Conditions::default();
    narrowed.is_among("state", filter.states.iter().map(|state| state.as_str()));
    narrowed.is_among("template", filter.templates.iter().map(|template| template.as_str()));
    narrowed.is("to_key", filter.to.as_ref().map(Email::key));
    let total = db::total_of(db, request, &format!("mails WHERE {}", narrowed.text()), narrowed.parameters.0.clone()).await?;
    let (sort, sign, direction) = if newest_first { ("-created_at", "<", "DESC") } else { ("created_at", ">", "ASC") };
    if let Position::After(Some(cursor)) = &request.position {
        let id = narrowed.parameters.bind(cursor.id);
        narrowed.add(format!("id {sign} {id}"));
    }
    let sql = format!("SELECT {COLUMNS} FROM mails WHERE {} ORDER BY id {direction} LIMIT {limit} OFFSET {offset}", narrowed.text());
    let rows: Vec<MailRow> = db::fetch_all(db, &sql, narrowed.into_values()).await?;
    let mails: Vec<Mail> = rows.into_iter().map(Mail::try_from).collect::<Result<_, _>>()?;
    Ok(db::page_of(mails, request, total, |last| Cursor { sort: sort.to_owned(), value: None, id: last.id.uuid() }))
}

/// Writes a letter that is to be sent; `None` where its reader has or gets one about the same.
pub(super) async fn insert(tx: &WriteTx, mail: &NewMail) -> Result<Option<MailId>, DatabaseError> {
    const INSERT: &str =
        "INSERT INTO mails (id, template, locale, to_email, to_key, user_id, cause_id, about_kind, about_id, detail, state,
            created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $11) ON CONFLICT (cause_id, template, to_key) DO NOTHING";
    let id = MailId::generate();
    let NewMail { template, locale, to, user_id, cause_id, about, detail } = mail;
    let (kind, detail) = (about.kind.as_str(), detail.clone());
    let values =
        values![id, template.as_str(), locale.as_str(), to.as_str(), to.key(), *user_id, *cause_id, kind, about.id, detail, tx.now()];
    Ok((db::execute(tx, INSERT, values).await? == 1).then_some(id))
}

/// Writes how a try went; a letter that is sent or given up stays what it is.
pub(super) async fn settle(tx: &WriteTx, id: MailId, state: MailState, error: Option<&str>) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE mails SET state = $1, error = $2, finished_at = $3, attempts = attempts + 1, updated_at = $4
        WHERE id = $5 AND state = 'queued'";
    let finished_at = (state != MailState::Queued).then(|| tx.now());
    Ok(db::execute(tx, UPDATE, values![state.as_str(), error, finished_at, tx.now(), id]).await? == 1)
}

/// Forgets letters that ended before this moment, some of them; how many.
pub(super) async fn forget(tx: &WriteTx, ended_before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)";
    db::execute(tx, DELETE, values![ended_before, most]).await
}

/// A letter may be older than the account that has its order or cart now.
const OF_PERSON: &str = "(user_id = $1 OR (about_kind = 'order' AND about_id IN (SELECT o.id FROM orders o WHERE o.user_id = $1))
    OR (about_kind = 'cart' AND about_id IN (SELECT c.id FROM carts c WHERE c.user_id = $1)))";

/// The letters to whoever has this account, those about their orders and carts among them, the oldest first.
pub(super) async fn of_person(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Mail>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM mails WHERE {OF_PERSON} ORDER BY id");
    let rows: Vec<MailRow> = db::fetch_all(db, &sql, values![user]).await?;
    rows.into_iter().map(Mail::try_from).collect()
}

/// Forgets who read them; what is still on its way is not sent.
pub(super) async fn forget_person(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    const GIVEN_UP: &str = "state = 'failed', error = 'its reader is forgotten', finished_at = $2";
    let end = format!("UPDATE mails SET {GIVEN_UP}, updated_at = $2 WHERE {OF_PERSON} AND state = 'queued'");
    let forget = format!("UPDATE mails SET to_email = NULL, to_key = NULL, updated_at = $2 WHERE {OF_PERSON}");
    db::execute(tx, &end, values![user, tx.now()]).await?;
    db::execute(tx, &forget, values![user, tx.now()]).await.map(drop)
}

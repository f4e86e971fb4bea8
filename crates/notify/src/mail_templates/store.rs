//! Rows of templates that the shop wrote itself.

use kernel::{MailTemplateId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::locale::MailLocale;
use super::model::{Stored, TemplateName, TemplateText};

#[derive(FromQueryResult)]
struct TemplateRow {
    id: Uuid,
    name: String,
    locale: String,
    subject: Option<String>,
    text_body: Option<String>,
    html_body: Option<String>,
    version: i64,
    updated_at: Timestamp,
    updated_by: String,
}

impl TryFrom<TemplateRow> for Stored {
    type Error = DatabaseError;

    fn try_from(row: TemplateRow) -> Result<Self, DatabaseError> {
        let TemplateRow { id, name, locale, subject, text_body, html_body, version, updated_at, updated_by } = row;
        let content = subject.zip(text_body).zip(html_body);
        Ok(Self {
            id: MailTemplateId::from_uuid(id),
            name: name.parse().map_err(|_| DatabaseError::corrupt("mail_templates.name"))?,
            locale: locale.parse().map_err(|_| DatabaseError::corrupt("mail_templates.locale"))?,
            content: content.map(|((subject, text), html)| TemplateText { subject, text, html }),
            version,
            updated_at,
            updated_by,
        })
    }
}

const COLUMNS: &str = "id, name, locale, subject, text_body, html_body, version, updated_at, updated_by";

/// Everything that the shop ever wrote itself, of all letters.
pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Stored>, DatabaseError> {
    let rows: Vec<TemplateRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM mail_templates ORDER BY name, locale"), vec![]).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// The same of one letter, in some locales.
pub(super) async fn of(db: &impl ConnectionTrait, name: TemplateName, locales: &[MailLocale]) -> Result<Vec<Stored>, DatabaseError> {
    let mut parameters = Parameters::default();
    let name = parameters.bind(name.as_str());
    let locales = parameters.bind_all(locales.iter().map(MailLocale::as_str));
    let sql = format!("SELECT {COLUMNS} FROM mail_templates WHERE name = {name} AND locale IN ({locales}) ORDER BY locale");
    let rows: Vec<TemplateRow> = db::fetch_all(db, &sql, parameters.0).await?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// What the shop wrote for one locale, held until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, name: TemplateName, locale: &MailLocale) -> Result<Option<Stored>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM mail_templates WHERE name = $1 AND locale = $2 FOR UPDATE");
    let row: Option<TemplateRow> = db::fetch_optional(tx, &sql, values![name.as_str(), locale.as_str()]).await?;
    row.map(Stored::try_from).transpose()
}

/// How many there are; two who write one at the same time wait for each other.
pub(super) async fn count(tx: &WriteTx) -> Result<i64, DatabaseError> {
    db::lock_name(tx, "mail_templates.count").await?;
    Ok(db::fetch_scalar(tx, "SELECT CAST(COUNT(*) AS BIGINT) FROM mail_templates", vec![]).await?.unwrap_or(0))
}

/// Writes the first one for its locale; false where somebody else just did.
pub(super) async fn insert(tx: &WriteTx, stored: &Stored) -> Result<bool, DatabaseError> {
    const INSERT: &str =
        "INSERT INTO mail_templates (id, name, locale, subject, text_body, html_body, version, created_at, updated_at, created_by,
            updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9) ON CONFLICT (name, locale) DO NOTHING";
    let (subject, text, html) = parts(stored.content.as_ref());
    let (name, locale) = (stored.name.as_str(), stored.locale.as_str());
    let values = values![stored.id, name, locale, subject, text, html, stored.version, stored.updated_at, stored.updated_by.as_str()];
    Ok(db::execute(tx, INSERT, values).await? == 1)
}

pub(super) async fn update(tx: &WriteTx, stored: &Stored) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE mail_templates SET subject = $1, text_body = $2, html_body = $3, version = $4, updated_at = $5, updated_by = $6
        WHERE id = $7";
    let (subject, text, html) = parts(stored.content.as_ref());
    let values = values![subject, text, html, stored.version, stored.updated_at, stored.updated_by.as_str(), stored.id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

fn parts(content: Option<&TemplateText>) -> (Option<&str>, Option<&str>, Option<&str>) {
    let part = |of: fn(&TemplateText) -> &String| content.map(|content| of(content).as_str());
    (part(|content| &content.subject), part(|content| &content.text), part(|content| &content.html))
}

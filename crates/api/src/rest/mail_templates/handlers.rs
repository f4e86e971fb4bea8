//! The routes of templates.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use gateway::{
    CommonProblems, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, Permission, Permitted,
    Problem, RequiredVersion, Valid, permission,
};
use notify::mail_templates::{self, MailLocale, Template, TemplateName};

use super::wire::{MailPreviewIn, MailPreviewView, MailTemplatePut, MailTemplateView, MailTemplates};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_mail_templates, get_mail_template, put_mail_template, delete_mail_template, preview_mail_template]
}

fn show(template: Template) -> One<MailTemplateView> {
    let version = template.version;
    One::versioned(template.into(), version)
}

/// Which letter for whom, as a path names it. What cannot be read is not there.
type Named = Result<Path<(String, String)>, PathRejection>;

fn read(path: Named) -> Result<(TemplateName, MailLocale), Problem> {
    let missing = || Problem::not_found("mail_template_not_found");
    let Path((name, locale)) = path.map_err(|_| missing())?;
    name.parse().ok().zip(locale.parse().ok()).ok_or_else(missing)
}

/// List what letters say: what is built in, and what the shop wrote.
#[utoipa::path(
    get, path = "/api/v1/mail-templates", tag = "mail", operation_id = "list_mail_templates", security(("bearer" = ["mail:read"])),
    params(ListParams<MailTemplates>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of templates", body = ListEnvelope<MailTemplateView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_mail_templates(
    State(shop): State<Shop>,
    _staff: Permitted<permission::MailRead>,
    list: ListParams<MailTemplates>,
) -> Result<List<MailTemplateView>, Problem> {
    let descending = list.sort.first().is_some_and(|key| key.descending);
    let page = mail_templates::list(shop.context().db.reader(), descending, &list.page).await?;
    Ok(List::of(page.map(MailTemplateView::from), &list))
}

/// Read what a letter says to readers of a locale, wherever it comes from: `de-CH` falls back to `de`, and everything to `en`.
#[utoipa::path(
    get, path = "/api/v1/mail-templates/{name}/{locale}", tag = "mail", operation_id = "get_mail_template",
    security(("bearer" = ["mail:read"])),
    params(
        ("name" = schema::MailTemplateName, Path, description = "The letter (`order_confirmation`)"),
        ("locale" = schema::MailLocale, Path, description = "For whom (`de-CH`)"),
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The template", body = Envelope<MailTemplateView>),
        (status = 404, description = "`mail_template_not_found`", body = ErrorBody),
    ),
)]
async fn get_mail_template(
    State(shop): State<Shop>,
    _staff: Permitted<permission::MailRead>,
    path: Named,
    _none: NoParams,
) -> Result<One<MailTemplateView>, Problem> {
    let (name, locale) = read(path)?;
    Ok(show(mail_templates::find(shop.context().db.reader(), name, &locale).await?))
}

/// Write what a letter says to readers of a locale. It is tried before: what is wrong is told by part and line. The first one needs no
/// version, every later one does.
#[utoipa::path(
    put, path = "/api/v1/mail-templates/{name}/{locale}", tag = "mail", operation_id = "put_mail_template",
    security(("bearer" = ["mail:write"])),
    params(
        ("name" = schema::MailTemplateName, Path, description = "The letter (`order_confirmation`)"),
        ("locale" = schema::MailLocale, Path, description = "For whom (`de-CH`)"),
        ExpectedVersion,
    ),
    request_body = MailTemplatePut,
    responses(
        CommonProblems,
        (status = 200, description = "The template as it is now", body = Envelope<MailTemplateView>),
        (status = 404, description = "`mail_template_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `too_many_mail_templates`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: by part, with the line", body = ErrorBody),
        (status = 428, description = "`version_required`: it was written before", body = ErrorBody),
    ),
)]
async fn put_mail_template(
    State(shop): State<Shop>,
    staff: Permitted<permission::MailWrite>,
    path: Named,
    expected: ExpectedVersion,
    Valid(body): Valid<MailTemplatePut>,
) -> Result<One<MailTemplateView>, Problem> {
    let named = read(path)?;
    let version = expected.if_any(body.version)?;
    Ok(show(mail_templates::put(&shop.notify, &staff.origin(), body.into_command(named, version)).await?))
}

/// Take back what the shop wrote: the letter says what is built in, or what the next locale says.
#[utoipa::path(
    delete, path = "/api/v1/mail-templates/{name}/{locale}", tag = "mail", operation_id = "delete_mail_template",
    security(("bearer" = ["mail:write"])),
    params(
        ("name" = schema::MailTemplateName, Path, description = "The letter (`order_confirmation`)"),
        ("locale" = schema::MailLocale, Path, description = "For whom (`de-CH`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is taken back"),
        (status = 404, description = "`mail_template_not_found`: also where the shop wrote none", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_mail_template(
    State(shop): State<Shop>,
    staff: Permitted<permission::MailWrite>,
    path: Named,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    let (name, locale) = read(path)?;
    mail_templates::reset(&shop.notify, &staff.origin(), name, &locale, version).await?;
    Ok(NoContent)
}

/// Show a letter as it would be, and send it to nobody. It tells of something made up, or of an order, which needs `orders:read` as well.
#[utoipa::path(
    post, path = "/api/v1/mail-templates/{name}/{locale}/preview", tag = "mail", operation_id = "preview_mail_template",
    security(("bearer" = ["mail:write"])),
    params(
        ("name" = schema::MailTemplateName, Path, description = "The letter (`order_confirmation`)"),
        ("locale" = schema::MailLocale, Path, description = "For whom (`de-CH`)"),
    ),
    request_body = MailPreviewIn,
    responses(
        CommonProblems,
        (status = 200, description = "The letter", body = Envelope<MailPreviewView>),
        (status = 404, description = "`mail_template_not_found`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: by part, with the line", body = ErrorBody),
    ),
)]
async fn preview_mail_template(
    State(shop): State<Shop>,
    staff: Permitted<permission::MailWrite>,
    path: Named,
    Valid(body): Valid<MailPreviewIn>,
) -> Result<One<MailPreviewView>, Problem> {
    let named = read(path)?;
    if body.order_id.is_some() && !staff.may(Permission::OrdersRead) {
        return Err(Problem::forbidden(Permission::OrdersRead.name()));
    }
    Ok(One::plain(mail_templates::preview(&shop.notify, body.parse(named)?).await?.into()))
}

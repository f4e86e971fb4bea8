//! Links by which readers of letters say that such letters are not wanted.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use gateway::{Anyone, CommonProblems, Envelope, ErrorBody, NoContent, NoParams, One, Problem};
use notify::mails::{self, Subscription};
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![get_mail_subscription, unsubscribe_from_mail]
}

/// What a link to unsubscribe says.
#[derive(Debug, Serialize, ToSchema)]
struct MailSubscriptionView {
    /// Whose it is; whoever has the link has the letter.
    email: String,
    /// Whether its reader is written to for more than what was bought. POST to the same address takes it back.
    wanted: bool,
}

impl From<Subscription> for MailSubscriptionView {
    fn from(Subscription { email, wanted }: Subscription) -> Self {
        Self { email: email.as_str().to_owned(), wanted }
    }
}

fn read(token: Result<Path<String>, PathRejection>) -> Result<String, Problem> {
    token.map(|Path(token)| token).map_err(|_| Problem::not_found("unsubscribe_link_not_found"))
}

/// Read what a link of a letter says. It changes nothing: programs that look at mails open all links in them.
#[utoipa::path(
    get, path = "/api/v1/mail/unsubscribe/{token}", tag = "mail", operation_id = "get_mail_subscription", security(()),
    params(("token" = String, Path, description = "The end of the letter's link")),
    responses(
        CommonProblems,
        (status = 200, description = "Whether such letters are wanted", body = Envelope<MailSubscriptionView>),
        (status = 404, description = "`unsubscribe_link_not_found`", body = ErrorBody),
    ),
)]
async fn get_mail_subscription(
    State(shop): State<Shop>,
    _anyone: Anyone,
    token: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<MailSubscriptionView>, Problem> {
    let token = read(token)?;
    Ok(One::plain(mails::subscription(shop.context(), &token).await?.into()))
}

/// Take back the consent of a letter's reader: what mail programs do when their button is pressed (RFC 8058). Done again it changes nothing.
#[utoipa::path(
    post, path = "/api/v1/mail/unsubscribe/{token}", tag = "mail", operation_id = "unsubscribe_from_mail", security(()),
    params(("token" = String, Path, description = "The end of the letter's link")),
    responses(
        CommonProblems,
        (status = 204, description = "No such letter is written to its reader any more"),
        (status = 404, description = "`unsubscribe_link_not_found`", body = ErrorBody),
    ),
)]
async fn unsubscribe_from_mail(
    State(shop): State<Shop>,
    anyone: Anyone,
    token: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    let token = read(token)?;
    mails::unsubscribe(shop.context(), &anyone.origin(), &token).await?;
    Ok(NoContent)
}

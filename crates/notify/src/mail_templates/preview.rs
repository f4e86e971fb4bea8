//! Showing a letter as it would be.

use kernel::{FieldErrors, OrderId};
use platform::Context;
use platform::db::DatabaseError;
use sales::orders::{self, OrderDetails, OrderKey};
use sales::settings;

use super::error::MailTemplateError;
use super::find::find;
use super::locale::MailLocale;
use super::model::{TemplateName, TemplateText};
use super::of_order::{order_words, parcel_words};
use super::render::{Rendered, render};
use super::samples::samples;
use super::words::{LetterWords, ShopWords, Words};
use crate::Notify;

/// Which letter is to be shown, and of what it is made.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Which letter.
    pub name: TemplateName,
    /// For whom.
    pub locale: MailLocale,
    /// Another subject than the template has.
    pub subject: Option<String>,
    /// Another text.
    pub text: Option<String>,
    /// Other HTML.
    pub html: Option<String>,
    /// Which order it tells of; else one that is made up.
    pub order_id: Option<OrderId>,
}

/// Makes a letter and sends it to nobody.
///
/// # Errors
/// `MailTemplateError::Input` by part and line where the template is none, and where the order is not there or has no parcel.
pub async fn preview(notify: &Notify, request: Preview) -> Result<Rendered, MailTemplateError> {
    let Preview { name, locale, subject, text, html, order_id } = request;
    let context = &notify.context;
    let template = find(context.db.reader(), name, &locale).await?.content;
    let content = TemplateText {
        subject: subject.unwrap_or(template.subject),
        text: text.unwrap_or(template.text),
        html: html.unwrap_or(template.html),
    };
    let about = match order_id {
        Some(id) => of_order(context, name, &locale, id).await?,
        None => {
            let [all, _] = samples(name, &locale);
            all
        }
    };
    Ok(render(&content, &LetterWords { locale, shop: shop_words(context).await?, about })?)
}

async fn of_order(context: &Context, name: TemplateName, locale: &MailLocale, id: OrderId) -> Result<Words, MailTemplateError> {
    let refused = |why: &str| MailTemplateError::from(FieldErrors::of("order_id", why));
    if !name.tells_of_an_order() {
        return Err(refused("this letter tells of no order"));
    }
    let reader = context.db.reader();
    let order = orders::find(reader, OrderKey::Id(id)).await?.ok_or_else(|| refused("no such order"))?;
    let details = orders::details(reader, order).await?;
    words_of(name, &details, locale).ok_or_else(|| refused("no parcel of this order has left"))
}

fn words_of(name: TemplateName, details: &OrderDetails, locale: &MailLocale) -> Option<Words> {
    let order = Box::new(order_words(details, locale));
    if name == TemplateName::ShippingNotice {
        return Some(Words::Shipped { order, parcel: parcel_words(details, details.fulfilments.last()?) });
    }
    Some(Words::Ordered { order })
}

/// Who writes.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn shop_words(context: &Context) -> Result<ShopWords, DatabaseError> {
    let profile = settings::profile(context).await?;
    Ok(ShopWords { name: profile.name, url: context.config.server.base_url().to_owned(), support_email: profile.support_email })
}

//! Making the letter that is sent.

use platform::db::{ConnectionTrait, DatabaseError};

use super::built_in::built_in;
use super::find::find;
use super::locale::MailLocale;
use super::model::TemplateName;
use super::render::{Rendered, render};
use super::words::LetterWords;

/// The letter of this name. Where what the shop wrote makes none of these words, although it was tried, the letter is what is built in: a
/// customer waits for it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn letter(db: &impl ConnectionTrait, name: TemplateName, words: &LetterWords) -> Result<Rendered, DatabaseError> {
    let template = find(db, name, &words.locale).await?;
    let errors = match render(&template.content, words) {
        Ok(letter) => return Ok(letter),
        Err(errors) => errors,
    };
    tracing::warn!(mail.template = %name, mail.locale = %template.written_for, error = %errors, "a template makes no letter; the built-in one is sent");
    let built_in = words.locale.chain().iter().find_map(|locale: &MailLocale| built_in(name, locale));
    let made = built_in.and_then(|content| render(&content, words).ok());
    made.ok_or_else(|| DatabaseError::corrupt("a built-in letter cannot be made"))
}

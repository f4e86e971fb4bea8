//! Which template a letter is made of.

use kernel::{Page, PageRequest};
use platform::db::{self, ConnectionTrait, DatabaseError, ListError};

use super::built_in::{LANGUAGES, built_in};
use super::locale::MailLocale;
use super::model::{Stored, Template, TemplateName, TemplateOrigin};
use super::store;

/// What a letter of this name is made of for readers of this locale: what the shop wrote, else what is built in, else that of the next locale
/// (`de-CH`, `de`, `en`).
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, name: TemplateName, locale: &MailLocale) -> Result<Template, DatabaseError> {
    let chain = locale.chain();
    let stored = store::of(db, name, &chain).await?;
    chosen(name, locale, &chain, &stored).ok_or_else(|| DatabaseError::corrupt("a letter that is not built in"))
}

fn chosen(name: TemplateName, locale: &MailLocale, chain: &[MailLocale], stored: &[Stored]) -> Option<Template> {
    let own = stored.iter().find(|stored| stored.locale == *locale);
    let (version, updated) = own.map_or((0, None), |own| (own.version, Some((own.updated_at, own.updated_by.clone()))));
    chain.iter().find_map(|written_for| {
        let edited = stored.iter().find(|stored| stored.locale == *written_for).and_then(|stored| stored.content.clone());
        let origin = match (written_for == locale, &edited) {
            (false, _) => TemplateOrigin::Inherited,
            (true, Some(_)) => TemplateOrigin::Edited,
            (true, None) => TemplateOrigin::BuiltIn,
        };
        let content = edited.or_else(|| built_in(name, written_for))?;
        let (locale, written_for) = (locale.clone(), written_for.clone());
        Some(Template { name, locale, origin, written_for, content, version, updated: updated.clone() })
    })
}

/// A page of all templates that are built in or written by the shop, by name and locale: one statement, whatever the page, because there are
/// few.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, descending: bool, request: &PageRequest) -> Result<Page<Template>, ListError> {
    db::page_of_short(templates(&store::all(db).await?), request, descending, place)
}

/// Where it stands in the list.
fn place(template: &Template) -> String {
    format!("{} {}", template.name, template.locale)
}

fn templates(stored: &[Stored]) -> Vec<Template> {
    let of = |name: TemplateName| {
        let languages = LANGUAGES.iter().filter_map(|language| language.parse().ok());
        let written = stored.iter().filter(|stored| stored.name == name && stored.content.is_some()).map(|stored| stored.locale.clone());
        let mut locales: Vec<MailLocale> = languages.chain(written).collect();
        locales.sort_unstable();
        locales.dedup();
        let own: Vec<Stored> = stored.iter().filter(|stored| stored.name == name).cloned().collect();
        locales.into_iter().filter_map(move |locale| chosen(name, &locale, &locale.chain(), &own)).collect::<Vec<_>>()
    };
    TemplateName::ALL.iter().copied().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use kernel::{MailTemplateId, Timestamp};

    use super::super::model::TemplateText;
    use super::*;

    fn stored(locale: &str, subject: Option<&str>) -> Stored {
        Stored {
            id: MailTemplateId::generate(),
            name: TemplateName::Welcome,
            locale: locale.parse().expect("a locale"),
            content: subject.map(|subject| TemplateText { subject: subject.to_owned(), text: "x".to_owned(), html: "x".to_owned() }),
            version: 3,
            updated_at: Timestamp::default(),
            updated_by: "cli".to_owned(),
        }
    }

    fn told(locale: &str, stored: &[Stored]) -> (TemplateOrigin, String, i64) {
        let locale: MailLocale = locale.parse().expect("a locale");
        let template = chosen(TemplateName::Welcome, &locale, &locale.chain(), stored).expect("a template");
        (template.origin, template.written_for.to_string(), template.version)
    }

    #[test]
    fn what_the_shop_wrote_comes_before_what_is_built_in_and_both_before_the_next_locale() {
        let (edited, built_in, inherited) = (TemplateOrigin::Edited, TemplateOrigin::BuiltIn, TemplateOrigin::Inherited);
        assert_eq!(told("de-CH", &[]), (inherited, "de".to_owned(), 0));
        assert_eq!(told("de", &[]), (built_in, "de".to_owned(), 0));
        assert_eq!(told("fr-CA", &[]), (inherited, "en".to_owned(), 0));
        assert_eq!(told("fr-CA", &[stored("fr", Some("Bienvenue"))]), (inherited, "fr".to_owned(), 0));
        assert_eq!(told("de-CH", &[stored("de-CH", Some("Grüezi"))]), (edited, "de-CH".to_owned(), 3));
        // What was taken back keeps its version, so that nobody writes over what he has not seen.
        assert_eq!(told("de-CH", &[stored("de-CH", None)]), (inherited, "de".to_owned(), 3));
        assert_eq!(told("de", &[stored("de", None)]), (built_in, "de".to_owned(), 3));
    }

    #[test]
    fn the_list_has_what_is_built_in_and_what_the_shop_wrote() {
        let told = templates(&[stored("fr", Some("Bienvenue")), stored("it", None)]);
        let places: Vec<String> = told.iter().map(place).collect();
        assert_eq!(places.len(), 2 * TemplateName::ALL.len() + 1, "{places:?}");
        assert!(places.contains(&"welcome fr".to_owned()) && !places.contains(&"welcome it".to_owned()));
    }
}

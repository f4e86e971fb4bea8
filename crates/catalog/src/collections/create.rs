//! Making a collection.

use kernel::{CollectionId, FieldErrors, Origin, Slug};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::error::CollectionError;
use super::events::CollectionEvent;
use super::input::CollectionDetails;
use super::model::{Collection, Contents, behind};
use super::rules::Rules;
use super::store;
use crate::products;

/// Makes a collection and records `collection.created`. A slug that is not given is made of the name, with a number where that is taken.
///
/// # Errors
/// `CollectionError` names what is wrong; nothing is made then.
pub async fn create(context: &Context, origin: &Origin, details: CollectionDetails) -> Result<Collection, CollectionError> {
    let tx = context.begin(origin).await?;
    store::lock_all(&tx).await?;
    if let Contents::Rules(rules) = &details.contents {
        refuse_unknown_categories(&tx, rules).await?;
    }
    let slug = match details.slug {
        Some(slug) => slug,
        None => free_slug(&tx, &details.name).await?,
    };
    let position = match details.position {
        Some(position) => position,
        None => behind(store::last_position(&tx).await?),
    };
    let collection = Collection {
        id: CollectionId::generate(),
        slug,
        name: details.name,
        description: details.description,
        status: details.status,
        contents: details.contents,
        position,
        seo_title: details.seo_title,
        seo_description: details.seo_description,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert(&tx, &collection).await?;
    outbox::record(&tx, &CollectionEvent::Created((&collection).into())).await?;
    audit::record(&tx, &audit::Entry::of("collection.created", collection.id).after(&collection)).await?;
    tx.commit().await?;
    Ok(collection)
}

/// The name as a slug, or the same with the first number from 2 that is free. New collections wait for each other, so that no other one takes it
/// meanwhile.
async fn free_slug(tx: &WriteTx, name: &str) -> Result<Slug, CollectionError> {
    let wanted = Slug::from_title(name).map_err(|_| FieldErrors::of("slug", "no slug can be made of this name; give one"))?;
    let taken = store::slugs_like(tx, &wanted).await?;
    let numbered = (2..).map(|number| wanted.numbered(number));
    let free = std::iter::once(wanted.clone()).chain(numbered).find(|slug| !taken.contains(slug.as_str()));
    free.ok_or_else(|| DatabaseError::corrupt("collections.slug").into())
}

/// A category that is not there is an error of whoever wrote the rule; one that goes later has no products from then on.
pub(super) async fn refuse_unknown_categories(tx: &WriteTx, rules: &Rules) -> Result<(), CollectionError> {
    let (places, ids): (Vec<_>, Vec<_>) = rules.categories().unzip();
    let mut errors = FieldErrors::new();
    for unknown in products::unknown_categories(tx, &ids).await? {
        if let Some(place) = places.get(unknown) {
            errors.add(format!("rules.conditions.{place}.value"), "unknown category");
        }
    }
    Ok(errors.finish(|| Some(()))?)
}

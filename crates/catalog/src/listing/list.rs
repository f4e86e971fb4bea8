//! Listing products, page by page.

use std::collections::HashMap;

use kernel::{Cursor, Page, PageRequest, Position, ProductId, Timestamp};
use platform::cache::Tag;
use platform::db::{self, ConnectionTrait, DatabaseError, ListError, Total};

use super::model::{ProductQuery, ProductSummary};
use super::narrow::{Within, narrow};
use super::store::{self, Sets};
use crate::collections::{self, CollectionEvent};
use crate::media::{self, Media};
use crate::products::ProductEvent;

/// A page of products: one statement for the rows, one for the total of a numbered page, one where categories, tags or
/// options are filtered by, one for a collection (two where its rules name categories), and those of what is included.
/// Prices of included variants are those of `now`.
///
/// # Errors
/// `ListError` for a page that is too deep or a cursor of another list.
pub async fn list(db: &impl ConnectionTrait, query: &ProductQuery, now: Timestamp) -> Result<Page<ProductSummary>, ListError> {
    let Some(reference) = &query.filters.collection else { return page(db, None, query, now).await };
    let found = collections::find_ref(db, reference).await?;
    match found.filter(|collection| query.audience.sees(collection)) {
        Some(collection) => page(db, Some(Within::of(&collection)), query, now).await,
        None => Ok(nothing(&query.page)),
    }
}

/// The same of what is in a collection that was found already, whether or not the audience sees that.
///
/// # Errors
/// As [`list`].
pub async fn list_in(
    db: &impl ConnectionTrait,
    within: Within<'_>,
    query: &ProductQuery,
    now: Timestamp,
) -> Result<Page<ProductSummary>, ListError> {
    page(db, Some(within), query, now).await
}

async fn page(
    db: &impl ConnectionTrait,
    within: Option<Within<'_>>,
    query: &ProductQuery,
    now: Timestamp,
) -> Result<Page<ProductSummary>, ListError> {
    let window = db::window(&query.page)?;
    // A cursor goes on in the order that was asked for by name.
    let sort = query.sort;
    let query = &*narrow(db, within, query, now).await?;
    let sets = Sets::measure(db, query).await?;
    if sets.match_nothing() {
        return Ok(nothing(&query.page));
    }
    let rows = rows(db, query, &sets, window).await?;
    let total = total(db, query, &sets).await?;
    let place =
        |row: &store::Listed| Cursor { sort: sort.as_str().to_owned(), value: row.sort_value(query.sort), id: row.summary.id.uuid() };
    let mut page = db::page_of(rows, &query.page, total, place).map(|row| row.summary);
    include(db, query, now, &mut page.items).await?;
    Ok(page)
}

/// The rows of a page: by their ids where those are known, and otherwise, or where those are not enough, by reading the list.
async fn rows(
    db: &impl ConnectionTrait,
    query: &ProductQuery,
    sets: &Sets<'_>,
    window: (i64, i64),
) -> Result<Vec<store::Listed>, ListError> {
    if let Some((near, is_last)) = sets.near(query, window) {
        if near.match_nothing() {
            return Ok(Vec::new());
        }
        let found = store::rows(db, query, &near, (window.0, 0)).await?;
        if i64::try_from(found.len()) == Ok(window.0) || (is_last && !found.is_empty()) {
            return Ok(found);
        }
    }
    store::rows(db, query, sets, window).await
}

async fn total(db: &impl ConnectionTrait, query: &ProductQuery, sets: &Sets<'_>) -> Result<Option<Total>, DatabaseError> {
    if let (Position::Number(_), Some(products)) = (&query.page.position, sets.known_total()) {
        return Ok(Some(Total::of(i64::try_from(products).unwrap_or(i64::MAX))));
    }
    let tags = if store::is_of_products_alone(&query.filters) { depends_on() } else { Vec::new() };
    db::total_until(db, &query.page, store::matching(query, sets), tags).await
}

/// What changes which products belong to what: their own facts, and those of collections.
pub(super) fn depends_on() -> Vec<Tag> {
    vec![Tag::every::<ProductEvent>(), Tag::every::<CollectionEvent>()]
}

fn nothing(page: &PageRequest) -> Page<ProductSummary> {
    let counted = matches!(page.position, Position::Number(_));
    Page { items: Vec::new(), has_next: false, next: None, total: counted.then_some(0), total_is_estimate: false }
}

async fn include(
    db: &impl ConnectionTrait,
    query: &ProductQuery,
    now: Timestamp,
    products: &mut [ProductSummary],
) -> Result<(), ListError> {
    let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    if query.include.variants {
        let mut variants = store::variants_of(db, &ids, now).await?;
        products.iter_mut().for_each(|product| product.included_variants = Some(take(&mut variants, product.id)));
    }
    if query.include.media {
        let mut media: HashMap<ProductId, Vec<Media>> = HashMap::new();
        for picture in media::list_for_products(db, &ids).await? {
            media.entry(picture.product_id).or_default().push(picture);
        }
        products.iter_mut().for_each(|product| product.included_media = Some(take(&mut media, product.id)));
    }
    if query.include.categories {
        let mut categories = store::categories_of(db, &ids).await?;
        products.iter_mut().for_each(|product| product.included_categories = Some(take(&mut categories, product.id)));
    }
    Ok(())
}

fn take<T>(found: &mut HashMap<ProductId, Vec<T>>, id: ProductId) -> Vec<T> {
    found.remove(&id).unwrap_or_default()
}

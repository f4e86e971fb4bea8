//! What public answers show, by the facts that change it: said once for all routes of a resource.

use catalog::categories::CategoryEvent;
use catalog::channels::ChannelEvent;
use catalog::collections::CollectionEvent;
use catalog::inventory::{LocationFact, StockFact};
use catalog::media::MediaEvent;
use catalog::price_lists::PriceListEvent;
use catalog::products::ProductEvent;
use catalog::redirects::RedirectEvent;
use kernel::{ProductId, VariantId};
use platform::cache::Tag;

/// A product with its variants, pictures and categories: what happens to these, and whatever changes prices, availability or
/// the way to a category for all products at once.
pub(crate) fn product(id: ProductId, variants: impl IntoIterator<Item = VariantId>) -> Vec<Tag> {
    let own = [Tag::thing::<ProductEvent>(id), Tag::thing::<MediaEvent>(id)];
    let shared =
        [Tag::every::<CategoryEvent>(), Tag::every::<LocationFact>(), Tag::every::<PriceListEvent>(), Tag::every::<ChannelEvent>()];
    let stock = variants.into_iter().map(Tag::thing::<StockFact>);
    own.into_iter().chain(shared).chain(stock).collect()
}

/// Lists of products: any product may enter, leave or move.
pub(crate) fn products() -> [Tag; 8] {
    [
        Tag::every::<ProductEvent>(),
        Tag::every::<MediaEvent>(),
        Tag::every::<StockFact>(),
        Tag::every::<CategoryEvent>(),
        Tag::every::<CollectionEvent>(),
        Tag::every::<LocationFact>(),
        Tag::every::<PriceListEvent>(),
        Tag::every::<ChannelEvent>(),
    ]
}

/// Categories, one or many, with the way down to them; some show how many products they have.
pub(crate) fn categories() -> [Tag; 2] {
    [Tag::every::<CategoryEvent>(), Tag::every::<ProductEvent>()]
}

/// Collections, one or many.
pub(crate) fn collections() -> [Tag; 1] {
    [Tag::every::<CollectionEvent>()]
}

/// Redirects, one or many.
pub(crate) fn redirects() -> [Tag; 1] {
    [Tag::every::<RedirectEvent>()]
}

/// Channels, one or many.
pub(crate) fn channels() -> [Tag; 1] {
    [Tag::every::<ChannelEvent>()]
}

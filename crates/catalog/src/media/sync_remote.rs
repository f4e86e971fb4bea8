//! Making a product's pictures elsewhere what an import says they are.

use kernel::{FieldErrors, MediaId, ProductId, Timestamp};
use platform::db::WriteTx;
use platform::outbox;

use super::add::AddMediaError;
use super::events::MediaEvent;
use super::model::{MAX_PER_PRODUCT, Media, MediaSource, RemoteUrl, alt};
use super::store;

/// A picture that an import names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemotePicture {
    url: RemoteUrl,
    alt: Option<String>,
}

impl RemotePicture {
    /// Reads what came from outside; without an alternative text, the one that the picture has stays.
    ///
    /// # Errors
    /// Every field that is refused: `url`, `alt`.
    pub fn parse(url: &str, alt_text: Option<&str>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let url = errors.take("url", RemoteUrl::parse(url));
        let alt = errors.take_optional("alt", alt_text, alt);
        errors.finish(|| Some(Self { url: url?, alt }))
    }

    /// Its address, as it is kept: by it the picture is found among the product's.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// True where the picture would keep its alternative text.
    #[must_use]
    pub fn keeps_alt_of(&self, media: &Media) -> bool {
        self.alt.as_ref().is_none_or(|alt| *alt == media.alt)
    }
}

/// Gives the product exactly these pictures from elsewhere, in this order; one that is there already keeps its id. Files of
/// our own stay, behind them. An address that is named twice is one picture. Answers all pictures of the product in their
/// new order; records `product_media.rearranged` where anything is another, so that doing it again changes nothing.
///
/// # Errors
/// `ProductNotFound`, `TooMany` or the database's.
pub async fn sync_remote(tx: &WriteTx, product_id: ProductId, wanted: &[RemotePicture]) -> Result<Vec<Media>, AddMediaError> {
    if !store::lock_product(tx, product_id).await? {
        return Err(AddMediaError::ProductNotFound);
    }
    let before = store::list_for_products(tx, &[product_id]).await?;
    let after = plan(product_id, &before, wanted, tx.now());
    if after.len() > MAX_PER_PRODUCT {
        return Err(AddMediaError::TooMany);
    }
    if after == before {
        return Ok(before);
    }
    let old = |media: &&Media| before.iter().find(|old| old.id == media.id).cloned();
    let gone: Vec<MediaId> = before.iter().map(|media| media.id).filter(|id| after.iter().all(|media| media.id != *id)).collect();
    let new: Vec<Media> = after.iter().filter(|media| old(media).is_none()).cloned().collect();
    let changed: Vec<&Media> = after.iter().filter(|media| old(media).is_some_and(|old| old.version != media.version)).collect();
    let order: Vec<MediaId> = after.iter().map(|media| media.id).collect();
    store::delete(tx, product_id, &gone).await?;
    store::insert(tx, &new).await?;
    store::update(tx, &changed).await?;
    store::arrange(tx, &order).await?;
    store::show_first(tx, product_id).await?;
    outbox::record(tx, &MediaEvent::Rearranged { product_id, media_ids: order }).await?;
    Ok(after)
}

/// The same for a product that was made in this transaction and has no pictures: nobody else sees it, and there is nothing to
/// compare with.
///
/// # Errors
/// `TooMany` or the database's.
pub async fn add_remote_to_new(tx: &WriteTx, product_id: ProductId, wanted: &[RemotePicture]) -> Result<Vec<Media>, AddMediaError> {
    let media = plan(product_id, &[], wanted, tx.now());
    if media.len() > MAX_PER_PRODUCT {
        return Err(AddMediaError::TooMany);
    }
    if !media.is_empty() {
        store::insert(tx, &media).await?;
        store::show(tx, product_id, media.first()).await?;
        let media_ids = media.iter().map(|media| media.id).collect();
        outbox::record(tx, &MediaEvent::Rearranged { product_id, media_ids }).await?;
    }
    Ok(media)
}

/// The same for many products, which their caller lists only after it.
///
/// # Errors
/// `TooMany` or the database's.
pub async fn add_remote_to_all_new(tx: &WriteTx, wanted: &[(ProductId, &[RemotePicture])]) -> Result<Vec<Vec<Media>>, AddMediaError> {
    let media: Vec<Vec<Media>> = wanted.iter().map(|(product, pictures)| plan(*product, &[], pictures, tx.now())).collect();
    if media.iter().any(|media| media.len() > MAX_PER_PRODUCT) {
        return Err(AddMediaError::TooMany);
    }
    store::insert(tx, &media.concat()).await?;
    let shown = wanted.iter().zip(&media).filter(|(_, media)| !media.is_empty());
    let fact = |((product_id, _), media): (&(ProductId, &[RemotePicture]), &Vec<Media>)| MediaEvent::Rearranged {
        product_id: *product_id,
        media_ids: media.iter().map(|media| media.id).collect(),
    };
    outbox::record_all(tx, &shown.map(fact).collect::<Vec<_>>()).await?;
    Ok(media)
}

/// The pictures as they are to be, by what they are and what is wanted.
fn plan(product_id: ProductId, before: &[Media], wanted: &[RemotePicture], now: Timestamp) -> Vec<Media> {
    let mut after: Vec<Media> = Vec::with_capacity(wanted.len());
    for picture in wanted {
        let source = MediaSource::Remote(picture.url().to_owned());
        if after.iter().any(|media| media.source == source) {
            continue;
        }
        let media = match before.iter().find(|media| media.source == source) {
            Some(old) => match picture.alt.as_ref().filter(|alt| **alt != old.alt) {
                Some(alt) => Media { alt: alt.clone(), version: old.version + 1, updated_at: now, ..old.clone() },
                None => old.clone(),
            },
            None => Media {
                id: MediaId::generate(),
                product_id,
                position: 0,
                source,
                alt: picture.alt.clone().unwrap_or_default(),
                version: 1,
                created_at: now,
                updated_at: now,
            },
        };
        after.push(media);
    }
    after.extend(before.iter().filter(|media| matches!(media.source, MediaSource::File { .. })).cloned());
    after.into_iter().zip(0..).map(|(media, position)| Media { position, ..media }).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const NOW: Timestamp = DateTime::UNIX_EPOCH;

    fn wanted(name: &str, alt: Option<&str>) -> RemotePicture {
        RemotePicture::parse(&format!("https://cdn.example.com/{name}.jpg"), alt).expect("fine")
    }

    #[test]
    fn what_is_there_keeps_its_id_and_the_same_again_changes_nothing() {
        let product = ProductId::generate();
        let first = plan(product, &[], &[wanted("a", Some("A")), wanted("b", None), wanted("a", None)], NOW);
        assert_eq!(first.len(), 2);
        let again = plan(product, &first, &[wanted("a", Some("A")), wanted("b", None)], NOW);
        assert_eq!(again, first);

        let changed = plan(product, &first, &[wanted("c", None), wanted("a", Some("Another"))], NOW);
        assert_eq!((changed[1].id, changed[1].version, changed[1].position), (first[0].id, 2, 1));
        assert!(changed.iter().all(|media| media.id != first[1].id));
    }

    #[test]
    fn files_of_our_own_stay_behind_what_an_import_names() {
        let product = ProductId::generate();
        let source = MediaSource::File { key: "k.png".into(), content_type: "image/png".into(), byte_size: 1, width_px: 1, height_px: 1 };
        let mut own = plan(product, &[], &[wanted("a", None)], NOW).remove(0);
        own.source = source.clone();
        let after = plan(product, &[own], &[wanted("b", None)], NOW);
        assert_eq!(after.iter().map(|media| media.position).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(after[1].source, source);
        assert_eq!(plan(product, &after, &[], NOW).len(), 1);
    }
}

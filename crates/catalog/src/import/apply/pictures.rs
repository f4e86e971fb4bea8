//! What becomes of a product's pictures.

use std::collections::HashMap;

use kernel::{FieldErrors, MediaId, ProductId};
use platform::db::WriteTx;
use serde_json::{Value, json};

use super::error::ApplyError;
use crate::assortment::FieldChange;
use crate::import::field::Field;
use crate::import::record::{MediaRecord, ProductRecord};
use crate::media::{self, Media, MediaSource, RemotePicture};

/// What a record says of pictures.
#[derive(Debug)]
pub(super) struct Pictures {
    /// All pictures of the product; nothing where the record says nothing of them.
    all: Option<Vec<RemotePicture>>,
    /// Those of variants, by the address that the record gives.
    of_variants: Vec<(String, RemotePicture)>,
}

/// The pictures of a product as they are now.
#[derive(Debug, Default)]
pub(super) struct Synced {
    /// The pictures of variants by the address that the record gives.
    pub(super) by_url: HashMap<String, MediaId>,
    /// What changed.
    pub(super) change: Option<FieldChange>,
}

impl Pictures {
    /// Reads all addresses.
    pub(super) fn parse(record: &ProductRecord) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut read =
            |path: String, url: &str, alt: Option<&str>| RemotePicture::parse(url, alt).map_err(|inner| errors.nest(&path, inner)).ok();
        let all = match &record.media {
            Field::Keep => None,
            Field::Clear => Some(Vec::new()),
            Field::Set(media) => {
                let numbered = media.iter().enumerate();
                let picture = |(place, of): (usize, &MediaRecord)| read(format!("media.{place}"), &of.url, of.alt.as_deref());
                Some(numbered.filter_map(picture).collect())
            }
        };
        let urls = record.variants.iter().enumerate().filter_map(|(place, variant)| Some((place, variant.media_url.get()?)));
        let urls = urls.filter(|(_, url)| !url.trim().is_empty());
        let of_variants = urls.filter_map(|(place, url)| {
            let path = format!("variants.{place}.media_url");
            let read = RemotePicture::parse(url, None).map_err(|inner| errors.nest(&path, without_field(inner)));
            Some((url.clone(), read.ok()?))
        });
        let of_variants = of_variants.collect();
        errors.finish(|| Some(Self { all, of_variants }))
    }

    /// True where the record says something of pictures.
    pub(super) fn are_named(&self) -> bool {
        !self.of_variants.is_empty() || self.all.is_some()
    }

    /// Gives the product these pictures; those of variants that are not among them stand behind.
    pub(super) async fn sync(&self, tx: &WriteTx, product: ProductId) -> Result<Synced, ApplyError> {
        let before = media::list_for_products(tx, &[product]).await?;
        let remote = || before.iter().filter_map(as_remote).collect::<Result<_, _>>();
        let wanted = self.with_variants(self.all.clone().map_or_else(remote, Ok)?);
        let after = if shows(&before, &wanted) { before.clone() } else { media::sync_remote(tx, product, &wanted).await? };
        Ok(self.synced(&before, &after))
    }

    /// The same for a product that is made in this transaction.
    pub(super) async fn add_to_new(&self, tx: &WriteTx, product: ProductId) -> Result<Synced, ApplyError> {
        let wanted = self.of_new();
        let after = media::add_remote_to_new(tx, product, &wanted).await?;
        Ok(self.synced(&[], &after))
    }

    /// All pictures of a product that is new.
    pub(super) fn of_new(&self) -> Vec<RemotePicture> {
        self.with_variants(self.all.clone().unwrap_or_default())
    }

    fn with_variants(&self, mut wanted: Vec<RemotePicture>) -> Vec<RemotePicture> {
        for (_, picture) in &self.of_variants {
            if wanted.iter().all(|other| other.url() != picture.url()) {
                wanted.push(picture.clone());
            }
        }
        wanted
    }

    pub(super) fn synced(&self, before: &[Media], after: &[Media]) -> Synced {
        let id_of = |picture: &RemotePicture| after.iter().find(|media| url_of(media) == Some(picture.url())).map(|media| media.id);
        let by_url = self.of_variants.iter().filter_map(|(url, picture)| Some((url.clone(), id_of(picture)?))).collect();
        let change = (before != after).then(|| FieldChange { field: "media".to_owned(), old: shown(before), new: shown(after) });
        Synced { by_url, change }
    }
}

/// A variant's picture has one field in the record, an address.
fn without_field(errors: FieldErrors) -> FieldErrors {
    FieldErrors::of("", errors.into_map().into_values().flatten().collect::<Vec<_>>().join(", "))
}

fn as_remote(media: &Media) -> Option<Result<RemotePicture, FieldErrors>> {
    url_of(media).map(|url| RemotePicture::parse(url, None))
}

fn url_of(media: &Media) -> Option<&str> {
    match &media.source {
        MediaSource::Remote(url) => Some(url),
        MediaSource::File { .. } => None,
    }
}

/// True where the product has just these pictures already.
fn shows(before: &[Media], wanted: &[RemotePicture]) -> bool {
    let remote: Vec<&Media> = before.iter().filter(|media| url_of(media).is_some()).collect();
    let in_front = before.iter().take(remote.len()).all(|media| url_of(media).is_some());
    let same = |(media, picture): (&&Media, &RemotePicture)| url_of(media) == Some(picture.url()) && picture.keeps_alt_of(media);
    in_front && remote.len() == wanted.len() && remote.iter().zip(wanted).all(same)
}

fn shown(media: &[Media]) -> Value {
    let picture = |media: &Media| match &media.source {
        MediaSource::Remote(url) => json!({ "url": url, "alt": media.alt }),
        MediaSource::File { key, .. } => json!({ "file_key": key, "alt": media.alt }),
    };
    media.iter().map(picture).collect()
}

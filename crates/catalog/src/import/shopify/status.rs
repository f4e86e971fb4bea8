//! Shopify says whether a product is for sale in two cells; we say it in one field, and keep in metadata what that cannot hold.

use serde_json::Value;

use crate::import::field::Field;
use crate::import::record::MetadataPatch;
use crate::products::ProductStatus;

/// Kept where Shopify's status is not ours: `active` but not published, or `unlisted`.
const STATUS_KEY: &str = "shopify.status";
/// Kept where it is not what our status says.
const PUBLISHED_KEY: &str = "shopify.published";

/// Shopify's word for the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Active,
    Draft,
    Archived,
    /// For sale to those who have the link.
    Unlisted,
}

impl Word {
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text.to_lowercase().as_str() {
            "active" => Ok(Self::Active),
            "draft" => Ok(Self::Draft),
            "archived" => Ok(Self::Archived),
            "unlisted" => Ok(Self::Unlisted),
            _ => Err("must be active, draft, archived or unlisted"),
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draft => "draft",
            Self::Archived => "archived",
            Self::Unlisted => "unlisted",
        }
    }
}

/// Our status, with both metadata keys set or removed. Without either cell the status is left alone.
pub(crate) fn read(word: Field<Word>, published: Field<bool>, metadata: &mut MetadataPatch) -> Field<ProductStatus> {
    if word.is_keep() && published.is_keep() {
        return Field::Keep;
    }
    // Shopify's own defaults: an empty cell is `active`, and what is active is published.
    let word = word.into_option().unwrap_or(Word::Active);
    let published = published.into_option().unwrap_or(matches!(word, Word::Active | Word::Unlisted));
    let (status, kept_word, kept_published) = match (word, published) {
        (Word::Active, true) => (ProductStatus::Active, None, None),
        (Word::Active, false) => (ProductStatus::Draft, Some(Word::Active), None),
        (Word::Unlisted, true) => (ProductStatus::Active, Some(Word::Unlisted), None),
        (Word::Unlisted, false) => (ProductStatus::Active, Some(Word::Unlisted), Some("false")),
        (Word::Draft, published) => (ProductStatus::Draft, None, published.then_some("true")),
        (Word::Archived, published) => (ProductStatus::Archived, None, published.then_some("true")),
    };
    metadata.insert(STATUS_KEY.to_owned(), kept_word.map_or(Value::Null, |word| word.as_str().into()));
    metadata.insert(PUBLISHED_KEY.to_owned(), kept_published.map_or(Value::Null, Value::from));
    Field::Set(status)
}

/// Both cells, from our status and what was kept: the reverse of [`read`].
pub(crate) fn write(status: ProductStatus, metadata: &MetadataPatch) -> (Word, bool) {
    let kept = |key: &str| metadata.get(key).and_then(Value::as_str).unwrap_or("");
    match (status, kept(STATUS_KEY), kept(PUBLISHED_KEY)) {
        (ProductStatus::Active, "unlisted", published) => (Word::Unlisted, published != "false"),
        (ProductStatus::Active, _, _) => (Word::Active, true),
        (ProductStatus::Draft, "active", _) => (Word::Active, false),
        (ProductStatus::Draft, _, published) => (Word::Draft, published == "true"),
        (ProductStatus::Archived, _, published) => (Word::Archived, published == "true"),
    }
}

/// True for the keys that these two cells hold.
pub(crate) fn is_key(key: &str) -> bool {
    key == STATUS_KEY || key == PUBLISHED_KEY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cells_become_one_status_and_come_back() {
        for (word, published, status) in [
            (Word::Active, true, ProductStatus::Active),
            (Word::Active, false, ProductStatus::Draft),
            (Word::Draft, true, ProductStatus::Draft),
            (Word::Draft, false, ProductStatus::Draft),
            (Word::Archived, true, ProductStatus::Archived),
            (Word::Archived, false, ProductStatus::Archived),
            (Word::Unlisted, true, ProductStatus::Active),
            (Word::Unlisted, false, ProductStatus::Active),
        ] {
            let mut metadata = MetadataPatch::new();
            assert_eq!(read(Field::Set(word), Field::Set(published), &mut metadata), Field::Set(status));
            assert_eq!(write(status, &metadata), (word, published));
        }
    }

    #[test]
    fn a_missing_or_empty_cell_follows_the_other_one() {
        let mut metadata = MetadataPatch::new();
        assert_eq!(read(Field::Keep, Field::Keep, &mut metadata), Field::Keep);
        assert!(metadata.is_empty());
        assert_eq!(read(Field::Keep, Field::Set(true), &mut metadata), Field::Set(ProductStatus::Active));
        assert_eq!(read(Field::Keep, Field::Set(false), &mut metadata), Field::Set(ProductStatus::Draft));
        assert_eq!(read(Field::Set(Word::Active), Field::Keep, &mut metadata), Field::Set(ProductStatus::Active));
        assert_eq!(read(Field::Clear, Field::Clear, &mut metadata), Field::Set(ProductStatus::Active));
    }

    #[test]
    fn stale_metadata_does_not_hide_a_product() {
        let metadata = MetadataPatch::from([(STATUS_KEY.to_owned(), "active".into())]);
        assert_eq!(write(ProductStatus::Active, &metadata), (Word::Active, true));
    }
}

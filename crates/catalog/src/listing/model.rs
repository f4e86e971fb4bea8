//! What a list of products asks for and answers.

use kernel::{CategoryId, CollectionId, MediaId, Money, PageRequest, ProductId, Slug, Timestamp, VariantId, text_enum};

use crate::categories::CategoryRef;
use crate::collections::CollectionRef;
use crate::inventory::Availability;
use crate::media::Media;
use crate::products::ProductStatus;
use crate::variants::{VariantKind, VariantOptions};

/// Who looks at products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audience {
    /// Anybody: what is for sale.
    #[default]
    Public,
    /// Staff and their programs: everything.
    Staff,
}

text_enum! {
    /// In which order, as in `?sort=`. Products without a price come last, whatever the direction.
    pub enum ProductSort {
        /// Oldest first.
        CreatedAt = "created_at",
        /// Newest first.
        CreatedAtDescending = "-created_at",
        /// Longest unchanged first.
        UpdatedAt = "updated_at",
        /// Last changed first.
        UpdatedAtDescending = "-updated_at",
        /// By title.
        Title = "title",
        /// By title, from the end.
        TitleDescending = "-title",
        /// Cheapest first, by the cheapest variant.
        Price = "price",
        /// Dearest first, by the cheapest variant.
        PriceDescending = "-price",
        /// In the order that staff gave to a collection; where there is none, newest first.
        Manual = "manual",
        /// The other way round.
        ManualDescending = "-manual",
    }
}

/// `filter[option.<name>]`: products that have a variant with one of these values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OptionFilter {
    /// The option.
    pub name: String,
    /// Any of these.
    pub values: Vec<String>,
}

/// Products that belong to one thing at least; to nothing, where none is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Belonging {
    /// Staff put them into this collection.
    pub collection: Option<CollectionId>,
    /// They have one of these tags.
    pub tags: Vec<String>,
    /// They lie in one of these categories; those below are named, too.
    pub categories: Vec<CategoryId>,
    /// They are of one of these brands.
    pub brands: Vec<String>,
    /// One of their variants costs less than before.
    pub on_sale: bool,
}

/// Which products are wanted: all that match every filter that is given. Texts are compared folded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductFilters {
    /// In one of these categories, or below; names of no category match nothing.
    pub categories: Option<Vec<CategoryRef>>,
    /// In this collection, where the audience sees it; a name of none matches nothing.
    pub collection: Option<CollectionRef>,
    /// Belonging to one thing at least of each of these; what a collection comes to.
    pub belongings: Vec<Belonging>,
    /// Of one of these brands; empty: of any or none.
    pub brands: Vec<String>,
    /// With one of these tags; empty: with any or none.
    pub tags: Vec<String>,
    /// In one of these states; empty: in any. The public sees active ones only.
    pub statuses: Vec<ProductStatus>,
    /// Some variant can be bought now, or none can.
    pub in_stock: Option<bool>,
    /// Changed at or after this moment.
    pub updated_since: Option<Timestamp>,
    /// Made at or after this moment.
    pub created_since: Option<Timestamp>,
    /// With variants like these.
    pub options: Vec<OptionFilter>,
    /// The cheapest variant costs this or more, in minor units.
    pub price_at_least: Option<i64>,
    /// The cheapest variant costs this or less, in minor units.
    pub price_at_most: Option<i64>,
}

/// What else is answered with each product; each costs at most one statement more than the page, `variants` two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Includes {
    /// The live variants.
    pub variants: bool,
    /// All pictures.
    pub media: bool,
    /// The categories.
    pub categories: bool,
}

/// A page of products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductQuery {
    /// Who looks.
    pub audience: Audience,
    /// Which products.
    pub filters: ProductFilters,
    /// In which order; ties by id, in the same direction.
    pub sort: ProductSort,
    /// Which page.
    pub page: PageRequest,
    /// What else.
    pub include: Includes,
}

/// The first picture of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMedia {
    /// Its id.
    pub id: MediaId,
    /// Where the shop keeps it.
    pub file_key: Option<String>,
    /// Where others keep it.
    pub source_url: Option<String>,
    /// What those hear who cannot see it.
    pub alt: String,
}

/// A category as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategorySummary {
    /// Its id.
    pub id: CategoryId,
    /// Its part of the URL.
    pub slug: Slug,
    /// What people call it.
    pub name: String,
}

/// A variant as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantSummary {
    /// Its id.
    pub id: VariantId,
    /// The values of its options.
    pub title: String,
    /// Names and values of its options.
    pub options: VariantOptions,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// GTIN, EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// What kind of thing it is.
    pub kind: VariantKind,
    /// True where it needs an address.
    pub requires_shipping: bool,
    /// What one piece costs now.
    pub price: Option<Money>,
    /// What that is compared with.
    pub compare_at_price: Option<Money>,
    /// What a product page says about stock.
    pub availability: Availability,
    /// The picture that shows it.
    pub media_id: Option<MediaId>,
}

/// A product as a list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductSummary {
    /// Its id.
    pub id: ProductId,
    /// Its part of the URL.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Maker or vendor.
    pub brand: Option<String>,
    /// Whether it is sold.
    pub status: ProductStatus,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What the cheapest variant costs now.
    pub price_min: Option<Money>,
    /// What the dearest variant costs now.
    pub price_max: Option<Money>,
    /// How many variants are sold.
    pub variant_count: i64,
    /// In stock where some variant can be bought now, out where none can.
    pub availability: Availability,
    /// The first picture.
    pub media: Option<ListedMedia>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// The live variants, where they were asked for.
    pub included_variants: Option<Vec<VariantSummary>>,
    /// All pictures, where they were asked for.
    pub included_media: Option<Vec<Media>>,
    /// The categories, where they were asked for.
    pub included_categories: Option<Vec<CategorySummary>>,
}

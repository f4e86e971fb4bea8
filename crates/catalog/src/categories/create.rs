//! Making a category.

use std::collections::BTreeMap;

use kernel::{CategoryId, DomainError, ErrorKind, FieldErrors, Origin, Slug};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::CategoryEvent;
use super::model::{Category, CategoryDetails, behind, path_under};
use super::place::{self, PlaceError};
use super::store;

/// What is to be made, and where it is to hang.
#[derive(Debug, Clone)]
pub struct CreateCategory {
    /// Nothing: a root.
    pub parent_id: Option<CategoryId>,
    /// What it is to be.
    pub details: CategoryDetails,
}

/// Why a category is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateCategoryError {
    /// It cannot hang there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Another category has the slug.
    #[error("another category has this slug")]
    SlugTaken,
    /// The name has no letter or digit, so that no slug can be made of it.
    #[error("no slug can be made of this name; give one")]
    NoSlug,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateCategoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Place(error) => error.code(),
            Self::SlugTaken => "slug_taken",
            Self::NoSlug => "validation_failed",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Place(error) => error.kind(),
            Self::SlugTaken => ErrorKind::Conflict,
            Self::NoSlug => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Place(error) => error.details(),
            Self::SlugTaken | Self::NoSlug => FieldErrors::of("slug", self).into_map(),
            Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// Makes a category and records `category.created`.
///
/// # Errors
/// `CreateCategoryError` names what is wrong; nothing is made then.
pub async fn create(context: &Context, origin: &Origin, command: CreateCategory) -> Result<Category, CreateCategoryError> {
    let tx = context.begin(origin).await?;
    let category = create_in(&tx, command).await?;
    tx.commit().await?;
    Ok(category)
}

/// The same inside a transaction of the caller, which holds the tree's lock from here on. A slug that is not given is
/// made of the name, with a number where that is taken.
///
/// # Errors
/// `CreateCategoryError` names what is wrong.
pub async fn create_in(tx: &WriteTx, command: CreateCategory) -> Result<Category, CreateCategoryError> {
    store::lock_tree(tx).await?;
    let CreateCategory { parent_id, details } = command;
    let parent = place::found(parent_id, store::find_optional(tx, parent_id).await?)?;
    let depth = place::depth_under(parent.as_ref())?;
    let slug = match details.slug {
        Some(slug) => slug,
        None => free_slug(tx, Slug::from_title(&details.name).map_err(|_| CreateCategoryError::NoSlug)?).await?,
    };
    let position = match details.position {
        Some(position) => position,
        None => behind(store::last_position(tx, parent_id).await?),
    };
    let id = CategoryId::generate();
    let category = Category {
        id,
        parent_id,
        depth,
        path: path_under(parent.as_ref(), id),
        slug,
        name: details.name,
        description: details.description,
        position,
        seo_title: details.seo_title,
        seo_description: details.seo_description,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert(tx, &category).await?;
    outbox::record(tx, &CategoryEvent::Created((&category).into())).await?;
    audit::record(tx, &audit::Entry::of("category.created", id).after(&category)).await?;
    Ok(category)
}

/// This slug, or the same with the first number from 2 that is free. The tree's lock is held, so that no other new
/// category takes it meanwhile.
pub(super) async fn free_slug(tx: &WriteTx, wanted: Slug) -> Result<Slug, DatabaseError> {
    let taken = store::slugs_like(tx, &wanted).await?;
    let mut slug = wanted.clone();
    let mut number: u32 = 1;
    while taken.contains(slug.as_str()) {
        number += 1;
        slug = wanted.numbered(number);
    }
    Ok(slug)
}

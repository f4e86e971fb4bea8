//! Finding a category by its names from the root down, and making what is missing: how imports speak of categories.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CategoryId, DomainError, ErrorKind, FieldErrors, Slug, fold, text};
use platform::db::{ConnectionTrait, DatabaseError, WriteTx};

use super::create::{CreateCategory, CreateCategoryError, create_in, free_slug};
use super::model::{Category, CategoryDetails, MAX_LEVELS};
use super::store;

/// Why there is no category of these names.
#[derive(Debug, thiserror::Error)]
pub enum FindOrCreateCategoryError {
    /// No name, too many of them, or one that is none.
    #[error("category: {0}")]
    Names(FieldErrors),
    /// One that is missing could not be made.
    #[error(transparent)]
    Create(#[from] CreateCategoryError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for FindOrCreateCategoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Names(errors) => errors.code(),
            Self::Create(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Names(errors) => errors.kind(),
            Self::Create(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Names(errors) => errors.details(),
            Self::Create(error) => error.details(),
            Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// The category of these names, from a root down; what is missing is made, each with its `category.created`. Names are
/// compared by their folded form among siblings. A path that is there costs one look; only a missing one takes the
/// tree's lock.
///
/// # Errors
/// `FindOrCreateCategoryError` names what is wrong.
pub async fn find_or_create_path(tx: &WriteTx, names: &[&str]) -> Result<CategoryId, FindOrCreateCategoryError> {
    let names = parse(names).map_err(FindOrCreateCategoryError::Names)?;
    let (parent, rest) = descend(tx, &names).await?;
    if let (Some(parent), []) = (parent, rest) {
        return Ok(parent);
    }
    // Somebody else may have made it meanwhile: under the lock, look again.
    store::lock_tree(tx).await?;
    let (mut parent, rest) = descend(tx, &names).await?;
    for name in rest {
        // A name without a letter or digit, of which no slug can be made, is no reason to lose a product.
        let slug = Slug::from_title(name).or_else(|_| Slug::parse("category")).map_err(|_| CreateCategoryError::NoSlug)?;
        let details = CategoryDetails { slug: Some(free_slug(tx, slug).await?), ..CategoryDetails::named(name.clone()) };
        parent = Some(create_in(tx, CreateCategory { parent_id: parent, details }).await?.id);
    }
    parent.ok_or_else(|| FindOrCreateCategoryError::Names(FieldErrors::of("", "names no category")))
}

/// The categories of these names, each from a root down, as far as they are there; all in one look.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_paths(db: &impl ConnectionTrait, paths: &[Vec<String>]) -> Result<Vec<Option<CategoryId>>, DatabaseError> {
    let parsed = paths.iter().map(|path| parse(&path.iter().map(String::as_str).collect::<Vec<_>>()).unwrap_or_default());
    let parsed: Vec<Vec<String>> = parsed.collect();
    let names: Vec<String> = parsed.iter().flatten().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let known = if names.is_empty() { Vec::new() } else { store::named(db, &names).await? };
    let found = |path: &Vec<String>| match walk(&known, path) {
        (here, []) => here,
        _ => None,
    };
    Ok(parsed.iter().map(found).collect())
}

fn parse(names: &[&str]) -> Result<Vec<String>, FieldErrors> {
    let mut errors = FieldErrors::new();
    if names.is_empty() || i64::try_from(names.len()).is_ok_and(|levels| levels > MAX_LEVELS) {
        errors.add("", format!("must have 1 to {MAX_LEVELS} levels"));
    }
    let parsed: Vec<String> = names.iter().enumerate().filter_map(|(level, raw)| errors.take(level.to_string(), text(raw, 255))).collect();
    errors.finish(|| Some(parsed))
}

/// How far the names lead: the deepest category that is there, and the names that are left.
async fn descend<'a>(tx: &WriteTx, names: &'a [String]) -> Result<(Option<CategoryId>, &'a [String]), DatabaseError> {
    let known = store::named(tx, names).await?;
    Ok(walk(&known, names))
}

/// Walks down among categories that may bear the right names in the wrong places.
fn walk<'a>(known: &[Category], names: &'a [String]) -> (Option<CategoryId>, &'a [String]) {
    let mut here = None;
    let mut rest = names;
    while let Some((name, below)) = rest.split_first() {
        let name = fold(name);
        let Some(next) = known.iter().find(|category| category.parent_id == here && fold(&category.name) == name) else { break };
        here = Some(next.id);
        rest = below;
    }
    (here, rest)
}

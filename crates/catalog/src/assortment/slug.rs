//! Giving a product its part of the URL.

use std::collections::HashSet;

use kernel::{FieldErrors, ProductId, Slug};
use platform::db::{self, WriteTx};

use super::draft::SlugWish;
use super::error::WriteProductError;
use crate::products;

/// How many products of one title get a small number each; the ones after them get a large one.
const NUMBERED: u32 = 20;

/// The slug to store. One that was asked for is left to the unique key; one that is made of the title gets a number where
/// the title is taken, and whoever makes the same one at the same time waits.
pub(super) async fn choose(
    tx: &WriteTx,
    id: ProductId,
    wish: &SlugWish,
    title: &str,
    own: Option<&Slug>,
) -> Result<Slug, WriteProductError> {
    if let SlugWish::Exactly(slug) = wish {
        return Ok(slug.clone());
    }
    let plain =
        Slug::from_title(title).map_err(|_| FieldErrors::of("slug", "cannot be made of a title without a letter or digit; give one"))?;
    db::lock_name(tx, &lock_of(&plain)).await?;
    let mut candidates = vec![plain.clone()];
    candidates.extend((2..=NUMBERED).map(|number| plain.numbered(number)));
    let taken = products::taken_slugs(tx, &candidates).await?;
    let free = |slug: &&Slug| own == Some(*slug) || !taken.contains(slug.as_str());
    Ok(candidates.iter().find(free).cloned().unwrap_or_else(|| plain.numbered(large_number(id))))
}

/// The same for many new products of different titles, in one look; where a title is taken, its product looks for itself.
pub(super) async fn choose_all(tx: &WriteTx, wishes: &[(ProductId, &SlugWish, &str)]) -> Result<Vec<Slug>, WriteProductError> {
    let of_title = |(_, wish, title): &(ProductId, &SlugWish, &str)| match wish {
        SlugWish::Exactly(_) => None,
        SlugWish::OfTitle => Slug::from_title(title).ok(),
    };
    let plain: Vec<Slug> = wishes.iter().filter_map(of_title).collect();
    db::lock_names(tx, &plain.iter().map(lock_of).collect::<Vec<_>>()).await?;
    let taken = if plain.is_empty() { HashSet::new() } else { products::taken_slugs(tx, &plain).await? };
    let mut slugs = Vec::with_capacity(wishes.len());
    for wish in wishes {
        slugs.push(match of_title(wish) {
            Some(slug) if !taken.contains(slug.as_str()) => slug,
            Some(_) | None => choose(tx, wish.0, wish.1, wish.2, None).await?,
        });
    }
    Ok(slugs)
}

fn lock_of(slug: &Slug) -> String {
    format!("products.slug:{slug}")
}

/// The random end of the id: two products of one title hardly ever share it.
fn large_number(id: ProductId) -> u32 {
    let [.., a, b, c] = id.uuid().into_bytes();
    1_000 + u32::from_be_bytes([0, a, b, c])
}

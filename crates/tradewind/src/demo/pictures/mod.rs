//! Pictures of the demo's products: flat illustrations drawn by code, one motif for each kind of thing.

mod canvas;
mod garments;
mod household;
mod journeys;
mod kitchen;
mod palette;
mod pastimes;
mod shape;

use image::ImageError;

use canvas::Canvas;
use palette::{Palette, Tone};
use shape::Shape;

/// What a motif is made of, from back to front.
type Part = (Shape, Tone);
/// One kind of thing and how it is drawn, on a field of 100 by 100.
type Motif = (&'static str, &'static [Part]);

const MOTIFS: [&[Motif]; 5] = [kitchen::MOTIFS, household::MOTIFS, journeys::MOTIFS, garments::MOTIFS, pastimes::MOTIFS];

/// The picture of a product as PNG: the first tag that is a motif says what is drawn, the slug decides the colours.
/// Nothing where no tag is a motif.
///
/// # Errors
/// `ImageError` where it cannot be encoded.
pub(super) fn picture<'a>(slug: &str, tags: impl IntoIterator<Item = &'a str>) -> Result<Option<Vec<u8>>, ImageError> {
    let Some(parts) = tags.into_iter().find_map(motif) else { return Ok(None) };
    let palette = Palette::of(slug);
    let mut canvas = Canvas::new(&palette);
    canvas.shadow();
    for (shape, tone) in parts {
        canvas.draw(shape, palette.paint(*tone));
    }
    canvas.png().map(Some)
}

fn motif(tag: &str) -> Option<&'static [Part]> {
    MOTIFS.iter().flat_map(|motifs| motifs.iter()).find(|(name, _)| *name == tag).map(|(_, parts)| *parts)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn products() -> impl Iterator<Item = (String, Vec<String>)> {
        super::super::CATALOGUE.lines().map(|line| {
            let product: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let tags = product["tags"].as_array().expect("tags").iter().map(|tag| tag.as_str().expect("text").to_owned());
            (product["slug"].as_str().expect("a slug").to_owned(), tags.collect())
        })
    }

    #[test]
    fn every_product_of_the_demo_has_a_small_picture_of_its_own() {
        let (mut seen, mut drawn) = (Vec::new(), BTreeSet::new());
        for (slug, tags) in products() {
            let tag = tags.iter().find(|tag| motif(tag).is_some()).expect(&slug);
            let look = (tag.clone(), Palette::of(&slug));
            assert!(!seen.contains(&look), "{slug} looks like another product");
            seen.push(look);
            // One of each motif is enough: colours do not change the size.
            if drawn.insert(tag.clone()) {
                let png = picture(&slug, [tag.as_str()]).expect("encoded").expect(&slug);
                assert!(png.len() <= 30_000, "{slug}: {} bytes", png.len());
            }
        }
        assert!(seen.len() >= 60);
    }

    #[test]
    fn every_motif_is_used_and_none_is_drawn_twice() {
        let names: Vec<&str> = MOTIFS.iter().flat_map(|motifs| motifs.iter()).map(|(name, _)| *name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        let tags: BTreeSet<String> = products().flat_map(|(_, tags)| tags).collect();
        for name in names {
            assert!(tags.contains(name), "{name}");
        }
    }

    #[test]
    fn a_thing_without_a_motif_has_no_picture() {
        assert!(picture("x", ["nothing"]).expect("encoded").is_none());
    }
}

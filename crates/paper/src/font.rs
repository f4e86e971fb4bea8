//! The letters of documents on paper: DejaVu Sans, of which each document holds those that it shows. Its licence lies beside it.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::LazyLock;

use flate2::read::GzDecoder;
use subsetter::GlyphRemapper;
use ttf_parser::{Face, FaceParsingError, GlyphId};
use unicode_normalization::UnicodeNormalization as _;

static REGULAR: LazyLock<Vec<u8>> = LazyLock::new(|| unpack(include_bytes!("font/DejaVuSans.ttf.gz")));
static BOLD: LazyLock<Vec<u8>> = LazyLock::new(|| unpack(include_bytes!("font/DejaVuSans-Bold.ttf.gz")));

/// Stands for letters that the font has not (U+FFFD).
const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

/// What cannot be unpacked is no font, and found to be none when it is read.
fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    let read = GzDecoder::new(packed).read_to_end(&mut data);
    if read.is_ok() { data } else { Vec::new() }
}

/// Why there is no document on paper: a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// The font cannot be read.
    #[error("the font cannot be read: {0}")]
    Unreadable(#[from] FaceParsingError),
    /// Its letters cannot be taken out.
    #[error("the font cannot be cut down: {0:?}")]
    Uncut(subsetter::Error),
}

/// A font, and what of it a document shows.
pub(super) struct Font {
    pub(super) name: &'static str,
    face: Face<'static>,
    data: &'static [u8],
    shown: GlyphRemapper,
    /// The letter and width of each glyph that is shown, by its number in the document.
    letters: BTreeMap<u16, (char, f32)>,
}

impl Font {
    pub(super) fn regular() -> Result<Self, FontError> {
        Self::of("TWDOCS+DejaVuSans", &REGULAR)
    }

    pub(super) fn bold() -> Result<Self, FontError> {
        Self::of("TWDOCS+DejaVuSans-Bold", &BOLD)
    }

    fn of(name: &'static str, data: &'static [u8]) -> Result<Self, FontError> {
        Ok(Self { name, face: Face::parse(data, 0)?, data, shown: GlyphRemapper::new(), letters: BTreeMap::new() })
    }

    /// How many units of the font are a thousandth of its size.
    fn thousandths(&self, units: f32) -> f32 {
        units * 1_000.0 / f32::from(self.face.units_per_em())
    }

    fn glyph(&self, letter: char) -> GlyphId {
        let glyph = self.face.glyph_index(letter).or_else(|| self.face.glyph_index(UNKNOWN));
        glyph.unwrap_or(GlyphId(0))
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        self.thousandths(f32::from(self.face.glyph_hor_advance(glyph).unwrap_or_default()))
    }

    /// How wide a text is at a size.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        text.nfc().map(|letter| self.advance(self.glyph(letter))).sum::<f32>() * size / 1_000.0
    }

    /// A text as numbers of glyphs, two bytes each; from now on the document has them.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(text.len() * 2);
        for letter in text.nfc() {
            let glyph = self.glyph(letter);
            let (shown, width) = (self.shown.remap(glyph.0), self.advance(glyph));
            let known = if self.face.glyph_index(letter).is_some() { letter } else { UNKNOWN };
            self.letters.entry(shown).or_insert((known, width));
            encoded.extend(shown.to_be_bytes());
        }
        encoded
    }

    /// The glyphs that the document shows: number, letter and width.
    pub(super) fn letters(&self) -> impl Iterator<Item = (u16, char, f32)> {
        self.letters.iter().map(|(glyph, (letter, width))| (*glyph, *letter, *width))
    }

    /// What the font says of itself: bounds, ascent, descent and height of capitals, in thousandths.
    pub(super) fn measures(&self) -> ([f32; 4], [f32; 3]) {
        let (bounds, face) = (self.face.global_bounding_box(), &self.face);
        let bounds = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
        let heights = [face.ascender(), face.descender(), face.capital_height().unwrap_or(face.ascender())];
        (bounds.map(|units| self.thousandths(f32::from(units))), heights.map(|units| self.thousandths(f32::from(units))))
    }

    /// The font with the glyphs that the document shows, and no others.
    pub(super) fn cut(&self) -> Result<Vec<u8>, FontError> {
        subsetter::subset(self.data, 0, &self.shown).map_err(FontError::Uncut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_europe_have_their_letters_and_others_a_sign() {
        for font in [Font::regular(), Font::bold()] {
            let mut font = font.expect("a font");
            for name in ["Łódź", "Жанна", "Ångström", "Σοφία", "Þórður", "Đặng", "Čapek", "€ – “”", "e\u{301}"]
            {
                assert!(name.nfc().all(|letter| font.face.glyph_index(letter).is_some()), "{name}");
            }
            let encoded = font.encode("Aż漢A");
            assert_eq!(encoded.len(), 8);
            assert_eq!((&encoded[..2], font.letters().count()), (&encoded[6..], 3));
            assert!(font.letters().any(|(_, letter, _)| letter == UNKNOWN));
            assert!(font.width("AA", 10.0) > font.width("A", 10.0) && font.cut().expect("cut").len() < 20_000);
        }
    }
}

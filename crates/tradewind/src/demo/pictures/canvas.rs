//! A square picture that shapes are painted on.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError, Rgb, RgbImage};

use super::palette::{Colour, Paint, Palette, mixed};
use super::shape::Shape;

/// Large enough for a product page, small enough for a list.
const SIDE: u32 = 480;
/// Motifs are drawn on a field of this size.
const FIELD: f32 = 100.0;

/// A picture under way.
pub(super) struct Canvas {
    image: RgbImage,
}

impl Canvas {
    /// An empty picture: a wall that gets a little darker downwards.
    pub(super) fn new(palette: &Palette) -> Self {
        let mut image = RgbImage::new(SIDE, SIDE);
        for (y, row) in (0..SIDE).zip(image.rows_mut()) {
            let colour = Rgb(shade(palette.background, percent(y, 0, SIDE)));
            row.for_each(|pixel| *pixel = colour);
        }
        Self { image }
    }

    /// The soft shadow that things stand on.
    pub(super) fn shadow(&mut self) {
        for (rx, ry) in [(34.0, 4.4), (31.0, 3.6), (27.0, 2.6)] {
            self.fill(&Shape::Ellipse(50.0, 83.0, rx, ry), |under, _| mixed(under, [0x4a, 0x42, 0x3a], 9));
        }
    }

    /// Paints a shape, lit from its top to its bottom.
    pub(super) fn draw(&mut self, shape: &Shape, paint: Paint) {
        let (_, top, _, bottom) = shape.bounds();
        let (top, bottom) = (to_pixel(top), to_pixel(bottom));
        self.fill(shape, |_, y| shade(paint, percent(y, top, bottom)));
    }

    /// Walks along each row; a point that is far from the edge answers for its neighbours.
    fn fill(&mut self, shape: &Shape, colour: impl Fn(Colour, u32) -> Colour) {
        let (left, top, right, bottom) = shape.bounds();
        for y in to_pixel(top)..to_pixel(bottom) {
            let (mut x, end) = (to_pixel(left), to_pixel(right));
            while x < end {
                let distance = shape.distance(to_field(x), to_field(y)) * SIDE as f32 / FIELD;
                let same = alike(distance).min(end - x);
                let covered = coverage(distance);
                for x in (x..x + same).filter(|_| covered > 0) {
                    let pixel = self.image.get_pixel_mut(x, y);
                    pixel.0 = mixed(pixel.0, colour(pixel.0, y), covered);
                }
                x += same;
            }
        }
    }

    /// The finished picture.
    pub(super) fn png(&self) -> Result<Vec<u8>, ImageError> {
        let mut png = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive);
        encoder.write_image(self.image.as_raw(), SIDE, SIDE, ExtendedColorType::Rgb8)?;
        Ok(png)
    }
}

fn shade(paint: Paint, percent: u16) -> Colour {
    mixed(paint.top, paint.bottom, percent)
}

/// How far a row lies between two others.
fn percent(row: u32, from: u32, to: u32) -> u16 {
    let span = to.saturating_sub(from).max(1);
    u16::try_from((row.saturating_sub(from) * 100 / span).min(100)).unwrap_or(100)
}

/// The middle of a pixel on the field.
fn to_field(pixel: u32) -> f32 {
    (pixel as f32 + 0.5) * FIELD / SIDE as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
fn to_pixel(place: f32) -> u32 {
    (place * SIDE as f32 / FIELD).clamp(0.0, SIDE as f32) as u32
}

/// How many percent of a pixel a shape covers whose edge is this many pixels away.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=100")]
fn coverage(distance: f32) -> u16 {
    ((0.5 - distance).clamp(0.0, 1.0) * 100.0) as u16
}

/// How many pixels from here on are surely all inside or all outside; half the distance, because ellipses are approximate.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the picture")]
fn alike(distance: f32) -> u32 {
    ((distance.abs() - 1.0) / 2.0).clamp(1.0, SIDE as f32) as u32
}

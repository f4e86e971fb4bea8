//! Colours that go together; which ones a product gets follows from its slug.

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// What a part of a motif is painted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// The colour of the thing.
    Main,
    /// Its shaded side.
    Dark,
    /// Its lit side.
    Light,
    /// What sets it off.
    Accent,
    /// Wood.
    Wood,
    /// Metal.
    Metal,
    /// Paper, foam, porcelain.
    White,
    /// Ink, iron, shade.
    Ink,
    /// Leaves.
    Leaf,
    /// Fire and light.
    Flame,
}

/// From the top of a part to its bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paint {
    pub(super) top: Colour,
    pub(super) bottom: Colour,
}

/// The colours of one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Palette {
    pub(super) background: Paint,
    main: Colour,
    accent: Colour,
}

const BACKGROUNDS: [(Colour, Colour); 7] = [
    ([0xf6, 0xef, 0xe4], [0xea, 0xdd, 0xc9]),
    ([0xe7, 0xef, 0xf2], [0xcf, 0xde, 0xe4]),
    ([0xec, 0xf0, 0xe6], [0xd6, 0xdf, 0xca]),
    ([0xf7, 0xe9, 0xe3], [0xee, 0xd3, 0xc8]),
    ([0xef, 0xec, 0xf4], [0xdb, 0xd5, 0xe6]),
    ([0xf8, 0xf1, 0xd9], [0xee, 0xe0, 0xb4]),
    ([0xe6, 0xf0, 0xee], [0xc9, 0xe0, 0xdb]),
];

/// The colour of the thing and what sets it off.
const PAIRS: [(Colour, Colour); 9] = [
    ([0x2f, 0x6f, 0x8f], [0xe8, 0xa8, 0x4c]),
    ([0xc4, 0x5b, 0x3c], [0x2f, 0x5d, 0x62]),
    ([0x5f, 0x7f, 0x5a], [0xe4, 0xb3, 0x63]),
    ([0x3b, 0x4a, 0x6b], [0xe0, 0x7a, 0x5f]),
    ([0xd9, 0x8e, 0x3f], [0x3d, 0x5a, 0x80]),
    ([0x7a, 0x5c, 0x8a], [0xf2, 0xc1, 0x4e]),
    ([0xa8, 0x4a, 0x58], [0x6b, 0x9a, 0x9b]),
    ([0x3f, 0x80, 0x7a], [0xf0, 0x9a, 0x7b]),
    ([0x6b, 0x70, 0x76], [0xd9, 0x7b, 0x4a]),
];

impl Palette {
    /// The same slug has the same colours on every machine.
    pub(super) fn of(slug: &str) -> Self {
        // FNV-1a: short, and the same everywhere, which the standard hasher does not promise.
        let hash = slug.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let pick = |bits: u64, count: usize| usize::try_from(bits).unwrap_or(0) % count;
        let (top, bottom) = BACKGROUNDS.get(pick(hash >> 40, BACKGROUNDS.len())).copied().unwrap_or_default();
        let (main, accent) = PAIRS.get(pick(hash >> 20 & 0xfffff, PAIRS.len())).copied().unwrap_or_default();
        Self { background: Paint { top, bottom }, main, accent }
    }

    /// The paint of a tone: lit from above.
    pub(super) fn paint(&self, tone: Tone) -> Paint {
        let colour = match tone {
            Tone::Main => self.main,
            Tone::Dark => scaled(self.main, 72),
            Tone::Light => mixed(self.main, [255; 3], 55),
            Tone::Accent => self.accent,
            Tone::Wood => [0xb9, 0x86, 0x57],
            Tone::Metal => [0xb4, 0xb9, 0xbd],
            Tone::White => [0xfb, 0xf8, 0xf2],
            Tone::Ink => [0x33, 0x37, 0x3d],
            Tone::Leaf => [0x55, 0x8b, 0x55],
            Tone::Flame => [0xf0, 0xa2, 0x3e],
        };
        Paint { top: mixed(colour, [255; 3], 12), bottom: scaled(colour, 92) }
    }
}

/// So many percent of the brightness.
fn scaled(colour: Colour, percent: u16) -> Colour {
    colour.map(|part| u8::try_from(u16::from(part) * percent / 100).unwrap_or(u8::MAX))
}

/// So many percent of the other colour.
pub(super) fn mixed(colour: Colour, other: Colour, percent: u16) -> Colour {
    let mut result = colour;
    for (part, other) in result.iter_mut().zip(other) {
        let sum = u16::from(*part) * (100 - percent) + u16::from(other) * percent;
        *part = u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_mix_by_percent() {
        assert_eq!(mixed([0, 100, 200], [255; 3], 0), [0, 100, 200]);
        assert_eq!(mixed([0, 100, 200], [255; 3], 100), [255; 3]);
        assert_eq!(mixed([0, 100, 200], [100; 3], 50), [50, 100, 150]);
    }
}

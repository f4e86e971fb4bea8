//! Motifs from games and gifts.

use super::Motif;
use super::palette::Tone::{Accent, Dark, Ink, Leaf, Light, Main, White, Wood};
use super::shape::Shape::{Ellipse, Line, Polygon, Rect, Ring};

pub(super) const MOTIFS: &[Motif] = &[
    (
        "blocks",
        &[
            (Rect(16.0, 58.0, 40.0, 82.0, 2.0), Main),
            (Rect(44.0, 58.0, 84.0, 82.0, 2.0), Wood),
            (Rect(26.0, 34.0, 50.0, 58.0, 2.0), Accent),
            (Rect(56.0, 40.0, 72.0, 58.0, 2.0), Leaf),
            (Polygon(&[(38.0, 12.0), (52.0, 34.0), (24.0, 34.0)]), Light),
            (Ellipse(64.0, 32.0, 8.0, 8.0), Dark),
            (Ellipse(64.0, 82.0, 9.0, 9.0), Dark),
        ],
    ),
    (
        "game",
        &[
            (Rect(20.0, 24.0, 58.0, 78.0, 4.0), White),
            (Rect(24.0, 28.0, 54.0, 74.0, 2.0), Main),
            (Polygon(&[(39.0, 36.0), (50.0, 51.0), (39.0, 66.0), (28.0, 51.0)]), Light),
            (Rect(44.0, 30.0, 82.0, 83.0, 4.0), White),
            (Ellipse(63.0, 54.0, 11.0, 11.0), Accent),
            (Polygon(&[(63.0, 44.0), (70.0, 58.0), (56.0, 58.0)]), White),
            (Rect(49.0, 35.0, 53.0, 41.0, 1.0), Ink),
            (Rect(73.0, 72.0, 77.0, 78.0, 1.0), Ink),
        ],
    ),
    (
        "whale",
        &[
            (Polygon(&[(74.0, 52.0), (92.0, 30.0), (94.0, 46.0), (84.0, 62.0)]), Dark),
            (Polygon(&[(76.0, 50.0), (78.0, 26.0), (88.0, 38.0)]), Dark),
            (Ellipse(46.0, 60.0, 36.0, 23.0), Main),
            (Ellipse(42.0, 72.0, 28.0, 9.0), White),
            (Ellipse(24.0, 56.0, 2.2, 2.2), Ink),
            (Ellipse(54.0, 70.0, 9.0, 4.5), Dark),
            (Line(42.0, 36.0, 40.0, 24.0, 2.0), Light),
            (Line(40.0, 24.0, 33.0, 21.0, 2.0), Light),
            (Line(40.0, 24.0, 48.0, 20.0, 2.0), Light),
        ],
    ),
    (
        "gift",
        &[
            (Rect(20.0, 44.0, 80.0, 82.0, 2.0), Main),
            (Rect(16.0, 34.0, 84.0, 48.0, 2.0), Light),
            (Rect(45.0, 34.0, 55.0, 82.0, 0.0), Accent),
            (Ring(40.0, 26.0, 8.0, 4.0), Accent),
            (Ring(60.0, 26.0, 8.0, 4.0), Accent),
            (Ellipse(50.0, 32.0, 4.5, 4.0), Dark),
        ],
    ),
];

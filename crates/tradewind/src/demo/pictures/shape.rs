//! Shapes as distances: how far a point lies outside of them, so that edges are smooth at any size.

/// A shape on a field of 100 by 100, y downwards.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Left, top, right, bottom and the radius of the corners.
    Rect(f32, f32, f32, f32, f32),
    /// Centre and radii.
    Ellipse(f32, f32, f32, f32),
    /// The lower half of an ellipse: centre and radii.
    Basin(f32, f32, f32, f32),
    /// The upper half of an ellipse: centre and radii.
    Dome(f32, f32, f32, f32),
    /// From, to, and its width; the ends are round.
    Line(f32, f32, f32, f32, f32),
    /// Centre, radius and width of the line.
    Ring(f32, f32, f32, f32),
    /// Corners, in order.
    Polygon(&'static [(f32, f32)]),
}

impl Shape {
    /// How far the point lies outside (above zero) or inside (below).
    pub(super) fn distance(&self, x: f32, y: f32) -> f32 {
        match *self {
            Self::Rect(left, top, right, bottom, radius) => {
                let (half_width, half_height) = ((right - left) / 2.0 - radius, (bottom - top) / 2.0 - radius);
                let (dx, dy) = ((x - (left + right) / 2.0).abs() - half_width, (y - (top + bottom) / 2.0).abs() - half_height);
                dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - radius
            }
            Self::Ellipse(cx, cy, rx, ry) => ellipse((x - cx, y - cy), (rx, ry)),
            Self::Basin(cx, cy, rx, ry) => ellipse((x - cx, y - cy), (rx, ry)).max(cy - y),
            Self::Dome(cx, cy, rx, ry) => ellipse((x - cx, y - cy), (rx, ry)).max(y - cy),
            Self::Line(x0, y0, x1, y1, width) => segment((x, y), (x0, y0), (x1, y1)) - width / 2.0,
            Self::Ring(cx, cy, radius, width) => ((x - cx).hypot(y - cy) - radius).abs() - width / 2.0,
            Self::Polygon(corners) => polygon(corners, (x, y)),
        }
    }

    /// Left, top, right and bottom of what it covers, a little more for the soft edge.
    pub(super) fn bounds(&self) -> (f32, f32, f32, f32) {
        let (left, top, right, bottom) = match *self {
            Self::Rect(left, top, right, bottom, _) => (left, top, right, bottom),
            Self::Ellipse(cx, cy, rx, ry) => (cx - rx, cy - ry, cx + rx, cy + ry),
            Self::Basin(cx, cy, rx, ry) => (cx - rx, cy, cx + rx, cy + ry),
            Self::Dome(cx, cy, rx, ry) => (cx - rx, cy - ry, cx + rx, cy),
            Self::Line(x0, y0, x1, y1, width) => (x0.min(x1) - width, y0.min(y1) - width, x0.max(x1) + width, y0.max(y1) + width),
            Self::Ring(cx, cy, radius, width) => (cx - radius - width, cy - radius - width, cx + radius + width, cy + radius + width),
            Self::Polygon(corners) => {
                corners.iter().fold((100.0, 100.0, 0.0, 0.0), |(left, top, right, bottom): (f32, f32, f32, f32), (x, y)| {
                    (left.min(*x), top.min(*y), right.max(*x), bottom.max(*y))
                })
            }
        };
        (left - 1.0, top - 1.0, right + 1.0, bottom + 1.0)
    }
}

type Point = (f32, f32);

/// Exact for circles, close enough for the rest: the gradient's length turns the equation into a distance.
fn ellipse(point: Point, radii: Point) -> f32 {
    let (dx, dy) = (point.0 / radii.0, point.1 / radii.1);
    let (value, slope) = (dx.hypot(dy), (dx / radii.0).hypot(dy / radii.1));
    if slope > 0.0 { value * (value - 1.0) / slope } else { -radii.0.min(radii.1) }
}

fn segment(point: Point, from: Point, to: Point) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let along = ((px * dx + py * dy) / (dx * dx + dy * dy).max(f32::EPSILON)).clamp(0.0, 1.0);
    (px - along * dx).hypot(py - along * dy)
}

/// The nearest edge; inside where a ray to the right crosses an odd number of them.
fn polygon(corners: &[Point], point: Point) -> f32 {
    let mut nearest = f32::MAX;
    let mut inside = false;
    let following = corners.iter().cycle().skip(1);
    for (from, to) in corners.iter().zip(following) {
        nearest = nearest.min(segment(point, *from, *to));
        let crosses = (from.1 > point.1) != (to.1 > point.1);
        if crosses && point.0 < from.0 + (point.1 - from.1) * (to.0 - from.0) / (to.1 - from.1) {
            inside = !inside;
        }
    }
    if inside { -nearest } else { nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inside_is_below_zero_and_outside_above() {
        let shapes = [
            Shape::Rect(20.0, 20.0, 80.0, 80.0, 5.0),
            Shape::Ellipse(50.0, 50.0, 30.0, 20.0),
            Shape::Line(20.0, 50.0, 80.0, 50.0, 10.0),
            Shape::Polygon(&[(50.0, 10.0), (90.0, 90.0), (10.0, 90.0)]),
        ];
        for shape in shapes {
            assert!(shape.distance(50.0, 51.0) < 0.0, "{shape:?}");
            assert!(shape.distance(1.0, 1.0) > 0.0, "{shape:?}");
        }
        assert!(Shape::Ring(50.0, 50.0, 20.0, 4.0).distance(50.0, 50.0) > 0.0);
        assert!(Shape::Ring(50.0, 50.0, 20.0, 4.0).distance(70.0, 50.0) < 0.0);
    }
}

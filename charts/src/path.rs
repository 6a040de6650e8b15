//! Lines and areas in the language of SVG paths.

use std::fmt::{self, Write as _};

use maud::Render;

/// A coordinate with one decimal place, which is finer than a screen, and without it where it is zero.
///
/// ```
/// assert_eq!(charts::Coordinate(12.34).to_string(), "12.3");
/// assert_eq!(charts::Coordinate(71.96).to_string(), "72");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Coordinate(pub f64);

impl fmt::Display for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() as i64;
        match tenths % 10 {
            0 => write!(f, "{}", tenths / 10),
            _ => write!(f, "{:.1}", tenths as f64 / 10.0),
        }
    }
}

/// What the attribute `d` of a path says.
#[derive(Debug, Clone, Default)]
pub struct Path(String);

impl Path {
    /// Begins anew somewhere else.
    pub fn go(&mut self, x: f64, y: f64) -> &mut Self {
        self.push(format_args!("M{} {}", Coordinate(x), Coordinate(y)))
    }

    /// Draws to the left or to the right.
    pub fn horizontal(&mut self, x: f64) -> &mut Self {
        self.push(format_args!("H{}", Coordinate(x)))
    }

    /// Draws up or down.
    pub fn vertical(&mut self, y: f64) -> &mut Self {
        self.push(format_args!("V{}", Coordinate(y)))
    }

    /// Draws straight to a place.
    pub fn straight(&mut self, x: f64, y: f64) -> &mut Self {
        self.push(format_args!("L{} {}", Coordinate(x), Coordinate(y)))
    }

    /// A rectangle between two corners.
    pub fn rectangle(&mut self, from: (f64, f64), to: (f64, f64)) -> &mut Self {
        self.go(from.0, from.1)
            .horizontal(to.0)
            .vertical(to.1)
            .horizontal(from.0)
            .push(format_args!("z"))
    }

    /// A line of steps from left to right, each from one `x` to another at its `y`. Where one does not
    /// begin where the step before it ended, the line breaks.
    #[must_use]
    pub fn steps(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut path = Self::default();
        let mut end = None;
        for Step { from, until, y } in steps {
            if end == Some(from) {
                path.vertical(y);
            } else {
                path.go(from, y);
            }
            path.horizontal(until);
            end = Some(until);
        }
        path
    }

    fn push(&mut self, piece: fmt::Arguments<'_>) -> &mut Self {
        // A string takes everything.
        let _ = self.0.write_fmt(piece);
        self
    }
}

impl Render for Path {
    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(&self.0);
    }
}

/// A step of a line, in units of the picture.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub until: f64,
    /// How high it is, from above.
    pub y: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_have_no_more_digits_than_can_be_seen() {
        let texts = [0.0, 71.96, -0.04, 12.34, -3.5].map(|x| Coordinate(x).to_string());
        assert_eq!(texts, ["0", "72", "0", "12.3", "-3.5"]);
    }

    #[test]
    fn a_line_breaks_where_a_step_is_missing() {
        let step = |from, y| Step {
            from,
            until: from + 1.0,
            y,
        };
        let path = Path::steps([step(0.0, 5.0), step(1.0, 6.0), step(4.0, 7.0)]);
        assert_eq!(path.0, "M0 5H1V6H2M4 7H5");
    }

    #[test]
    fn a_rectangle_is_closed() {
        let mut path = Path::default();
        path.rectangle((1.0, 2.0), (3.0, 4.0));
        assert_eq!(path.0, "M1 2H3V4H1z");
    }
}

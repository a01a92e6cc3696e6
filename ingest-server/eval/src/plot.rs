//! Plots as SVG, drawn by hand: axes, lines, bars. No script, no font, no colour that print loses.

use std::fmt::Write as _;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 48.0;
const COLOURS: [&str; 3] = ["#1f5fa8", "#b3541e", "#4a7a3a"];

/// One axis: its name, its range and its marks, in plotted units.
pub(crate) struct Axis {
    pub(crate) name: &'static str,
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) marks: Vec<(f64, String)>,
}

/// A named line through points in plotted units.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Draws lines over two axes.
pub(crate) fn lines(title: &str, x: &Axis, y: &Axis, lines: &[Line]) -> String {
    let mut svg = frame(title, x, y);
    for (line, colour) in lines.iter().zip(COLOURS.iter().cycle()) {
        let points: Vec<String> =
            line.points.iter().map(|(px, py)| format!("{:.1},{:.1}", across(x, *px), up(y, *py))).collect();
        let _ = write!(
            svg,
            r#"<polyline fill="none" stroke="{colour}" stroke-width="1.8" points="{}"/>"#,
            points.join(" ")
        );
    }
    for (at, (line, colour)) in lines.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let top = TOP + 16.0 + at as f64 * 16.0;
        let _ = write!(
            svg,
            r#"<text x="{}" y="{top}" text-anchor="end" fill="{colour}">{}</text>"#,
            WIDTH - RIGHT - 8.0,
            escaped(&line.name)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Marks at round values, evenly spaced.
pub(crate) fn even_marks(from: f64, to: f64, count: usize) -> Vec<(f64, String)> {
    let at = |step: usize| from + (to - from) * step as f64 / count as f64;
    (0..=count)
        .map(|step| {
            (at(step), format!("{:.3}", at(step)).trim_end_matches('0').trim_end_matches('.').to_owned())
        })
        .collect()
}

/// Text that is safe between tags.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn across(axis: &Axis, value: f64) -> f64 {
    let share = ((value - axis.from) / (axis.to - axis.from)).clamp(0.0, 1.0);
    LEFT + share * (WIDTH - LEFT - RIGHT)
}

fn up(axis: &Axis, value: f64) -> f64 {
    let share = ((value - axis.from) / (axis.to - axis.from)).clamp(0.0, 1.0);
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

fn frame(title: &str, x: &Axis, y: &Axis) -> String {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="12"><title>{0}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><text x="{LEFT}" y="20" font-weight="bold">{0}</text><path d="M{LEFT} {TOP}V{bottom}H{right}" fill="none" stroke="#333"/>"##,
        escaped(title)
    );
    for (value, mark) in &x.marks {
        let at = across(x, *value);
        let _ = write!(
            svg,
            r##"<path d="M{at:.1} {TOP}V{bottom}" stroke="#ddd"/><text x="{at:.1}" y="{}" text-anchor="middle">{}</text>"##,
            bottom + 16.0,
            escaped(mark)
        );
    }
    for (value, mark) in &y.marks {
        let at = up(y, *value);
        let _ = write!(
            svg,
            r##"<path d="M{LEFT} {at:.1}H{right}" stroke="#ddd"/><text x="{}" y="{:.1}" text-anchor="end">{}</text>"##,
            LEFT - 6.0,
            at + 4.0,
            escaped(mark)
        );
    }
    let middle = (LEFT + right) / 2.0;
    let _ = write!(
        svg,
        r#"<text x="{middle}" y="{}" text-anchor="middle">{}</text><text transform="translate(14 {}) rotate(-90)" text-anchor="middle">{}</text>"#,
        HEIGHT - 10.0,
        escaped(x.name),
        (TOP + bottom) / 2.0,
        escaped(y.name)
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_a_plot() {
        let axis = |name| Axis { name, from: 0.0, to: 1.0, marks: even_marks(0.0, 1.0, 4) };
        let line = Line { name: "<script>".into(), points: vec![(0.0, 0.0), (1.0, 1.0)] };
        let svg = lines("a & b", &axis("x"), &axis("y"), &[line]);
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;") && svg.contains("a &amp; b"));
    }
}

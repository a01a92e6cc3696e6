//! Plots as SVG, drawn by hand: axes, lines, bars. No script, no font, no colour that print loses.

use std::fmt::Write as _;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 48.0;
/// Of a line's name.
const NAME_HEIGHT: f64 = 16.0;
/// How wide a letter of a line's name is, at most on average.
const LETTER_WIDTH: f64 = 7.0;
/// Places between two points of a line at which it is looked for beneath the names.
const STEPS: u32 = 16;
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
    let first = names_from(x, y, lines);
    for (at, (line, colour)) in lines.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let top = first + at as f64 * NAME_HEIGHT;
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

/// Where the lines' names begin: above, or below where a line runs through the place that they would take.
fn names_from(x: &Axis, y: &Axis, lines: &[Line]) -> f64 {
    let longest = lines.iter().map(|line| line.name.chars().count()).max().unwrap_or(0);
    let from_x = WIDTH - RIGHT - 16.0 - longest as f64 * LETTER_WIDTH;
    let from_y = TOP + (lines.len() as f64 + 0.5) * NAME_HEIGHT;
    let beneath = |(px, py): (f64, f64)| px > from_x && py < from_y;
    let place = |(px, py): &(f64, f64)| (across(x, *px), up(y, *py));
    let runs_through = |line: &Line| {
        let placed: Vec<(f64, f64)> = line.points.iter().map(place).collect();
        let between = |(a, b): (&(f64, f64), &(f64, f64))| {
            (0..=STEPS).any(|step| {
                let share = f64::from(step) / f64::from(STEPS);
                beneath((a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share))
            })
        };
        placed.iter().zip(placed.iter().skip(1)).any(between)
    };
    match lines.iter().any(runs_through) {
        true => HEIGHT - BOTTOM - 8.0 - (lines.len() as f64 - 1.0) * NAME_HEIGHT,
        false => TOP + NAME_HEIGHT,
    }
}

/// Marks at round values, evenly spaced, about as many as asked for.
pub(crate) fn even_marks(from: f64, to: f64, count: usize) -> Vec<(f64, String)> {
    let wanted = (to - from) / count as f64;
    let power = 10_f64.powf(wanted.log10().floor());
    let step =
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * power).find(|step| *step >= wanted * 0.999);
    let (step, digits) = (step.unwrap_or(wanted), (-power.log10()).max(0.0).round() as usize);
    let first = (from / step - 1e-9).ceil() as i64;
    let marks = (first..).map(|at| at as f64 * step).take_while(|mark| *mark <= to + step * 1e-9);
    marks.take(count * 4).map(|mark| (mark, format!("{mark:.digits$}"))).collect()
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
    fn marks_are_round() {
        let told = |from, to, count| -> Vec<String> {
            even_marks(from, to, count).into_iter().map(|(_, mark)| mark).collect()
        };
        assert_eq!(told(0.0, 423.0, 5), ["0", "100", "200", "300", "400"]);
        assert_eq!(told(0.0, 1.0, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(told(-8.88, 8.88, 6), ["-5", "0", "5"]);
    }

    #[test]
    fn names_stand_where_no_line_runs() {
        let axis = |name| Axis { name, from: 0.0, to: 1.0, marks: Vec::new() };
        let rising = Line { name: String::new(), points: vec![(0.0, 0.0), (1.0, 1.0)] };
        let falling = Line { name: String::new(), points: vec![(0.0, 1.0), (1.0, 0.0)] };
        assert!(names_from(&axis("x"), &axis("y"), &[rising]) > HEIGHT / 2.0);
        assert!(names_from(&axis("x"), &axis("y"), &[falling]) < HEIGHT / 2.0);
        // A peak beside them leaves them above, one beneath them does not, nor a line between two points that lie beside.
        let peak = |at| Line { name: "mated".into(), points: vec![(0.0, 0.0), (at, 1.0), (1.0, 0.0)] };
        assert!(names_from(&axis("x"), &axis("y"), &[peak(0.7)]) < HEIGHT / 2.0);
        assert!(names_from(&axis("x"), &axis("y"), &[peak(0.97)]) > HEIGHT / 2.0);
        let level = Line { name: "mated".into(), points: vec![(0.0, 0.97), (1.0, 0.97)] };
        assert!(names_from(&axis("x"), &axis("y"), &[level]) > HEIGHT / 2.0);
    }

    #[test]
    fn names_cannot_break_out_of_a_plot() {
        let axis = |name| Axis { name, from: 0.0, to: 1.0, marks: even_marks(0.0, 1.0, 4) };
        let line = Line { name: "<script>".into(), points: vec![(0.0, 0.0), (1.0, 1.0)] };
        let svg = lines("a & b", &axis("x"), &axis("y"), &[line]);
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;") && svg.contains("a &amp; b"));
    }
}

//! The features of one stroke's path: extent, speed, acceleration, shape, sub-movements, approach.
//!
//! Nothing here depends on where on the page the stroke was or in which absolute direction it went: every feature
//! is unchanged when the whole path is moved or rotated.

use super::motion::Motion;
use super::quantiles::Ranked;
use super::root::sqrtf;
use core::f32::consts::PI;

/// How many features come from the path alone.
pub(crate) const PATH_FEATURES: usize = 72;

/// Steps shorter than this have no direction. **Units**: px.
const TURNING_STEP_MIN_PX: f32 = 1.5;
/// Below this speed the pointer rests. **Units**: px/s.
const REST_BELOW_PX_PER_S: f32 = 30.0;
/// A peak of speed counts when it rises by this share of the highest above the valleys beside it.
const PEAK_RISE: f32 = 0.15;
/// Peaks that are told apart in one stroke.
const PEAKS_MAX: usize = 24;

/// Features in the order in which they are pushed.
pub(crate) struct Sheet {
    values: [f32; PATH_FEATURES],
    len: usize,
}

impl Sheet {
    fn push(&mut self, value: f32) {
        if let Some(slot) = self.values.get_mut(self.len) {
            *slot = value;
            self.len += 1;
        }
    }
}

/// ln(1 + x/scale), for lengths and speeds.
fn ln1(value: f32, scale: f32) -> f32 {
    libm::logf(1.0 + value.max(0.0) / scale)
}

/// The same with a sign, for accelerations and sums of angles.
pub(crate) fn slog(value: f32, scale: f32) -> f32 {
    let size = libm::logf(1.0 + value.abs() / scale);
    if value < 0.0 { -size } else { size }
}

fn ln_speed(speed: f32) -> f32 {
    ln1(speed, 20.0)
}

/// All features of a path.
pub(crate) fn extract(motion: &Motion<'_>) -> [f32; PATH_FEATURES] {
    let mut sheet = Sheet { values: [0.0; PATH_FEATURES], len: 0 };
    push_extent(motion, &mut sheet);
    push_speed(motion, &mut sheet);
    push_acceleration(motion, &mut sheet);
    push_turning(motion, &mut sheet);
    push_peaks(motion, &mut sheet);
    push_approach(motion, &mut sheet);
    push_time_bins(motion, &mut sheet);
    push_smoothness(motion, &mut sheet);
    debug_assert_eq!(sheet.len, PATH_FEATURES);
    sheet.values
}

/// Lengths, duration, deviation from the straight line: 8 features.
fn push_extent(motion: &Motion<'_>, sheet: &mut Sheet) {
    let chord = motion.chord.length();
    sheet.push(libm::logf(motion.duration_s / 0.1));
    sheet.push(ln1(motion.path, 10.0));
    sheet.push(ln1(chord, 10.0));
    sheet.push(ln1((motion.path / (chord + 1.0) - 1.0).max(0.0), 0.02));
    let start = motion.points[0];
    let (mut largest, mut largest_at, mut sum, mut signed) = (0.0f32, 0.0, 0.0, 0.0);
    for (point, travelled) in motion.points.iter().zip(motion.travelled()) {
        let deviation = point.minus(start).cross(motion.chord) / (chord + 1.0);
        sum += deviation.abs();
        signed += deviation;
        if deviation.abs() > largest {
            largest = deviation.abs();
            largest_at = travelled / motion.path;
        }
    }
    let scale = motion.path * 0.02;
    let count = motion.points.len() as f32;
    sheet.push(ln1(largest, scale));
    sheet.push(ln1(sum / count, scale));
    sheet.push(slog(signed / count, scale));
    sheet.push(largest_at * 4.0);
}

/// Quantiles of speed, its spread, its ends: 15 features.
fn push_speed(motion: &Motion<'_>, sheet: &mut Sheet) {
    let speeds = motion.speeds();
    let mut ranked = Ranked::new();
    speeds.iter().for_each(|&speed| ranked.push(speed));
    ranked.sort();
    let mean = motion.speed_mean();
    sheet.push(ln_speed(mean));
    for share in [0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0] {
        sheet.push(ln_speed(ranked.at(share)));
    }
    sheet.push(sqrtf(motion.speed_scatter() / speeds.len() as f32) / mean * 3.0);
    let (peak_at, _) =
        speeds.iter().enumerate().fold((0, -1.0), |best, (at, &v)| if v > best.1 { (at, v) } else { best });
    sheet.push((peak_at as f32 + 0.5) / speeds.len() as f32 * 4.0);
    sheet.push(motion.travelled()[peak_at] / motion.path * 4.0);
    sheet.push(ln_speed(motion.speed_between(0, 3)));
    let last = speeds.len();
    sheet.push(ln_speed(motion.speed_between(last.saturating_sub(3), last)));
    sheet.push(ln_speed(motion.speed_between(last.saturating_sub(7), last.saturating_sub(3))));
    let resting = speeds.iter().filter(|&&v| v < REST_BELOW_PX_PER_S).count();
    sheet.push(resting as f32 / speeds.len() as f32 * 6.0);
}

/// Acceleration and jerk along the path: 12 features.
fn push_acceleration(motion: &Motion<'_>, sheet: &mut Sheet) {
    let mut ranked = Ranked::new();
    let (mut up, mut down, mut ups, mut count) = (0.0f32, 0.0f32, 0, 0);
    let (mut sum, mut square, mut before) = (0.0f32, 0.0f32, 0.0f32);
    for acceleration in motion.accelerations() {
        if count > 0 {
            let jerk = (acceleration - before) / motion.step_s;
            sum += jerk.abs();
            square += jerk * jerk;
        }
        before = acceleration;
        ranked.push(acceleration);
        count += 1;
        if acceleration > 0.0 {
            up += acceleration;
            ups += 1;
        } else {
            down -= acceleration;
        }
    }
    ranked.sort();
    for share in [0.0, 0.05, 0.25, 0.75, 0.95, 1.0] {
        sheet.push(slog(ranked.at(share), 1000.0));
    }
    let count_f = count.max(1) as f32;
    sheet.push(ln1((up + down) / count_f, 300.0));
    sheet.push(ups as f32 / count_f * 5.0);
    let mean_up = up / ups.max(1) as f32;
    let mean_down = down / (count - ups).max(1) as f32;
    sheet.push(libm::logf((mean_up + 100.0) / (mean_down + 100.0)));
    let jerks = (count - 1).max(1) as f32;
    sheet.push(ln1(sum / jerks, 10_000.0));
    sheet.push(ln1(sqrtf(square / jerks), 10_000.0));
    let t3 = motion.duration_s * motion.duration_s * motion.duration_s;
    sheet.push(ln1(sqrtf(square / jerks) * t3 / motion.path, 1.0));
}

/// Turning, curvature, the speed's dependence on them: 13 features.
fn push_turning(motion: &Motion<'_>, sheet: &mut Sheet) {
    let mut ranked = Ranked::new();
    let mut turned = 0.0f32;
    let (mut count, mut changes, mut sharp) = (0, 0, 0);
    let (mut sum, mut signed) = (0.0f32, 0.0f32);
    let mut slope = Regression::default();
    let mut previous: Option<usize> = None;
    let steps = motion.steps();
    for at in 0..steps.len() {
        let length = motion.speeds()[at] * motion.step_s;
        if length < TURNING_STEP_MIN_PX {
            continue;
        }
        if let Some(before) = previous {
            let angle = libm::atan2f(steps[before].cross(steps[at]), steps[before].dot(steps[at]));
            changes += usize::from(angle * turned < 0.0);
            sharp += usize::from(angle.abs() > PI / 4.0);
            turned = angle;
            ranked.push(angle.abs());
            count += 1;
            sum += angle.abs();
            signed += angle;
            if angle.abs() > 0.01 {
                slope.add(libm::logf(angle.abs() / length), libm::logf(motion.speeds()[at]));
            }
        }
        previous = Some(at);
    }
    let count_f = count.max(1) as f32;
    ranked.sort();
    sheet.push(ln1(sum / count_f, 0.05));
    for share in [0.25, 0.5, 0.75, 0.95] {
        sheet.push(ln1(ranked.at(share), 0.02));
    }
    sheet.push(ln1(sum, 0.2));
    sheet.push(slog(signed, 0.1));
    sheet.push(ln1(signed.abs() / (sum + 0.01), 0.1));
    sheet.push(changes as f32 / count_f * 5.0);
    sheet.push(sharp as f32 / count_f * 8.0);
    sheet.push(ln1(sum / motion.path, 0.001));
    let (power, correlation) = slope.slope_and_correlation();
    sheet.push(power.clamp(-1.5, 1.5) * 4.0);
    sheet.push(correlation * 3.0);
}

/// Sums of a straight-line fit.
#[derive(Default)]
struct Regression {
    n: f32,
    x: f32,
    y: f32,
    xx: f32,
    yy: f32,
    xy: f32,
}

impl Regression {
    fn add(&mut self, x: f32, y: f32) {
        self.n += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    /// Both drawn towards 0 where there are few points.
    fn slope_and_correlation(&self) -> (f32, f32) {
        if self.n < 3.0 {
            return (0.0, 0.0);
        }
        let xx = (self.xx - self.x * self.x / self.n).max(0.0) + 0.5;
        let yy = (self.yy - self.y * self.y / self.n).max(0.0) + 0.5;
        let xy = self.xy - self.x * self.y / self.n;
        (xy / xx, xy / sqrtf(xx * yy))
    }
}

/// A peak of speed and the deepest valley before it.
#[derive(Clone, Copy, Default)]
struct Peak {
    at: usize,
    speed: f32,
    valley_at: usize,
    valley: f32,
}

/// Peaks that rise far enough above the valleys beside them, in order.
fn peaks(speeds: &[f32]) -> ([Peak; PEAKS_MAX], usize) {
    let rise = speeds.iter().fold(0.0f32, |a, &b| a.max(b)) * PEAK_RISE;
    let mut found = [Peak::default(); PEAKS_MAX];
    let mut count = 0;
    let (mut high, mut low) = ((0, f32::MIN), (0, 0.0f32));
    let mut valley = (0, 0.0f32);
    let mut rising = true;
    for (at, &speed) in speeds.iter().chain([&0.0]).enumerate() {
        if rising {
            if speed > high.1 {
                high = (at, speed);
            } else if speed < high.1 - rise && count < PEAKS_MAX {
                found[count] = Peak { at: high.0, speed: high.1, valley_at: valley.0, valley: valley.1 };
                count += 1;
                rising = false;
                low = (at, speed);
            }
        } else if speed < low.1 {
            low = (at, speed);
        } else if speed > low.1 + rise {
            valley = low;
            high = (at, speed);
            rising = true;
        }
    }
    (found, count)
}

/// Sub-movements: 8 features.
fn push_peaks(motion: &Motion<'_>, sheet: &mut Sheet) {
    let speeds = motion.speeds();
    let (found, count) = peaks(speeds);
    let found = &found[..count];
    let last = speeds.len() as f32;
    sheet.push(libm::logf(1.0 + count as f32) * 2.0);
    sheet.push(ln1(count as f32 / motion.duration_s, 1.0));
    let first_end = found.get(1).map_or(speeds.len(), |second| second.valley_at);
    sheet.push(motion.travelled()[first_end] / motion.path * 4.0);
    sheet.push(first_end as f32 / last * 4.0);
    let first = found.first().copied().unwrap_or_default();
    let second = found.get(1).copied().unwrap_or_default();
    sheet.push(libm::logf((second.speed + 20.0) / (first.speed + 20.0)));
    let deepest = found.iter().skip(1).map(|p| p.valley).fold(first.speed, f32::min);
    sheet.push(libm::logf((deepest + 20.0) / (first.speed + 20.0)));
    let final_peak = found.last().copied().unwrap_or_default();
    sheet.push((last - final_peak.at as f32) * motion.step_s * 6.0);
    sheet.push(first.at as f32 * motion.step_s * 6.0);
}

/// How the end is reached: 7 features.
fn push_approach(motion: &Motion<'_>, sheet: &mut Sheet) {
    let chord = motion.chord.length();
    let end = motion.points[motion.points.len() - 1];
    let start = motion.points[0];
    let mut overshoot = 0.0f32;
    let mut away = 0.0f32;
    let mut to_end = start.minus(end).length();
    for (point, step) in motion.points[1..].iter().zip(motion.steps()) {
        let along = point.minus(start).dot(motion.chord) / (chord + 1.0);
        overshoot = overshoot.max(along - chord);
        let now = point.minus(end).length();
        if now > to_end {
            away += step.length();
        }
        to_end = now;
    }
    sheet.push(ln1(overshoot / (chord + 10.0), 0.02));
    sheet.push(ln1(away / motion.path, 0.05));
    let travelled = motion.travelled();
    let last = (travelled.len() - 1) as f32;
    let mut at = 0;
    for share in [0.1, 0.5, 0.9] {
        at = travelled.iter().position(|&length| length >= share * motion.path).unwrap_or(0);
        sheet.push(at as f32 / last * 4.0);
    }
    sheet.push(ln1((last - at as f32) * motion.step_s, 0.02));
    let tail = travelled.len().saturating_sub(1 + (0.1 / motion.step_s) as usize);
    sheet.push(ln1(motion.path - travelled[tail], 2.0));
}

/// The speed's course in six equal spans of time: 6 features.
fn push_time_bins(motion: &Motion<'_>, sheet: &mut Sheet) {
    const BINS: usize = 6;
    let travelled = motion.travelled();
    let last = (travelled.len() - 1) as f32;
    let mut before = 0.0;
    for bin in 1..=BINS {
        let place = last * bin as f32 / BINS as f32;
        let below = (place as usize).min(travelled.len() - 1);
        let above = (below + 1).min(travelled.len() - 1);
        let length = travelled[below] + (travelled[above] - travelled[below]) * (place - below as f32);
        sheet.push(libm::logf(0.1 + (length - before) / motion.path * BINS as f32));
        before = length;
    }
}

/// How a speed follows from those before it: 3 features.
fn push_smoothness(motion: &Motion<'_>, sheet: &mut Sheet) {
    let speeds = motion.speeds();
    let mean = motion.speed_mean();
    let variance = motion.speed_scatter() + 1.0;
    for lag in [1, 3] {
        let product: f32 =
            speeds.iter().zip(speeds.iter().skip(lag)).map(|(a, b)| (a - mean) * (b - mean)).sum();
        sheet.push(product / variance * 3.0);
    }
    let (mut product, mut square, mut before) = (0.0f32, 1.0f32, 0.0f32);
    for acceleration in motion.accelerations() {
        product += acceleration * before;
        square += acceleration * acceleration;
        before = acceleration;
    }
    sheet.push(product / square * 3.0);
}

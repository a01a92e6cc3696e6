//! A path's derivatives: steps, speeds and the lengths that the features are made from.

use super::trail::{Place, TRAIL_POINTS_MAX, Trail};

/// Fewer grid points are no stroke.
pub(crate) const POINTS_MIN: usize = 4;
/// A shorter path is a tremor, not a stroke. **Units**: px.
const PATH_MIN_PX: f32 = 6.0;

/// One stroke's path with its derivatives.
pub(crate) struct Motion<'a> {
    pub(crate) points: &'a [Place],
    pub(crate) step_s: f32,
    steps: [Place; TRAIL_POINTS_MAX],
    speeds: [f32; TRAIL_POINTS_MAX],
    /// Path length up to each point.
    travelled: [f32; TRAIL_POINTS_MAX],
    /// **Units**: px.
    pub(crate) path: f32,
    /// **Units**: px.
    pub(crate) chord: Place,
    /// **Units**: s.
    pub(crate) duration_s: f32,
}

impl<'a> Motion<'a> {
    /// The stroke on this trail, or nothing where it is too short to be one.
    pub(crate) fn new(trail: &'a Trail) -> Option<Self> {
        let points = trail.points();
        if points.len() < POINTS_MIN {
            return None;
        }
        let step_s = trail.step_s();
        let mut motion = Self {
            points,
            step_s,
            steps: [Place::default(); TRAIL_POINTS_MAX],
            speeds: [0.0; TRAIL_POINTS_MAX],
            travelled: [0.0; TRAIL_POINTS_MAX],
            path: 0.0,
            chord: points[points.len() - 1].minus(points[0]),
            duration_s: step_s * (points.len() - 1) as f32,
        };
        for at in 1..points.len() {
            let step = points[at].minus(points[at - 1]);
            let length = step.length();
            motion.steps[at - 1] = step;
            motion.speeds[at - 1] = length / step_s;
            motion.path += length;
            motion.travelled[at] = motion.path;
        }
        (motion.path >= PATH_MIN_PX && motion.path.is_finite()).then_some(motion)
    }

    pub(crate) fn step_count(&self) -> usize {
        self.points.len() - 1
    }

    pub(crate) fn steps(&self) -> &[Place] {
        &self.steps[..self.step_count()]
    }

    /// Speed in each step. **Units**: px/s.
    pub(crate) fn speeds(&self) -> &[f32] {
        &self.speeds[..self.step_count()]
    }

    /// Path length up to each point. **Units**: px.
    pub(crate) fn travelled(&self) -> &[f32] {
        &self.travelled[..self.points.len()]
    }

    pub(crate) fn speed_mean(&self) -> f32 {
        self.path / self.duration_s
    }

    /// Summed squared deviations of the speeds from their mean.
    pub(crate) fn speed_scatter(&self) -> f32 {
        let mean = self.speed_mean();
        self.speeds().iter().map(|v| (v - mean) * (v - mean)).sum()
    }

    /// Acceleration along the path between neighbouring steps. **Units**: px/s².
    pub(crate) fn accelerations(&self) -> impl Iterator<Item = f32> + '_ {
        self.speeds().windows(2).map(|pair| (pair[1] - pair[0]) / self.step_s)
    }

    /// Mean speed of a range of steps, clipped to the stroke. **Units**: px/s.
    pub(crate) fn speed_between(&self, from: usize, to: usize) -> f32 {
        let speeds = self.speeds();
        let to = to.min(speeds.len());
        let from = from.min(to);
        if from == to { 0.0 } else { speeds[from..to].iter().sum::<f32>() / (to - from) as f32 }
    }
}

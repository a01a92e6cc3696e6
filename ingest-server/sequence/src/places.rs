//! Vectors of windows as places among people: projected, averaged, compared.
//!
//! **Source**: probabilistic linear discriminant analysis in its diagonal form (Ioffe 2006).

use serde::Deserialize;

/// The most that one direction says.
const DIRECTION_MAX: f32 = 4.0;
/// Windows that an enrolment is worth: its windows are not independent.
const ENROLMENT_WINDOWS: f32 = 3.0;

/// What a model file says of places.
#[derive(Clone, Deserialize)]
pub(crate) struct Places {
    /// **Shape** `[inputs, dims]`.
    directions: Vec<f32>,
    /// Projection of the people's mean. **Shape** `[dims]`.
    centre: Vec<f32>,
    /// Variance of one person's probes. **Shape** `[dims]`.
    within: Vec<f32>,
    /// Variance between people. **Shape** `[dims]`.
    between: Vec<f32>,
}

impl Places {
    pub(crate) fn is_sound(&self, inputs: usize) -> bool {
        let dims = self.centre.len();
        let finite = self.directions.iter().chain(&self.centre).all(|v| v.is_finite());
        let positive = self.within.iter().chain(&self.between).all(|v| v.is_finite() && *v > 0.0);
        dims > 0
            && self.directions.len() == inputs * dims
            && self.within.len() == dims
            && self.between.len() == dims
            && finite
            && positive
    }

    /// Where the mean of some vectors lies. `sum` is theirs.
    pub(crate) fn place(&self, sum: &[f32], count: u32) -> Vec<f32> {
        let dims = self.centre.len();
        let mut place: Vec<f32> = self.centre.iter().map(|value| -value).collect();
        for (value, directions) in sum.iter().zip(self.directions.chunks_exact(dims)) {
            let mean = value / count.max(1) as f32;
            place.iter_mut().zip(directions).for_each(|(p, d)| *p += mean * d);
        }
        place
    }

    /// ln(p(probe | reference) / p(probe | anybody)), each direction clipped. **Units**: nats, not calibrated.
    pub(crate) fn score(&self, reference: &[f32], probe: &[f32]) -> f32 {
        let mut total = 0.0;
        for (at, (r, p)) in reference.iter().zip(probe).enumerate() {
            let (within, between) = (self.within[at], self.between[at]);
            let trust = between / (between + within / ENROLMENT_WINDOWS);
            let own = between * (1.0 - trust) + within;
            let anybody = between + within;
            let away = p - trust * r;
            let each = 0.5 * (anybody / own).ln() - 0.5 * away * away / own + 0.5 * p * p / anybody;
            total += each.clamp(-DIRECTION_MAX, DIRECTION_MAX);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_nearer_than_anybody_else() {
        let places = Places {
            directions: vec![1.0, 0.0, 0.0, 1.0],
            centre: vec![1.0, 1.0],
            within: vec![0.1, 0.1],
            between: vec![1.0, 1.0],
        };
        assert!(places.is_sound(2) && !places.is_sound(3));
        let reference = places.place(&[6.0, 2.0], 4);
        assert_eq!(reference, [0.5, -0.5]);
        let own = places.score(&reference, &[0.5, -0.5]);
        let other = places.score(&reference, &[-1.0, 1.0]);
        assert!(own > 0.0 && own > other + 1.0, "{own} {other}");
    }
}

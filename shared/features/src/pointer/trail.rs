//! The path of one stroke on an even time grid, in a buffer of fixed size.
//!
//! Interpolation onto the grid evens out the device's sampling interval, the timer's quantum and samples that share
//! one time. The buffer is the only place where coordinates live; it is emptied when its stroke closes.

use super::root::sqrtf;
use palet_units::Micros;

/// The most grid points of one stroke; a longer movement is cut here.
pub(crate) const TRAIL_POINTS_MAX: usize = 160;

/// A place on the page. **Units**: CSS px.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

impl Place {
    pub(crate) fn minus(self, other: Self) -> Self {
        Self { x: self.x - other.x, y: self.y - other.y }
    }

    pub(crate) fn length(self) -> f32 {
        sqrtf(self.x * self.x + self.y * self.y)
    }

    pub(crate) fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }

    pub(crate) fn cross(self, other: Self) -> f32 {
        self.x * other.y - self.y * other.x
    }

    fn towards(self, other: Self, share: f32) -> Self {
        Self { x: self.x + (other.x - self.x) * share, y: self.y + (other.y - self.y) * share }
    }
}

/// Points of one movement, a grid step apart.
pub(crate) struct Trail {
    points: [Place; TRAIL_POINTS_MAX],
    len: usize,
    step_us: u32,
    /// From the last grid point to `laid_at`. **Range**: 0..step_us.
    phase_us: u64,
    /// Where the grid points lead to.
    laid: Place,
    laid_at: Micros,
    /// The latest sample: until a later one comes, its place may be told anew.
    last: Place,
    last_at: Micros,
}

impl Trail {
    pub(crate) fn new() -> Self {
        Self {
            points: [Place::default(); TRAIL_POINTS_MAX],
            len: 0,
            step_us: 1,
            phase_us: 0,
            laid: Place::default(),
            laid_at: Micros::ZERO,
            last: Place::default(),
            last_at: Micros::ZERO,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len == TRAIL_POINTS_MAX
    }

    pub(crate) fn last_at(&self) -> Micros {
        self.last_at
    }

    /// The grid points so far.
    pub(crate) fn points(&self) -> &[Place] {
        &self.points[..self.len]
    }

    /// The grid step. **Units**: s.
    pub(crate) fn step_s(&self) -> f32 {
        self.step_us as f32 * 1e-6
    }

    pub(crate) fn start(&mut self, at: Micros, place: Place, step_us: u32) {
        self.points[0] = place;
        self.step_us = step_us.max(1);
        self.len = 1;
        self.phase_us = 0;
        self.laid = place;
        self.laid_at = at;
        self.last = place;
        self.last_at = at;
    }

    /// Adds a sample. Of several at one time the last one counts: the path goes there from where it stood before that
    /// time. A clock that goes back counts as standing still.
    pub(crate) fn extend(&mut self, at: Micros, place: Place) {
        if at > self.last_at {
            self.settle();
            self.last_at = at;
        }
        self.last = place;
    }

    /// Leads the path to the latest sample; points beyond the buffer are dropped.
    pub(crate) fn settle(&mut self) {
        let span_us = self.last_at.since(self.laid_at).0;
        if span_us == 0 {
            self.points[0] = self.last;
        }
        let step_us = u64::from(self.step_us);
        let mut to_grid_us = step_us - self.phase_us;
        while to_grid_us <= span_us && self.len < TRAIL_POINTS_MAX {
            let share = to_grid_us as f32 / span_us as f32;
            self.points[self.len] = self.laid.towards(self.last, share);
            self.len += 1;
            to_grid_us += step_us;
        }
        self.phase_us = (self.phase_us + span_us) % step_us;
        self.laid = self.last;
        self.laid_at = self.last_at;
    }

    /// Forgets the path.
    pub(crate) fn clear(&mut self) {
        self.points = [Place::default(); TRAIL_POINTS_MAX];
        self.len = 0;
        self.laid = Place::default();
        self.last = Place::default();
    }
}

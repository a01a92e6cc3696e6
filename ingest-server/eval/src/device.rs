//! Recorded pointers as other devices would have reported them: slower mice, tablets, remote desktops.
//!
//! A remote desktop looks at the pointer now and then and tells where it is, on its own clock and not on the mouse's.
//! Which way it does so matters more than how often: a population thinned in one way fails on another. So there are
//! several, and the one that evaluations use is not among those that models are made from: it gathers movements and sends
//! them in packets, so that several are told under one time.

use palet_capture::{Event, PointerEvent, PointerPhase, What};
use palet_features::RateClass;
use palet_units::Micros;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// How a device reports movements. Presses and releases are always told at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// As it was recorded.
    #[default]
    Recorded,
    /// A movement is dropped sooner than this after the one told before.
    Spaced(Micros),
    /// Looks at the pointer on an even grid, and tells its latest place.
    Polling {
        /// The grid's step.
        every: Micros,
        /// Where the grid begins.
        phase: Micros,
    },
    /// Looks at the pointer after uneven waits, and tells its latest place.
    Uneven {
        /// The shortest wait.
        least: Micros,
        /// The longest.
        most: Micros,
        /// Begins the row of waits.
        seed: u64,
    },
    /// Gathers movements and sends them together: all of a packet are told when it arrives.
    Packets(Packets),
}

/// How a remote desktop sends what it gathered.
///
/// **Source**: [MS-RDPBCGR] 2.2.8.1.1.3.1, an input PDU holds a collection of events; Microsoft, `minInputSendInterval`, 100 ms
/// by default; Windows' clock advances in ticks of 15.6 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packets {
    /// The shortest wait from one packet to the next.
    pub every: Micros,
    /// A packet keeps so many movements, the latest among them. **Range**: at least 1.
    pub movements: usize,
    /// The longest way to the far end.
    pub delay: Micros,
    /// The far end's clock goes in steps of this.
    pub tick: Micros,
    /// The far end's screen, to the near end's. **Units**: percent.
    pub scale_percent: u16,
    /// Begins the row of delays.
    pub seed: u64,
}

/// How far a machine's distances and durations may be from the recorded ones. **Units**: percent.
const MACHINE_PERCENT: RangeInclusive<u16> = 20..=500;

/// A recording as it might have been made on another machine, by somebody quicker or slower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine {
    /// How far its pointer goes, to the recorded one. **Units**: percent.
    pub distance_percent: u16,
    /// How long a movement takes, to the recorded one. **Units**: percent.
    pub duration_percent: u16,
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.distance_percent, self.duration_percent)
    }
}

impl FromStr for Machine {
    type Err = String;

    /// As "130/80": percent of the distance and of the duration.
    fn from_str(text: &str) -> Result<Self, String> {
        let percent = |part: &str| part.parse().ok().filter(|percent| MACHINE_PERCENT.contains(percent));
        let machine = text
            .split_once('/')
            .and_then(|(distance, duration)| Some(machine(percent(distance)?, percent(duration)?)));
        let (least, most) = (MACHINE_PERCENT.start(), MACHINE_PERCENT.end());
        machine
            .ok_or_else(|| format!("expected DISTANCE/DURATION in {least} to {most} percent, got {text:?}"))
    }
}

impl Machine {
    /// The one that recorded.
    pub const RECORDED: Self = machine(100, 100);

    /// The events as on this machine: the same path, drawn larger or smaller, sooner or later.
    #[must_use]
    pub fn bent(self, events: &[Event]) -> Vec<Event> {
        let begun = events.first().map_or(Micros::ZERO, |event| event.at);
        let bent = |event: &Event| {
            let since = event.at.since(begun).0 * u64::from(self.duration_percent) / 100;
            Event { at: begun.plus(Micros(since)), what: scaled(event.what, self.distance_percent) }
        };
        events.iter().map(bent).collect()
    }
}

/// A pointer's place on a screen of another scale.
fn scaled(what: What, percent: u16) -> What {
    let scaled = |value: f32| (value * f32::from(percent) / 100.0).round();
    match what {
        What::Pointer(pointer) => {
            What::Pointer(PointerEvent { x: scaled(pointer.x), y: scaled(pointer.y), ..pointer })
        }
        other => other,
    }
}

/// A machine that no model was made from.
pub const OTHER_MACHINE: Machine = machine(130, 80);

/// Machines that cohorts are made wider by.
pub const MACHINES: [Machine; 4] = [machine(50, 160), machine(200, 65), machine(75, 120), machine(135, 85)];

const fn machine(distance_percent: u16, duration_percent: u16) -> Machine {
    Machine { distance_percent, duration_percent }
}

/// What models are made from: every recording through each of these.
pub const TRAINING: [(RateClass, Device); 5] = [
    (RateClass::Fine, Device::Recorded),
    (RateClass::Medium, Device::Spaced(Micros::from_millis(30))),
    (RateClass::Coarse, Device::Spaced(Micros::from_millis(100))),
    (RateClass::Coarse, Device::Polling { every: Micros::from_millis(110), phase: Micros::from_millis(37) }),
    (
        RateClass::Coarse,
        Device::Uneven { least: Micros::from_millis(60), most: Micros::from_millis(140), seed: 11 },
    ),
];

/// A remote desktop that no model was made from.
pub const REMOTE_DESKTOP: Device = Device::Packets(Packets {
    every: Micros::from_millis(100),
    movements: 2,
    delay: Micros::from_millis(60),
    tick: Micros(15_625),
    scale_percent: 100,
    seed: 4,
});

const fn is_movement(event: &Event) -> bool {
    matches!(event.what, What::Pointer(pointer) if matches!(pointer.phase, PointerPhase::Move))
}

impl Device {
    /// The events as this device would have told them, in the order of time.
    #[must_use]
    pub fn seen(self, events: &[Event]) -> Vec<Event> {
        match self {
            Self::Recorded => events.to_vec(),
            Self::Spaced(least) => spaced(events, least),
            Self::Packets(packets) => packets.sent(events),
            Self::Polling { every, phase } => looked_at(events, phase, || every),
            Self::Uneven { least, most, seed } => {
                let mut state = seed;
                let span = most.since(least);
                looked_at(events, Micros::ZERO, || least.plus(drawn(&mut state, span)))
            }
        }
    }
}

/// The next of a row of even chances below `span`.
const fn drawn(state: &mut u64, span: Micros) -> Micros {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    Micros((*state >> 33) % if span.0 == 0 { 1 } else { span.0 })
}

impl Packets {
    /// A press or release is sent at once, after the movements before it.
    fn sent(self, events: &[Event]) -> Vec<Event> {
        let mut seen = Vec::with_capacity(events.len() / 4);
        let mut gathered: Vec<Event> = Vec::new();
        let mut due = Micros::ZERO;
        let mut state = self.seed;
        let mut arrived = Micros::ZERO;
        let tick = self.tick.0.max(1);
        let mut send = |packet: &mut Vec<Event>, at: Micros| {
            let on_way = at.plus(drawn(&mut state, self.delay)).max(arrived);
            arrived = Micros(on_way.0.div_ceil(tick) * tick);
            seen.extend(
                packet
                    .drain(..)
                    .map(|event| Event { at: arrived, what: scaled(event.what, self.scale_percent) }),
            );
        };
        for event in events {
            if !gathered.is_empty() && due <= event.at {
                self.keep(&mut gathered);
                send(&mut gathered, due);
                due = due.plus(self.every);
            }
            gathered.push(*event);
            if !is_movement(event) {
                let click = gathered.pop();
                self.keep(&mut gathered);
                gathered.extend(click);
                send(&mut gathered, event.at);
                due = event.at.plus(self.every);
            } else if gathered.len() == 1 && due <= event.at {
                send(&mut gathered, event.at);
                due = event.at.plus(self.every);
            }
        }
        self.keep(&mut gathered);
        send(&mut gathered, due);
        seen
    }

    /// Leaves the latest movement, and others evenly before it.
    fn keep(self, gathered: &mut Vec<Event>) {
        let (count, kept) = (gathered.len(), self.movements.max(1));
        if count > kept {
            *gathered = (1..=kept).map(|at| gathered[at * count / kept - 1]).collect();
        }
    }
}

fn spaced(events: &[Event], least: Micros) -> Vec<Event> {
    let mut told: Option<Micros> = None;
    let due = |event: &&Event| {
        let due = !is_movement(event) || told.is_none_or(|before| event.at.since(before) >= least);
        if due && is_movement(event) {
            told = Some(event.at);
        }
        due
    };
    events.iter().filter(due).copied().collect()
}

/// Looks at `first` and then after each wait; a press or release tells the place where it happened first.
fn looked_at(events: &[Event], first: Micros, mut wait: impl FnMut() -> Micros) -> Vec<Event> {
    let mut seen = Vec::with_capacity(events.len() / 4);
    let mut latest: Option<Event> = None;
    let mut look = first;
    for event in events {
        while look <= event.at {
            seen.extend(latest.take().map(|moved| Event { at: look, ..moved }));
            look = look.plus(wait().max(Micros(1)));
        }
        if is_movement(event) {
            latest = Some(*event);
        } else {
            seen.extend(latest.take().map(|moved| Event { at: event.at, ..moved }));
            seen.push(*event);
        }
    }
    seen.extend(latest.map(|moved| Event { at: look, ..moved }));
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use palet_capture::PointerKind;

    fn pointer(ms: u64, phase: PointerPhase) -> Event {
        let event = PointerEvent { phase, kind: PointerKind::Mouse, x: ms as f32, y: 0.0 };
        Event { at: Micros::from_millis(ms), what: What::Pointer(event) }
    }

    /// A second of movement at 125 Hz with a click in its middle.
    fn movement() -> Vec<Event> {
        let mut events: Vec<Event> = (0..126).map(|at| pointer(1_000 + at * 8, PointerPhase::Move)).collect();
        events.insert(63, pointer(1_500, PointerPhase::Down));
        events.insert(64, pointer(1_502, PointerPhase::Up));
        events
    }

    #[test]
    fn slower_devices_tell_fewer_movements_and_every_click_in_order() {
        for (_, device) in TRAINING.into_iter().chain([(RateClass::Coarse, REMOTE_DESKTOP)]) {
            let seen = device.seen(&movement());
            assert!(seen.is_sorted_by_key(|event| event.at), "{device:?}");
            assert_eq!(seen.iter().filter(|event| !is_movement(event)).count(), 2, "{device:?}");
        }
        let coarse = REMOTE_DESKTOP.seen(&movement());
        assert!((16..26).contains(&coarse.len()), "{}", coarse.len());
        assert_eq!(Device::Recorded.seen(&movement()).len(), 128);
    }

    #[test]
    fn a_packet_tells_its_movements_at_one_time_on_the_far_clock_and_screen() {
        let packets = Packets {
            every: Micros::from_millis(100),
            movements: 2,
            delay: Micros::ZERO,
            tick: Micros::from_millis(15),
            scale_percent: 50,
            seed: 1,
        };
        let told: Vec<(u64, f32)> = Device::Packets(packets)
            .seen(&movement())
            .iter()
            .take(5)
            .filter_map(|event| match event.what {
                What::Pointer(pointer) => Some((event.at.0 / 1_000, pointer.x)),
                _ => None,
            })
            .collect();
        // The first movement at once; then two of the twelve of each 100 ms, the latest place last.
        assert_eq!(told, [(1_005, 500.0), (1_110, 524.0), (1_110, 548.0), (1_200, 572.0), (1_200, 596.0)]);
    }

    #[test]
    fn another_machine_goes_further_in_less_time() {
        let bent = machine(200, 65).bent(&movement());
        let What::Pointer(last) = bent[bent.len() - 1].what else { panic!("a pointer event") };
        assert_eq!(
            (bent[0].at, bent[bent.len() - 1].at),
            (Micros::from_millis(1_000), Micros::from_millis(1_650))
        );
        assert_eq!((last.x, bent.len()), (4_000.0, 128));
        assert!(Machine::RECORDED.bent(&movement()) == movement(), "as recorded, nothing is bent");
    }

    #[test]
    fn a_machine_is_named_by_two_percentages() {
        assert_eq!("130/80".parse(), Ok(OTHER_MACHINE));
        assert_eq!(OTHER_MACHINE.to_string(), "130/80");
        for wrong in ["", "130", "130/", "130/19", "501/100", "1.3/0.8", "130/80/1"] {
            let told = wrong.parse::<Machine>().unwrap_err();
            assert!(told.starts_with("expected DISTANCE/DURATION in 20 to 500 percent"), "{told}");
        }
    }

    #[test]
    fn a_look_tells_the_latest_place() {
        let every = Device::Polling { every: Micros::from_millis(100), phase: Micros::ZERO };
        let seen = every.seen(&movement());
        let What::Pointer(told) = seen[0].what else { panic!("a pointer event") };
        assert_eq!((seen[0].at, told.x), (Micros::from_millis(1_100), 1_096.0));
    }
}

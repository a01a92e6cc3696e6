//! Generated people, far plainer than real ones, whose strokes differ in a few features: what must hold of any people.

use super::*;
use crate::PersonTag;
use crate::model_file::ModelError;
use crate::score::Reason;
use palet_features::pointer::ABSENT;
use palet_features::{PointerBlock, PointerClass, RateClass, STROKE_FEATURES, Stroke, StrokeKind};
use std::sync::OnceLock;

/// A source of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    /// Roughly normal, variance 1.
    fn normal(&mut self) -> f32 {
        let mut sum = -6.0;
        for _ in 0..12 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 40) as f32 / (1u64 << 24) as f32;
        }
        sum
    }
}

/// Blocks of one generated person. Everybody has own means of twenty features; `shift` moves every feature.
fn blocks(person: u64, session: u64, count: usize, shift: f32) -> Vec<PointerBlock> {
    let mut own = Dice(person * 7 + 1);
    let means: Vec<f32> =
        (0..STROKE_FEATURES).map(|at| if at % 4 == 0 { own.normal() } else { 0.0 }).collect();
    let mut dice = Dice(person * 1_000 + session * 31 + 5);
    let mut stroke = |_| {
        let mut features = [0; STROKE_FEATURES];
        for (feature, mean) in features.iter_mut().zip(&means) {
            *feature = ((mean + dice.normal() + shift) * 16.0) as i16;
        }
        features[STROKE_FEATURES - 1] = ABSENT;
        Stroke { kind: StrokeKind::Move, features }
    };
    let mut block = |_| PointerBlock {
        pointer: PointerClass::Mouse,
        rate: RateClass::Fine,
        samples: 200,
        span_ms: 5_000,
        strokes: (0..8).map(&mut stroke).collect(),
    };
    (0..count).map(&mut block).collect()
}

fn person(number: u64) -> TrainingPerson {
    let recording = |session: u64, count| TrainingRecording {
        tag: PersonTag(number * 10 + session),
        views: vec![TrainingView {
            device: 0,
            role: ViewRole::Spanning,
            rate: RateClass::Fine,
            blocks: blocks(number, session, count, 0.0),
        }],
    };
    TrainingPerson { recordings: vec![recording(0, 16), recording(1, 6)] }
}

const PEOPLE: u64 = 28;

fn people() -> TrainingPeople {
    TrainingPeople::new((0..PEOPLE).map(person).collect())
}

fn models() -> &'static PointerModels {
    static MODELS: OnceLock<PointerModels> = OnceLock::new();
    MODELS.get_or_init(|| people().model().unwrap())
}

fn reference(person: u64) -> PointerReference {
    let enrolment = blocks(person, 0, 16, 0.0);
    PointerReference::enrol(models(), &enrolment.iter().collect::<Vec<_>>()).unwrap()
}

fn nats(models: &PointerModels, prepared: &PreparedPointer, blocks: &[PointerBlock]) -> f64 {
    let mut evidence = PointerEvidence::default();
    blocks.iter().for_each(|block| evidence.add(models, prepared, block));
    evidence.score(models, prepared).unwrap().llr.nats()
}

#[test]
fn a_stranger_scores_below_the_subject() {
    let mut right = 0;
    for subject in 100..112 {
        let prepared = reference(subject).prepare(models());
        let own = nats(models(), &prepared, &blocks(subject, 9, 3, 0.0));
        let strange = nats(models(), &prepared, &blocks(subject + 50, 9, 3, 0.0));
        right += u32::from(own > 0.0) + u32::from(strange < 0.0);
    }
    assert!(right >= 22, "{right} of 24 decisions right");
}

#[test]
fn the_same_people_make_the_same_file() {
    let first = people().model_file().unwrap();
    assert!(first == people().model_file().unwrap(), "two trainings differ");
    assert!(first.len() < 300_000, "{} bytes", first.len());
    assert_eq!(usize::from(models().people()), PEOPLE as usize);
}

#[test]
fn a_file_that_is_cut_or_another_kind_is_refused() {
    let file = people().model_file().unwrap();
    assert!(PointerModels::parse(&file).is_ok());
    for length in [0, 10, 43, file.len() / 2, file.len() - 1] {
        assert!(PointerModels::parse(&file[..length]).is_err(), "{length}");
    }
    let mut content = models().content().clone();
    content.strokes.centre[3] = f32::NAN;
    assert!(matches!(PointerModels::encode(&content), Err(ModelError::Content(_))));
    content = models().content().clone();
    content.cohort[0].shifts.pop();
    assert!(matches!(PointerModels::encode(&content), Err(ModelError::Content(_))));
    content = models().content().clone();
    content.fusions[0].knots[0].weights[0] = -1.0;
    assert!(matches!(PointerModels::encode(&content), Err(ModelError::Content(_))));
}

#[test]
fn too_few_people_make_no_model() {
    let few = TrainingPeople::new((0..11).map(person).collect());
    assert_eq!(few.model_file(), Err(TrainingError::People(11)));
}

#[test]
fn people_on_other_machines_join_the_cohort_and_nothing_else() {
    let bent = |number| {
        let mut person = person(number);
        for (session, recording) in person.recordings.iter_mut().enumerate() {
            recording.views.push(TrainingView {
                device: 1,
                role: ViewRole::Machine,
                rate: RateClass::Fine,
                blocks: blocks(number, session as u64, 16, 1.0),
            });
        }
        person
    };
    let wider = TrainingPeople::new((0..PEOPLE).map(bent).collect()).model().unwrap();
    let (wider, plain) = (wider.content(), models().content());
    assert_eq!((plain.cohort.len(), wider.cohort.len()), (28, 56));
    assert!(wider.probes.len() > plain.probes.len());
    assert_eq!(wider.strokes.directions, plain.strokes.directions);
    assert_eq!(wider.windows.directions, plain.windows.directions);
    assert_eq!(wider.windows.range.variances, plain.windows.range.variances);
    assert_eq!(wider.windows.apart.session, plain.windows.apart.session);
    assert_eq!(wider.standards[0].means, plain.standards[0].means);
}

#[test]
fn who_is_left_out_is_no_part_of_the_model() {
    let models = people().model().unwrap().with_training(people());
    let out = [PersonTag(30), PersonTag(31)];
    let without = models.without(&out);
    assert!(models.knows_any(&out) && !without.knows_any(&out));
    assert_eq!(usize::from(without.people()), PEOPLE as usize - PEOPLE as usize / FOLDS);
    assert_ne!(models.hash(), without.hash());
    // Another of the same fold is out with them; of another fold, in.
    assert!(!without.knows_any(&[PersonTag((3 + FOLDS as u64) * 10)]));
    assert!(without.knows_any(&[PersonTag(40)]));
    assert_eq!(models.without(&[PersonTag(999_999)]).hash(), models.hash());
}

#[test]
fn evidence_adds_up_over_blocks() {
    let prepared = reference(100).prepare(models());
    let probe = blocks(100, 9, 4, 0.0);
    let gather = |blocks: &[PointerBlock]| {
        let mut evidence = PointerEvidence::default();
        blocks.iter().for_each(|block| evidence.add(models(), &prepared, block));
        evidence
    };
    let (mut first, second, whole) = (gather(&probe[..2]), gather(&probe[2..]), gather(&probe));
    first.merge(&second);
    let nats = |evidence: &PointerEvidence| evidence.score(models(), &prepared).unwrap().llr.nats();
    assert_eq!(first.strokes(), 32);
    assert!((nats(&first) - nats(&whole)).abs() < 1e-3);
}

#[test]
fn another_class_of_pointer_says_nothing() {
    let prepared = reference(100).prepare(models());
    let mut touch = blocks(100, 9, 2, 0.0);
    touch.iter_mut().for_each(|block| block.pointer = PointerClass::Touch);
    let mut evidence = PointerEvidence::default();
    touch.iter().for_each(|block| evidence.add(models(), &prepared, block));
    assert!(evidence.score(models(), &prepared).is_none());
}

#[test]
fn updates_never_change_the_enrolment_and_are_bounded() {
    let enrolled = reference(100);
    let mut drifted = enrolled.clone();
    let strange = blocks(150, 3, 60, 0.0);
    let strange: Vec<&PointerBlock> = strange.iter().collect();
    for _ in 0..30 {
        let before = drifted.strokes();
        drifted = drifted.updated(models(), &strange);
        assert!(drifted.strokes() <= before + UPDATE_STROKES_MAX);
    }
    assert!(drifted.strokes() <= enrolled.strokes() * 5 / 4);
    let own = nats(models(), &drifted.prepare(models()), &blocks(100, 9, 3, 0.0));
    let other = nats(models(), &drifted.prepare(models()), &blocks(150, 9, 3, 0.0));
    assert!(own > other, "thirty poisoned updates turned the reference: {own} against {other}");
}

#[test]
fn an_enrolment_is_bounded_and_needs_enough_strokes() {
    let many = blocks(100, 0, 400, 0.0);
    let reference = PointerReference::enrol(models(), &many.iter().collect::<Vec<_>>()).unwrap();
    assert!((ENROLMENT_STROKES_MAX - 8..=ENROLMENT_STROKES_MAX).contains(&reference.strokes()));
    let few = blocks(100, 0, 4, 0.0);
    let reference = PointerReference::enrol(models(), &few.iter().collect::<Vec<_>>()).unwrap();
    assert!(!reference.is_trained());
    assert!(PointerReference::enrol(models(), &[]).is_none());
}

#[test]
fn an_anchor_brings_the_reference_to_the_session() {
    let prepared = reference(100).prepare(models());
    // Another chair: everything a little different today.
    let mut evidence = PointerEvidence::default();
    blocks(100, 8, 3, 0.5).iter().for_each(|block| evidence.add(models(), &prepared, block));
    let anchored = prepared.anchored(models(), &evidence, 1.0);
    let later = blocks(100, 9, 3, 0.5);
    assert!(nats(models(), &anchored, &later) > nats(models(), &prepared, &later));
    let stranger = blocks(150, 9, 3, 0.5);
    assert!(nats(models(), &anchored, &stranger) < 0.0);
}

#[test]
fn a_reference_far_from_everybody_is_trusted_less() {
    let near = blocks(100, 0, 16, 0.0);
    let far = blocks(100, 0, 16, 6.0);
    let trust = |blocks: &[PointerBlock]| {
        let blocks: Vec<&PointerBlock> = blocks.iter().collect();
        PointerReference::enrol(models(), &blocks).unwrap().prepare(models()).population
    };
    assert!(trust(&far) < 0.7 * trust(&near));
}

#[test]
fn outside_of_the_population_differences_still_tell_people_apart() {
    // Everybody is shifted alike, as by another machine and another task.
    let mut right = 0;
    for subject in 100..112 {
        let enrolment = blocks(subject, 0, 16, 3.0);
        let reference = PointerReference::enrol(models(), &enrolment.iter().collect::<Vec<_>>()).unwrap();
        let prepared = reference.prepare(models());
        assert!(prepared.population < 0.5, "{}", prepared.population);
        let own = nats(models(), &prepared, &blocks(subject, 9, 3, 3.0));
        let strange = nats(models(), &prepared, &blocks(subject + 50, 9, 3, 3.0));
        right += u32::from(own > 0.0) + u32::from(strange < own);
    }
    assert!(right >= 21, "{right} of 24");
}

#[test]
fn a_low_score_names_what_differs() {
    let prepared = reference(100).prepare(models());
    let mut probe = blocks(100, 9, 3, 0.0);
    for stroke in probe.iter_mut().flat_map(|block| &mut block.strokes) {
        stroke.features[35..48].iter_mut().for_each(|feature| *feature += 48);
    }
    let mut evidence = PointerEvidence::default();
    probe.iter().for_each(|block| evidence.add(models(), &prepared, block));
    let score = evidence.score(models(), &prepared).unwrap();
    assert!(score.llr.nats() < 0.0);
    assert_eq!(score.reason, Some(Reason::PointerShape));
}

#[test]
fn hostile_features_give_a_finite_score() {
    let prepared = reference(100).prepare(models());
    for value in [i16::MIN, i16::MAX, -i16::MAX, 0] {
        let mut probe = blocks(100, 9, 2, 0.0);
        for stroke in probe.iter_mut().flat_map(|block| &mut block.strokes) {
            stroke.features = [value; STROKE_FEATURES];
        }
        assert!(nats(models(), &prepared, &probe).is_finite(), "{value}");
        let enrolled = PointerReference::enrol(models(), &probe.iter().collect::<Vec<_>>()).unwrap();
        assert!(nats(models(), &enrolled.prepare(models()), &probe).is_finite(), "{value}");
    }
}

/// What each block of a session scores. **Units**: nats.
fn session_nats(
    session: &mut PointerSession,
    prepared: &PreparedPointer,
    blocks: &[PointerBlock],
) -> Vec<f64> {
    let mut score = |block| session.compare(models(), prepared, block).unwrap().llr.nats();
    blocks.iter().map(&mut score).collect()
}

#[test]
fn before_the_anchor_is_set_a_block_says_little() {
    let prepared = reference(100).prepare(models());
    let stranger = blocks(150, 9, 6, 0.0);
    let nats = session_nats(&mut PointerSession::default(), &prepared, &stranger);
    assert!(nats[..2].iter().all(|nats| nats.abs() <= 0.25), "{nats:?}");
    assert!(nats[2..].iter().any(|nats| *nats < -0.25), "{nats:?}");
}

#[test]
fn a_stranger_after_the_anchor_stands_out_and_the_subject_does_not() {
    let mut right = 0;
    for subject in 100..106 {
        let prepared = reference(subject).prepare(models());
        let mut session = PointerSession::default();
        let own = session_nats(&mut session, &prepared, &blocks(subject, 9, 8, 0.3));
        let strange = session_nats(&mut session, &prepared, &blocks(subject + 50, 9, 4, 0.3));
        // What speaks against the owner stays small; against the stranger it adds up.
        let lowest = own[2..].iter().fold((0.0f64, 0.0f64), |(sum, lowest), nats| {
            let sum = (sum + nats).min(0.0);
            (sum, lowest.min(sum))
        });
        right += u32::from(lowest.1 > -2.5) + u32::from(strange.iter().sum::<f64>() < -2.5);
    }
    assert!(right >= 11, "{right} of 12 decisions right");
}

/// The sum against the subject that a session keeps of what its blocks tell. **Units**: nats.
fn summed(nats: &[f64]) -> f64 {
    nats.iter().fold(0.0, |sum, nats| (sum - nats).max(0.0))
}

#[test]
fn a_stranger_adds_up_block_by_block_and_each_block_within_its_bound() {
    let mut highest = 0.0;
    for subject in 100..106 {
        let prepared = reference(subject).prepare(models());
        let mut session = PointerSession::default();
        session_nats(&mut session, &prepared, &blocks(subject, 9, 4, 0.0));
        let strange = session_nats(&mut session, &prepared, &blocks(subject + 50, 9, 10, 0.0));
        assert!(strange.iter().all(|nats| nats.abs() <= 2.0), "{strange:?}");
        highest += (1..=10).map(|to| summed(&strange[..to])).fold(0.0, f64::max) / 6.0;
    }
    assert!(highest > 2.5, "{highest}");
}

#[test]
fn two_strange_blocks_raise_the_sum_although_the_subjects_own_stretch_is_still_open() {
    let raised = |own_blocks: usize| {
        let of = |subject: u64| {
            let prepared = reference(subject).prepare(models());
            let mut session = PointerSession::default();
            let own = session_nats(&mut session, &prepared, &blocks(subject, 9, own_blocks, 0.0));
            let told = session_nats(&mut session, &prepared, &blocks(subject + 50, 9, 2, 0.0));
            summed(&[own.clone(), told].concat()) - summed(&own)
        };
        (100..106).map(of).sum::<f64>() / 6.0
    };
    // After eight blocks everybody's stretch has begun anew; after twelve some hold odd blocks of the subject's own.
    let (anew, open) = (raised(8), raised(12));
    assert!(anew > 2.5 && open > 0.9 * anew, "{anew} {open}");
}

#[test]
fn who_is_strange_from_the_start_does_not_join_the_reference() {
    let (mut refused, mut forgiven) = (0.0, 0.0);
    for subject in 100..106 {
        let prepared = reference(subject).prepare(models());
        let strange = blocks(subject + 50, 9, 8, 0.0);
        refused += summed(&session_nats(&mut PointerSession::default(), &prepared, &strange));
        let mut proven = PointerSession::default();
        proven.step_up_passed();
        forgiven += summed(&session_nats(&mut proven, &prepared, &strange));
    }
    assert!(refused > 6.0, "{refused}");
    assert!(forgiven < 0.5 * refused, "{forgiven} {refused}");
}

#[test]
fn the_same_blocks_give_the_same_bits() {
    let prepared = reference(100).prepare(models());
    let session = blocks(100, 9, 8, 0.1);
    let run = || {
        let nats = session_nats(&mut PointerSession::default(), &prepared, &session);
        nats.into_iter().map(f64::to_bits).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

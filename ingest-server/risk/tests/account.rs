//! Several people on one account: each of them is at home there, and nobody else is.
#![allow(clippy::unwrap_used, reason = "a test stops at the first fault")]

use palet_capture::{Event, FieldKind, KeyClass, KeyEvent, KeyPhase, KeySlot, What};
use palet_comparison::habits::{HabitEvent, Habits, SessionStart};
use palet_comparison::{Account, JoinError, Margin, Models, PEOPLE_MAX, Reference};
use palet_features::{DeviceClass, Extractor, ExtractorSettings, FeatureWindow};
use palet_risk::{RISK_RAISED, ReasonCode, RiskSettings, SessionRisk, learned_margin};
use palet_units::{Micros, Probability};

/// How somebody types. **Units**: ms.
#[derive(Clone, Copy)]
struct Typist {
    pace: u64,
    hold: u64,
}

const ANN: Typist = Typist { pace: 150, hold: 70 };
const BEN: Typist = Typist { pace: 260, hold: 140 };
const CAT: Typist = Typist { pace: 95, hold: 115 };

/// Windows of somebody who types some keys on some day.
fn typed(typist: Typist, day: u64, keys: u64) -> Vec<FeatureWindow> {
    let classes = [KeyClass::LeftLetter, KeyClass::RightLetter, KeyClass::RightLetter, KeyClass::Space];
    let mut extractor = Extractor::new(ExtractorSettings::default(), [7; 32]);
    let mut state = day.wrapping_mul(97).wrapping_add(typist.pace);
    let mut vary = |span: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % span.max(1)
    };
    let mut events = Vec::new();
    let mut at = 1_000;
    for key in 0..keys {
        let class = classes[vary(4) as usize];
        let slot = KeySlot((key % 32) as u8);
        let event = |phase, ms: u64| Event {
            at: Micros::from_millis(ms),
            what: What::Key(KeyEvent { phase, class, slot, field: FieldKind::Open }),
        };
        events.push(event(KeyPhase::Down, at));
        events.push(event(KeyPhase::Up, at + typist.hold + vary(typist.hold / 3)));
        at += typist.pace + vary(typist.pace / 3);
    }
    events.sort_by_key(|event| event.at);
    let mut windows = Vec::new();
    for event in events {
        extractor.handle_event(event);
        windows.extend(std::iter::from_fn(|| extractor.poll_window()));
    }
    extractor.flush(Micros::from_millis(at));
    windows.extend(std::iter::from_fn(|| extractor.poll_window()));
    windows
}

fn enrolled(models: &Models, typist: Typist) -> Reference {
    let sessions: Vec<Vec<FeatureWindow>> = (0..4).map(|day| typed(typist, day, 256)).collect();
    Reference::enrol(models, DeviceClass::Desktop, &sessions).unwrap()
}

/// The highest risk of a session that somebody types in.
fn risk(models: &Models, account: &Account, typist: Typist) -> f64 {
    let prepared = account.prepare(models);
    let mut session = SessionRisk::new(&RiskSettings::default());
    let mut highest = 0.0f64;
    for window in typed(typist, 9, 512) {
        let risk = session.update(models, Some(&prepared), &[window], Micros::from_secs(1));
        highest = highest.max(risk.value.get());
    }
    highest
}

#[test]
fn everybody_on_an_account_is_at_home_and_nobody_else_is() {
    let models = Models::embedded().unwrap();
    let ann = Account::of(enrolled(&models, ANN));
    assert!(risk(&models, &ann, ANN) < RISK_RAISED);
    assert!(risk(&models, &ann, BEN) >= RISK_RAISED);
    let both = ann.joined(enrolled(&models, BEN)).unwrap();
    assert!(risk(&models, &both, ANN) < RISK_RAISED);
    assert!(risk(&models, &both, BEN) < RISK_RAISED);
    assert!(risk(&models, &both, CAT) >= RISK_RAISED);
}

#[test]
fn a_takeover_by_a_stranger_is_seen_on_a_shared_account_too() {
    let models = Models::embedded().unwrap();
    let both = Account::of(enrolled(&models, ANN)).joined(enrolled(&models, BEN)).unwrap();
    let prepared = both.prepare(&models);
    let mut session = SessionRisk::new(&RiskSettings::default());
    for window in typed(BEN, 9, 256) {
        assert!(session.update(&models, Some(&prepared), &[window], Micros::ZERO).value.get() < RISK_RAISED);
    }
    let after = typed(CAT, 9, 512);
    let found = after.into_iter().any(|window| {
        session.update(&models, Some(&prepared), &[window], Micros::ZERO).value.get() >= RISK_RAISED
    });
    assert!(found);
}

#[test]
fn who_cannot_be_compared_lets_nobody_in() {
    let models = Models::embedded().unwrap();
    // Too few keys to compare with: were they counted, they would always match best.
    let untrained = Reference::enrol(&models, DeviceClass::Desktop, &[typed(BEN, 1, 24)]).unwrap();
    let account = Account::of(enrolled(&models, ANN)).joined(untrained).unwrap();
    assert_eq!(account.prepare(&models).people().count(), 1);
    assert!(risk(&models, &account, BEN) >= RISK_RAISED);
}

#[test]
fn an_account_survives_its_store_and_reads_what_older_ones_wrote() {
    let models = Models::embedded().unwrap();
    let alone = Account::of(enrolled(&models, ANN));
    assert_eq!(Account::parse(&alone.encode().unwrap()).unwrap().people().count(), 1);
    let mut account = alone;
    for _ in 1..PEOPLE_MAX {
        account = account.joined(enrolled(&models, BEN)).unwrap();
    }
    let bytes = account.encode().unwrap();
    assert_eq!(Account::parse(&bytes).unwrap().people().count(), PEOPLE_MAX);
    assert_eq!(account.joined(enrolled(&models, CAT)).err(), Some(JoinError::Full));
    assert!(Account::parse(&bytes[..bytes.len() - 1]).is_none());
    let windows = typed(CAT, 1, 256);
    let mobile = Reference::enrol(&models, DeviceClass::Mobile, &[windows]).unwrap();
    assert_eq!(Account::of(enrolled(&models, ANN)).joined(mobile).err(), Some(JoinError::Device));
}

#[test]
fn a_margin_moves_the_risk_of_its_own_person_alone_and_survives_the_store() {
    let models = Models::embedded().unwrap();
    let ann = Account::of(enrolled(&models, ANN));
    let later = ann.clone().with_margin(Margin::bounded(2.0));
    // One block of a stranger's keys: the same evidence, further from masking.
    let after_one = |account: &Account| {
        let prepared = account.prepare(&models);
        let mut session = SessionRisk::new(&RiskSettings::default());
        let windows = typed(BEN, 9, 64);
        session.update(&models, Some(&prepared), &windows, Micros::ZERO).value.get()
    };
    assert!(after_one(&later) < after_one(&ann), "{} {}", after_one(&later), after_one(&ann));
    let both = Account::of(enrolled(&models, BEN)).joined(later).unwrap();
    let read = Account::parse(&both.encode().unwrap()).unwrap();
    let margins: Vec<f64> = read.prepare(&models).people().map(|person| person.margin().nats()).collect();
    assert_eq!(margins, [0.0, 2.0]);
    assert_eq!(Account::parse(&ann.encode().unwrap()).unwrap().margin(), Margin::NONE);
}

#[test]
fn whose_sessions_vary_gets_the_higher_margin_and_a_calm_one_the_lower() {
    let models = Models::embedded().unwrap();
    let learned = |people: [Typist; 4]| {
        let sessions: Vec<_> = (0u64..).zip(people).map(|(day, typist)| typed(typist, day, 256)).collect();
        learned_margin(&models, &RiskSettings::default(), DeviceClass::Desktop, &sessions).nats()
    };
    let (calm, varied) = (learned([ANN; 4]), learned([ANN, BEN, CAT, ANN]));
    assert!((Margin::LOWEST..0.0).contains(&calm), "{calm}");
    assert!(varied > 0.0 && varied <= Margin::HIGHEST, "{varied}");
    assert_eq!(learned([ANN; 4]).to_bits(), calm.to_bits());
}

#[test]
fn no_number_of_somebody_elses_sessions_carries_a_reference_away() {
    let models = Models::embedded().unwrap();
    let anchored = enrolled(&models, ANN);
    let poisoned = (20..60)
        .fold(anchored.clone(), |reference, day| reference.updated(&models, &typed(BEN, day, 512)).unwrap());
    assert!(risk(&models, &Account::of(poisoned.clone()), ANN) < RISK_RAISED);
    let stranger = |reference: &Reference| risk(&models, &Account::of(reference.clone()), BEN);
    let (before, after) = (stranger(&anchored), stranger(&poisoned.rolled_back()));
    assert!(before >= RISK_RAISED && before.to_bits() == after.to_bits());
    assert!(poisoned.rolled_back().version() > poisoned.version());
}

/// Of somebody who comes at nine, twelve Thursdays long.
fn mornings() -> Habits {
    let morning = |week: u64| SessionStart::of(Micros::from_secs((24 * 7 * week + 9) * 3_600));
    (1..=12).fold(Habits::default(), |habits, week| habits.learned([HabitEvent::Began(morning(week))]))
}

#[test]
fn habits_are_of_one_person_and_survive_their_store() {
    let models = Models::embedded().unwrap();
    let habits = mornings();
    let account = Account::of(enrolled(&models, ANN)).with_habits(habits.clone());
    let bytes = account.encode().unwrap();
    assert_eq!(Account::parse(&bytes).unwrap().habits(), &habits);
    assert!(Account::parse(&bytes[..bytes.len() - 1]).is_none());
    let joined = Account::of(enrolled(&models, BEN)).joined(account).unwrap();
    let people = Account::parse(&joined.encode().unwrap()).unwrap().prepare(&models);
    let sessions: Vec<u16> = people.people().map(|person| person.habits().sessions()).collect();
    assert_eq!(sessions, [0, 12]);
}

#[test]
fn an_odd_hour_adds_a_little_to_a_doubt_and_raises_none() {
    let models = Models::embedded().unwrap();
    let prepared = Account::of(enrolled(&models, ANN)).with_habits(mornings()).prepare(&models);
    let at = |hour: u64| {
        let mut session =
            SessionRisk::new(&RiskSettings::default()).begun_at(Micros::from_secs(hour * 3_600));
        let windows = typed(ANN, 9, 128);
        session.visit(Some(&prepared), None, &windows);
        session.update(&models, Some(&prepared), &windows, Micros::ZERO).clone()
    };
    let (usual, odd) = (at(9), at(3));
    assert_eq!((usual.value, usual.sub_scores.habits), (usual.biometric_only, Probability::ZERO));
    assert!(odd.value > odd.biometric_only && odd.value.get() < RISK_RAISED);
    assert!(odd.reasons.iter().any(|reason| reason.code == ReasonCode::UnusualTime));
    assert!(odd.trained.habits);
    assert_eq!(odd.biometric_only, usual.biometric_only);
}

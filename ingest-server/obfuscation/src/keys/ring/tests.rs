//! The life of keys: who may do what to which, and what is lost when.

use super::*;
use crate::keys::{OfficerSecret, Proven, ProviderError, RingFileError, SealedKek};
use crate::{OpenError, SealBinding};
use palet_units::SubjectId;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

struct World {
    ring: KeyRing,
    kek: SealedKek,
    rng: ChaCha20Rng,
    bank: TenantId,
    key: TenantKey,
}

const CLASS: FieldClass = FieldClass::Iban;
const FIRST: KeyVersion = KeyVersion(1);

fn world() -> World {
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let (mut ring, kek) = (KeyRing::default(), SealedKek::make(&mut rng));
    let bank: TenantId = "bank".parse().unwrap();
    let key = ring.add_tenant(&bank, &kek, &mut rng).unwrap();
    ring.rotate(&key, CLASS, Micros(1), &mut rng).unwrap();
    World { ring, kek, rng, bank, key }
}

/// A person of that name who has proved to be it.
fn officer(name: &str) -> Proven {
    Proven(name.parse().unwrap())
}

fn seal(world: &mut World, key: &DataKey) -> String {
    let binding = SealBinding { tenant: &world.bank, class: CLASS, record: "r", session: None };
    key.value_sealer().seal("DE89", &binding, &mut world.rng).unwrap()
}

fn open(world: &World, key: &DataKey, token: &str) -> Result<String, OpenError> {
    let binding = SealBinding { tenant: &world.bank, class: CLASS, record: "r", session: None };
    key.value_sealer().open(token, &binding).map(|value| value.to_string())
}

fn retired() -> World {
    let mut world = world();
    world.ring.rotate(&world.key, CLASS, Micros(2), &mut world.rng).unwrap();
    world.ring.retire(&world.bank, CLASS, FIRST).unwrap();
    world
}

#[test]
fn values_stay_readable_across_rotation_rewrap_and_restart() {
    let mut world = world();
    let old = world.ring.active_key(&world.key, CLASS).unwrap();
    let token = seal(&mut world, &old);
    let version = world.ring.rotate(&world.key, CLASS, Micros(2), &mut world.rng).unwrap();
    assert_eq!(version, KeyVersion(2));
    let other = SealedKek::make(&mut world.rng);
    world.ring.rewrap(&world.kek, &other, &mut world.rng).unwrap();
    let bytes = world.ring.encode(&other, &mut world.rng).unwrap();
    let ring = KeyRing::decode(&bytes, &other).unwrap();
    assert_eq!(ring, world.ring);
    let key = ring.unlock(&world.bank, &other).unwrap();
    let old = ring.data_key(&key, CLASS, FIRST).unwrap();
    assert_eq!(open(&world, &old, &token).as_deref(), Ok("DE89"));
    let new = ring.active_key(&key, CLASS).unwrap();
    assert_eq!(open(&world, &new, &token), Err(OpenError));
    assert_eq!(ring.unlock(&world.bank, &world.kek).unwrap_err().code(), "key-refused");
}

#[test]
fn states_follow_one_another_and_no_other_way() {
    let mut world = world();
    let (ring, bank) = (&mut world.ring, &world.bank);
    let wrong = |expected, got| Err(RingError::State { expected, got });
    let by = (&officer("ann"), Micros(1));
    assert_eq!(ring.retire(bank, CLASS, FIRST), wrong(KeyState::DecryptOnly, KeyState::Active));
    assert_eq!(ring.order_destruction(bank, CLASS, FIRST, by), wrong(KeyState::Retired, KeyState::Active));
    ring.rotate(&world.key, CLASS, Micros(2), &mut world.rng).unwrap();
    assert_eq!(
        ring.order_destruction(bank, CLASS, FIRST, by),
        wrong(KeyState::Retired, KeyState::DecryptOnly)
    );
    ring.retire(bank, CLASS, FIRST).unwrap();
    let refusal = ring.data_key(&world.key, CLASS, FIRST).unwrap_err();
    assert_eq!(refusal, RingError::State { expected: KeyState::DecryptOnly, got: KeyState::Retired });
    ring.reinstate(bank, CLASS, FIRST).unwrap();
    assert!(ring.data_key(&world.key, CLASS, FIRST).is_ok());
    assert_eq!(ring.entries().filter(|entry| entry.state == KeyState::Active).count(), 1);
    assert_eq!(ring.retire(bank, CLASS, KeyVersion(9)), Err(RingError::UnknownKey));
    assert_eq!(ring.retire(&"other".parse().unwrap(), CLASS, FIRST), Err(RingError::UnknownTenant));
}

#[test]
fn destruction_needs_two_people_within_a_day() {
    let mut world = retired();
    let (ring, bank) = (&mut world.ring, &world.bank);
    let (ann, bob) = (officer("ann"), officer("bob"));
    let day = DESTROY_WINDOW.0;
    assert_eq!(ring.approve_destruction(bank, CLASS, FIRST, (&bob, Micros(0))), Err(RingError::NotOrdered));
    ring.order_destruction(bank, CLASS, FIRST, (&ann, Micros(0))).unwrap();
    let same = officer("ANN");
    assert_eq!(ring.approve_destruction(bank, CLASS, FIRST, (&same, Micros(1))), Err(RingError::SamePerson));
    let late = (&bob, Micros(day));
    assert_eq!(ring.approve_destruction(bank, CLASS, FIRST, late), Err(RingError::NotOrdered));
    ring.approve_destruction(bank, CLASS, FIRST, (&bob, Micros(day - 1))).unwrap();
    let entry = ring.entries().next().unwrap();
    assert_eq!((entry.version, entry.state), (FIRST, KeyState::Destroyed));
    let gone = RingError::State { expected: KeyState::DecryptOnly, got: KeyState::Destroyed };
    assert_eq!(ring.data_key(&world.key, CLASS, FIRST).unwrap_err(), gone);
    assert!(ring.reinstate(bank, CLASS, FIRST).is_err());
    assert!(ring.tenants[bank].keys[&CLASS][&FIRST].wrapped.is_empty());
}

#[test]
fn one_person_cannot_order_over_another_to_approve_alone() {
    let mut world = retired();
    let (ring, bank) = (&mut world.ring, &world.bank);
    let (ann, bob) = (officer("ann"), officer("bob"));
    ring.order_destruction(bank, CLASS, FIRST, (&ann, Micros(0))).unwrap();
    ring.order_destruction(bank, CLASS, FIRST, (&bob, Micros(1))).unwrap();
    let ordered_by = ring.entries().next().unwrap().destroy_ordered_by;
    assert_eq!(ordered_by, Some(ann.officer().clone()));
    assert_eq!(ring.approve_destruction(bank, CLASS, FIRST, (&ann, Micros(2))), Err(RingError::SamePerson));
}

#[test]
fn bringing_a_key_back_voids_the_order() {
    let mut world = retired();
    let (ring, bank) = (&mut world.ring, &world.bank);
    ring.order_destruction(bank, CLASS, FIRST, (&officer("ann"), Micros(0))).unwrap();
    ring.reinstate(bank, CLASS, FIRST).unwrap();
    ring.retire(bank, CLASS, FIRST).unwrap();
    let approval = ring.approve_destruction(bank, CLASS, FIRST, (&officer("bob"), Micros(1)));
    assert_eq!(approval, Err(RingError::NotOrdered));
}

#[test]
fn a_shredded_subject_is_unreadable_and_the_others_are_not() {
    let mut world = world();
    let [ann, bob]: [SubjectId; 2] = ["ann", "bob"].map(|name| name.parse().unwrap());
    let data = world.ring.active_key(&world.key, CLASS).unwrap();
    let mut secrets = [&ann, &bob].map(|subject| (subject, world.key.make_subject(subject, &mut world.rng)));
    let secret =
        |(subject, wrapped): &(&SubjectId, Vec<u8>)| world.key.open_subject(subject, wrapped).unwrap();
    let [for_ann, for_bob] = [0, 1].map(|at| data.for_subject(&secret(&secrets[at])));
    let again = data.for_subject(&secret(&secrets[0]));
    let [of_ann, of_bob] = [&for_ann, &for_bob].map(|key| {
        let binding = SealBinding { tenant: &world.bank, class: CLASS, record: "r", session: None };
        key.value_sealer().seal("DE89", &binding, &mut world.rng).unwrap()
    });
    assert!(crate::TokenHeader::parse(&of_ann).unwrap().subject_bound);
    assert_eq!(open(&world, &again, &of_ann).as_deref(), Ok("DE89"));
    assert_eq!(open(&world, &for_bob, &of_ann), Err(OpenError));
    assert_eq!(open(&world, &data, &of_ann), Err(OpenError));
    // The only copy is overwritten by a new secret.
    secrets[0].1 = world.key.make_subject(&ann, &mut world.rng);
    let fresh = data.for_subject(&world.key.open_subject(&ann, &secrets[0].1).unwrap());
    assert_eq!(open(&world, &fresh, &of_ann), Err(OpenError));
    assert_eq!(open(&world, &for_bob, &of_bob).as_deref(), Ok("DE89"));
    let swapped = world.key.open_subject(&bob, &secrets[0].1).unwrap_err();
    assert_eq!(swapped, ProviderError::Refused);
}

#[test]
fn an_officer_is_who_shows_the_secret() {
    let mut world = world();
    let [ann, bob, eve]: [Officer; 3] = ["ann", "bob", "eve"].map(|name| name.parse().unwrap());
    let secrets = [(); 3].map(|()| OfficerSecret::make(&mut world.rng));
    let ring = &mut world.ring;
    ring.add_officer(&ann, secrets[0].digest(), &[]).unwrap();
    assert_eq!(ring.add_officer(&ann, secrets[1].digest(), &[]), Err(RingError::OfficerExists));
    ring.add_officer(&bob, secrets[1].digest(), &[]).unwrap();
    let by_ann = ring.prove(&ann, &format!("{}\n", secrets[0].expose())).unwrap();
    assert_eq!(ring.prove(&ann, secrets[1].expose()), Err(RingError::OfficerRefused));
    assert_eq!(ring.prove(&eve, secrets[1].expose()), Err(RingError::OfficerRefused));
    // From two on, one person cannot make another.
    let digest = secrets[2].digest();
    let twice = vec![by_ann.clone(), by_ann.clone()];
    let with_nobody = vec![officer("eve"), by_ann.clone()];
    for agreed in [vec![], vec![by_ann.clone()], twice, with_nobody] {
        assert_eq!(ring.add_officer(&eve, digest, &agreed), Err(RingError::TwoOfficers));
        assert_eq!(ring.remove_officer(&bob, &agreed), Err(RingError::TwoOfficers));
    }
    let by_bob = ring.prove(&bob, secrets[1].expose()).unwrap();
    ring.add_officer(&eve, digest, &[by_ann.clone(), by_bob.clone()]).unwrap();
    ring.remove_officer(&bob, &[by_ann, by_bob]).unwrap();
    assert_eq!(ring.prove(&bob, secrets[1].expose()), Err(RingError::OfficerRefused));
    assert_eq!(ring.officers().collect::<Vec<_>>(), [&ann, &eve]);
}

#[test]
fn a_tenants_key_unwraps_no_other_tenants_keys() {
    let mut world = world();
    let other: TenantId = "other".parse().unwrap();
    let other_key = world.ring.add_tenant(&other, &world.kek, &mut world.rng).unwrap();
    world.ring.rotate(&other_key, CLASS, Micros(1), &mut world.rng).unwrap();
    let forged = TenantKey::new(other.clone(), world.key.key.clone());
    assert_eq!(world.ring.active_key(&forged, CLASS).unwrap_err().code(), "key-refused");
    let moved = world.ring.tenants[&world.bank].wrapped.clone();
    world.ring.tenants.get_mut(&other).unwrap().wrapped = moved;
    assert_eq!(world.ring.unlock(&other, &world.kek).unwrap_err().code(), "key-refused");
    let exists = world.ring.add_tenant(&other, &world.kek, &mut world.rng).unwrap_err();
    assert_eq!(exists, RingError::TenantExists);
}

#[test]
fn a_ring_file_cut_or_altered_anywhere_is_refused() {
    let mut world = world();
    let bytes = world.ring.encode(&world.kek, &mut world.rng).unwrap();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let expected = if at < 8 { RingFileError::NotARing } else { RingFileError::Refused };
        assert_eq!(KeyRing::decode(&altered, &world.kek), Err(expected), "byte {at}");
        assert!(KeyRing::decode(&bytes[..at], &world.kek).is_err());
    }
    let other = SealedKek::make(&mut world.rng);
    assert_eq!(KeyRing::decode(&bytes, &other), Err(RingFileError::Refused));
}

#[test]
fn every_change_is_counted() {
    let mut world = retired();
    let before = world.ring.generation();
    world.ring.order_destruction(&world.bank, CLASS, FIRST, (&officer("ann"), Micros(0))).unwrap();
    assert_eq!(world.ring.generation(), before + 1);
    assert!(world.ring.retire(&world.bank, CLASS, FIRST).is_err());
    assert_eq!(world.ring.generation(), before + 1);
}

#[test]
fn every_purpose_of_a_data_key_works() {
    let world = world();
    let key = world.ring.active_key(&world.key, CLASS).unwrap();
    assert_eq!(key.pseudonyms().unwrap().version(), FIRST);
    let token = key.deterministic_tokens().seal("x", &world.bank, CLASS).unwrap();
    assert_eq!(key.deterministic_tokens().open(&token, &world.bank, CLASS).unwrap().as_str(), "x");
    let index = key.index_tokens().index("DE89370400440532013000", &world.bank, CLASS).unwrap();
    assert!(index.starts_with("i1."));
    assert_eq!(
        format!("{key:?} {:?}", world.key),
        "DataKey { version: KeyVersion(1), .. } TenantKey { tenant: TenantId(\"bank\"), .. }"
    );
}

//! There and back in every form and class, across a rotation, a rewrap and a restart; and each way in which a
//! value does not belong.

use super::*;
use crate::{
    config::{LockMemory, Settings},
    keys::{
        MemoryLock, RingFolder,
        sealed_file::{create_kek, open_kek},
    },
    store::sqlite::SqliteStore,
};
use palet_mask::{ClassRef, FieldClass, Level, Marking, Shape, canonical};
use palet_obfuscation::keys::{Cost, KeyProvider, KeyRing, OfficerSecret};
use palet_obfuscation::{KeyVersion, OpenError};
use palet_units::SessionId;

const PASSPHRASE: &str = "correct horse battery";
const NOW: Micros = Micros(1_000_000);
const SESSION: Option<SessionId> = Some(SessionId(7));

struct World {
    dir: tempfile::TempDir,
    folder: RingFolder,
    values: Values,
    bank: TenantId,
    ann: SubjectId,
}

async fn values_of(dir: &std::path::Path, folder: &RingFolder) -> Values {
    let mut settings = Settings::default().store;
    settings.data_folder = dir.to_owned();
    let store = Arc::new(SqliteStore::open(&settings).await.unwrap());
    let ring = LiveRing::open(folder.clone(), MemoryLock::new(LockMemory::Try)).unwrap();
    Values::new(Arc::new(ring), store)
}

async fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let kek = create_kek(&dir.path().join("keys"), PASSPHRASE, Cost { memory_kib: 64, passes: 1 }).unwrap();
    let folder = RingFolder::create(&dir.path().join("keys"), Arc::new(kek)).unwrap();
    let values = values_of(dir.path(), &folder).await;
    World { dir, folder, values, bank: "bank".parse().unwrap(), ann: "ann".parse().unwrap() }
}

impl World {
    fn rotate(&self, class: FieldClass) {
        let change = |ring: &mut KeyRing, provider: &dyn KeyProvider| {
            let key = ring.unlock(&self.bank, provider)?;
            ring.rotate(&key, class, NOW, &mut rand::rng())
        };
        self.folder.update(change).unwrap();
        self.values.ring.refresh(NOW).unwrap();
    }

    /// The same folder, read anew by a process that knows nothing but the passphrase.
    async fn restart(self) -> Self {
        self.values.store.close().await;
        let keys = self.dir.path().join("keys");
        let folder = RingFolder::at(&keys, Arc::new(open_kek(&keys, PASSPHRASE).unwrap()));
        let values = values_of(self.dir.path(), &folder).await;
        Self { folder, values, ..self }
    }

    async fn mask(&self, form: Form, class: FieldClass, value: &str) -> Result<MaskedValue, MaskFault> {
        let keys = self.values.keys(&self.bank, NOW).await.unwrap();
        let subject = self.values.subject_or_make(&self.bank, &self.ann, NOW).await.unwrap();
        let mut masking = Masking::new(&self.bank, keys, (SESSION, Some(subject)), None);
        let masked = masking.mask(form, class.into(), value, "record-1");
        self.values.keep(&masking.into_issued()).await.unwrap();
        masked
    }

    async fn reveal(&self, form: Form, class: FieldClass, masked: &MaskedValue) -> Result<String, OpenFault> {
        self.reveal_as(&self.bank, (class, "record-1"), SESSION, form, masked).await
    }

    async fn reveal_as(
        &self,
        tenant: &TenantId,
        (class, record): (FieldClass, &str),
        session: Option<SessionId>,
        form: Form,
        masked: &MaskedValue,
    ) -> Result<String, OpenFault> {
        let subject = self.values.subject(tenant, &self.ann).await.unwrap();
        let place = Place { tenant, session, subject: subject.as_deref(), now: NOW };
        let version = Some(masked.version);
        let item = Masked { text: &masked.text, form: Some(form), class: class.into(), record, version };
        self.values.reveal(&item, &place).await.map(|value| value.to_string())
    }

    async fn rewrap(&self, form: Form, class: FieldClass, masked: &MaskedValue) -> Rewrapped {
        let subject = self.values.subject(&self.bank, &self.ann).await.unwrap();
        let place = Place { tenant: &self.bank, session: SESSION, subject: subject.as_deref(), now: NOW };
        let version = Some(masked.version);
        let item =
            Masked { text: &masked.text, form: Some(form), class: class.into(), record: "record-1", version };
        self.values.rewrap(&item, &place).await.unwrap()
    }
}

/// A value of each class that may be kept, in its plain spelling.
fn values() -> Vec<(FieldClass, &'static str)> {
    vec![
        (FieldClass::Pan, "4111111111111111"),
        (FieldClass::Iban, "DE89370400440532013000"),
        (FieldClass::Account, "12345678"),
        (FieldClass::SortCode, "204060"),
        (FieldClass::Routing, "021000021"),
        (FieldClass::Bic, "BYLADEM1001"),
        (FieldClass::NationalId, "AB1234567"),
        (FieldClass::TaxId, "12345678901"),
        (FieldClass::Passport, "C01X00T47"),
        (FieldClass::Name, "Ada Lovelace"),
        (FieldClass::Address, "12 Elm Street, Springfield"),
        (FieldClass::Email, "ada.lovelace@bank.example"),
        (FieldClass::Phone, "+4915112345678"),
        (FieldClass::Dob, "1990-01-02"),
        (FieldClass::Amount, "1234.56 EUR"),
        (FieldClass::Balance, "-99.00 USD"),
        (FieldClass::Description, "Rent for May — thank you"),
        (FieldClass::Custom, "whatever the bank calls it"),
    ]
}

/// Whether a class has a form; the rest is refused with a code of its own.
fn has_form(form: Form, class: FieldClass, value: &str) -> bool {
    match form {
        Form::Sealed | Form::Deterministic | Form::Random => true,
        Form::Index => canonical(class, value).is_ok(),
        Form::Fpe | Form::FpePlain => {
            class.has_form(Level::Fpe) && Shape::parse(ClassRef::from(class), value, Marking::Plain).is_ok()
        }
    }
}

#[actix_web::test]
async fn what_was_masked_comes_back_in_every_form_and_class_across_rotation_rewrap_and_restart() {
    let mut world = world().await;
    let mut held = Vec::new();
    for (class, value) in values() {
        for form in Form::ALL {
            match world.mask(form, class, value).await {
                Ok(masked) => held.push((form, class, value, masked)),
                Err(fault) => assert!(!has_form(form, class, value), "{form} of {class:?}: {fault}"),
            }
        }
    }
    assert!(held.len() > 80, "most classes have most forms: {}", held.len());
    for step in ["at once", "after a rotation", "after a rewrap", "after a restart"] {
        match step {
            "after a rotation" => values().into_iter().for_each(|(class, _)| world.rotate(class)),
            "after a rewrap" => {
                for (form, class, _, masked) in held.iter_mut().filter(|(form, ..)| *form != Form::Index) {
                    let Rewrapped::Moved(moved) = world.rewrap(*form, *class, masked).await else {
                        panic!("{form} of {class:?} was under the newest key already");
                    };
                    assert_eq!(moved.version, KeyVersion(2));
                    assert_eq!(moved.text == masked.text, *form == Form::Random, "{form} of {class:?}");
                    assert_eq!(world.rewrap(*form, *class, &moved).await, Rewrapped::Current(moved.clone()));
                    *masked = moved;
                }
            }
            "after a restart" => world = world.restart().await,
            _ => {}
        }
        for (form, class, value, masked) in &held {
            let revealed = world.reveal(*form, *class, masked).await;
            match form {
                Form::Index => assert_eq!(revealed.unwrap_err().code(), "one-way"),
                _ => assert_eq!(revealed.unwrap(), *value, "{form} of {class:?} {step}"),
            }
        }
    }
}

#[actix_web::test]
async fn a_value_of_another_tenant_class_record_session_or_subject_does_not_open_and_all_look_alike() {
    let world = world().await;
    let other: TenantId = "other".parse().unwrap();
    world.values.keys(&other, NOW).await.unwrap();
    let (class, value) = (FieldClass::Iban, "DE89370400440532013000");
    for form in [Form::Sealed, Form::Deterministic, Form::Random] {
        let masked = world.mask(form, class, value).await.unwrap();
        let mut refusals = vec![
            world.reveal_as(&other, (class, "record-1"), SESSION, form, &masked).await,
            world.reveal_as(&world.bank, (FieldClass::Account, "record-1"), SESSION, form, &masked).await,
        ];
        if form == Form::Sealed {
            refusals.push(world.reveal_as(&world.bank, (class, "record-2"), SESSION, form, &masked).await);
            let session = Some(SessionId(8));
            refusals.push(world.reveal_as(&world.bank, (class, "record-1"), session, form, &masked).await);
            refusals.push(world.reveal_as(&world.bank, (class, "record-1"), None, form, &masked).await);
        }
        for at in 3..masked.text.len() {
            let mut bytes = masked.text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let text = String::from_utf8(bytes).unwrap();
            let altered = MaskedValue { text, version: masked.version };
            refusals.push(world.reveal(form, class, &altered).await);
        }
        for refusal in refusals {
            let refusal = refusal.unwrap_err();
            let words = OpenError.to_string();
            assert_eq!((refusal.code(), refusal.to_string()), (OpenError::CODE, words), "{form}");
        }
    }
}

#[actix_web::test]
async fn a_key_that_is_retired_or_destroyed_opens_nothing_and_is_not_told_from_a_wrong_token() {
    let world = world().await;
    let class = FieldClass::Iban;
    let mut held = Vec::new();
    for form in [Form::Sealed, Form::Deterministic, Form::Random] {
        held.push((form, world.mask(form, class, "DE89370400440532013000").await.unwrap()));
    }
    world.rotate(class);
    let first = KeyVersion(1);
    world.folder.update(|ring, _| ring.retire(&world.bank, class, first)).unwrap();
    world.values.ring.refresh(NOW).unwrap();
    for (form, masked) in &held {
        let refusal = world.reveal(*form, class, masked).await.unwrap_err();
        assert_eq!(refusal.to_string(), OpenError.to_string());
    }
    world.folder.update(|ring, _| ring.reinstate(&world.bank, class, first)).unwrap();
    world.values.ring.refresh(NOW).unwrap();
    for (form, masked) in &held {
        assert!(world.reveal(*form, class, masked).await.is_ok(), "{form}");
    }
    world.folder.update(|ring, _| destroy(ring, &world.bank, class, first)).unwrap();
    world.values.ring.refresh(NOW).unwrap();
    for (form, masked) in &held {
        let refusal = world.reveal(*form, class, masked).await.unwrap_err();
        assert_eq!(refusal.to_string(), OpenError.to_string());
    }
}

fn destroy(
    ring: &mut KeyRing,
    bank: &TenantId,
    class: FieldClass,
    version: KeyVersion,
) -> Result<(), palet_obfuscation::keys::RingError> {
    ring.retire(bank, class, version)?;
    let people = ["ann", "bob"].map(|name| {
        let (officer, secret) = (name.parse().unwrap(), OfficerSecret::make(&mut rand::rng()));
        ring.add_officer(&officer, secret.digest(), &[]).unwrap();
        ring.prove(&officer, secret.expose()).unwrap()
    });
    ring.order_destruction(bank, class, version, (&people[0], NOW))?;
    ring.approve_destruction(bank, class, version, (&people[1], NOW))
}

#[actix_web::test]
async fn what_was_sealed_for_an_erased_subject_is_gone_and_stays_gone() {
    let world = world().await;
    let class = FieldClass::Iban;
    let mut held = Vec::new();
    for form in [Form::Sealed, Form::Random] {
        held.push((form, world.mask(form, class, "DE89370400440532013000").await.unwrap()));
    }
    let wrapped = world.values.store.subject_secret(&world.bank, &world.ann).await.unwrap().unwrap();
    world.values.store.erase_subject(&world.bank, &world.ann).await.unwrap();
    for made_again in [false, true] {
        if made_again {
            world.values.subject_or_make(&world.bank, &world.ann, NOW).await.unwrap();
        }
        for (form, masked) in &held {
            let refusal = world.reveal(*form, class, masked).await.unwrap_err();
            assert_eq!(refusal.code(), OpenError::CODE, "{form}");
        }
    }
    // Neither the database nor its log holds a trace of the secret.
    for file in ["palet.db", "palet.db-wal"] {
        let bytes = std::fs::read(world.dir.path().join(file)).unwrap_or_default();
        let found = bytes.windows(wrapped.len()).any(|window| window == wrapped);
        assert!(!found, "{file} still holds the secret");
    }
}

#[actix_web::test]
async fn a_time_to_live_ends_and_forms_without_one_say_so() {
    let world = world().await;
    let keys = world.values.keys(&world.bank, NOW).await.unwrap();
    let expires = Some(Micros(NOW.0 + 10));
    let mut masking = Masking::new(&world.bank, keys, (None, None), expires);
    let (class, value) = (FieldClass::Pan, "4111111111111111");
    let mut held = Vec::new();
    for form in Form::ALL {
        match masking.mask(form, class.into(), value, "") {
            Ok(masked) => held.push((form, masked)),
            Err(fault) => assert_eq!((fault.code(), form.takes_ttl()), ("ttl-not-for-form", false)),
        }
    }
    assert_eq!(held.len(), 2);
    world.values.keep(&masking.into_issued()).await.unwrap();
    for (form, masked) in held {
        for (now, opens) in [(NOW.0 + 9, true), (NOW.0 + 10, false)] {
            let place = Place { tenant: &world.bank, session: None, subject: None, now: Micros(now) };
            let item =
                Masked { text: &masked.text, form: None, class: class.into(), record: "", version: None };
            assert_eq!(world.values.reveal(&item, &place).await.is_ok(), opens, "{form} at {now}");
        }
    }
    assert_eq!(world.values.store.prune_tokens(Micros(NOW.0 + 10)).await.unwrap(), 1);
}

#[actix_web::test]
async fn the_job_moves_what_the_store_holds_and_goes_on_where_it_was_cut_off() {
    let world = world().await;
    let class = FieldClass::Iban;
    let keys = world.values.keys(&world.bank, NOW).await.unwrap();
    let subject = world.values.subject_or_make(&world.bank, &world.ann, NOW).await.unwrap();
    let mut tokens = Vec::new();
    for subject in [None, Some(subject)] {
        let mut masking = Masking::new(&world.bank, Arc::clone(&keys), (None, subject), None);
        for at in 0..300 {
            tokens.push((masking.mask(Form::Random, class.into(), &format!("value {at}"), "").unwrap(), at));
        }
        world.values.keep(&masking.into_issued()).await.unwrap();
    }
    world.rotate(class);
    let first = world.values.rewrap_step(&world.bank, class, NOW).await.unwrap().unwrap();
    assert_eq!((first.job.rewrapped, first.left), (256, 344));
    let world = world.restart().await;
    let mut last = first;
    while let Some(progress) = world.values.rewrap_step(&world.bank, class, NOW).await.unwrap() {
        last = progress;
    }
    assert_eq!((last.job.rewrapped, last.job.refused, last.left), (600, 0, 0));
    assert!(world.values.rewrap_state(&world.bank, NOW).await.unwrap()[0].job.finished_at.is_some());
    // The older key can go now, and every token leads on to its value.
    world.folder.update(|ring, _| destroy(ring, &world.bank, class, KeyVersion(1))).unwrap();
    world.values.ring.refresh(NOW).unwrap();
    for (token, at) in tokens {
        assert_eq!(world.reveal(Form::Random, class, &token).await.unwrap(), format!("value {at}"));
    }
}

#[actix_web::test]
async fn a_field_shows_a_token_and_a_pseudonym_where_the_level_asks_for_one() {
    let world = world().await;
    let class = FieldClass::Iban;
    let sealed = world.mask(Form::Sealed, class, "DE89370400440532013000").await.unwrap();
    let subject = world.values.subject(&world.bank, &world.ann).await.unwrap();
    let place = Place { tenant: &world.bank, session: SESSION, subject: subject.as_deref(), now: NOW };
    let shown = |level| world.values.display(&sealed.text, class.into(), level, &place);
    assert_eq!(shown(Level::Clear).as_deref(), Some("DE89370400440532013000"));
    let token = MaskedValue { text: shown(Level::Token).unwrap(), version: KeyVersion(1) };
    assert_eq!(world.reveal(Form::Deterministic, class, &token).await.unwrap(), "DE89370400440532013000");
    let pseudonym = shown(Level::Fpe).unwrap();
    assert!(palet_obfuscation::is_pseudonym(class, &pseudonym) && pseudonym.starts_with("DE"));
    assert_eq!((shown(Level::Redact), shown(Level::Block)), (None, None));
    let elsewhere = Place { session: Some(SessionId(8)), ..place };
    for level in Level::ALL {
        assert_eq!(world.values.display(&sealed.text, class.into(), level, &elsewhere), None, "{level:?}");
    }
}

#[actix_web::test]
async fn a_class_of_the_banks_own_has_every_form_and_opens_as_no_other() {
    let world = world().await;
    let classes = classes::tests::membership();
    let [own, other, bare] =
        ["membership", "telephone-pin", "unknown"].map(|name| classes.find(FieldClass::Custom, Some(name)));
    let keys = world.values.keys(&world.bank, NOW).await.unwrap();
    let mut masking = Masking::new(&world.bank, keys, (SESSION, None), None);
    let mut mask = |form, class| masking.mask(form, class, "123-456-7897", "person-1");
    let sealed = mask(Form::Sealed, own).unwrap();
    let place = Place { tenant: &world.bank, session: SESSION, subject: None, now: NOW };
    let shown = |class, level| world.values.display(&sealed.text, class, level, &place);
    assert_eq!(shown(own, Level::Partial).as_deref(), Some("•••-•••-•897"));
    assert!(palet_obfuscation::is_pseudonym(own, &shown(own, Level::Fpe).unwrap()));
    assert!(shown(own, Level::Token).unwrap().starts_with("d1."));
    for class in [other, bare, FieldClass::Iban.into()] {
        assert!(world.values.check(&sealed.text, class, &place).is_err());
        assert!(Level::ALL.into_iter().all(|level| shown(class, level).is_none()));
    }
    // Each form that is handed out leads back as its own class alone.
    for form in [Form::Sealed, Form::Deterministic, Form::Fpe] {
        let masked = mask(form, own).unwrap();
        let version = Some(masked.version);
        let item =
            |class| Masked { text: &masked.text, form: Some(form), class, record: "person-1", version };
        assert_eq!(world.values.reveal(&item(own), &place).await.unwrap().as_str(), "123-456-7897", "{form}");
        assert!(world.values.reveal(&item(bare), &place).await.is_err(), "{form}");
        assert!(world.values.rewrap(&item(own), &place).await.is_ok(), "{form}");
    }
    assert_eq!(mask(Form::Random, own).unwrap_err().code(), "form-not-for-class");
    assert_eq!(mask(Form::Sealed, other).unwrap_err().code(), "secret-class");
}

//! The keys of values: killed in the middle of a rotation, of a rekey and of a rewrap, no key is lost and every value
//! that was handed out leads back.

use std::{collections::BTreeMap, io::Write, path::Path, sync::Arc};

use palet_mask::FieldClass;
use palet_obfuscation::{
    KeyVersion, SealBinding,
    keys::{KeyProvider, KeyRing},
};
use palet_server::{
    config::{KeySettings, Settings},
    keys::{self, LiveRing, RingFolder, TenantKeys},
    store::sqlite::SqliteStore,
    values::{Form, Masked, Masking, Place, Values},
};
use palet_units::{Micros, TenantId};

use super::{Counts, Draw, Failure, Part};

pub(super) const ROTATION: Part =
    Part { name: "rotation", write: rotate_on, check: check_ring, rounds_a_folder: 20 };
pub(super) const REKEY: Part =
    Part { name: "rekey", write: rekey_on, check: check_rekeyed, rounds_a_folder: 20 };
pub(super) const REWRAP: Part =
    Part { name: "rewrap", write: rewrap_on, check: check_tokens, rounds_a_folder: 10 };

const NOW: Micros = Micros(1_000_000);
const CLASSES: [FieldClass; 3] = [FieldClass::Iban, FieldClass::Pan, FieldClass::Name];
/// Tokens that one writer issues before it rotates and rewraps.
const TOKENS: u64 = 400;

fn bank() -> Result<TenantId, Failure> {
    Ok("bank".parse()?)
}

fn rotate(folder: &RingFolder, class: FieldClass) -> Result<KeyVersion, Failure> {
    let bank = bank()?;
    let change = |ring: &mut KeyRing, provider: &dyn KeyProvider| {
        let key = ring.unlock(&bank, provider)?;
        ring.rotate(&key, class, NOW, &mut rand::rng())
    };
    Ok(folder.update(change)?)
}

fn live(folder: &Path) -> Result<LiveRing, Failure> {
    Ok(keys::open_live(&KeySettings::default(), folder)?)
}

/// Rotates classes and prints each new version, with a value sealed under it, once the ring is safe.
fn rotate_on(folder: &Path, draw: &mut Draw) -> Result<(), Failure> {
    rotate_after_each(folder, draw, &|| Ok(()))
}

/// The same, with another key-encryption key before each line.
fn rekey_on(folder: &Path, draw: &mut Draw) -> Result<(), Failure> {
    rotate_after_each(folder, draw, &|| Ok(keys::rekey(&KeySettings::default(), folder)?))
}

fn rotate_after_each(
    folder: &Path,
    draw: &mut Draw,
    step: &dyn Fn() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (live, bank) = (live(folder)?, bank()?);
    live.tenant_or_make(&bank, NOW)?;
    let ring = keys::open(&KeySettings::default(), folder)?;
    let mut out = std::io::stdout().lock();
    loop {
        let class = CLASSES[draw.below(3) as usize];
        let version = rotate(&ring, class)?;
        step()?;
        live.refresh(NOW)?;
        let keys = live.tenant(&bank).ok_or("expected the tenant's keys")?;
        let key = keys.active(class).ok_or("expected an active key")?;
        let binding = SealBinding { tenant: &bank, class, record: "r", session: None };
        let value = format!("{:016x}", draw.below(u64::MAX));
        let token = key.values.seal(&value, &binding, &mut rand::rng())?;
        writeln!(out, "{} {} {value} {token}", class.as_str(), version.0)?;
        out.flush()?;
    }
}

fn check_ring(folder: &Path, acknowledged: &[String]) -> Result<Counts, Failure> {
    let torn = u64::from(folder.join("keys/ring.new").exists());
    let bank = bank()?;
    let keys: Option<Arc<TenantKeys>> = match live(folder) {
        Ok(live) => live.tenant(&bank),
        Err(error) => {
            println!("rotation: {error}");
            return Ok(Counts { broken: 1, torn, ..Counts::default() });
        }
    };
    let opens = |line: &String| -> Option<bool> {
        let mut words = line.split(' ');
        let class: FieldClass = words.next()?.parse().ok()?;
        let version = KeyVersion(words.next()?.parse().ok()?);
        let (value, token) = (words.next()?, words.next()?);
        let binding = SealBinding { tenant: &bank, class, record: "r", session: None };
        let key = keys.as_ref()?.version(class, version)?;
        Some(key.values.open(token, &binding).is_ok_and(|opened| opened.as_str() == value))
    };
    let lost = acknowledged.iter().filter(|line| opens(line) != Some(true)).count();
    Ok(Counts { lost: lost as u64, torn, ..Counts::default() })
}

/// As the cut left it, and once more when the next rekey has gone on from there.
fn check_rekeyed(folder: &Path, acknowledged: &[String]) -> Result<Counts, Failure> {
    let torn = u64::from(folder.join("keys/kek.next.sealed").exists());
    let cut = check_ring(folder, acknowledged)?;
    keys::rekey(&KeySettings::default(), folder)?;
    let left = u64::from(folder.join("keys/kek.next.sealed").exists());
    let whole = check_ring(folder, acknowledged)?;
    Ok(Counts { lost: cut.lost + whole.lost, broken: cut.broken + whole.broken + left, torn })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn values(folder: &Path) -> Result<Values, Failure> {
    let mut settings = Settings::default().store;
    settings.data_folder = folder.to_owned();
    let store = Arc::new(SqliteStore::open(&settings).await?);
    Ok(Values::new(Arc::new(live(folder)?), store))
}

/// Issues random tokens and prints them once they are kept; then rotates and rewraps without end.
fn rewrap_on(folder: &Path, draw: &mut Draw) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let (values, bank) = (values(folder).await?, bank()?);
        let keys = values.keys(&bank, NOW).await?;
        let mut masking = Masking::new(&bank, keys, (None, None), None);
        let mut lines = String::new();
        for _ in 0..TOKENS {
            let value = format!("{:016x}", draw.below(u64::MAX));
            let token = masking.mask(Form::Random, FieldClass::Iban.into(), &value, "")?;
            lines.push_str(&format!("{value} {}\n", token.text));
        }
        values.keep(&masking.into_issued()).await?;
        let mut out = std::io::stdout().lock();
        out.write_all(lines.as_bytes())?;
        out.flush()?;
        let ring = keys::open(&KeySettings::default(), folder)?;
        loop {
            rotate(&ring, FieldClass::Iban)?;
            values.refresh(NOW).await?;
            while values.rewrap_step(&bank, FieldClass::Iban, NOW).await?.is_some() {}
        }
    })
}

fn check_tokens(folder: &Path, acknowledged: &[String]) -> Result<Counts, Failure> {
    runtime()?.block_on(async {
        let (values, bank) = (values(folder).await?, bank()?);
        let mut lost = 0;
        let promised: BTreeMap<&str, &str> = acknowledged
            .iter()
            .filter_map(|line| line.split_once(' '))
            .map(|(value, token)| (token, value))
            .collect();
        for (token, value) in promised {
            let place = Place { tenant: &bank, session: None, subject: None, now: NOW };
            let masked =
                Masked { text: token, form: None, class: FieldClass::Iban.into(), record: "", version: None };
            let revealed = values.reveal(&masked, &place).await;
            lost += u64::from(!revealed.is_ok_and(|revealed| revealed.as_str() == value));
        }
        let state = values.rewrap_state(&bank, NOW).await?;
        let torn = u64::from(state.iter().any(|progress| progress.left > 0 && progress.job.rewrapped > 0));
        // The next job finishes what this one left.
        let mut refused = 0;
        while let Some(progress) = values.rewrap_step(&bank, FieldClass::Iban, NOW).await? {
            refused = progress.job.refused;
        }
        Ok(Counts { lost, broken: refused, torn })
    })
}

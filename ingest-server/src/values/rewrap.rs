//! To the newest version of the key: what a bank holds, item by item, and what the store holds, as a job.
//!
//! The job works in steps of one transaction each and notes how far it has come, so that it goes on where it was
//! cut off, however violently. A value that is rewrapped already is left as it is: doing it again changes nothing.

use palet_mask::{FieldClass, Marking};
use palet_obfuscation::tokens::{RandomTokens, TokenKey};
use palet_obfuscation::{KeyVersion, OpenError, PseudonymBinding, SealBinding, TokenHeader};
use palet_units::{Micros, SubjectId, TenantId};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::classes::{bound_record, code_of};
use super::{
    Form, Masked, MaskedValue, OpenFault, Place, SubjectKeys, Values, ValuesDown, opening::random_of,
};
use crate::{
    keys::TenantKeys,
    store::{RewrapJob, Rewrapping, TokenRecord},
};

/// Why an item cannot be rewrapped: it cannot be opened.
pub type RewrapFault = OpenFault;

/// Values of the store that are rewrapped in one transaction.
const STEP: u32 = 256;

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewrapped {
    /// It is under the newest key now.
    Moved(MaskedValue),
    /// It was under the newest key before.
    Current(MaskedValue),
}

/// How far the job has come with a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewrapProgress {
    /// The class.
    pub class: FieldClass,
    /// The state that is kept.
    pub job: RewrapJob,
    /// How many are still to be done.
    pub left: u64,
}

impl Values {
    /// An item under the newest key. What was sealed with a time to live keeps it.
    ///
    /// **Errors**: `RewrapFault`.
    pub async fn rewrap(&self, item: &Masked<'_>, place: &Place<'_>) -> Result<Rewrapped, RewrapFault> {
        let keys = self.ring().tenant(place.tenant).ok_or(OpenError)?;
        match Form::of(item.text).or(item.form).ok_or(OpenError)? {
            Form::Sealed => rewrap_sealed(&keys, item, place),
            Form::Deterministic => rewrap_deterministic(&keys, item, place),
            Form::Random => self.rewrap_random(&keys, item, place).await,
            Form::Index => Err(OpenFault::OneWay),
            form @ (Form::Fpe | Form::FpePlain) => rewrap_pseudonym(&keys, item, form, place),
        }
    }

    async fn rewrap_random(
        &self,
        keys: &TenantKeys,
        item: &Masked<'_>,
        place: &Place<'_>,
    ) -> Result<Rewrapped, RewrapFault> {
        // Opened first: only who holds the token, and its right class, may have it moved.
        self.reveal(item, place).await?;
        let lookup = RandomTokens::lookup(item.text, place.tenant)?;
        let kept = self.store.token(place.tenant, &lookup).await.map_err(ValuesDown::from)?;
        let kept = kept.ok_or(OpenError)?;
        let to_version = keys.active(kept.class).ok_or(OpenError)?.version();
        let same = MaskedValue { text: item.text.to_owned(), version: to_version };
        if kept.version == to_version {
            return Ok(Rewrapped::Current(same));
        }
        let subject = match &kept.subject {
            Some(subject) => self.subject(place.tenant, subject).await?,
            None => None,
        };
        let sealed = rewrap_kept(keys, &kept, subject.as_deref(), to_version)?;
        // Where another was faster, it moved the same value to the same version.
        self.store.rewrap_token(&kept, &sealed, to_version).await.map_err(ValuesDown::from)?;
        Ok(Rewrapped::Moved(same))
    }

    async fn job(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        to_version: KeyVersion,
        now: Micros,
    ) -> Result<RewrapJob, ValuesDown> {
        let known = self.store.rewrap_job(tenant, class).await?;
        Ok(known.filter(|job| job.to_version == to_version).unwrap_or(RewrapJob {
            to_version,
            after_row: 0,
            rewrapped: 0,
            refused: 0,
            started_at: now,
            finished_at: None,
        }))
    }

    /// How the rewrapping of each class of a tenant stands. **Errors**: `ValuesDown`.
    pub async fn rewrap_state(
        &self,
        tenant: &TenantId,
        now: Micros,
    ) -> Result<Vec<RewrapProgress>, ValuesDown> {
        let Some(keys) = self.ring().tenant(tenant) else { return Ok(Vec::new()) };
        let mut state = Vec::new();
        for (class, version) in keys.active_versions() {
            let left = self.store.tokens_before(tenant, class, version).await?;
            let job = self.job(tenant, class, version, now).await?;
            if left > 0 || job.rewrapped > 0 || job.refused > 0 {
                state.push(RewrapProgress { class, job, left });
            }
        }
        Ok(state)
    }

    /// One step of the job for a class: at most 256 values of the store, in one transaction. `None` when there is
    /// nothing left that could be moved.
    ///
    /// **Errors**: `ValuesDown`.
    pub async fn rewrap_step(
        &self,
        tenant: &TenantId,
        class: FieldClass,
        now: Micros,
    ) -> Result<Option<RewrapProgress>, ValuesDown> {
        let Some(keys) = self.ring().tenant(tenant) else { return Ok(None) };
        let Some(to_version) = keys.active(class).map(|key| key.version()) else { return Ok(None) };
        let mut job = self.job(tenant, class, to_version, now).await?;
        if job.finished_at.is_some() {
            // Through, and asked again: what was left then may open now.
            job = RewrapJob {
                after_row: 0,
                rewrapped: 0,
                refused: 0,
                started_at: now,
                finished_at: None,
                ..job
            };
        }
        let records = self.store.tokens_to_rewrap(tenant, class, &job, STEP).await?;
        let Some(last) = records.last() else {
            if job.finished_at.is_none() && job.after_row > 0 {
                job.finished_at = Some(now);
                self.store.commit_rewrap(tenant, class, &job, &[]).await?;
            }
            return Ok(None);
        };
        job.after_row = last.row;
        let subjects = self.subjects_of(tenant, &records).await?;
        let mut steps = Vec::with_capacity(records.len());
        for record in &records {
            let subject = record.subject.as_ref().and_then(|subject| subjects.get(subject));
            let sealed = rewrap_kept(&keys, record, subject.map(Arc::as_ref), to_version).ok();
            match sealed {
                Some(_) => job.rewrapped += 1,
                None => job.refused += 1,
            }
            steps.push(Rewrapping { record, sealed });
        }
        self.store.commit_rewrap(tenant, class, &job, &steps).await?;
        let left = self.store.tokens_before(tenant, class, to_version).await?;
        Ok(Some(RewrapProgress { class, job, left }))
    }

    async fn subjects_of(
        &self,
        tenant: &TenantId,
        records: &[TokenRecord],
    ) -> Result<BTreeMap<SubjectId, Arc<SubjectKeys>>, ValuesDown> {
        let mut subjects = BTreeMap::new();
        for subject in records.iter().filter_map(|record| record.subject.as_ref()) {
            if !subjects.contains_key(subject)
                && let Some(keys) = self.subject(tenant, subject).await?
            {
                subjects.insert(subject.clone(), keys);
            }
        }
        Ok(subjects)
    }
}

/// What the store keeps of a token, under the newest key.
fn rewrap_kept(
    keys: &TenantKeys,
    kept: &TokenRecord,
    subject: Option<&SubjectKeys>,
    to_version: KeyVersion,
) -> Result<String, OpenError> {
    if kept.subject.is_some() != subject.is_some() {
        return Err(OpenError);
    }
    let older = keys.version(kept.class, kept.version).ok_or(OpenError)?;
    let newer = keys.version(kept.class, to_version).ok_or(OpenError)?;
    random_of(newer, subject, |newer| {
        random_of(older, subject, |older| newer.rewrap(older, &kept.sealed, &kept.tenant, &mut rand::rng()))
    })
}

fn rewrap_sealed(keys: &TenantKeys, item: &Masked<'_>, place: &Place<'_>) -> Result<Rewrapped, RewrapFault> {
    let header = TokenHeader::parse(item.text)?;
    let older = keys.version(header.class, header.version).ok_or(OpenError)?;
    let newer = keys.active(header.class).ok_or(OpenError)?;
    let session = place.session.filter(|_| header.session_bound);
    let subject = match (header.subject_bound, place.subject) {
        (true, None) => return Err(OpenError.into()),
        (bound, subject) => subject.filter(|_| bound),
    };
    let of_subject = |key| subject.map(|subject: &SubjectKeys| subject.sealer(key));
    let (own_older, own_newer) = (of_subject(&**older), of_subject(&**newer));
    let older = own_older.as_ref().unwrap_or(&older.values);
    let sealer = own_newer.as_ref().unwrap_or(&newer.values);
    let opened = older.open_within(item.text, place.tenant, session, place.now)?;
    if opened.class != code_of(item.class) || opened.record.as_str() != bound_record(item.class, item.record)
    {
        return Err(OpenError.into());
    }
    let version = newer.version();
    if header.version == version {
        return Ok(Rewrapped::Current(MaskedValue { text: item.text.to_owned(), version }));
    }
    let (class, record) = (opened.class, opened.record.as_str());
    let binding = SealBinding { tenant: place.tenant, class, record, session };
    let sealed = sealer.seal_until(&opened.value, &binding, opened.expires, &mut rand::rng());
    let text = sealed.map_err(|_| OpenError)?;
    Ok(Rewrapped::Moved(MaskedValue { text, version }))
}

fn rewrap_deterministic(
    keys: &TenantKeys,
    item: &Masked<'_>,
    place: &Place<'_>,
) -> Result<Rewrapped, RewrapFault> {
    let named = TokenKey::parse(item.text)?;
    let older = keys.version(named.class, named.version).ok_or(OpenError)?;
    let newer = keys.active(named.class).ok_or(OpenError)?;
    let value = older.deterministic.open(item.text, place.tenant, item.class)?;
    let version = newer.version();
    if named.version == version {
        return Ok(Rewrapped::Current(MaskedValue { text: item.text.to_owned(), version }));
    }
    let sealed = newer.deterministic.seal(&value, place.tenant, item.class);
    let text = sealed.map_err(|_| OpenError)?;
    Ok(Rewrapped::Moved(MaskedValue { text, version }))
}

fn rewrap_pseudonym(
    keys: &TenantKeys,
    item: &Masked<'_>,
    form: Form,
    place: &Place<'_>,
) -> Result<Rewrapped, RewrapFault> {
    let from = item.version.ok_or(OpenFault::NoVersion)?;
    let class = code_of(item.class);
    let older = keys.version(class, from).ok_or(OpenError)?;
    let newer = keys.active(class).ok_or(OpenError)?;
    let version = newer.version();
    if from == version {
        return Ok(Rewrapped::Current(MaskedValue { text: item.text.to_owned(), version }));
    }
    let marking = if form == Form::FpePlain { Marking::Plain } else { Marking::Marked };
    let binding = PseudonymBinding { tenant: place.tenant, class: item.class, record: item.record };
    let value = older.pseudonyms.decrypt(item.text, &binding, marking)?;
    let made = newer.pseudonyms.encrypt(&value, &binding, marking)?;
    Ok(Rewrapped::Moved(MaskedValue { text: made.text.as_str().to_owned(), version }))
}

//! The values of a request, opened before anything is ruled on: nothing of them leaves this room unruled.

use palet_mask::ClassRef;
use palet_obfuscation::KeyVersion;
use palet_units::{Micros, SubjectId};
use std::{collections::BTreeMap, sync::Arc};
use zeroize::Zeroizing;

use super::{
    desk::Room,
    request::{Asked, Item},
};
use crate::values::{Form, Masked, OpenFault, Place, SubjectKeys};

/// A value of a class, or the stable code of why there is none.
pub(super) type OpenedItem<'c> = Result<(ClassRef<'c>, Zeroizing<String>), &'static str>;

/// Opens every item for the binding that it states. One code for everything that may be wrong with a sealed value
/// or a token: key, tenant, class, record, session, subject, age, bytes.
pub(super) async fn open_all<'c>(room: &'c Room<'_>, asked: &'c Asked, now: Micros) -> Vec<OpenedItem<'c>> {
    let mut opening = Opening { room, asked, now, of_session: None, subjects: BTreeMap::new() };
    opening.of_session = opening.session_subject().await;
    let mut opened = Vec::with_capacity(asked.items.len());
    for item in &asked.items {
        opened.push(opening.open(item).await);
    }
    opened
}

struct Opening<'a> {
    room: &'a Room<'a>,
    asked: &'a Asked,
    now: Micros,
    of_session: Option<SubjectId>,
    subjects: BTreeMap<SubjectId, Option<Arc<SubjectKeys>>>,
}

impl<'a> Opening<'a> {
    async fn session_subject(&self) -> Option<SubjectId> {
        let session = self.room.store.session(self.asked.session?).await.ok()??;
        (session.tenant == self.asked.asker.tenant).then_some(session.subject)
    }

    async fn open(&mut self, item: &Item) -> OpenedItem<'a> {
        if let Some(code) = item.fault {
            return Err(code);
        }
        let class = self.room.values.classes().parse(&item.class).map_err(|_| "class-unknown")?;
        if class.is_secret() {
            return Err("secret-class");
        }
        let form = match item.form.as_str() {
            "" => None,
            form => Some(form.parse::<Form>().map_err(|_| "form-unknown")?),
        };
        let subject = self.subject(item).await?;
        let place = Place {
            tenant: &self.asked.asker.tenant,
            session: self.asked.session,
            subject: subject.as_deref(),
            now: self.now,
        };
        let version = item.key_version.map(KeyVersion);
        let masked = Masked { text: &item.sealed, form, class, record: &item.record, version };
        let value = self.room.values.reveal(&masked, &place).await;
        Ok((class, value.map_err(|fault: OpenFault| fault.code())?))
    }

    /// The keys of the subject that the item names, or of the session's.
    async fn subject(&mut self, item: &Item) -> Result<Option<Arc<SubjectKeys>>, &'static str> {
        let named = item.subject.parse().ok().or_else(|| self.of_session.clone());
        let Some(subject) = named else { return Ok(None) };
        if let Some(known) = self.subjects.get(&subject) {
            return Ok(known.clone());
        }
        let keys = self.room.values.subject(&self.asked.asker.tenant, &subject).await;
        let keys = keys.map_err(|_| "unavailable")?;
        self.subjects.insert(subject, keys.clone());
        Ok(keys)
    }
}

//! The fields that the page shows: which the server knows of, and until when each one's level holds.

use alloc::vec::Vec;
use palet_mask::Level;
use palet_units::Micros;
use palet_wire::{Directive, FieldDeclaration, FieldId, FieldSource, limits};

/// Declarations are cut into messages of about this size. **Units**: bytes.
const CHUNK_BYTES: usize = 32 * 1024;

struct Field {
    declaration: FieldDeclaration,
    announced: bool,
    expires: Option<Micros>,
}

/// The declared fields: few, so that a list serves them better than a tree, whose code the page would have to load.
#[derive(Default)]
pub(crate) struct Fields {
    known: Vec<Field>,
    retired: Vec<FieldId>,
}

impl Fields {
    /// Adds or replaces a field. A field beyond the wire's limits is left out: it stays masked.
    pub(crate) fn declare(&mut self, declaration: FieldDeclaration) {
        if !is_within_limits(&declaration) {
            return;
        }
        self.retired.retain(|id| *id != declaration.id);
        let field = Field { declaration, announced: false, expires: None };
        let full = self.known.len() >= limits::FIELDS_MAX;
        match self.find(field.declaration.id) {
            Some(known) => *known = field,
            None if !full => self.known.push(field),
            None => {}
        }
    }

    /// Forgets a field.
    pub(crate) fn retire(&mut self, id: FieldId) {
        let Some(at) = self.known.iter().position(|field| field.declaration.id == id) else { return };
        let field = self.known.swap_remove(at);
        if field.announced && self.retired.len() < limits::FIELDS_MAX {
            self.retired.push(id);
        }
    }

    fn find(&mut self, id: FieldId) -> Option<&mut Field> {
        self.known.iter_mut().find(|field| field.declaration.id == id)
    }

    /// A new connection stands: its server is told everything again.
    pub(crate) fn reannounce(&mut self) {
        self.retired.clear();
        self.known.iter_mut().for_each(|field| field.announced = false);
    }

    /// The next declarations to send, as many as one message carries.
    pub(crate) fn take_unannounced(&mut self) -> Vec<FieldDeclaration> {
        let mut bytes = 0;
        let mut chunk = Vec::new();
        for field in self.known.iter_mut().filter(|field| !field.announced) {
            bytes += weight(&field.declaration);
            if bytes > CHUNK_BYTES && !chunk.is_empty() {
                break;
            }
            field.announced = true;
            chunk.push(field.declaration.clone());
        }
        chunk
    }

    /// The fields to take back at the server.
    pub(crate) fn take_retired(&mut self) -> Vec<FieldId> {
        core::mem::take(&mut self.retired)
    }

    /// Notes until when a directive holds. Returns whether the field is known at all.
    pub(crate) fn apply(&mut self, directive: &Directive, now: Micros) -> bool {
        let Some(field) = self.find(directive.field) else { return false };
        let ttl = Micros::from_millis(u64::from(directive.ttl_ms));
        field.expires = (directive.ttl_ms > 0 && directive.level < Level::Redact).then(|| now.plus(ttl));
        true
    }

    /// Forgets all levels: everything is being redacted.
    pub(crate) fn clear_levels(&mut self) {
        self.known.iter_mut().for_each(|field| field.expires = None);
    }

    /// When the next level ends.
    pub(crate) fn next_expiry(&self) -> Option<Micros> {
        self.known.iter().filter_map(|field| field.expires).min()
    }

    /// The fields whose level has ended.
    pub(crate) fn take_expired(&mut self, now: Micros) -> Vec<FieldId> {
        let mut expired = Vec::new();
        for field in &mut self.known {
            if field.expires.is_some_and(|at| at <= now) {
                field.expires = None;
                expired.push(field.declaration.id);
            }
        }
        expired
    }

    pub(crate) fn has_news(&self) -> bool {
        !self.retired.is_empty() || self.known.iter().any(|field| !field.announced)
    }
}

fn weight(declaration: &FieldDeclaration) -> usize {
    let sealed = match &declaration.source {
        FieldSource::Sealed(token) => token.len(),
        FieldSource::Local | FieldSource::Input | FieldSource::Found => 0,
    };
    sealed + declaration.custom.as_ref().map_or(0, |name| name.len()) + 16
}

fn is_within_limits(declaration: &FieldDeclaration) -> bool {
    let sealed = match &declaration.source {
        FieldSource::Sealed(token) => token.len() <= limits::SEALED_BYTES_MAX,
        FieldSource::Local | FieldSource::Input | FieldSource::Found => true,
    };
    let named = declaration.custom.as_ref().is_none_or(|name| name.len() <= limits::NAME_BYTES_MAX);
    sealed && named && usize::from(declaration.id.0) < limits::FIELDS_MAX
}

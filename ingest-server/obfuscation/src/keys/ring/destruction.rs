//! The end of a data key: a first person orders it, a second one approves within a day.
//!
//! Destruction leaves the entry and removes the key.

use palet_mask::FieldClass;
use palet_units::{Micros, TenantId};
use serde::{Deserialize, Serialize};

use super::{KeyRing, KeyState, RingError, expect_state};
use crate::KeyVersion;
use crate::keys::{Officer, Proven};

/// How long an order to destroy waits for its second person.
pub const DESTROY_WINDOW: Micros = Micros::from_secs(86_400);

/// That a key is to be destroyed, once a second person says so too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DestroyOrder {
    pub(super) by: Officer,
    pub(super) at: Micros,
}

impl KeyRing {
    /// Orders the destruction of a retired key; a second person has to approve within `DESTROY_WINDOW`. An
    /// order that still waits stays as it is.
    ///
    /// **Errors**: `UnknownTenant`, `UnknownKey`, `State`.
    pub fn order_destruction(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
        (by, now): (&Proven, Micros),
    ) -> Result<(), RingError> {
        let stored = self.stored_mut(tenant, class, version)?;
        expect_state(stored, KeyState::Retired)?;
        // A second order does not push the first person aside: it would make one person two.
        if stored.order.as_ref().is_none_or(|order| !order.stands(now)) {
            stored.order = Some(DestroyOrder { by: by.officer().clone(), at: now });
            self.generation += 1;
        }
        Ok(())
    }

    /// Approves an order and destroys the key: what it sealed is unreadable for good.
    ///
    /// **Errors**: `UnknownTenant`, `UnknownKey`, `State`, `NotOrdered`, `SamePerson`.
    pub fn approve_destruction(
        &mut self,
        tenant: &TenantId,
        class: FieldClass,
        version: KeyVersion,
        (by, now): (&Proven, Micros),
    ) -> Result<(), RingError> {
        let stored = self.stored_mut(tenant, class, version)?;
        expect_state(stored, KeyState::Retired)?;
        match stored.order.as_ref().filter(|order| order.stands(now)) {
            None => return Err(RingError::NotOrdered),
            Some(order) if order.by == *by.officer() => return Err(RingError::SamePerson),
            Some(_) => {}
        }
        stored.wrapped = Vec::new();
        stored.state = KeyState::Destroyed;
        stored.order = None;
        self.generation += 1;
        Ok(())
    }
}

impl DestroyOrder {
    fn stands(&self, now: Micros) -> bool {
        now.since(self.at) < DESTROY_WINDOW
    }
}

//! Break-glass grants: for a short while one person reads past the policy, and everybody hears of it.
//!
//! They live in memory alone: a restart ends them, which is the safe side.

use palet_units::{Micros, TenantId};
use std::collections::HashMap;

const GRANTS_MAX: usize = 1_000;

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its name.
    pub id: String,
    /// When it ends.
    pub expires_at: Micros,
    /// How many values may still be read by it.
    pub left: u32,
    pub(super) tenant: TenantId,
    pub(super) person: String,
}

/// The grants that run.
#[derive(Default)]
pub(super) struct Grants(HashMap<String, Grant>);

impl Grants {
    /// Adds a grant; false where too many run.
    pub(super) fn add(&mut self, grant: Grant, now: Micros) -> bool {
        self.0.retain(|_, grant| now < grant.expires_at && grant.left > 0);
        let room = self.0.len() < GRANTS_MAX;
        if room {
            self.0.insert(grant.id.clone(), grant);
        }
        room
    }

    /// Takes one reading from a grant of this tenant and person. **Errors**: the stable code.
    pub(super) fn take(
        &mut self,
        id: &str,
        tenant: &TenantId,
        person: &str,
        now: Micros,
    ) -> Result<(), &'static str> {
        let unknown = "grant-unknown";
        let grant = self.0.get_mut(id).ok_or(unknown)?;
        if grant.tenant != *tenant || grant.person != person {
            return Err(unknown);
        }
        if now >= grant.expires_at {
            return Err("grant-over");
        }
        grant.left = grant.left.checked_sub(1).ok_or("grant-used-up")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_its_persons_until_its_end_and_for_so_many_values() {
        let (bank, other): (TenantId, TenantId) = ("bank".parse().unwrap(), "other".parse().unwrap());
        let mut grants = Grants::default();
        let grant = Grant {
            id: "bg-1".into(),
            expires_at: Micros(100),
            left: 2,
            tenant: bank.clone(),
            person: "anna".into(),
        };
        assert!(grants.add(grant, Micros(1)));
        assert_eq!(grants.take("bg-2", &bank, "anna", Micros(1)), Err("grant-unknown"));
        assert_eq!(grants.take("bg-1", &bank, "ben", Micros(1)), Err("grant-unknown"));
        assert_eq!(grants.take("bg-1", &other, "anna", Micros(1)), Err("grant-unknown"));
        assert_eq!(grants.take("bg-1", &bank, "anna", Micros(1)), Ok(()));
        assert_eq!(grants.take("bg-1", &bank, "anna", Micros(100)), Err("grant-over"));
        assert_eq!(grants.take("bg-1", &bank, "anna", Micros(2)), Ok(()));
        assert_eq!(grants.take("bg-1", &bank, "anna", Micros(3)), Err("grant-used-up"));
    }
}
